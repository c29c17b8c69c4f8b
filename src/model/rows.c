/* Rows of a movie in a layout, their order, and their hash: see layout.h. */
#include "model/layout.h"

#include "base/digest.h"
#include "base/mem.h"
#include "base/num.h"

#include <stdlib.h>

/* What is the same in all rows of a movie: tmdb_id, the fixed column, and seq, which number_rows
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

static bool same_cells(const struct cell *a, const struct cell *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!cell_eq(&a[i], &b[i]))
            return false;
    return true;
}

static int cmp_keys(const struct cell *a, const struct cell *b, size_t key_n)
{
    for (size_t i = 0; i < key_n; i++) {
        int c = cell_cmp(&a[i], &b[i]);
        if (c != 0)
            return c;
    }
    return 0;
}

/* A row to sort: the source position keeps the sort stable. */
struct sort_row {
    const struct cell *cells;
    size_t key_n, at;
};

static int by_key(const void *x, const void *y)
{
    const struct sort_row *a = x, *b = y;
    int c = cmp_keys(a->cells, b->cells, a->key_n);
    return c != 0 ? c : (a->at > b->at) - (a->at < b->at);
}

/* The rows of `s` in order of their first key_n cells, source order among equals. The caller frees
 * it: it must not stay in the arena as long as the rows. */
static struct sort_row *sorted_order(const struct row_set *s, size_t key_n)
{
    struct sort_row *order = mem_alloc(s->n * sizeof *order);
    for (size_t i = 0; i < s->n; i++)
        order[i] = (struct sort_row){row_set_at(s, i), key_n, i};
    if (s->n > 1)
        qsort(order, s->n, sizeof *order, by_key);
    return order;
}

/* Numbers rows in source order, from 0 among those with equal key columns before `seq`. */
static void number_rows(struct row_set *s, size_t seq_at)
{
    struct sort_row *order = sorted_order(s, seq_at);
    int64_t seq = 0;
    for (size_t i = 0; i < s->n; i++) {
        seq = i > 0 && same_cells(order[i - 1].cells, order[i].cells, seq_at) ? seq + 1 : 0;
        row_set_at(s, order[i].at)[seq_at] = cell_int(seq);
    }
    mem_free(order);
}

/* Whether the rows stand in the order of distinct keys, as the source gives most short lists. */
static bool is_sorted(const struct row_set *s, size_t key_n)
{
    for (size_t i = 1; i < s->n; i++)
        if (cmp_keys(row_set_at(s, i - 1), row_set_at(s, i), key_n) >= 0)
            return false;
    return true;
}

/* Sorts by key and keeps the first row of each key. */
static void sort_rows(struct row_set *s, size_t key_n)
{
    if (is_sorted(s, key_n))
        return;
    struct sort_row *order = sorted_order(s, key_n);
    struct cell *sorted = mem_alloc(s->n * s->width * sizeof *sorted);
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (n > 0 && same_cells(sorted + (n - 1) * s->width, order[i].cells, key_n))
            continue;
        memcpy(sorted + n * s->width, order[i].cells, s->width * sizeof *sorted);
        n++;
    }
    memcpy(s->cells, sorted, n * s->width * sizeof *sorted);
    s->n = n;
    mem_free(sorted);
    mem_free(order);
}

/* The rows keep nothing of the record: they outlive it. */
static struct cell own_cell(const struct entity *e, size_t i, const void *record, struct arena *a)
{
    struct cell c = field_cell(e, i, record, a);
    return e->fields[i].type == FIELD_JSON ? c : cell_dup(a, &c);
}

static void rows_in_layout(const struct list *l, const struct layout *layout,
    const struct tmdb_movie *m, struct arena *a, struct row_set *ret)
{
    const struct rows *rows = tmdb_rows_in(l, m);
    struct cell common[LAYOUT_MAX_COLUMNS];
    for (size_t c = 0; c < layout->n; c++)
        common[c] = common_cell(&layout->columns[c], l, m);
    *ret = (struct row_set){
        arena_take_array(a, rows->n * layout->n, sizeof(struct cell)), layout->n, 0};
    for (size_t i = 0; i < rows->n; i++) {
        const void *item = rows_at(rows, l->entity, i);
        struct cell *row = row_set_at(ret, ret->n);
        for (size_t c = 0; c < layout->n; c++) {
            const struct layout_column *column = &layout->columns[c];
            row[c] = column->field == NULL ? common[c]
                                           : own_cell(l->entity, column->index, item, a);
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
        number_rows(ret, layout.key_n - 1);
    sort_rows(ret, layout.key_n);
}

size_t rows_distinct(const struct list *l, const struct tmdb_movie *m, struct arena *scratch)
{
    struct layout layout;
    struct row_set keys;
    layout_of_list(l, &layout);
    layout.n = layout.key_n;
    rows_in_layout(l, &layout, m, scratch, &keys);
    sort_rows(&keys, layout.key_n);
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
    sort_rows(ret, layout.key_n);
}

void row_of_movie(const struct tmdb_movie *m, struct arena *a, struct cell ret[LAYOUT_MAX_COLUMNS])
{
    for (size_t i = 0; i < tmdb_movie_entity.field_n; i++)
        ret[i] = own_cell(&tmdb_movie_entity, i, m, a);
    ret[tmdb_movie_entity.field_n] = cell_text(arena_dup(a, m->extra));
}

/* A digest of many small pieces: they are gathered first, for a piece by itself costs more than its
 * bytes do. */
struct hashing {
    struct digest digest;
    size_t n;
    char bytes[4096];
};

static void hash_bytes_of(struct hashing *h, const void *p, size_t n)
{
    if (n > sizeof h->bytes - h->n) {
        digest_add(&h->digest, (struct view){h->bytes, h->n});
        h->n = 0;
    }
    if (n > sizeof h->bytes) {
        digest_add(&h->digest, (struct view){p, n});
        return;
    }
    memcpy(h->bytes + h->n, p, n);
    h->n += n;
}

static void hash_cell(struct hashing *h, const struct cell *c)
{
    char real[32];
    hash_bytes_of(h, &"NIRT"[c->kind], 1);
    if (c->kind == CELL_INT) {
        hash_bytes_of(h, &c->i, sizeof c->i);
    } else if (c->kind == CELL_REAL) {
        hash_bytes_of(h, real, num_print_real(c->r, real) + 1);
    } else if (c->kind == CELL_TEXT) {
        uint64_t n = c->text.n;
        hash_bytes_of(h, &n, sizeof n);
        hash_bytes_of(h, c->text.p, c->text.n);
    }
}

struct view row_set_hash(const struct layout *l, const struct row_set *s, struct arena *a)
{
    struct hashing h;
    h.n = 0;
    digest_init(&h.digest, DIGEST_SHA256);
    for (size_t c = 0; c < l->n; c++)
        hash_bytes_of(&h, l->columns[c].name, strlen(l->columns[c].name) + 1);
    for (size_t i = 0; i < s->n * s->width; i++)
        hash_cell(&h, &s->cells[i]);
    digest_add(&h.digest, (struct view){h.bytes, h.n});
    struct digest_hex hex = digest_end(&h.digest);
    return arena_dup(a, (struct view){hex.z, 16});
}
