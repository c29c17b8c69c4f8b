/* Limiter: see limiter.h. */
#include "source/tmdb/limiter.h"

#include "source/tmdb/retry_after.h"

#include <math.h>

static const double SHORT_CAP = 1.5, SHORT_MORE = 0.5; /* 1.5 + (rate + 0.5) * 1 s = rate + 2 */
static const double LONG_SECONDS = 2;
static const double NEARLY_ONE = 1 - 1e-9; /* sums of fractions may miss 1 by a rounding */

void limiter_init(struct limiter *l, double rate, int64_t now)
{
    *l = (struct limiter){.rate = rate, .in_long = 1, .in_short = 1, .filled_at = now};
}

static void fill(struct limiter *l, int64_t now)
{
    double seconds = (double)(now - l->filled_at) / 1000;
    if (seconds <= 0)
        return;
    l->filled_at = now;
    l->in_long = fmin(l->in_long + seconds * l->rate, fmax(LONG_SECONDS * l->rate, 2));
    l->in_short = fmin(l->in_short + seconds * (l->rate + SHORT_MORE), SHORT_CAP);
}

static int64_t until_one(double tokens, double rate)
{
    return tokens >= NEARLY_ONE ? 0 : (int64_t)ceil((1 - tokens) / rate * 1000);
}

int64_t limiter_wait_ms(struct limiter *l, int64_t now)
{
    if (now < l->paused_until)
        return l->paused_until - now;
    if (l->rate <= 0)
        return 0;
    fill(l, now);
    int64_t a = until_one(l->in_long, l->rate);
    int64_t b = until_one(l->in_short, l->rate + SHORT_MORE);
    return a > b ? a : b;
}

void limiter_take(struct limiter *l, int64_t now)
{
    if (l->rate <= 0)
        return;
    fill(l, now);
    l->in_long -= 1;
    l->in_short -= 1;
}

/* The buckets are empty when the pause ends: filled_at is set to its end, and fill() ignores a time
 * before. */
void limiter_pause(struct limiter *l, int64_t now, int64_t ms)
{
    if (now + ms <= l->paused_until)
        return;
    l->paused_until = now + ms;
    l->filled_at = l->paused_until;
    l->in_long = 0;
    l->in_short = 0;
}

int64_t limiter_refused(struct limiter *l, int64_t now, int64_t sent_at, int64_t asked_ms)
{
    bool again = sent_at >= l->paused_until; /* else it left before the pause it is late for */
    int64_t ms = asked_ms < 0 ? RETRY_AFTER_MIN_MS : asked_ms;
    if (again) {
        if (++l->rounds > LIMITER_ROUNDS_MAX)
            return -1;
        for (int64_t least = RETRY_AFTER_MIN_MS, i = 1; i < l->rounds; i++) {
            least *= 2;
            if (ms < least)
                ms = least;
        }
        if (ms > RETRY_AFTER_MAX_MS)
            ms = RETRY_AFTER_MAX_MS;
    }
    limiter_pause(l, now, ms);
    return l->paused_until - now;
}

void limiter_answered(struct limiter *l)
{
    l->rounds = 0;
}
