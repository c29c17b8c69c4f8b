/* Numbers: see numbers.h. */
#include "source/movielens/numbers.h"

#include "base/mem.h"

#include <stdlib.h>

void numbers_init(struct numbers *n)
{
    *n = (struct numbers){0};
    map_init(&n->far, KNOWN_MAX);
}

void numbers_done(struct numbers *n)
{
    mem_free(n->near);
    mem_free(n->groups);
    map_done(&n->far);
    *n = (struct numbers){0};
}

static uint32_t make_near(struct numbers *n, const struct known *k, int32_t *ids)
{
    uint32_t made = 0;
    n->near_n = k->dense_n;
    n->near = mem_alloc(n->near_n);
    n->groups = mem_grow(NULL, n->near_n / NUMBERS_GROUP + 1, sizeof *n->groups);
    for (size_t id = 0; id < n->near_n; id++) {
        if (id % NUMBERS_GROUP == 0)
            n->groups[id / NUMBERS_GROUP] = made;
        if (k->dense[id] == 0)
            continue;
        ids[made++] = (int32_t)id;
        n->near[id] = (uint8_t)(made - n->groups[id / NUMBERS_GROUP]);
    }
    return made;
}

static int by_id(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

void numbers_make(struct numbers *n, const struct known *k, int32_t *ids)
{
    uint32_t first = make_near(n, k, ids), made = first;
    for (size_t i = 0; i < k->far.cap; i++)
        if (k->far.slots[i].used)
            ids[made++] = (int32_t)k->far.slots[i].key;
    if (made > first)
        qsort(ids + first, made - first, sizeof *ids, by_id);
    for (uint32_t i = first; i < made; i++)
        (void)map_put(&n->far, ids[i], i);
}

uint32_t numbers_far(const struct numbers *n, int64_t id)
{
    const uint64_t *i = map_get(&n->far, id);
    return i == NULL ? KNOWN_NOT : (uint32_t)*i;
}
