/* Movie ids: which movies a release has, each with its rank: its place among all of them in the
 * order of their ids. Asked once per rating and tag, so the usual ids are one load from an array;
 * others are legal and go through a map. */
#ifndef MOVIE_ETL_STORE_MOVIE_IDS_H
#define MOVIE_ETL_STORE_MOVIE_IDS_H

#include "base/map.h"
#include "base/vec.h"

enum {
    MOVIE_IDS_MAX = 16 * 1024 * 1024,
    MOVIE_IDS_DENSE = 4 * 1024 * 1024, /* ids below are in the array; ml-32m's end at 292,757 */
};
#define MOVIE_IDS_NONE UINT32_MAX

struct movie_ids {
    struct vec ids;  /* int32_t, in order after movie_ids_rank_all */
    uint32_t *dense; /* rank + 1 by id, or 0 */
    size_t dense_n;
    struct map far; /* rank by id, of those above */
};

void movie_ids_init(struct movie_ids *m);
void movie_ids_done(struct movie_ids *m);
/* False when there are MOVIE_IDS_MAX already. An id may come twice. */
bool movie_ids_add(struct movie_ids *m, int64_t id);
/* After the last: gives each its rank. */
void movie_ids_rank_all(struct movie_ids *m);
uint32_t movie_ids_far(const struct movie_ids *m, int64_t id);

static inline uint32_t movie_ids_rank(const struct movie_ids *m, int64_t id)
{
    if ((uint64_t)id < m->dense_n)
        return m->dense[id] - 1;
    return movie_ids_far(m, id);
}

#endif
