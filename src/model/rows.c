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

/* The columns that tell the rows of one movie apart. */
struct key {
    size_t from, to;
};

static struct key key_of_list(const struct list *l, size_t to)
{
    return (struct key){l->fixed != NULL ? 2 : 1, to}; /* behind tmdb_id and the fixed column */
}

static int cmp_rows(const struct cell *a, const struct cell *b, struct key key)
{
    int c = 0;
    for (size_t i = key.from; c == 0 && i < key.to; i++)
        c = cell_cmp(&a[i], &b[i]);
    return c;
}

/* A row to sort; rows lie in source order, which keeps the sort stable. */
struct sort_row {
    const struct cell *cells;
    struct key key;
};

static int by_key(const void *x, const void *y)
{
    const struct sort_row *a = x, *b = y;
    int c = cmp_rows(a->cells, b->cells, a->key);
    return c != 0 ? c : (a->cells > b->cells) - (a->cells < b->cells);
}

/* The rows of `s` in order of the key, source order among equals. The caller frees it: it must not
 * stay in the arena as long as the rows. */
static struct sort_row *sorted_order(const struct row_set *s, struct key key)
{
    struct sort_row *order = mem_alloc(s->n * sizeof *order);
    bool sorted = true; /* as the source has most short lists */
    for (size_t i = 0; i < s->n; i++) {
        order[i] = (struct sort_row){row_set_at(s, i), key};
        sorted = sorted && (i == 0 || by_key(&order[i - 1], &order[i]) < 0);
    }
    if (!sorted)
        qsort(order, s->n, sizeof *order, by_key);
    return order;
}

/* Numbers rows in source order, from 0 among those with an equal key, which ends before `seq`. */
static void number_rows(struct row_set *s, struct key key)
{
    struct sort_row *order = sorted_order(s, key);
    int64_t seq = 0;
    for (size_t i = 0; i < s->n; i++) {
        bool same = i > 0 && cmp_rows(order[i - 1].cells, order[i].cells, key) == 0;
        seq = same ? seq + 1 : 0;
        row_set_at(s, (size_t)(order[i].cells - s->cells) / s->width)[key.to] = cell_int(seq);
    }
    mem_free(order);
}

/* Whether the rows stand in the order of distinct keys. */
static bool is_sorted(const struct row_set *s, struct key key)
{
    for (size_t i = 1; i < s->n; i++)
        if (cmp_rows(row_set_at(s, i - 1), row_set_at(s, i), key) >= 0)
            return false;
    return true;
}

/* Sorts by key and keeps the first row of each key. */
static void sort_rows(struct row_set *s, struct key key)
{
    if (is_sorted(s, key))
        return;
    struct sort_row *order = sorted_order(s, key);
    struct cell *sorted = mem_alloc(s->n * s->width * sizeof *sorted);
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (i > 0 && cmp_rows(order[i - 1].cells, order[i].cells, key) == 0)
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
        number_rows(ret, key_of_list(l, layout.key_n - 1));
    sort_rows(ret, key_of_list(l, layout.key_n));
}

size_t rows_distinct(const struct list *l, const struct tmdb_movie *m, struct arena *scratch)
{
    struct layout layout;
    struct row_set keys;
    layout_of_list(l, &layout);
    layout.n = layout.key_n;
    rows_in_layout(l, &layout, m, scratch, &keys);
    sort_rows(&keys, key_of_list(l, layout.key_n));
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
    sort_rows(ret, (struct key){0, layout.key_n});
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

static void flush(struct hashing *h)
{
    digest_add(&h->digest, (struct view){h->bytes, h->n});
    h->n = 0;
}

/* Where n bytes go, which are few. */
static char *room(struct hashing *h, size_t n)
{
    if (n > sizeof h->bytes - h->n)
        flush(h);
    h->n += n;
    return h->bytes + h->n - n;
}

static void hash_text(struct hashing *h, struct view v)
{
    if (v.n <= sizeof h->bytes) {
        memcpy(room(h, v.n), v.p, v.n);
        return;
    }
    flush(h);
    digest_add(&h->digest, v);
}

/* A kind, and eight bytes behind it. */
static void hash_word(struct hashing *h, char kind, const void *word)
{
    char *to = room(h, 9);
    to[0] = kind;
    memcpy(to + 1, word, 8);
}

static void hash_cell(struct hashing *h, const struct cell *c)
{
    char real[32];
    uint64_t n;
    switch (c->kind) {
    case CELL_NULL:
        *room(h, 1) = 'N';
        break;
    case CELL_INT:
        hash_word(h, 'I', &c->i);
        break;
    case CELL_REAL:
        *room(h, 1) = 'R';
        hash_text(h, (struct view){real, num_print_real(c->r, real) + 1});
        break;
    case CELL_TEXT:
        n = c->text.n;
        hash_word(h, 'T', &n);
        hash_text(h, c->text);
        break;
    }
}

struct view row_set_hash(const struct layout *l, const struct row_set *s, struct arena *a)
{
    struct hashing h;
    h.n = 0;
    digest_init(&h.digest, DIGEST_SHA256);
    for (size_t c = 0; c < l->n; c++)
        hash_text(&h, (struct view){l->columns[c].name, strlen(l->columns[c].name) + 1});
    for (size_t i = 0; i < s->n * s->width; i++)
        hash_cell(&h, &s->cells[i]);
    flush(&h);
    struct digest_hex hex = digest_end(&h.digest);
    return arena_dup(a, (struct view){hex.z, 16});
}
