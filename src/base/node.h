/* Node: a tree of plain data (what JSON can say), built from JSON by source/tmdb and from YAML by
 * stage.
 *
 * Both sides meet in this one form, so that one decoder (model/decode.h) serves both. Nodes are in
 * the arena the tree was built in, keys and texts may be pieces of what was read (stage/tree.h) and
 * need no NUL behind them; text is valid UTF-8. A node knows its place and its key's
 * (1-based line and column; 0 when it came from JSON) so that a finding can point at it. Depth is
 * limited by the readers (NODE_MAX_DEPTH).
 *
 * `source` is the text as a person wrote it, where that may say more than the value: YAML types
 * an unquoted 007 or true by its looks, but a title may well be 007, and only the field table
 * knows. It is set by the YAML reader on unquoted booleans and numbers, absent everywhere else;
 * printing and comparing disregard it. */
#ifndef MOVIE_ETL_BASE_NODE_H
#define MOVIE_ETL_BASE_NODE_H

#include "base/arena.h"
#include "base/str.h"

#include <stdint.h>

enum { NODE_MAX_DEPTH = 32 };

enum node_kind { NODE_NULL, NODE_BOOL, NODE_INT, NODE_REAL, NODE_TEXT, NODE_LIST, NODE_OBJECT };

struct node {
    enum node_kind kind;
    uint32_t line, column;
    uint32_t n;      /* children of a list or object */
    bool taken;      /* a decoder used it (see model/decode.h) */
    struct view key; /* set when the parent is an object */
    uint32_t key_line, key_column;
    struct view source; /* of an unquoted YAML boolean or number, else absent */
    struct node *next;  /* the next child of the same parent */
    union {
        bool b;
        int64_t i;
        double r;
        struct view text;
        struct {
            struct node *first, *last;
        };
    };
};

struct node *node_new(struct arena *a, enum node_kind kind);
struct node *node_int(struct arena *a, int64_t i);
struct node *node_real(struct arena *a, double r);
struct node *node_bool(struct arena *a, bool b);
struct node *node_text(
    struct arena *a, struct view borrowed); /* an absent view gives a null node */

void node_add(struct node *list, struct node *child);
void node_put(struct node *object, struct view key_borrowed,
    struct node *child); /* no check for duplicates */
/* The child with that key, or NULL (also when `object` is NULL or no object). */
struct node *node_get(const struct node *object, const char *key);
struct node *node_find(const struct node *object, struct view key);
/* Follows "a.b.c"; an exact key that holds a dot is not supported. */
struct node *node_path(const struct node *object, const char *dotted);

/* A copy of the tree in the arena; keys and texts are shared with it. */
struct node *node_dup(struct arena *a, const struct node *n);

bool node_eq(const struct node *a,
    const struct node *b); /* same data; order of object members matters not */
const char *node_kind_name(enum node_kind kind);
/* Appends the tree as compact JSON. */
void node_add_json(struct str *to, const struct node *n);

#endif
