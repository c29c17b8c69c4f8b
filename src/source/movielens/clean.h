/* Cleaning a title as delivered: HTML entities decoded, every kind of blank one space, invisible
 * characters gone. */
#ifndef MOVIE_ETL_SOURCE_MOVIELENS_CLEAN_H
#define MOVIE_ETL_SOURCE_MOVIELENS_CLEAN_H

#include "base/arena.h"

/* `v` is valid UTF-8; the result is in the arena, or `v` itself where nothing is to be done.
 * Entities: &#354; &#x162; and the names amp, lt, gt, quot, apos, nbsp; once (&amp;lt; gives &lt;);
 * what is none stays.
 * Blanks: ASCII white space and control characters, U+0085, U+00A0, U+1680, U+2000..200A, U+2028,
 * U+2029, U+202F, U+205F, U+3000; a run of them is one space, none at the ends.
 * Gone everywhere: U+200B (zero width space), U+2060, U+FEFF. Gone at the ends only, because they
 * matter inside words of some scripts: U+200C..200F (joiners and direction marks), U+00AD. */
struct view clean_text(struct arena *a, struct view v);

#endif
