/* The characters of a document, checked before it is parsed (private to stage). */
#ifndef MOVIE_ETL_STAGE_TREE_TEXT_H
#define MOVIE_ETL_STAGE_TREE_TEXT_H

#include "base/view.h"

#include <stdint.h>

struct text_problem {
    uint64_t line, column; /* from 0, column in characters */
    size_t line_at;        /* where that line begins */
    const char *text;
};

/* False at the first byte that is not UTF-8 or that YAML does not allow raw, or takes for something
 * else. */
bool tree_text_check(struct view text, struct text_problem *ret);

#endif
