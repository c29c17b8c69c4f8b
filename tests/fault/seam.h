/* Seam: what the variable MOVIE_ETL_TEST makes of the operating system for the test program
 * movie-etl-fault.
 *
 * A comma-separated list:
 *
 *   clock-speed=100        a hundred virtual seconds per real one, for clock and sleep
 *   timeout-speed=100      the same for time-outs; without it they are real, however fast the clock
 *   clock-offset=86400     the wall clock is a day ahead (seconds, may be negative)
 *   fail=write:17:ENOSPC   the 17th call of the kind fails with that errno
 *   fail-from=sync:3:EIO   the third and every later one fails
 *   kill=rename:2          the process kills itself (SIGKILL) instead of doing the second rename
 *   count=FILE             at exit, FILE gets one line per kind, "write 123", and "any 456" for all
 *
 * Kinds are those of base/sys.h (open read write sync rename unlink truncate mkdir) and `any`,
 * which counts every call whatever its kind: a campaign first counts, then lets each number from 1
 * on fail or kill. fail, fail-from and kill may be given several times. Counting is safe from any
 * thread. */
#ifndef TESTS_FAULT_SEAM_H
#define TESTS_FAULT_SEAM_H

#include "base/sys.h"
#include "base/view.h"

enum {
    SEAM_KINDS = SYS_MKDIR + 1,
    SEAM_ANY = SEAM_KINDS, /* a kind of its own: all calls together */
    SEAM_MAX_FAULTS = 32,
    SEAM_MAX_PATH = 4096,
};

enum seam_action { SEAM_FAIL, SEAM_FAIL_FROM, SEAM_KILL };

struct seam_fault {
    enum seam_action action;
    int kind;  /* enum sys_call, or SEAM_ANY */
    int64_t n; /* from 1 */
    int errnum;
};

struct seam_plan {
    double clock_speed, timeout_speed;
    int64_t clock_offset;
    struct seam_fault faults[SEAM_MAX_FAULTS];
    size_t fault_n;
    char count_path[SEAM_MAX_PATH]; /* "": do not count to a file */
};

/* Reads the value of MOVIE_ETL_TEST. False when any part of it is not understood: *ret_bad is that
 * part then (a fault that is silently ignored would be a test that cannot fail). */
bool seam_parse(const char *text, struct seam_plan *ret, struct view *ret_bad);

/* Makes `plan` (kept by reference) the system's behaviour from now on, counters at zero. */
void seam_install(const struct seam_plan *plan);
/* Calls of a kind since seam_install. */
int64_t seam_count(int kind);
/* Writes the counts to plan->count_path; does nothing without one. False and errno when that
 * fails. */
bool seam_write_counts(void);

#endif
