/* The page writer with both its threads: many rows, small pages, so that they take pages from each
 * other all the time. */
#include "tags_kit.h"

static void two_threads_make_one_tree(void **state)
{
    struct pages_kit *k = *state;
    struct row_kind kind = {.rows = 12000,
        .seed = 3,
        .movies = 2000,
        .movie_step = 5,
        .user_step = 2,
        .last_time = 1700000000,
        .most_of_user = 50};
    for (int page_size = 512; page_size <= 65536; page_size *= 128) {
        kind.seed++;
        make_rows(k, &kind);
        write_both(k, page_size, 0, 5000);
        compare_both(k);
    }
}

/* So many rows that both threads have some to count. */
static void both_count(void **state)
{
    struct row_kind kind = {.rows = 70000,
        .seed = 9,
        .movies = 2000,
        .movie_step = 5,
        .user_step = 2,
        .last_time = 1700000000,
        .most_of_user = 50};
    make_rows(*state, &kind);
    write_both(*state, 4096, 0, 16384);
    compare_written(*state);
}

/* All ratings of one movie, all the same: there is nothing to share. */
static void nothing_to_share(void **state)
{
    struct pages_kit *k = *state;
    struct row_kind kind = {.rows = 12000,
        .seed = 1,
        .movies = 1,
        .movie_step = 5,
        .user_step = 2,
        .last_time = 1700000000,
        .most_of_user = 1};
    make_rows(k, &kind);
    for (size_t i = 0; i < k->rows.n; i++)
        k->rows.half_stars[i] = 7;
    write_both(k, 4096, 0, 5000);
    compare_both(k);
}

static void tags_too(void **state)
{
    struct tag_rows t;
    struct tag_kind kind = {.rows = 12000, .seed = 4, .longest = 9, .most_of_group = 3};
    make_tags(&t, *state, &kind);
    assert_int_equal(write_tags(&t, 1024, 0, 2000, 0), kind.rows);
    compare_tags(&t);
    free_tags(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PAGES_TEST(two_threads_make_one_tree),
        PAGES_TEST(both_count),
        PAGES_TEST(nothing_to_share),
        PAGES_TEST(tags_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
