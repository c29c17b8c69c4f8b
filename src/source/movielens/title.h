/* Titles: "Matrix, The (1999)" -> "The Matrix", 1999. What real titles hold is listed in
 * docs/movielens.md. */
#ifndef MOVIE_ETL_SOURCE_MOVIELENS_TITLE_H
#define MOVIE_ETL_SOURCE_MOVIELENS_TITLE_H

#include "base/arena.h"

#include <stdint.h>

enum {
    TITLE_YEAR_MIN = 1870,
    TITLE_YEAR_MAX = 2100
}; /* the oldest film of MovieLens is from 1874 */

struct title {
    struct view name;    /* NFC; may be "" */
    int64_t year;        /* 0: none; of a range its first */
    const char *unusual; /* how the year is written, when not "(1999)" at the end; else NULL */
};

/* `raw` is valid UTF-8. Texts are in the arena or are `raw`'s own. */
void title_parse(struct arena *a, struct view raw, struct title *ret);

#endif
