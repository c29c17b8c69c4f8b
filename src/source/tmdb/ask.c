/* Ask: see ask.h. */
#include "source/tmdb/ask.h"

#include "base/log.h"
#include "base/sys.h"
#include "source/tmdb/ask_text.h"
#include "source/tmdb/json.h"
#include "source/tmdb/retry_after.h"

enum {
    URL_MAX = 8000,
    BACK_OFF_MS = 250,
    BACK_OFF_CAP_MS = 15000,
    LOOK_AGAIN_MS = 200,
    COUNTED_TRIES = 2
};

void ask_init(struct ask *q, struct arena *a)
{
    *q = (struct ask){.patience = 1, .arena = a};
    str_init(&q->url, URL_MAX);
    http_exchange_init(&q->x);
}

void ask_done(struct ask *q)
{
    str_done(&q->url);
    http_exchange_done(&q->x);
}

void asker_init(struct asker *a, struct http *http, double rate)
{
    *a = (struct asker){.http = http};
    limiter_init(&a->limiter, rate, sys_mono_ms());
    a->policy =
        (struct retry_policy){.tries = 1, .base_ms = BACK_OFF_MS, .cap_ms = BACK_OFF_CAP_MS};
    arena_init(&a->scratch);
}

void asker_done(struct asker *a)
{
    if (a->http != NULL)
        a->http->free(a->http);
    arena_done(&a->scratch);
}

static void enqueue(struct asker *a, struct ask *q)
{
    q->next = NULL;
    q->waiting = true;
    if (a->last == NULL)
        a->first = q;
    else
        a->last->next = q;
    a->last = q;
}

static void dequeue(struct asker *a, struct ask *q)
{
    struct ask **at = &a->first, *before = NULL;
    while (*at != NULL && *at != q) {
        before = *at;
        at = &before->next;
    }
    if (*at == NULL)
        return;
    *at = q->next;
    if (a->last == q)
        a->last = before;
    q->waiting = false;
    q->next = NULL;
}

static void make_new(struct ask *q)
{
    q->tried = 0;
    q->sent = 0;
    q->counted = 0;
    q->not_before = 0;
    q->body = NULL;
    q->code = 0;
}

void asker_put(struct asker *a, struct ask *q)
{
    make_new(q);
    enqueue(a, q);
}

void asker_put_first(struct asker *a, struct ask *q)
{
    make_new(q);
    q->next = a->first;
    q->waiting = true;
    a->first = q;
    if (a->last == NULL)
        a->last = q;
}

void asker_drop(struct asker *a, struct ask *q)
{
    if (q->waiting)
        dequeue(a, q);
    if (q->on_way) {
        a->http->cancel(a->http, &q->x);
        q->on_way = false;
        a->on_way--;
        if (q->probe)
            breaker_no_news(&a->breaker);
    }
}

static bool begin(struct asker *a, struct ask *q, int64_t now, struct err *e)
{
    dequeue(a, q);
    http_exchange_reset(&q->x);
    q->x.url = str_z(&q->url);
    q->x.authorization = q->form == ASK_JSON ? a->authorization : NULL;
    q->x.timeout_ms = q->x.timeout_ms == 0 ? a->timeout_ms : q->x.timeout_ms;
    q->x.engine = NULL;
    q->sent_at = now;
    q->probe = a->breaker.pauses > 0;
    if (!a->http->submit(a->http, &q->x, e))
        return false;
    breaker_began(&a->breaker);
    limiter_take(&a->limiter, now);
    a->counts.requests++;
    a->counts.retries += q->sent++ > 0;
    q->on_way = true;
    a->on_way++;
    return true;
}

/* The first that may go now; *ret_wait: when the first of the others may. */
static struct ask *first_ready(struct asker *a, int64_t now, int64_t *ret_wait)
{
    for (struct ask *q = a->first; q != NULL; q = q->next) {
        if (q->not_before <= now)
            return q;
        if (q->not_before - now < *ret_wait)
            *ret_wait = q->not_before - now;
    }
    return NULL;
}

/* Sends what may be sent; *ret_wait: how long nothing more will be, at most LOOK_AGAIN_MS. */
static bool send_ready(struct asker *a, int64_t *ret_wait, struct err *e)
{
    *ret_wait = LOOK_AGAIN_MS;
    while (a->on_way < a->max_on_way && a->first != NULL) {
        int64_t now = sys_mono_ms();
        int64_t closed = breaker_wait_ms(&a->breaker, now);
        int64_t paced = limiter_wait_ms(&a->limiter, now);
        if (closed != 0 || paced > 0) {
            if (closed < 0 || closed > paced)
                paced = closed < 0 ? LOOK_AGAIN_MS : closed;
            *ret_wait = paced < LOOK_AGAIN_MS ? paced : LOOK_AGAIN_MS;
            return true;
        }
        struct ask *q = first_ready(a, now, ret_wait);
        if (q == NULL)
            return true;
        if (!begin(a, q, now, e))
            return false;
    }
    return true;
}

/* Everybody's failures were the service's: nobody loses tries by them. */
static void forgive(struct asker *a, struct ask *mine)
{
    mine->tried = 0;
    for (struct ask *q = a->first; q != NULL; q = q->next)
        q->tried = 0;
}

/* A patient question counts twice since the last answer, then no more: a few parts that are never
 * to be had are no outage, however often they are asked for when nothing else is left to ask. */
static bool counts(const struct asker *a, struct ask *q)
{
    if (q->counted_at != a->answers)
        q->counted = 0;
    q->counted_at = a->answers;
    return q->patience == 1 || a->breaker.pauses > 0 || ++q->counted <= COUNTED_TRIES;
}

static bool note_failure(struct asker *a, struct ask *q, struct err *e)
{
    if (!counts(a, q))
        return true;
    switch (breaker_failure(&a->breaker, sys_mono_ms(), q->probe)) {
    case BREAKER_GO_ON:
        return true;
    case BREAKER_OPENED:
        log_line(LOG_WARNING, "%s; %u requests failed in a row: nothing is asked for %d s",
            q->why.text, a->breaker.failures, BREAKER_PAUSE_MS / 1000);
        return true;
    case BREAKER_GIVE_UP:
        break;
    }
    *e = q->why;
    e->kind = ERR_SERVICE;
    e->transient = true;
    return err_in(e, "%u requests in a row failed over %d pauses of %d s; the last",
        a->breaker.failures, BREAKER_PAUSES, BREAKER_PAUSE_MS / 1000);
}

static void count_failing(struct asker *a, struct ask *q)
{
    if (q->failed_at != a->answers + 1)
        a->failing++;
    q->failed_at = a->answers + 1;
}

/* Whether all fail, and so many of them that the breaker is going to open: chance has some of them
 * use up their tries before. */
static bool looks_like_an_outage(const struct asker *a)
{
    return a->failing >= 2 && a->failing * a->policy.tries >= BREAKER_RUN;
}

/* Asks again later, or gives up on this question. */
static void again_or_not(struct asker *a, struct ask *q, int64_t asked_ms, bool *ret_over)
{
    struct retry_policy p = a->policy;
    p.tries *= q->patience;
    count_failing(a, q);
    if (a->breaker.pauses == 0)
        q->tried++;
    else
        forgive(a, q);
    if (looks_like_an_outage(a) && q->tried >= p.tries)
        q->tried = p.tries - 1;
    int64_t wait = q->tried == 0 ? 0 : retry_delay_ms(&p, q->tried);
    if (wait < 0) {
        q->verdict = VERDICT_ID;
        q->why.transient = true;
        *ret_over = true;
        if (q->tried > 1)
            err_in(&q->why, "given up after %u tries", q->tried);
        return;
    }
    if (asked_ms > 0)
        limiter_pause(&a->limiter, sys_mono_ms(), asked_ms);
    if (wait < asked_ms)
        wait = asked_ms;
    log_line(LOG_DETAIL, "%s; next try in %lld ms", q->why.text, (long long)wait);
    q->not_before = sys_mono_ms() + wait;
    enqueue(a, q);
}

static bool throttled(struct asker *a, struct ask *q, int64_t asked_ms, struct err *e)
{
    unsigned rounds = a->limiter.rounds;
    int64_t ms = limiter_refused(&a->limiter, sys_mono_ms(), q->sent_at, asked_ms);
    a->counts.throttled++;
    if (q->probe)
        breaker_no_news(&a->breaker);
    if (ms < 0) {
        *e = q->why;
        e->transient = true;
        err_in(e, "asked to slow down %d times in a row, and waited each time", LIMITER_ROUNDS_MAX);
        return err_hint(e,
            "Another program may use the same address, or TMDB_RATE is too high. Lower it and "
            "run the same command again later; nothing was lost.");
    }
    log_line(a->limiter.rounds > rounds ? LOG_WARNING : LOG_DETAIL, "%s; everything waits %.1f s",
        q->why.text, (double)ms / 1000);
    enqueue(a, q);
    return true;
}

/* Reads the body and says what it is; q->why is set unless it is an answer. */
static struct class judge(struct asker *a, struct ask *q)
{
    struct node *body = NULL;
    struct err no_json = {.kind = ERR_NONE};
    bool fine = q->x.status == 200 || q->x.status == 201;
    struct class c;
    if (q->form == ASK_JSON && q->x.end == HTTP_ANSWERED) {
        struct arena *to = fine ? q->arena : &a->scratch;
        if (fine && q->fresh)
            arena_reset(to);
        (void)json_read(str_view(&q->x.body), to, &body, &no_json);
    }
    c = q->form == ASK_FILE ? classify_file(&q->x) : classify(&q->x, body);
    if (c.verdict == VERDICT_OK) {
        struct err why;
        q->body = body;
        if (q->fits == NULL || q->fits(q, &why))
            return c;
        c = (struct class){.verdict = VERDICT_RETRY, .kind = ERR_SERVICE};
        ask_misfit(a, q, why.text);
        return c;
    }
    ask_explain(a, q, c, body, no_json.text);
    return c;
}

/* Requests the engine repeated on its own are requests all the same. */
static void count_repeats(struct asker *a, const struct http_exchange *x)
{
    int64_t now = sys_mono_ms();
    for (unsigned i = 1; i < x->sends; i++) {
        limiter_take(&a->limiter, now);
        a->counts.requests++;
        a->counts.retries++;
    }
}

/* Deals with one exchange that is over. *ret_over: the question has its final answer. */
static bool settle(struct asker *a, struct ask *q, bool *ret_over, struct err *e)
{
    q->on_way = false;
    a->on_way--;
    a->counts.bytes += q->x.bytes;
    count_repeats(a, &q->x);
    q->at = sys_now();
    struct class c = judge(a, q);
    int64_t asked_ms = q->x.end != HTTP_ANSWERED || c.verdict == VERDICT_OK
                           ? -1
                           : retry_after_ms(view_of(q->x.retry_after), view_of(q->x.date), q->at);
    q->verdict = c.verdict;
    q->code = c.code;
    arena_reset(&a->scratch);
    switch (c.verdict) {
    case VERDICT_OK:
    case VERDICT_GONE:
        a->answers++;
        a->failing = 0;
        breaker_success(&a->breaker);
        limiter_answered(&a->limiter);
        *ret_over = true;
        return true;
    case VERDICT_RETRY:
        if (!note_failure(a, q, e))
            return false;
        again_or_not(a, q, asked_ms, ret_over);
        return true;
    case VERDICT_THROTTLED:
        return throttled(a, q, asked_ms, e);
    case VERDICT_ID:
        *ret_over = true;
        return note_failure(a, q, e);
    case VERDICT_STOP:
        break;
    }
    if (q->probe)
        breaker_no_news(&a->breaker);
    *e = q->why;
    return false;
}

static struct ask *ask_of(struct http_exchange *x)
{
    return (struct ask *)((char *)x - offsetof(struct ask, x));
}

bool asker_next(struct asker *a, struct ask **ret, struct err *e)
{
    for (;;) {
        int64_t wait = LOOK_AGAIN_MS;
        struct http_exchange *x;
        bool over = false;
        if (sys_stop_asked()) {
            if (a->on_way == 0)
                return err_set(
                    e, ERR_INTERRUPTED, "a stop was asked for while TMDB was being read");
        } else if (!send_ready(a, &wait, e)) {
            return false;
        }
        if (a->on_way == 0 && a->first == NULL) {
            *ret = NULL;
            return true;
        }
        if (!a->http->poll(a->http, wait, &x, e))
            return false;
        if (x == NULL)
            continue;
        if (!settle(a, ask_of(x), &over, e))
            return false;
        if (over) {
            *ret = ask_of(x);
            return true;
        }
    }
}

bool asker_only(struct asker *a, struct ask *q, struct err *e)
{
    struct ask *same;
    if (a->on_way > 0 || a->first != NULL)
        return err_set(e, ERR_BUG, "TMDB was asked for %s in the middle of another walk", q->what);
    asker_put(a, q);
    if (!asker_next(a, &same, e)) {
        asker_drop(a, q);
        return false;
    }
    if (q->verdict != VERDICT_ID)
        return true;
    *e = q->why;
    return false;
}
