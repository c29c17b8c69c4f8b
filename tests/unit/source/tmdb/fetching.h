/* Fetching from the stand-in: a client for it, and a fetch that remembers a digest of every
 * movie. */
#ifndef TESTS_TMDB_FETCHING_H
#define TESTS_TMDB_FETCHING_H

#include "server.h"

#include "base/map.h"

/* A fetch of the ids from..to: outcome and digest of every movie. */
struct run {
    int64_t next, last;
    struct map
        digests; /* id -> first 64 bits of the SHA-256 of the movie as JSON, or its outcome */
    unsigned outcomes[4];
    unsigned twice;
    struct arena arena;
    struct str json;
    char why[1600]; /* of the last one that failed */
    unsigned stop_at;
    bool keep_nothing;
    long rss_at_1000, rss_at_end;
};

void run_begin(struct run *r, int64_t from, int64_t to);
void run_end(struct run *r);

struct tmdb_config server_config(const struct server *s);
struct tmdb_client *server_client(const struct tmdb_config *config);
bool run_fetch(struct tmdb_client *c, struct run *r, struct err *e);

#endif
