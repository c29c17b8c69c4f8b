/* Known: which movies exist, or have a link, as a number from 0 in order of appearance. Asked once
 * per movie, link and tag, so the usual ids (below KNOWN_DENSE) are one load from an array; larger
 * ones are legal and go through a map. */
#ifndef MOVIE_ETL_SOURCE_MOVIELENS_KNOWN_H
#define MOVIE_ETL_SOURCE_MOVIELENS_KNOWN_H

#include "base/map.h"

enum {
    KNOWN_DENSE = 4 * 1024 * 1024, /* ml-32m's ids end at 292,757 */
    KNOWN_MAX = 8 * 1024 * 1024,   /* movies; ml-32m has 87,585 */
};

#define KNOWN_NOT UINT32_MAX

struct known {
    uint32_t *dense; /* index + 1, or 0 */
    size_t dense_n;
    struct map far;
    uint32_t n;
};

void known_init(struct known *k);
void known_done(struct known *k);
/* `id` is at least 1 and not there yet. False when KNOWN_MAX is reached. */
bool known_add(struct known *k, int64_t id);
uint32_t known_far(const struct known *k, int64_t id);

/* The movie's index, or KNOWN_NOT. */
static inline uint32_t known_index(const struct known *k, int64_t id)
{
    if ((uint64_t)id < k->dense_n)
        return k->dense[id] - 1;
    return known_far(k, id);
}

#endif
