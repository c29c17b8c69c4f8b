/* Discover, changes and find over a scripted TMDB that holds a small world of movies. */
#include "test.h"

#include "base/date.h"
#include "base/map.h"
#include "base/vec.h"

#include <stdio.h>

struct movie {
    int64_t id, day, votes;
    char language[3];
};

struct world {
    struct vec movies; /* struct movie, in the order the lists show them */
    uint64_t requests, over_cap, too_late;
    uint64_t insert_at;    /* before this request a movie is put in front of all others; 0: never */
    uint64_t insert_every; /* and again after so many more */
    int64_t next_id;
    bool adult_asked, video_asked, sort_is_date;
    /* changes */
    int64_t feed_pages, feed_grows_to;
    bool feed_fails;
    char url[300];
};

static struct world world;

static struct movie *add(int64_t id, int64_t day, const char *language, int64_t votes)
{
    struct movie *m = vec_add(&world.movies);
    m->id = id;
    m->day = day;
    m->votes = votes;
    memcpy(m->language, language, 3);
    return m;
}

static int64_t day_of(const struct http_exchange *x, const char *name)
{
    const char *at = strstr(x->url, name);
    int64_t day;
    assert_non_null(at);
    assert_true(date_parse((struct view){at + strlen(name), 10}, &day));
    return day;
}

struct query {
    int64_t from, to, votes_min, votes_max, page;
    const char *language;
};

static bool matches(const struct query *q, const struct movie *m)
{
    return m->day >= q->from && m->day <= q->to && (q->votes_min < 0 || m->votes >= q->votes_min) &&
           (q->votes_max < 0 || m->votes <= q->votes_max) &&
           (q->language == NULL || memcmp(q->language, m->language, 2) == 0);
}

static void put_in_front(void)
{
    struct movie *first;
    add(0, 0, "en", 0);
    first = vec_at(&world.movies, 0);
    memmove(first + 1, first, (world.movies.n - 1) * sizeof *first);
    *first = (struct movie){world.next_id++, first[1].day, 0, "en"};
}

static void say_discover(struct http_exchange *x)
{
    const char *language = strstr(x->url, "with_original_language=");
    struct query q = {day_of(x, "primary_release_date.gte="),
        day_of(x, "primary_release_date.lte="), fake_number(x, "vote_count.gte="),
        fake_number(x, "vote_count.lte="), fake_number(x, "&page="),
        language == NULL ? NULL : language + strlen("with_original_language=")};
    struct str rows;
    size_t total = 0;
    world.requests++;
    if (world.insert_at != 0 && world.requests == world.insert_at) {
        put_in_front();
        world.insert_at = world.insert_every == 0 ? 0 : world.insert_at + world.insert_every;
    }
    world.adult_asked = fake_has(x, "include_adult=true");
    world.video_asked = fake_has(x, "include_video=true");
    world.sort_is_date = fake_has(x, "sort_by=primary_release_date.asc");
    world.over_cap += q.page > 500;
    str_init(&rows, 1 << 16);
    for (size_t i = 0; i < world.movies.n; i++) {
        const struct movie *m = vec_at(&world.movies, i);
        if (!matches(&q, m))
            continue;
        if (total / 20 == (size_t)q.page - 1)
            str_addf(&rows, "%s{\"id\":%lld}", rows.n == 0 ? "" : ",", (long long)m->id);
        total++;
    }
    fake_sayf(x, 200, "{\"page\":%lld,\"results\":[%s],\"total_pages\":%zu,\"total_results\":%zu}",
        (long long)q.page, str_z(&rows), total == 0 ? 1 : (total + 19) / 20, total);
    str_done(&rows);
}

/* Five ids a page; the last of a page is the first of the next; null and 0 on every page. */
static void say_changes(struct http_exchange *x)
{
    int64_t page = fake_number(x, "&page=");
    int64_t pages = world.feed_pages;
    world.requests++;
    world.over_cap += page > 500;
    if (world.feed_grows_to > 0 && page >= pages)
        pages = world.feed_grows_to;
    if (world.feed_fails && page == 2) {
        fake_say(x, 500, "{\"success\":false,\"status_code\":11}");
        return;
    }
    (void)snprintf(world.url, sizeof world.url, "%s", x->url);
    fake_sayf(x, 200,
        "{\"results\":[{\"id\":%lld,\"adult\":false},{\"id\":null,\"adult\":null},{\"id\":0},{"
        "\"id\":%lld},"
        "{\"id\":-5},{\"adult\":true},{\"id\":\"7\"}],\"page\":%lld,\"total_pages\":%lld,\"total_"
        "results\":77777}",
        (long long)page, (long long)page + 1, (long long)page, (long long)pages);
}

static void say(void *payload, struct http_exchange *x)
{
    (void)payload;
    if (fake_has(x, "/discover/movie?"))
        say_discover(x);
    else if (fake_has(x, "/movie/changes?"))
        say_changes(x);
    else if (fake_has(x, "/find/tt0137523?"))
        fake_say(x, 200, "{\"movie_results\":[{\"id\":550}],\"tv_results\":[]}");
    else if (fake_has(x, "/find/tt404?"))
        fake_say(x, 404, "{\"success\":false,\"status_code\":34}");
    else if (fake_has(x, "/find/tt7?"))
        fake_say(x, 200, "{\"tv_results\":[]}");
    else if (fake_has(x, "/find/"))
        fake_say(x, 200, "{\"movie_results\":[],\"tv_results\":[{\"id\":1399}]}");
    else
        fail_msg("asked for %s", x->url);
}

static struct fake fake;
static struct tmdb_client *client;
static struct map taken;
static uint64_t taken_twice;

static bool take(void *payload, int64_t id, struct err *e)
{
    const int64_t *fail_at = payload;
    taken_twice += map_has(&taken, id);
    (void)map_put(&taken, id, 1);
    return fail_at == NULL || *fail_at != id || err_set(e, ERR_DISK, "no room");
}

static int set_up(void **state)
{
    (void)state;
    memset(&world, 0, sizeof world);
    vec_init(&world.movies, sizeof(struct movie), 1000000);
    map_init(&taken, 1000000);
    taken_twice = 0;
    world.next_id = 900000;
    fake_init(&fake, say, NULL);
    client = fake_client(&fake, NULL);
    fast_clock(1000);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    plain_clock();
    assert_int_equal(fake.n, 0);
    tmdb_client_free(client);
    vec_done(&world.movies);
    map_done(&taken);
    return 0;
}

static int64_t day(int y, int m, int d)
{
    return date_day((struct civil){y, m, d});
}

static void expect_all_taken(const struct tmdb_listing *l)
{
    assert_int_equal(taken_twice, 0);
    assert_int_equal(taken.n, world.movies.n);
    assert_int_equal(l->seen, world.movies.n);
    assert_int_equal(world.over_cap, 0);
    assert_int_equal(l->requests, world.requests);
}

static void a_small_range_is_one_window(void **state)
{
    struct tmdb_listing l;
    struct err e;
    (void)state;
    for (int64_t i = 0; i < 15; i++)
        add(i + 1, day(2020, 1, 1) + i, "en", 0);
    assert_true(tmdb_discover(client, day(2020, 1, 1), day(2020, 1, 15), take, NULL, &l, &e));
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
    struct err e;
    (void)state;
    assert_true(tmdb_discover(client, day(2020, 1, 1), day(2020, 12, 31), take, NULL, &l, &e));
    expect_all_taken(&l);
    assert_true(tmdb_discover(client, day(2020, 1, 2), day(2020, 1, 1), take, NULL, &l, &e));
    assert_int_equal(l.requests, 0);
}

/* 26,000 movies in a year: more than one query shows, so windows are halved until they fit. */
static void a_year_is_bisected(void **state)
{
    struct tmdb_listing l;
    struct err e;
    (void)state;
    for (int64_t i = 0; i < 26000; i++)
        add(i + 1, day(2019, 1, 1) + i % 365, "en", i % 7);
    assert_true(tmdb_discover(client, day(2019, 1, 1), day(2019, 12, 31), take, NULL, &l, &e));
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
    struct err e;
    (void)state;
    for (int64_t i = 0; i < 10000; i++)
        add(i + 1, day(2019, 1, 1) + i % 2, "en", 0);
    assert_true(tmdb_discover(client, day(2019, 1, 1), day(2019, 1, 2), take, NULL, &l, &e));
    expect_all_taken(&l);
    assert_int_equal(l.windows, 1);
    add(10001, day(2019, 1, 2), "en", 0);
    map_done(&taken);
    map_init(&taken, 1000000);
    world.requests = 0;
    assert_true(tmdb_discover(client, day(2019, 1, 1), day(2019, 1, 2), take, NULL, &l, &e));
    expect_all_taken(&l);
    assert_int_equal(l.windows, 2);
}

/* A day that does not fit: by language, and the language that does not fit by votes. */
static void a_full_day_is_split(void **state)
{
    static const char *const languages[] = {"en", "en", "en", "fr", "ja", "xx"};
    struct tmdb_listing l;
    struct err e;
    (void)state;
    for (int64_t i = 0; i < 24000; i++)
        add(i + 1, day(2020, 1, 1), languages[i % 6], i % 4 == 0 ? 0 : i % 700);
    assert_true(tmdb_discover(client, day(2020, 1, 1), day(2020, 1, 1), take, NULL, &l, &e));
    expect_all_taken(&l);
    assert_int_equal(l.expected, 24000);
}

/* What even that cannot list is left out, and shows. */
static void what_does_not_fit_shows_in_the_difference(void **state)
{
    struct tmdb_listing l;
    struct err e;
    (void)state;
    for (int64_t i = 0; i < 10500; i++)
        add(i + 1, day(2020, 1, 1), "en", 0); /* one language, one vote count */
    for (int64_t i = 0; i < 30; i++)
        add(20001 + i, day(2020, 1, 1), "q?", 0); /* a language nobody knows */
    keep_log();
    assert_true(tmdb_discover(client, day(2020, 1, 1), day(2020, 1, 1), take, NULL, &l, &e));
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
    struct err e;
    (void)state;
    for (int64_t i = 0; i < 1000; i++)
        add(i + 1, day(2020, 1, 1) + i % 9, "en", 0);
    world.insert_at = 20;
    assert_true(tmdb_discover(client, day(2020, 1, 1), day(2020, 1, 9), take, NULL, &l, &e));
    expect_all_taken(&l);
    assert_int_equal(l.expected, 1001);
    assert_in_range(l.requests, 2 * 50 + 1, 2 * 51 + 2);
}

static void reading_again_has_an_end(void **state)
{
    struct tmdb_listing l;
    struct err e;
    (void)state;
    for (int64_t i = 0; i < 1000; i++)
        add(i + 1, day(2020, 1, 1) + i % 9, "en", 0);
    world.insert_at = 20;
    world.insert_every = 25;
    assert_true(tmdb_discover(client, day(2020, 1, 1), day(2020, 1, 9), take, NULL, &l, &e));
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
        add(i + 1, day(2020, 1, 1), "en", 0);
    assert_false(tmdb_discover(client, day(2020, 1, 1), day(2020, 1, 1), take, &fail_at, &l, &e));
    assert_int_equal(e.kind, ERR_DISK);
    assert_int_equal(l.seen, 99); /* nothing is returned on failure */
}

static void changes_are_read_to_the_last_page(void **state)
{
    struct tmdb_listing l;
    struct err e;
    (void)state;
    world.feed_pages = 7;
    assert_true(tmdb_changes(client, day(2026, 2, 28), take, NULL, &l, &e));
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
    assert_true(tmdb_changes(client, day(2026, 1, 1), take, NULL, &l, &e));
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
    assert_true(tmdb_changes(client, day(2026, 1, 1), take, NULL, &l, &e));
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
    assert_false(tmdb_changes(client, day(2026, 1, 1), take, NULL, &l, &e));
    assert_int_equal(e.kind, ERR_SERVICE);
    assert_non_null(strstr(e.text, "changes of 2026-01-01, page 2"));
    assert_int_equal(world.requests, 2 + 5 * ASK_PATIENT);
}

static void find_by_imdb_id(void **state)
{
    int64_t id = -1;
    struct err e;
    (void)state;
    assert_true(tmdb_find(client, "tt0137523", &id, &e));
    assert_int_equal(id, 550);
    assert_true(tmdb_find(client, "tt0944947", &id, &e)); /* a series */
    assert_int_equal(id, 0);
    id = -1;
    assert_true(tmdb_find(client, "tt404", &id, &e));
    assert_int_equal(id, 0);
    uint64_t before = fake.submitted;
    static const char *const bad[] = {
        "", "tt1/../../x", "tt1?x=1", "tt1&a", "tt 1", "tt11111111111111111111"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        id = -1;
        assert_true(tmdb_find(client, bad[i], &id, &e));
        assert_int_equal(id, 0);
    }
    assert_int_equal(fake.submitted, before);
    assert_false(tmdb_find(client, "tt7", &id, &e)); /* an answer to something else is not "none" */
}

/* ---- a walk that is cut short and goes on */

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
        add(i + 1, day(2019, 1, 1) + i % 365, "en", 0);
    world.insert_at = 300; /* before this request a movie comes in: the window is read again */
    vec_init(&kept, sizeof(struct kept), 100000);
    tmdb_remember(client, &memory);
    unsigned cuts = 0;
    for (int64_t cut = 400; cut <= 13000; cut += 700) {
        map_done(&taken);
        map_init(&taken, 1000000);
        cuts += !tmdb_discover(client, day(2019, 1, 1), day(2019, 12, 31), take, &cut, &l, &e);
        for (size_t i = 0; i < kept.n; i++)
            ((struct kept *)vec_at(&kept, i))->given = false;
    }
    map_done(&taken);
    map_init(&taken, 1000000);
    assert_true(tmdb_discover(client, day(2019, 1, 1), day(2019, 12, 31), take, NULL, &l, &e));
    assert_int_equal(taken.n, world.movies.n);
    assert_int_equal(l.seen, world.movies.n);
    assert_true(cuts > 10);
    /* 650 pages of which one window's half are read twice, the looks, and what was under way at
     * each cut */
    assert_in_range(world.requests, 650, 650 + 330 + 10 + (uint64_t)cuts * client->connections);
    uint64_t before = world.requests;
    for (size_t i = 0; i < kept.n; i++)
        ((struct kept *)vec_at(&kept, i))->given = false;
    assert_true(tmdb_discover(client, day(2019, 1, 1), day(2019, 12, 31), take, NULL, &l, &e));
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
    assert_false(tmdb_changes(client, day(2026, 3, 9), take, &cut, &l, &e));
    uint64_t before = world.requests;
    size_t known = kept.n;
    assert_true(known > 50 && known < 100);
    assert_true(tmdb_changes(client, day(2026, 3, 9), take, NULL, &l, &e));
    assert_int_equal(world.requests - before, 100 - known);
    assert_int_equal(l.seen, 101);
    vec_done(&kept);
}

#define LIST_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LIST_TEST(a_small_range_is_one_window),
        LIST_TEST(an_empty_range_is_no_error),
        LIST_TEST(a_year_is_bisected),
        LIST_TEST(the_cap_is_met_exactly),
        LIST_TEST(a_full_day_is_split),
        LIST_TEST(what_does_not_fit_shows_in_the_difference),
        LIST_TEST(a_moved_total_is_read_again),
        LIST_TEST(reading_again_has_an_end),
        LIST_TEST(an_error_of_take_ends_the_walk),
        LIST_TEST(changes_are_read_to_the_last_page),
        LIST_TEST(changes_follow_a_growing_feed),
        LIST_TEST(changes_stop_at_the_cap),
        LIST_TEST(a_lost_page_fails_the_walk),
        LIST_TEST(find_by_imdb_id),
        LIST_TEST(a_walk_goes_on_where_it_was),
        LIST_TEST(a_feed_goes_on_where_it_was),
    };
    return cmocka_run_group_tests_name("lists", tests, NULL, NULL);
}
