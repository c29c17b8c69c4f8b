/* A first load of TMDB records into the embedded database: transactions are gathered until they are
 * settled (store/sqlite/transaction.c). */
#include "aside_kit.h"

#include "store/sql.h"
#include "store/sqlite/checkpoint.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool is_settled(struct kit *k, bool now)
{
    bool settled = false;
    must(store_settle(k->s, now, &settled, &k->e));
    return settled;
}

struct step {
    struct kit *k;
    int64_t id;
    bool fails;
};

static bool write_one(void *payload, struct err *e)
{
    const struct step *s = payload;
    struct tmdb_write w = {
        .tmdb_id = s->id, .fetched_at = 1, .cells = {cell_int(s->id)}, .is_new = true};
    return store_write_tmdb(s->k->s, (const struct tmdb_write *[]){&w}, 1, e) &&
           (!s->fails || err_set(e, ERR_DATA, "it shall fail"));
}

static bool write_movie(struct kit *k, int64_t id, bool fails)
{
    return store_transact(k->s, write_one, &(struct step){k, id, fails}, &k->e);
}

static const char *ids(struct kit *k)
{
    return kit_text(k, "SELECT tmdb_id FROM tmdb_movies ORDER BY 1");
}

static void others_see_what_is_settled(void **state)
{
    struct kit *k = *state;
    must(write_movie(k, 1, false));
    assert_string_equal(ids(k), "1");
    kit_sql(k, "DELETE FROM tmdb_movies");
    must(store_begin_first_load(k->s, &k->e));
    must(write_movie(k, 2, false));
    must(write_movie(k, 3, false));
    assert_false(is_settled(k, false));
    assert_string_equal(ids(k), "");
    assert_true(is_settled(k, true));
    assert_string_equal(ids(k), "2; 3");
    assert_true(is_settled(k, false)); /* nothing is open */
    must(write_movie(k, 4, false));
    must(store_end_first_load(k->s, true, &k->e));
    assert_string_equal(ids(k), "2; 3; 4");
    must(write_movie(k, 5, false));
    assert_string_equal(ids(k), "2; 3; 4; 5");
    kit_sound(k);
}

static void one_that_fails_takes_back_itself(void **state)
{
    struct kit *k = *state;
    must(store_begin_first_load(k->s, &k->e));
    must(write_movie(k, 1, false));
    must_fail(write_movie(k, 2, true), ERR_DATA);
    must(write_movie(k, 3, false));
    assert_true(is_settled(k, true));
    must_fail(write_movie(k, 4, true), ERR_DATA);
    must(store_end_first_load(k->s, true, &k->e));
    assert_string_equal(ids(k), "1; 3");
    kit_sound(k);
}

/* Who is stopped makes no indexes, but what he writes at the end (that he was stopped) is to
 * stay. */
static void an_end_in_a_hurry_gathers_no_more(void **state)
{
    struct kit *k = *state;
    static const char index[] =
        "SELECT count(*) FROM sqlite_schema WHERE name = 'ix_credits_person_id'";
    must(store_begin_first_load(k->s, &k->e));
    must(write_movie(k, 1, false));
    must(store_end_first_load(k->s, false, &k->e));
    assert_string_equal(ids(k), "1");
    assert_int_equal(kit_int(k, index), 0);
    must(write_movie(k, 2, false));
    assert_string_equal(ids(k), "1; 2");
    kit_open(k, STORE_WRITE);
    must(store_take_lease(k->s, "who goes on", 60, &k->e));
    assert_int_equal(kit_int(k, index), 1);
    kit_sound(k);
}

static void it_is_time_after_some_seconds(void **state)
{
    struct kit *k = *state;
    must(store_begin_first_load(k->s, &k->e));
    must(write_movie(k, 1, false));
    assert_false(is_settled(k, false));
    kit_clock(100000, 0); /* the machine has been on for a while */
    bool settled = is_settled(k, false);
    kit_clock(1, 0);
    assert_true(settled);
    assert_string_equal(ids(k), "1");
}

/* Writing what waits may take longer than it lasts; who waits for his turn meanwhile is refused as
 * before. */
static void the_lease_is_held_when_it_is_settled(void **state)
{
    struct kit *k = *state;
    struct store *mine = k->s, *other = NULL;
    kit_clock(1, 0);
    must(store_take_lease(mine, "who is at work", 60, &k->e));
    must(store_begin_first_load(mine, &k->e));
    must(write_movie(k, 1, false));
    kit_clock(1, 100);
    assert_true(is_settled(k, true));
    must(store_open(&k->config, STORE_WRITE, &other, &k->e));
    must_fail(store_take_lease(other, "who comes meanwhile", 60, &k->e), ERR_LOCKED);
    store_close(other);
    must(write_movie(k, 2, false));
    must(store_end_first_load(mine, true, &k->e));
    kit_clock(1, 0);
    assert_string_equal(ids(k), "1; 2");
}

/* Moved on with each transaction, it would be written twice within what is gathered: then SQLite
 * reads all of its log between the two again. */
static void the_lease_stays_where_it_is_until_then(void **state)
{
    struct kit *k = *state;
    int64_t taken = 0, gathered = 0;
    static const char ends[] = "SELECT expires_at FROM etl_locks";
    kit_clock(1, 0);
    must(store_take_lease(k->s, "who is at work", 60, &k->e));
    taken = kit_int(k, ends);
    must(store_begin_first_load(k->s, &k->e));
    kit_clock(1, 30);
    must(write_movie(k, 1, false));
    must(db_get_ints(k->s, ends, NO_CELLS, &gathered, 1, NULL, &k->e));
    assert_int_equal(gathered, taken);
    assert_true(is_settled(k, true));
    assert_true(kit_int(k, ends) >= taken + 30);
    must(store_end_first_load(k->s, true, &k->e));
    kit_clock(1, 0);
}

/* What comes after a load that was lost is not gathered any more: nothing moves its lease later. */
static void the_lease_moves_on_after_a_load_that_was_lost(void **state)
{
    struct kit *k = *state;
    int64_t taken = 0;
    bool settled = false;
    static const char ends[] = "SELECT expires_at FROM etl_locks";
    kit_clock(1, 0);
    must(store_take_lease(k->s, "who is at work", 60, &k->e));
    taken = kit_int(k, ends);
    must(store_begin_first_load(k->s, &k->e));
    must(write_movie(k, 1, false));
    kit_arm(SYS_WRITE, 1, ENOSPC);
    bool ok = store_settle(k->s, true, &settled, &k->e);
    kit_disarm();
    must_fail(ok, ERR_DISK);
    must_fail(store_end_first_load(k->s, true, &k->e), ERR_STORE);
    kit_clock(1, 30);
    must(write_movie(k, 2, false));
    assert_true(kit_int(k, ends) >= taken + 30);
    kit_clock(1, 0);
}

static void what_was_not_settled_is_gone_with_the_process(void **state)
{
    struct kit *k = *state;
    must(store_begin_first_load(k->s, &k->e));
    must(write_movie(k, 1, false));
    assert_true(is_settled(k, true));
    must(write_movie(k, 2, false));
    kit_close(k);
    assert_string_equal(ids(k), "1");
    kit_open(k, STORE_WRITE);
    must(store_take_lease(k->s, "who goes on", 60, &k->e));
    assert_int_equal(kit_int(k, "SELECT count(*) FROM sqlite_schema WHERE name ="
                                " 'ix_credits_person_id'"),
        1);
    kit_sound(k);
}

enum { LONG_MOVIES = 8000, LONG = 9000 };

struct long_group {
    struct kit *k;
    char letter;
    bool fails;
};

/* All movies with overviews of a letter; what it takes to go back is more than stays in memory, and
 * the file it is in cannot be read. */
static bool write_long(void *payload, struct err *e)
{
    const struct long_group *g = payload;
    struct arena *a = &g->k->a;
    struct tmdb_write *w = arena_take_array(a, LONG_MOVIES, sizeof *w);
    const struct tmdb_write **all = arena_take_array(a, LONG_MOVIES, sizeof *all);
    char *text = arena_take(a, LONG);
    memset(text, g->letter, LONG);
    for (int64_t i = 0; i < LONG_MOVIES; i++) {
        w[i] = (struct tmdb_write){.tmdb_id = i + 1, .fetched_at = 1, .is_new = !g->fails};
        w[i].cells[TMDB_tmdb_id] = cell_int(i + 1);
        w[i].cells[TMDB_overview] = cell_text((struct view){text, LONG});
        all[i] = &w[i];
    }
    if (!store_write_tmdb(g->k->s, all, LONG_MOVIES, e))
        return false;
    if (g->fails)
        kit_arm(SYS_READ, 1, EIO);
    return !g->fails || err_set(e, ERR_DATA, "it shall fail");
}

/* Half a transaction is never committed with the others. */
static void one_that_cannot_be_taken_back_takes_all(void **state)
{
    struct kit *k = *state;
    bool settled = false;
    must(store_begin_first_load(k->s, &k->e));
    must(store_transact(k->s, write_long, &(struct long_group){k, 'a', false}, &k->e));
    must_fail(
        store_transact(k->s, write_long, &(struct long_group){k, 'b', true}, &k->e), ERR_DATA);
    bool was_read = kit_fault.calls > 0;
    kit_disarm();
    assert_true(was_read);
    must_fail(store_settle(k->s, true, &settled, &k->e), ERR_STORE);
    assert_says("taken back");
    must_fail(store_end_first_load(k->s, true, &k->e), ERR_STORE);
    assert_string_equal(ids(k), "");
    kit_sound(k);
}

static bool has_log_in_it(struct kit *k)
{
    struct stat st;
    return stat(kit_path(k, "movies.db"), &st) == 0 && st.st_size > LONG_MOVIES * LONG;
}

enum { FEW = 1000 }; /* pages of a log that began anew */

static long pages_in_log(struct kit *k)
{
    const char *found = kit_text(k, "PRAGMA wal_checkpoint"); /* busy|pages|... */
    return strtol(strchr(found, '|') + 1, NULL, 10);
}

/* Else the log would not begin anew, and hold all of the load in the end. */
static void a_long_log_is_in_the_database_before_more_is_gathered(void **state)
{
    struct kit *k = *state;
    sqlite3 *other = aside_watch(k); /* so that there is a log */
    must(store_begin_first_load(k->s, &k->e));
    must(store_transact(k->s, write_long, &(struct long_group){k, 'a', false}, &k->e));
    assert_true(is_settled(k, true));
    must(write_movie(k, LONG_MOVIES + 1, false));
    assert_true(has_log_in_it(k));
    assert_true(is_settled(k, true));
    assert_in_range(pages_in_log(k), 1, FEW);
    must(store_end_first_load(k->s, true, &k->e));
    assert_int_equal(kit_int(k, "SELECT count(*) FROM tmdb_movies"), LONG_MOVIES + 1);
    sqlite3_close(other);
    kit_sound(k);
}

/* When all of the log is in the database, this gets its size: that fails, and the log stays. The
 * next transaction waits for who tried it, and writes behind what is there. */
static void a_log_that_cannot_be_taken_over_stays(void **state)
{
    struct kit *k = *state;
    sqlite3 *other = aside_watch(k); /* so that there is a log */
    must(store_begin_first_load(k->s, &k->e));
    must(store_transact(k->s, write_long, &(struct long_group){k, 'a', false}, &k->e));
    kit_arm(SYS_TRUNCATE, 1, EIO);
    bool settled = is_settled(k, true), written = write_movie(k, LONG_MOVIES + 1, false),
         was_tried = kit_fault.calls > 0;
    kit_disarm();
    assert_true(settled && written);
    assert_true(was_tried);
    assert_true(is_settled(k, true));
    checkpoint_join(sqlite_of(k->s)); /* the next one, which would say that it is busy */
    assert_true(pages_in_log(k) > FEW);
    kit_open(k, STORE_WRITE);
    assert_int_equal(kit_int(k, "SELECT count(*) FROM tmdb_movies"), LONG_MOVIES + 1);
    sqlite3_close(other);
    kit_sound(k);
}

/* Nobody may take a load for settled whose commit failed, however often he asks. */
static void a_commit_that_fails_is_never_settled(void **state)
{
    struct kit *k = *state;
    bool settled = false;
    must(store_begin_first_load(k->s, &k->e));
    must(write_movie(k, 1, false));
    assert_true(is_settled(k, true));
    must(write_movie(k, 2, false));
    kit_arm(SYS_WRITE, 1, ENOSPC);
    bool ok = store_settle(k->s, true, &settled, &k->e);
    kit_disarm();
    must_fail(ok, ERR_DISK);
    for (int now = 1; now >= 0; now--) {
        must_fail(store_settle(k->s, now != 0, &settled, &k->e), ERR_STORE);
        assert_says("taken back");
    }
    must_fail(write_movie(k, 3, false), ERR_STORE);
    must_fail(store_end_first_load(k->s, true, &k->e), ERR_STORE);
    kit_close(k);
    assert_string_equal(ids(k), "1");
    kit_sound(k);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        KIT_TEST(others_see_what_is_settled),
        KIT_TEST(one_that_fails_takes_back_itself),
        KIT_TEST(an_end_in_a_hurry_gathers_no_more),
        KIT_TEST(it_is_time_after_some_seconds),
        KIT_TEST(the_lease_is_held_when_it_is_settled),
        KIT_TEST(the_lease_stays_where_it_is_until_then),
        KIT_TEST(the_lease_moves_on_after_a_load_that_was_lost),
        KIT_TEST(what_was_not_settled_is_gone_with_the_process),
        KIT_TEST(one_that_cannot_be_taken_back_takes_all),
        KIT_TEST(a_long_log_is_in_the_database_before_more_is_gathered),
        KIT_TEST(a_log_that_cannot_be_taken_over_stays),
        KIT_TEST(a_commit_that_fails_is_never_settled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
