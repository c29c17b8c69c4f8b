/* A database that is built beside its name: nobody else's file is touched. */
#include "build_kit.h"

#include "base/file.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

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
    build_load(k, UINT64_MAX);
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
    build_load(k, UINT64_MAX);
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
    struct ml_source s = build_begin(RATINGS, UINT64_MAX);
    build_source.g.fail_at = RATINGS / 2;
    assert_false(store_load_movielens(k->s, &s, &r, &k->e));
    generated_done(&build_source.g);
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
    build_load(k, UINT64_MAX);
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
    build_load(k, UINT64_MAX);
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
    build_load(k, UINT64_MAX);
    assert_string_equal(kit_text(k, "PRAGMA application_id"), "0");
    kit_close(k);
    k->config.path = path;
    assert_int_equal(rename(kit_path(k, "other.db"), beside), 0);
    kit_refused(k, STORE_BUILD, ERR_REFUSED);
    kit_open(k, STORE_CREATE);
    kit_close(k);
    kit_open(k, STORE_BUILD);
    struct ml_source s = build_begin(RATINGS, UINT64_MAX);
    must_fail(store_load_movielens(k->s, &s, &r, &k->e), ERR_REFUSED);
    generated_done(&build_source.g);
    kit_close(k);
    k->config.path = beside;
    assert_string_equal(kit_text(k, "SELECT count(*) FROM ratings"), "60000");
    k->config.path = path;
    assert_int_equal(unlink(beside), 0);
    /* behind the back of a process that has it open: only refused */
    assert_int_equal(link(path, beside), 0);
    kit_open(k, STORE_CREATE);
    struct ml_source again = build_begin(RATINGS, UINT64_MAX);
    must_fail(store_load_movielens(k->s, &again, &r, &k->e), ERR_REFUSED);
    generated_done(&build_source.g);
    assert_true(file_exists(beside));
}

/* The user's own mark in the header stays, also when ratings are loaded; ours goes where a kill
 * left it. */
static void marks_in_the_header(void **state)
{
    struct kit *k = *state;
    kit_open(k, STORE_CREATE);
    kit_sql(k, "PRAGMA application_id = 77");
    build_load(k, UINT64_MAX);
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
    build_load(k, UINT64_MAX);
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
    struct ml_source s = build_begin(RATINGS, UINT64_MAX);
    must_fail(store_load_movielens(k->s, &s, &r, &k->e), ERR_DISK);
    generated_done(&build_source.g);
    assert_says("movies.db");
    kit_close(k);
    assert_string_equal(kit_text(k, "SELECT name FROM sqlite_schema"), "theirs");
    assert_false(file_exists(kit_path(k, "movies.db.new")));
}

/* ---- a failure while the index of ratings is being written */

static bool fail_to_link(void *payload, struct ml_row *rows, size_t n, bool whole, struct err *e)
{
    (void)whole;
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
    struct ml_source s = build_begin(RATINGS, UINT64_MAX);
    s.link = fail_to_link;
    must_fail(store_load_movielens(k->s, &s, &r, &k->e), ERR_FAILED);
    generated_done(&build_source.g);
    kit_close(k);
    assert_false(file_exists(k->config.path) || file_exists(kit_path(k, "movies.db.new")));
    kit_open(k, STORE_BUILD);
    build_load(k, UINT64_MAX);
    assert_string_equal(kit_text(k, "SELECT count(*) FROM ratings"), "60000");
}

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
        BUILD_TEST(what_fails_beside_the_index_ends_the_load),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
