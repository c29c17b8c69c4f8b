/* Linking a whole release (private to etl): every MovieLens row to its movie, after it was loaded.
 *
 * In portions (link.h). Where a database is being built, or was just made, rows are linked on their
 * way into it; in an embedded one that has rows they are linked in the transaction that loads the
 * release. On a server portions follow in transactions of their own, and a mark in the database
 * says whether the last of them was made, so that what a run left in between is done by the next
 * one. */
#ifndef MOVIE_ETL_ETL_LINK_RELEASE_H
#define MOVIE_ETL_ETL_LINK_RELEASE_H

#include "etl/work.h"

/* The mark goes: called before rows are loaded. A transaction of its own. */
bool link_release_begin(struct work *w, struct err *e);
/* Links all rows of a release before they are written into a database that is blank
 * (store_is_blank). `whole`: all that is written stands or falls with the release, so the mark is
 * set as well. */
bool link_release_rows(
    struct work *w, struct ml_row *rows, size_t n, bool whole, struct err *e);
/* Sets the mark where it is not there, after a load that linked its rows. */
bool link_release_mark(struct work *w, struct err *e);
/* The same for rows that are stored, within the transaction that loads them; the database need not
 * be blank, and the mark is set. *ret: how many. */
bool link_release_stored(struct work *w, uint64_t *ret, struct err *e);
/* When the mark is not there: links all rows that are stored, in transactions of its own, and sets
 * it. *ret: how many rows. */
bool link_release_finish(struct work *w, uint64_t *ret, struct err *e);

#endif
