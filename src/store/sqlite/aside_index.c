/* Entries of an index: see aside_index.h. */
#include "store/sqlite/aside_index.h"

#include <stdlib.h>

static size_t place_of(const struct table *t, const char *column)
{
    return (size_t)(table_column(t, column) - t->columns);
}

size_t index_entry_columns(
    const struct index *ix, const struct table *t, size_t ret[TABLE_MAX_COLUMNS])
{
    size_t n = 0;
    while (n < INDEX_MAX_COLUMNS && ix->columns[n] != NULL) {
        ret[n] = place_of(t, ix->columns[n]);
        n++;
    }
    for (size_t key = 0, own = n; key < t->key_n; key++) {
        size_t i = 0;
        while (i < own && ret[i] != key)
            i++;
        if (i == own)
            ret[n++] = key;
    }
    return n;
}

/* An entry to sort. */
struct entry {
    uint64_t rank; /* decides where it differs, and spares the look at the cells */
    size_t width;
    const struct cell *cells;
};

/* Rises with the first cell, as far as it goes: NULL comes first. */
static uint64_t rank_of(const struct cell *c)
{
    uint64_t rank = 0;
    if (c->kind == CELL_INT)
        return (uint64_t)c->i ^ (uint64_t)1 << 63;
    for (size_t i = 0; c->kind == CELL_TEXT && i < sizeof rank; i++)
        rank = rank << 8 | (i < c->text.n ? (unsigned char)c->text.p[i] : 0);
    return rank;
}

static int by_rank(const void *x, const void *y)
{
    const struct entry *a = x, *b = y;
    int c = (a->rank > b->rank) - (a->rank < b->rank);
    for (size_t i = 0; c == 0 && i < a->width; i++)
        c = cell_cmp(&a->cells[i], &b->cells[i]);
    return c;
}

struct row_set index_entries(
    const struct index *ix, const struct table *t, const struct row_set *rows, struct arena *a)
{
    size_t columns[TABLE_MAX_COLUMNS], width = index_entry_columns(ix, t, columns);
    struct cell *cells = arena_take_unset(a, rows->n * width, sizeof *cells);
    struct entry *entries = arena_take_unset(a, rows->n, sizeof *entries);
    struct row_set sorted = {arena_take_unset(a, rows->n * width, sizeof *cells), width, rows->n};
    for (size_t i = 0; i < rows->n; i++) {
        struct cell *to = cells + i * width;
        for (size_t c = 0; c < width; c++)
            to[c] = row_set_at(rows, i)[columns[c]];
        entries[i] = (struct entry){rank_of(to), width, to};
    }
    qsort(entries, rows->n, sizeof *entries, by_rank);
    for (size_t i = 0; i < rows->n; i++)
        memcpy(row_set_at(&sorted, i), entries[i].cells, width * sizeof *cells);
    return sorted;
}
