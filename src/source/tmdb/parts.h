/* The parts of one movie's answer: which sections are there, how more is put in, and the decoding
 * (private to source/tmdb). Works on trees only. */
#ifndef MOVIE_ETL_SOURCE_TMDB_PARTS_H
#define MOVIE_ETL_SOURCE_TMDB_PARTS_H

#include "source/tmdb/tmdb.h"

enum { PARTS_REVIEW_PAGES_MAX = 50 };

/* Whether the answer says anything under that name (null says nothing). */
bool parts_has(const struct node *body, const char *section);
/* Puts a section's own answer in, in place of a null that may be there. */
void parts_put(struct node *body, const char *section, struct node *answer);
/* Takes a section out: "not fetched". */
void parts_drop(struct node *body, const char *section);

/* Pages of reviews in all, 0 when there is no such section. */
int64_t parts_review_pages(const struct node *body);
/* Appends the reviews of a further page that are not there yet. */
void parts_add_reviews(struct node *body, struct node *page);

/* Whether `body` is an object whose id is `id`; `required`: it must have one. */
bool parts_is_of(const struct node *body, int64_t id, bool required, struct err *e);

/* Decodes a whole answer. False when it does not have the form the field tables ask for: `e` (kind
 * DATA) names the first such place. What is found on the way is added to `findings` in either
 * case. */
bool parts_decode(struct node *body, int64_t id, struct arena *a, struct tmdb_movie *ret,
    struct findings *findings, struct err *e);

#endif
