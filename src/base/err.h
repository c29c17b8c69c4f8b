/* Errors: one struct, filled at the cause, wrapped on the way up, printed once by cli.
 *
 * Every function that can fail is `bool f(in..., T *ret, struct err *e)`. On failure it returns
 * false and `e` says what happened (kind, text), where (in the text) and what to do (hint).
 * Texts are lower case, without a full stop; a hint is a sentence. Texts longer than the buffers
 * are cut between two characters and end in "...". No secrets may go into a text: callers redact
 * before. */
#ifndef MOVIE_ETL_BASE_ERR_H
#define MOVIE_ETL_BASE_ERR_H

#include <stdbool.h>
#include <stddef.h>

enum err_kind {
#define ERR(name, code, hint) ERR_##name,
#include "base/err.def"
#undef ERR
};

struct err {
    enum err_kind kind;
    bool transient; /* the same action may succeed when it is simply tried again */
    char text[1600];
    char hint[600];
};

#if defined(__GNUC__)
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#else
#define PRINTF_LIKE(f, a)
#endif

/* Fills `e` (replacing what it held) and returns false: a caller can `return err_set(...)`. Nothing
 * that is printed may lie in `e` itself, here and below. */
bool err_set(struct err *e, enum err_kind kind, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* As err_set, with ": " and strerror(errnum) appended. ENOSPC and EDQUOT become ERR_DISK;
 * limits of the system get a hint of their own. */
bool err_errno(struct err *e, enum err_kind kind, int errnum, const char *fmt, ...)
    PRINTF_LIKE(4, 5);
/* Puts "context: " before the text. Returns false. */
bool err_in(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Replaces the hint. Returns false. */
bool err_hint(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* True, with ERR_INTERRUPTED, when somebody asked the program to stop (sys_stop_asked). */
bool err_stopped(struct err *e);

/* The exit code of a kind, its name ("STORE"), and the hint to show for `e`. */
int err_exit_code(enum err_kind kind);
const char *err_name(enum err_kind kind);
const char *err_hint_of(const struct err *e);

#endif
