/* A walk through lists that is cut short and goes on: what was kept is not asked for again. */
#include "world.h"

#include <stdio.h>

struct kept {
    char question[300];
    struct tmdb_page page;
    int64_t ids[20];
    bool given;
};

static struct vec kept; /* struct kept */

static bool recall(void *payload, const char *question, struct arena *a, struct tmdb_page *ret)
{
    (void)payload;
    for (size_t i = 0; i < kept.n; i++) {
        struct kept *k = vec_at(&kept, i);
        if (k->given || strcmp(k->question, question) != 0)
            continue;
        k->given = true;
        int64_t *ids = arena_take_array(a, 20, sizeof *ids);
        memcpy(ids, k->ids, sizeof k->ids);
        *ret = k->page;
        ret->ids = ids;
        return true;
    }
    return false;
}

static bool keep(void *payload, const char *question, const struct tmdb_page *page, struct err *e)
{
    struct kept *k = vec_add(&kept);
    (void)payload;
    (void)e;
    assert_true(page->n <= 20);
    assert_null(strstr(question, "api_key"));
    (void)snprintf(k->question, sizeof k->question, "%s", question);
    k->page = *page;
    memcpy(k->ids, page->ids, page->n * sizeof *page->ids);
    return true;
}

/* Cut short again and again, on its way through three windows that are read twice, it asks for
 * nothing twice but what was under way, and gives what one walk would. */
static void a_walk_goes_on_where_it_was(void **state)
{
    struct tmdb_memory memory = {recall, keep, NULL};
    struct tmdb_listing l;
    struct err e;
    (void)state;
    for (int64_t i = 0; i < 13000; i++)
        world_add(i + 1, day(2019, 1, 1) + i % 365, "en", 0);
    world.insert_at = 300; /* before this request a movie comes in: the window is read again */
    vec_init(&kept, sizeof(struct kept), 100000);
    tmdb_remember(client, &memory);
    unsigned cuts = 0;
    for (int64_t cut = 400; cut <= 13000; cut += 700) {
        map_done(&taken);
        map_init(&taken, 1000000);
        cuts +=
            !tmdb_discover(client, day(2019, 1, 1), day(2019, 12, 31), take_listed, &cut, &l, &e);
        for (size_t i = 0; i < kept.n; i++)
            ((struct kept *)vec_at(&kept, i))->given = false;
    }
    map_done(&taken);
    map_init(&taken, 1000000);
    assert_true(
        tmdb_discover(client, day(2019, 1, 1), day(2019, 12, 31), take_listed, NULL, &l, &e));
    assert_int_equal(taken.n, world.movies.n);
    assert_int_equal(l.seen, world.movies.n);
    assert_true(cuts > 10);
    /* 650 pages of which one window's half are read twice, the looks, and what was under way at
     * each cut */
    assert_in_range(world.requests, 650, 650 + 330 + 10 + (uint64_t)cuts * client->connections);
    uint64_t before = world.requests;
    for (size_t i = 0; i < kept.n; i++)
        ((struct kept *)vec_at(&kept, i))->given = false;
    assert_true(
        tmdb_discover(client, day(2019, 1, 1), day(2019, 12, 31), take_listed, NULL, &l, &e));
    assert_int_equal(world.requests, before); /* all of it is known */
    assert_int_equal(l.requests, 0);
    assert_int_equal(l.seen, world.movies.n);
    vec_done(&kept);
}

/* The feed of changes too. */
static void a_feed_goes_on_where_it_was(void **state)
{
    struct tmdb_memory memory = {recall, keep, NULL};
    struct tmdb_listing l;
    struct err e;
    int64_t cut = 90;
    (void)state;
    world.feed_pages = 100;
    vec_init(&kept, sizeof(struct kept), 100000);
    tmdb_remember(client, &memory);
    assert_false(tmdb_changes(client, day(2026, 3, 9), take_listed, &cut, &l, &e));
    uint64_t before = world.requests;
    size_t known = kept.n;
    assert_true(known > 50 && known < 100);
    assert_true(tmdb_changes(client, day(2026, 3, 9), take_listed, NULL, &l, &e));
    assert_int_equal(world.requests - before, 100 - known);
    assert_int_equal(l.seen, 101);
    vec_done(&kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(a_walk_goes_on_where_it_was),
        WORLD_TEST(a_feed_goes_on_where_it_was),
    };
    return cmocka_run_group_tests_name("pages", tests, NULL, NULL);
}
