/* MovieLens as its release says it: movies with their links, and bulk rows as columns. */
#ifndef MOVIE_ETL_MODEL_MOVIELENS_H
#define MOVIE_ETL_MODEL_MOVIELENS_H

#include "base/view.h"

#include <stdint.h>

/* One movie: movies.csv and links.csv joined. 0 and absent views mean "none". */
struct ml_movie {
    int64_t movielens_id;
    struct view raw_title; /* exactly as delivered, CSV quoting undone */
    /* article moved back, year taken off, blanks and entities cleaned; may be "" */
    struct view title;
    int64_t year;        /* 0: none */
    struct view genres;  /* as delivered: "Adventure|Children", "(no genres listed)" */
    struct view imdb_id; /* "tt0114709", or absent */
    int64_t tmdb_id;     /* 0: none */
};

/* Ratings in columns, one block at a time; half-star steps 1..10 (0.5..5.0). Nearly always sorted
 * by (user, movie) within and across blocks, which nobody promises. */
struct rating_block {
    const int32_t *user_id, *movielens_id;
    const uint32_t *movie; /* its number, from 0, among the release's movies in the order of ids */
    const uint8_t *half_stars;
    const int64_t *rated_at; /* seconds UTC */
    size_t n;
};

struct ml_tag {
    int64_t user_id, movielens_id;
    struct view tag; /* exactly as delivered, CSV quoting undone */
    int64_t tagged_at;
};

/* What a database keeps of a release's ratings; what comes first keeps more. */
enum ml_kept {
    KEPT_ROWS,  /* every rating, and the statistics of each movie */
    KEPT_STATS, /* the statistics */
    KEPT_NONE,
};
extern const char *const ml_kept_names[]; /* "rows", ...; ends with NULL */

/* A release as a whole, for movielens_release. */
struct ml_release {
    /* "ml-32m", the folder's name */
    struct view name;
    /* of the uncompressed files */
    struct view movies_sha256, links_sha256, ratings_sha256, tags_sha256;
    int64_t movies, links, ratings, tags; /* rows accepted */
    enum ml_kept kept; /* by a database; ratings_sha256 is absent where ratings.csv was not read */
};

/* Per movie, collected while ratings pass by. */
struct rating_stats {
    int64_t movielens_id;
    int64_t count, sum_half_stars;
    int64_t histogram[10]; /* 0.5, 1.0, ... 5.0 */
};

#endif
