/* Entries of an index, made of the rows of its table (private to this folder). */
#ifndef MOVIE_ETL_STORE_SQLITE_ASIDE_INDEX_H
#define MOVIE_ETL_STORE_SQLITE_ASIDE_INDEX_H

#include "store/sqlite/aside_run.h"
#include "store/table.h"

/* The columns of an entry: those of the index, then what they lack of the table's key. Returns how
 * many. */
size_t index_entry_columns(
    const struct index *ix, const struct table *t, size_t ret[TABLE_MAX_COLUMNS]);
/* Entries of whole rows, in their order; in `a`. */
struct row_set index_entries(
    const struct index *ix, const struct table *t, const struct row_set *rows, struct arena *a);

#endif
