/* A fetched record against what is stored. See merge.h.
 *
 * Unchanged lists are recognised by their content hash, which covers the rows of the list and what
 * its elements say of the things they name (a person's popularity), so that the stored rows are
 * read only when they differ. */
#include "merge/merge.h"

static struct change *add_change(struct record_diff *d, const char *section, const char *kind)
{
    struct change *c = vec_add(&d->changes);
    if (c != NULL)
        *c = (struct change){.tmdb_id = d->write.tmdb_id, .section = section, .kind = kind};
    return c;
}

static void set_cell(struct record_diff *d, const struct layout_column *column,
    const struct cell *old, const struct cell *fresh, struct cell *to, struct arena *a)
{
    *to = *fresh;
    if (cell_eq(old, fresh))
        return;
    d->touched = true;
    if (d->write.is_new)
        return;
    struct change *c = add_change(d, "movie", "updated");
    if (c == NULL)
        return;
    c->field = column->name;
    c->old_value = cell_show(a, old);
    c->new_value = cell_show(a, fresh);
}

void merge_lay_out(const struct tmdb_movie *m, struct arena *a, struct record_rows *ret)
{
    *ret = (struct record_rows){
        .lists = arena_take_array(a, TMDB_LIST_COUNT, sizeof *ret->lists)};
    row_of_movie(m, a, ret->cells);
    for (const struct list *l = tmdb_lists; l < tmdb_lists + TMDB_LIST_COUNT; l++) {
        if (!tmdb_rows_in(l, m)->said)
            continue;
        struct list_write *to = &ret->lists[ret->list_n++];
        *to = (struct list_write){.list = l};
        rows_of_list(l, m, a, &to->put);
        rows_of_own(l, m, a, &to->own);
    }
}

void merge_hash(struct record_rows *rows, struct arena *a)
{
    for (size_t i = 0; i < rows->list_n; i++) {
        struct list_write *l = &rows->lists[i];
        l->hash = list_hash(l->list, &l->put, &l->own, a);
    }
}

/* Absent fields keep the stored value. `extra` is what this answer held beyond the tables: always
 * replaced. */
static void diff_scalars(const struct tmdb_movie *m, const struct cell *fresh,
    const struct tmdb_stored *stored, struct arena *a, struct record_diff *d)
{
    static const struct cell unknown = {.kind = CELL_NULL};
    struct layout layout;
    layout_of_movie(&layout);
    for (size_t i = 0; i < layout.n; i++) {
        const struct layout_column *c = &layout.columns[i];
        const struct cell *old = stored->exists ? &stored->cells[i] : &unknown;
        bool said = c->field == NULL || field_said(&m->record, c->index);
        set_cell(d, c, old, said ? &fresh[i] : old, &d->write.cells[i], a);
    }
}

static void count_rows(struct record_diff *d, const struct list *l, const struct row_diff *rows)
{
    struct change *c = d->write.is_new || rows->added + rows->updated + rows->removed == 0
                           ? NULL
                           : add_change(d, l->name, "updated");
    if (c == NULL)
        return;
    c->added = rows->added;
    c->updated = rows->updated;
    c->removed = rows->removed;
}

/* Of a list that was never fetched no rows are stored: all of `ret`'s are to be written. */
static bool diff_list(struct view before, merge_read_rows *read_rows, void *payload,
    struct arena *a, struct record_diff *d, struct list_write *ret, struct err *e)
{
    const struct list *l = ret->list;
    struct layout layout;
    struct row_set old;
    struct row_diff rows = {.put = ret->put, .added = (int64_t)ret->put.n};
    if (before.p != NULL) {
        layout_of_list(l, &layout);
        old = (struct row_set){.width = layout.n};
        if (!read_rows(payload, l, d->write.tmdb_id, a, &old, e))
            return false;
        merge_rows(&old, &ret->put, layout.key_n, a, &rows);
    }
    ret->put = rows.put;
    ret->remove = rows.remove;
    d->touched = true;
    count_rows(d, l, &rows);
    return true;
}

bool merge_record(const struct staged_record *r, const struct record_rows *rows,
    const struct tmdb_stored *stored, merge_read_rows *read_rows, void *payload, struct arena *a,
    struct record_diff *ret, struct err *e)
{
    const struct tmdb_movie *m = &r->movie;
    struct list_write *lists = arena_take_array(a, rows->list_n, sizeof *lists);
    *ret = (struct record_diff){.stale = stored->exists && r->at < stored->fetched_at,
        .write = {.tmdb_id = m->tmdb_id,
            .fetched_at = r->at,
            .content = r->content,
            .lists = lists,
            .is_new = !stored->exists}};
    vec_init(&ret->changes, sizeof(struct change), LAYOUT_MAX_COLUMNS + TMDB_LIST_COUNT);
    if (ret->stale)
        return true;
    if (ret->write.is_new)
        (void)add_change(ret, "movie", "added");
    diff_scalars(m, rows->cells, stored, a, ret);
    for (size_t i = 0; i < rows->list_n; i++) {
        struct list_write *to = &lists[ret->write.list_n];
        *to = rows->lists[i];
        struct view before =
            stored->exists ? stored->hashes[to->list - tmdb_lists] : (struct view){NULL, 0};
        if (view_eq(to->hash, before))
            continue;
        if (!diff_list(before, read_rows, payload, a, ret, to, e))
            return false;
        ret->write.list_n++;
    }
    return true;
}

void record_diff_done(struct record_diff *d)
{
    vec_done(&d->changes);
}
