/* Hash64: what is stored today must be found again tomorrow, and no byte may be without effect. */
#include "base/hash64.h"

#include "help.h"

#include <string.h>

static uint64_t hash_of(const char *text)
{
    return hash64(1, (struct view){text, strlen(text)});
}

/* Stored in databases: another value here makes every record of every user be read once more. */
static void test_the_values_stay(void **state)
{
    (void)state;
    assert_true(hash64(0, (struct view){NULL, 0}) == 0x99318b24a3999a6du);
    assert_true(hash_of("movie:\n  id: 550\n") == 0x655cb2b287cd5b32u);
}

static void test_every_bit_and_length_counts(void **state)
{
    (void)state;
    char text[100] = {0};
    for (size_t n = 0; n < sizeof text; n++) {
        struct view v = {text, n};
        uint64_t plain = hash64(1, v);
        assert_true(plain != hash64(2, v));
        assert_true(plain != hash64(1, (struct view){text, n + 1 < sizeof text ? n + 1 : 0}));
        for (size_t bit = 0; bit < n * 8; bit++) {
            text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
            assert_true(plain != hash64(1, v));
            text[bit / 8] = 0;
        }
    }
}

static void test_order_counts(void **state)
{
    (void)state;
    assert_true(
        hash_of("0123456789abcdefFEDCBA9876543210") != hash_of("FEDCBA98765432100123456789abcdef"));
    assert_true(hash_of("0123456789abcdef") != hash_of("89abcdef01234567"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_values_stay),
        cmocka_unit_test(test_every_bit_and_length_counts),
        cmocka_unit_test(test_order_counts),
    };
    return cmocka_run_group_tests_name("base/hash64", tests, NULL, NULL);
}
