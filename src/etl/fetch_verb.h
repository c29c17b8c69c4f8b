/* The frame of a verb that fetches (private to etl): the verbs differ in which ids they want and
 * what they skip. */
#ifndef MOVIE_ETL_ETL_FETCH_VERB_H
#define MOVIE_ETL_ETL_FETCH_VERB_H

#include "etl/ids.h"

typedef bool fetch_verb_body(struct fetcher *f, struct id_set *ids, struct err *e);

/* Begins a run on an existing database, prepares a fetcher and an empty set, runs the body, says
 * what came of it. */
bool fetch_verb(struct etl *x, const char *name, fetch_verb_body *body, struct err *e);

/* A day as the scope of a batch: YYYYMMDD. */
void scope_of_day(int64_t day, char to[16]);

/* The part of `sync` that keeps every record younger than 150 days (TMDB's terms: six months):
 * fetches the oldest, as many as a steady round takes for the days since the last time, and all
 * that are older. */
bool etl_refresh(struct etl *x, struct err *e);

#endif
