/* Several users of one file, and transactions. */
#include "kit.h"

#include "store/sql.h"

#include <sqlite3.h>

static void a_busy_database_is_waited_for(void **state)
{
    struct kit *k = *state;
    sqlite3 *other;
    assert_int_equal(sqlite3_open(k->config.path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    kit_clock(1000, 0);
    int64_t start = sys_mono_ms();
    must_fail(store_begin(k->s, &k->e), ERR_LOCKED);
    assert_true(k->e.transient);
    assert_true(sys_mono_ms() - start >=
                20000); /* of the fast clock: 30 seconds less what SQLite rounds off */
    kit_disarm();
    assert_int_equal(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    must(store_begin(k->s, &k->e));
    must(store_commit(k->s, &k->e));
    assert_int_equal(sqlite3_close(other), SQLITE_OK);
}

static void readers_do_not_wait_for_the_writer(void **state)
{
    struct kit *k = *state;
    struct store *writer = k->s;
    int64_t day;
    bool exists;
    must(store_begin(writer, &k->e));
    must(store_set_cursor(writer, "c", 5, 1, &k->e));
    k->s = NULL;
    kit_open(k, STORE_READ);
    must(store_get_cursor(k->s, "c", &day, &exists, &k->e));
    assert_false(exists);
    must(store_commit(writer, &k->e));
    must(store_get_cursor(k->s, "c", &day, &exists, &k->e));
    assert_true(exists);
    store_close(writer);
}

static void connections_are_set_up(void **state)
{
    struct kit *k = *state;
    assert_string_equal(kit_text(k, "PRAGMA journal_mode"), "wal");
    assert_string_equal(kit_text(k, "PRAGMA page_size"), "8192");
    must(store_begin(k->s, &k->e));
    must_fail(
        db_exec(k->s, "INSERT INTO {movie_genres} VALUES (1, 1, 1, 1)", NO_CELLS, NULL, &k->e),
        ERR_STORE);
    assert_says("FOREIGN KEY");
    must_fail(db_exec(k->s, "INSERT INTO {movies} (id, year, rating_count) VALUES (1, 'x', 0)",
                  NO_CELLS, NULL, &k->e),
        ERR_STORE); /* STRICT */
    store_rollback(k->s);
    k->config.foreign_keys = false;
    k->config.path = kit_path(k, "without.db");
    kit_open(k, STORE_CREATE);
    must(store_begin(k->s, &k->e));
    must(db_exec(k->s, "INSERT INTO {movie_genres} VALUES (1, 1, 1, 1)", NO_CELLS, NULL, &k->e));
    must(store_commit(k->s, &k->e));
}

static void transactions_are_guarded(void **state)
{
    struct kit *k = *state;
    struct change c = {.tmdb_id = 1, .section = "movie", .kind = "added"};
    must_fail(store_set_cursor(k->s, "c", 1, 1, &k->e), ERR_BUG);
    must_fail(store_add_changes(k->s, 1, &c, 1, 1, &k->e), ERR_BUG);
    must_fail(store_commit(k->s, &k->e), ERR_BUG);
    must(store_begin(k->s, &k->e));
    must_fail(store_begin(k->s, &k->e), ERR_BUG);
    must(store_set_cursor(k->s, "c", 1, 1, &k->e));
    store_rollback(k->s);
    store_rollback(k->s);
    assert_int_equal(kit_int(k, "SELECT count(*) FROM etl_cursors"), 0);
    must(store_begin(k->s, &k->e));
    must(store_set_cursor(k->s, "c", 1, 1, &k->e));
    kit_close(k); /* closing does not commit */
    assert_int_equal(kit_int(k, "SELECT count(*) FROM etl_cursors"), 0);
    store_close(NULL);
}

struct twice {
    struct kit *k;
    int calls;
    bool fails;
};

static bool set_a_cursor(void *payload, struct err *e)
{
    struct twice *t = payload;
    t->calls++;
    return store_set_cursor(t->k->s, "c", t->calls, 1, e) &&
           (!t->fails || err_set(e, ERR_DATA, "no"));
}

static void transactions_around_work(void **state)
{
    struct kit *k = *state;
    struct twice t = {k, 0, true};
    must_fail(store_transact(k->s, set_a_cursor, &t, &k->e), ERR_DATA);
    assert_int_equal(t.calls, 1); /* not a passing trouble */
    assert_int_equal(kit_int(k, "SELECT count(*) FROM etl_cursors"), 0);
    t.fails = false;
    must(store_transact(k->s, set_a_cursor, &t, &k->e));
    assert_string_equal(kit_text(k, "SELECT day FROM etl_cursors"), "1970-01-03");
}

static bool ask_again(void *payload, const struct tmdb_known *known, struct err *e)
{
    (void)known;
    return store_each_tmdb_id(payload, ask_again, payload, e);
}

static void queries_do_not_nest(void **state)
{
    struct kit *k = *state;
    kit_sql(k, "INSERT INTO tmdb_movies(tmdb_id, fetched_at) VALUES (1, 1)");
    must_fail(store_each_tmdb_id(k->s, ask_again, k->s, &k->e), ERR_BUG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(a_busy_database_is_waited_for),
        KIT_TEST(readers_do_not_wait_for_the_writer),
        KIT_TEST(connections_are_set_up),
        KIT_TEST(transactions_are_guarded),
        KIT_TEST(transactions_around_work),
        KIT_TEST(queries_do_not_nest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
