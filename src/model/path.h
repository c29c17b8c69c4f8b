/* The steps of a list's path (private to model; the language is described in decode.h). */
#ifndef MOVIE_ETL_MODEL_PATH_H
#define MOVIE_ETL_MODEL_PATH_H

#include "base/view.h"

enum step_kind {
    STEP_END,        /* here is the element */
    STEP_KEY,        /* name */
    STEP_ALL,        /* [] */
    STEP_GROUP_LIST, /* [key] */
    STEP_GROUP_KEYS, /* {key} */
    STEP_VALUE,      /* [=key] */
};

struct step {
    enum step_kind kind;
    struct view name;
};

/* Takes the first step off `path`. */
struct step path_next(struct view *path);

#endif
