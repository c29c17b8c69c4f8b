/* The progress line as text: numbers, rate, remaining time, width; and text that must not steer a
 * terminal. */
#include "cli_test.h"

#include "cli/progress.h"
#include "cli/shown.h"

#include <stdio.h>
#include <string.h>

static const char *printed(const struct progress *p, size_t width)
{
    static char text[2000];
    struct str s;
    str_init(&s, sizeof text - 1);
    progress_print(p, width, &s);
    (void)snprintf(text, sizeof text, "%s", str_z(&s));
    str_done(&s);
    return text;
}

static void test_line(void **state)
{
    struct progress p = {.active = false};
    (void)state;
    assert_true(progress_take(&p, "ratings", 0, 32000204, NULL, 1000));
    assert_string_equal(printed(&p, 200), "ratings: 0 of 32,000,204 (0 %)");
    assert_true(progress_take(&p, "ratings", 800000, 32000204, NULL, 3000));
    assert_string_equal(
        printed(&p, 200), "ratings: 800,000 of 32,000,204 (2 %), 400,000/s, 78 s left");
    assert_true(progress_take(&p, "ratings", 31999999, 32000204, "nearly there", 82000));
    assert_string_equal(printed(&p, 200),
        "ratings: 31,999,999 of 32,000,204 (99 %), 395,062/s, 0 s left, nearly there");
    assert_true(progress_take(&p, "ratings", 32000204, 32000204, NULL, 83000));
    assert_holds(printed(&p, 200), "ratings: 32,000,204 of 32,000,204 (100 %)");
    assert_lacks(printed(&p, 200), "left");
}

static void test_unknown_total(void **state)
{
    struct progress p = {.active = false};
    (void)state;
    assert_true(progress_take(&p, "tags", 7, 0, "", 0));
    assert_string_equal(printed(&p, 200), "tags: 7");
    assert_true(progress_take(&p, "tags", 12, 0, "of many", 2000));
    assert_string_equal(printed(&p, 200), "tags: 12, 2.5/s, of many");
    assert_true(progress_take(&p, "tags", 13, 10, NULL, 4000)); /* more than was said */
    assert_string_equal(printed(&p, 200), "tags: 13 of 10 (100 %), 1.5/s");
}

static void test_phases(void **state)
{
    struct progress p = {.active = false};
    (void)state;
    assert_true(progress_take(&p, "movies", 1, 2, NULL, 0));
    assert_true(progress_take(&p, "movies", 2, 2, NULL, 5000));
    assert_false(progress_take(&p, "ratings", 9, 0, NULL, 5001));
    assert_string_equal(p.what, "movies"); /* untouched until it is ended */
    progress_end(&p);
    assert_true(progress_take(&p, "ratings", 9, 0, NULL, 5001));
    assert_string_equal(printed(&p, 200), "ratings: 9"); /* no rate from the phase before */
}

/* The rate is that of the last ten seconds: a run that stalls says so. */
static void test_rate_window(void **state)
{
    struct progress p = {.active = false};
    uint64_t done = 0;
    (void)state;
    for (int64_t s = 0; s <= 100; s++, done += s <= 60 ? 100 : 0)
        assert_true(progress_take(&p, "x", done, 100000, NULL, s * 1000));
    assert_true(progress_rate(&p) <= 0);
    assert_int_equal(progress_left(&p), -1);
    for (int64_t s = 101; s <= 200; s++, done += 50)
        assert_true(progress_take(&p, "x", done, 100000, NULL, s * 1000));
    assert_true(progress_rate(&p) > 49.9 && progress_rate(&p) < 50.1);
}

/* One that goes faster and faster: always the ten seconds before. */
static void test_rate_moves(void **state)
{
    struct progress p = {.active = false};
    (void)state;
    for (int64_t s = 0; s <= 60; s++) {
        int64_t from = s < 10 ? 0 : s - 10;
        assert_true(progress_take(&p, "x", (uint64_t)(s * s), 0, NULL, s * 1000));
        double wanted = s == 0 ? 0 : (double)(s * s - from * from) / (double)(s - from);
        assert_true(progress_rate(&p) > wanted - 0.01 && progress_rate(&p) < wanted + 0.01);
    }
}

static void test_width(void **state)
{
    struct progress p = {.active = false};
    (void)state;
    assert_true(progress_take(
        &p, "fetching movies", 1234, 87585, "\xE6\x98\xA0\xE7\x94\xBB\xE6\x98\xA0\xE7\x94\xBB", 0));
    const char *all =
        "fetching movies: 1,234 of 87,585 (1 %), \xE6\x98\xA0\xE7\x94\xBB\xE6\x98\xA0\xE7\x94\xBB";
    assert_string_equal(printed(&p, 200), all);
    for (size_t width = 0; width < 60; width++) {
        const char *got = printed(&p, width);
        assert_true(columns_of(view_of(got)) <= width);
        assert_memory_equal(got, all, strlen(got));
        assert_true(columns_of(view_of(got)) + 2 > width || strlen(got) == strlen(all));
    }
}

static void test_long_names(void **state)
{
    char text[1000];
    struct progress p = {.active = false};
    (void)state;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_true(progress_take(&p, text, 1, 2, text, 0));
    assert_true(progress_take(&p, text, 2, 2, text, 0)); /* the same phase, although it was cut */
    assert_true(strlen(printed(&p, 100)) == 100);
}

static void test_seconds(void **state)
{
    static const struct {
        int64_t seconds;
        const char *text;
    } rows[] = {{0, "0 s"}, {99, "99 s"}, {100, "2 min"}, {3599, "60 min"}, {5940, "99 min"},
        {6000, "1 h 40 min"}, {7200, "2 h 0 min"}, {172000, "47 h 47 min"}, {172800, "2 d 0 h"},
        {360000, "4 d 4 h"}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct str s;
        str_init(&s, 100);
        print_seconds(&s, rows[i].seconds);
        assert_string_equal(str_z(&s), rows[i].text);
        str_done(&s);
    }
}

static void test_shown(void **state)
{
    static const char *const rows[][2] = {
        {"plain \xC3\xA4 \xF0\x9F\x8E\xAC", "plain \xC3\xA4 \xF0\x9F\x8E\xAC"},
        {"\033[31mred\a", "\\x1b[31mred\\x07"}, {"a\nb\tc\r", "a\nb\tc\\x0d"}, {"\x7F", "\\x7f"},
        {"\xC2\x9B"
         "31m",
            "\\x9b31m"},                     /* CSI as one C1 character */
        {"\xFF\xC3", "\\xff\\xc3"},          /* no UTF-8 */
        {"\xED\xA0\x80", "\\xed\\xa0\\x80"}, /* a surrogate */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct str s;
        str_init(&s, 200);
        add_shown(&s, view_of(rows[i][0]), "\n\t");
        assert_string_equal(str_z(&s), rows[i][1]);
        str_done(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line),
        cmocka_unit_test(test_unknown_total),
        cmocka_unit_test(test_phases),
        cmocka_unit_test(test_rate_window),
        cmocka_unit_test(test_rate_moves),
        cmocka_unit_test(test_width),
        cmocka_unit_test(test_long_names),
        cmocka_unit_test(test_seconds),
        cmocka_unit_test(test_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
