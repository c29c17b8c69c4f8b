/* Fill sort: entries of a tree, put in the order of their keys (private to this folder). */
#ifndef MOVIE_ETL_STORE_SQLITE_FILL_SORT_H
#define MOVIE_ETL_STORE_SQLITE_FILL_SORT_H

#include "base/view.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where an entry lies in memory: bytes of its key and of its record (2 each), the key (sort_key.h),
 * the record. */
struct fill_item {
    uint64_t rank; /* the sort's own */
    const uint8_t *entry;
};

struct view fill_key(const struct fill_item *item);
struct view fill_record(const struct fill_item *item);

/* Entries with the same key stay in their order; *ret_same: there are such. */
void fill_sort(struct fill_item *items, size_t n, bool *ret_same);

#endif
