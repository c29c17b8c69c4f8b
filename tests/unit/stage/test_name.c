/* Names of batch files: read, written, sorted. */
#include "box.h"

#include "stage/name.h"

static void test_names_are_read(void **state)
{
    struct batch_name n;
    (void)state;
    assert_true(batch_name_parse("/x/y/initial_2023_20261122_100000.yaml", &n));
    assert_int_equal(n.type, BATCH_INITIAL);
    assert_view(n.scope, "2023");
    assert_view(n.stamp, "20261122_100000");
    assert_true(n.part == 1 && n.copy == 1 && n.rejected == 0 && !n.unfinished);
    assert_true(batch_name_parse("changes_20261101_20261122_100000_p12.yaml.part", &n));
    assert_true(n.type == BATCH_CHANGES && n.part == 12 && n.unfinished);
    assert_true(batch_name_parse("missing_20261101_20261122_100000_p2_r3.yaml.gz", &n));
    assert_true(n.part == 2 && n.copy == 3);
    assert_true(batch_name_parse("missing_a-B_20261122_100000.rejected.yaml", &n));
    assert_int_equal(n.rejected, 1);
    assert_true(batch_name_parse("missing_1_20261122_100000_p3.rejected4.yaml.gz", &n));
    assert_true(n.rejected == 4 && n.part == 3);
}

static void test_other_names_are_not(void **state)
{
    static const char *const others[] = {"", "a.yaml", "initial_2023_20261122_100000.yml",
        "initial_2023_20261122_100000", "weekly_2023_20261122_100000.yaml",
        "initial__20261122_100000.yaml", "initial_20261122_100000.yaml",
        "initial_2023_20261122-100000.yaml", "initial_2023_2026112_100000.yaml",
        "initial_a_b_20261122_100000.yaml", "initial_../x_20261122_100000.yaml",
        "initial_2023_20261122_100000_p1.yaml", "initial_2023_20261122_100000_p02.yaml",
        "initial_2023_20261122_100000_p.yaml", "initial_2023_20261122_100000_p9999999.yaml",
        "initial_2023_20261122_100000.yaml.bak", "initial_2023_20261122_100000.rejected1.yaml",
        "initial_2023_20261122_100000.yaml.part.unreadable",
        "initial_012345678901234567890123456789012_20261122_100000.yaml"};
    struct batch_name n;
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (batch_name_parse(others[i], &n))
            fail_msg("%s", others[i]);
}

static void test_order(void **state)
{
    static const char *const sorted[] = {"missing_9_20261122_095959.yaml",
        "initial_2022_20261122_100000.yaml", "initial_2023_20261122_100000.yaml",
        "initial_2023_20261122_100000_r2.yaml", "initial_2023_20261122_100000_p2.yaml",
        "initial_2023_20261122_100000_p10.yaml", "changes_1_20261122_100001.yaml"};
    (void)state;
    for (size_t i = 0; i < 7; i++)
        for (size_t k = 0; k < 7; k++) {
            struct batch_name a, b;
            assert_true(batch_name_parse(sorted[i], &a) && batch_name_parse(sorted[k], &b));
            int c = batch_name_cmp(&a, &b);
            assert_int_equal((c > 0) - (c < 0), (i > k) - (i < k));
        }
}

static void test_paths(void **state)
{
    struct box *b = *state;
    struct batch_name n = {.type = BATCH_MISSING,
        .scope = view_of("20260101"),
        .stamp = view_of("20261122_100000"),
        .part = 1};
    assert_string_equal(
        batch_name_path("d", &n, &b->a), "d/movies/raw/missing_20260101_20261122_100000.yaml");
    n.part = 11;
    assert_string_equal(
        batch_name_path("d", &n, &b->a), "d/movies/raw/missing_20260101_20261122_100000_p11.yaml");
    assert_string_equal(batch_folder_path("/d", FOLDER_REJECTED, &b->a), "/d/movies/rejected");
}

static void test_types(void **state)
{
    enum batch_type t;
    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_true(batch_type_parse(view_of(batch_type_name((enum batch_type)i)), &t));
        assert_int_equal(t, i);
    }
    assert_false(batch_type_parse(view_of("Initial"), &t));
    assert_false(batch_type_parse((struct view){NULL, 0}, &t));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOX_TEST(test_names_are_read),
        BOX_TEST(test_other_names_are_not),
        BOX_TEST(test_order),
        BOX_TEST(test_paths),
        BOX_TEST(test_types),
    };
    return cmocka_run_group_tests_name("stage/name", tests, NULL, NULL);
}
