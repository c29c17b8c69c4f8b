/* Successors (private to etl): what became of records that TMDB answers 404 for. */
#ifndef MOVIE_ETL_ETL_SUCCESSOR_H
#define MOVIE_ETL_ETL_SUCCESSOR_H

#include "etl/fetch.h"

enum { SUCCESSORS_PER_RUN = 200 };

/* For each of the gone ids that is loaded with an IMDb id: asks TMDB which movie carries it now,
 * and adds it to `to` when it is not known yet. TMDB itself says nothing about merged entries. */
bool successors_of(struct fetcher *f, const struct vec *gone_ids, struct id_set *to, struct err *e);

#endif
