/* Rows of named things that were written: see seen.h. */
#include "store/seen.h"

#include "base/map.h"
#include "base/mem.h"

/* A key has its choice of WAYS places: with one, a third of half a million people shared theirs
 * with somebody and were written again whenever the two took turns. */
enum { PLACES = 1 << 20, WAYS = 4, DAY = 86400, KEYS = 1 << 26 };

struct place_taken {
    uint64_t key, content; /* content 0: free */
    int64_t at;
    size_t table;
};

/* The keys that are in a table. */
struct keys {
    bool known;
    uint8_t *bits;
    size_t n; /* bytes of them */
};

struct seen {
    int64_t floor;
    struct keys keys[TMDB_LIST_COUNT];
    struct place_taken places[PLACES];
};

struct seen *seen_new(int64_t floor)
{
    struct seen *s = mem_table(sizeof *s);
    s->floor = floor;
    return s;
}

void seen_free(struct seen *s)
{
    for (size_t i = 0; s != NULL && i < TMDB_LIST_COUNT; i++)
        mem_free(s->keys[i].bits);
    mem_free(s);
}

static uint64_t mix(uint64_t h, uint64_t with)
{
    h = (h ^ with) * 0x9E3779B97F4A7C15u;
    return h ^ h >> 29;
}

static uint64_t value_of(const struct cell *c)
{
    uint64_t bits = 0;
    if (c->kind == CELL_INT)
        return (uint64_t)c->i;
    if (c->kind == CELL_REAL)
        memcpy(&bits, &c->r, sizeof bits);
    return c->kind == CELL_TEXT ? hash_bytes(c->text) : bits;
}

static uint64_t content_of(const struct cell *row, size_t width)
{
    uint64_t h = width;
    for (size_t i = 0; i < width; i++)
        h = mix(mix(h, (uint64_t)row[i].kind), value_of(&row[i]));
    return h | 1;
}

static uint64_t hash_of(size_t table, uint64_t key)
{
    return mix(mix(table, key), 0);
}

static size_t first_place(uint64_t hash)
{
    return (hash >> 44) / WAYS * WAYS;
}

void seen_expect(const struct seen *s, size_t table, const struct cell *row, size_t width)
{
    cells_expect(row, width);
    const struct place_taken *some = &s->places[first_place(hash_of(table, value_of(&row[0])))];
    __builtin_prefetch(&some[0]);
    __builtin_prefetch(&some[WAYS - 1]);
}

/* The place of the key; else a free one, or that of somebody who is forgotten for it. */
static struct place_taken *place_of(struct seen *s, size_t table, uint64_t key, bool *ret_same)
{
    uint64_t h = hash_of(table, key);
    struct place_taken *some = &s->places[first_place(h)], *free_one = NULL;
    for (size_t i = 0; i < WAYS; i++) {
        *ret_same = some[i].content != 0 && some[i].key == key && some[i].table == table;
        if (*ret_same)
            return &some[i];
        if (some[i].content == 0 && free_one == NULL)
            free_one = &some[i];
    }
    return free_one != NULL ? free_one : &some[h % WAYS];
}

bool seen_row(struct seen *s, size_t table, const struct cell *row, size_t width, int64_t at)
{
    uint64_t key = value_of(&row[0]), content = content_of(row, width);
    bool same;
    struct place_taken *p = place_of(s, table, key, &same);
    if (same && p->content == content && at < p->at + DAY)
        return true;
    if (at >= s->floor && (!same || at >= p->at))
        *p = (struct place_taken){key, content, at, table};
    return false;
}

void seen_empty(struct seen *s, size_t table)
{
    s->keys[table].known = true;
}

bool seen_key(struct seen *s, size_t table, const struct cell *key)
{
    struct keys *k = &s->keys[table];
    if (!k->known || key->kind != CELL_INT || key->i < 0 || key->i >= KEYS)
        return true;
    size_t at = (size_t)key->i / 8;
    if (at >= k->n) {
        size_t n = 2 * at + 1;
        k->bits = mem_grow(k->bits, n, 1);
        memset(k->bits + k->n, 0, n - k->n);
        k->n = n;
    }
    uint8_t bit = (uint8_t)(1u << key->i % 8);
    bool there = (k->bits[at] & bit) != 0;
    k->bits[at] |= bit;
    return there;
}
