/* Articles: MovieLens sorts titles without them, "Matrix, The". This moves them back: "The
 * Matrix". */
#ifndef MOVIE_ETL_SOURCE_MOVIELENS_ARTICLE_H
#define MOVIE_ETL_SOURCE_MOVIELENS_ARTICLE_H

#include "base/arena.h"

/* `v`: a title without its year, blanks cleaned. Works on the title and on every alternative title
 * in parentheses by itself, also behind "a.k.a.": "City of Lost Children, The (Cité des enfants
 * perdus, La)". The result is `v` itself or in the arena. docs/movielens.md lists the articles. */
struct view article_front(struct arena *a, struct view v);

#endif
