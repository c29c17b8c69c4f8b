/* Sort key: values as bytes, which memcmp orders as SQLite orders the values: NULL, then numbers,
 * then texts by their bytes (private to this folder).
 *
 *   NULL      0x00
 *   integer   0x10, plus or minus how many bytes it takes (1 to 8), then these, the highest first
 *   real      0x20, 8 bytes; a column has either integers or reals
 *   text      0x30, its bytes, 0x00; so it must not have a byte 0
 *
 * No key is the beginning of another of as many columns. */
#ifndef MOVIE_ETL_STORE_SQLITE_SORT_KEY_H
#define MOVIE_ETL_STORE_SQLITE_SORT_KEY_H

#include "model/layout.h"
#include "store/sqlite/bytes.h"

enum { SORT_KEY_NULL = 0 };

/* How many bytes the key takes at most. */
size_t sort_key_room(const struct cell *row, size_t width);
/* Writes it and returns how many bytes it has. */
size_t sort_key_put(uint8_t *to, const struct cell *row, size_t width);
/* The integer that the key begins with. */
int64_t sort_key_int(const uint8_t *key);
/* Bytes of the key's first value. */
size_t sort_key_first(const uint8_t *key);

#endif
