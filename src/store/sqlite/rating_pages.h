/* Rating pages: ratings into their table and its index, past SQLite; see table_pages.h.
 *
 * Rows are taken as long as they rise in user and movie. */
#ifndef MOVIE_ETL_STORE_SQLITE_RATING_PAGES_H
#define MOVIE_ETL_STORE_SQLITE_RATING_PAGES_H

#include "store/sqlite/table_pages.h"

struct rating_sample {
    int32_t user_id, movielens_id;
    uint8_t half_stars;
    int64_t rated_at;
};

struct rating_pages {
    struct table_pages pages;
    int64_t last; /* key of the last row */
    struct rating_sample samples[SAMPLES + 1], last_row;
};

bool rating_pages_begin(
    struct rating_pages *p, const struct table_place *place, const char **ret_why, struct err *e);
/* *ret_taken: how many of the block's rows, from the first on, rose in key. When that is not all,
 * it was the last call. */
bool rating_pages_add(
    struct rating_pages *p, const struct rating_block *b, size_t *ret_taken, struct err *e);
bool rating_pages_end(struct rating_pages *p, bool indexed, bool *ret_indexed, struct err *e);

#endif
