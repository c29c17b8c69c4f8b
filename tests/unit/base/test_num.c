/* Tests of base/num: the grammars against recognisers written from them, edges, and the way
 * there and back. */
#include "help.h"

#include "base/num.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const int64_t untouched = 424242;

TEST(integers_at_their_edges)
{
    static const struct {
        const char *text;
        int64_t value;
    } good[] = {
        {"0", 0},
        {"-0", 0},
        {"7", 7},
        {"-7", -7},
        {"007", 7},
        {"-007", -7},
        {"2147483648", 2147483648},
        {"9223372036854775807", INT64_MAX},
        {"-9223372036854775808", INT64_MIN},
        {"-9223372036854775807", INT64_MIN + 1},
        {"00000000000000000000009223372036854775807", INT64_MAX},
    };
    for (size_t i = 0; i < COUNT(good); i++) {
        int64_t got = untouched;
        assert_true(num_i64(view_of(good[i].text), &got));
        assert_true(got == good[i].value);
    }
}

TEST(what_is_no_integer_is_refused_and_touches_nothing)
{
    static const char *const bad[] = {
        "",
        "-",
        "+",
        "+1",
        "--1",
        "-+1",
        " 1",
        "1 ",
        "1\n",
        "1.0",
        "1.",
        "1e3",
        "0x1",
        "1,000",
        "1_000",
        "a",
        "1a",
        "9223372036854775808",
        "-9223372036854775809",
        "18446744073709551616",
        "18446744073709551617",
        "99999999999999999999",
        "-99999999999999999999",
        "92233720368547758070",
        "\xD9\xA3",
        "\xEF\xBC\x91",
        "1-",
        "5-3",
        "/",
        ":",
        "nan",
        "inf",
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        int64_t got = untouched;
        double real = 1.5;
        if (num_i64(view_of(bad[i]), &got) || got != untouched)
            fail_msg("\"%s\" read as %" PRId64, bad[i], got);
        if (num_i64_in(view_of(bad[i]), INT64_MIN, INT64_MAX, &got) || got != untouched)
            fail_msg("\"%s\" read as %" PRId64, bad[i], got);
        (void)num_real(view_of(bad[i]), &real);
    }
    int64_t got = untouched;
    assert_false(num_i64(absent, &got));
    assert_false(num_i64(V("1\0"), &got));
    assert_false(num_i64(V("\0"), &got));
    assert_true(got == untouched);
}

TEST(integers_come_back)
{
    struct random r;
    random_init(&r, 9);
    for (int step = 0; step < 200000; step++) {
        char text[32];
        int64_t i = (int64_t)random_next(&r) >> random_below(&r, 64), got = untouched;
        struct view v = {text, (size_t)snprintf(text, sizeof text, "%" PRId64, i)};
        HOLDS(&r, num_i64(v, &got) && got == i);
        text[random_below(&r, v.n)] = "+- .:/aeE\xFF"[random_below(&r, 10)];
        got = untouched;
        if (num_i64(v, &got))
            HOLDS(&r, text[0] == '-' && v.n > 1 && got <= 0);
        else
            HOLDS(&r, got == untouched);
    }
}

TEST(ranges_include_their_ends)
{
    int64_t got = untouched;
    assert_true(num_i64_in(V("5"), 5, 9, &got) && got == 5);
    assert_true(num_i64_in(V("9"), 5, 9, &got) && got == 9);
    got = untouched;
    assert_false(num_i64_in(V("4"), 5, 9, &got));
    assert_false(num_i64_in(V("10"), 5, 9, &got));
    assert_false(num_i64_in(V("7"), 9, 5, &got));
    assert_true(got == untouched);
}

/* RFC 8259, par. 6, as a table: state and class of byte to next state. */
static bool is_json_number(const char *p, size_t n)
{
    enum { START, MINUS, ZERO, DIGITS, POINT, FRACTION, E, SIGN, POWER, BAD };
    static const unsigned char next[BAD][6] = {
        /* '-' '0' '1' '.' 'e' '+' */
        [START] = {MINUS, ZERO, DIGITS, BAD, BAD, BAD},
        [MINUS] = {BAD, ZERO, DIGITS, BAD, BAD, BAD},
        [ZERO] = {BAD, BAD, BAD, POINT, E, BAD},
        [DIGITS] = {BAD, DIGITS, DIGITS, POINT, E, BAD},
        [POINT] = {BAD, FRACTION, FRACTION, BAD, BAD, BAD},
        [FRACTION] = {BAD, FRACTION, FRACTION, BAD, E, BAD},
        [E] = {SIGN, POWER, POWER, BAD, BAD, SIGN},
        [SIGN] = {BAD, POWER, POWER, BAD, BAD, BAD},
        [POWER] = {BAD, POWER, POWER, BAD, BAD, BAD},
    };
    unsigned char at = START;
    for (size_t i = 0; i < n && at != BAD; i++)
        at = next[at][strchr("-01.e+", p[i]) - "-01.e+"];
    return at == ZERO || at == DIGITS || at == FRACTION || at == POWER;
}

/* Every text of up to seven bytes over the letters that matter. */
TEST(reals_follow_the_grammar_of_json)
{
    char p[8];
    for (size_t n = 0; n <= 7; n++) {
        size_t count = 1;
        for (size_t i = 0; i < n; i++)
            count *= 6;
        for (size_t word = 0; word < count; word++) {
            size_t rest = word;
            for (size_t i = 0; i < n; i++, rest /= 6)
                p[i] = "-01.e+"[rest % 6];
            p[n] = '\0';
            double got = 0.125;
            bool finite = is_json_number(p, n) && isfinite(strtod(p, NULL));
            if (num_real((struct view){p, n}, &got) != finite)
                fail_msg("\"%s\": grammar says %d", p, finite);
            if (finite ? got != strtod(p, NULL) : got != 0.125)
                fail_msg("\"%s\": read as %g", p, got);
        }
    }
}

TEST(reals_at_their_edges)
{
    double d = 0;
    assert_true(num_real(V("1.7976931348623157e308"), &d) && d == DBL_MAX);
    assert_true(num_real(V("1E5"), &d) && d == 1e5);
    assert_true(num_real(V("-0"), &d) && d == 0 && signbit(d));
    assert_true(num_real(V("5e-324"), &d) && d > 0);
    assert_true(num_real(V("1e-999"), &d) && d == 0);
    assert_true(num_real(V("18446744073709551616"), &d) && d == 18446744073709551616.0);
    d = 0.5;
    assert_false(num_real(V("1e309"), &d));
    assert_false(num_real(V("-1e309"), &d));
    assert_false(num_real(V("1e99999999999999999999"), &d));
    assert_false(num_real(absent, &d));
    assert_false(num_real(V(""), &d));
    assert_false(num_real(V("1\0"), &d));
    assert_false(num_real(V("NaN"), &d));
    assert_false(num_real(V("Infinity"), &d));
    assert_false(num_real(V("0x1p3"), &d));
    assert_false(num_real(V("1,5"), &d));
    assert_true(d == 0.5);
}

TEST(long_reals_are_numbers_too)
{
    char text[5000];
    for (size_t n = 3; n < sizeof text; n += n < 200 ? 1 : 97) {
        double got = 0;
        memset(text, '3', n);
        text[1] = '.';
        if (!num_real((struct view){text, n}, &got) || got < 3.29 || got > 3.34)
            fail_msg("%zu bytes not read", n);
        text[n - 1] = 'x';
        assert_false(num_real((struct view){text, n}, &got));
    }
    double got = 0.5;
    memset(text, '9', 400);
    assert_false(num_real((struct view){text, 400}, &got));
    assert_true(got == 0.5);
}

static bool reads_back(const char *z, double d)
{
    double back = strtod(z, NULL);
    return memcmp(&back, &d, sizeof d) == 0;
}

static int significant_digits(const char *z)
{
    int n = 0, zeros = 0;
    for (; *z != '\0' && *z != 'e'; z++) {
        if (*z == '0') {
            zeros += n > 0;
        } else if (*z >= '1' && *z <= '9') {
            n += zeros + 1;
            zeros = 0;
        }
    }
    return n;
}

static void check_print(double d)
{
    char to[32], other[400];
    memset(to, 'Z', sizeof to);
    size_t n = num_print_real(d, to);
    double back = 0;
    if (n > 24 || to[n] != '\0' || strlen(to) != n)
        fail_msg("%a: %zu bytes", d, n);
    if (!reads_back(to, d) || !num_real((struct view){to, n}, &back) ||
        memcmp(&back, &d, sizeof d) != 0)
        fail_msg("%a printed as %s", d, to);
    if (strpbrk(to, ".e") == NULL)
        fail_msg("%s reads as an integer", to);
    for (int digits = 15; digits < significant_digits(to); digits++) {
        (void)snprintf(other, sizeof other, "%.*g", digits, d);
        if (reads_back(other, d))
            fail_msg("%s could be %s", to, other);
    }
}

TEST(printed_reals_come_back)
{
    static const double hard[] = {0.0, -0.0, 1, -1, 0.1, 0.3, 1e15, 1e16, 1e17,
        123456789012345678.0, 1e21, 1e22, 1e23, 9007199254740993.0, 5e-324, DBL_MIN, DBL_MAX,
        -DBL_MAX, DBL_EPSILON, 2.2250738585072011e-308, 1.0 / 3, 2.0 / 3, 100, 12345.678,
        -1.2345678901234567e-300, 3.5, 6.789};
    struct random r;
    random_init(&r, 10);
    for (size_t i = 0; i < COUNT(hard); i++)
        check_print(hard[i]);
    for (int power = -1074; power < 1024; power++)
        check_print(ldexp(1, power));
    for (int step = 0; step < 150000; step++) {
        uint64_t bits = random_next(&r);
        double d;
        memcpy(&d, &bits, sizeof d);
        if (isfinite(d))
            check_print(d);
        check_print((double)(int64_t)(bits >> 40) / 1000); /* what TMDB sends: few decimals */
    }
}

/* Quick ways must not show: the first of %.15g, %.16g, %.17g that reads back, whatever the
 * number. */
static void check_as_printf(double d)
{
    char to[32], want[40];
    double back;
    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(want, sizeof want, "%.*g", digits, d);
        if (reads_back(want, d))
            break;
    }
    if (strpbrk(want, ".e") == NULL)
        strncat(want, ".0", 3);
    (void)num_print_real(d, to);
    assert_string_equal(to, want);
    assert_true(num_real(view_of(to), &back) && memcmp(&back, &d, sizeof d) == 0);
}

TEST(numbers_of_few_decimals_and_their_neighbours)
{
    struct random r;
    random_init(&r, 11);
    for (int step = 0; step < 30000; step++) {
        char text[40];
        double read;
        uint64_t bits = random_next(&r);
        int digits = (int)(bits % 17) + 1, decimals = (int)(bits >> 8 & 15);
        double d = (double)(bits >> 11) / pow(10, 16 - digits) / pow(10, decimals);
        (void)snprintf(text, sizeof text, "%.*f", decimals, d);
        if (!num_real(view_of(text), &read) || read != strtod(text, NULL))
            fail_msg("%s was read as %a", text, read);
        check_as_printf(read);
        check_as_printf(-read);
        check_as_printf(nextafter(read, INFINITY));
        check_as_printf(nextafter(read, 0));
    }
}

TEST(printed_reals_look_as_people_write_them)
{
    static const struct {
        double d;
        const char *text;
    } rows[] = {
        {0, "0.0"},
        {1, "1.0"},
        {-1, "-1.0"},
        {100, "100.0"},
        {0.1, "0.1"},
        {3.5, "3.5"},
        {6.789, "6.789"},
        {1e15, "1e+15"},
        {123456789012345.0, "123456789012345.0"},
        {0.0001, "0.0001"},
        {0.3, "0.3"},
        {0.1 + 0.2, "0.30000000000000004"},
        {-0.0, "-0.0"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char to[32];
        assert_int_equal(num_print_real(rows[i].d, to), strlen(rows[i].text));
        assert_string_equal(to, rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_at_their_edges),
        cmocka_unit_test(what_is_no_integer_is_refused_and_touches_nothing),
        cmocka_unit_test(integers_come_back),
        cmocka_unit_test(ranges_include_their_ends),
        cmocka_unit_test(reals_follow_the_grammar_of_json),
        cmocka_unit_test(reals_at_their_edges),
        cmocka_unit_test(long_reals_are_numbers_too),
        cmocka_unit_test(printed_reals_come_back),
        cmocka_unit_test(numbers_of_few_decimals_and_their_neighbours),
        cmocka_unit_test(printed_reals_look_as_people_write_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
