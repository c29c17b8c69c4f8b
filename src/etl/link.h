/* Linking (private to etl): which movie each MovieLens row belongs to, and the movies that result.
 *
 * Computed again for whatever one side changed, and for everything that this touches in turn. Works
 * inside the caller's transaction; memory is bounded by what is touched, so callers give at most a
 * few thousand ids at a time. */
#ifndef MOVIE_ETL_ETL_LINK_H
#define MOVIE_ETL_ETL_LINK_H

#include "etl/work.h"

/* What changed: MovieLens rows, TMDB records, and the IMDb ids these carried before or carry
 * now. */
struct touched {
    int64_t first, last; /* a range of movielens_ids; last 0: none */
    /* Nothing is linked but by calls like this one for other rows (store_is_blank): each is a movie
     * of its own, so that nothing is looked up or compared. */
    bool blank;
    /* Rows that are still to be written, which get their movie_id; blank only, and nothing else */
    struct ml_row *rows;
    size_t row_n;
    struct vec tmdb_ids; /* int64_t */
    struct vec imdb_ids; /* struct view */
};

void touched_init(struct touched *t);
void touched_done(struct touched *t);
void touched_clear(struct touched *t);

bool link_touched(struct work *w, const struct touched *t, struct err *e);

#endif
