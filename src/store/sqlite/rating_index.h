/* Rating index: the b-tree of the index (movielens_id, rating) over ratings that come in the order
 * of their key (user_id, movielens_id), without sorting them.
 *
 * An entry of the index is movie, rating, user. There are few different pairs of movie and rating
 * (ten per movie), so a row is remembered as the number of its pair, 4 bytes, and users as runs;
 * when all rows are known, the pairs are counted, and each row's user is put where its pair's users
 * begin. Rows come by user, so every pair's users end in order too (this is one stable pass of a
 * radix sort).
 *
 * Both cores: each thread has half of the rows, cut between two pairs, and writes the leaves of its
 * own. It goes over all rows several times, for a range of pairs at a time: as many as memory
 * allows, and not too many for the cache. */
#ifndef MOVIE_ETL_STORE_SQLITE_RATING_INDEX_H
#define MOVIE_ETL_STORE_SQLITE_RATING_INDEX_H

#include "store/engine.h"
#include "store/sqlite/page_file.h"

struct rating_index {
    const int32_t *movies; /* ids in rising order; borrowed */
    size_t movie_n;
    size_t memory;       /* bytes it may use */
    struct vec portions; /* uint32_t *: PORTION_ROWS pairs each */
    struct vec runs;     /* struct run */
    uint64_t rows;
    bool over; /* memory did not suffice: what was remembered is gone */
};

void rating_index_init(
    struct rating_index *ix, const int32_t *movies, size_t movie_n, size_t memory);
void rating_index_done(struct rating_index *ix);
/* Rows [from, to) of the block. */
void rating_index_add(
    struct rating_index *ix, const struct ranked_block *b, size_t from, size_t to);

/* Makes the tree on its root page, an empty leaf. *ret_done false: memory does not suffice, nothing
 * was written. */
bool rating_index_build(
    struct rating_index *ix, struct page_file *f, uint32_t root, bool *ret_done, struct err *e);

#endif
