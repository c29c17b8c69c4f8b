/* Waiting rows into their table, by SQLite's INSERT (private to aside.c). */
#ifndef MOVIE_ETL_STORE_SQLITE_ASIDE_INSERT_H
#define MOVIE_ETL_STORE_SQLITE_ASIDE_INSERT_H

#include "store/sqlite/aside_run.h"
#include "store/sqlite/db.h"

/* Writes the rows of n runs of one table in the order of their first column, of equals those of the
 * earlier run first. */
bool aside_insert(struct store *s, int fd, const struct put *p, const struct run *runs, size_t n,
    struct err *e);

#endif
