/* Tests of base/date: every day of the years 1 to 9999 against a calendar counted day by day,
 * and instants in every form TMDB has used (its documentation, and what broke other clients in
 * 2024). */
#include "help.h"

#include "base/date.h"

#include <stdio.h>

enum { FIRST_DAY = -719162, LAST_DAY = 2932896 }; /* 0001-01-01 and 9999-12-31 */

static int month_length(int year, int month)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return lengths[month - 1] + (month == 2 && leap);
}

static void check_day(struct arena *a, struct civil c, int64_t day)
{
    char text[40];
    int64_t back = 0;
    struct civil civil = date_civil(day);
    (void)snprintf(text, sizeof text, "%04d-%02d-%02d", c.year, c.month, c.day);
    if (date_day(c) != day || !date_is_valid(c))
        fail_msg("%s is day %" PRId64 ", not %" PRId64, text, day, date_day(c));
    if (civil.year != c.year || civil.month != c.month || civil.day != c.day)
        fail_msg(
            "day %" PRId64 " is %s, not %d-%d-%d", day, text, civil.year, civil.month, civil.day);
    if (!date_parse(view_of(text), &back) || back != day || !view_is(date_print(a, day), text))
        fail_msg("%s does not come back", text);
}

TEST(every_day_of_the_calendar)
{
    struct arena a;
    int64_t day = FIRST_DAY;
    arena_init(&a);
    for (int year = 1; year <= 9999; year++, arena_reset(&a))
        for (int month = 1; month <= 12; month++)
            for (int d = 1; d <= month_length(year, month); d++)
                check_day(&a, (struct civil){year, month, d}, day++);
    assert_int_equal(day, LAST_DAY + 1);
    assert_int_equal(date_day((struct civil){1970, 1, 1}), 0);
    assert_int_equal(date_day((struct civil){2000, 3, 1}), 11017);
    arena_done(&a);
}

TEST(days_that_do_not_exist)
{
    for (int year = -3; year <= 10003; year += year < 3 || year > 9990 ? 1 : 3)
        for (int month = -1; month <= 14; month++)
            for (int day = -1; day <= 33; day++) {
                bool exists = year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 &&
                              day <= month_length(year, month);
                if (date_is_valid((struct civil){year, month, day}) != exists)
                    fail_msg("%d-%d-%d: exists %d", year, month, day, exists);
            }
    assert_false(date_is_valid((struct civil){2147483647, 2147483647, 2147483647}));
    assert_false(date_is_valid((struct civil){-2147483647 - 1, 1, 1}));
}

/* Any byte in any place of a good date: either it is still the pattern of one that exists, or it
 * is refused. */
TEST(a_date_has_one_form)
{
    for (size_t at = 0; at < 10; at++)
        for (int byte = 0; byte < 256; byte++) {
            char text[] = "2024-02-28";
            int64_t day = 77;
            text[at] = (char)byte;
            bool digit = byte >= '0' && byte <= '9';
            bool pattern = at == 4 || at == 7 ? byte == '-' : digit;
            int year = 0, month = 0, d = 0, end = 0;
            bool exists = pattern && sscanf(text, "%4d-%2d-%2d%n", &year, &month, &d, &end) == 3 &&
                          end == 10 && year >= 1 && month >= 1 && month <= 12 && d >= 1 &&
                          d <= month_length(year, month);
            if (date_parse((struct view){text, 10}, &day) != exists || (!exists && day != 77))
                fail_msg("byte %d at %zu", byte, at);
        }
}

TEST(what_is_no_date)
{
    static const char *const bad[] = {"", "2024", "2024-02", "2024-2-28", "2024-02-2",
        "2024-02-281", " 2024-02-28", "2024-02-28 ", "20240228", "2024/02/28", "24-02-28",
        "0000-01-01", "2023-02-29", "1900-02-29", "2024-13-01", "2024-00-10", "2024-01-00",
        "-024-01-01", "+024-01-01", "2024-+1-01", "2024--1-01", "2024-01--1", "12024-01-01", "null",
        "N/A"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        int64_t day = 77, seconds = 77;
        if (date_parse(view_of(bad[i]), &day) || day != 77)
            fail_msg("\"%s\" is no date", bad[i]);
        if (strcmp(bad[i], "2024-02-28 ") != 0 &&
            (instant_parse(view_of(bad[i]), &seconds) || seconds != 77))
            fail_msg("\"%s\" is no instant", bad[i]);
    }
    int64_t day = 77;
    assert_false(date_parse(absent, &day));
    assert_false(instant_parse(absent, &day));
    assert_int_equal(day, 77);
}

TEST(instants_in_every_form_tmdb_has_used)
{
    static const struct {
        const char *text;
        int64_t seconds;
    } rows[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"1970-01-01", 0},
        {"2018-05-02T15:22:22Z", 1525274542},     /* reviews, recorded */
        {"2018-05-02T15:22:22.359Z", 1525274542}, /* reviews, as documented */
        {"2016-03-01T13:03:55.000Z", 1456837435}, /* videos */
        {"2023-10-06 14:00:15 UTC", 1696600815},  /* videos, December 2024 */
        {"2023-10-06T14:00:15+00:00", 1696600815},
        {"2023-10-06T14:00:15-00:00", 1696600815},
        {"2023-10-06 14:00:15+00:00", 1696600815},
        {"2023-10-06T14:00:15", 1696600815},
        {"2023-10-06 14:00:15", 1696600815},
        {"2023-10-06T14:00:15.123456789Z", 1696600815},
        {"2023-10-06T14:00:15.999999+00:00", 1696600815},
        {"2023-10-06", 1696550400},               /* a date alone */
        {"2013-02-14T00:00:00.000Z", 1360800000}, /* release dates */
        {"2023-10-06T16:00:15+02:00", 1696600815},
        {"2023-10-06T09:30:15-04:30", 1696600815},
        {"2023-10-07T13:59:15+23:59", 1696600815},
        {"2023-10-06T16:00:15+0200", 1696600815},
        {"1969-12-31T23:59:59Z", -1},
        {"1969-12-31T23:59:59.9Z", -1},
        {"1874-12-09T00:00:00Z", -2999894400},
        {"0001-01-01T00:00:00Z", -62135596800},
        {"9999-12-31T23:59:59Z", 253402300799},
        {"2016-12-31T23:59:60Z", 1483228800}, /* a leap second is the second after it */
        {"2024-02-29T12:00:00Z", 1709208000},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t got = 77;
        if (!instant_parse(view_of(rows[i].text), &got) || got != rows[i].seconds)
            fail_msg("%s is %" PRId64 ", not %" PRId64, rows[i].text, rows[i].seconds, got);
    }
}

TEST(what_is_no_instant)
{
    static const char *const bad[] = {"2023-10-06T", "2023-10-06 ", "2023-10-06T1",
        "2023-10-06T14:00", "2023-10-06T14:00:1", "2023-10-06t14:00:15Z", "2023-10-06  14:00:15",
        "2023-10-06T24:00:00Z", "2023-10-06T14:60:00Z", "2023-10-06T14:00:61Z",
        "2023-10-06T-1:00:00Z", "2023-10-06T14:-1:00Z", "2023-10-06T14:00:-1Z",
        "2023-10-06T14:00:15.Z", "2023-10-06T14:00:15.", "2023-10-06T14:00:15,5Z",
        "2023-10-06T14:00:15ZZ", "2023-10-06T14:00:15Z ", "2023-10-06T14:00:15 ",
        "2023-10-06T14:00:15 CET", "2023-10-06T14:00:15UTC", "2023-10-06T14:00:15+2:00",
        "2023-10-06T14:00:15+02", "2023-10-06T14:00:15+02:0", "2023-10-06T14:00:15+02:60",
        "2023-10-06T14:00:15+24:00", "2023-10-06T14:00:15+-1:00", "2023-10-06T14:00:15+01:-1",
        "2023-10-06T14:00:15+02:000", "2023-10-06T14.00.15Z", "2023-02-30T14:00:15Z",
        "2023-10-06T14:00:15+", "2023-10-06T14:00:15-", "1696600815", "2023-10-06Z"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        int64_t got = 77;
        if (instant_parse(view_of(bad[i]), &got) || got != 77)
            fail_msg("\"%s\" is no instant, read as %" PRId64, bad[i], got);
    }
    int64_t got = 77;
    assert_false(instant_parse(V("2023-10-06T14:00:15\0"), &got));
    assert_false(instant_parse(V("2023-10-06T14:00:15Z\0"), &got));
    assert_int_equal(got, 77);
}

/* Cut anywhere, a good instant is a date, a date with a time, or refused; nothing is read past
 * its end. */
TEST(cut_instants_are_read_within_their_bounds)
{
    static const char whole[] = "2023-10-06T14:00:15.123+02:00";
    for (size_t n = 0; n < sizeof whole; n++) {
        char *exact = test_malloc(n == 0 ? 1 : n); /* ASan sees a read past the end */
        int64_t got;
        memcpy(exact, whole, n);
        bool ok = instant_parse((struct view){exact, n}, &got);
        bool want = n == 10 || n == 19 || (n >= 21 && n <= 23) || n == 29;
        test_free(exact);
        if (ok != want)
            fail_msg("%.*s: %d", (int)n, whole, ok);
    }
}

TEST(printed_instants_come_back)
{
    struct random r;
    struct arena a;
    random_init(&r, 11);
    arena_init(&a);
    for (int step = 0; step < 200000; step++) {
        int64_t day = FIRST_DAY + (int64_t)random_below(&r, LAST_DAY - FIRST_DAY + 1);
        int64_t time = (int64_t)random_below(&r, 86400), at = day * 86400 + time, got = 0;
        struct civil c = date_civil(day);
        char text[80];
        int h = (int)(time / 3600), m = (int)(time / 60 % 60), s = (int)(time % 60);
        (void)snprintf(
            text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02dZ", c.year, c.month, c.day, h, m, s);
        HOLDS(&r, view_is(instant_print(&a, at), text));
        HOLDS(&r, instant_parse(view_of(text), &got) && got == at);
        (void)snprintf(
            text, sizeof text, "%04d%02d%02d_%02d%02d%02d", c.year, c.month, c.day, h, m, s);
        HOLDS(&r, view_is(instant_print_file(&a, at), text));
        HOLDS(&r, instant_day(at) == day);
        if (step % 1000 == 0)
            arena_reset(&a);
    }
    arena_done(&a);
}

TEST(days_of_instants_around_midnight)
{
    assert_int_equal(instant_day(0), 0);
    assert_int_equal(instant_day(86399), 0);
    assert_int_equal(instant_day(86400), 1);
    assert_int_equal(instant_day(-1), -1);
    assert_int_equal(instant_day(-86400), -1);
    assert_int_equal(instant_day(-86401), -2);
}

TEST(days_of_the_farthest_instants)
{
    assert_true(instant_day(INT64_MAX) == INT64_MAX / 86400);
    assert_true(instant_day(INT64_MIN) == INT64_MIN / 86400 - 1);
}

/* Numbers from a file that nobody checked: no useful text, but a text. */
TEST(the_farthest_instants_can_be_printed)
{
    static const int64_t far[] = {INT64_MIN, INT64_MIN + 1, INT64_MAX - 1, INT64_MAX};
    struct arena a;
    arena_init(&a);
    for (size_t i = 0; i < COUNT(far); i++) {
        static const char *const ends[] = {":52Z", ":53Z", ":06Z", ":07Z"}; /* 2^63 is 8 in 60s */
        assert_true(view_ends(instant_print(&a, far[i]), ends[i]));
        assert_true(instant_print_file(&a, far[i]).n > 15);
        assert_true(date_print(&a, instant_day(far[i])).n >= 10);
    }
    arena_done(&a);
}

TEST(an_instant_outside_the_years_is_refused)
{
    static const char *const bad[] = {"0001-01-01T00:00:00+00:01", "0001-01-01T23:58:00+23:59",
        "9999-12-31T23:59:60Z", "9999-12-31T23:59:59-00:01", "9999-12-31T00:01:00-23:59"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        int64_t got = 77;
        if (instant_parse(view_of(bad[i]), &got) || got != 77)
            fail_msg("%s read as %" PRId64, bad[i], got);
    }
    int64_t got = 0;
    assert_true(instant_parse(V("0001-01-01T00:01:00+00:01"), &got));
    assert_true(got == (int64_t)FIRST_DAY * 86400);
    assert_true(instant_parse(V("9999-12-31T23:58:59-00:01"), &got));
    assert_true(got == (int64_t)LAST_DAY * 86400 + 86399);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_of_the_calendar), cmocka_unit_test(days_that_do_not_exist),
        cmocka_unit_test(a_date_has_one_form), cmocka_unit_test(what_is_no_date),
        cmocka_unit_test(instants_in_every_form_tmdb_has_used),
        cmocka_unit_test(what_is_no_instant),
        cmocka_unit_test(cut_instants_are_read_within_their_bounds),
        cmocka_unit_test(printed_instants_come_back),
        cmocka_unit_test(days_of_instants_around_midnight),
        cmocka_unit_test(days_of_the_farthest_instants),
        cmocka_unit_test(the_farthest_instants_can_be_printed),
        cmocka_unit_test(an_instant_outside_the_years_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
