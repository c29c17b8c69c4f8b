/* Runs: rows as bytes in a file, and reading them back (private to aside.c).
 *
 * A row is its length (four bytes), then its cells: a byte that says the kind, and how many bytes
 * of a number follow; then those, high ones first, zeros at the front left out: an integer, a
 * real's bits, or the length of the text behind it. */
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

/* Reads one run. Texts lie in its bytes: they are valid until run_fill. */
struct run_reader {
    int fd;
    struct run left; /* not yet read */
    char *bytes; /* room for the largest row, or all of a short run */
    size_t n, used;
    struct cell *row; /* at hand */
    size_t width;
};

void run_open(struct run_reader *r, int fd, const struct run *run, size_t width);
void run_close(struct run_reader *r);
bool run_ended(const struct run_reader *r);
/* Whether the next row is there; if not, run_fill brings it. */
bool run_has_row(const struct run_reader *r);
bool run_fill(struct run_reader *r, struct err *e);
void run_take_row(struct run_reader *r);

#endif
