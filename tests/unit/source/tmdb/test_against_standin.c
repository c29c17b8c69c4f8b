/* The client against a server that misbehaves: the stand-in of tests/standin as a child process,
 * real sockets, libcurl.
 *
 *   test-tmdb-against-standin STANDIN [slow]
 *
 * `slow` takes the full numbers (20,000 movies with faults, 1,000 requests at 35 a second, memory
 * over 50,000). */
#include "fetching.h"

#include "base/sys.h"

#include <signal.h>
#include <stdio.h>
#include <sys/time.h>

static const char *binary;
static bool slow;

/* One fetch of from..to from a server of its own. */
static void fetch_from(
    const char *spec, int64_t from, int64_t to, struct run *r, struct tmdb_counts *counts)
{
    struct server s;
    struct err e;
    server_start(&s, binary, spec);
    struct tmdb_config config = server_config(&s);
    config.tries = 12;
    struct tmdb_client *c = server_client(&config);
    run_begin(r, from, to);
    if (!run_fetch(c, r, &e))
        fail_msg("%s", e.text);
    tmdb_counts(c, counts);
    assert_int_equal(server_stat(&s, "total"), counts->requests);
    assert_true(server_stat(&s, "connections.max") <= 16);
    tmdb_client_free(c);
    server_stop(&s);
}

/* Faults on a fifth of all answers change nothing about what is fetched. */
static void faults_change_nothing(void **state)
{
    int64_t n = slow ? 20000 : 800;
    struct run good, bad;
    struct tmdb_counts g, b;
    char spec[300];
    (void)state;
    fast_clock(20);
    (void)snprintf(spec, sizeof spec, "--generate %lld --gone-ids 100-119,700", (long long)n);
    fetch_from(spec, 1, n + 5, &good, &g);
    (void)snprintf(spec, sizeof spec,
        "--generate %lld --gone-ids 100-119,700 --faults "
        "path-prefix=/3/movie/~percent=20~seed=7~tries=4~mix",
        (long long)n);
    fetch_from(spec, 1, n + 5, &bad, &b);
    plain_clock();
    print_message(
        "%lld movies: %llu requests without faults, %llu with (%llu retries, %llu times 429)\n",
        (long long)n, (unsigned long long)g.requests, (unsigned long long)b.requests,
        (unsigned long long)b.retries, (unsigned long long)b.throttled);
    assert_int_equal(good.outcomes[TMDB_GONE], 21 + 5);
    assert_int_equal(good.outcomes[TMDB_FAILED], 0);
    assert_true(good.outcomes[TMDB_ADULT] > 0);
    assert_int_equal(good.digests.n, n + 5);
    assert_int_equal(good.twice + bad.twice, 0);
    assert_int_equal(b.requests, g.requests + b.retries);
    assert_true(b.retries > (uint64_t)n / 10);
    for (int64_t id = 1; id <= n + 5; id++) {
        const uint64_t *x = map_get(&good.digests, id), *y = map_get(&bad.digests, id);
        assert_non_null(x);
        assert_non_null(y);
        if (*x != *y)
            fail_msg("movie %lld differs; the last failure: %s", (long long)id, bad.why);
    }
    run_end(&good);
    run_end(&bad);
}

static int64_t real_ms(void)
{
    return sys_mono_ms();
}

/* No more than 35 requests a second, over real connections. That it is no fewer, and no more in any
 * second, is test_pace.c's to prove: here a machine that pauses would decide. */
static void the_pace_is_kept(void **state)
{
    int64_t n = slow ? 1000 : 140;
    struct server s;
    struct run r;
    struct err e;
    (void)state;
    server_start(&s, binary, "--generate 100000 --delay-ms 30");
    struct tmdb_config config = server_config(&s);
    config.rate = 35;
    config.sections = NULL;
    struct tmdb_client *c = server_client(&config);
    run_begin(&r, 1, n);
    int64_t from = real_ms();
    assert_true(run_fetch(c, &r, &e));
    double took = (double)(real_ms() - from) / 1000;
    int64_t total = server_stat(&s, "total");
    double rate = (double)(total - 1) / took;
    print_message("%lld requests in %.2f s: %.2f a second\n", (long long)total, took, rate);
    assert_int_equal(total, n);
    assert_true(rate <= 35.5);
    run_end(&r);
    tmdb_client_free(c);
    server_stop(&s);
}

/* A server with a real limit below our rate: everybody waits as it says, and everything comes. */
static void a_real_limit_is_respected(void **state)
{
    struct server s;
    struct run r;
    struct err e;
    (void)state;
    server_start(&s, binary,
        "--generate 1000 --detail-size small --faults over=60~status=429~retry-after=1");
    struct tmdb_config config = server_config(&s);
    config.sections = NULL;
    struct tmdb_client *c = server_client(&config);
    run_begin(&r, 1, 150);
    if (!run_fetch(c, &r, &e))
        fail_msg("%s", e.text);
    assert_int_equal(r.outcomes[TMDB_MOVIE] + r.outcomes[TMDB_ADULT], 150);
    print_message("429 was sent %lld times; requests while it asked for quiet: %lld\n",
        (long long)server_stat(&s, "by_status.429"),
        (long long)server_stat(&s, "during_retry_after"));
    assert_true(server_stat(&s, "by_status.429") > 0);
    /* none on an idle machine; on a busy one what 16 connections had on their way each of three
     * times; without the pause there would be more than a hundred */
    assert_true(server_stat(&s, "during_retry_after") <= 48);
    run_end(&r);
    tmdb_client_free(c);
    server_stop(&s);
}

static const struct {
    const char *fault;
    enum tmdb_outcome outcome;
    const char *why; /* must stand in the reason of a failure */
} faults[] = {
    {"count=2~reset", TMDB_MOVIE, NULL},
    {"count=2~reset-mid-body", TMDB_MOVIE, NULL},
    {"count=2~wrong-length", TMDB_MOVIE, NULL},
    {"count=2~short-length", TMDB_MOVIE, NULL},
    {"count=2~truncated-gzip", TMDB_MOVIE, NULL},
    {"count=2~stall", TMDB_MOVIE, NULL},
    {"count=1~slow=50", TMDB_MOVIE, NULL},
    {"count=1~huge", TMDB_MOVIE, NULL},
    {"count=2~wrong-id", TMDB_MOVIE, NULL},
    {"count=2~redirect=http://127.0.0.1:1/", TMDB_MOVIE, NULL},
    {"count=2~bad-utf8", TMDB_MOVIE, NULL},
    {"count=2~status=429~retry-after=date+1", TMDB_MOVIE, NULL},
    {"count=1~drop-section=credits", TMDB_MOVIE, NULL},
    {"status=500", TMDB_FAILED, "HTTP 500, TMDB code 11"},
    {"html", TMDB_FAILED, "not TMDB's JSON (text/html"},
    {"html-403", TMDB_FAILED, "HTTP 403"},
    {"garbage", TMDB_FAILED, "not TMDB's JSON"},
    {"empty-200", TMDB_FAILED, "it is empty"},
    {"bad-utf8", TMDB_FAILED, "unable to decode byte"},
    {"truncated-json", TMDB_FAILED, "not TMDB's JSON"},
    {"wrong-id", TMDB_FAILED, "about id"},
    {"huge", TMDB_FAILED, "too large"},
    {"stall", TMDB_FAILED, "in time"},
    {"reset", TMDB_FAILED, "cut off"},
    {"redirect=http://127.0.0.1:1/", TMDB_FAILED, "HTTP 302"},
    {"status=404~code=34", TMDB_GONE, NULL},
    {"status=500~code=44", TMDB_GONE, NULL},
    {"success-false", TMDB_GONE, NULL},
    {"status=400~code=47", TMDB_FAILED, "input is not valid"},
};

static void every_fault_alone(void **state)
{
    (void)state;
    fast_clock(10);
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        struct server s;
        struct run r;
        struct err e;
        char spec[300];
        (void)snprintf(
            spec, sizeof spec, "--generate 100 --faults path=/3/movie/40~%s", faults[i].fault);
        server_start(&s, binary, spec);
        struct tmdb_config config = server_config(&s);
        if (strstr(faults[i].fault, "stall") != NULL || strstr(faults[i].fault, "slow") != NULL)
            config.timeout_ms = 1000;
        /* what comes in the end, comes after pauses of the machine too, which are time-outs here */
        config.tries = faults[i].outcome == TMDB_MOVIE ? 12 : 3;
        struct tmdb_client *c = server_client(&config);
        run_begin(&r, 38, 42);
        if (!run_fetch(c, &r, &e))
            fail_msg("%s: %s", faults[i].fault, e.text);
        const uint64_t *got = map_get(&r.digests, 40);
        assert_non_null(got);
        if (r.outcomes[TMDB_FAILED] != (faults[i].outcome == TMDB_FAILED) ||
            r.outcomes[TMDB_GONE] != (faults[i].outcome == TMDB_GONE))
            fail_msg("%s: another outcome (%s)", faults[i].fault, r.why);
        if (faults[i].why != NULL && strstr(r.why, faults[i].why) == NULL)
            fail_msg("%s: '%s' is not in the reason: %s", faults[i].fault, faults[i].why, r.why);
        assert_null(strstr(r.why, "0123456789"));
        run_end(&r);
        tmdb_client_free(c);
        server_stop(&s);
    }
    plain_clock();
}

static void credentials_go_where_they_belong(void **state)
{
    struct server s;
    struct run r;
    struct err e;
    (void)state;
    server_start(&s, binary, "--generate 100 --key " KEY_OF_V4);
    struct tmdb_config config = server_config(&s);
    config.key = KEY_OF_V4;
    struct tmdb_client *c = server_client(&config);
    assert_true(tmdb_check_key(c, &e));
    run_begin(&r, 1, 20);
    assert_true(run_fetch(c, &r, &e));
    int64_t total = server_stat(&s, "total");
    assert_int_equal(server_stat(&s, "auth.bearer"), total);
    assert_int_equal(server_stat(&s, "auth.api_key"), 0);
    run_end(&r);
    tmdb_client_free(c);
    config.key = KEY_OF_V3; /* not this server's */
    c = server_client(&config);
    run_begin(&r, 1, 50);
    assert_false(tmdb_check_key(c, &e));
    assert_int_equal(e.kind, ERR_AUTH);
    assert_false(run_fetch(c, &r, &e));
    assert_int_equal(e.kind, ERR_AUTH);
    assert_int_equal(r.outcomes[TMDB_MOVIE] + r.outcomes[TMDB_FAILED], 0);
    run_end(&r);
    tmdb_client_free(c);
    server_stop(&s);
}

static void a_dead_server_is_service(void **state)
{
    struct server s;
    struct run r;
    struct err e;
    (void)state;
    server_start(&s, binary, "--generate 100");
    struct tmdb_config config = server_config(&s);
    server_stop(&s);
    struct tmdb_client *c = server_client(&config);
    fast_clock(500);
    assert_false(tmdb_check_key(c, &e));
    assert_int_equal(e.kind, ERR_SERVICE);
    assert_non_null(strstr(e.text, "no connection"));
    assert_non_null(strstr(err_hint_of(&e), "TMDB_BASE_URL"));
    run_begin(&r, 1, 100);
    assert_false(run_fetch(c, &r, &e));
    assert_int_equal(e.kind, ERR_SERVICE);
    assert_int_equal(r.digests.n, 0);
    plain_clock();
    run_end(&r);
    tmdb_client_free(c);
}

static void on_alarm(int signal)
{
    (void)signal;
}

/* Signals that mean nothing interrupt every wait. */
static void signals_disturb_nothing(void **state)
{
    struct itimerval often = {{0, 2000}, {0, 2000}}, never = {{0, 0}, {0, 0}};
    struct sigaction act = {.sa_handler = on_alarm};
    struct run r;
    struct tmdb_counts counts;
    (void)state;
    assert_int_equal(sigaction(SIGALRM, &act, NULL), 0);
    struct server s;
    struct err e;
    server_start(&s, binary, "--generate 1000 --delay-ms 5");
    struct tmdb_config config = server_config(&s);
    struct tmdb_client *c = server_client(&config);
    run_begin(&r, 1, 500);
    assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
    bool ok = run_fetch(c, &r, &e);
    (void)setitimer(ITIMER_REAL, &never, NULL);
    if (!ok)
        fail_msg("%s", e.text);
    tmdb_counts(c, &counts);
    assert_int_equal(counts.retries, 0);
    assert_int_equal(r.digests.n, 500);
    run_end(&r);
    tmdb_client_free(c);
    server_stop(&s);
}

#if defined(__SANITIZE_ADDRESS__)
#define MEMORY_TELLS false
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MEMORY_TELLS false
#endif
#endif
#ifndef MEMORY_TELLS
#define MEMORY_TELLS true
#endif

/* Memory settles: fifty times as many movies take no more of it. */
static void memory_is_flat(void **state)
{
    struct run r;
    struct server s;
    struct err e;
    (void)state;
    if (!MEMORY_TELLS)
        skip(); /* the sanitizer keeps freed memory back */
    server_start(&s, binary, "--generate 100000");
    struct tmdb_config config = server_config(&s);
    struct tmdb_client *c = server_client(&config);
    run_begin(&r, 1, slow ? 50000 : 4000);
    r.keep_nothing = true;
    int64_t from = real_ms();
    assert_true(run_fetch(c, &r, &e));
    struct tmdb_counts n;
    tmdb_counts(c, &n);
    print_message(
        "%llu movies, %.0f a second; resident after 1,000: %ld KiB, at the end: %ld KiB\n",
        (unsigned long long)n.movies, (double)n.movies * 1000 / (double)(real_ms() - from + 1),
        r.rss_at_1000, r.rss_at_end);
    assert_true(r.rss_at_end < r.rss_at_1000 + 16 * 1024);
    assert_true(server_stat(&s, "connections.opened") <= 40); /* connections are kept */
    run_end(&r);
    tmdb_client_free(c);
    server_stop(&s);
}

/* The last one: the flag cannot be taken back. */
static void a_stop_ends_the_fetch(void **state)
{
    struct server s;
    struct run r;
    struct err e;
    (void)state;
    server_start(&s, binary, "--generate 100000 --delay-ms 20");
    struct tmdb_config config = server_config(&s);
    struct tmdb_client *c = server_client(&config);
    run_begin(&r, 1, 100000);
    r.stop_at = 100;
    int64_t from = real_ms();
    assert_false(run_fetch(c, &r, &e));
    assert_int_equal(e.kind, ERR_INTERRUPTED);
    assert_in_range(r.digests.n, 100, 100 + 32);
    assert_true(real_ms() - from < 20000);
    run_end(&r);
    tmdb_client_free(c);
    server_stop(&s);
}

/* A test that failed in the middle leaves its clock behind. */
static int clock_back(void **state)
{
    (void)state;
    plain_clock();
    return 0;
}

#define SERVER_TEST(f) cmocka_unit_test_teardown(f, clock_back)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        SERVER_TEST(faults_change_nothing),
        SERVER_TEST(the_pace_is_kept),
        SERVER_TEST(a_real_limit_is_respected),
        SERVER_TEST(every_fault_alone),
        SERVER_TEST(credentials_go_where_they_belong),
        SERVER_TEST(a_dead_server_is_service),
        SERVER_TEST(signals_disturb_nothing),
        SERVER_TEST(memory_is_flat),
        SERVER_TEST(a_stop_ends_the_fetch),
    };
    if (argc < 2) {
        (void)fprintf(stderr, "usage: %s STANDIN [slow]\n", argv[0]);
        return 2;
    }
    binary = argv[1];
    slow = argc > 2 && strcmp(argv[2], "slow") == 0;
    return cmocka_run_group_tests_name("against-standin", tests, NULL, NULL);
}
