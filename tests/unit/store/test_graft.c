/* Pages that a commit takes in (store/sqlite/graft.h): whatever happens on the way, whoever looks
 * finds what was there before or all of the load. */
#include "records_kit.h"

#include "base/file.h"
#include "base/thread.h"
#include "store/sql.h"
#include "store/sqlite/db.h"
#include "store/sqlite/graft.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct sys_seam seam;

static void watch_calls(int (*before)(enum sys_call call))
{
    seam = (struct sys_seam){.before = before};
    sys_install(&seam);
}

static bool take_much_room(void *payload, struct err *e)
{
    struct kit *k = payload;
    return sqlite_run(sqlite_of(k->s),
               "CREATE TABLE theirs(x); INSERT INTO theirs VALUES (zeroblob(3000000))", "cannot",
               e) &&
           err_set(e, ERR_DATA, "it shall fail");
}

/* Behind a transaction that is taken back: what SQLite has in its cache of it lies behind all that
 * it has in the end. */
static bool load(struct kit *k, struct tmdb_write *records[MOVIES])
{
    struct err later;
    bool ok = store_begin_first_load(k->s, &k->e) &&
              !store_transact(k->s, take_much_room, k, &k->e) && k->e.kind == ERR_DATA;
    for (size_t i = 0; ok && i < MOVIES; i += GROUP)
        ok = aside_write(k, records + i, i + GROUP < MOVIES ? GROUP : MOVIES - i, false);
    return store_end_first_load(k->s, true, ok ? &k->e : &later) && ok;
}

/* ---- what happens before a statement is run */

static struct kit *meanwhile;
static const char *when;      /* before which; NULL: any more */
static int times, last_time;  /* it was, and is to be */
static sqlite3 *somebody;

bool __real_sqlite_run(const struct sqlite *q, const char *sql, const char *what, struct err *e);
bool __wrap_sqlite_run(const struct sqlite *q, const char *sql, const char *what, struct err *e);

static void (*act)(void);

static _Atomic int64_t calls;        /* of the system, by any thread */
static int64_t commit_from, commit_to; /* of them those of the commit that takes pages in */
static int pages_begun;                /* how often it was begun to put pages into the file */

bool __wrap_sqlite_run(const struct sqlite *q, const char *sql, const char *what, struct err *e)
{
    if (graft_is_on(q) && strcmp(sql, "COMMIT") == 0)
        commit_from = calls;
    if (q->graft != NULL && !graft_is_on(q) && strcmp(sql, "PRAGMA cache_spill = 1") == 0)
        commit_to = calls; /* behind it */
    pages_begun += strcmp(sql, "PRAGMA cache_spill = 2147483647") == 0;
    if (when != NULL && strcmp(sql, when) == 0 && times++ < last_time)
        act();
    return __real_sqlite_run(q, sql, what, e);
}

static void expect(struct kit *k, const char *sql, int most, void (*what)(void))
{
    meanwhile = k;
    when = sql;
    times = 0;
    last_time = most;
    act = what;
    somebody = NULL;
    pages_begun = 0;
}

/* The same on a clock that is fast, so that who waits does not wait long; until_then ends both. */
static void expect_quickly(struct kit *k, const char *sql, int most, void (*what)(void))
{
    kit_clock(20000, 0);
    expect(k, sql, most, what);
}

static void until_then(void)
{
    kit_clock(1, 0);
    when = NULL;
}

/* ---- killed */

static int64_t last_call;

static int count(enum sys_call call)
{
    (void)call;
    calls++;
    return 0;
}

static int die(enum sys_call call)
{
    (void)call;
    if (++calls == last_call)
        (void)raise(SIGKILL);
    return 0;
}

/* In a process of its own, which dies at that file call. False: there were not so many. */
static bool dies_at(struct kit *k, struct tmdb_write *records[MOVIES], int64_t call)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        kit_open(k, STORE_WRITE);
        calls = 0;
        last_call = call;
        watch_calls(die);
        _exit(load(k, records) ? 0 : 1);
    }
    assert_true(child > 0 && waitpid(child, &status, 0) == child);
    if (WIFSIGNALED(status))
        assert_int_equal(WTERMSIG(status), SIGKILL);
    else
        assert_int_equal(WEXITSTATUS(status), 0);
    return WIFSIGNALED(status);
}

static int64_t movies(struct kit *k)
{
    return kit_int(k, "SELECT count(*) FROM tmdb_movies");
}

/* A new database, with room that is free in it: root pages of indexes that are made late
 * lie there. */
static void fresh(struct kit *k)
{
    (void)remove(k->config.path);
    kit_open(k, STORE_CREATE);
    kit_sql(k, "CREATE TABLE theirs(x); INSERT INTO theirs SELECT zeroblob(100000);"
               "DROP TABLE theirs");
    kit_close(k);
}

/* How many calls there are, and which of them commit. */
struct numbers {
    int64_t from, to, all;
};

static struct numbers count_calls(struct kit *k, struct tmdb_write *records[MOVIES])
{
    fresh(k);
    kit_open(k, STORE_WRITE);
    calls = commit_from = commit_to = 0;
    watch_calls(count);
    bool ok = load(k, records);
    kit_disarm();
    must(ok);
    kit_close(k);
    assert_true(commit_from > 100 && commit_to > commit_from + 50 && calls > commit_to);
    return (struct numbers){commit_from, commit_to, calls};
}

/* Some before the commit; of the commit's each of the last, and a few too many, for threads make
 * some. */
static int64_t next_kill(const struct numbers *of, int64_t n)
{
    int64_t step = n < of->from - 20 ? of->from / 12 : n < of->to - 30 ? 13 : 1;
    return n < of->to + 6 ? n + step : of->all + 1000;
}

/* Whether it was there after the kill. */
static bool go_on_after(struct kit *k, struct tmdb_write *records[MOVIES], struct view plain)
{
    int64_t there = movies(k);
    assert_true(there == 0 || there == MOVIES);
    kit_sound(k);
    kit_open(k, STORE_WRITE);
    must(store_take_lease(k->s, "who makes indexes that are missing", 60, &k->e));
    if (there == 0)
        must(load(k, records));
    assert_true(view_eq(kit_dump(k), plain));
    kit_sound(k);
    kit_close(k);
    return there != 0;
}

static void killed_at_any_moment(void **state)
{
    struct kit *k = *state;
    struct tmdb_write *records[MOVIES];
    int64_t before = 0, behind = 0, hot = 0;
    random_records(k, records);
    struct view plain = plain_dump(k, records);
    k->config.path = kit_path(k, "killed.db");
    struct numbers of = count_calls(k, records);
    const char *journal = kit_path(k, "killed.db-journal");
    bool killed = true;
    for (int64_t n = 1; killed; n = next_kill(&of, n)) {
        fresh(k);
        killed = dies_at(k, records, n);
        hot += killed && file_exists(journal);
        bool is_there = go_on_after(k, records, plain);
        behind += is_there;
        before += !is_there;
    }
    print_message(
        "commit from call %lld to %lld of %lld; %lld before, %lld behind, %lld with a journal\n",
        (long long)of.from, (long long)of.to, (long long)of.all, (long long)before,
        (long long)behind, (long long)hot);
    assert_true(before > 30 && behind > 2 && hot > 20);
}

/* ---- read meanwhile */

static struct kit *looking;
static struct lock *one_at_a_time;
static int64_t looks, olds, news, waits;

static int read_counts(sqlite3 *db)
{
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(db,
        "SELECT (SELECT count(*) FROM tmdb_movies), (SELECT count(*) FROM credits),"
        " (SELECT count(*) FROM people WHERE name >= '')",
        -1, &st, NULL);
    rc = rc == SQLITE_OK ? sqlite3_step(st) : rc;
    if (rc == SQLITE_ROW) {
        int64_t n = sqlite3_column_int64(st, 0), credits = sqlite3_column_int64(st, 1),
                people = sqlite3_column_int64(st, 2);
        assert_true(n == 0 ? credits == 0 && people == 0 : n == MOVIES && credits > 0);
        olds += n == 0;
        news += n > 0;
    }
    (void)sqlite3_finalize(st);
    return rc;
}

/* Between any two file calls, over a connection of its own, which waits for nobody. */
static int look(enum sys_call call)
{
    sqlite3 *db = NULL;
    (void)call;
    if (++calls % 3 != 0)
        return 0;
    lock_take(one_at_a_time);
    assert_int_equal(sqlite3_open(looking->config.path, &db), SQLITE_OK);
    int rc = read_counts(db);
    assert_true(rc == SQLITE_ROW || rc == SQLITE_BUSY);
    waits += rc == SQLITE_BUSY;
    looks++;
    (void)sqlite3_close(db);
    lock_give(one_at_a_time);
    return 0;
}

/* It only has to wait while it is committed. */
static void who_reads_sees_one_or_the_other(void **state)
{
    struct kit *k = *state;
    struct tmdb_write *records[MOVIES];
    random_records(k, records);
    struct view plain = plain_dump(k, records);
    must(store_begin_first_load(k->s, &k->e));
    write_all(k, records);
    looking = k;
    one_at_a_time = lock_new();
    calls = 0;
    watch_calls(look);
    bool settled = false, ok = store_settle(k->s, true, &settled, &k->e);
    kit_disarm();
    lock_free(one_at_a_time);
    must(ok);
    must(store_end_first_load(k->s, true, &k->e));
    print_message("%lld looks: %lld before, %lld behind, %lld had to wait\n", (long long)looks,
        (long long)olds, (long long)news, (long long)waits);
    assert_true(olds > 5 && waits > 0 && waits < looks / 2);
    assert_true(view_eq(kit_dump(k), plain));
    kit_sound(k);
}

/* ---- others at the wrong moment */

static int taken_up;

static void take_up_log(void)
{
    if (!graft_is_on(sqlite_of(meanwhile->s)) || taken_up++ > 0)
        return;
    kit_sql(meanwhile, "PRAGMA journal_mode = WAL");
    assert_string_equal(kit_text(meanwhile, "PRAGMA journal_mode"), "wal");
}

/* Nobody holds a lock between giving the log up and beginning. */
static void the_log_may_be_back(void **state)
{
    struct kit *k = *state;
    struct tmdb_write *records[MOVIES];
    random_records(k, records);
    struct view plain = plain_dump(k, records);
    expect(k, "BEGIN IMMEDIATE", 100, take_up_log);
    must(load(k, records));
    when = NULL;
    assert_true(taken_up > 0);
    assert_int_equal(pages_begun, 0);
    assert_true(view_eq(kit_dump(k), plain));
    assert_string_equal(kit_text(k, "PRAGMA journal_mode"), "wal");
    kit_sound(k);
}

static void begin_reading(void)
{
    assert_int_equal(sqlite3_open(meanwhile->config.path, &somebody), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(somebody, "BEGIN; SELECT count(*) FROM movies", NULL, NULL, NULL), SQLITE_OK);
}

/* At the first try, until after the third. */
static void read_for_a_while(void)
{
    if (times == 1)
        begin_reading();
    else if (times == 4)
        assert_int_equal(sqlite3_close(somebody), SQLITE_OK);
}

static void a_reader_is_waited_for(void **state)
{
    struct kit *k = *state;
    struct tmdb_write *records[MOVIES];
    random_records(k, records);
    struct view plain = plain_dump(k, records);
    must(store_begin_first_load(k->s, &k->e));
    write_all(k, records);
    expect_quickly(k, "COMMIT", 4, read_for_a_while);
    bool ok = store_end_first_load(k->s, true, &k->e);
    until_then();
    must(ok);
    assert_true(times >= 4);
    assert_true(view_eq(kit_dump(k), plain));
    kit_sound(k);
}

/* He does not end: nothing is loaded, and nothing is left. */
static void but_not_for_ever(void **state)
{
    struct kit *k = *state;
    struct tmdb_write *records[MOVIES];
    random_records(k, records);
    struct view plain = plain_dump(k, records);
    must(store_begin_first_load(k->s, &k->e));
    write_all(k, records);
    expect_quickly(k, "COMMIT", 1, begin_reading);
    bool ok = store_end_first_load(k->s, true, &k->e);
    until_then();
    must_fail(ok, ERR_LOCKED);
    assert_int_equal(sqlite3_close(somebody), SQLITE_OK);
    assert_int_equal(movies(k), 0);
    kit_open(k, STORE_WRITE);
    must(store_take_lease(k->s, "who comes next", 60, &k->e));
    must(load(k, records));
    assert_true(view_eq(kit_dump(k), plain));
    kit_sound(k);
}

/* Who waited for the commit reads when the log is to come back: then what follows is committed as
 * it comes. */
static void a_reader_may_keep_the_log_away(void **state)
{
    struct kit *k = *state;
    struct tmdb_write *records[MOVIES];
    random_records(k, records);
    struct view plain = plain_dump(k, records);
    must(store_begin_first_load(k->s, &k->e));
    must(aside_write(k, records, MOVIES - GROUP, false));
    expect_quickly(k, "PRAGMA journal_mode = WAL", 1, begin_reading);
    aside_settle(k);
    until_then();
    assert_non_null(somebody);
    assert_string_equal(kit_text(k, "PRAGMA journal_mode"), "delete");
    assert_int_equal(movies(k), MOVIES - GROUP);
    assert_int_equal(sqlite3_close(somebody), SQLITE_OK);
    must(aside_write(k, records + MOVIES - GROUP, GROUP, false));
    assert_int_equal(movies(k), MOVIES);
    must(store_end_first_load(k->s, true, &k->e));
    kit_open(k, STORE_WRITE);
    must(store_take_lease(k->s, "who comes next", 60, &k->e));
    assert_string_equal(kit_text(k, "PRAGMA journal_mode"), "wal");
    assert_true(view_eq(kit_dump(k), plain));
    kit_sound(k);
}

/* One list alone, whose tree fits its root page: neither the count of pages nor the free ones tell
 * that the file is another one. */
static void its_own_connection_sees_them_too(void **state)
{
    struct kit *k = *state;
    struct tmdb_write *records[MOVIES];
    random_records(k, records);
    k->config.path = kit_path(k, "wide.db");
    kit_sql(k, "PRAGMA page_size = 65536; CREATE TABLE theirs(x)");
    kit_open(k, STORE_CREATE);
    for (size_t i = 0; i < MOVIES; i++) {
        struct list_write *one = arena_take(&k->a, sizeof *one);
        *one = records[i]->lists[TMDB_LIST_watch_links];
        records[i]->lists = one;
        records[i]->list_n = 1;
    }
    must(store_begin_first_load(k->s, &k->e));
    must(aside_write(k, records, MOVIES, false));
    expect_quickly(k, "PRAGMA journal_mode = WAL", 1, begin_reading);
    aside_settle(k);
    until_then();
    assert_int_equal(pages_begun, 1);
    assert_int_equal(sqlite3_close(somebody), SQLITE_OK);
    int64_t own = 0;
    const char *sql = "SELECT count(*) FROM watch_links";
    assert_true(db_get_ints(k->s, sql, NO_CELLS, &own, 1, NULL, &k->e));
    assert_int_equal(own, kit_int(k, sql));
    assert_true(own > 30);
    must(store_end_first_load(k->s, true, &k->e));
    kit_sound(k);
}

/* It does not suit, and the log that was given up for it is not to be had back. */
static void without_either_nothing_is_gathered(void **state)
{
    struct kit *k = *state;
    struct tmdb_write *records[MOVIES];
    random_records(k, records);
    struct view plain = plain_dump(k, records);
    k->config.path = kit_path(k, "vacuum.db");
    kit_sql(k, "PRAGMA auto_vacuum = FULL; CREATE TABLE theirs(x)");
    kit_open(k, STORE_CREATE);
    must(store_begin_first_load(k->s, &k->e));
    expect_quickly(k, "PRAGMA journal_mode = WAL", 1, begin_reading);
    bool ok = aside_write(k, records, GROUP, false);
    until_then();
    assert_int_equal(sqlite3_close(somebody), SQLITE_OK);
    must_fail(ok, ERR_LOCKED);
    assert_false(sqlite_of(k->s)->gathering);
    write_all(k, records);
    assert_int_equal(movies(k), MOVIES);
    must(store_end_first_load(k->s, true, &k->e));
    assert_true(view_eq(kit_dump(k), plain));
    kit_sound(k);
}

/* ---- afterwards */

/* The connection itself, and any other, go on with what is there now. */
static void work_goes_on(void **state)
{
    struct kit *k = *state;
    struct tmdb_write *records[MOVIES];
    random_records(k, records);
    struct view plain = plain_dump(k, records);
    must(load(k, records));
    assert_string_equal(kit_text(k, "PRAGMA journal_mode"), "wal");
    assert_false(graft_is_on(sqlite_of(k->s)));
    assert_true(view_eq(kit_dump(k), plain));
    kit_sql(k, "CREATE TABLE theirs(x); INSERT INTO theirs SELECT zeroblob(300000);"
               "DELETE FROM credits WHERE tmdb_id % 2 = 0");
    kit_sound(k);
    kit_sql(k, "VACUUM");
    kit_sound(k);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        KIT_TEST(killed_at_any_moment),
        KIT_TEST(who_reads_sees_one_or_the_other),
        KIT_TEST(the_log_may_be_back),
        KIT_TEST(a_reader_is_waited_for),
        KIT_TEST(but_not_for_ever),
        KIT_TEST(a_reader_may_keep_the_log_away),
        KIT_TEST(its_own_connection_sees_them_too),
        KIT_TEST(without_either_nothing_is_gathered),
        KIT_TEST(work_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
