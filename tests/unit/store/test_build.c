/* A database that is built beside its name, and the ways by which ratings get into one that exists:
 * whichever it is, the content is the same, and nobody else's file is touched. */
#include "kit.h"

#include "base/file.h"
#include "base/log.h"
#include "generated.h"
#include "store/sqlite/db.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { RATINGS = 60000 };

/* ---- what is said on the way */

static char said[2000];

static void take_line(void *payload, enum log_level level, const char *text)
{
    (void)payload;
    (void)level;
    (void)snprintf(said + strlen(said), sizeof said - strlen(said), "%s\n", text);
}

static void says(const char *text)
{
    if (strstr(said, text) == NULL)
        fail_msg("'%s' is not in '%s'", text, said);
}

/* ---- a source, perhaps out of order */

struct source {
    struct generated g;
    bool stop_behind;       /* when the last row was given, a stop is asked for */
    uint64_t disorder_from; /* from this row on, blocks are given backwards */
    int32_t users[GENERATED_BLOCK], movies[GENERATED_BLOCK];
    uint32_t numbers[GENERATED_BLOCK];
    uint8_t half_stars[GENERATED_BLOCK];
    int64_t times[GENERATED_BLOCK];
    uint64_t given;
};

static struct source source;

static bool give(void *payload, struct rating_block *ret, struct err *e)
{
    struct rating_block b;
    (void)payload;
    if (!generated_next(&source.g, &b, e))
        return false;
    *ret = b;
    source.given += b.n;
    if (b.n == 0 && source.stop_behind)
        sys_stop_set();
    if (source.given <= source.disorder_from)
        return true;
    for (size_t i = 0; i < b.n; i++) {
        size_t from = b.n - 1 - i;
        source.users[i] = b.user_id[from];
        source.movies[i] = b.movielens_id[from];
        source.numbers[i] = b.movie[from];
        source.half_stars[i] = b.half_stars[from];
        source.times[i] = b.rated_at[from];
    }
    *ret = (struct rating_block){
        source.users, source.movies, source.numbers, source.half_stars, source.times, b.n};
    return true;
}

/* The generator's callbacks take the generator; it is the first member. */
static struct ml_source begin_source(uint64_t ratings, uint64_t disorder_from)
{
    struct ml_source s;
    memset(&source, 0, sizeof source);
    generated_init(&source.g, ratings, 900, 5);
    source.g.tags = 30;
    source.disorder_from = disorder_from;
    s = generated_source(&source.g);
    s.ratings = give;
    said[0] = '\0';
    return s;
}

static void load(struct kit *k, uint64_t disorder_from)
{
    struct ml_source s = begin_source(RATINGS, disorder_from);
    struct ml_load_result r;
    must(store_load_movielens(k->s, &s, &r, &k->e));
    assert_int_equal(r.ratings, RATINGS);
    assert_int_equal(r.duplicate_ratings, 0);
    generated_done(&source.g);
    kit_sound(k);
}

/* What every way must end in. */
static const char *wanted(struct kit *k)
{
    return kit_text(
        k, "SELECT count(*), sum(user_id * 31 + movielens_id * rating + rated_at) FROM ratings");
}

static struct view built_dump(struct kit *k)
{
    kit_open(k, STORE_BUILD);
    load(k, UINT64_MAX);
    assert_string_equal(said, "");
    struct view dump = kit_dump(k);
    kit_close(k);
    return dump;
}

/* ---- building */

static void a_database_has_its_name_when_it_is_whole(void **state)
{
    struct kit *k = *state;
    const char *path = k->config.path, *beside = kit_path(k, "movies.db.new");
    kit_open(k, STORE_BUILD);
    assert_false(file_exists(path));
    assert_true(file_exists(beside));
    must(store_begin(k->s, &k->e));
    must(store_set_cursor(k->s, "c", 7, 1, &k->e));
    must(store_commit(k->s, &k->e));
    load(k, UINT64_MAX);
    assert_true(file_exists(path));
    assert_false(file_exists(beside));
    /* The same connection goes on, now with others. */
    assert_string_equal(kit_text(k, "PRAGMA journal_mode"), "wal");
    must(store_begin(k->s, &k->e));
    must(store_set_cursor(k->s, "c", 8, 1, &k->e));
    must(store_commit(k->s, &k->e));
    assert_string_equal(kit_text(k, "SELECT day FROM etl_cursors"), "1970-01-09");
    assert_string_equal(kit_text(k, "SELECT count(*) FROM ratings"), "60000");
    kit_close(k);
    kit_open(k, STORE_BUILD); /* it exists now */
    load(k, UINT64_MAX);
    kit_close(k);
    assert_false(file_exists(beside));
}

static void without_a_load_there_is_none(void **state)
{
    struct kit *k = *state;
    const char *path = k->config.path, *beside = kit_path(k, "movies.db.new");
    struct ml_load_result r;
    kit_open(k, STORE_BUILD);
    kit_close(k);
    assert_false(file_exists(path) || file_exists(beside));
    kit_open(k, STORE_BUILD);
    struct ml_source s = begin_source(RATINGS, UINT64_MAX);
    source.g.fail_at = RATINGS / 2;
    assert_false(store_load_movielens(k->s, &s, &r, &k->e));
    generated_done(&source.g);
    kit_refused(k, STORE_READ, ERR_NO_DATABASE);
    kit_close(k);
    assert_false(file_exists(path) || file_exists(beside));
}

static void only_one_builds(void **state)
{
    struct kit *k = *state;
    struct store *first;
    kit_open(k, STORE_BUILD);
    first = k->s;
    k->s = NULL;
    kit_refused(k, STORE_BUILD, ERR_LOCKED);
    assert_says("another movie-etl");
    k->s = first;
    load(k, UINT64_MAX);
}

static void put(const char *path, const char *bytes, size_t n)
{
    FILE *f = fopen(path, "w");
    assert_true(f != NULL && (n == 0 || fwrite(bytes, n, 1, f) == 1) && fclose(f) == 0);
}

static void what_a_kill_left_is_removed(void **state)
{
    struct kit *k = *state;
    const char *beside = kit_path(k, "movies.db.new");
    put(beside, "", 0);
    kit_open(k, STORE_BUILD);
    char half[4096]; /* as the build that is under way would leave it */
    FILE *f = fopen(beside, "r");
    assert_true(f != NULL && fread(half, sizeof half, 1, f) == 1 && fclose(f) == 0);
    kit_close(k);
    assert_false(file_exists(beside));
    put(beside, half, sizeof half);
    kit_open(k, STORE_BUILD);
    load(k, UINT64_MAX);
    kit_close(k);
    /* Killed after the new name and before the old one was taken away: two names of one file. */
    kit_sql(k, "PRAGMA application_id = 0x6d65746c");
    assert_int_equal(link(k->config.path, beside), 0);
    kit_open(k, STORE_READ); /* which does not look for it */
    assert_true(file_exists(beside));
    kit_close(k);
    kit_open(k, STORE_BUILD);
    assert_false(file_exists(beside));
    assert_string_equal(kit_text(k, "PRAGMA application_id"), "0");
    assert_string_equal(kit_text(k, "SELECT count(*) FROM ratings"), "60000");
}

/* A text, and a copy of the database, both of the name that the file beside would have. */
static void a_file_of_that_name_is_left_alone(void **state)
{
    struct kit *k = *state;
    const char *path = k->config.path, *beside = kit_path(k, "movies.db.new");
    struct ml_load_result r;
    put(beside, "my notes", 8);
    kit_refused(k, STORE_BUILD, ERR_REFUSED);
    assert_says("movies.db.new is in the way");
    k->config.path = kit_path(k, "other.db");
    kit_open(k, STORE_BUILD);
    load(k, UINT64_MAX);
    assert_string_equal(kit_text(k, "PRAGMA application_id"), "0");
    kit_close(k);
    k->config.path = path;
    assert_int_equal(rename(kit_path(k, "other.db"), beside), 0);
    kit_refused(k, STORE_BUILD, ERR_REFUSED);
    kit_open(k, STORE_CREATE);
    kit_close(k);
    kit_open(k, STORE_BUILD);
    struct ml_source s = begin_source(RATINGS, UINT64_MAX);
    must_fail(store_load_movielens(k->s, &s, &r, &k->e), ERR_REFUSED);
    generated_done(&source.g);
    kit_close(k);
    k->config.path = beside;
    assert_string_equal(kit_text(k, "SELECT count(*) FROM ratings"), "60000");
    k->config.path = path;
    assert_int_equal(unlink(beside), 0);
    /* behind the back of a process that has it open: only refused */
    assert_int_equal(link(path, beside), 0);
    kit_open(k, STORE_CREATE);
    struct ml_source again = begin_source(RATINGS, UINT64_MAX);
    must_fail(store_load_movielens(k->s, &again, &r, &k->e), ERR_REFUSED);
    generated_done(&source.g);
    assert_true(file_exists(beside));
}

/* The user's own mark in the header stays, also when ratings are loaded; ours goes where a kill
 * left it. */
static void marks_in_the_header(void **state)
{
    struct kit *k = *state;
    kit_open(k, STORE_CREATE);
    kit_sql(k, "PRAGMA application_id = 77");
    load(k, UINT64_MAX);
    kit_close(k);
    kit_open(k, STORE_BUILD);
    assert_string_equal(kit_text(k, "PRAGMA application_id"), "77");
    kit_sql(k, "PRAGMA application_id = 0x6d65746c");
    kit_close(k);
    kit_open(k, STORE_BUILD);
    assert_string_equal(kit_text(k, "PRAGMA application_id"), "0");
}

/* It is made where the link leads. */
static void a_link_that_leads_nowhere_yet(void **state)
{
    struct kit *k = *state;
    const char *to = kit_path(k, "elsewhere.db");
    assert_int_equal(symlink(to, k->config.path), 0);
    kit_open(k, STORE_BUILD);
    load(k, UINT64_MAX);
    kit_close(k);
    assert_true(file_is_plain(to));
    assert_false(file_is_plain(k->config.path));
    assert_string_equal(kit_text(k, "SELECT count(*) FROM ratings"), "60000");
}

static void a_database_that_came_meanwhile_stays(void **state)
{
    struct kit *k = *state;
    struct ml_load_result r;
    kit_open(k, STORE_BUILD);
    kit_sql(k, "CREATE TABLE theirs(a); INSERT INTO theirs VALUES (1)");
    struct ml_source s = begin_source(RATINGS, UINT64_MAX);
    must_fail(store_load_movielens(k->s, &s, &r, &k->e), ERR_DISK);
    generated_done(&source.g);
    assert_says("movies.db");
    kit_close(k);
    assert_string_equal(kit_text(k, "SELECT name FROM sqlite_schema"), "theirs");
    assert_false(file_exists(kit_path(k, "movies.db.new")));
}

/* ---- the ways */

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
        load(k, ways[i].disorder_from);
        if (ways[i].says == NULL)
            assert_string_equal(said, "");
        else
            says(ways[i].says);
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
            load(k, UINT64_MAX);
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
    struct ml_source s = begin_source(RATINGS / 3, UINT64_MAX);
    must(store_status(reader, &status, &k->e));
    assert_int_equal(status.ratings, RATINGS);
    must(store_load_movielens(k->s, &s, &r, &k->e));
    generated_done(&source.g);
    must(store_status(reader, &status, &k->e));
    assert_int_equal(status.ratings, RATINGS / 3);
    store_close(reader);
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
        struct ml_source s = begin_source(RATINGS, UINT64_MAX);
        s.ratings_bytes = sizes[i / 2];
        must_fail(store_load_movielens(k->s, &s, &r, &k->e), ERR_DISK);
        assert_int_equal(source.given, 0);
        assert_says("MB are free");
        generated_done(&source.g);
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
    struct ml_source s = begin_source(RATINGS, UINT64_MAX);
    /* twice 1.5 times that is free, three times is not */
    s.ratings_bytes = (uint64_t)free / 15 * 4;
    must(store_load_movielens(k->s, &s, &r, &k->e));
    generated_done(&source.g);
    says("no room for a file beside");
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
    struct ml_source s = begin_source(RATINGS, 0);
    source.stop_behind = true;
    must_fail(store_load_movielens(k->s, &s, &r, &k->e), ERR_INTERRUPTED);
    generated_done(&source.g);
    assert_says("cannot store the ratings");
    assert_string_equal(kit_text(k, "SELECT count(*) FROM movielens_movies"), "0");
    assert_false(file_exists(kit_path(k, "movies.db.new")));
}

static int set_up(void **state)
{
    static const struct log_sink sink = {.line = take_line};
    log_install(&sink);
    return kit_set_up_empty(state);
}

/* ---- tags out of order */

static struct sqlite *watched;

/* The last tag is of a user before all others. Behind it `said` gets the journal's mode: what is
 * kept to take back the rest would take memory that nobody has counted. */
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
    take_line(NULL, LOG_INFO, (const char *)sqlite3_column_text(st, 0));
    (void)sqlite3_finalize(st);
    return true;
}

static void late_tags_keep_no_journal(void **state)
{
    struct kit *k = *state;
    struct ml_load_result r;
    kit_open(k, STORE_BUILD);
    watched = sqlite_of(k->s);
    struct ml_source s = begin_source(100, UINT64_MAX);
    s.tag = give_late_tag;
    must(store_load_movielens(k->s, &s, &r, &k->e));
    generated_done(&source.g);
    says("tags are loaded through SQLite, which takes longer: they do not come in order");
    says("off");
    assert_int_equal(r.tags, 30);
    assert_string_equal(kit_text(k, "SELECT count(*) FROM tags WHERE user_id = 1"), "1");
    kit_sound(k);
}

/* ---- a failure while the index of ratings is being written */

static bool fail_to_link(void *payload, struct ml_row *rows, size_t n, struct err *e)
{
    (void)payload;
    (void)rows;
    (void)n;
    return err_set(e, ERR_FAILED, "no linking today");
}

static void what_fails_beside_the_index_ends_the_load(void **state)
{
    struct kit *k = *state;
    struct ml_load_result r;
    kit_open(k, STORE_BUILD);
    struct ml_source s = begin_source(RATINGS, UINT64_MAX);
    s.link = fail_to_link;
    must_fail(store_load_movielens(k->s, &s, &r, &k->e), ERR_FAILED);
    generated_done(&source.g);
    kit_close(k);
    assert_false(file_exists(k->config.path) || file_exists(kit_path(k, "movies.db.new")));
    kit_open(k, STORE_BUILD);
    load(k, UINT64_MAX);
    assert_string_equal(kit_text(k, "SELECT count(*) FROM ratings"), "60000");
}

static int tear_down(void **state)
{
    log_install(NULL);
    return kit_tear_down(state);
}

#define BUILD_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BUILD_TEST(a_database_has_its_name_when_it_is_whole),
        BUILD_TEST(without_a_load_there_is_none),
        BUILD_TEST(only_one_builds),
        BUILD_TEST(what_a_kill_left_is_removed),
        BUILD_TEST(a_file_of_that_name_is_left_alone),
        BUILD_TEST(marks_in_the_header),
        BUILD_TEST(a_link_that_leads_nowhere_yet),
        BUILD_TEST(a_database_that_came_meanwhile_stays),
        BUILD_TEST(every_way_ends_in_the_same),
        BUILD_TEST(entries_are_copied_where_definitions_agree),
        BUILD_TEST(a_reader_sees_the_old_until_the_end),
        BUILD_TEST(room_is_looked_for_first),
        BUILD_TEST(little_room_takes_the_other_way),
        BUILD_TEST(a_stop_is_heeded_beside),
        BUILD_TEST(late_tags_keep_no_journal),
        BUILD_TEST(what_fails_beside_the_index_ends_the_load),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
