/* Fill: whole tables of a database that is being built, and their indexes, as pages (private to
 * this folder).
 *
 * SQLite's INSERT looks for the place of each row, in the table and in each index; making the
 * indexes afterwards sorts them one by one. Here rows wait in memory, with the entries they make
 * (fill_tree.h), until all are there; then each tree is put in order and written from its first
 * page to its last, between two of SQLite's transactions, as ratings are (ratings.c). Nobody reads
 * the tables meanwhile.
 *
 * What does not suit (two rows with the same key, tables that are not empty)
 * goes through SQLite, with the indexes made afterwards. */
#ifndef MOVIE_ETL_STORE_SQLITE_FILL_H
#define MOVIE_ETL_STORE_SQLITE_FILL_H

#include "store/sqlite/db.h"

struct fill;

/* See struct engine. */
bool sqlite_fill_begin(struct store *s, const char *const *tables, struct err *e);
bool sqlite_fill_end(struct store *s, struct err *e);
/* Forgets what waits; NULL is fine. */
void fill_free(struct fill *f);

/* Takes rows for one of the tables; *ret_taken false: they are for another. */
bool fill_rows(struct fill *f, const struct put *p, const struct row_set *rows, bool *ret_taken,
    struct err *e);

#endif
