/* Records written in groups, as on a first load. */
#ifndef MOVIE_ETL_TEST_ASIDE_KIT_H
#define MOVIE_ETL_TEST_ASIDE_KIT_H

#include "kit.h"

#include <sqlite3.h>

/* In a transaction of their own, which fails when it shall. */
bool aside_write(struct kit *k, struct tmdb_write **records, size_t n, bool fails);
void aside_settle(struct kit *k);
/* Somebody else who has the database open, and has just read it; to be closed. */
sqlite3 *aside_watch(struct kit *k);

#endif
