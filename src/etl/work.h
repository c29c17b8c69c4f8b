/* What every verb starts and ends with (private to etl): locks, store, run, and ways to speak.
 *
 * Two locks: flock on DATA_DIR/.lock for everything that stages or moves files, the lease row in
 * the database for everything that writes there. A dry run takes neither and opens the store for
 * reading only. */
#ifndef MOVIE_ETL_ETL_WORK_H
#define MOVIE_ETL_ETL_WORK_H

#include "etl/etl.h"

struct work {
    struct etl *x;
    struct store *store; /* NULL: a dry run without a database */
    int lock_fd;         /* -1: none */
    int64_t run_id;      /* 0: none (dry run) */
    bool leased;
};

enum { LEASE_SECONDS = 120 };

/* Locks, opens the store in `mode` (a dry run: for reading; a database that is not there is fine
 * then when mode is STORE_CREATE or STORE_BUILD), says which it is, begins a run named
 * `command`. */
bool work_begin(
    struct etl *x, enum store_mode mode, const char *command, struct work *ret, struct err *e);
/* Ends the run with the outcome and its summary, releases everything. Returns `ok`, or false when
 * ending failed. */
bool work_end(struct work *w, bool ok, const char *summary, struct err *e);

void etl_say(const struct etl *x, const char *fmt, ...) PRINTF_LIKE(2, 3);
void etl_progress(
    const struct etl *x, const char *what, uint64_t done, uint64_t total, const char *detail);
/* Shows and records findings, adds them to the command's, and empties `f`. */
bool work_report(struct work *w, struct findings *f, struct err *e);
/* The same for what is found a second time, and was shown and added before: all but what the
 * database refused, which may have taken it the first time. */
bool work_report_refused(struct work *w, struct findings *f, struct err *e);
/* "12,345": for people. */
const char *etl_count(uint64_t n, char to[32]);

#endif
