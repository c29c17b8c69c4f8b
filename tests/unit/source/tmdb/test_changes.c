/* The feed of changes over a scripted TMDB. */
#include "world.h"

static void changes_are_read_to_the_last_page(void **state)
{
    struct tmdb_listing l;
    struct err e;
    (void)state;
    world.feed_pages = 7;
    assert_true(tmdb_changes(client, day(2026, 2, 28), take_listed, NULL, &l, &e));
    assert_int_equal(l.seen, 8); /* 1 to 8; null, 0, negative, missing and text are passed over */
    assert_int_equal(taken_twice, 0);
    assert_int_equal(l.requests, 7);
    assert_int_equal(l.expected, 77777);
    assert_non_null(strstr(world.url, "start_date=2026-02-28&end_date=2026-03-01&page="));
}

static void changes_follow_a_growing_feed(void **state)
{
    struct tmdb_listing l;
    struct err e;
    (void)state;
    world.feed_pages = 3;
    world.feed_grows_to = 5;
    assert_true(tmdb_changes(client, day(2026, 1, 1), take_listed, NULL, &l, &e));
    assert_int_equal(l.seen, 6);
    assert_int_equal(l.requests, 5);
}

static void changes_stop_at_the_cap(void **state)
{
    struct tmdb_listing l;
    struct err e;
    (void)state;
    world.feed_pages = 812;
    keep_log();
    assert_true(tmdb_changes(client, day(2026, 1, 1), take_listed, NULL, &l, &e));
    assert_int_equal(l.requests, 500);
    assert_int_equal(world.over_cap, 0);
    assert_non_null(strstr(str_z(&logged), "812 pages"));
    drop_log();
}

static void a_lost_page_fails_the_walk(void **state)
{
    struct tmdb_listing l;
    struct err e;
    (void)state;
    world.feed_pages = 3;
    world.feed_fails = true;
    assert_false(tmdb_changes(client, day(2026, 1, 1), take_listed, NULL, &l, &e));
    assert_int_equal(e.kind, ERR_SERVICE);
    assert_non_null(strstr(e.text, "changes of 2026-01-01, page 2"));
    assert_int_equal(world.requests, 2 + 5 * ASK_PATIENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(changes_are_read_to_the_last_page),
        WORLD_TEST(changes_follow_a_growing_feed),
        WORLD_TEST(changes_stop_at_the_cap),
        WORLD_TEST(a_lost_page_fails_the_walk),
    };
    return cmocka_run_group_tests_name("changes", tests, NULL, NULL);
}
