/* Linking a whole release (private to etl): every MovieLens row to its movie, after it was loaded.
 *
 * In portions (link.h). A mark in the database says whether the last of them was made, so that what
 * a run left in between is done by the next one. Where a database is being built, all of it happens
 * inside the load, before anybody can see the database. */
#ifndef MOVIE_ETL_ETL_LINK_RELEASE_H
#define MOVIE_ETL_ETL_LINK_RELEASE_H

#include "etl/work.h"

/* The mark goes: called before rows are loaded. A transaction of its own. */
bool link_release_begin(struct work *w, struct err *e);
/* Links all rows and sets the mark. `inside`: in the transaction that is open, else in transactions
 * of its own. *ret: how many rows. */
bool link_release(struct work *w, bool inside, uint64_t *ret, struct err *e);
/* The same when the mark is not there. *ret is 0 where it is. */
bool link_release_finish(struct work *w, uint64_t *ret, struct err *e);

#endif
