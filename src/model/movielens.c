/* MovieLens: the names of what may be kept of ratings. See movielens.h. */
#include "model/movielens.h"

const char *const ml_kept_names[] = {"rows", "stats", "none", NULL};
