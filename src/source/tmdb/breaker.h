/* Breaker: stops asking a service that is down.
 *
 * After BREAKER_RUN failures with no success in between nothing is asked for BREAKER_PAUSE_MS; then
 * one request goes out as a probe. A success closes the breaker; a failed probe begins the next
 * pause; after BREAKER_PAUSES pauses the run is over. Times are milliseconds of sys_mono_ms, given
 * by the caller. */
#ifndef MOVIE_ETL_SOURCE_TMDB_BREAKER_H
#define MOVIE_ETL_SOURCE_TMDB_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

enum { BREAKER_RUN = 25, BREAKER_PAUSE_MS = 30000, BREAKER_PAUSES = 5 };

struct breaker {
    unsigned failures; /* without a success in between */
    unsigned pauses;   /* begun since the last success; 0: closed */
    int64_t open_until;
    bool probing;
};

enum breaker_says { BREAKER_GO_ON, BREAKER_OPENED, BREAKER_GIVE_UP };

/* How long until a request may begin; 0: now (it is the probe when pauses > 0); -1: when the probe
 * is back. */
int64_t breaker_wait_ms(const struct breaker *b, int64_t now);
void breaker_began(struct breaker *b); /* a request begins */
void breaker_success(struct breaker *b);
/* `probe`: the request began while the breaker was open. Others that were on the way then change
 * nothing. */
enum breaker_says breaker_failure(struct breaker *b, int64_t now, bool probe);
/* The probe came back without saying anything about the service's health. */
void breaker_no_news(struct breaker *b);

#endif
