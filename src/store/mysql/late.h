/* Late: an index that is made after a first load, with the foreign keys that need it (private to
 * late.c and late_patient.c). */
#ifndef MOVIE_ETL_STORE_MYSQL_LATE_H
#define MOVIE_ETL_STORE_MYSQL_LATE_H

#include "store/mysql/server.h"

struct late_index {
    const struct index *index;
    bool keys; /* its table lacks some */
};

/* The index: by its own name, or, with keys to come, by another one until they are there. */
bool late_make_index(struct store *s, const struct late_index *l, struct err *e);
/* Then the keys. */
bool late_make_keys(struct store *s, const struct late_index *l, struct err *e);

/* All that for tables that may have millions of rows, of which each has one of the indexes. */
bool late_make_patiently(
    struct store *s, struct late_index *late, size_t n, struct err *e);

#endif
