/* Discover over a scripted TMDB: windows, the cap, lists that move meanwhile. */
#include "world.h"

/* Lists what came out from one day to another, both included; must succeed. */
static void discover(int64_t from, int64_t to, struct tmdb_listing *ret)
{
    struct err e;
    if (!tmdb_discover(client, from, to, take_listed, NULL, ret, &e))
        fail_msg("%s", e.text);
}

static void a_small_range_is_one_window(void **state)
{
    struct tmdb_listing l;
    struct err e;
    (void)state;
    for (int64_t i = 0; i < 15; i++)
        world_add(i + 1, day(2020, 1, 1) + i, "en", 0);
    discover(day(2020, 1, 1), day(2020, 1, 15), &l);
    expect_all_taken(&l);
    assert_int_equal(l.windows, 1);
    assert_int_equal(l.requests, 1);
    assert_int_equal(l.expected, 15);
    assert_false(world.adult_asked);
    assert_true(world.video_asked && world.sort_is_date);
    client->include_adult = true;
    uint64_t n;
    assert_true(tmdb_discover_count(client, day(2020, 1, 1), day(2020, 1, 10), &n, &e));
    assert_int_equal(n, 10); /* both ends are included */
    assert_true(world.adult_asked);
    assert_int_equal(world.requests, 2);
}

static void an_empty_range_is_no_error(void **state)
{
    struct tmdb_listing l;
    (void)state;
    discover(day(2020, 1, 1), day(2020, 12, 31), &l);
    expect_all_taken(&l);
    discover(day(2020, 1, 2), day(2020, 1, 1), &l);
    assert_int_equal(l.requests, 0);
}

/* 26,000 movies in a year: more than one query shows, so windows are halved until they fit. */
static void a_year_is_bisected(void **state)
{
    struct tmdb_listing l;
    (void)state;
    for (int64_t i = 0; i < 26000; i++)
        world_add(i + 1, day(2019, 1, 1) + i % 365, "en", i % 7);
    discover(day(2019, 1, 1), day(2019, 12, 31), &l);
    expect_all_taken(&l);
    assert_int_equal(l.expected, 26000);
    assert_int_equal(l.windows, 4);
    assert_true(l.requests < 26000 / 20 + 20);
    assert_true(fake.most > 1); /* pages are asked for side by side */
}

/* 10,000 fit exactly, 10,001 do not. */
static void the_cap_is_met_exactly(void **state)
{
    struct tmdb_listing l;
    (void)state;
    for (int64_t i = 0; i < 10000; i++)
        world_add(i + 1, day(2019, 1, 1) + i % 2, "en", 0);
    discover(day(2019, 1, 1), day(2019, 1, 2), &l);
    expect_all_taken(&l);
    assert_int_equal(l.windows, 1);
    world_add(10001, day(2019, 1, 2), "en", 0);
    map_done(&taken);
    map_init(&taken, 1000000);
    world.requests = 0;
    discover(day(2019, 1, 1), day(2019, 1, 2), &l);
    expect_all_taken(&l);
    assert_int_equal(l.windows, 2);
}

/* A day that does not fit: by language, and the language that does not fit by votes. */
static void a_full_day_is_split(void **state)
{
    static const char *const languages[] = {"en", "en", "en", "fr", "ja", "xx"};
    struct tmdb_listing l;
    (void)state;
    for (int64_t i = 0; i < 24000; i++)
        world_add(i + 1, day(2020, 1, 1), languages[i % 6], i % 4 == 0 ? 0 : i % 700);
    discover(day(2020, 1, 1), day(2020, 1, 1), &l);
    expect_all_taken(&l);
    assert_int_equal(l.expected, 24000);
}

/* What even that cannot list is left out, and shows. */
static void what_does_not_fit_shows_in_the_difference(void **state)
{
    struct tmdb_listing l;
    (void)state;
    for (int64_t i = 0; i < 10500; i++)
        world_add(i + 1, day(2020, 1, 1), "en", 0); /* one language, one vote count */
    for (int64_t i = 0; i < 30; i++)
        world_add(20001 + i, day(2020, 1, 1), "q?", 0); /* a language nobody knows */
    keep_log();
    discover(day(2020, 1, 1), day(2020, 1, 1), &l);
    assert_int_equal(l.expected, 10530);
    assert_int_equal(l.seen, 10000);
    assert_int_equal(taken.n, 10000);
    assert_int_equal(world.over_cap, 0);
    assert_non_null(strstr(str_z(&logged), "10530"));
    drop_log();
}

/* A movie that is added while the list is read pushes a row over every page border: read again. */
static void a_moved_total_is_read_again(void **state)
{
    struct tmdb_listing l;
    (void)state;
    for (int64_t i = 0; i < 1000; i++)
        world_add(i + 1, day(2020, 1, 1) + i % 9, "en", 0);
    world.insert_at = 20;
    discover(day(2020, 1, 1), day(2020, 1, 9), &l);
    expect_all_taken(&l);
    assert_int_equal(l.expected, 1001);
    assert_in_range(l.requests, 2 * 50 + 1, 2 * 51 + 2);
}

static void reading_again_has_an_end(void **state)
{
    struct tmdb_listing l;
    (void)state;
    for (int64_t i = 0; i < 1000; i++)
        world_add(i + 1, day(2020, 1, 1) + i % 9, "en", 0);
    world.insert_at = 20;
    world.insert_every = 25;
    discover(day(2020, 1, 1), day(2020, 1, 9), &l);
    assert_true(l.requests <= 3 * 53);
    assert_int_equal(taken_twice, 0);
}

static void an_error_of_take_ends_the_walk(void **state)
{
    struct tmdb_listing l = {.seen = 99};
    int64_t fail_at = 700;
    struct err e;
    (void)state;
    for (int64_t i = 0; i < 1000; i++)
        world_add(i + 1, day(2020, 1, 1), "en", 0);
    assert_false(
        tmdb_discover(client, day(2020, 1, 1), day(2020, 1, 1), take_listed, &fail_at, &l, &e));
    assert_int_equal(e.kind, ERR_DISK);
    assert_int_equal(l.seen, 99); /* nothing is returned on failure */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(a_small_range_is_one_window),
        WORLD_TEST(an_empty_range_is_no_error),
        WORLD_TEST(a_year_is_bisected),
        WORLD_TEST(the_cap_is_met_exactly),
        WORLD_TEST(a_full_day_is_split),
        WORLD_TEST(what_does_not_fit_shows_in_the_difference),
        WORLD_TEST(a_moved_total_is_read_again),
        WORLD_TEST(reading_again_has_an_end),
        WORLD_TEST(an_error_of_take_ends_the_walk),
    };
    return cmocka_run_group_tests_name("discover", tests, NULL, NULL);
}
