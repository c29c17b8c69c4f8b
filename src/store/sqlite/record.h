/* Record: a row as SQLite stores it, its record format (2.1 of the file format; btree.h has what is
 * needed of it), from cells and back (private to this folder). A real stays a double: SQLite would
 * store a whole one as an integer, and reads both. */
#ifndef MOVIE_ETL_STORE_SQLITE_RECORD_H
#define MOVIE_ETL_STORE_SQLITE_RECORD_H

#include "model/layout.h"
#include "store/sqlite/bytes.h"

/* Bytes behind a record that are written, or read, with its last number. */
enum { RECORD_SPARE = 8 };

/* How many bytes it takes at most, the spare ones among them. */
size_t record_room(const struct cell *row, size_t width);
/* Writes it and returns how many bytes it has. At most TABLE_MAX_COLUMNS cells. */
size_t record_put(uint8_t *to, const struct cell *row, size_t width);
/* Its first n columns; texts lie where they are. */
void record_take(const uint8_t *record, struct cell *ret, size_t n);

#endif
