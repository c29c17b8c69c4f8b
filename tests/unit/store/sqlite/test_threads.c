/* The page writer with both its threads: many rows, small pages, so that they take pages from each
 * other all the time. */
#include "tags_kit.h"

static void two_threads_make_one_tree(void **state)
{
    struct pages_kit *k = *state;
    struct row_kind kind = usual_rows(12000, 3, 2000);
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
    struct row_kind kind = usual_rows(70000, 9, 2000);
    make_rows(*state, &kind);
    write_both(*state, 4096, 0, 16384);
    compare_written(*state);
}

/* All ratings of one movie, all the same: there is nothing to share. */
static void nothing_to_share(void **state)
{
    struct pages_kit *k = *state;
    struct row_kind kind = usual_rows(12000, 1, 1);
    kind.most_of_user = 1;
    make_rows(k, &kind);
    for (size_t i = 0; i < k->rows.n; i++)
        k->rows.half_stars[i] = 7;
    write_both(k, 4096, 0, 5000);
    compare_both(k);
}

/* The index is written while SQLite adds a table to the file. */
static void sqlite_goes_on_meanwhile(void **state)
{
    struct pages_kit *k = *state;
    struct row_kind kind = sparse_rows(0, 6);
    k->beside = 1024 * 1024;
    for (int page_size = 512; page_size <= 65536; page_size *= 128)
        for (kind.rows = WORTH_A_THREAD - 1; kind.rows < 90000; kind.rows *= 2, kind.seed++) {
            make_rows(k, &kind);
            write_both(k, page_size, page_size == 512 ? 32 : 0, 16384);
            compare_both(k);
        }
}

/* Not begun where memory does not suffice for both; dropped when the load fails meanwhile. */
static void or_it_does_not(void **state)
{
    struct pages_kit *k = *state;
    struct row_kind kind = usual_rows(40000, 8, 900);
    make_rows(k, &kind);
    k->beside = LOAD_MEMORY;
    make_empty(k, "direct.db", 4096, 0);
    begin_pages(k, "direct.db");
    assert_true(write_rows(k, 16384));
    assert_false(k->pages.pages.going);
    table_pages_close(&k->pages.pages);
    write_plain(k, 4096, 0);
    compare_written(k);
    k->beside = 1;
    make_empty(k, "direct.db", 4096, 0);
    begin_pages(k, "direct.db");
    (void)write_rows(k, 16384);
    assert_true(k->pages.pages.going);
    table_pages_close(&k->pages.pages);
}

/* Nor is a row counted twice then, which would cut off a half without rows. */
static void rows_are_counted_once(void **state)
{
    struct pages_kit *k = *state;
    struct row_kind kind = usual_rows(12000, 5, 900);
    kind.most_of_user = 1;
    make_rows(k, &kind);
    for (size_t i = 0; i < k->rows.n; i++) {
        k->rows.ranks[i] = (uint32_t)i % 16;
        k->rows.movies[i] = k->rows.ids[i % 16];
    }
    write_plain(k, 4096, 0);
    k->beside = 1;
    make_empty(k, "direct.db", 4096, 0);
    begin_pages(k, "direct.db");
    k->pages.pages.beside = k->pages.pages.index.memory - 1;
    assert_true(write_rows(k, 16384));
    assert_false(k->pages.pages.going);
    table_pages_close(&k->pages.pages);
    compare_written(k);
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
        PAGES_TEST(sqlite_goes_on_meanwhile),
        PAGES_TEST(or_it_does_not),
        PAGES_TEST(rows_are_counted_once),
        PAGES_TEST(tags_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
