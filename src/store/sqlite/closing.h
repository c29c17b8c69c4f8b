/* Closing: files that have no name any more are closed in threads of their own (private to this
 * folder).
 *
 * Closing one gives its room back: for a gigabyte the system takes half a second, in which whoever
 * loads would do nothing but wait. */
#ifndef MOVIE_ETL_STORE_SQLITE_CLOSING_H
#define MOVIE_ETL_STORE_SQLITE_CLOSING_H

#include "store/sqlite/db.h"

/* Nobody uses the descriptor again. */
void closing_begin(struct sqlite *q, int fd);
/* Waits until all are closed. */
void closing_join(struct sqlite *q);

#endif
