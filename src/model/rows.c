/* Rows of a movie in a layout: see layout.h. */
#include "model/layout.h"

#include "model/rows_sort.h"

/* What is the same in all rows of a movie: tmdb_id, the fixed column, and seq, which rows_number
 * sets. */
static struct cell common_cell(
    const struct layout_column *c, const struct list *l, const struct tmdb_movie *m)
{
    if (c->field != NULL)
        return cell_null();
    if (l->fixed != NULL && strcmp(c->name, l->fixed) == 0)
        return cell_text(view_of(l->fixed_value));
    return cell_int(strcmp(c->name, "tmdb_id") == 0 ? m->tmdb_id : 0);
}

static bool has_null_key(const struct cell *row, size_t key_n)
{
    for (size_t i = 0; i < key_n; i++)
        if (row[i].kind == CELL_NULL)
            return true;
    return false;
}

/* Behind tmdb_id and the fixed column. */
static struct row_key key_of_list(const struct list *l, size_t to)
{
    return (struct row_key){l->fixed != NULL ? 2 : 1, to};
}

static void rows_in_layout(const struct list *l, const struct layout *layout,
    const struct tmdb_movie *m, struct arena *a, struct row_set *ret)
{
    const struct rows *rows = tmdb_rows_in(l, m);
    struct cell common[LAYOUT_MAX_COLUMNS];
    for (size_t c = 0; c < layout->n; c++)
        common[c] = common_cell(&layout->columns[c], l, m);
    *ret = (struct row_set){
        arena_take_unset(a, rows->n * layout->n, sizeof(struct cell)), layout->n, 0};
    for (size_t i = 0; i < rows->n; i++) {
        const void *item = rows_at(rows, l->entity, i);
        struct cell *row = row_set_at(ret, ret->n);
        for (size_t c = 0; c < layout->n; c++) {
            const struct layout_column *column = &layout->columns[c];
            if (column->field == NULL)
                row[c] = common[c];
            else
                field_cell(l->entity, column->index, item, a, &row[c]);
        }
        if (!has_null_key(row, layout->key_n))
            ret->n++;
    }
}

void rows_of_list(
    const struct list *l, const struct tmdb_movie *m, struct arena *a, struct row_set *ret)
{
    struct layout layout;
    layout_of_list(l, &layout);
    rows_in_layout(l, &layout, m, a, ret);
    if (l->seq)
        rows_number(ret, key_of_list(l, layout.key_n - 1));
    rows_sort(ret, key_of_list(l, layout.key_n));
}

size_t rows_distinct(const struct list *l, const struct tmdb_movie *m, struct arena *scratch)
{
    struct layout layout;
    struct row_set keys;
    layout_of_list(l, &layout);
    layout.n = layout.key_n;
    rows_in_layout(l, &layout, m, scratch, &keys);
    struct row_key key = key_of_list(l, layout.key_n);
    if (!rows_differ(&keys, key, scratch))
        rows_sort(&keys, key);
    return keys.n;
}

void rows_of_own(
    const struct list *l, const struct tmdb_movie *m, struct arena *a, struct row_set *ret)
{
    struct layout layout;
    *ret = (struct row_set){0};
    if (!layout_of_own(l, &layout))
        return;
    rows_in_layout(l, &layout, m, a, ret);
    rows_sort(ret, (struct row_key){0, layout.key_n});
}

void row_of_movie(const struct tmdb_movie *m, struct arena *a, struct cell ret[LAYOUT_MAX_COLUMNS])
{
    for (size_t i = 0; i < tmdb_movie_entity.field_n; i++)
        field_cell(&tmdb_movie_entity, i, m, a, &ret[i]);
    ret[tmdb_movie_entity.field_n] = cell_text(arena_dup(a, m->extra));
}
