/* Records written in groups, as on a first load. */
#ifndef MOVIE_ETL_TEST_ASIDE_KIT_H
#define MOVIE_ETL_TEST_ASIDE_KIT_H

#include "kit.h"

/* In a transaction of their own, which fails when it shall. */
bool aside_write(struct kit *k, struct tmdb_write **records, size_t n, bool fails);
void aside_settle(struct kit *k);

#endif
