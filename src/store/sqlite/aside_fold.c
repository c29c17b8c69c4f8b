/* Fold: see aside_fold.h. */
#include "store/sqlite/aside_fold.h"

#include "base/mem.h"
#include "store/sqlite/aside_run.h"
#include "store/sqlite/db.h"
#include "store/sqlite/record.h"

struct fold {
    const struct table *table;
    struct leaves *to, *entries_to;
    struct fill_tree entries; /* of the index, if entries_to is there */
    size_t fetched_at;        /* its column */
    struct cell row[TABLE_MAX_COLUMNS]; /* the one at hand; its texts lie in: */
    uint8_t *bytes, *spare;
    bool any;
};

struct fold *fold_new(
    const struct table *t, struct leaves *to, const struct index *index, struct leaves *entries_to)
{
    struct fold *f = mem_alloc(sizeof *f);
    f->table = t;
    f->to = to;
    f->entries_to = entries_to;
    f->fetched_at = (size_t)(table_column(t, "fetched_at") - t->columns);
    f->bytes = mem_alloc(RUN_MAX_ROW);
    f->spare = mem_alloc(RUN_MAX_ROW);
    if (entries_to != NULL)
        fill_tree_init(&f->entries, t, index);
    return f;
}

void fold_free(struct fold *f)
{
    if (f == NULL)
        return;
    fill_tree_done(&f->entries);
    mem_free(f->bytes);
    mem_free(f->spare);
    mem_free(f);
}

/* False: it is too long. `row` may be of the row at hand. */
static bool keep(struct fold *f, const struct cell *row)
{
    uint8_t *to = f->spare;
    if (record_room(row, f->table->n) > RUN_MAX_ROW)
        return false;
    (void)record_put(to, row, f->table->n);
    record_take(to, f->row, f->table->n);
    f->spare = f->bytes;
    f->bytes = to;
    f->any = true;
    return true;
}

/* As SQLite compares: with no instant nothing is newer. */
static bool is_newer(const struct fold *f, const struct cell *row)
{
    const struct cell *was = &f->row[f->fetched_at], *is = &row[f->fetched_at];
    return was->kind != CELL_NULL && is->kind != CELL_NULL && is->i >= was->i;
}

static bool join(struct fold *f, const struct cell *row)
{
    struct cell both[TABLE_MAX_COLUMNS];
    bool newer = is_newer(f, row);
    const struct cell *first = newer ? row : f->row, *other = newer ? f->row : row;
    for (size_t i = 0; i < f->table->n; i++)
        both[i] = first[i].kind != CELL_NULL ? first[i] : other[i];
    return keep(f, both);
}

/* The row at hand is whole. A rowid is not in its record: there its column is NULL. False: it has
 * no place. */
static bool put(struct fold *f)
{
    bool rowid = sqlite_has_rowid(f->table);
    int64_t id = f->row[0].i;
    if (rowid)
        f->row[0] = cell_null();
    struct view record = {
        (const char *)f->spare, record_put(f->spare, f->row, f->table->n)};
    return rowid ? leaves_add_row(f->to, id, record) : leaves_add_record(f->to, record);
}

static bool end_row(struct fold *f, bool *ret_refused, struct err *e)
{
    if (!f->any)
        return true;
    if (f->entries_to != NULL && !fill_tree_add(&f->entries, f->row, e))
        return false;
    *ret_refused = !put(f);
    return leaves_ok(f->to, e);
}

bool fold_add(struct fold *f, const struct cell *row, bool *ret_refused, struct err *e)
{
    *ret_refused = false;
    if (f->any && cell_eq(&f->row[0], &row[0])) {
        *ret_refused = !join(f, row);
        return true;
    }
    if (!end_row(f, ret_refused, e))
        return false;
    *ret_refused = *ret_refused || !keep(f, row);
    return true;
}

bool fold_end(struct fold *f, bool *ret_refused, struct err *e)
{
    *ret_refused = false;
    bool ok = end_row(f, ret_refused, e);
    leaves_end(f->to);
    if (!ok || *ret_refused || f->entries_to == NULL)
        return ok && leaves_ok(f->to, e);
    *ret_refused = !fill_tree_sort(&f->entries) || !fill_tree_leaves(&f->entries, f->entries_to);
    fill_tree_done(&f->entries);
    return leaves_ok(f->to, e) && leaves_ok(f->entries_to, e);
}
