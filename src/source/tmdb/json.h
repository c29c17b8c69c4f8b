/* JSON -> a tree in an arena, strictly. Wraps jansson, which no other file knows.
 *
 * Refused: anything but one object or list, text after it, a key that appears twice, U+0000,
 * invalid UTF-8, unpaired surrogates, integers over 64 bits, numbers without end, more than
 * NODE_MAX_DEPTH levels, more than JSON_VALUES_MAX values (a body of 16 MiB may hold 8 million,
 * which would take a gigabyte here). */
#ifndef MOVIE_ETL_SOURCE_TMDB_JSON_H
#define MOVIE_ETL_SOURCE_TMDB_JSON_H

#include "base/err.h"
#include "base/node.h"

enum { JSON_VALUES_MAX = 1000000 };

/* Everything is copied into the arena. The error (kind DATA) says what and where in the text. */
bool json_read(struct view text, struct arena *a, struct node **ret, struct err *e);

#endif
