/* Layout: see layout.h. */
#include "model/layout.h"

#include "base/digest.h"
#include "base/num.h"

#include <stdlib.h>

_Static_assert(
    TMDB_FIELD_COUNT + 1 <= LAYOUT_MAX_COLUMNS, "more scalars than LAYOUT_MAX_COLUMNS holds");

static void add(struct layout *l, struct layout_column c)
{
    if (l->n < LAYOUT_MAX_COLUMNS)
        l->columns[l->n++] = c;
}

static void add_field(struct layout *l, const struct entity *e, size_t i)
{
    const struct field *f = &e->fields[i];
    add(l, (struct layout_column){f->name, f->type, f->flags, f->max, f, i});
}

static void add_plain(
    struct layout *l, const char *name, enum field_type type, unsigned flags, int64_t max)
{
    add(l, (struct layout_column){name, type, flags, max, NULL, 0});
}

static bool in_link_row(const struct field *f)
{
    return (f->flags & F_OWN) == 0;
}

void layout_of_movie(struct layout *ret)
{
    *ret = (struct layout){.table = "tmdb_movies", .key_n = 1};
    for (size_t i = 0; i < tmdb_movie_entity.field_n; i++)
        add_field(ret, &tmdb_movie_entity, i);
    add_plain(ret, "extra", FIELD_TEXT, F_LONG, 1000000);
}

void layout_of_list(const struct list *l, struct layout *ret)
{
    const struct entity *e = l->entity;
    *ret = (struct layout){.table = l->table};
    add_plain(ret, "tmdb_id", FIELD_INT, F_KEY, ID_MAX);
    if (l->fixed != NULL)
        add_plain(ret, l->fixed, FIELD_TEXT, F_KEY | F_CODE, 20);
    for (size_t i = 0; i < e->field_n; i++)
        if (in_link_row(&e->fields[i]) && (e->fields[i].flags & F_KEY) != 0)
            add_field(ret, e, i);
    if (l->seq)
        add_plain(ret, "seq", FIELD_INT, F_KEY, ID_MAX);
    ret->key_n = ret->n;
    for (size_t i = 0; i < e->field_n; i++)
        if (in_link_row(&e->fields[i]) && (e->fields[i].flags & F_KEY) == 0)
            add_field(ret, e, i);
}

bool layout_of_own(const struct list *l, struct layout *ret)
{
    const struct entity *e = l->entity;
    if (e->own_table == NULL)
        return false;
    *ret = (struct layout){.table = e->own_table, .key_n = 1};
    for (size_t i = 0; i < e->field_n; i++)
        if ((e->fields[i].flags & F_OWN_KEY) != 0) {
            add_field(ret, e, i);
            ret->columns[0].flags |= F_KEY;
        }
    for (size_t i = 0; i < e->field_n; i++)
        if ((e->fields[i].flags & F_OWN) != 0)
            add_field(ret, e, i);
    return true;
}

static struct cell row_cell(const struct layout_column *c, const struct list *l,
    const struct tmdb_movie *m, const void *item, struct arena *a)
{
    if (c->field != NULL)
        return field_cell(l->entity, c->index, item, a);
    if (l->fixed != NULL && strcmp(c->name, l->fixed) == 0)
        return cell_text(view_of(l->fixed_value));
    if (strcmp(c->name, "tmdb_id") == 0)
        return cell_int(m->tmdb_id);
    return cell_int(0); /* seq: numbered by number_rows */
}

static bool has_null_key(const struct cell *row, size_t key_n)
{
    for (size_t i = 0; i < key_n; i++)
        if (row[i].kind == CELL_NULL)
            return true;
    return false;
}

static bool same_cells(const struct cell *a, const struct cell *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!cell_eq(&a[i], &b[i]))
            return false;
    return true;
}

/* A row to sort: the source position keeps the sort stable. */
struct sort_row {
    const struct cell *cells;
    size_t key_n, at;
};

static int by_key(const void *x, const void *y)
{
    const struct sort_row *a = x, *b = y;
    for (size_t i = 0; i < a->key_n; i++) {
        int c = cell_cmp(&a->cells[i], &b->cells[i]);
        if (c != 0)
            return c;
    }
    return (a->at > b->at) - (a->at < b->at);
}

/* The rows of `s` in order of their first key_n cells, source order among equals. */
static struct sort_row *sorted_order(const struct row_set *s, size_t key_n, struct arena *a)
{
    struct sort_row *order = arena_take_array(a, s->n, sizeof *order);
    for (size_t i = 0; i < s->n; i++)
        order[i] = (struct sort_row){row_set_at(s, i), key_n, i};
    if (s->n > 1)
        qsort(order, s->n, sizeof *order, by_key);
    return order;
}

/* Numbers rows in source order, from 0 among those with equal key columns before `seq`. */
static void number_rows(struct row_set *s, size_t seq_at, struct arena *a)
{
    const struct sort_row *order = sorted_order(s, seq_at, a);
    int64_t seq = 0;
    for (size_t i = 0; i < s->n; i++) {
        seq = i > 0 && same_cells(order[i - 1].cells, order[i].cells, seq_at) ? seq + 1 : 0;
        row_set_at(s, order[i].at)[seq_at] = cell_int(seq);
    }
}

/* Sorts by key and keeps the first row of each key. */
static void sort_rows(struct row_set *s, size_t key_n, struct arena *a)
{
    const struct sort_row *order = sorted_order(s, key_n, a);
    struct cell *sorted = arena_take_array(a, s->n * s->width, sizeof *sorted);
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (n > 0 && same_cells(sorted + (n - 1) * s->width, order[i].cells, key_n))
            continue;
        memcpy(sorted + n * s->width, order[i].cells, s->width * sizeof *sorted);
        n++;
    }
    s->cells = sorted;
    s->n = n;
}

static void rows_in_layout(const struct list *l, const struct layout *layout,
    const struct tmdb_movie *m, struct arena *a, struct row_set *ret)
{
    const struct rows *rows = tmdb_rows_in(l, m);
    *ret = (struct row_set){
        arena_take_array(a, rows->n * layout->n, sizeof(struct cell)), layout->n, 0};
    for (size_t i = 0; i < rows->n; i++) {
        struct cell *row = row_set_at(ret, ret->n);
        for (size_t c = 0; c < layout->n; c++)
            row[c] = row_cell(&layout->columns[c], l, m, rows_at(rows, l->entity, i), a);
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
        number_rows(ret, layout.key_n - 1, a);
    sort_rows(ret, layout.key_n, a);
}

void rows_of_own(
    const struct list *l, const struct tmdb_movie *m, struct arena *a, struct row_set *ret)
{
    struct layout layout;
    *ret = (struct row_set){0};
    if (!layout_of_own(l, &layout))
        return;
    rows_in_layout(l, &layout, m, a, ret);
    sort_rows(ret, layout.key_n, a);
}

void row_of_movie(const struct tmdb_movie *m, struct arena *a, struct cell ret[LAYOUT_MAX_COLUMNS])
{
    for (size_t i = 0; i < tmdb_movie_entity.field_n; i++)
        ret[i] = field_cell(&tmdb_movie_entity, i, m, a);
    ret[tmdb_movie_entity.field_n] = cell_text(m->extra);
}

static void hash_cell(struct digest *d, const struct cell *c)
{
    char real[32];
    digest_add(d, (struct view){&"NIRT"[c->kind], 1});
    if (c->kind == CELL_INT)
        digest_add(d, (struct view){(const char *)&c->i, sizeof c->i});
    else if (c->kind == CELL_REAL)
        digest_add(d, (struct view){real, num_print_real(c->r, real) + 1});
    else if (c->kind == CELL_TEXT) {
        uint64_t n = c->text.n;
        digest_add(d, (struct view){(const char *)&n, sizeof n});
        digest_add(d, c->text);
    }
}

struct view row_set_hash(const struct layout *l, const struct row_set *s, struct arena *a)
{
    struct digest d;
    digest_init(&d, DIGEST_SHA256);
    for (size_t c = 0; c < l->n; c++)
        digest_add(&d, (struct view){l->columns[c].name, strlen(l->columns[c].name) + 1});
    for (size_t i = 0; i < s->n * s->width; i++)
        hash_cell(&d, &s->cells[i]);
    struct digest_hex hex = digest_end(&d);
    return arena_dup(a, (struct view){hex.z, 16});
}
