/* Listing: the ids of a list, each given once (private to source/tmdb). */
#ifndef MOVIE_ETL_SOURCE_TMDB_LISTING_H
#define MOVIE_ETL_SOURCE_TMDB_LISTING_H

#include "base/map.h"
#include "source/tmdb/tmdb.h"

struct listing {
    struct map ids; /* given already */
    bool (*take)(void *payload, int64_t tmdb_id, struct err *e);
    void *payload;
    struct tmdb_listing counts;
};

void listing_init(
    struct listing *l, bool (*take)(void *payload, int64_t tmdb_id, struct err *e), void *payload);
void listing_done(struct listing *l);
/* The callback of struct pages; `payload` is a struct listing. */
bool listing_take(void *payload, int64_t id, struct err *e);

#endif
