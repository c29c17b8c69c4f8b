/* A small world of movies: see world.h. */
#include "world.h"

#include <stdio.h>

struct world world;

struct movie *world_add(int64_t id, int64_t day, const char *language, int64_t votes)
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
    world_add(0, 0, "en", 0);
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

struct fake fake;
struct tmdb_client *client;
struct map taken;
uint64_t taken_twice;

bool take_listed(void *payload, int64_t id, struct err *e)
{
    const int64_t *fail_at = payload;
    taken_twice += map_has(&taken, id);
    (void)map_put(&taken, id, 1);
    return fail_at == NULL || *fail_at != id || err_set(e, ERR_DISK, "no room");
}

int world_set_up(void **state)
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

int world_tear_down(void **state)
{
    (void)state;
    plain_clock();
    assert_int_equal(fake.n, 0);
    tmdb_client_free(client);
    vec_done(&world.movies);
    map_done(&taken);
    return 0;
}

int64_t day(int y, int m, int d)
{
    return date_day((struct civil){y, m, d});
}

void expect_all_taken(const struct tmdb_listing *l)
{
    assert_int_equal(taken_twice, 0);
    assert_int_equal(taken.n, world.movies.n);
    assert_int_equal(l->seen, world.movies.n);
    assert_int_equal(world.over_cap, 0);
    assert_int_equal(l->requests, world.requests);
}
