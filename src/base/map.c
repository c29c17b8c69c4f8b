/* Map: see map.h. */
#include "base/map.h"

#include "base/mem.h"

static uint64_t mix(uint64_t x)
{
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93u;
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93u;
    return x ^ (x >> 32);
}

uint64_t hash_bytes(struct view v)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < v.n; i++)
        h = (h ^ (unsigned char)v.p[i]) * 0x100000001b3u;
    return mix(h);
}

void map_init(struct map *m, size_t max)
{
    *m = (struct map){.max = max};
}

void map_done(struct map *m)
{
    mem_free(m->slots);
    *m = (struct map){.max = m->max};
}

static struct map_slot *map_slot(const struct map *m, int64_t key)
{
    size_t i = (size_t)mix((uint64_t)key) & (m->cap - 1);
    while (m->slots[i].used && m->slots[i].key != key)
        i = (i + 1) & (m->cap - 1);
    return &m->slots[i];
}

static void map_grow(struct map *m)
{
    struct map old = *m;
    m->cap = old.cap == 0 ? 64 : old.cap * 2;
    m->slots = mem_alloc(m->cap * sizeof *m->slots);
    for (size_t i = 0; i < old.cap; i++)
        if (old.slots[i].used)
            *map_slot(m, old.slots[i].key) = old.slots[i];
    mem_free(old.slots);
}

bool map_put(struct map *m, int64_t key, uint64_t value)
{
    if (m->cap == 0 || (m->n + 1) * 3 > m->cap * 2)
        map_grow(m);
    struct map_slot *s = map_slot(m, key);
    if (!s->used) {
        if (m->n >= m->max)
            return false;
        m->n++;
    }
    *s = (struct map_slot){key, value, true};
    return true;
}

uint64_t *map_get(const struct map *m, int64_t key)
{
    if (m->cap == 0)
        return NULL;
    struct map_slot *s = map_slot(m, key);
    return s->used ? &s->value : NULL;
}

bool map_has(const struct map *m, int64_t key)
{
    return map_get(m, key) != NULL;
}

void textmap_init(struct textmap *m, size_t max)
{
    *m = (struct textmap){.max = max};
    arena_init(&m->keys);
}

void textmap_done(struct textmap *m)
{
    mem_free(m->slots);
    arena_done(&m->keys);
    *m = (struct textmap){.max = m->max};
}

/* The key of a free slot is absent, so that an absent key must not be one. */
static struct view known_key(struct view key)
{
    return key.p == NULL ? view_of("") : key;
}

static struct textmap_slot *textmap_slot(const struct textmap *m, struct view key)
{
    size_t i = (size_t)hash_bytes(key) & (m->cap - 1);
    while (m->slots[i].key.p != NULL && !view_eq(m->slots[i].key, key))
        i = (i + 1) & (m->cap - 1);
    return &m->slots[i];
}

static void textmap_grow(struct textmap *m)
{
    struct textmap_slot *old = m->slots;
    size_t cap = m->cap;
    m->cap = cap == 0 ? 64 : cap * 2;
    m->slots = mem_alloc(m->cap * sizeof *m->slots);
    for (size_t i = 0; i < cap; i++)
        if (old[i].key.p != NULL)
            *textmap_slot(m, old[i].key) = old[i];
    mem_free(old);
}

bool textmap_put(struct textmap *m, struct view key, uint64_t value)
{
    if (m->cap == 0 || (m->n + 1) * 3 > m->cap * 2)
        textmap_grow(m);
    struct textmap_slot *s = textmap_slot(m, known_key(key));
    if (s->key.p == NULL) {
        if (m->n >= m->max)
            return false;
        s->key = arena_dup(&m->keys, known_key(key));
        m->n++;
    }
    s->value = value;
    return true;
}

uint64_t *textmap_get(const struct textmap *m, struct view key)
{
    if (m->cap == 0)
        return NULL;
    struct textmap_slot *s = textmap_slot(m, known_key(key));
    return s->key.p != NULL ? &s->value : NULL;
}
