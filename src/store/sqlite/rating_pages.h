/* Rating pages: ratings written as pages of a database file, past SQLite: the table's b-tree as
 * they come, the index's when all are there (btree.h has the format, rating_index.h the order).
 *
 * SQLite made the file, with table and index empty; between begin and end nobody may use it. What
 * is not covered is found on the way, and what was written until then is whole: rows out of the
 * order of their key are left to the caller from there on, and so is the index where memory does
 * not suffice for it. */
#ifndef MOVIE_ETL_STORE_SQLITE_RATING_PAGES_H
#define MOVIE_ETL_STORE_SQLITE_RATING_PAGES_H

#include "store/sqlite/btree.h"
#include "store/sqlite/rating_index.h"

enum { SAMPLES = 32 };

struct rating_sample {
    int32_t user_id, movielens_id;
    uint8_t half_stars;
    int64_t rated_at;
};

struct rating_pages {
    struct page_file file;
    uint32_t table_root, index_root;
    struct leaves table;
    struct rating_index index;
    uint64_t rows, next_sample;
    int64_t last; /* key of the last row */
    /* Some of the rows, the first and the last among them: for whoever wants to see whether they
     * are there. */
    struct rating_sample samples[SAMPLES + 1], last_row;
    size_t sample_n;
};

/* *ret_why: as page_file_open's, also for roots that are not empty. */
bool rating_pages_begin(struct rating_pages *p, const char *path, uint32_t table_root,
    uint32_t index_root, const struct ranked_source *source, const char **ret_why, struct err *e);
/* *ret_taken: how many of the block's rows, from the first on, rose in key. When that is not all,
 * it was the last call. */
bool rating_pages_add(
    struct rating_pages *p, const struct ranked_block *b, size_t *ret_taken, struct err *e);
/* `indexed`: with the index; *ret_indexed is false when there was no memory for it. The index's
 * root is untouched then. */
bool rating_pages_end(struct rating_pages *p, bool indexed, bool *ret_indexed, struct err *e);
void rating_pages_close(struct rating_pages *p); /* once, after a begin that began */

#endif
