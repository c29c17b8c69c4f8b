/* Numbers: each movie's number among all of the release, from 0 in the order of their ids. Asked
 * once per rating, so for the usual ids (below KNOWN_DENSE) it is made of a byte per id and the
 * number of the first of its group, which both stay in the processor's caches; larger ids are legal
 * and go through a map. */
#ifndef MOVIE_ETL_SOURCE_MOVIELENS_NUMBERS_H
#define MOVIE_ETL_SOURCE_MOVIELENS_NUMBERS_H

#include "source/movielens/known.h"

enum { NUMBERS_GROUP = 128 }; /* ids, from a multiple of it on */

struct numbers {
    uint8_t *near; /* by id: its place in its group, from 1 on; 0: there is no such movie */
    size_t near_n;
    uint32_t *groups; /* the number of the first of each group */
    struct map far;
};

void numbers_init(struct numbers *n);
void numbers_done(struct numbers *n);
/* Of all that are known; gives their ids in that order, k->n of them. */
void numbers_make(struct numbers *n, const struct known *k, int32_t *ids);
uint32_t numbers_far(const struct numbers *n, int64_t id);

/* The movie's number, or KNOWN_NOT. */
static inline uint32_t numbers_of(const struct numbers *n, int64_t id)
{
    if ((uint64_t)id >= n->near_n)
        return numbers_far(n, id);
    uint32_t place = n->near[id];
    return place == 0 ? KNOWN_NOT : n->groups[id / NUMBERS_GROUP] + place - 1;
}

#endif
