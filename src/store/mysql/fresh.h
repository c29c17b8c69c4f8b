/* Rows of new records as a file for LOAD DATA LOCAL (private to this folder). */
#ifndef MOVIE_ETL_STORE_MYSQL_FRESH_H
#define MOVIE_ETL_STORE_MYSQL_FRESH_H

#include "store/mysql/server.h"

enum { LOAD_MAX = 64 * 1024 * 1024 };

struct loading {
    const struct put *put;
    size_t n; /* rows */
    struct str data; /* room for LOAD_MAX; the buffer is the caller's */
};

/* Prints a row. */
void server_lay_out_row(
    struct store *s, struct str *to, const struct cell *row, size_t width);
/* Prints the rows. False: they are too many for it. */
bool server_lay_out(
    struct store *s, const struct put *p, const struct row_set *rows, struct loading *ret);
/* Sends them. An answer that is not spotless fails, and calls for a transaction without LOAD
 * DATA. */
bool server_load(struct store *s, const struct loading *l, bool checked, struct err *e);

#endif
