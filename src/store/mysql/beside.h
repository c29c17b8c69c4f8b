/* Beside: rows of new records over a second connection (private to this folder).
 *
 * A server gives each connection one core, and most of what a record costs it are rows in tables of
 * the record's own. During a first load these wait for a second connection, which takes table after
 * table while the first writes all else; when that is done both take what is left.
 *
 * So a transaction has two parts. That of the second connection is committed first, when all the
 * other has left to do is its own COMMIT (or when rows are looked at that may be in it, of a record
 * that comes a second time), and while it still holds the lease's row; whoever dies between the two
 * leaves rows of records that are not there (orphans.c removes them). A process that
 * sleeps in between loses both parts (wait_timeout). Where there can be no second connection,
 * everything goes over the first. */
#ifndef MOVIE_ETL_STORE_MYSQL_BESIDE_H
#define MOVIE_ETL_STORE_MYSQL_BESIDE_H

#include "store/mysql/server.h"

/* Whether this is the table of a list whose rows may be written that way. */
bool beside_takes(const struct table *t);
bool beside_put(struct store *s, const struct put *p, const struct row_set *rows, struct err *e);
/* Writes what waits, and commits the second connection's part. */
bool beside_commit(struct store *s, struct err *e);
/* Takes back what was not committed, and ends the connection. */
void beside_roll_back(struct server *q);
/* The same, for good. */
void beside_free(struct server *q);

#endif
