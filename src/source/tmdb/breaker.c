/* Breaker: see breaker.h. */
#include "source/tmdb/breaker.h"

int64_t breaker_wait_ms(const struct breaker *b, int64_t now)
{
    if (b->pauses == 0)
        return 0;
    if (b->probing)
        return -1;
    return now < b->open_until ? b->open_until - now : 0;
}

void breaker_began(struct breaker *b)
{
    b->probing = b->pauses > 0;
}

void breaker_success(struct breaker *b)
{
    *b = (struct breaker){0};
}

enum breaker_says breaker_failure(struct breaker *b, int64_t now, bool probe)
{
    b->failures++;
    if (b->pauses > 0 && !probe)
        return BREAKER_GO_ON;
    if (b->pauses == 0 && b->failures < BREAKER_RUN)
        return BREAKER_GO_ON;
    b->probing = false;
    if (b->pauses == BREAKER_PAUSES)
        return BREAKER_GIVE_UP;
    b->pauses++;
    b->open_until = now + BREAKER_PAUSE_MS;
    return BREAKER_OPENED;
}

void breaker_no_news(struct breaker *b)
{
    b->probing = false;
}
