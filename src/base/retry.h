/* Retry policy: exponential back-off with full jitter, bounded tries.
 *
 * The delay before try k+1 is uniform in [0, min(cap, base * 2^k)] ("full jitter"), so that many clients that
 * failed together do not come back together. */
#ifndef MOVIE_ETL_BASE_RETRY_H
#define MOVIE_ETL_BASE_RETRY_H

#include <stdint.h>

struct retry_policy {
    unsigned tries;          /* in all, the first one included */
    int64_t base_ms, cap_ms;
};

/* The delay before the next try, `tried` tries (1 or more) having failed; -1: give up. */
int64_t retry_delay_ms(const struct retry_policy *p, unsigned tried);

#endif
