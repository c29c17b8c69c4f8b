/* The ways a fetch of movies ends before its time, and what does not end it. */
#include "script.h"

static void a_bad_key_ends_the_run(void **state)
{
    (void)state;
    script_begin(&setting, two_sections);
    setting.run = (struct run){.next = BAD_KEY, .last = BAD_KEY + 1000};
    assert_false(script_fetch(&setting));
    assert_int_equal(setting.e.kind, ERR_AUTH);
    assert_true(times_asked(BAD_KEY) == 1);
    assert_true(setting.fake.submitted < 20);
    script_end(&setting);
}

static void a_dead_service_ends_the_run_and_fails_no_movie(void **state)
{
    (void)state;
    script_begin(&setting, two_sections);
    setting.script.all_down = true;
    setting.run = (struct run){.next = 1000, .last = 9999};
    int64_t from = sys_mono_ms();
    assert_false(script_fetch(&setting));
    assert_int_equal(setting.e.kind, ERR_SERVICE);
    assert_true(setting.e.transient);
    assert_non_null(strstr(setting.e.text, "in a row"));
    assert_true(sys_mono_ms() - from >= BREAKER_PAUSES * BREAKER_PAUSE_MS);
    assert_int_equal(setting.run.taken, 0);
    /* one probe per pause, none but the first run besides */
    assert_true(setting.fake.submitted <= BREAKER_RUN + 4 + BREAKER_PAUSES);
    script_end(&setting);
}

/* The service comes back 45 s later, between the first pause and the end of the second. */
static void an_outage_that_ends_costs_no_movie(void **state)
{
    (void)state;
    script_begin(&setting, two_sections);
    setting.script.down_until = sys_mono_ms() + 45000;
    setting.run = (struct run){.next = 1000, .last = 1099};
    assert_true(script_fetch(&setting));
    assert_int_equal(setting.run.outcomes[TMDB_MOVIE], 100);
    assert_true(setting.fake.submitted <= 100 + BREAKER_RUN + 4 + 2);
    script_end(&setting);
}

/* So many that all their tries together are not as many failures as are an outage. */
static void a_few_movies_that_always_fail_do_not_end_the_run(void **state)
{
    static const int64_t ids[] = {ALWAYS_500, ALWAYS_500, ALWAYS_500, ALWAYS_500, 0};
    (void)state;
    script_begin(&setting, two_sections);
    setting.run = (struct run){.ids = ids};
    assert_true(script_fetch(&setting));
    assert_int_equal(setting.run.outcomes[TMDB_FAILED], 4);
    assert_int_equal(setting.c->asker.breaker.pauses, 0);
    assert_int_equal(times_asked(ALWAYS_500), 4 * 5);
    script_end(&setting);
}

/* A few movies of which a part is never to be had are what is left of every run over the same ids.
 * That is no outage: if it ended the run, the batch would never be complete. */
static void broken_parts_of_a_few_movies_do_not_end_the_run(void **state)
{
    static const int64_t ids[] = {NO_KEYWORDS, NO_KEYWORDS, NO_KEYWORDS, NULL_KEYWORDS, PLAIN, 0};
    (void)state;
    script_begin(&setting, two_sections);
    setting.script.parts_down = true;
    setting.run = (struct run){.ids = ids};
    assert_true(script_fetch(&setting));
    assert_int_equal(setting.run.outcomes[TMDB_MOVIE], 5);
    assert_int_equal(setting.c->asker.breaker.pauses, 0);
    assert_int_equal(times_asked(NULL_KEYWORDS), 1 + 5 * ASK_PATIENT);
    script_end(&setting);
}

/* Of many they are one: nobody's tries are used up, and no movie is staged with a hole. */
static void broken_parts_of_many_movies_are_an_outage(void **state)
{
    int64_t ids[41] = {0};
    (void)state;
    for (int i = 0; i < 40; i++)
        ids[i] = NO_KEYWORDS;
    script_begin(&setting, two_sections);
    setting.c->connections = setting.c->asker.max_on_way = 16;
    setting.script.parts_down = true;
    setting.run = (struct run){.ids = ids};
    assert_false(script_fetch(&setting));
    assert_int_equal(setting.e.kind, ERR_SERVICE);
    assert_non_null(strstr(setting.e.text, "in a row"));
    assert_int_equal(setting.run.taken, 0);
    script_end(&setting);
}

static void a_changed_format_ends_the_run(void **state)
{
    (void)state;
    script_begin(&setting, two_sections);
    setting.script.all_unreadable = true;
    setting.run = (struct run){.next = 1000, .last = 9999};
    assert_false(script_fetch(&setting));
    assert_int_equal(setting.e.kind, ERR_SERVICE);
    assert_int_equal(setting.run.outcomes[TMDB_FAILED], 50);
    assert_non_null(strstr(setting.e.hint, "newer version"));
    assert_true(findings_errors(&setting.findings) >= 50);
    script_end(&setting);
}

static void an_error_of_take_ends_the_run(void **state)
{
    (void)state;
    script_begin(&setting, two_sections);
    setting.run = (struct run){.next = 1000, .last = 9999, .fail_at = 10};
    assert_false(script_fetch(&setting));
    assert_int_equal(setting.e.kind, ERR_DISK);
    assert_int_equal(setting.run.taken, 10);
    assert_true(setting.fake.submitted <= 10 + 8);
    script_end(&setting);
}

static bool ask_in_between(void *payload, const struct tmdb_result *result, struct err *e)
{
    unsigned *n = payload;
    (void)result;
    if (!tmdb_check_key(setting.c, e)) {
        assert_int_equal(e->kind, ERR_BUG);
        (*n)++;
    }
    return true;
}

static bool ten_ids(void *payload, int64_t *ret)
{
    static int64_t next;
    (void)payload;
    *ret = 1000 + next++;
    return next <= 10;
}

/* One walk at a time: a callback that asks for something else is told so, and the walk goes on. */
static void questions_in_between_are_refused(void **state)
{
    unsigned n = 0;
    struct tmdb_fetch f = {ten_ids, ask_in_between, &n};
    (void)state;
    script_begin(&setting, two_sections);
    assert_true(tmdb_fetch_movies(setting.c, &f, &setting.findings, &setting.e));
    assert_in_range(n, 9, 10); /* with the last movie there is no walk any more */
    assert_int_equal(setting.fake.submitted, 10 + 10 - n);
    script_end(&setting);
}

/* The last test of all: the flag cannot be taken back. */
static void a_stop_lets_requests_on_the_way_finish(void **state)
{
    (void)state;
    script_begin(&setting, two_sections);
    setting.run = (struct run){.next = 1000, .last = 9999, .stop_at = 10};
    assert_false(script_fetch(&setting));
    assert_int_equal(setting.e.kind, ERR_INTERRUPTED);
    assert_true(setting.run.taken >= 13); /* four were on the way at the tenth */
    assert_int_equal(setting.run.taken, setting.fake.submitted);
    script_end(&setting);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bad_key_ends_the_run),
        cmocka_unit_test(a_dead_service_ends_the_run_and_fails_no_movie),
        cmocka_unit_test(an_outage_that_ends_costs_no_movie),
        cmocka_unit_test(a_few_movies_that_always_fail_do_not_end_the_run),
        cmocka_unit_test(broken_parts_of_a_few_movies_do_not_end_the_run),
        cmocka_unit_test(broken_parts_of_many_movies_are_an_outage),
        cmocka_unit_test(a_changed_format_ends_the_run),
        cmocka_unit_test(an_error_of_take_ends_the_run),
        cmocka_unit_test(questions_in_between_are_refused),
        cmocka_unit_test(a_stop_lets_requests_on_the_way_finish),
    };
    return cmocka_run_group_tests_name("movies-end", tests, NULL, NULL);
}
