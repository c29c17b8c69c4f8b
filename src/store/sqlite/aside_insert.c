/* Insert: see aside_insert.h. Rows go into the table in batches, whose texts lie where they were
 * read: before a run reads on, they are written. */
#include "store/sqlite/aside_insert.h"

#include "base/mem.h"
#include "store/sqlite/aside_merge.h"

enum { BATCH = 2000 /* rows that are written by one statement */ };

struct inserting {
    struct store *s;
    const struct put *put;
    struct row_set batch;
};

static bool write_batch(void *payload, struct err *e)
{
    struct inserting *i = payload;
    if (i->batch.n > 0 && !sqlite_put_rows(i->s, i->put, &i->batch, e))
        return false;
    i->batch.n = 0;
    return true;
}

static bool add_row(void *payload, const struct run_reader *row, struct err *e)
{
    struct inserting *i = payload;
    if (i->batch.n == BATCH && !write_batch(i, e))
        return false;
    memcpy(row_set_at(&i->batch, i->batch.n++), row->row, row->width * sizeof *row->row);
    return true;
}

bool aside_insert(struct store *s, int fd, const struct put *p, const struct run *runs, size_t n,
    struct err *e)
{
    struct inserting i = {s, p, {mem_alloc(BATCH * p->width * sizeof(struct cell)), p->width, 0}};
    struct merge_source from = {fd, runs, n, p->width, 1};
    bool ok = aside_merge(&from, &(struct merge_taker){add_row, write_batch, &i}, e);
    mem_free(i.batch.cells);
    return ok;
}
