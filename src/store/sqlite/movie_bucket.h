/* Movie bucket: the rows of a range of movies, in the order in which they came, in four bytes each
 * (private to movie_index.h).
 *
 * A row's word has the number of its pair of movie and rating (a tag's: of its movie) within the
 * bucket above, and below that of its user, counted from the one with whom its block begins. Users
 * are numbered as they come. */
#ifndef MOVIE_ETL_STORE_SQLITE_MOVIE_BUCKET_H
#define MOVIE_ETL_STORE_SQLITE_MOVIE_BUCKET_H

#include "store/sqlite/bucket_room.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    BUCKET_PAIRS = 1 << 14, /* at most */
    BUCKET_USER_BITS = 18,
};

struct bucket {
    uint32_t *at, *end; /* where the next row goes, up to where; NULL: no block yet */
    uint32_t user;      /* of the last block */
    uint32_t first;     /* of its movies */
    uint32_t rows;      /* in the blocks that are ended */
    struct bucket_block *blocks, *last;
};

/* There is room for a row of the user of that number. */
static inline bool bucket_has_room(const struct bucket *b, uint32_t user)
{
    return b->at < b->end && user - b->user < UINT32_C(1) << BUCKET_USER_BITS;
}

static inline void bucket_add(struct bucket *b, uint32_t pair, uint32_t user)
{
    *b->at++ = pair << BUCKET_USER_BITS | (user - b->user);
}

/* Makes room. */
void bucket_add_block(struct bucket *b, struct bucket_room *from, uint32_t user);
void bucket_end(struct bucket *b); /* no more rows; may be said twice */

/* Puts the users of all rows in the order of their pairs, of which there are `pairs`. `ids`: of all
 * users. ends[pair]: where the pair's users end. */
void bucket_sort(
    const struct bucket *b, const int32_t *ids, uint32_t pairs, int32_t *users, uint32_t *ends);

#endif
