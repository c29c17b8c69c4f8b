/* Stream: what waits for one table, or for an index that is not there yet (private to aside.c and
 * its parts). */
#ifndef MOVIE_ETL_STORE_SQLITE_ASIDE_STREAM_H
#define MOVIE_ETL_STORE_SQLITE_ASIDE_STREAM_H

#include "store/sqlite/aside_run.h"
#include "store/sqlite/db.h"

enum {
    MAX_RUNS = 1000, /* of a stream: as many are read at once when they are merged */
};

struct stream {
    const struct put *put;
    /* Rows are the entries of this index. NULL: they are the table's. */
    const struct index *index;
    struct vec runs; /* struct run, in the order in which they came */
    size_t brought;  /* so many of them are in the table, or not needed any more */
    size_t marked, marked_brought;
};

#endif
