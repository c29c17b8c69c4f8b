/* Opening: modes, errors, foreign tables. */
#include "kit.h"

#include "store/engine.h"
#include "store/sql.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static bool is_file(struct kit *k, const char *name)
{
    struct stat st;
    return stat(kit_path(k, name), &st) == 0;
}

static void put_file(struct kit *k, const char *name, const char *text)
{
    FILE *f = fopen(kit_path(k, name), "w");
    assert_non_null(f);
    assert_int_equal(fputs(text, f) >= 0, 1);
    assert_int_equal(fclose(f), 0);
}

static void only_create_makes_a_file(void **state)
{
    struct kit *k = *state;
    kit_refused(k, STORE_READ, ERR_NO_DATABASE);
    assert_says("movies.db");
    kit_refused(k, STORE_WRITE, ERR_NO_DATABASE);
    assert_false(is_file(k, "movies.db"));
    kit_open(k, STORE_CREATE);
    assert_string_equal(store_name(k->s), arena_print(&k->a, "sqlite %s", k->config.path).p);
    kit_open(k, STORE_READ);
    kit_open(k, STORE_WRITE);
    kit_open(k, STORE_CREATE);
    kit_sound(k);
}

static void only_create_makes_folders(void **state)
{
    struct kit *k = *state;
    k->config.path = kit_path(k, "a/b/movies.db");
    kit_refused(k, STORE_READ, ERR_NO_DATABASE);
    kit_refused(k, STORE_WRITE, ERR_NO_DATABASE);
    assert_false(is_file(k, "a"));
    kit_open(k, STORE_CREATE);
    assert_true(is_file(k, "a/b/movies.db"));
}

static void relative_paths_become_absolute(void **state)
{
    struct kit *k = *state;
    char here[4096];
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(k->dir), 0);
    k->config.path = "rel.db";
    kit_open(k, STORE_CREATE);
    assert_int_equal(chdir(here), 0);
    assert_string_equal(store_name(k->s), arena_print(&k->a, "sqlite %s/rel.db", k->dir).p);
    assert_true(is_file(k, "rel.db"));
}

/* Names that mean something else to SQLite are plain files to us. */
static void special_names_are_files(void **state)
{
    struct kit *k = *state;
    static const char *const names[] = {":memory:", "file:x?mode=memory", "a b.db", "%41.db"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        k->config.path = kit_path(k, names[i]);
        kit_open(k, STORE_CREATE);
        kit_close(k);
        assert_true(is_file(k, names[i]));
    }
    k->config.path = kit_path(k, "");
    kit_refused(k, STORE_CREATE, ERR_CONFIG);
}

static void an_empty_file_is_no_database(void **state)
{
    struct kit *k = *state;
    put_file(k, "movies.db", "");
    kit_refused(k, STORE_WRITE, ERR_NO_DATABASE);
    kit_refused(k, STORE_READ, ERR_NO_DATABASE);
    kit_open(k, STORE_CREATE);
}

static void other_files_are_refused(void **state)
{
    struct kit *k = *state;
    put_file(k, "movies.db",
        "movieId,title,genres\n1,Toy Story (1995),Adventure\n and so on, longer than a header is");
    for (int mode = STORE_READ; mode <= STORE_CREATE; mode++) {
        kit_refused(k, (enum store_mode)mode, ERR_STORE);
        assert_says("not a database");
        assert_non_null(strstr(err_hint_of(&k->e), "no SQLite database"));
    }
    k->config.path = k->dir;
    kit_refused(k, STORE_CREATE, ERR_STORE);
    assert_says("is a folder");
    k->config.path = kit_path(k, "movies.db/x.db");
    kit_refused(k, STORE_WRITE, ERR_STORE);
    kit_refused(k, STORE_CREATE, ERR_DISK);
}

static void a_server_is_not_in_this_program(void **state)
{
    struct kit *k = *state;
    k->config.host = "db1";
    kit_refused(k, STORE_CREATE, ERR_CONFIG);
    k->config.host = NULL;
    k->config.prefix = "a\"b";
    kit_refused(k, STORE_CREATE, ERR_CONFIG);
    k->config.prefix = "seventeen_letters";
    kit_refused(k, STORE_CREATE, ERR_CONFIG);
}

/* Everything past the header overwritten: found while reading, with a way out in the hint. */
static void damage_is_called_damage(void **state)
{
    struct kit *k = *state;
    char junk[4096];
    kit_open(k, STORE_CREATE);
    kit_close(k);
    memset(junk, 0x5a, sizeof junk);
    FILE *f = fopen(k->config.path, "r+");
    assert_non_null(f);
    assert_int_equal(fseek(f, 100, SEEK_SET), 0);
    for (int i = 0; i < 200; i++)
        assert_int_equal(fwrite(junk, 1, sizeof junk, f), sizeof junk);
    assert_int_equal(fclose(f), 0);
    kit_refused(k, STORE_WRITE, ERR_STORE);
    assert_non_null(strstr(err_hint_of(&k->e), "damaged"));
}

/* As a user who may not write; root may, so a child becomes somebody else. */
static int as_nobody(struct kit *k, enum store_mode mode, const char *says)
{
    pid_t pid = fork();
    if (pid == 0) {
        struct store *s;
        if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
            _exit(10);
        bool opened = store_open(&k->config, mode, &s, &k->e);
        if (opened)
            store_close(s);
        _exit(says == NULL                                   ? (opened ? 0 : 1)
              : opened                                       ? 2
              : strstr(k->e.text, says) == NULL              ? 3
              : k->e.kind != ERR_STORE                       ? 4
              : strstr(err_hint_of(&k->e), "folder") == NULL ? 5
                                                             : 0);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void places_without_rights_are_named(void **state)
{
    struct kit *k = *state;
    assert_int_equal(chmod(k->dir, 0755), 0);
    assert_int_equal(as_nobody(k, STORE_CREATE, "movies.db"), 0); /* the folder cannot be written */
    assert_false(is_file(k, "movies.db"));
    kit_open(k, STORE_CREATE);
    kit_close(k);
    assert_int_equal(chmod(k->config.path, 0444), 0);
    assert_int_equal(as_nobody(k, STORE_WRITE, "movies.db"), 0);
    assert_int_equal(chmod(k->config.path, 0000), 0);
    assert_int_equal(as_nobody(k, STORE_READ, "movies.db"), 0);
}

/* In a folder that may be written: SQLite opens such a file for reading without a word. */
static void files_without_rights_can_be_read(void **state)
{
    struct kit *k = *state;
    kit_open(k, STORE_CREATE);
    kit_close(k);
    kit_sql(k, "PRAGMA journal_mode = DELETE");
    assert_int_equal(chmod(k->dir, 0777), 0);
    assert_int_equal(chmod(k->config.path, 0444), 0);
    assert_int_equal(as_nobody(k, STORE_READ, NULL), 0);
    assert_int_equal(as_nobody(k, STORE_WRITE, "cannot be written"), 0);
    assert_int_equal(as_nobody(k, STORE_CREATE, "cannot be written"), 0);
}

static void reading_writes_nothing(void **state)
{
    struct kit *k = *state;
    int64_t run;
    kit_open(k, STORE_READ);
    must_fail(store_begin(k->s, &k->e), ERR_BUG);
    must_fail(store_begin_run(k->s, "x", 1, &run, &k->e), ERR_BUG);
    must_fail(store_take_lease(k->s, "me", 10, &k->e), ERR_BUG);
    must_fail(store_set_cursor(k->s, "c", 1, 1, &k->e), ERR_BUG);
    /* Nor would the engine. */
    must_fail(k->s->engine->exec(k->s, "DELETE FROM genres", NO_CELLS, NULL, &k->e), ERR_STORE);
}

/* ---- tables that are not ours */

static void foreign(struct kit *k, const char *sql, const char *says)
{
    const char *path = k->config.path;
    k->config.path = kit_path(k, "foreign.db");
    kit_sql(k, sql);
    for (int mode = STORE_READ; mode <= STORE_CREATE; mode++) {
        kit_refused(k, (enum store_mode)mode, ERR_FOREIGN);
        assert_says(says);
    }
    assert_int_equal(
        kit_int(k, "SELECT count(*) FROM sqlite_schema WHERE name NOT LIKE 'sqlite%'"), 1);
    assert_string_equal(kit_text(k, "PRAGMA journal_mode"), "delete");
    assert_int_equal(unlink(k->config.path), 0);
    k->config.path = path;
}

static void foreign_tables_stop_everything(void **state)
{
    struct kit *k = *state;
    foreign(k, "CREATE TABLE movies(x)", "table 'movies'");
    foreign(k, "CREATE TABLE Ratings(x)", "table 'ratings'");
    foreign(k, "CREATE VIEW people AS SELECT 1", "view 'people'");
    foreign(k, "CREATE TABLE movie_details(x)", "table 'movie_details'");
    foreign(k, "CREATE TABLE etl_tables(x)", "table 'etl_tables'");
    foreign(k, "CREATE VIEW etl_tables AS SELECT 1 AS name", "view 'etl_tables'");
    kit_sql(k, "CREATE TABLE mine(a); CREATE INDEX ix_movies_title ON mine(a)");
    kit_refused(k, STORE_CREATE, ERR_FOREIGN);
    assert_says("ix_movies_title");
}

/* A table that came later, under a name of ours that the registry does not list. */
static void foreign_tables_are_seen_later_too(void **state)
{
    struct kit *k = *state;
    kit_close(k);
    kit_sql(k,
        "DROP TABLE videos; DELETE FROM etl_tables WHERE name = 'videos'; CREATE TABLE videos(x)");
    kit_refused(k, STORE_WRITE, ERR_FOREIGN);
    assert_says("'videos'");
    assert_int_equal(kit_int(k, "SELECT count(*) FROM pragma_table_info('videos')"), 1);
}

static void prefixes_keep_databases_apart(void **state)
{
    struct kit *k = *state;
    bool exists;
    int64_t day;
    kit_sql(k, "CREATE TABLE movies(mine); INSERT INTO movies VALUES (7)");
    k->config.prefix = "a_";
    kit_open(k, STORE_CREATE);
    must(store_begin(k->s, &k->e));
    must(store_set_cursor(k->s, "c", 5, 1, &k->e));
    must(store_commit(k->s, &k->e));
    k->config.prefix = "b_";
    kit_refused(k, STORE_WRITE, ERR_NO_DATABASE);
    assert_says("b_");
    kit_open(k, STORE_CREATE);
    must(store_get_cursor(k->s, "c", &day, &exists, &k->e));
    assert_false(exists);
    k->config.prefix = "a_";
    kit_open(k, STORE_READ);
    must(store_get_cursor(k->s, "c", &day, &exists, &k->e));
    assert_true(exists);
    assert_int_equal(
        kit_int(k, "SELECT count(*) FROM sqlite_schema WHERE name NOT LIKE 'a\\_%' ESCAPE '\\'"
                   " AND name NOT LIKE 'b\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'"),
        1);
    assert_int_equal(kit_int(k, "SELECT mine FROM movies"), 7);
    assert_int_equal(kit_int(k, "SELECT count(*) FROM a_movie_details"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        KIT_EMPTY(only_create_makes_a_file),
        KIT_EMPTY(only_create_makes_folders),
        KIT_EMPTY(relative_paths_become_absolute),
        KIT_EMPTY(special_names_are_files),
        KIT_EMPTY(an_empty_file_is_no_database),
        KIT_EMPTY(other_files_are_refused),
        KIT_EMPTY(a_server_is_not_in_this_program),
        KIT_EMPTY(damage_is_called_damage),
        KIT_EMPTY(places_without_rights_are_named),
        KIT_EMPTY(files_without_rights_can_be_read),
        KIT_TEST(reading_writes_nothing),
        KIT_EMPTY(foreign_tables_stop_everything),
        KIT_TEST(foreign_tables_are_seen_later_too),
        KIT_EMPTY(prefixes_keep_databases_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
