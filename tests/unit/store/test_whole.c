/* A first load on a server as one transaction (store/mysql/gathered.c), whose rows wait here
 * (store/mysql/waiting.c), and later ones. Runs where a server is. */
#include "kit.h"
#include "kit_server.h"

#include "model/tmdb.h"
#include "store/engine.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOVIES = 96, GROUP = 20, SOON = 40 };

static const char count_all[] = "SELECT (SELECT count(*) FROM tmdb_movies) + (SELECT count(*) FROM"
                                " videos) + (SELECT count(*) FROM reviews)";

/* ---- new records, their ids in no order, each with some videos and reviews, and actors, who play
 * in many */

static void put_list(
    struct kit *k, struct list_write *lw, const char *name, const struct tmdb_movie *m)
{
    *lw = (struct list_write){.list = tmdb_lists, .hash = view_of("0123456789abcdef")};
    while (strcmp(lw->list->name, name) != 0)
        lw->list++;
    rows_of_list(lw->list, m, &k->a, &lw->put);
    rows_of_own(lw->list, m, &k->a, &lw->own);
}

static struct tmdb_write *new_record(struct kit *k, int64_t id)
{
    enum { VIDEO_SAID = 1 << 0, REVIEW_SAID = 0x3ff, CREDIT_SAID = 0xd, PEOPLE = 40 };
    struct tmdb_movie m = {.tmdb_id = id, .title = arena_print(&k->a, "Number\t%d", (int)id)};
    struct tmdb_write *w = arena_take(&k->a, sizeof *w);
    size_t n = 1 + (size_t)id % 7;
    struct tmdb_video *videos = arena_take_array(&k->a, n, sizeof *videos);
    struct tmdb_review *reviews = arena_take_array(&k->a, n, sizeof *reviews);
    struct tmdb_credit *cast = arena_take_array(&k->a, n, sizeof *cast);
    for (size_t i = 0; i < n; i++) {
        struct view key = arena_print(&k->a, "%d of %d", (int)i, (int)id);
        videos[i] = (struct tmdb_video){.record = {.said = VIDEO_SAID}, .video_id = key};
        reviews[i] = (struct tmdb_review){.record = {.said = REVIEW_SAID},
            .review_id = key,
            .content = view_of("one\ttwo\nthree\\")};
        int64_t person = 1 + (id + (int64_t)i) % PEOPLE;
        cast[i] = (struct tmdb_credit){.record = {.said = CREDIT_SAID},
            .credit_id = key,
            .person_id = person,
            .name = arena_print(&k->a, "Person %d", (int)person)};
    }
    m.record.said = 1u << TMDB_tmdb_id | 1u << TMDB_title;
    m.videos = (struct rows){videos, n, true};
    m.reviews = (struct rows){reviews, n, true};
    m.cast = (struct rows){cast, n, true};
    struct list_write *lists = arena_take_array(&k->a, 3, sizeof *lists);
    put_list(k, &lists[0], "videos", &m);
    put_list(k, &lists[1], "reviews", &m);
    put_list(k, &lists[2], "cast", &m);
    *w = (struct tmdb_write){
        .tmdb_id = id, .fetched_at = 5, .is_new = true, .lists = lists, .list_n = 3};
    row_of_movie(&m, &k->a, w->cells);
    return w;
}

struct group {
    struct kit *k;
    struct tmdb_write *const *records;
    size_t n;
};

static bool write_them(void *payload, struct err *e)
{
    const struct group *g = payload;
    return store_write_tmdb(g->k->s, (const struct tmdb_write *const *)g->records, g->n, e);
}

/* [from, to), in groups. */
static bool write_some(struct kit *k, struct tmdb_write *const *records, size_t from, size_t to)
{
    bool ok = true;
    for (size_t n; ok && from < to; from += n) {
        n = to - from < GROUP ? to - from : GROUP;
        ok = store_transact(k->s, write_them, &(struct group){k, records + from, n}, &k->e);
    }
    return ok;
}

static bool settle(struct kit *k)
{
    bool settled = false;
    return store_settle(k->s, true, &settled, &k->e) && settled;
}

/* A new database, whose rows may wait, and the first load begun, with a lease of some seconds.
 * *ret_plain: what it is to be. */
static void begin_within(
    struct kit *k, int64_t lease, struct tmdb_write *records[MOVIES], struct view *ret_plain)
{
    for (int64_t i = 0; i < MOVIES; i++)
        records[i] = new_record(k, 1 + i * 7 % MOVIES);
    must(write_some(k, records, 0, MOVIES));
    *ret_plain = kit_dump(k);
    kit_close(k);
    kit_server_drop(k);
    k->config.folder = k->dir;
    kit_open(k, STORE_CREATE);
    must(store_take_lease(k->s, "who loads", lease, &k->e));
    must(store_begin_first_load(k->s, &k->e));
}

static void begin(struct kit *k, struct tmdb_write *records[MOVIES], struct view *ret_plain)
{
    begin_within(k, 600, records, ret_plain);
}

static void end(struct kit *k, struct view plain)
{
    must(settle(k));
    must(store_end_first_load(k->s, true, &k->e));
    assert_false(store_again(k->s, &k->e));
    assert_true(view_eq(kit_dump(k), plain));
    kit_sound(k);
}

static void nothing_is_seen_before_all_is(void **state)
{
    struct kit *k = *state;
    struct tmdb_write *records[MOVIES];
    struct view plain;
    bool settled = true;
    begin(k, records, &plain);
    must(write_some(k, records, 0, SOON));
    must(store_settle(k->s, false, &settled, &k->e));
    assert_false(settled);
    assert_int_equal(kit_int(k, count_all), 0);
    must(settle(k));
    assert_int_equal(kit_int(k, "SELECT count(*) FROM tmdb_movies"), SOON);
    assert_true(kit_int(k, count_all) >= 3 * SOON);
    must(write_some(k, records, SOON, MOVIES));
    assert_int_equal(kit_int(k, "SELECT count(*) FROM tmdb_movies"), SOON);
    end(k, plain);
}

/* Where its file would be lies a link of somebody's: rows go in as they come. */
static void what_is_in_the_way_stays(void **state)
{
    struct kit *k = *state;
    struct tmdb_write *records[MOVIES];
    struct view plain;
    struct stat st;
    const char *theirs = arena_print(&k->a, "%s/theirs", k->dir).p,
               *name = arena_print(&k->a, "%s/.waiting", k->dir).p;
    FILE *f = fopen(theirs, "w");
    assert_non_null(f);
    assert_true(fputs("theirs", f) >= 0);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(symlink(theirs, name), 0);
    begin(k, records, &plain);
    must(write_some(k, records, 0, MOVIES));
    assert_int_equal(kit_int(k, "SELECT count(*) FROM tmdb_movies"), MOVIES);
    assert_int_equal(stat(name, &st), 0);
    assert_int_equal(st.st_size, strlen("theirs"));
    must(store_end_first_load(k->s, true, &k->e));
    assert_int_equal(unlink(name) | unlink(theirs), 0);
    assert_true(view_eq(kit_dump(k), plain));
}

/* Not for others, but for who asks: of a record that comes again. */
static void what_waits_is_read(void **state)
{
    struct kit *k = *state;
    struct tmdb_write *records[MOVIES];
    struct view plain;
    const struct list *l = tmdb_lists;
    size_t found = 0;
    begin(k, records, &plain);
    must(write_some(k, records, 0, SOON));
    while (strcmp(l->name, "videos") != 0)
        l++;
    must(store_begin(k->s, &k->e));
    for (size_t i = 0; i < SOON; i++) {
        struct row_set rows, all = records[i]->lists[0].put; /* videos */
        must(store_read_rows(k->s, l, records[i]->tmdb_id, &k->a, &rows, &k->e));
        assert_int_equal(rows.n, all.n);
        found += rows.n;
    }
    must(store_commit(k->s, &k->e));
    assert_true(found > 0);
    assert_int_equal(kit_int(k, count_all), 0);
    must(write_some(k, records, SOON, MOVIES));
    end(k, plain);
}

/* Settling may take longer than the lease lasts; who waits for it meanwhile looks at it next. */
static void a_lease_begins_anew_when_it_is_settled(void **state)
{
    enum { SECONDS = 8 }; /* long enough for the steps in between on a busy machine */
    struct kit *k = *state;
    struct tmdb_write *records[MOVIES];
    struct view plain;
    struct store *other;
    begin_within(k, SECONDS, records, &plain);
    must(write_some(k, records, 0, SOON));
    sys_sleep_ms(SECONDS * 1000 + 1000);
    must(settle(k));
    must(store_open(&k->config, STORE_WRITE, &other, &k->e));
    must_fail(store_take_lease(other, "who waited", 600, &k->e), ERR_LOCKED);
    store_close(other);
    must(write_some(k, records, SOON, MOVIES));
    end(k, plain);
}

/* ---- whatever goes wrong */

/* There is one; as soon as it rests. */
static void kill_connection(struct kit *k)
{
    int64_t id = 0;
    for (int i = 0; i < 600 && id == 0; i++, sys_sleep_ms(50))
        id = kit_int(k, "SELECT coalesce(max(id), 0) FROM information_schema.processlist WHERE"
                        " db = DATABASE() AND command = 'Sleep' AND id <> connection_id()");
    assert_int_not_equal(id, 0);
    kit_sql(k, arena_print(&k->a, "KILL %lld", (long long)id).p);
}

static void lose_lock(struct kit *k)
{
    kit_sql(k, "INSERT INTO tmdb_movies(tmdb_id, fetched_at) VALUES (50, 1)"); /* a key twice */
}

static void find_lock(struct kit *k)
{
    kit_sql(k, "DELETE FROM tmdb_movies");
}

static void refuse_videos(struct kit *k)
{
    kit_sql(k, "ALTER TABLE videos ADD CONSTRAINT none_of_it CHECK (tmdb_id < 0)");
}

static void accept_videos(struct kit *k)
{
    kit_sql(k, "ALTER TABLE videos DROP CONSTRAINT none_of_it");
}

static void fill_disk(struct kit *k)
{
    (void)k;
    kit_arm(SYS_WRITE, 1, ENOSPC);
}

static void make_room(struct kit *k)
{
    (void)k;
    kit_disarm();
}

static void do_nothing(struct kit *k)
{
    (void)k;
}

/* Before any group, between two, and when all that is missing is the settling. */
static void what_fails_is_done_again(void **state)
{
    static const struct {
        void (*fails)(struct kit *k), (*ends)(struct kit *k);
        size_t after;
    } moments[] = {{kill_connection, do_nothing, GROUP}, {kill_connection, do_nothing, MOVIES},
        {fill_disk, make_room, GROUP}, {lose_lock, find_lock, 0}};
    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        struct kit *k = *state;
        struct tmdb_write *records[MOVIES];
        struct view plain;
        if (i > 0) {
            k->config.folder = NULL;
            kit_close(k);
            kit_server_drop(k);
            kit_open(k, STORE_CREATE);
        }
        begin(k, records, &plain);
        must(write_some(k, records, 0, moments[i].after));
        moments[i].fails(k);
        assert_false(write_some(k, records, moments[i].after, MOVIES) && settle(k));
        assert_false(settle(k));
        moments[i].ends(k);
        assert_int_equal(kit_int(k, count_all), 0);
        assert_true(store_again(k->s, &k->e));
        assert_false(store_again(k->s, &k->e));
        must(write_some(k, records, 0, MOVIES));
        end(k, plain);
    }
}

/* A row that the server refuses when it comes to its table: then its group says so. */
static void who_is_refused_is_found(void **state)
{
    struct kit *k = *state;
    struct tmdb_write *records[MOVIES];
    struct view plain;
    begin(k, records, &plain);
    refuse_videos(k);
    must(write_some(k, records, 0, MOVIES));
    assert_false(settle(k));
    assert_int_equal(kit_int(k, count_all), 0);
    assert_true(store_again(k->s, &k->e));
    must_fail(write_some(k, records, 0, MOVIES), ERR_DATA);
    accept_videos(k);
    must(write_some(k, records, 0, MOVIES));
    end(k, plain);
}

/* ---- later loads */

/* The first load is over, of half the records, and the next one begins. */
static void begin_later(struct kit *k, struct tmdb_write *records[MOVIES], struct view *ret_plain)
{
    begin(k, records, ret_plain);
    must(write_some(k, records, 0, SOON));
    must(store_end_first_load(k->s, true, &k->e));
    must(store_begin_first_load(k->s, &k->e));
    assert_false(store_is_due(k->s));
}

static void later_loads_are_gathered_for_moments(void **state)
{
    static const char count[] = "SELECT count(*) FROM tmdb_movies";
    struct kit *k = *state;
    struct tmdb_write *records[MOVIES];
    struct view plain;
    bool settled = true;
    begin_later(k, records, &plain);
    must(write_some(k, records, SOON, SOON + GROUP));
    must(write_some(k, records, SOON + GROUP, MOVIES));
    assert_int_equal(kit_int(k, count), SOON);
    sys_sleep_ms(300);
    assert_true(store_is_due(k->s));
    must(store_settle(k->s, false, &settled, &k->e));
    assert_true(settled);
    assert_false(store_is_due(k->s)); /* nothing is open */
    assert_int_equal(kit_int(k, count), MOVIES);
    end(k, plain);
}

static void later_loads_are_done_again(void **state)
{
    struct kit *k = *state;
    struct tmdb_write *records[MOVIES];
    struct view plain;
    int64_t before;
    begin_later(k, records, &plain);
    before = kit_int(k, count_all);
    must(write_some(k, records, SOON, SOON + GROUP));
    kill_connection(k);
    assert_false(write_some(k, records, SOON + GROUP, MOVIES));
    assert_int_equal(kit_int(k, count_all), before);
    assert_true(store_again(k->s, &k->e));
    must(write_some(k, records, SOON, MOVIES));
    end(k, plain);
}

static void later_loads_find_who_is_refused(void **state)
{
    struct kit *k = *state;
    struct tmdb_write *records[MOVIES];
    struct view plain;
    begin_later(k, records, &plain);
    kit_sql(k, "ALTER TABLE videos ADD CONSTRAINT none_of_it CHECK (video_id <> '0 of 90')");
    assert_false(write_some(k, records, SOON, MOVIES));
    assert_true(store_again(k->s, &k->e));
    must_fail(write_some(k, records, SOON, MOVIES), ERR_DATA);
    accept_videos(k);
    must(write_some(k, records, SOON, MOVIES));
    end(k, plain);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        KIT_TEST(nothing_is_seen_before_all_is),
        KIT_TEST(what_is_in_the_way_stays),
        KIT_TEST(what_waits_is_read),
        KIT_TEST(a_lease_begins_anew_when_it_is_settled),
        KIT_TEST(what_fails_is_done_again),
        KIT_TEST(who_is_refused_is_found),
        KIT_TEST(later_loads_are_gathered_for_moments),
        KIT_TEST(later_loads_are_done_again),
        KIT_TEST(later_loads_find_who_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
