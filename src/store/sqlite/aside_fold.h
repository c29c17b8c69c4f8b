/* Fold: rows of things that are named, made one for each thing (private to aside_tree.c).
 *
 * A person comes with each film, and may wait many times. What the upsert of PUT_NEWER (dialect.c)
 * would make of its rows, one after the other, is made of them here, while runs are merged: of two,
 * the one that was fetched later decides, an equal one that came later too, and a value that is
 * known stands before none. What comes of it is a whole row, to be put on a page; and an entry of
 * the table's index, which waits in memory until all are there, for only now is it known. */
#ifndef MOVIE_ETL_STORE_SQLITE_ASIDE_FOLD_H
#define MOVIE_ETL_STORE_SQLITE_ASIDE_FOLD_H

#include "store/sqlite/btree.h"
#include "store/sqlite/fill_tree.h"

struct fold;

/* `to`: the tree of the table; `index` and `entries_to`: one index of it and its tree, or NULL. */
struct fold *fold_new(
    const struct table *t, struct leaves *to, const struct index *index, struct leaves *entries_to);
void fold_free(struct fold *f); /* NULL is fine */

/* The next row, in the order of the key; whatever it points to may go then. *ret_refused: what is
 * made of it is longer than a row that waits may be, and all is to be thrown away. */
bool fold_add(struct fold *f, const struct cell *row, bool *ret_refused, struct err *e);
/* No more come: both trees' leaves are written to their end. */
bool fold_end(struct fold *f, bool *ret_refused, struct err *e);

#endif
