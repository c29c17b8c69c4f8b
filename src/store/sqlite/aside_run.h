/* Runs: rows as bytes in a file, and reading them back (private to aside.c and its parts).
 *
 * A row is its length (four bytes), then its record as SQLite stores it (record.h): so that it can
 * be put on a page as it is. */
#ifndef MOVIE_ETL_STORE_SQLITE_ASIDE_RUN_H
#define MOVIE_ETL_STORE_SQLITE_ASIDE_RUN_H

#include "base/err.h"
#include "base/str.h"
#include "model/layout.h"

/* Bytes of a row, its length among them: what a reader holds in memory, however many are open. */
enum { RUN_MAX_ROW = 32 * 1024 };

/* How many bytes a row takes at most. */
size_t run_row_size(const struct cell *row, size_t width);
/* Appends a row to a text that has room for it. */
void run_add_row(struct str *to, const struct cell *row, size_t width);

/* Where a run lies in the file. */
struct run {
    int64_t at, n; /* bytes */
};

/* Reads one run. The record and its texts lie in its bytes: they are valid until run_fill. */
struct run_reader {
    int fd;
    struct run left; /* not yet read */
    char *bytes; /* room for the largest row, or all of a short run */
    size_t n, used;
    struct view record; /* of the row at hand */
    struct cell *row;   /* its first columns */
    size_t width;       /* how many of them */
};

void run_open(struct run_reader *r, int fd, const struct run *run, size_t width);
void run_close(struct run_reader *r);
bool run_ended(const struct run_reader *r);
/* Whether the next row is there; if not, run_fill brings it. */
bool run_has_row(const struct run_reader *r);
bool run_fill(struct run_reader *r, struct err *e);
void run_take_row(struct run_reader *r);

#endif
