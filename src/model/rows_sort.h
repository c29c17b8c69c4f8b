/* Order of the rows of one movie (private to model; see layout.h). */
#ifndef MOVIE_ETL_MODEL_ROWS_SORT_H
#define MOVIE_ETL_MODEL_ROWS_SORT_H

#include "model/layout.h"

/* The columns from..to-1, which tell rows apart: none of their cells is NULL or a real number, and
 * a column's are all of one kind. */
struct row_key {
    size_t from, to;
};

/* Sorts by key and keeps the first row of each key. */
void rows_sort(struct row_set *s, struct row_key key);
/* Numbers rows in source order, from 0 among those with an equal key, in the column behind it. */
void rows_number(struct row_set *s, struct row_key key);
/* Whether all keys differ, as far as hashes can tell: false may be wrong, true is not. */
bool rows_differ(const struct row_set *s, struct row_key key, struct arena *scratch);

#endif
