/* Notes (private to etl): what a fetch that was cut short knows beside its records, so that the
 * next run of the same command asks for nothing twice: pages of lists, ids that are left out, that
 * the key was accepted. stage keeps them, source/tmdb and fetch.c make use of them; here the two
 * meet. */
#ifndef MOVIE_ETL_ETL_NOTES_H
#define MOVIE_ETL_ETL_NOTES_H

#include "etl/fetch.h"

/* Opens the notes of the command `verb`. A dry run has none, it writes nothing; nor has what gives
 * no verb. */
bool notes_open(struct fetcher *f, const char *verb, struct err *e);
/* The client's lists go through the notes from here on. The key is checked unless an earlier run
 * did. */
bool notes_use(struct fetcher *f, struct err *e);
/* An id whose answer is no record. */
bool notes_leave_out(struct fetcher *f, int64_t tmdb_id, struct err *e);
bool notes_left_out(struct fetcher *f, int64_t tmdb_id);
/* The command came to its end; `complete`: with nothing left to do. */
bool notes_close(struct fetcher *f, bool complete, struct err *e);

#endif
