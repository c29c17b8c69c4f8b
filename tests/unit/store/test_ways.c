/* The ways by which ratings and tags get into a database: whichever it is, the content is the
 * same. */
#include "build_kit.h"

#include "base/file.h"
#include "store/sql.h"
#include "store/sqlite/db.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What every way must end in. */
static const char *wanted(struct kit *k)
{
    return kit_text(
        k, "SELECT count(*), sum(user_id * 31 + movielens_id * rating + rated_at) FROM ratings");
}

static void every_way_ends_in_the_same(void **state)
{
    static const struct {
        enum store_mode mode;
        const char *before; /* through another connection, before the load */
        uint64_t disorder_from;
        const char *says; /* NULL: nothing */
    } ways[] = {
        {STORE_BUILD, NULL, 0, "do not come in order"},
        {STORE_BUILD, NULL, 30000, "do not come in order"},
        {STORE_CREATE, NULL, UINT64_MAX, NULL},
        {STORE_CREATE, NULL, 0, "do not come in order"},
        {STORE_CREATE, NULL, 50000, "do not come in order"},
        {STORE_CREATE, "PRAGMA journal_mode = DELETE; PRAGMA auto_vacuum = FULL; VACUUM",
            UINT64_MAX, NULL},
        {STORE_CREATE, "PRAGMA journal_mode = DELETE; PRAGMA page_size = 1024; VACUUM", UINT64_MAX,
            NULL},
        {STORE_CREATE, "CREATE INDEX theirs ON ratings (rated_at)", UINT64_MAX, NULL},
        {STORE_CREATE,
            "CREATE TABLE log(n); CREATE TRIGGER theirs AFTER INSERT ON ratings WHEN new.user_id = "
            "1"
            " BEGIN INSERT INTO log VALUES (1); END",
            UINT64_MAX, NULL},
        {STORE_CREATE, "ALTER TABLE ratings ADD COLUMN theirs INTEGER", UINT64_MAX,
            "not as this program makes them"},
    };
    struct kit *k = *state;
    struct view dump = built_dump(k);
    const char *want = wanted(k);
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        k->config.path = kit_path(k, arena_print(&k->a, "way-%zu.db", i).p);
        kit_open(k, ways[i].mode);
        if (ways[i].before != NULL) {
            kit_close(k);
            kit_sql(k, ways[i].before);
            kit_open(k, ways[i].mode);
        }
        build_load(k, ways[i].disorder_from);
        if (ways[i].says == NULL)
            assert_string_equal(build_said, "");
        else
            build_says(ways[i].says);
        assert_string_equal(wanted(k), want);
        assert_true(view_eq(kit_dump(k), dump));
        kit_close(k);
        assert_false(file_exists(arena_print(&k->a, "%s.new", k->config.path).p));
    }
}

/* ---- how SQLite takes over what lies beside */

/* Steps of SQLite's virtual machine that the taking over took. */
static int64_t steps_of_taking_over(struct kit *k)
{
    for (sqlite3_stmt *st = NULL; (st = sqlite3_next_stmt(sqlite_of(k->s)->db, st)) != NULL;)
        if (strstr(sqlite3_sql(st), "FROM side.") != NULL) {
            assert_int_equal(sqlite3_stmt_status(st, SQLITE_STMTSTATUS_SORT, 0), 0);
            return sqlite3_stmt_status(st, SQLITE_STMTSTATUS_VM_STEP, 1);
        }
    fail_msg("nothing was taken over");
    return 0;
}

/* Three for each entry: its record, into the other tree, the next one; two more for the table's
 * where the library was made with the pre-update hook. Taking rows apart, checking them and making
 * records takes nearly thirty a row. */
enum { MOST_STEPS_PER_ROW = 3 + 3 + 2 };

static bool copies_entries(struct kit *k)
{
    int64_t steps = steps_of_taking_over(k);
    assert_true(steps >= (int64_t)RATINGS * 3);
    return steps < (int64_t)RATINGS * MOST_STEPS_PER_ROW + 1000;
}

/* Its transfer optimization, on which the speed rests; what it does not cover is as right, and
 * takes longer. */
static void entries_are_copied_where_definitions_agree(void **state)
{
    static const struct {
        const char *before, *after; /* before our tables are there, and behind them */
        bool copies;
    } ways[] = {
        {NULL, NULL, true},
        {"PRAGMA encoding = 'UTF-16le'; CREATE TABLE theirs(a)", NULL, true},
        {"PRAGMA encoding = 'UTF-16be'; PRAGMA page_size = 512; CREATE TABLE theirs(a)", NULL,
            true},
        {NULL, "CREATE VIEW theirs AS SELECT * FROM ratings; CREATE INDEX mine ON movies (title)",
            true},
        {NULL, "CREATE TABLE theirs(a INTEGER, b INTEGER, FOREIGN KEY (a, b) REFERENCES ratings)",
            true},
        {NULL,
            "CREATE UNIQUE INDEX theirs ON ratings (rated_at, user_id, movielens_id) WHERE user_id "
            "> 7",
            false},
        {NULL,
            "CREATE TABLE n(a); CREATE TRIGGER theirs BEFORE INSERT ON ratings BEGIN INSERT INTO n "
            "VALUES (1); END",
            false},
        {NULL, "ALTER TABLE ratings ADD COLUMN theirs REAL AS (rating * 2)", false},
    };
    struct kit *k = *state;
    struct view dump = built_dump(k);
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        k->config.path = kit_path(k, arena_print(&k->a, "copied-%zu.db", i).p);
        if (ways[i].before != NULL)
            kit_sql(k, ways[i].before);
        kit_open(k, STORE_CREATE);
        kit_close(k);
        if (ways[i].after != NULL)
            kit_sql(k, ways[i].after);
        kit_open(k, STORE_CREATE);
        for (int times = 0; times < 2; times++) { /* the second time in the place of the first */
            build_load(k, UINT64_MAX);
            assert_int_equal(copies_entries(k), ways[i].copies);
            assert_true(view_eq(kit_dump(k), dump));
        }
        kit_close(k);
    }
}

/* Whoever reads sees nothing of it, and the log is not what they must wait for. */
static void a_reader_sees_the_old_until_the_end(void **state)
{
    struct kit *k = *state;
    (void)built_dump(k);
    kit_open(k, STORE_WRITE);
    struct store *reader;
    struct store_status status;
    struct ml_load_result r;
    must(store_open(&k->config, STORE_READ, &reader, &k->e));
    struct ml_source s = build_begin(RATINGS / 3, UINT64_MAX);
    must(store_status(reader, &status, &k->e));
    assert_int_equal(status.ratings, RATINGS);
    must(store_load_movielens(k->s, &s, &r, &k->e));
    generated_done(&build_source.g);
    must(store_status(reader, &status, &k->e));
    assert_int_equal(status.ratings, RATINGS / 3);
    store_close(reader);
    kit_sound(k);
}

/* ---- links */

/* Within the load: what is stored is there for whoever links it, and nobody else. */
struct linking {
    struct kit *k;
    int called;
    bool fails;
};
static struct linking *linking; /* by the load that is going on */

static bool link_what_is_stored(void *payload, struct err *e)
{
    struct linking *l = linking;
    struct kit *k = l->k;
    struct store *reader;
    struct store_status status;
    int64_t stored = 0;
    (void)payload;
    l->called++;
    must(db_get_ints(k->s, "SELECT count(*) FROM {ratings}", NO_CELLS, &stored, 1, NULL, &k->e));
    assert_int_equal(stored, RATINGS / 3);
    must(store_open(&k->config, STORE_READ, &reader, &k->e));
    must(store_status(reader, &status, &k->e));
    assert_int_equal(status.ratings, RATINGS);
    store_close(reader);
    must(db_exec(
        k->s, "UPDATE {movielens_movies} SET genres = 'linked'", NO_CELLS, NULL, &k->e));
    return !l->fails || err_set(e, ERR_DATA, "it cannot be linked");
}

static bool link_and_stay(
    void *payload, struct ml_row *rows, size_t n, bool whole, struct err *e)
{
    (void)payload;
    (void)rows;
    (void)whole;
    (void)n;
    (void)e;
    fail_msg("rows of a database that has its name do not wait");
    return false;
}

static void links_belong_to_the_load(void **state)
{
    struct kit *k = *state;
    struct ml_load_result r;
    struct linking l = {.k = k, .fails = true};
    struct view dump = built_dump(k);
    linking = &l;
    kit_open(k, STORE_WRITE);
    for (; l.called < 2; l.fails = false) {
        struct ml_source s = build_begin(RATINGS / 3, UINT64_MAX);
        s.link = link_and_stay;
        s.link_stored = link_what_is_stored;
        if (l.fails) {
            must_fail(store_load_movielens(k->s, &s, &r, &k->e), ERR_DATA);
            assert_says("it cannot be linked");
            assert_true(view_eq(kit_dump(k), dump));
        } else {
            must(store_load_movielens(k->s, &s, &r, &k->e));
            assert_true(r.linked);
        }
        generated_done(&build_source.g);
    }
    assert_string_equal(
        kit_text(k, "SELECT count(*) FROM movielens_movies WHERE genres <> 'linked'"), "0");
    kit_sound(k);
}

/* ---- disk */

static void room_is_looked_for_first(void **state)
{
    struct kit *k = *state;
    struct ml_load_result r;
    /* a zip may claim the last two */
    const uint64_t sizes[] = {(uint64_t)1 << 60, (uint64_t)1 << 63, UINT64_MAX - 1};
    for (int i = 0; i < 6; i++) {
        k->config.path = kit_path(k, i % 2 == 0 ? "built.db" : "created.db");
        kit_open(k, i % 2 == 0 ? STORE_BUILD : STORE_CREATE);
        struct ml_source s = build_begin(RATINGS, UINT64_MAX);
        s.ratings_bytes = sizes[i / 2];
        must_fail(store_load_movielens(k->s, &s, &r, &k->e), ERR_DISK);
        assert_int_equal(build_source.given, 0);
        assert_says("MB are free");
        generated_done(&build_source.g);
        kit_close(k);
    }
    assert_false(file_exists(kit_path(k, "built.db")));
}

/* Room for the way through the log, and not for the file beside. */
static void little_room_takes_the_other_way(void **state)
{
    struct kit *k = *state;
    int64_t free;
    struct ml_load_result r;
    struct view dump = built_dump(k);
    k->config.path = kit_path(k, "other.db");
    kit_open(k, STORE_CREATE);
    must(file_free_space(k->config.path, &free, &k->e));
    struct ml_source s = build_begin(RATINGS, UINT64_MAX);
    /* twice 1.5 times that is free, three times is not */
    s.ratings_bytes = (uint64_t)free / 15 * 4;
    must(store_load_movielens(k->s, &s, &r, &k->e));
    generated_done(&build_source.g);
    build_says("no room for a file beside");
    assert_true(view_eq(kit_dump(k), dump));
    kit_sound(k);
}

/* While the file beside is sorted already, not only when SQLite takes it over. The last test: a
 * stop is for good. */
static void a_stop_is_heeded_beside(void **state)
{
    struct kit *k = *state;
    struct ml_load_result r;
    kit_open(k, STORE_CREATE);
    struct ml_source s = build_begin(RATINGS, 0);
    build_source.stop_behind = true;
    must_fail(store_load_movielens(k->s, &s, &r, &k->e), ERR_INTERRUPTED);
    generated_done(&build_source.g);
    assert_says("cannot store the ratings");
    assert_string_equal(kit_text(k, "SELECT count(*) FROM movielens_movies"), "0");
    assert_false(file_exists(kit_path(k, "movies.db.new")));
}

/* ---- tags out of order */

static struct sqlite *watched;

/* The last tag is of a user before all others. Behind it build_said gets the journal's mode: what
 * is kept to take back the rest would take memory that nobody has counted. */
static bool give_late_tag(void *payload, struct ml_tag *ret, bool *ret_end, struct err *e)
{
    struct generated *g = payload;
    sqlite3_stmt *st = NULL;
    (void)e;
    *ret_end = g->tags_given == g->tags;
    if (!*ret_end) {
        g->tags_given++;
        int64_t user = g->tags_given == g->tags ? 1 : (int64_t)g->tags_given + 1;
        *ret = (struct ml_tag){user, 1, view_of("late"), 900000000};
        return true;
    }
    assert_int_equal(
        sqlite3_prepare_v2(watched->db, "PRAGMA journal_mode", -1, &st, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    build_note((const char *)sqlite3_column_text(st, 0));
    (void)sqlite3_finalize(st);
    return true;
}

static void late_tags_keep_no_journal(void **state)
{
    struct kit *k = *state;
    struct ml_load_result r;
    kit_open(k, STORE_BUILD);
    watched = sqlite_of(k->s);
    struct ml_source s = build_begin(100, UINT64_MAX);
    s.tag = give_late_tag;
    must(store_load_movielens(k->s, &s, &r, &k->e));
    generated_done(&build_source.g);
    build_says("tags are loaded through SQLite, which takes longer: they do not come in order");
    build_says("off");
    assert_int_equal(r.tags, 30);
    assert_string_equal(kit_text(k, "SELECT count(*) FROM tags WHERE user_id = 1"), "1");
    kit_sound(k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BUILD_TEST(every_way_ends_in_the_same),
        BUILD_TEST(entries_are_copied_where_definitions_agree),
        BUILD_TEST(a_reader_sees_the_old_until_the_end),
        BUILD_TEST(links_belong_to_the_load),
        BUILD_TEST(room_is_looked_for_first),
        BUILD_TEST(little_room_takes_the_other_way),
        BUILD_TEST(a_stop_is_heeded_beside),
        BUILD_TEST(late_tags_keep_no_journal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
