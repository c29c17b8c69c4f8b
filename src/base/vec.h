/* Vec: a growable array of items of one size, with a compulsory maximum count.
 *
 * Items move when it grows: keep indices, not pointers, across vec_add. Typed access is a cast:
 * `struct movie *m = vec_at(&v, i);`. */
#ifndef MOVIE_ETL_BASE_VEC_H
#define MOVIE_ETL_BASE_VEC_H

#include <stdbool.h>
#include <stddef.h>

struct vec {
    void *items;
    size_t n, cap, item, max;
};

void vec_init(struct vec *v, size_t item_size, size_t max_count);
void vec_done(struct vec *v);
void vec_clear(struct vec *v);
/* Adds a zeroed item and returns it; NULL when the maximum is reached. */
void *vec_add(struct vec *v);
void *vec_at(const struct vec *v, size_t i);
void vec_sort(struct vec *v, int (*cmp)(const void *, const void *));

#endif
