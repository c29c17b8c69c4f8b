/* Fill sort: see fill_sort.h. By eight bytes of the keys, then among those that have them in common
 * by the next eight: so a comparison is one of numbers, and for many numbers there are none. */
#include "store/sqlite/fill_sort.h"

#include "base/mem.h"
#include "store/sqlite/bytes.h"

enum {
    HEADER = 4,
    RANK = 8,    /* bytes */
    FEW = 64,    /* entries are inserted one by one */
    DIGITS = 256 /* a byte's values */
};

struct sorting {
    struct fill_item *spare;
    size_t counts[RANK][DIGITS];
    bool same;
};

struct view fill_key(const struct fill_item *item)
{
    return (struct view){(const char *)item->entry + HEADER, get_u16(item->entry)};
}

struct view fill_record(const struct fill_item *item)
{
    size_t key_n = get_u16(item->entry);
    return (struct view){
        (const char *)item->entry + HEADER + key_n, get_u16(item->entry + 2)};
}

/* The bytes from `depth` on, as a number; 0 where the key has ended. */
static uint64_t rank_at(const struct fill_item *item, size_t depth)
{
    struct view key = fill_key(item);
    uint64_t rank = 0;
    for (size_t i = depth; i < depth + RANK; i++)
        rank = rank << 8 | (i < key.n ? (uint8_t)key.p[i] : 0);
    return rank;
}

static void insert_each(struct fill_item *items, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct fill_item moving = items[i];
        size_t at = i;
        for (; at > 0 && items[at - 1].rank > moving.rank; at--)
            items[at] = items[at - 1];
        items[at] = moving;
    }
}

static uint8_t digit_of(const struct fill_item *item, size_t digit)
{
    return (uint8_t)(item->rank >> 8 * digit);
}

static void spread(struct sorting *s, struct fill_item *items, size_t n, size_t digit)
{
    size_t *places = s->counts[digit], next = 0;
    for (size_t v = 0; v < DIGITS; v++) {
        size_t count = places[v];
        places[v] = next;
        next += count;
    }
    for (size_t i = 0; i < n; i++)
        s->spare[places[digit_of(&items[i], digit)]++] = items[i];
    memcpy(items, s->spare, n * sizeof *items);
}

/* From the last digit to the first; those that are the same everywhere are passed over. */
static void sort_digits(struct sorting *s, struct fill_item *items, size_t n)
{
    memset(s->counts, 0, sizeof s->counts);
    for (size_t i = 0; i < n; i++)
        for (size_t digit = 0; digit < RANK; digit++)
            s->counts[digit][digit_of(&items[i], digit)]++;
    for (size_t digit = 0; digit < RANK; digit++)
        if (s->counts[digit][digit_of(&items[0], digit)] < n)
            spread(s, items, n, digit);
}

static bool rises(const struct fill_item *items, size_t n)
{
    size_t i = 1;
    while (i < n && items[i - 1].rank <= items[i].rank)
        i++;
    return i >= n;
}

/* Keys that are the same before `depth`. No key begins another, so those whose bytes from there on
 * are the same too end together. */
static void sort_from(struct sorting *s, struct fill_item *items, size_t n, size_t depth)
{
    if (depth >= fill_key(items).n) {
        s->same = true;
        return;
    }
    for (size_t i = 0; i < n; i++)
        items[i].rank = rank_at(&items[i], depth);
    if (n <= FEW)
        insert_each(items, n);
    else if (!rises(items, n))
        sort_digits(s, items, n);
    for (size_t from = 0, end; from < n; from = end) {
        end = from + 1;
        while (end < n && items[end].rank == items[from].rank)
            end++;
        if (end - from > 1)
            sort_from(s, items + from, end - from, depth + RANK);
    }
}

void fill_sort(struct fill_item *items, size_t n, bool *ret_same)
{
    struct sorting *s = mem_alloc(sizeof *s);
    s->spare = mem_alloc(n * sizeof *s->spare);
    if (n > 1)
        sort_from(s, items, n, 0);
    *ret_same = s->same;
    mem_free(s->spare);
    mem_free(s);
}
