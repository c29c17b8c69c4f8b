/* Closing: files that have no name any more are closed, and much memory is given back, in threads
 * of their own (private to this folder).
 *
 * Closing such a file gives its room back: for a gigabyte the system takes half a second, in which
 * whoever loads would do nothing but wait. For 200 MB of memory it takes ten milliseconds. */
#ifndef MOVIE_ETL_STORE_SQLITE_CLOSING_H
#define MOVIE_ETL_STORE_SQLITE_CLOSING_H

#include "store/sqlite/db.h"
#include "store/sqlite/movie_bucket.h"

/* Nobody uses the descriptor again. */
void closing_begin(struct sqlite *q, int fd);
void closing_begin_room(struct sqlite *q, struct bucket_room *take);
/* Waits until all are closed and given back. */
void closing_join(struct sqlite *q);

#endif
