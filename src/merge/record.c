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

/* Absent fields keep the stored value. `extra` is what this answer held beyond the tables: always
 * replaced. */
static void diff_scalars(const struct tmdb_movie *m, const struct tmdb_stored *stored,
    struct arena *a, struct record_diff *d)
{
    static const struct cell unknown = {.kind = CELL_NULL};
    struct cell fresh[LAYOUT_MAX_COLUMNS];
    struct layout layout;
    layout_of_movie(&layout);
    row_of_movie(m, a, fresh);
    for (size_t i = 0; i < layout.n; i++) {
        const struct layout_column *c = &layout.columns[i];
        const struct cell *old = stored->exists ? &stored->cells[i] : &unknown;
        bool said = c->field == NULL || field_said(&m->record, c->index);
        set_cell(d, c, old, said ? &fresh[i] : old, &d->write.cells[i], a);
    }
}

static struct view hash_of(const struct list *l, const struct layout *layout,
    const struct row_set *rows, const struct row_set *own, struct arena *a)
{
    struct layout own_layout;
    struct view hash = row_set_hash(layout, rows, a);
    if (!layout_of_own(l, &own_layout))
        return hash;
    struct view own_hash = row_set_hash(&own_layout, own, a);
    return arena_print(a, "%.8s%.8s", hash.p, own_hash.p);
}

static bool diff_list(const struct list *l, const struct tmdb_movie *m,
    const struct tmdb_stored *stored, merge_read_rows *read_rows, void *payload, struct arena *a,
    struct record_diff *d, struct list_write *ret, bool *ret_differs, struct err *e)
{
    struct layout layout;
    struct row_set old = {0}, fresh;
    struct row_diff rows;
    struct view before = stored->exists ? stored->hashes[l - tmdb_lists] : (struct view){NULL, 0};
    layout_of_list(l, &layout);
    rows_of_list(l, m, a, &fresh);
    rows_of_own(l, m, a, &ret->own);
    ret->list = l;
    ret->hash = hash_of(l, &layout, &fresh, &ret->own, a);
    *ret_differs = !view_eq(ret->hash, before);
    if (!*ret_differs)
        return true;
    old.width = layout.n;
    if (before.p != NULL && !read_rows(payload, l, m->tmdb_id, a, &old, e))
        return false;
    merge_rows(&old, &fresh, layout.key_n, a, &rows);
    ret->put = rows.put;
    ret->remove = rows.remove;
    d->touched = true;
    struct change *c = d->write.is_new || rows.added + rows.updated + rows.removed == 0
                           ? NULL
                           : add_change(d, l->name, "updated");
    if (c != NULL) {
        c->added = rows.added;
        c->updated = rows.updated;
        c->removed = rows.removed;
    }
    return true;
}

bool merge_record(const struct staged_record *r, const struct tmdb_stored *stored,
    merge_read_rows *read_rows, void *payload, struct arena *a, struct record_diff *ret,
    struct err *e)
{
    const struct tmdb_movie *m = &r->movie;
    struct list_write *lists = arena_take_array(a, TMDB_LIST_COUNT, sizeof *lists);
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
    diff_scalars(m, stored, a, ret);
    for (size_t i = 0; i < TMDB_LIST_COUNT; i++) {
        bool differs = false;
        if (!tmdb_rows_in(&tmdb_lists[i], m)->said)
            continue;
        if (!diff_list(&tmdb_lists[i], m, stored, read_rows, payload, a, ret,
                &lists[ret->write.list_n], &differs, e))
            return false;
        ret->write.list_n += differs;
    }
    return true;
}

void record_diff_done(struct record_diff *d)
{
    vec_done(&d->changes);
}
