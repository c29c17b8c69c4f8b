/* Roots: where SQLite put a table of a release and its index by movie, for those who write their
 * pages past it (private to this folder). */
#ifndef MOVIE_ETL_STORE_SQLITE_ROOTS_H
#define MOVIE_ETL_STORE_SQLITE_ROOTS_H

#include "store/sqlite/db.h"
#include "store/sqlite/table_pages.h"

/* What a page writer knows: these columns in this order, and nothing else. */
struct shape_known {
    const char *table;   /* its name */
    const char *columns; /* "NAME TYPE PLACE_IN_THE_KEY" of each, with commas */
    const char *index;   /* "NAME COLLATION DESCENDING" of each, with commas */
};

/* The root pages, into `ret`. *ret_right: the table and its index by movie are of that shape, and
 * the table has no other index. */
bool roots_find(struct store *s, const struct shape_known *known, struct table_place *ret,
    bool *ret_right, struct err *e);

#endif
