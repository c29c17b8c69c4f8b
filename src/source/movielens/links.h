/* Links: links.csv in memory, by movielens_id (about 70 bytes a movie). */
#ifndef MOVIE_ETL_SOURCE_MOVIELENS_LINKS_H
#define MOVIE_ETL_SOURCE_MOVIELENS_LINKS_H

#include "source/movielens/release.h"

struct link {
    int64_t movielens_id, tmdb_id; /* tmdb_id 0: none */
    uint64_t line;
    char imdb_id[16]; /* "tt0114709", or "" */
    bool joined;      /* a movie took it */
};

struct links {
    struct vec items; /* struct link, in file order */
    struct known by_id;
};

void links_init(struct links *l);
void links_done(struct links *l);
bool links_read(struct movielens *m, struct findings *findings, struct links *ret, struct err *e);
/* The link of a movie, marked as joined, or NULL. */
const struct link *links_join(struct links *l, int64_t movielens_id);
/* A finding for every link that no movie took; returns how many were taken. */
int64_t links_leftover(const struct links *l, const struct movielens *m, struct findings *findings);

#endif
