/* Waiting: rows of a gathered first load (gathered.h) in a file of this machine, until they go into
 * their tables in the order of their records' ids (private to this folder).
 *
 * Records come in any order. Row by row as they come, each page of a table is looked for, filled,
 * split and written several times; in order, once. Rows are kept as LOAD DATA reads them. In memory
 * are 24 bytes for the rows that a record has in a list; the file has no name, so that nothing of
 * it remains when the process ends. */
#ifndef MOVIE_ETL_STORE_MYSQL_WAITING_H
#define MOVIE_ETL_STORE_MYSQL_WAITING_H

#include "store/mysql/server.h"

struct waiting;

/* The file is made in this folder. */
bool waiting_new(const char *folder, struct waiting **ret, struct err *e);
void waiting_free(struct waiting *w); /* NULL: does nothing */

/* Whole rows of records, in the order of their ids; `p` stays where it is. */
bool waiting_put(struct store *s, struct waiting *w, const struct put *p,
    const struct row_set *rows, struct err *e);
bool waiting_is_empty(const struct waiting *w);
/* No more should come. */
bool waiting_is_full(const struct waiting *w);
/* All of them go into their tables: over the connection of `s`, and beside it that of `twin`,
 * unless it is NULL. Then, and when that fails, none waits. */
bool waiting_load(struct store *s, struct store *twin, struct waiting *w, struct err *e);
void waiting_forget(struct waiting *w);

#endif
