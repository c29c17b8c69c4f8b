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

/* What an entry has of its row. */
struct choice {
    size_t columns[TABLE_MAX_COLUMNS], width;
};

/* An entry to sort. */
struct entry {
    uint64_t rank; /* decides where it differs, and spares the look at the cells */
    const struct cell *row;
    const struct choice *choice;
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

static int by_cells(const void *x, const void *y)
{
    const struct entry *a = x, *b = y;
    int c = 0;
    for (size_t i = 0; c == 0 && i < a->choice->width; i++)
        c = cell_cmp(&a->row[a->choice->columns[i]], &b->row[a->choice->columns[i]]);
    return c;
}

/* One byte of the ranks, `shift` bits from the right; what is the same in it stays as it was. */
static void sort_by_byte(const struct entry *from, struct entry *to, size_t n, unsigned shift)
{
    size_t at[256] = {0}, sum = 0;
    for (size_t i = 0; i < n; i++)
        at[from[i].rank >> shift & 0xff]++;
    for (size_t i = 0; i < 256; i++) {
        size_t count = at[i];
        at[i] = sum;
        sum += count;
    }
    for (size_t i = 0; i < n; i++)
        to[at[from[i].rank >> shift & 0xff]++] = from[i];
}

/* By rank, from its last byte to its first, those that are the same everywhere left out: most ranks
 * are numbers of three bytes, for which there are a dozen comparisons otherwise. Then where ranks
 * are the same, by the cells. `spare` has as much room. Returns one of the two. */
static struct entry *sort_entries(struct entry *entries, struct entry *spare, size_t n)
{
    uint64_t differ = 0;
    for (size_t i = 1; i < n; i++)
        differ |= entries[i].rank ^ entries[0].rank;
    for (unsigned shift = 0; shift < 64; shift += 8) {
        if ((differ >> shift & 0xff) == 0)
            continue;
        struct entry *sorted = spare;
        sort_by_byte(entries, sorted, n, shift);
        spare = entries;
        entries = sorted;
    }
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && entries[end].rank == entries[i].rank; end++) {
        }
        if (end - i > 1)
            qsort(&entries[i], end - i, sizeof *entries, by_cells);
    }
    return entries;
}

struct row_set index_entries(
    const struct index *ix, const struct table *t, const struct row_set *rows, struct arena *a)
{
    struct choice choice;
    choice.width = index_entry_columns(ix, t, choice.columns);
    struct entry *entries = arena_take_unset(a, rows->n, sizeof *entries),
                 *spare = arena_take_unset(a, rows->n, sizeof *spare);
    struct row_set sorted = {
        arena_take_unset(a, rows->n * choice.width, sizeof *sorted.cells), choice.width, rows->n};
    for (size_t i = 0; i < rows->n; i++) {
        const struct cell *row = row_set_at(rows, i);
        entries[i] = (struct entry){rank_of(&row[choice.columns[0]]), row, &choice};
    }
    entries = sort_entries(entries, spare, rows->n);
    for (size_t i = 0; i < rows->n; i++)
        for (size_t c = 0; c < choice.width; c++)
            row_set_at(&sorted, i)[c] = entries[i].row[choice.columns[c]];
    return sorted;
}
