/* Blocks: ratings into their table through SQLite (private to this folder). */
#ifndef MOVIE_ETL_STORE_SQLITE_BLOCKS_H
#define MOVIE_ETL_STORE_SQLITE_BLOCKS_H

#include "store/sqlite/db.h"

/* What is pulled from a source, by whoever is at it. */
struct rating_pull {
    const struct rating_source *source;
    struct rating_block block;
    size_t at; /* the next row in the block */
    uint64_t pulled;
    bool end, failed; /* failed: the source's error is in `e` */
    struct err *e;
};

/* Inserts the rest of the block and all that follow; rows whose key is there are left out. `sort`:
 * in the order of the key, in SQLite's bounded memory, because they do not come so. */
bool blocks_insert(
    struct store *s, struct rating_pull *p, bool sort, uint64_t *ret_stored, struct err *e);

#endif
