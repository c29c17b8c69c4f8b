/* Tests of base/view: every function against the plainest way to say the same. */
#include "help.h"

#include "base/view.h"

#include <limits.h>
#include <stdio.h>

static bool plain_eq(const char *a, size_t n, const char *b, size_t m)
{
    if (n != m)
        return false;
    for (size_t i = 0; i < n; i++)
        if (a[i] != b[i])
            return false;
    return true;
}

static int sign(int i)
{
    return (i > 0) - (i < 0);
}

static int plain_cmp(struct view a, struct view b)
{
    for (size_t i = 0; i < a.n && i < b.n; i++)
        if (a.p[i] != b.p[i])
            return (unsigned char)a.p[i] < (unsigned char)b.p[i] ? -1 : 1;
    return a.n == b.n ? 0 : a.n < b.n ? -1 : 1;
}

static char plain_lower(char c)
{
    static const char upper[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
                      lower[] = "abcdefghijklmnopqrstuvwxyz";
    for (size_t i = 0; i < 26; i++)
        if (c == upper[i])
            return lower[i];
    return c;
}

static bool plain_nocase(struct view a, const char *z)
{
    if (a.n != strlen(z))
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (plain_lower(a.p[i]) != plain_lower(z[i]))
            return false;
    return true;
}

/* Few letters, so that equal texts and prefixes are frequent; no NUL, so that the second is a C
 * string too. */
TEST(comparisons_agree_with_the_plain_ones)
{
    struct random r;
    random_init(&r, 3);
    for (int step = 0; step < 200000; step++) {
        char a[8], z[8] = {0};
        size_t n = random_below(&r, 6), m = random_below(&r, 6);
        random_text(&r, V("aAzZ@`[{\x80\xFF"), a, n);
        random_text(&r, V("aAzZ@`[{\x80\xFF"), z, m);
        struct view x = {a, n}, y = {z, m};
        HOLDS(&r, view_eq(x, y) == plain_eq(a, n, z, m));
        HOLDS(&r, view_is(x, z) == plain_eq(a, n, z, m));
        HOLDS(&r, view_starts(x, z) == (m <= n && plain_eq(a, m, z, m)));
        HOLDS(&r, view_ends(x, z) == (m <= n && plain_eq(a + n - m, m, z, m)));
        HOLDS(&r, sign(view_cmp(x, y)) == plain_cmp(x, y));
        HOLDS(&r, sign(view_cmp(y, x)) == -plain_cmp(x, y));
        HOLDS(&r, view_is_nocase(x, z) == plain_nocase(x, z));
    }
}

TEST(finding_agrees_with_looking)
{
    struct random r;
    random_init(&r, 4);
    for (int step = 0; step < 100000; step++) {
        char a[10];
        size_t n = random_below(&r, 10), from = random_below(&r, 14), at = from;
        random_text(&r, V("ab\0\xFF"), a, n);
        char c = "ab\0\xFF"[random_below(&r, 4)];
        while (at < n && a[at] != c)
            at++;
        HOLDS(&r, view_find((struct view){a, n}, from, c) == (at < n ? at : n));
    }
    assert_int_equal(view_find(absent, 0, 'a'), 0);
    assert_int_equal(view_find(V("a"), SIZE_MAX, 'a'), 1);
}

TEST(trimming_takes_blanks_off_the_ends_only)
{
    struct random r;
    random_init(&r, 5);
    for (int step = 0; step < 100000; step++) {
        char a[10];
        size_t n = random_below(&r, 10), from = 0, to = n;
        random_text(&r, V(" \t\r\nab\v\xA0"), a, n);
        while (from < to && memchr(" \t\r\n", a[from], 4) != NULL)
            from++;
        while (to > from && memchr(" \t\r\n", a[to - 1], 4) != NULL)
            to--;
        struct view t = view_trim((struct view){a, n});
        HOLDS(&r, t.n == to - from && (t.n == 0 || t.p == a + from));
        HOLDS(&r, t.p != NULL);
    }
    assert_null(view_trim(absent).p);
}

TEST(absent_is_not_empty)
{
    struct view empty = V("");
    assert_true(view_eq(absent, absent));
    assert_true(view_eq(empty, empty));
    assert_false(view_eq(absent, empty));
    assert_false(view_eq(empty, absent));
    assert_false(view_is(absent, ""));
    assert_true(view_is(empty, ""));
    assert_false(view_starts(absent, ""));
    assert_true(view_starts(empty, ""));
    assert_false(view_ends(absent, ""));
    assert_true(view_ends(empty, ""));
    assert_false(view_is_nocase(absent, ""));
    assert_true(view_is_nocase(empty, ""));
    assert_true(view_cmp(absent, empty) < 0);
    assert_true(view_cmp(empty, absent) > 0);
    assert_true(view_cmp(absent, V("\x01")) < 0);
    assert_int_equal(view_cmp(absent, absent), 0);
    assert_null(view_of(NULL).p);
    assert_int_equal(view_of(NULL).n, 0);
    assert_text(view_of(""), "");
}

TEST(nul_bytes_are_bytes)
{
    assert_false(view_eq(V("a\0b"), V("a\0c")));
    assert_false(view_is(V("a\0"), "a"));
    assert_true(view_cmp(V("a"), V("a\0")) < 0);
    assert_false(view_is_nocase(V("A\0"), "a"));
}

TEST(a_slice_is_a_part)
{
    struct view v = V("abcdef");
    assert_text(view_slice(v, 0, 6), "abcdef");
    assert_text(view_slice(v, 2, 4), "cd");
    assert_text(view_slice(v, 3, 3), "");
    assert_text(view_slice(v, 6, 6), "");
}

/* Every cut of a text with characters of all lengths: valid, and at most one character short of
 * the maximum. */
TEST(a_cut_text_has_whole_characters)
{
    static const char z[] = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xF0\x9F\x98\x80z";
    static const size_t ends[] = {0, 1, 3, 6, 10, 14, 15};
    for (size_t max = 0; max < 20; max++) {
        size_t want = 0;
        for (size_t i = 0; i < COUNT(ends); i++)
            want = ends[i] <= max ? ends[i] : want;
        assert_int_equal(view_fit(V(z), max), want);
    }
    assert_int_equal(view_fit(absent, 5), 0);
    assert_int_equal(
        view_fit(V("\x80\x80\x80\x80\x80\x80"), 5), 2); /* no UTF-8: three bytes lost at most */
}

TEST(the_slice_of_nothing_is_nothing)
{
    assert_null(view_slice(absent, 0, 0).p); /* NULL + 0: the sanitizer's to see */
    assert_int_equal(view_slice(absent, 0, 0).n, 0);
}

TEST(printing_is_bounded_and_takes_absent_texts)
{
    static char large[5000], out[6000];
    memset(large, 'x', sizeof large);
    assert_int_equal(snprintf(out, sizeof out, "%.*s|", VIEW_ARG(V("abc"))), 4);
    assert_string_equal(out, "abc|");
    assert_int_equal(snprintf(out, sizeof out, "%.*s|", VIEW_ARG(absent)), 1);
    assert_int_equal(
        snprintf(out, sizeof out, "%.*s|", VIEW_ARG(((struct view){large, 5000}))), 4001);
    assert_int_equal(
        snprintf(out, sizeof out, "%.*s|", VIEW_ARG(((struct view){large, 4000}))), 4001);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comparisons_agree_with_the_plain_ones),
        cmocka_unit_test(finding_agrees_with_looking),
        cmocka_unit_test(trimming_takes_blanks_off_the_ends_only),
        cmocka_unit_test(absent_is_not_empty),
        cmocka_unit_test(nul_bytes_are_bytes),
        cmocka_unit_test(a_slice_is_a_part),
        cmocka_unit_test(a_cut_text_has_whole_characters),
        cmocka_unit_test(the_slice_of_nothing_is_nothing),
        cmocka_unit_test(printing_is_bounded_and_takes_absent_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
