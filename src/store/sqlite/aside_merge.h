/* Merging runs of rows (private to aside.c and its parts). */
#ifndef MOVIE_ETL_STORE_SQLITE_ASIDE_MERGE_H
#define MOVIE_ETL_STORE_SQLITE_ASIDE_MERGE_H

#include "store/sqlite/aside_run.h"

struct merge_source {
    int fd;
    const struct run *runs; /* of one table or index */
    size_t n;
    size_t width; /* columns that are wanted of each row */
    /* The first columns, by which the runs are merged; rows with the same ones come in the order of
     * the runs. */
    size_t keys;
};

struct merge_taker {
    bool (*take)(void *payload, const struct run_reader *row, struct err *e);
    /* The bytes of the rows that were taken go now. NULL: they are not needed. */
    bool (*let_go)(void *payload, struct err *e);
    void *payload;
};

bool aside_merge(const struct merge_source *from, const struct merge_taker *to, struct err *e);

#endif
