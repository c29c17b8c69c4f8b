/* The genre vocabulary: one list with fixed small ids that maps both sources, by id on TMDB's side
 * and by name on MovieLens's. TMDB's own ids (28 Action, ...) stay in tmdb_genres; ours never
 * depend on a language. */
#ifndef MOVIE_ETL_MODEL_GENRE_H
#define MOVIE_ETL_MODEL_GENRE_H

#include "base/view.h"

#include <stdint.h>

struct genre {
    int id;
    const char *name;
    int64_t tmdb_id;       /* 0: TMDB has none */
    const char *movielens; /* NULL: MovieLens has none */
};

extern const struct genre genres[]; /* ends with id == 0 */

/* 0 when the vocabulary has none. */
int genre_of_tmdb(int64_t tmdb_genre_id);
int genre_of_movielens(struct view name);

#endif
