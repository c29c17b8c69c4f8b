/* Reading single fields, and what is left over (private to model; see decode.h). */
#ifndef MOVIE_ETL_MODEL_DECODE_VALUE_H
#define MOVIE_ETL_MODEL_DECODE_VALUE_H

#include "base/node.h"
#include "model/field.h"
#include "model/finding.h"

struct decoder {
    struct arena *arena;
    struct findings *findings;
    struct view key; /* names the record in findings */
};

/* Reads every field of `e` but those with a flag in `without` from the object `from`. */
void decode_fields(struct decoder *d, const struct entity *e, unsigned without, struct node *from,
    struct record *to);
/* Reads field number i from `value`: sets its presence, its value, and marks the node taken. */
void decode_value(
    struct decoder *d, const struct field *f, size_t i, struct node *value, struct record *to);

/* What is refused is marked as taken, so that it is not reported as unknown as well. */
void decode_wrong_type(struct decoder *d, struct node *at, const char *field, const char *wanted);
void decode_fixed(struct decoder *d, const struct node *at, const char *field, const char *what);

/* Everything in `body` that nobody took and that is not on the list of ignored keys, as one JSON
 * object from JSON pointers to values, with what `body` itself carries under "extra"; absent when
 * there is nothing. */
struct view decode_extra(struct decoder *d, struct node *body);

#endif
