/* Tests of base/text: UTF-8 against the rows of Unicode's table 3-7, and escapes a reader takes
 * back. Folding is test_text_fold.c's. */
#include "help.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>

/* The Unicode Standard, table 3-7, row by row: what each byte of a well-formed sequence may be. */
static const struct row {
    size_t n;
    unsigned char low[4], high[4];
} rows[] = {
    {1, {0x00}, {0x7F}},
    {2, {0xC2, 0x80}, {0xDF, 0xBF}},
    {3, {0xE0, 0xA0, 0x80}, {0xE0, 0xBF, 0xBF}},
    {3, {0xE1, 0x80, 0x80}, {0xEC, 0xBF, 0xBF}},
    {3, {0xED, 0x80, 0x80}, {0xED, 0x9F, 0xBF}},
    {3, {0xEE, 0x80, 0x80}, {0xEF, 0xBF, 0xBF}},
    {4, {0xF0, 0x90, 0x80, 0x80}, {0xF0, 0xBF, 0xBF, 0xBF}},
    {4, {0xF1, 0x80, 0x80, 0x80}, {0xF3, 0xBF, 0xBF, 0xBF}},
    {4, {0xF4, 0x80, 0x80, 0x80}, {0xF4, 0x8F, 0xBF, 0xBF}},
};

/* Length of the well-formed sequence at p, 0 when there is none. */
static size_t sequence_at(const unsigned char *p, size_t left)
{
    for (size_t r = 0; r < COUNT(rows); r++) {
        size_t i = 0;
        while (i < rows[r].n && i < left && p[i] >= rows[r].low[i] && p[i] <= rows[r].high[i])
            i++;
        if (i == rows[r].n)
            return i;
    }
    return 0;
}

static size_t plain_bad_at(const unsigned char *p, size_t n)
{
    size_t at = 0, step;
    while (at < n && (step = sequence_at(p + at, n - at)) > 0)
        at += step;
    return at;
}

static void check_utf8(const unsigned char *p, size_t n)
{
    size_t want = plain_bad_at(p, n), got = utf8_bad_at((struct view){(const char *)p, n});
    if (got != want)
        fail_msg("%zu bytes %02x %02x %02x %02x: bad at %zu, not %zu", n, p[0], p[1], p[2], p[3],
            want, got);
}

TEST(every_sequence_of_one_to_three_bytes)
{
    for (unsigned word = 0; word < 1u << 24; word++) {
        unsigned char p[4] = {
            (unsigned char)(word >> 16), (unsigned char)(word >> 8), (unsigned char)word, 0};
        check_utf8(p, 3);
        if ((word & 0xFF) == 0)
            check_utf8(p, 2);
        if ((word & 0xFFFF) == 0)
            check_utf8(p, 1);
    }
}

/* All first and second bytes, the others at the edges of their ranges; then random ones. */
TEST(sequences_of_four_bytes)
{
    static const unsigned char edges[] = {
        0x00, 0x22, 0x7F, 0x80, 0x81, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2, 0xFF};
    struct random r;
    random_init(&r, 21);
    for (unsigned word = 0; word < 1u << 16; word++)
        for (size_t i = 0; i < COUNT(edges); i++)
            for (size_t k = 0; k < COUNT(edges); k++)
                check_utf8((const unsigned char[]){(unsigned char)(word >> 8), (unsigned char)word,
                               edges[i], edges[k]},
                    4);
    for (int step = 0; step < 2000000; step++) {
        uint64_t bits = random_next(&r);
        unsigned char p[4] = {(unsigned char)(0xF0 | (bits & 7)),
            (unsigned char)(0x80 | (bits >> 8 & 0x3F)), (unsigned char)(0x80 | (bits >> 16 & 0x3F)),
            (unsigned char)(bits >> 24)};
        check_utf8(p, 4);
    }
}

TEST(every_code_point_is_valid_but_surrogates)
{
    for (unsigned c = 0; c < 0x1FFFFF; c++) {
        char z[4];
        struct view v = {z, code_point_put(c, z)};
        bool want = c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
        if (utf8_is_valid(v) != want || (want && utf8_length(v) != 1))
            fail_msg("U+%04X", c);
    }
}

TEST(the_first_bad_byte_is_found)
{
    assert_int_equal(utf8_bad_at(absent), 0);
    assert_true(utf8_is_valid(absent));
    assert_true(utf8_is_valid(V("")));
    assert_true(utf8_is_valid(V("a\0b")));
    assert_int_equal(utf8_bad_at(V("ab\xC3")), 2); /* cut */
    assert_int_equal(utf8_bad_at(V("\xE2\x82\xAC\xE2\x82")), 3);
    assert_int_equal(utf8_bad_at(V("a\xC0\xAF")), 1);     /* overlong */
    assert_int_equal(utf8_bad_at(V("a\xED\xA0\x80")), 1); /* a surrogate */
    assert_int_equal(utf8_bad_at(V("\xF0\x9F\x98\x80\xF4\x90\x80\x80")), 4);
    assert_int_equal(utf8_length(V("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80")), 4);
    assert_int_equal(utf8_length(absent), 0);
}

static struct view escaped(struct str *to, struct view v)
{
    str_clear(to);
    text_add_escaped(to, v);
    return str_view(to);
}

/* What must be escaped, from what YAML 1.1, YAML 1.2 and JSON do not take raw. */
static bool is_escaped(unsigned c)
{
    return c < 0x20 || c == '"' || c == '\\' || (c >= 0x7F && c <= 0x9F) || c == 0x2028 ||
           c == 0x2029 || c == 0xFEFF || c == 0xFFFE || c == 0xFFFF;
}

TEST(every_code_point_escaped_or_raw)
{
    struct str s;
    str_init(&s, 100);
    for (unsigned c = 0; c <= 0x10FFFF; c++) {
        char z[6], want[16];
        if (c >= 0xD800 && c <= 0xDFFF)
            continue;
        struct view v = {z, code_point_put(c, z)}, got = escaped(&s, v);
        const char *letter = c == 0 || c > 0x7F ? NULL : strchr("\bb\ff\nn\rr\tt\"\"\\\\", (int)c);
        if (!is_escaped(c))
            assert_true(view_eq(got, v));
        else if (letter != NULL)
            assert_true(got.n == 2 && got.p[0] == '\\' &&
                        got.p[1] == (c == '"' || c == '\\' ? (char)c : letter[1]));
        else if (snprintf(want, sizeof want, "\\u%04x", c), !view_is(got, want))
            fail_msg("U+%04X became %.*s", c, VIEW_ARG(got));
    }
    str_done(&s);
}

TEST(escapes_within_texts)
{
    struct str s;
    str_init(&s, 1000);
    assert_text(escaped(&s, V("")), "");
    assert_text(escaped(&s, absent), "");
    assert_text(escaped(&s, V("plain")), "plain");
    assert_text(escaped(&s, V("a\"b\\c/d")), "a\\\"b\\\\c/d");
    assert_text(escaped(&s, V("a\r\nb\tc")), "a\\r\\nb\\tc");
    assert_text(escaped(&s, V("\0\x01\x1F\x7F")), "\\u0000\\u0001\\u001f\\u007f");
    assert_text(escaped(&s, V("\xC2\x85|\xC2\x9F|\xC2\xA0")), "\\u0085|\\u009f|\xC2\xA0");
    assert_text(escaped(&s, V("\xE2\x80\xA8\xE2\x80\xA9\xEF\xBB\xBF")), "\\u2028\\u2029\\ufeff");
    assert_text(escaped(&s, V("\xF0\x9F\x98\x80\xE2\x80\xA7\xE2\x80\xAA")),
        "\xF0\x9F\x98\x80\xE2\x80\xA7\xE2\x80\xAA");
    str_addz(&s, "|");
    text_add_escaped(&s, V("\n")); /* appended */
    assert_true(view_ends(str_view(&s), "|\\n"));
    str_done(&s);
}

/* Reads a JSON string's inside; false when it is none. */
static bool unescape(struct view v, char *to, size_t *ret_n)
{
    static const char letters[] = "bfnrt\"\\", meanings[] = "\b\f\n\r\t\"\\";
    size_t n = 0;
    for (size_t i = 0; i < v.n; i++) {
        if (v.p[i] == '"' || (unsigned char)v.p[i] < 0x20)
            return false;
        if (v.p[i] != '\\') {
            to[n++] = v.p[i];
            continue;
        }
        if (++i == v.n)
            return false;
        const char *letter = strchr(letters, v.p[i]);
        if (v.p[i] == 'u') {
            char hex[5] = {0};
            memcpy(hex, v.p + i + 1, 4);
            n += code_point_put((unsigned)strtoul(hex, NULL, 16), to + n);
            i += 4;
        } else if (letter != NULL) {
            to[n++] = meanings[letter - letters];
        } else {
            return false;
        }
    }
    *ret_n = n;
    return true;
}

TEST(escaped_texts_read_back)
{
    struct random r;
    struct str s;
    random_init(&r, 23);
    str_init(&s, 5000);
    for (int step = 0; step < 50000; step++) {
        char z[200], back[2000];
        size_t n = 0, count = random_below(&r, 40), got = 0;
        for (size_t i = 0; i < count; i++) {
            static const unsigned from[] = {0, 0x70, 0x2020, 0xFEF0, 0xFFF0, 0x1F600};
            n += code_point_put(
                from[random_below(&r, COUNT(from))] + (unsigned)random_below(&r, 48) % 0x10, z + n);
        }
        struct view v = {z, n};
        HOLDS(&r, unescape(escaped(&s, v), back, &got));
        HOLDS(&r, got == n && memcmp(back, z, n) == 0);
    }
    str_done(&s);
}

/* Valid text is the caller's promise; a byte more or less would be this function's lie. */
TEST(bytes_that_are_no_utf8_stay)
{
    struct str s;
    str_init(&s, 100);
    assert_text(escaped(&s, V("\xC2"
                              "A")),
        "\xC2"
        "A");
    assert_text(escaped(&s, V("\xC2\"")), "\xC2\\\"");
    assert_text(escaped(&s, V("\xE2@(\xE2\x80")), "\xE2@(\xE2\x80");
    assert_text(escaped(&s, V("\xEF{?\xEF\xBB")), "\xEF{?\xEF\xBB");
    assert_text(escaped(&s, V("\xC2")), "\xC2");
    str_done(&s);
}

TEST(an_escape_that_does_not_fit_is_over)
{
    for (size_t max = 1; max < 20; max++) {
        struct str s;
        str_init(&s, max);
        text_add_escaped(&s, V("ab\x01"
                               "c\n\xE2\x80\xA8"));
        assert_int_equal(str_ok(&s), max >= 17);
        assert_true(s.n <= max);
        str_done(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sequence_of_one_to_three_bytes),
        cmocka_unit_test(sequences_of_four_bytes),
        cmocka_unit_test(every_code_point_is_valid_but_surrogates),
        cmocka_unit_test(the_first_bad_byte_is_found),
        cmocka_unit_test(every_code_point_escaped_or_raw),
        cmocka_unit_test(escapes_within_texts),
        cmocka_unit_test(escaped_texts_read_back),
        cmocka_unit_test(bytes_that_are_no_utf8_stay),
        cmocka_unit_test(an_escape_that_does_not_fit_is_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
