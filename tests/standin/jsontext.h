/*
 * Taking apart the text of a JSON object without rewriting its values.
 *
 * Stored documents are served as they were recorded: 24.1745 stays 24.1745 and the order of keys
 * stays. jansson says whether a document is valid; this walks over one that is.
 */
#ifndef STANDIN_JSONTEXT_H
#define STANDIN_JSONTEXT_H

#include "buf.h"

#include <stdbool.h>

/* Appends text without the white space between its tokens. */
void jsontext_compact(const char *text, size_t n, struct buf *out);

struct jsontext_member {
    const char *key; /* between the quotes, escapes not decoded */
    size_t key_length;
    const char *value;
    size_t value_length;
};

/*
 * Steps through the members of a compact, valid object. *at starts at the '{'; false after the
 * last member.
 */
bool jsontext_next(const char **at, struct jsontext_member *m);

/* The same for the elements of an array, which starts at '['. */
bool jsontext_element(const char **at, const char **value, size_t *length);

#endif
