/* Emit: trees -> YAML that people can read and every reader reads alike (private to stage).
 *
 * The form (docs/yaml.md): objects as block mappings, list elements one per line, an element whose
 * members are scalars or short lists of them on one line. Texts are always double-quoted, so that
 * `no`, `1776` and `12:30` stay texts everywhere; a key is plain when it is a word and no YAML
 * word. What is written is valid JSON where it is on one line, and the same in YAML 1.1 and 1.2.
 * libyaml's emitter is not used: it writes the text `no` plain. */
#ifndef MOVIE_ETL_STAGE_EMIT_H
#define MOVIE_ETL_STAGE_EMIT_H

#include "base/node.h"

/* "key: value" at the margin, as a block where the value is not empty. Texts must be valid
 * UTF-8. */
void emit_member(struct str *to, const char *key, const struct node *value);
/* "key: {a: 1, b: [2, 3]}" at the margin, all on one line. */
void emit_line(struct str *to, const char *key, const struct node *value);

#endif
