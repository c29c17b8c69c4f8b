/* Unquoted scalars (private to stage): what YAML 1.2's core schema takes them for.
 *
 * Only a first guess: the field tables have the last word (see `source` in base/node.h). */
#ifndef MOVIE_ETL_STAGE_SCALAR_H
#define MOVIE_ETL_STAGE_SCALAR_H

#include "base/node.h"

/* A node for an unquoted scalar. `text` is borrowed. Numbers that a double cannot hold, .inf and
 * .nan are texts. */
struct node *scalar_node(struct arena *a, struct view text);

#endif
