/* Chunks of ratings, the second connection that shares them, and their index (private to this
 * folder). */
#ifndef MOVIE_ETL_STORE_MYSQL_CHUNK_H
#define MOVIE_ETL_STORE_MYSQL_CHUNK_H

#include "store/mysql/server.h"

enum { ROWS_PER_CHUNK = 50000 }; /* one transaction: clusters limit them */

struct rating {
    int32_t user_id, movielens_id;
    uint8_t half_stars;
    int64_t rated_at;
};

struct chunk {
    struct rating *ratings; /* room for ROWS_PER_CHUNK */
    size_t n;
    size_t skipped;  /* after chunk_store: rows whose key was there */
    struct str text; /* as they are sent */
    bool stored;     /* what chunk_store said, and why: carried from one thread to another */
    struct err why;
};

void chunk_init(struct chunk *c);
void chunk_done(struct chunk *c);
/* chunk.c: a transaction of its own, replayed as needed. */
bool chunk_store(struct store *s, struct chunk *c, struct err *e);

/* twin.c: a store with a connection of its own, as `s` in everything that a bulk load looks at: the
 * shadow's name, the lease, what was learnt of the server. It borrows from `s`. */
bool server_twin(const struct store *s, struct store **ret, struct err *e);
void server_twin_close(struct store *twin);

/* rating_index.c: builds the index of ratings; `beside`: over the second connection, if there is
 * one, and then it is not finished on return, and nobody may look into the table. Takes the twin
 * (may be NULL) over. */
bool rating_index_begin(struct store *s, struct store *twin, bool beside, struct err *e);
/* Waits for it, also when what was done meanwhile failed (`ok`, and why: that comes first). Where
 * none is being built, returns `ok`. */
bool rating_index_end(struct store *s, bool ok, struct err *e);

#endif
