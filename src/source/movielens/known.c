/* Known: see known.h. */
#include "source/movielens/known.h"

#include "base/mem.h"

void known_init(struct known *k)
{
    *k = (struct known){0};
    map_init(&k->far, KNOWN_MAX);
}

void known_done(struct known *k)
{
    mem_free(k->dense);
    map_done(&k->far);
    *k = (struct known){0};
}

static void widen(struct known *k, size_t id)
{
    size_t n = k->dense_n == 0 ? 4096 : k->dense_n;
    while (n <= id)
        n *= 2;
    k->dense = mem_grow(k->dense, n, sizeof *k->dense);
    memset(k->dense + k->dense_n, 0, (n - k->dense_n) * sizeof *k->dense);
    k->dense_n = n;
}

bool known_add(struct known *k, int64_t id)
{
    if (k->n >= KNOWN_MAX)
        return false;
    if (id < KNOWN_DENSE) {
        if ((uint64_t)id >= k->dense_n)
            widen(k, (size_t)id);
        k->dense[id] = k->n + 1;
    } else if (!map_put(&k->far, id, k->n)) {
        return false;
    }
    k->n++;
    return true;
}

uint32_t known_far(const struct known *k, int64_t id)
{
    const uint64_t *i = map_get(&k->far, id);
    return i == NULL ? KNOWN_NOT : (uint32_t)*i;
}
