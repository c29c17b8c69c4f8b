/* The rules of check, each broken once. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/sys.h"
#include "check/check.h"

static struct findings findings;

static void say(struct record *r, size_t i)
{
    r->said |= (uint64_t)1 << i;
}

static struct staged_record good(void)
{
    struct staged_record r = {.tmdb_id = 550, .at = 1000};
    r.movie.tmdb_id = 550;
    r.movie.title = view_of("Fight Club");
    say(&r.movie.record, TMDB_tmdb_id);
    say(&r.movie.record, TMDB_title);
    return r;
}

#define SET(r, field, value)                                                                      \
    do {                                                                                          \
        (r).movie.field = (value);                                                                \
        say(&(r).movie.record, TMDB_##field);                                                     \
    } while (0)

static void expect(const struct staged_record *r, bool accepted, enum rule rule, const char *field)
{
    assert_int_equal(check_record(r, &findings), accepted);
    assert_int_equal(findings.kept.n, 1);
    const struct finding *f = vec_at(&findings.kept, 0);
    assert_string_equal(rule_info(f->rule)->id, rule_info(rule)->id);
    assert_true(view_is(f->field, field));
}

static void a_good_record_has_no_finding(void **state)
{
    (void)state;
    struct staged_record r = good();
    SET(r, imdb_id, view_of("tt0137523"));
    SET(r, release_date, view_of("1999-10-15"));
    SET(r, vote_average, 8.4);
    SET(r, runtime, 0);
    SET(r, overview, view_of(""));
    assert_true(check_record(&r, &findings));
    assert_int_equal(findings.kept.n, 0);
}

static void title_is_required(void **state)
{
    (void)state;
    struct staged_record r = good();
    r.movie.title = view_of("  ");
    expect(&r, false, RULE_REQUIRED, "title");
}

static void null_title_is_no_title(void **state)
{
    (void)state;
    struct staged_record r = good();
    r.movie.record.null |= (uint64_t)1 << TMDB_title;
    expect(&r, false, RULE_REQUIRED, "title");
}

static void numbers_have_ranges(void **state)
{
    (void)state;
    struct staged_record r = good();
    SET(r, vote_average, 10.5);
    expect(&r, false, RULE_RANGE, "vote_average");
}

static void negative_runtime_is_out_of_range(void **state)
{
    (void)state;
    struct staged_record r = good();
    SET(r, runtime, -1);
    expect(&r, false, RULE_RANGE, "runtime");
}

static void texts_have_lengths_in_code_points(void **state)
{
    (void)state;
    static char title[4 * 1001];
    struct staged_record r = good();
    for (size_t i = 0; i < 1000; i++)
        memcpy(title + 4 * i, "\xF0\x9F\x8E\xAC", 4);
    r.movie.title = (struct view){title, 4000};
    assert_true(check_record(&r, &findings));
    memcpy(title + 4000, "\xF0\x9F\x8E\xAC", 4);
    r.movie.title.n = 4004;
    expect(&r, false, RULE_LENGTH, "title");
}

static void a_date_that_does_not_exist_is_dropped(void **state)
{
    (void)state;
    struct staged_record r = good();
    SET(r, release_date, view_of("1999-02-30"));
    expect(&r, true, RULE_FORMAT_DROPPED, "release_date");
}

static void a_time_still_to_come_is_refused(void **state)
{
    (void)state;
    struct staged_record r = good(), gone = {.tmdb_id = 550, .gone = true};
    r.at = gone.at = sys_now() + 86000;
    assert_true(check_record(&r, &findings) && check_record(&gone, &findings));
    r.at = gone.at = sys_now() + 87000;
    expect(&r, false, RULE_FUTURE, "etl.fetched_at");
    findings_done(&findings);
    findings_init(&findings);
    expect(&gone, false, RULE_FUTURE, "gone.seen_at");
}

static void a_date_no_film_can_have_is_told(void **state)
{
    (void)state;
    struct staged_record r = good();
    SET(r, release_date, view_of("0199-10-15"));
    expect(&r, true, RULE_DATE_IMPLAUSIBLE, "release_date");
}

static void an_imdb_id_must_look_like_one(void **state)
{
    (void)state;
    struct staged_record r = good();
    SET(r, imdb_id, view_of("nm0000093"));
    expect(&r, true, RULE_IMDB_FORM, "imdb_id");
}

static void codes_hold_no_blanks(void **state)
{
    (void)state;
    struct staged_record r = good();
    SET(r, original_language, view_of("e n"));
    expect(&r, false, RULE_FORMAT, "original_language");
}

static void an_element_without_key_is_left_out(void **state)
{
    (void)state;
    struct staged_record r = good();
    struct tmdb_keyword k = {.name = view_of("fight")};
    k.record.said = 2;
    r.movie.keywords = (struct rows){&k, 1, true};
    expect(&r, true, RULE_NO_KEY, "id");
}

static void repeated_elements_are_told(void **state)
{
    (void)state;
    struct staged_record r = good();
    struct tmdb_keyword k[2] = {
        {.keyword_id = 1, .name = view_of("a")}, {.keyword_id = 1, .name = view_of("b")}};
    k[0].record.said = k[1].record.said = 3;
    r.movie.keywords = (struct rows){k, 2, true};
    expect(&r, true, RULE_DUPLICATE_ELEMENT, "keywords.keywords[]");
}

static void an_id_must_be_one(void **state)
{
    (void)state;
    struct staged_record gone = {.gone = true, .tmdb_id = 0, .at = 5};
    assert_false(check_record(&gone, &findings));
    assert_int_equal(findings.per_rule[RULE_RANGE], 1);
}

static void a_run_sees_repeated_records_and_shared_imdb_ids(void **state)
{
    (void)state;
    struct check_run run;
    struct staged_record a = good(), b = good(), c = good();
    SET(a, imdb_id, view_of("tt0137523"));
    SET(c, imdb_id, view_of("tt0137523"));
    c.tmdb_id = 551;
    check_run_init(&run);
    check_in_run(&run, &a, &findings);
    assert_int_equal(findings.kept.n, 0);
    check_in_run(&run, &b, &findings);
    assert_int_equal(findings.per_rule[RULE_DUPLICATE_RECORD], 1);
    check_in_run(&run, &c, &findings);
    assert_int_equal(findings.per_rule[RULE_IMDB_SHARED], 1);
    check_run_new_file(&run);
    check_in_run(&run, &b, &findings);
    assert_int_equal(findings.per_rule[RULE_DUPLICATE_RECORD], 1);
    check_run_done(&run);
}

static int start(void **state)
{
    (void)state;
    findings_init(&findings);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    findings_done(&findings);
    return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_good_record_has_no_finding),
        TEST(title_is_required),
        TEST(null_title_is_no_title),
        TEST(numbers_have_ranges),
        TEST(negative_runtime_is_out_of_range),
        TEST(texts_have_lengths_in_code_points),
        TEST(a_date_that_does_not_exist_is_dropped),
        TEST(a_time_still_to_come_is_refused),
        TEST(a_date_no_film_can_have_is_told),
        TEST(an_imdb_id_must_look_like_one),
        TEST(codes_hold_no_blanks),
        TEST(an_element_without_key_is_left_out),
        TEST(repeated_elements_are_told),
        TEST(an_id_must_be_one),
        TEST(a_run_sees_repeated_records_and_shared_imdb_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
