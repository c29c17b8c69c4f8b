/* Movie index: the b-tree of an index by movie over rows that come in the order of user and movie,
 * without sorting them: of ratings, the index (movielens_id, rating), and of tags,
 * (movielens_id). The rest of the key stands behind these in its entries:
 *
 *   ratings   movie, rating, user
 *   tags      movie, user, number of the tag; a user's tags of a movie are numbered from 0 on
 *
 * Movies are divided into buckets, a range of them each, and so are rows while they come
 * (movie_bucket.h). When all are there, one bucket after the other is put in order, in the
 * processor's caches: how many rows each pair of movie and rating has (of tags each movie), and
 * then each row's user goes where its pair's users begin. Rows come by user, so every pair's users
 * end in order too (this is one stable pass of a radix sort), and how often a user has come in a
 * row is the number of the tag.
 *
 * Both cores: each thread has half of the rows, cut between two buckets, and writes the leaves of
 * its own. */
#ifndef MOVIE_ETL_STORE_SQLITE_MOVIE_INDEX_H
#define MOVIE_ETL_STORE_SQLITE_MOVIE_INDEX_H

#include "base/vec.h"
#include "store/sqlite/movie_bucket.h"
#include "store/sqlite/page_file.h"

enum movie_index_kind { INDEX_OF_RATINGS, INDEX_OF_TAGS };

enum {
    MOVIE_INDEX_STEPS = 10, /* half stars */
    MOVIE_INDEX_THREADS = 2,
    MOVIE_INDEX_GROUP = 16, /* movies: a bucket has whole groups */
};

struct movie_index {
    enum movie_index_kind kind;
    const int32_t *movies; /* ids in rising order; borrowed */
    size_t movie_n;
    uint32_t steps;         /* pairs per movie */
    size_t memory;          /* bytes it may use */
    struct vec users;       /* int32_t: as they come */
    struct bucket *buckets; /* with the first row */
    size_t bucket_n;
    struct bucket_room *room; /* with them; their blocks */
    /* the bucket of each MOVIE_INDEX_GROUP movies: few bytes, asked for every row */
    uint16_t *places;
    size_t blocks;               /* of all buckets */
    uint64_t rows;
    uint64_t value_bytes;    /* that their users and ratings take as values of entries */
    bool over;               /* memory did not suffice: what was remembered is gone */
    struct index_work *work; /* while the tree is being made */
};

void movie_index_init(struct movie_index *ix, enum movie_index_kind kind, const int32_t *movies,
    size_t movie_n, size_t memory);
void movie_index_done(struct movie_index *ix);
/* What rows waited in, once the tree is made: the caller's to free. */
struct bucket_room *movie_index_take_room(struct movie_index *ix);
/* The next n rows: the places of their movies, and of ratings 1..10 half stars (of tags NULL). */
void movie_index_add(struct movie_index *ix, const uint32_t *movie, const uint8_t *half_stars,
    const int32_t *user_id, size_t n);

/* What it takes of its memory besides the users being sorted. */
size_t movie_index_fixed(const struct movie_index *ix);

/* ---- making the tree (movie_tree.c) */

/* On its root page, an empty leaf. *ret_done false: memory does not suffice, nothing was
 * written. */
bool movie_index_build(
    struct movie_index *ix, struct page_file *f, uint32_t root, bool *ret_done, struct err *e);

/* The same of ratings while the caller does something else, which takes `spare` bytes: plan, begin,
 * end. *ret_pages: how many pages are to be reserved for the leaves between plan and begin. 0:
 * they are too few to be worth a thread, or memory does not suffice for both; then nothing is begun
 * or ended. */
void movie_index_plan(
    struct movie_index *ix, const struct page_file *f, size_t spare, uint32_t *ret_pages);
/* On threads that give way to the caller's. What they take and write must stay where it is. */
void movie_index_begin(struct movie_index *ix, struct page_file *f);
/* Waits for them. After that pages may be taken anywhere in the file. */
void movie_index_wait(struct movie_index *ix);
bool movie_index_end(struct movie_index *ix, struct page_file *f, uint32_t root, struct err *e);
/* Waits, and forgets what was planned or begun; fine when nothing was. */
void movie_index_drop(struct movie_index *ix);

#endif
