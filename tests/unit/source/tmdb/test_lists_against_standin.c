/* Lists against the stand-in server: discover, changes, the id export, find.
 *
 *   test-tmdb-lists-against-standin STANDIN */
#include "fetching.h"

#include "base/date.h"

#include <stdio.h>
#include <unistd.h>

static const char *binary;
static char changes_file[30]; /* what the server reads as it starts */

struct ids {
    struct map map;
    uint64_t n;
};

static bool take_id(void *payload, int64_t id, struct err *e)
{
    struct ids *ids = payload;
    (void)e;
    ids->n++;
    assert_false(map_has(&ids->map, id));
    (void)map_put(&ids->map, id, 1);
    return true;
}

static int64_t day(int y, int m, int d)
{
    return date_day((struct civil){y, m, d});
}

/* A year with more than 10,000 movies, and one day of it with more than 10,000. */
static void discover_lists_a_full_year(void **state)
{
    struct server s;
    struct tmdb_listing l;
    struct ids ids = {.n = 0};
    struct err e;
    uint64_t announced;
    (void)state;
    server_start(&s, binary,
        "--generate 400000 --pile 2019-01-01:6 --faults endpoint=discover~percent=10~tries=3~mix");
    struct tmdb_config config = server_config(&s);
    struct tmdb_client *c = server_client(&config);
    map_init(&ids.map, 10000000);
    fast_clock(50);
    assert_true(tmdb_discover_count(c, day(2019, 1, 1), day(2019, 12, 31), &announced, &e));
    if (!tmdb_discover(c, day(2019, 1, 1), day(2019, 12, 31), take_id, &ids, &l, &e))
        fail_msg("%s", e.text);
    plain_clock();
    print_message("2019: %llu announced, %llu expected, %llu seen, %llu windows, %llu requests\n",
        (unsigned long long)announced, (unsigned long long)l.expected, (unsigned long long)l.seen,
        (unsigned long long)l.windows, (unsigned long long)l.requests);
    assert_true(announced > 30000);
    assert_int_equal(l.expected, announced);
    assert_int_equal(l.seen, announced);
    assert_int_equal(ids.n, announced);
    assert_int_equal(server_stat(&s, "by_status.400"), 0); /* no page beyond 500 was asked for */
    map_done(&ids.map);
    tmdb_client_free(c);
    server_stop(&s);
}

/* Rows come in at the front while pages are read. */
static void discover_survives_drift(void **state)
{
    struct server s;
    struct tmdb_listing l;
    struct ids ids = {.n = 0};
    struct err e;
    uint64_t announced;
    (void)state;
    server_start(&s, binary, "--generate 100000 --faults endpoint=discover~from=12~to=60~drift=3");
    struct tmdb_config config = server_config(&s);
    struct tmdb_client *c = server_client(&config);
    map_init(&ids.map, 10000000);
    assert_true(tmdb_discover_count(c, day(2015, 3, 1), day(2015, 6, 30), &announced, &e));
    assert_true(tmdb_discover(c, day(2015, 3, 1), day(2015, 6, 30), take_id, &ids, &l, &e));
    print_message("drift: %llu announced, %llu seen, %llu requests\n",
        (unsigned long long)announced, (unsigned long long)l.seen, (unsigned long long)l.requests);
    assert_true(announced > 400);
    assert_int_equal(l.seen, announced);
    map_done(&ids.map);
    tmdb_client_free(c);
    server_stop(&s);
}

/* The feed from a file: 250 ids on the day, 40 on the next, some of both, and entries without an
 * id. */
static void changes_of_a_day(void **state)
{
    char spec[200];
    struct server s;
    struct tmdb_listing l;
    struct ids ids = {.n = 0};
    struct err e;
    (void)state;
    (void)snprintf(changes_file, sizeof changes_file, "/tmp/tmdb-changes-XXXXXX");
    FILE *f = fdopen(mkstemp(changes_file), "w");
    assert_non_null(f);
    for (int i = 1; i <= 250; i++)
        (void)fprintf(f, "2026-03-09 %d\n", i * 3);
    for (int i = 1; i <= 40; i++)
        (void)fprintf(f, "2026-03-10 %d\n", i * 30);
    (void)fprintf(f, "2026-03-09 null\n2026-03-11 1\n2026-03-08 2\n");
    (void)fclose(f);
    (void)snprintf(
        spec, sizeof spec, "--generate 2000 --today 2026-03-20 --changes %s", changes_file);
    server_start(&s, binary, spec);
    struct tmdb_config config = server_config(&s);
    struct tmdb_client *c = server_client(&config);
    map_init(&ids.map, 100000);
    assert_true(tmdb_changes(c, day(2026, 3, 9), take_id, &ids, &l, &e));
    assert_int_equal(l.requests, 3);
    for (int i = 1; i <= 250; i++)
        assert_true(map_has(&ids.map, i * 3));
    for (int i = 1; i <= 40; i++)
        assert_true(map_has(&ids.map, i * 30));
    assert_false(map_has(&ids.map, 1) || map_has(&ids.map, 2));
    assert_int_equal(ids.n, 265); /* 25 of the 40 are multiples of 3 up to 750 */
    assert_int_equal(l.seen, 265);
    map_done(&ids.map);
    tmdb_client_free(c);
    server_stop(&s);
}

static bool take_row(void *payload, const struct tmdb_export_row *row, struct err *e)
{
    assert_true(row->original_title.n > 0);
    assert_true(row->popularity >= 0);
    assert_false(row->adult);
    return take_id(payload, row->tmdb_id, e);
}

/* What the export lists is what /movie/ID has: not the gone ones, not the adult ones. */
static void export_and_details_agree(void **state)
{
    struct server s;
    struct ids ids = {.n = 0};
    struct run r;
    struct err e;
    bool exists = false;
    (void)state;
    server_start(&s, binary,
        "--generate 600 --today 2026-03-09 --gone-ids 50-59 --detail-size small --faults "
        "endpoint=export~count=1~status=503;endpoint=export~count=1~reset-mid-body");
    struct tmdb_config config = server_config(&s);
    struct tmdb_client *c = server_client(&config);
    map_init(&ids.map, 100000);
    fast_clock(20);
    if (!tmdb_export(c, day(2026, 3, 9), take_row, &ids, &exists, &e))
        fail_msg("%s", e.text);
    assert_true(exists);
    assert_int_equal(server_stat(&s, "by_endpoint.export"), 3);
    assert_int_equal(server_stat(&s, "auth.none"), 3);
    run_begin(&r, 1, 600);
    assert_true(run_fetch(c, &r, &e));
    for (int64_t id = 1; id <= 600; id++) {
        uint64_t outcome = *map_get(&r.digests, id);
        assert_int_equal(map_has(&ids.map, id), outcome != TMDB_GONE && outcome != TMDB_ADULT);
    }
    assert_int_equal(r.outcomes[TMDB_GONE], 10);
    assert_true(tmdb_export(c, day(2026, 3, 10), take_row, &ids, &exists, &e));
    assert_false(exists); /* tomorrow's */
    plain_clock();
    run_end(&r);
    map_done(&ids.map);
    tmdb_client_free(c);
    server_stop(&s);
}

static void find_by_imdb_id(void **state)
{
    struct server s;
    struct err e;
    int64_t id = -1;
    (void)state;
    server_start(&s, binary, "--generate 2000");
    struct tmdb_config config = server_config(&s);
    struct tmdb_client *c = server_client(&config);
    assert_true(tmdb_find(c, "tt9900001", &id, &e)); /* a series */
    assert_int_equal(id, 0);
    int found = 0;
    for (int64_t n = 1; n <= 100; n++) {
        char imdb[20];
        (void)snprintf(imdb, sizeof imdb, "tt%07lld", (long long)(1000000 + 3 * n));
        assert_true(tmdb_find(c, imdb, &id, &e));
        assert_true(id == 0 || id == n || id == n + 1);
        found += id == n;
    }
    assert_true(found > 20);
    tmdb_client_free(c);
    server_stop(&s);
}

/* A test that failed in the middle leaves its clock and its file behind. */
static int tidy_up(void **state)
{
    (void)state;
    plain_clock();
    if (changes_file[0] != '\0')
        (void)unlink(changes_file);
    changes_file[0] = '\0';
    return 0;
}

#define SERVER_TEST(f) cmocka_unit_test_teardown(f, tidy_up)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        SERVER_TEST(discover_lists_a_full_year),
        SERVER_TEST(discover_survives_drift),
        SERVER_TEST(changes_of_a_day),
        SERVER_TEST(export_and_details_agree),
        SERVER_TEST(find_by_imdb_id),
    };
    if (argc < 2) {
        (void)fprintf(stderr, "usage: %s STANDIN\n", argv[0]);
        return 2;
    }
    binary = argv[1];
    return cmocka_run_group_tests_name("lists-against-standin", tests, NULL, NULL);
}
