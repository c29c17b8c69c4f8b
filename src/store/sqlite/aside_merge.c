/* Merge: see aside_merge.h. A heap of the runs' first rows; rows go into the table in batches,
 * whose texts lie where they were read: before a run reads on, they are written. */
#include "store/sqlite/aside_merge.h"

#include "base/mem.h"

enum { BATCH = 2000 /* rows that are written by one statement */ };

struct merge {
    struct store *s;
    const struct put *put;
    struct run_reader *readers;
    size_t *heap; /* indexes of readers, the one with the smallest row on top */
    size_t n;
    struct row_set batch;
};

/* Whether reader a is to give its row before reader b. */
static bool before(const struct merge *m, size_t a, size_t b)
{
    int c = cell_cmp(m->readers[a].row, m->readers[b].row);
    return c != 0 ? c < 0 : a < b;
}

static void sink(struct merge *m, size_t at)
{
    size_t moving = m->heap[at];
    for (size_t child; (child = 2 * at + 1) < m->n; at = child) {
        if (child + 1 < m->n && before(m, m->heap[child + 1], m->heap[child]))
            child++;
        if (!before(m, m->heap[child], moving))
            break;
        m->heap[at] = m->heap[child];
    }
    m->heap[at] = moving;
}

static bool write_batch(struct merge *m, struct err *e)
{
    if (m->batch.n > 0 && !sqlite_put_rows(m->s, m->put, &m->batch, e))
        return false;
    m->batch.n = 0;
    return true;
}

/* The reader gets its next row; *ret_ended: there is none. */
static bool step(struct merge *m, struct run_reader *r, bool *ret_ended, struct err *e)
{
    *ret_ended = run_ended(r);
    if (*ret_ended)
        return true;
    if (!run_has_row(r) && (!write_batch(m, e) || !run_fill(r, e)))
        return false;
    run_take_row(r);
    return true;
}

static bool begin(struct merge *m, int fd, const struct run *runs, size_t n, struct err *e)
{
    bool ended;
    for (size_t i = 0; i < n; i++) {
        run_open(&m->readers[i], fd, &runs[i], m->put->width);
        if (!step(m, &m->readers[i], &ended, e))
            return false;
        if (!ended)
            m->heap[m->n++] = i;
    }
    for (size_t i = m->n / 2; i > 0; i--)
        sink(m, i - 1);
    return true;
}

/* Rows with the same first column lie together in their run, so that it stays on top. */
static bool take_top(struct merge *m, struct err *e)
{
    struct run_reader *r = &m->readers[m->heap[0]];
    bool ended;
    if (m->batch.n == BATCH && !write_batch(m, e))
        return false;
    struct cell *to = row_set_at(&m->batch, m->batch.n++);
    memcpy(to, r->row, r->width * sizeof *to);
    if (!step(m, r, &ended, e))
        return false;
    if (ended)
        m->heap[0] = m->heap[--m->n];
    else if (m->batch.n > 0 && cell_eq(to, r->row))
        return true;
    sink(m, 0);
    return true;
}

bool aside_merge(struct store *s, int fd, const struct put *p, const struct run *runs, size_t n,
    struct err *e)
{
    struct merge m = {.s = s, .put = p};
    m.readers = mem_alloc(n * sizeof *m.readers);
    m.heap = mem_alloc(n * sizeof *m.heap);
    m.batch = (struct row_set){mem_alloc(BATCH * p->width * sizeof(struct cell)), p->width, 0};
    bool ok = begin(&m, fd, runs, n, e);
    while (ok && m.n > 0)
        ok = take_top(&m, e);
    ok = ok && write_batch(&m, e);
    for (size_t i = 0; i < n; i++)
        run_close(&m.readers[i]);
    mem_free(m.batch.cells);
    mem_free(m.heap);
    mem_free(m.readers);
    return ok;
}
