/* Plain: the fast reader of one row of ratings.csv reads exactly what it says and refuses the rest,
 * with and without a row before. */
#include "release_help.h"

#include "source/movielens/plain.h"

#include <inttypes.h>
#include <stdio.h>

static void plain_reads_what_was_printed(void **state)
{
    (void)state;
    uint32_t seed = 5;
    struct plain_before before = PLAIN_NOTHING;
    for (int i = 0; i < 200000; i++) {
        char text[128];
        struct rating x, y;
        const int64_t limits[] = {9, 99, 999, 9999, 99999, 999999, 9999999};
        seed = seed * 1664525u + 1013904223u;
        x.user_id = seed / 7 % (limits[seed % 7] + 1);
        seed = seed * 1664525u + 1013904223u;
        x.movielens_id = seed / 7 % (limits[seed % 7] + 1);
        seed = seed * 1664525u + 1013904223u;
        x.half_stars = 1 + seed / 11 % 10;
        x.rated_at = 100000000 + (int64_t)seed * (seed % 3);
        int n = snprintf(text, sizeof text, "%" PRId64 ",%" PRId64 ",%d.%d,%" PRId64 "%s\n",
            x.user_id, x.movielens_id, (int)x.half_stars / 2, (int)x.half_stars % 2 * 5, x.rated_at,
            seed % 5 == 0 ? "" : "\r");
        for (int again = 0; again < 2; again++) { /* the second time as the row before */
            const char *end = plain_rating(text, &before, &y);
            if (x.rated_at > 9999999999 || x.user_id == 0) {
                assert_null(end);
                continue;
            }
            assert_ptr_equal(end, text + n);
            assert_memory_equal(&x, &y, sizeof x);
        }
    }
}

/* Whether the row is read with that byte in that place: refused, or what then stands there. */
static bool reads_with(const char *row, size_t at, int c, struct plain_before before)
{
    char text[128] = {0};
    struct rating x;
    memcpy(text, row, strlen(row));
    text[at] = (char)c;
    return plain_rating(text, &before, &x) != NULL;
}

/* Whether a rating's row may have that byte where `form` says: '9' any digit, '4' up to four (there
 * is no 5.5), '5' a half or none, 'e' the end of the line or a tenth digit; else the form's own. */
static bool may_stand(char form, int c)
{
    switch (form) {
    case '9':
        return c >= '0' && c <= '9';
    case '4':
        return c >= '0' && c <= '4';
    case '5':
        return c == '0' || c == '5';
    case 'e':
        return c == '\r' || c == '\n' || may_stand('9', c);
    default:
        return c == form;
    }
}

/* One byte of a plain row made any other, behind nothing and behind that row: never read over. */
static void plain_refuses_any_other_byte(void **state)
{
    (void)state;
    static const char row[128] = "1234,31,3.5,964982703\r\n", form[] = "9999,99,4.5,999999999e\n";
    struct plain_before nothing = PLAIN_NOTHING, before = nothing;
    struct rating x;
    assert_non_null(plain_rating(row, &before, &x));
    assert_int_equal(strlen(row), strlen(form));
    for (size_t at = 0; at < strlen(row); at++)
        for (int c = 0; c < 256; c++) {
            bool expected = may_stand(form[at], c);
            if (reads_with(row, at, c, nothing) != expected ||
                reads_with(row, at, c, before) != expected)
                fail_msg("byte %zu made %d", at, c);
        }
}

/* Whatever stands in its place, a rating is one of ten texts. */
static void plain_has_ten_ratings(void **state)
{
    (void)state;
    static const char between[] = {'.', ',', '\0'};
    size_t n = 0;
    for (int whole = 0; whole < 256; whole++)
        for (int part = 0; part < 256; part++)
            for (size_t i = 0; i < sizeof between * sizeof between; i++) {
                char text[128] = "1,31,x.x,964982703\n";
                struct plain_before before = PLAIN_NOTHING;
                struct rating x;
                text[5] = (char)whole;
                text[6] = between[i / sizeof between];
                text[7] = (char)part;
                text[8] = between[i % sizeof between];
                if (plain_rating(text, &before, &x) == NULL)
                    continue;
                n++;
                assert_in_range(x.half_stars, 1, 10);
                assert_int_equal(x.half_stars, (whole - '0') * 2 + (part == '5'));
            }
    assert_int_equal(n, 10);
}

/* The number of digits may change with every row; whatever stands there is judged as without a row
 * before. */
static void plain_turns_with_the_digits(void **state)
{
    (void)state;
    static const char rows[][128] = {"1,1,3.5,964982703\n", "1,31,3.5,964982703\n",
        "1,,3.5,964982703\n", "1,7654321,3.5,964982703\n", "1,87654321,3.5,964982703\n",
        "1,123,3.5,964982703\n", "1,12x,3.5,964982703\n", "1,12\xac,3.5,964982703\n",
        "1,\x8a\x31\x32,3.5,964982703\n"};
    enum { ROWS = sizeof rows / sizeof rows[0] };
    struct plain_before before = PLAIN_NOTHING;
    for (size_t i = 0; i < (size_t)ROWS * ROWS; i++) { /* each behind each */
        struct plain_before nothing = PLAIN_NOTHING;
        struct rating x = {0}, y = {0};
        (void)plain_rating(rows[i / ROWS], &before, &y);
        const char *end = plain_rating(rows[i % ROWS], &nothing, &x);
        assert_ptr_equal(plain_rating(rows[i % ROWS], &before, &y), end);
        if (end != NULL)
            assert_memory_equal(&x, &y, sizeof x);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_reads_what_was_printed),
        cmocka_unit_test(plain_refuses_any_other_byte),
        cmocka_unit_test(plain_has_ten_ratings),
        cmocka_unit_test(plain_turns_with_the_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
