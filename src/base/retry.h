/* Retry policy: exponential back-off with full jitter, bounded tries.
 *
 * After k failed tries the delay is uniform in [0, min(cap, base * 2^(k-1))] ("full jitter"), so
 * that many clients that failed together do not come back together. */
#ifndef MOVIE_ETL_BASE_RETRY_H
#define MOVIE_ETL_BASE_RETRY_H

#include <stdint.h>

struct retry_policy {
    unsigned tries;          /* in all, the first one included */
    int64_t base_ms, cap_ms; /* 0 or more */
};

/* The delay before the next try, `tried` tries (1 or more) having failed; -1: give up. */
int64_t retry_delay_ms(const struct retry_policy *p, unsigned tried);

#endif
