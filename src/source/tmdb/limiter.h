/* Limiter: how many requests per second the whole process may begin.
 *
 * Two token buckets, and a request takes a token from both. The long one is filled at the rate and
 * holds two seconds' worth: what a pause cost (a slow disk, a busy machine) is caught up. The short
 * one is filled at rate + 0.5 and holds 1.5: in any second, however it is cut, at most rate + 2
 * requests begin, and never a burst. A 429 empties both and stops everybody for as long as the
 * server asks; asked again without an answer in between, at least twice as long each time.
 *
 * Times are milliseconds of sys_mono_ms, given by the caller. Not thread-safe. */
#ifndef MOVIE_ETL_SOURCE_TMDB_LIMITER_H
#define MOVIE_ETL_SOURCE_TMDB_LIMITER_H

#include <stdbool.h>
#include <stdint.h>

enum { LIMITER_ROUNDS_MAX = 10 }; /* refusals in a row, each waited for, after which the run ends */

struct limiter {
    double rate; /* per second; 0: unlimited */
    double in_long, in_short;
    int64_t filled_at, paused_until;
    unsigned rounds; /* refusals without an answer in between */
};

void limiter_init(struct limiter *l, double rate, int64_t now);
/* How long until a request may begin; 0: now. */
int64_t limiter_wait_ms(struct limiter *l, int64_t now);
void limiter_take(struct limiter *l, int64_t now);
/* Nobody begins a request before `until`. */
void limiter_pause(struct limiter *l, int64_t now, int64_t ms);
/* A request that began at `sent_at` was refused; `asked_ms`: Retry-After, or -1. Returns for how
 * long everything pauses; -1 when LIMITER_ROUNDS_MAX is passed. */
int64_t limiter_refused(struct limiter *l, int64_t now, int64_t sent_at, int64_t asked_ms);
/* A request was answered. */
void limiter_answered(struct limiter *l);

#endif
