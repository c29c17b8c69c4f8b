/* Document: a tree -> what the document says: a header, a movie, a gone one, an end (private to
 * stage).
 *
 * Structure only: what the values of a movie may be is model's (decode.h) and check's business. */
#ifndef MOVIE_ETL_STAGE_DOCUMENT_H
#define MOVIE_ETL_STAGE_DOCUMENT_H

#include "base/node.h"
#include "stage/stage.h"

enum { BATCH_FORMAT = 1 };

enum doc_kind { DOC_EMPTY, DOC_BATCH, DOC_MOVIE, DOC_GONE, DOC_END, DOC_UNKNOWN };

/* By the top key that is there (the first of them when there are several). */
enum doc_kind doc_kind(const struct node *root);
/* The id of a movie or gone document as far as it can be told, else 0; also of a broken one. */
int64_t doc_id(const struct node *root);
/* "tmdb 550" in the arena; absent for id 0. */
struct view doc_key(int64_t id, struct arena *a);

/* All give false when they added an error. `key` names the record in findings; `root` must be of
 * the kind. */
bool doc_read_batch(const struct node *root, struct findings *f, struct batch *ret);
bool doc_read_movie(const struct node *root, struct view key, struct arena *a, struct findings *f,
    struct staged_record *ret);
bool doc_read_gone(
    const struct node *root, struct view key, struct findings *f, struct staged_record *ret);

struct doc_end {
    int64_t records, gone;
    struct view sha256;
    struct place at;
};
bool doc_read_end(const struct node *root, struct findings *f, struct doc_end *ret);

/* Whether nothing else stands in a header's document, as it does when the line of hyphens behind it
 * is missing. */
bool doc_batch_is_alone(const struct node *root, struct findings *f);

/* A document whose kind cannot be told, or that has a top key that does not belong there. */
void doc_report_unknown(const struct node *root, uint64_t line, struct findings *f);

#endif
