/* Questions with their tries: what is asked again, when everything waits, when the run ends, and
 * that no error and no log line ever shows the key. */
#include "test.h"

#include "base/sys.h"

#include <stdio.h>

struct script {
    unsigned asked;
    unsigned fail_first; /* so many answers are failures, then "authentication" succeeds */
    int status;
    const char *body;
    enum http_end end;
    const char *retry_after;
    int64_t at[200]; /* when each was asked */
};

static void play(void *payload, struct http_exchange *x)
{
    struct script *s = payload;
    if (s->asked < 200)
        s->at[s->asked] = sys_mono_ms();
    if (s->asked++ >= s->fail_first) {
        fake_say(x, 200, "{\"success\":true,\"status_code\":1}");
        return;
    }
    fake_say(x, s->status, s->body == NULL ? "" : s->body);
    x->end = s->end;
    if (s->end != HTTP_ANSWERED)
        (void)snprintf(x->why, sizeof x->why, "curl says: http://h/?api_key=%s", KEY_OF_V3);
    if (s->retry_after != NULL)
        (void)snprintf(x->retry_after, sizeof x->retry_after, "%s", s->retry_after);
}

static bool check(struct script *s, struct err *e)
{
    struct fake f;
    fake_init(&f, play, s);
    struct tmdb_client *c = fake_client(&f, NULL);
    memset(e, 0, sizeof *e);
    bool ok = tmdb_check_key(c, e);
    assert_int_equal(f.n, 0);
    assert_int_equal(f.with_key, f.submitted);
    tmdb_client_free(c);
    assert_true(f.freed);
    return ok;
}

static void a_good_key_is_one_request(void **state)
{
    struct script s = {0};
    struct err e;
    (void)state;
    assert_true(check(&s, &e));
    assert_int_equal(s.asked, 1);
}

static void failures_are_asked_again_and_401_is_not(void **state)
{
    struct err e;
    (void)state;
    struct script s = {
        .fail_first = 4, .status = 500, .body = "{\"success\":false,\"status_code\":11}"};
    assert_true(check(&s, &e));
    assert_int_equal(s.asked, 5);
    s = (struct script){
        .fail_first = 5, .status = 500, .body = "{\"success\":false,\"status_code\":11}"};
    assert_false(check(&s, &e));
    assert_int_equal(s.asked, 5);
    assert_int_equal(e.kind, ERR_SERVICE);
    assert_true(e.transient);
    assert_non_null(strstr(e.text, "5 tries"));
    assert_non_null(strstr(e.text, "500"));
    assert_non_null(strstr(e.text, "internal error"));
    assert_non_null(strstr(e.text, "http://127.0.0.1:9/3/authentication"));
    s = (struct script){.fail_first = 1,
        .status = 401,
        .body = "{\"success\":false,\"status_code\":7,\"status_message\":\"Invalid API key: You "
                "must be granted "
                "a valid key.\"}"};
    assert_false(check(&s, &e));
    assert_int_equal(s.asked, 1);
    assert_int_equal(e.kind, ERR_AUTH);
    assert_non_null(strstr(e.text, "You must be granted"));
    assert_non_null(strstr(e.hint, "TMDB_API_KEY"));
    s = (struct script){
        .fail_first = 1, .status = 404, .body = "{\"success\":false,\"status_code\":34}"};
    assert_false(check(&s, &e));
    assert_int_equal(s.asked, 1);
    assert_int_equal(e.kind, ERR_CONFIG);
    assert_non_null(strstr(e.hint, "TMDB_BASE_URL"));
    s = (struct script){.fail_first = 1, .status = 404, .body = "<html>"};
    assert_false(check(&s, &e));
    assert_int_equal(s.asked, 1);
    assert_non_null(strstr(e.hint, "TMDB_BASE_URL"));
}

/* Only bounds from below: how late a busy machine wakes up is not the program's doing (base tests
 * the bounds). */
static void back_off_grows(void **state)
{
    struct script s = {.fail_first = 4, .status = 502};
    struct err e;
    int64_t longest = 0;
    (void)state;
    for (int i = 0; i < 20; i++) { /* full jitter: the growth shows over many runs */
        s.asked = 0;
        assert_true(check(&s, &e));
        if (s.at[4] - s.at[3] > longest)
            longest = s.at[4] - s.at[3];
    }
    assert_true(longest > 250);
}

static void retry_after_is_honoured(void **state)
{
    struct err e;
    (void)state;
    struct script s = {.fail_first = 1,
        .status = 429,
        .retry_after = "7",
        .body = "{\"success\":false,\"status_code\":25}"};
    assert_true(check(&s, &e));
    assert_int_equal(s.asked, 2);
    assert_true(s.at[1] - s.at[0] >= 7000);
    s = (struct script){.fail_first = 1, .status = 429, .retry_after = "0"};
    assert_true(check(&s, &e));
    assert_true(s.at[1] - s.at[0] >= 1000);
    s = (struct script){.fail_first = 1, .status = 503, .retry_after = "20"};
    assert_true(check(&s, &e));
    assert_true(s.at[1] - s.at[0] >= 20000);
}

/* 429 does not use up the tries of a question, but it has an end. */
static void slowing_down_is_no_failure_but_has_an_end(void **state)
{
    struct err e;
    (void)state;
    struct script s = {.fail_first = LIMITER_ROUNDS_MAX, .status = 429};
    assert_true(check(&s, &e));
    assert_int_equal(s.asked, LIMITER_ROUNDS_MAX + 1);
    s = (struct script){.fail_first = 1000, .status = 429};
    assert_false(check(&s, &e));
    assert_int_equal(s.asked, LIMITER_ROUNDS_MAX + 1);
    assert_int_equal(e.kind, ERR_SERVICE);
    assert_non_null(strstr(e.text, "429"));
    assert_non_null(strstr(e.hint, "TMDB_RATE"));
}

/* A probe that ends the run leaves the breaker so that the next question can be asked. */
static void a_probe_that_ends_the_run_is_over(void **state)
{
    struct script s = {.fail_first = 1, .status = 401};
    struct fake f;
    struct err e;
    (void)state;
    fake_init(&f, play, &s);
    struct tmdb_client *c = fake_client(&f, NULL);
    c->asker.breaker = (struct breaker){.failures = BREAKER_RUN, .pauses = 1};
    assert_false(tmdb_check_key(c, &e));
    assert_int_equal(e.kind, ERR_AUTH);
    assert_true(tmdb_check_key(c, &e));
    assert_int_equal(c->asker.breaker.pauses, 0);
    tmdb_client_free(c);
}

/* Whatever a server or libcurl says, in whatever field, the key is not in what is shown. */
static void no_error_shows_the_key(void **state)
{
    static const struct {
        enum http_end end;
        int status;
        const char *body;
    } rows[] = {
        {HTTP_ANSWERED, 401, "{\"status_code\":7,\"status_message\":\"bad key " KEY_OF_V3 "\"}"},
        {HTTP_ANSWERED, 500,
            "{\"status_code\":11,\"status_message\":\"0123456789ABCDEF0123456789ABCDEF\"}"},
        {HTTP_ANSWERED, 500, KEY_OF_V3},
        {HTTP_ANSWERED, 200, KEY_OF_V3},
        {HTTP_ANSWERED, 200, "[\"" KEY_OF_V3 "\"] " KEY_OF_V3},
        {HTTP_ANSWERED, 404, "<html>" KEY_OF_V3},
        {HTTP_ANSWERED, 302, "see http://h/?api_key=" KEY_OF_V3},
        {HTTP_ANSWERED, 429, "{\"status_message\":\"" KEY_OF_V3 "\"}"},
        {HTTP_ANSWERED, 407, KEY_OF_V3},
        {HTTP_NO_HOST, 0, NULL},
        {HTTP_NO_CONNECTION, 0, NULL},
        {HTTP_NO_TLS, 0, NULL},
        {HTTP_TIMED_OUT, 0, NULL},
        {HTTP_BROKEN, 200, NULL},
        {HTTP_TOO_LARGE, 200, NULL},
    };
    (void)state;
    keep_log();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct script s = {
            .fail_first = 1000, .status = rows[i].status, .body = rows[i].body, .end = rows[i].end};
        struct err e;
        assert_false(check(&s, &e));
        for (char *p = e.text; *p != '\0'; p++)
            assert_true((unsigned char)*p >= 0x20);
        assert_null(strstr(e.text, "0123456789"));
        assert_null(strstr(err_hint_of(&e), "0123456789"));
        assert_true(err_hint_of(&e)[0] != '\0');
    }
    assert_null(strstr(str_z(&logged), "0123456789"));
    assert_true(logged.n > 1000); /* the retries were logged */
    drop_log();
}

static void a_v4_token_goes_into_a_header_only(void **state)
{
    struct script s = {
        .fail_first = 1, .status = 401, .body = "{\"status_message\":\"" KEY_OF_V4 "\"}"};
    struct tmdb_config config = fake_config(NULL);
    struct tmdb_client *c;
    struct fake f;
    struct err e;
    (void)state;
    config.key = KEY_OF_V4;
    fake_init(&f, play, &s);
    assert_true(client_new_over(&config, &f.http, &c, &e));
    assert_string_equal(c->asker.authorization, "Authorization: Bearer " KEY_OF_V4);
    assert_false(tmdb_check_key(c, &e));
    assert_null(strstr(e.text, KEY_OF_V4));
    assert_true(tmdb_check_key(c, &e));
    assert_int_equal(f.with_key, 0);
    assert_int_equal(f.with_header, 2);
    tmdb_client_free(c);
}

static void counts_are_kept(void **state)
{
    struct script s = {.fail_first = 3, .status = 429};
    struct tmdb_counts n;
    struct fake f;
    struct err e;
    (void)state;
    fake_init(&f, play, &s);
    struct tmdb_client *c = fake_client(&f, NULL);
    assert_true(tmdb_check_key(c, &e));
    tmdb_counts(c, &n);
    assert_int_equal(n.requests, 4);
    assert_int_equal(n.retries, 3);
    assert_int_equal(n.throttled, 3);
    assert_true(n.bytes > 0);
    tmdb_client_free(c);
}

static int set_up(void **state)
{
    (void)state;
    fast_clock(1000);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    plain_clock();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_key_is_one_request),
        cmocka_unit_test(failures_are_asked_again_and_401_is_not),
        cmocka_unit_test(back_off_grows),
        cmocka_unit_test(retry_after_is_honoured),
        cmocka_unit_test(slowing_down_is_no_failure_but_has_an_end),
        cmocka_unit_test(a_probe_that_ends_the_run_is_over),
        cmocka_unit_test(no_error_shows_the_key),
        cmocka_unit_test(a_v4_token_goes_into_a_header_only),
        cmocka_unit_test(counts_are_kept),
    };
    return cmocka_run_group_tests_name("ask", tests, set_up, tear_down);
}
