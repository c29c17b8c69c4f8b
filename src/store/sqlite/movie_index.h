/* Movie index: the b-tree of an index by movie over rows that come in the order of user and movie,
 * without sorting them: of ratings, the index (movielens_id, rating), and of tags,
 * (movielens_id). The rest of the key stands behind these in its entries:
 *
 *   ratings   movie, rating, user
 *   tags      movie, user, number of the tag; a user's tags of a movie are numbered from 0 on
 *
 * There are few different pairs of movie and rating (ten per movie), so a row is remembered as the
 * number of its pair (a tag's as that of its movie), 4 bytes, and users as runs; when all rows are
 * known, the pairs are counted, and each row's user is put where its pair's users begin. Rows come
 * by user, so every pair's users end in order too (this is one stable pass of a radix sort), and
 * how often a user has come in a row is the number of the tag.
 *
 * Both cores: each thread has half of the rows, cut between two pairs, and writes the leaves of its
 * own. It goes over all rows several times, for a range of pairs at a time: as many as memory
 * allows, and not too many for the cache. */
#ifndef MOVIE_ETL_STORE_SQLITE_MOVIE_INDEX_H
#define MOVIE_ETL_STORE_SQLITE_MOVIE_INDEX_H

#include "base/vec.h"
#include "store/sqlite/page_file.h"

enum movie_index_kind { INDEX_OF_RATINGS, INDEX_OF_TAGS };

struct movie_index {
    enum movie_index_kind kind;
    const int32_t *movies; /* ids in rising order; borrowed */
    size_t movie_n;
    uint32_t steps;      /* pairs per movie */
    size_t memory;       /* bytes it may use */
    struct vec portions; /* uint32_t *: PORTION_ROWS pairs each */
    struct vec runs;     /* struct run */
    uint64_t rows;
    bool over; /* memory did not suffice: what was remembered is gone */
};

void movie_index_init(struct movie_index *ix, enum movie_index_kind kind, const int32_t *movies,
    size_t movie_n, size_t memory);
void movie_index_done(struct movie_index *ix);
/* The next n rows: the places of their movies, and of ratings 1..10 half stars (of tags NULL). */
void movie_index_add(struct movie_index *ix, const uint32_t *movie, const uint8_t *half_stars,
    const int32_t *user_id, size_t n);

/* Makes the tree on its root page, an empty leaf. *ret_done false: memory does not suffice, nothing
 * was written. */
bool movie_index_build(
    struct movie_index *ix, struct page_file *f, uint32_t root, bool *ret_done, struct err *e);

#endif
