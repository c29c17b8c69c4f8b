/* The two readers of one document held against each other: own.h and libyaml. For the unit tests
 * and the fuzz target. */
#ifndef MOVIE_ETL_TESTS_ALIKE_H
#define MOVIE_ETL_TESTS_ALIKE_H

#include "base/node.h"

/* NULL when the quick reader leaves the text to libyaml (*ret_own false), or makes of it what
 * libyaml makes: the same tree, the same places, no problem. Else what differs, in the arena. */
const char *alike_difference(struct view text, struct arena *a, bool *ret_own);

#endif
