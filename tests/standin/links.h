/*
 * MovieLens' links.csv: gives generated movies the IMDb ids that MovieLens knows them by, so that
 * a big generated TMDB and a real MovieLens release fit together.
 */
#ifndef STANDIN_LINKS_H
#define STANDIN_LINKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct link_pair {
    uint32_t tmdb_id;
    uint32_t imdb; /* the number after "tt" */
};

struct links {
    struct link_pair *by_tmdb; /* sorted; the first of several rows with one tmdbId counts */
    struct link_pair *by_imdb;
    size_t count;
};

/* Reads movieId,imdbId,tmdbId lines; rows without a tmdbId are passed over. */
bool links_read(const char *path, struct links *ret);
void links_done(struct links *l);
/* The row, or NULL. */
const struct link_pair *links_of_tmdb(const struct links *l, uint32_t tmdb_id);
const struct link_pair *links_of_imdb(const struct links *l, uint32_t imdb);

#endif
