/* Decode: a tree of plain data -> struct tmdb_movie, by the field tables. Serves TMDB's JSON and
 * our YAML alike.
 *
 * A list's path (struct list) is walked from the movie's root:
 *   name            into the object under that key
 *   []              every element of a list
 *   [key]           every element of a list; `key` of it is the F_GROUP field of all below
 *   {key}           every member of an object; its key is the F_GROUP field `key` of all below
 *   [=key]          every element is itself the value of field `key`
 * Members of a {key} step whose value does not fit the next step are somebody else's (the `link`
 * among providers).
 *
 * Lenient where the source is known to vary and nothing is lost (a number as text, a whole real for
 * an integer, {} for an empty list): that is a finding of severity FIXED. Any other type is an
 * error. Texts are borrowed from the tree; everything else is in the arena. */
#ifndef MOVIE_ETL_MODEL_DECODE_H
#define MOVIE_ETL_MODEL_DECODE_H

#include "base/node.h"
#include "model/finding.h"
#include "model/tmdb.h"

/* Marks in `body` what it took. Structure and types only: limits and formats are check's business.
 * False when an error was added to `findings` (the movie is then not to be used). `key` names the
 * record there. */
bool tmdb_decode(struct node *body, struct view key, struct arena *a, struct tmdb_movie *ret,
    struct findings *findings);

#endif
