/* Order of rows: see rows_sort.h. */
#include "model/rows_sort.h"

#include "base/hash64.h"
#include "base/mem.h"

#include <stdlib.h>

static int cmp_rows(const struct cell *a, const struct cell *b, struct row_key key)
{
    int c = 0;
    for (size_t i = key.from; c == 0 && i < key.to; i++)
        c = cell_cmp(&a[i], &b[i]);
    return c;
}

/* A row to sort; rows lie in source order, which keeps the sort stable. Were it over 32 bytes,
 * glibc's qsort would sort pointers to such. */
struct sort_row {
    uint64_t rank; /* decides where it differs, and spares the look at the cells */
    const struct cell *cells;
    const struct row_key *key;
};

/* Of the first cell of a key, none of which is NULL or a real number, and all of one kind. */
static uint64_t rank_of(const struct cell *row, struct row_key key)
{
    const struct cell *c = &row[key.from];
    uint64_t rank = 0;
    if (key.from == key.to)
        return 0;
    if (c->kind != CELL_TEXT)
        return (uint64_t)c->i ^ (uint64_t)1 << 63;
    for (size_t i = 0; i < sizeof rank; i++)
        rank = rank << 8 | (i < c->text.n ? (unsigned char)c->text.p[i] : 0);
    return rank;
}

static int by_key(const void *x, const void *y)
{
    const struct sort_row *a = x, *b = y;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    int c = cmp_rows(a->cells, b->cells, *a->key);
    return c != 0 ? c : (a->cells > b->cells) - (a->cells < b->cells);
}

/* The rows of `s` in order of the key, source order among equals. The caller frees it: it must not
 * stay in the arena as long as the rows. */
static struct sort_row *sorted_order(const struct row_set *s, const struct row_key *key)
{
    struct sort_row *order = mem_alloc(s->n * sizeof *order);
    bool sorted = true; /* as the source has most short lists */
    for (size_t i = 0; i < s->n; i++) {
        order[i] = (struct sort_row){rank_of(row_set_at(s, i), *key), row_set_at(s, i), key};
        sorted = sorted && (i == 0 || by_key(&order[i - 1], &order[i]) < 0);
    }
    if (!sorted)
        qsort(order, s->n, sizeof *order, by_key);
    return order;
}

void rows_number(struct row_set *s, struct row_key key)
{
    struct sort_row *order = sorted_order(s, &key);
    int64_t seq = 0;
    for (size_t i = 0; i < s->n; i++) {
        bool same = i > 0 && cmp_rows(order[i - 1].cells, order[i].cells, key) == 0;
        seq = same ? seq + 1 : 0;
        row_set_at(s, (size_t)(order[i].cells - s->cells) / s->width)[key.to] = cell_int(seq);
    }
    mem_free(order);
}

/* Whether the rows stand in the order of distinct keys. */
static bool is_sorted(const struct row_set *s, struct row_key key)
{
    for (size_t i = 1; i < s->n; i++)
        if (cmp_rows(row_set_at(s, i - 1), row_set_at(s, i), key) >= 0)
            return false;
    return true;
}

void rows_sort(struct row_set *s, struct row_key key)
{
    if (is_sorted(s, key))
        return;
    struct sort_row *order = sorted_order(s, &key);
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

static uint64_t hash_key(const struct cell *row, struct row_key key)
{
    uint64_t h = 0;
    for (size_t i = key.from; i < key.to; i++)
        h = hash64(h, row[i].kind == CELL_TEXT
                          ? row[i].text
                          : (struct view){(const char *)&row[i].i, sizeof row[i].i});
    return h;
}

bool rows_differ(const struct row_set *s, struct row_key key, struct arena *scratch)
{
    size_t cap = 8;
    while (cap < s->n * 2)
        cap *= 2;
    uint64_t *slots = arena_take_array(scratch, cap, sizeof *slots); /* 0: free */
    for (size_t i = 0; i < s->n; i++) {
        uint64_t h = hash_key(row_set_at(s, i), key);
        size_t at = h & (cap - 1);
        while (slots[at] != 0 && slots[at] != h)
            at = (at + 1) & (cap - 1);
        if (slots[at] == h)
            return false;
        slots[at] = h;
    }
    return true;
}
