/* Generated ratings: a MovieLens release of any size, the same for the same numbers, made block by
 * block. Users have 20 to 300 ratings each over `movies` movies, sorted by user and movie as the
 * real files are. */
#ifndef MOVIE_ETL_TEST_GENERATED_H
#define MOVIE_ETL_TEST_GENERATED_H

#include "kit.h"

enum { GENERATED_BLOCK = 16384 };

struct generated {
    uint64_t ratings; /* how many in all */
    int32_t movies;   /* ids 1..movies */
    uint64_t seed, given, random;
    int32_t user, movie;
    int64_t left; /* of this user's */
    int32_t user_ids[GENERATED_BLOCK], movie_ids[GENERATED_BLOCK];
    uint32_t numbers[GENERATED_BLOCK]; /* of the movies */
    uint8_t half_stars[GENERATED_BLOCK];
    int64_t rated_at[GENERATED_BLOCK];
    struct rating_stats *stats;
    uint64_t fail_at; /* the block that begins at or after this row fails; 0: none */
    uint64_t kill_at; /* there the process is killed; 0: never */
    uint64_t tags, tags_given;
    int64_t memory; /* for the source */
    struct ml_release release;
};

void generated_init(struct generated *g, uint64_t ratings, int32_t movies, uint64_t seed);
void generated_done(struct generated *g);
struct ml_source generated_source(struct generated *g);
bool generated_next(struct generated *g, struct rating_block *ret, struct err *e);
/* Loads so many ratings of 300 movies, and 500 tags. */
void generated_load(struct kit *k, uint64_t ratings, uint64_t seed);

#endif
