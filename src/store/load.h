/* Load: what the parts of loading a MovieLens release share (private to store). */
#ifndef MOVIE_ETL_STORE_LOAD_H
#define MOVIE_ETL_STORE_LOAD_H

#include "store/movie_ids.h"
#include "store/upsert.h"

/* One load. */
struct load {
    struct store *s;
    const struct ml_source *source;
    int64_t memory; /* bytes that the process may take */
    struct ml_load_result result;
    struct movie_ids movies; /* of this release: every rating and tag must name one */
    bool built;         /* its tables are empty, and nobody sees them (engine.h, building) */
    bool waits;         /* movies wait until their ratings are counted */
    bool bare;          /* they have no indexes meanwhile */
    struct vec waiting; /* struct ml_row: movies that are not yet written */
    struct arena texts; /* theirs */
    int64_t text_bytes;
    const struct put *movie_put;
    struct cell *movie_cells; /* of one put */
    struct vec stats;         /* struct rating_stats, counted anew when duplicates were left out */
};

/* ERR_DATA when the release has no movie of that id. */
bool load_check_movie(
    const struct load *l, int64_t movielens_id, const char *what, int64_t user_id, struct err *e);

/* load_movies.c: all movies of the source, and, when the ratings are in, what was counted of
 * them, and their indexes. `built`: as in struct load. */
void load_movies_begin(struct load *l, bool built);
void load_movies_done(struct load *l); /* also without a begin */
bool load_movies(struct load *l, struct err *e);
bool load_stats(struct load *l, struct err *e);
int64_t load_waiting_bytes(const struct load *l);

/* load_tags.c: all tags of the source. Tags of one user for one movie are numbered in the order
 * they come; a tag that repeats an earlier one in everything, its instant too, is left out. */
bool load_tags(struct load *l, struct err *e);
/* For engines: the rows of that block, which the source has given, and all that it still gives, by
 * statements. */
bool load_tag_rows(
    struct store *s, const struct tag_source *source, struct tag_block *block, struct err *e);

#endif
