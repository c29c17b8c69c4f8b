/* Table pages: a table of a release and its index by movie, written as pages of a database file,
 * past SQLite: the table's b-tree as rows come, the index's when all are there (btree.h has the
 * format, movie_index.h the order). What is in a row is the business of rating_pages.h and
 * tag_pages.h.
 *
 * SQLite made the file, with table and index empty; between begin and end nobody may use it. What
 * is not covered is found on the way, and what was written until then is whole: rows from the first
 * one on that cannot be written so are left to the caller, and so is the index where memory does
 * not suffice for it. */
#ifndef MOVIE_ETL_STORE_SQLITE_TABLE_PAGES_H
#define MOVIE_ETL_STORE_SQLITE_TABLE_PAGES_H

#include "store/engine.h"
#include "store/sqlite/btree.h"
#include "store/sqlite/movie_index.h"

enum { SAMPLES = 32 };

/* Where SQLite put the two (roots.h), and what the index needs. */
struct table_place {
    const char *path;
    uint32_t table_root, index_root;
    enum movie_index_kind kind;
    const int32_t *movies; /* ids in rising order */
    size_t movie_n;
    int64_t memory;          /* bytes that the process may take */
    struct sync_ahead *sync; /* the file is the database; NULL: it is thrown away */
    /* Bytes that the caller takes while the index is written behind table_pages_end: see there. 0:
     * nothing is left to write then. */
    size_t beside;
};

struct table_pages {
    struct page_file file;
    uint32_t table_root, index_root;
    struct leaves table;
    struct movie_index index;
    size_t beside;
    bool going; /* the index is being written */
    uint64_t rows, next_sample;
    /* Some of the rows, the first and the last among them, are kept: for whoever wants to see
     * whether they are there. */
    size_t sample_n;
};

/* *ret_why: as page_file_open's, also for roots that are not empty. */
bool table_pages_begin(
    struct table_pages *p, const struct table_place *place, const char **ret_why, struct err *e);
/* Of the next block of rows one is to be kept as sample number p->sample_n, which is below
 * SAMPLES. */
bool table_pages_wants_sample(struct table_pages *p);
/* `indexed`: with the index; *ret_indexed is false when there was no memory for it. The index's
 * root is untouched then. p->going: all is the database's but the index, whose pages are still
 * being written; SQLite may go on with the file, but must not look at the index, until it has
 * committed and table_pages_join is called. That is so for ratings, when the place says `beside`
 * and there is memory for both. */
bool table_pages_end(struct table_pages *p, bool indexed, bool *ret_indexed, struct err *e);
bool table_pages_join(struct table_pages *p, struct err *e);
void table_pages_close(struct table_pages *p); /* once, after a begin that began */

#endif
