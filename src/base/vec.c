/* Vec: see vec.h. */
#include "base/vec.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

void vec_init(struct vec *v, size_t item_size, size_t max_count)
{
    *v = (struct vec){.item = item_size, .max = max_count};
}

void vec_done(struct vec *v)
{
    mem_free(v->items);
    *v = (struct vec){.item = v->item, .max = v->max};
}

void vec_clear(struct vec *v)
{
    v->n = 0;
}

void *vec_add(struct vec *v)
{
    if (v->n >= v->max)
        return NULL;
    if (v->n == v->cap) {
        size_t cap = v->cap == 0 ? 16 : v->cap * 2;
        if (cap > v->max)
            cap = v->max;
        v->items = mem_grow(v->items, cap, v->item);
        v->cap = cap;
    }
    void *at = (char *)v->items + v->n * v->item;
    memset(at, 0, v->item);
    v->n++;
    return at;
}

void *vec_at(const struct vec *v, size_t i)
{
    return (char *)v->items + i * v->item;
}

void vec_sort(struct vec *v, int (*cmp)(const void *, const void *))
{
    if (v->n > 1)
        qsort(v->items, v->n, v->item, cmp);
}
