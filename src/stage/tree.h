/* Tree: one YAML document -> a tree of nodes (private to stage).
 *
 * A strict subset of YAML 1.2: mappings with text keys, lists, scalars. Anchors, aliases, tags,
 * keys that appear twice, nesting over NODE_MAX_DEPTH below a top key, over TREE_MAX_NODES values,
 * anything that is not well-formed UTF-8, and characters that YAML readers disagree on (raw U+0085,
 * U+2028, U+2029, a lone carriage return) are problems. What was read before a problem is kept, so
 * that the record can still be named. */
#ifndef MOVIE_ETL_STAGE_TREE_H
#define MOVIE_ETL_STAGE_TREE_H

#include "base/node.h"
#include "model/finding.h"

enum { TREE_MAX_NODES = 2000000, TREE_MAX_PROBLEMS = 100 };

struct tree_problem {
    enum rule rule;
    uint64_t line, column;
    const char *field; /* the key it is about, or NULL */
    const char *text;
    struct tree_problem *next;
};

struct tree {
    struct node *root; /* NULL: an empty document */
    struct tree_problem *first, *last;
    size_t problem_n; /* 0: the document is sound */
};

/* `text` begins in line `line` of its file; a NUL stands behind it. Keys and texts of the tree are
 * pieces of it, or in `texts`; its nodes and problems are in `nodes` (may be the same). */
void tree_parse(
    struct view text, uint64_t line, struct arena *texts, struct arena *nodes, struct tree *ret);
/* The same by libyaml, whoever wrote the text: what the quick reader (own.h) is held against. */
void tree_parse_any(
    struct view text, uint64_t line, struct arena *texts, struct arena *nodes, struct tree *ret);
/* Adds the problems to the findings; `key` names the record. */
void tree_report(const struct tree *t, struct view key, struct findings *f);

#endif
