/* Ratings: the block scanner's inside, shared by its fast and its careful half. */
#ifndef MOVIE_ETL_SOURCE_MOVIELENS_RATINGS_H
#define MOVIE_ETL_SOURCE_MOVIELENS_RATINGS_H

#include "source/movielens/plain.h"
#include "source/movielens/release.h"

enum {
    RATINGS_BLOCK = 65536,       /* rows */
    RATINGS_WINDOW = 256 * 1024, /* bytes; with its rows it stays in the second-level cache */
};

struct ratings {
    struct window window;
    uint64_t line_now; /* of the row at window.at */
    bool ended, sorted, skipping;
    uint64_t last;     /* user and movie of the last row settled */
    size_t n, settled; /* rows in the block; those that are accepted for good */
    uint64_t
        unsettled_line; /* of the first row not settled; the others are on the lines after it */
    uint32_t movie[RATINGS_BLOCK]; /* its index in `known` */
    uint32_t (*counts)
        [10]; /* per movie, not yet in the statistics: a third of their size, for the caches */
    uint64_t counted; /* rows in `counts` */
    int32_t user_id[RATINGS_BLOCK], movielens_id[RATINGS_BLOCK];
    uint8_t half_stars[RATINGS_BLOCK];
    int64_t rated_at[RATINGS_BLOCK];
};

/* Reads one line (without its line end; `unended`: the file has none after it) that is not in the
 * plain form. False, with a finding, when it is no rating; also for a blank line, without one. */
bool ratings_careful(struct place *p, char *line, size_t n, bool unended, struct rating *ret);

#endif
