/* Small parts: which movies are known, numbers, how texts are shown in findings. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/text.h"
#include "source/movielens/known.h"
#include "source/movielens/note.h"
#include "source/movielens/csv_number.h"
#include "source/movielens/numbers.h"

static void known_ids(void **state)
{
    (void)state;
    static const int64_t ids[] = {
        1, 4095, 4096, 292757, KNOWN_DENSE - 1, KNOWN_DENSE, KNOWN_DENSE + 1, 2147483647};
    enum { N = sizeof ids / sizeof ids[0] };
    struct known k;
    known_init(&k);
    for (size_t i = 0; i < N; i++) {
        for (size_t j = 0; j < N; j++)
            assert_int_equal(known_index(&k, ids[j]), j < i ? j : KNOWN_NOT);
        assert_true(known_add(&k, ids[i]));
    }
    assert_int_equal(known_index(&k, 0), KNOWN_NOT);
    assert_int_equal(known_index(&k, 2), KNOWN_NOT);
    assert_int_equal(known_index(&k, -1), KNOWN_NOT);
    assert_int_equal(known_index(&k, KNOWN_DENSE + 2), KNOWN_NOT);
    assert_int_equal(k.n, N);
    known_done(&k);
}

/* Some of them far, and a group that is full. */
static void movies_are_numbered_by_id(void **state)
{
    (void)state;
    enum { FULL = 3 * NUMBERS_GROUP, N = FULL + 6 };
    static const int64_t others[] = {
        2147483647, KNOWN_DENSE + 1, 292757, KNOWN_DENSE, KNOWN_DENSE - 1, 4095};
    int32_t ids[N];
    struct known k;
    struct numbers n;
    known_init(&k);
    numbers_init(&n);
    for (size_t i = 0; i < N - FULL; i++)
        assert_true(known_add(&k, others[i]));
    for (int64_t id = FULL; id >= 1; id--)
        assert_true(known_add(&k, id));
    numbers_make(&n, &k, ids);
    for (uint32_t i = 0; i < N; i++) {
        assert_true(i == 0 || ids[i] > ids[i - 1]);
        assert_int_equal(numbers_of(&n, ids[i]), i);
        assert_true(known_index(&k, ids[i]) != KNOWN_NOT);
    }
    static const int64_t unknown[] = {-1, 0, FULL + 1, 4096, KNOWN_DENSE + 2, INT64_MAX};
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
        assert_int_equal(numbers_of(&n, unknown[i]), KNOWN_NOT);
    numbers_done(&n);
    known_done(&k);
}

static void no_movies_no_numbers(void **state)
{
    (void)state;
    int32_t ids[1];
    struct known k;
    struct numbers n;
    known_init(&k);
    numbers_init(&n);
    numbers_make(&n, &k, ids);
    assert_int_equal(numbers_of(&n, 1), KNOWN_NOT);
    numbers_done(&n);
    known_done(&k);
}

static void whole_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum csv_number result;
        int64_t value;
    } rows[] = {
        {"1", NUMBER_PLAIN, 1},
        {"007", NUMBER_PLAIN, 7},
        {"99", NUMBER_PLAIN, 99},
        {"862.0", NUMBER_BAD, 0}, /* over the maximum of 100 */
        {"86.0", NUMBER_FIXED, 86},
        {"86.000", NUMBER_FIXED, 86},
        {" 86\t", NUMBER_FIXED, 86},
        {"86.", NUMBER_BAD, 0},
        {"86.01", NUMBER_BAD, 0},
        {"86.0.0", NUMBER_BAD, 0},
        {".0", NUMBER_BAD, 0},
        {"", NUMBER_BAD, 0},
        {" ", NUMBER_BAD, 0},
        {"-0", NUMBER_BAD, 0},
        {"+1", NUMBER_BAD, 0},
        {"1e1", NUMBER_BAD, 0},
        {"0x1", NUMBER_BAD, 0},
        {"101", NUMBER_BAD, 0},
        {"0", NUMBER_BAD, 0},
        {"000000000000000007", NUMBER_PLAIN, 7},
        {"000000000000000000000000007", NUMBER_PLAIN, 7},
        {"999999999999999999", NUMBER_BAD, 0},
        {"18446744073709551617", NUMBER_BAD, 0}, /* 2^64 + 1 */
        {"4/", NUMBER_BAD, 0},
        {"4:", NUMBER_BAD, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t value = 0;
        struct csv_field f = {.text = view_of(rows[i].text)};
        assert_int_equal(csv_number_read(&f, 1, 100, &value), rows[i].result);
        assert_int_equal(value, rows[i].value);
    }
}

static void shown_texts(void **state)
{
    (void)state;
    static const struct {
        const char *text, *shown;
    } rows[] = {
        {"Toy Story", "Toy Story"},
        {"\u00e9\u8c9e\U0001F600", "\u00e9\u8c9e\U0001F600"},
        {"a\nb\tc\x1b[0m\x7f", "a?b?c?[0m?"},
        {"a\xff\xc3", "a??"},
        {"\xc2\x85", "?"},
        {"\xe2\x82", "??"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_string_equal(shown(view_of(rows[i].text)).z, rows[i].shown);
    for (size_t n = 100; n < 140; n++) { /* cut between characters, never inside one */
        char text[400];
        for (size_t i = 0; i < n; i++)
            memcpy(text + 2 * i, "\u00e9", 2);
        struct shown s = shown((struct view){text, 2 * n});
        assert_true(utf8_is_valid(view_of(s.z)));
        assert_true(strlen(s.z) <= 120);
        assert_true(view_ends(view_of(s.z), "..."));
    }
    struct shown s = shown((struct view){"a\0b", 3});
    assert_string_equal(s.z, "a?b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_ids),
        cmocka_unit_test(movies_are_numbered_by_id),
        cmocka_unit_test(no_movies_no_numbers),
        cmocka_unit_test(whole_numbers),
        cmocka_unit_test(shown_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
