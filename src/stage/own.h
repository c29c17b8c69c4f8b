/* Own: the quick reader for documents in exactly the form that emit.h writes (private to stage).
 *
 * Nearly every document that is read was written by this program and never touched. libyaml, which
 * can read all of YAML, needs some 15 times as long for it, so this reader goes first and libyaml
 * (tree.c) reads what it leaves. It says "not mine" of everything outside the form; of what is in
 * the form it makes the same tree, with the same places, as libyaml does (tests/fuzz/fuzz_own.c
 * holds them together). It never reports a problem: a document with one is not in the form.
 *
 * The form, a subset of YAML 1.2 on purpose as narrow as the writer:
 *   - a line "---" at the start or none; no comments, blank lines, tabs, carriage returns, or
 *     blanks at a line's end
 *   - a block mapping at the margin. A member is "key: VALUE", or "key:" with a block mapping two
 *     further in or a block list as far in as the key; an element is "- VALUE", or "- " with a
 *     block mapping or list behind it
 *   - a VALUE is on one line: null, true, false, a number as JSON writes it, a text in double
 *     quotes, or a flow list or mapping of VALUEs, with one blank behind each comma and colon and
 *     nowhere else
 *   - a key is a word ([A-Za-z_][A-Za-z0-9_]*) or a text in double quotes, at most KEY_MAX bytes
 *     as it is written, none twice in a mapping, at most MEMBERS_MAX of them
 *   - escapes in a text: \" \\ \b \f \n \r \t \uXXXX with small hex digits, no surrogates
 *   - at most OWN_MAX bytes, NODE_MAX_DEPTH levels below the top; the bytes are UTF-8 without the
 *     characters that tree.h names, raw U+FEFF neither */
#ifndef MOVIE_ETL_STAGE_OWN_H
#define MOVIE_ETL_STAGE_OWN_H

#include "base/node.h"

/* True when `text`, which begins in line `line` of its file, is in the form: *ret is its tree. A
 * NUL stands behind the text. The tree's keys and texts are pieces of it, but for those that hold
 * escapes: these are in `texts`; the nodes are in `nodes` (may be the same). */
bool own_parse(
    struct view text, uint64_t line, struct arena *texts, struct arena *nodes, struct node **ret);

#endif
