/* First load: indexes that are made when the tables are filled (private to store; for TMDB's tables
 * store_begin_first_load). */
#ifndef MOVIE_ETL_STORE_FIRST_LOAD_H
#define MOVIE_ETL_STORE_FIRST_LOAD_H

#include "store/engine.h"

/* Into a database that is being built, within the transaction of a load: all rows of these tables
 * (ends with NULL) that are put between the two come together. Nobody looks at them before that. */
bool first_release_begin(struct store *s, const char *const *tables, struct err *e);
bool first_release_end(struct store *s, struct err *e);
/* Around the writing of movies that do not come so: without their indexes, unless these come and go
 * with their tables. */
bool first_release_drop_indexes(struct store *s, struct err *e);
bool first_release_make_indexes(struct store *s, struct err *e);

/* Makes late indexes that are missing. Not inside a transaction, and by who has the write lease:
 * somebody else's first load may be going on without them. */
bool first_load_make_late(struct store *s, struct err *e);

#endif
