/* The limiter and the breaker on clocks of their own, and the limiter on the program's clock run
 * fast. */
#include "test.h"

#include "base/sys.h"
#include "base/vec.h"

#include <stdlib.h>

struct sent {
    struct vec at; /* int64_t, ms */
    int64_t now;
    struct limiter l;
    unsigned seed;
};

static void begin(struct sent *s, double rate)
{
    *s = (struct sent){.now = 5000000, .seed = 1};
    vec_init(&s->at, sizeof(int64_t), 1000000);
    limiter_init(&s->l, rate, s->now);
}

static unsigned dice(struct sent *s, unsigned n)
{
    s->seed = s->seed * 1103515245 + 12345;
    return s->seed / 65536 % n;
}

/* Sends as fast as the limiter lets it for `ms`; each wake-up is late by up to `late` ms. */
static void run(struct sent *s, int64_t ms, unsigned late)
{
    int64_t end = s->now + ms;
    while (s->now < end) {
        int64_t wait = limiter_wait_ms(&s->l, s->now);
        if (wait > 0) {
            s->now += wait + (late == 0 ? 0 : (int64_t)dice(s, late + 1));
            continue;
        }
        limiter_take(&s->l, s->now);
        *(int64_t *)vec_add(&s->at) = s->now;
    }
}

/* The most that were sent in any second, both of its ends included. */
static size_t most_in_a_second(const struct sent *s)
{
    size_t most = 0, from = 0;
    for (size_t i = 0; i < s->at.n; i++) {
        while (*(int64_t *)vec_at(&s->at, i) - *(int64_t *)vec_at(&s->at, from) > 1000)
            from++;
        if (i - from + 1 > most)
            most = i - from + 1;
    }
    return most;
}

static void keeps_to_the_rate_in_every_second(void **state)
{
    static const double rates[] = {1, 2, 3.5, 10, 35, 40, 333};
    static const unsigned lates[] = {0, 1, 5, 40, 300};
    (void)state;
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        for (size_t j = 0; j < sizeof lates / sizeof lates[0]; j++) {
            struct sent s;
            begin(&s, rates[i]);
            run(&s, 60000, lates[j]);
            assert_true((double)most_in_a_second(&s) <= rates[i] + 2);
            assert_true((double)s.at.n <= rates[i] * 60 + 2 * rates[i] + 2);
            vec_done(&s.at);
        }
    }
}

static void reaches_98_percent_of_the_rate(void **state)
{
    static const unsigned lates[] = {0, 1, 5, 10};
    (void)state;
    for (size_t j = 0; j < sizeof lates / sizeof lates[0]; j++) {
        struct sent s;
        begin(&s, 35);
        run(&s, 30000, lates[j]);
        assert_true((double)s.at.n >= 0.98 * 35 * 30);
        vec_done(&s.at);
    }
}

/* A disk that blocks the program for half a second now and then does not cost the rate. */
static void catches_up_after_a_stall(void **state)
{
    struct sent s;
    (void)state;
    begin(&s, 35);
    for (int i = 0; i < 3; i++) {
        run(&s, 100, 0);
        s.now += 500;
    }
    run(&s, 120000, 0);
    assert_true((double)s.at.n >= 0.98 * 35 * 121.8);
    assert_true(most_in_a_second(&s) <= 37);
    vec_done(&s.at);
}

static void starts_without_a_burst(void **state)
{
    struct sent s;
    (void)state;
    begin(&s, 35);
    s.now += 3600 * 1000; /* an hour of idleness is no credit */
    run(&s, 100, 0);
    assert_in_range(s.at.n, 3, 5);
    vec_done(&s.at);
}

static void zero_is_unlimited(void **state)
{
    struct limiter l;
    (void)state;
    limiter_init(&l, 0, 0);
    for (int i = 0; i < 100000; i++) {
        assert_int_equal(limiter_wait_ms(&l, 0), 0);
        limiter_take(&l, 0);
    }
    assert_int_equal(limiter_refused(&l, 0, 0, 3000), 3000);
    assert_int_equal(limiter_wait_ms(&l, 1), 2999);
    assert_int_equal(limiter_wait_ms(&l, 3000), 0);
}

static void a_refusal_empties_the_bucket_and_stops_everybody(void **state)
{
    struct sent s;
    (void)state;
    begin(&s, 35);
    run(&s, 5000, 0);
    size_t before = s.at.n;
    assert_int_equal(limiter_refused(&s.l, s.now, s.now, 4000), 4000);
    int64_t until = s.now + 4000;
    run(&s, 10000, 0);
    assert_true(*(int64_t *)vec_at(&s.at, before) > until);
    size_t soon = 0;
    for (size_t i = before; i < s.at.n; i++)
        soon += *(int64_t *)vec_at(&s.at, i) <= until + 100;
    assert_in_range(soon, 1, 4); /* what the bucket held before is gone */
    vec_done(&s.at);
}

static void refusals_in_a_row_double_the_pause(void **state)
{
    struct limiter l;
    int64_t now = 1000;
    (void)state;
    limiter_init(&l, 35, now);
    static const int64_t pauses[LIMITER_ROUNDS_MAX] = {
        1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000, 60000};
    for (size_t i = 0; i < LIMITER_ROUNDS_MAX; i++) {
        assert_int_equal(limiter_refused(&l, now, now, -1), pauses[i]);
        assert_int_equal(limiter_refused(&l, now + 5, now - 10, 1000),
            pauses[i] - 5 > 1000 ? pauses[i] - 5 : 1000);
        now = l.paused_until;
    }
    assert_int_equal(limiter_refused(&l, now, now, -1), -1);
    limiter_answered(&l);
    assert_int_equal(limiter_refused(&l, now, now, 20000), 20000);
}

static void answers_in_between_forget_the_refusals(void **state)
{
    struct limiter l;
    int64_t now = 0;
    (void)state;
    limiter_init(&l, 35, now);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(limiter_refused(&l, now, now, -1), 1000);
        now += 1000;
        limiter_answered(&l);
    }
}

/* The same limiter, asked with the program's own clock, which runs 50 times too fast here. */
static void runs_on_the_programs_clock(void **state)
{
    struct limiter l;
    size_t n = 0;
    (void)state;
    fast_clock(50);
    int64_t start = sys_mono_ms();
    limiter_init(&l, 10, start);
    while (n < 200) {
        int64_t now = sys_mono_ms(), wait = limiter_wait_ms(&l, now);
        if (wait > 0) {
            sys_sleep_ms(wait);
            continue;
        }
        limiter_take(&l, now);
        n++;
    }
    int64_t took = sys_mono_ms() - start; /* longer on a busy machine */
    plain_clock();
    assert_true(took >= (200 - 22) * 1000 / 10);
}

static void fail_times(struct breaker *b, int n, int64_t now)
{
    for (int i = 0; i < n; i++)
        assert_int_equal(breaker_failure(b, now, false), BREAKER_GO_ON);
}

static void the_breaker_opens_after_a_run_of_failures(void **state)
{
    struct breaker b = {0};
    (void)state;
    fail_times(&b, BREAKER_RUN - 1, 0);
    assert_int_equal(breaker_wait_ms(&b, 0), 0);
    assert_int_equal(breaker_failure(&b, 100, false), BREAKER_OPENED);
    assert_int_equal(breaker_wait_ms(&b, 100), BREAKER_PAUSE_MS);
    fail_times(&b, 15, 200); /* those that were on the way */
    assert_int_equal(breaker_wait_ms(&b, 200), BREAKER_PAUSE_MS - 100);
    assert_int_equal(breaker_wait_ms(&b, 100 + BREAKER_PAUSE_MS), 0);
    breaker_began(&b);
    assert_int_equal(breaker_wait_ms(&b, 100 + BREAKER_PAUSE_MS), -1); /* one probe at a time */
    breaker_success(&b);
    assert_int_equal(breaker_wait_ms(&b, 100 + BREAKER_PAUSE_MS), 0);
    fail_times(&b, BREAKER_RUN - 1, 0);
}

static void a_success_in_between_keeps_it_closed(void **state)
{
    struct breaker b = {0};
    (void)state;
    for (int i = 0; i < 100; i++) {
        fail_times(&b, BREAKER_RUN - 1, 0);
        breaker_success(&b);
    }
}

static void the_breaker_gives_up_after_its_pauses(void **state)
{
    struct breaker b = {0};
    int64_t now = 0;
    (void)state;
    fail_times(&b, BREAKER_RUN - 1, 0);
    for (int i = 0; i < BREAKER_PAUSES; i++) {
        assert_int_equal(breaker_failure(&b, now, i > 0), BREAKER_OPENED);
        now += BREAKER_PAUSE_MS;
        assert_int_equal(breaker_wait_ms(&b, now), 0);
        breaker_began(&b);
    }
    breaker_no_news(&b); /* a probe that was told to slow down */
    assert_int_equal(breaker_wait_ms(&b, now), 0);
    breaker_began(&b);
    assert_int_equal(breaker_failure(&b, now, true), BREAKER_GIVE_UP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_to_the_rate_in_every_second),
        cmocka_unit_test(reaches_98_percent_of_the_rate),
        cmocka_unit_test(catches_up_after_a_stall),
        cmocka_unit_test(starts_without_a_burst),
        cmocka_unit_test(zero_is_unlimited),
        cmocka_unit_test(a_refusal_empties_the_bucket_and_stops_everybody),
        cmocka_unit_test(refusals_in_a_row_double_the_pause),
        cmocka_unit_test(answers_in_between_forget_the_refusals),
        cmocka_unit_test(runs_on_the_programs_clock),
        cmocka_unit_test(the_breaker_opens_after_a_run_of_failures),
        cmocka_unit_test(a_success_in_between_keeps_it_closed),
        cmocka_unit_test(the_breaker_gives_up_after_its_pauses),
    };
    return cmocka_run_group_tests_name("limiter", tests, NULL, NULL);
}
