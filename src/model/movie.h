/* The movie: what we make of both sources. Computed by merge, stored in `movies`. */
#ifndef MOVIE_ETL_MODEL_MOVIE_H
#define MOVIE_ETL_MODEL_MOVIE_H

#include "model/cell.h"

enum { MOVIE_MAX_GENRES = 32, MOVIE_MAX_TITLE = 1000 /* characters */ };

struct movie_genre {
    int genre_id; /* of the vocabulary, see genre.h */
    bool from_movielens, from_tmdb;
};

struct movie {
    int64_t id; /* the tmdb_id, or minus the movielens_id */
    int64_t tmdb_id; /* 0: only MovieLens knows it */
    struct view imdb_id, title, original_title, release_date; /* absent = unknown */
    int64_t year, runtime;      /* 0 = unknown */
    int64_t rating_count, rating_sum; /* sum in half stars, over all MovieLens rows of the movie */
    struct movie_genre genres[MOVIE_MAX_GENRES];
    size_t genre_n;
};

#endif
