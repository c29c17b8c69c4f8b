/* The words for answers that are none (private to ask.c). */
#ifndef MOVIE_ETL_SOURCE_TMDB_ASK_TEXT_H
#define MOVIE_ETL_SOURCE_TMDB_ASK_TEXT_H

#include "source/tmdb/ask.h"

/* Fills q->why from the exchange and its class. `no_json`: why the body could not be read, or
 * "". */
void ask_explain(
    struct asker *a, struct ask *q, struct class c, const struct node *body, const char *no_json);
/* The same for an answer to something else. */
void ask_misfit(struct asker *a, struct ask *q, const char *why);

#endif
