/* Encode: struct tmdb_movie -> a tree in TMDB's own nesting and key names, by the field tables. The
 * inverse of decode.h: decoding the tree gives an equal movie. What was not said is left out; null
 * stays null. */
#ifndef MOVIE_ETL_MODEL_ENCODE_H
#define MOVIE_ETL_MODEL_ENCODE_H

#include "base/node.h"
#include "model/tmdb.h"

struct node *tmdb_encode(const struct tmdb_movie *m, struct arena *a);

#endif
