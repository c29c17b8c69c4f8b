/* Opening: modes, errors, foreign tables, and bringing the schema up to date. */
#include "kit.h"

#include "store/engine.h"
#include "store/migrate.h"

#include <errno.h>
#include <sqlite3.h>
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

/* ---- up to date */

/* Of everything in the database, with the columns of tables. */
static const char *names_of(struct kit *k)
{
    return kit_text(k,
        "SELECT s.type, s.name, (SELECT group_concat(name) FROM (SELECT name FROM"
        " pragma_table_info(s.name) ORDER BY name)) FROM sqlite_schema s ORDER BY 1, 2");
}

static void missing_things_are_added(void **state)
{
    struct kit *k = *state;
    static const char *const damage[] = {
        "DROP TABLE reviews",
        "DROP VIEW movie_details; ALTER TABLE tmdb_movies DROP COLUMN tagline",
        "ALTER TABLE people DROP COLUMN popularity",
        "DROP INDEX ix_movies_title",
        "DROP VIEW movie_ratings",
        "UPDATE etl_tables SET definition = 'older' WHERE name = 'movie_details'",
        "DELETE FROM genres WHERE genre_id = 3",
        "UPDATE genres SET name = 'Something' WHERE genre_id = 4",
    };
    kit_close(k);
    const char *names = names_of(k);
    for (size_t i = 0; i < sizeof damage / sizeof damage[0]; i++) {
        kit_sql(k, damage[i]);
        kit_refused(k, STORE_READ, ERR_STORE);
        assert_says("older movie-etl");
        kit_open(k, STORE_WRITE);
        kit_open(k, STORE_READ);
        kit_close(k);
        kit_sound(k);
        assert_string_equal(names_of(k), names);
        assert_int_equal(kit_int(k, "SELECT count(*) FROM genres WHERE name <> 'Something'"), 21);
        assert_int_equal(kit_int(k, "SELECT count(tagline) + 1 FROM tmdb_movies"), 1);
        assert_int_equal(kit_int(k, "SELECT count(popularity) + 1 FROM people"), 1);
    }
}

/* Who reads meanwhile is not refused, who wants to write makes nothing without the lease; whoever
 * gets that next makes what a first load that was cut off left to do. */
static void a_first_load_makes_its_indexes_at_the_end(void **state)
{
    struct kit *k = *state;
    static const char count[] =
        "SELECT count(*) FROM sqlite_schema WHERE name IN ('ix_people_name', "
        "'ix_credits_person_id', 'ix_watch_providers_country')";
    kit_open(k, STORE_WRITE);
    must(store_begin_first_load(k->s, &k->e));
    assert_int_equal(kit_int(k, count), 0);
    must(store_end_first_load(k->s, true, &k->e));
    assert_int_equal(kit_int(k, count), 3);
    must(store_take_lease(k->s, "who ends", 60, &k->e));
    must(store_begin_first_load(k->s, &k->e));
    kit_open(k, STORE_READ); /* as if the process had ended */
    assert_int_equal(kit_int(k, count), 0);
    kit_open(k, STORE_WRITE);
    must_fail(store_take_lease(k->s, "who comes too early", 60, &k->e), ERR_LOCKED);
    assert_int_equal(kit_int(k, count), 0);
    must(store_take_lease(k->s, "who ends", 60, &k->e));
    assert_int_equal(kit_int(k, count), 3);
    kit_sql(k, "INSERT INTO tmdb_movies(tmdb_id, fetched_at) VALUES (1, 1)");
    must(store_begin_first_load(k->s, &k->e)); /* not the first */
    assert_int_equal(kit_int(k, count), 3);
    kit_close(k);
    kit_sound(k);
}

/* Columns added later stand elsewhere in the table; nothing may depend on that. */
static void added_columns_change_no_dump(void **state)
{
    struct kit *k = *state;
    kit_sql(k, "INSERT INTO people(person_id, name, gender, fetched_at) VALUES (5, 'x', 1, 1)");
    struct view before = kit_dump(k);
    kit_close(k);
    kit_sql(k, "ALTER TABLE people DROP COLUMN gender");
    kit_open(k, STORE_WRITE);
    assert_false(view_eq(before, kit_dump(k)));
    kit_sql(k, "UPDATE people SET gender = 1");
    assert_true(view_eq(before, kit_dump(k)));
}

/* Of an older program's tables: what is added refers to what it should, and is empty where it had
 * to have a value. */
static void added_columns_have_their_references(void **state)
{
    struct kit *k = *state;
    kit_close(k);
    kit_sql(k, "DROP VIEW movie_details; DROP VIEW movie_ratings; DROP TABLE movielens_movies;"
               "CREATE TABLE movielens_movies(movielens_id INTEGER NOT NULL PRIMARY KEY, raw_title "
               "TEXT) STRICT;"
               "INSERT INTO movielens_movies VALUES (1, 'x')");
    kit_open(k, STORE_WRITE);
    must(store_begin(k->s, &k->e));
    must_fail(store_set_links(k->s, &(struct id_pair){1, 99}, 1, &k->e), ERR_STORE);
    store_rollback(k->s);
    assert_string_equal(
        kit_text(k, "SELECT movielens_id, movie_id, rating_count FROM movielens_movies"), "1|-|-");
    kit_sound(k);
}

static void newer_databases_are_refused(void **state)
{
    struct kit *k = *state;
    kit_sql(k, "INSERT INTO etl_schema_migrations VALUES (99, 'of the future', 1)");
    for (int mode = STORE_READ; mode <= STORE_CREATE; mode++) {
        kit_refused(k, (enum store_mode)mode, ERR_STORE);
        assert_says("newer movie-etl");
    }
}

static bool rename_cursors(struct store *s, struct err *e)
{
    return db_exec(
        s, "UPDATE {etl_cursors} SET name = 'new.name' WHERE name = 'old.name'", NO_CELLS, NULL, e);
}

static bool break_off(struct store *s, struct err *e)
{
    return db_exec(s, "DELETE FROM {etl_cursors}", NO_CELLS, NULL, e) &&
           err_set(e, ERR_STORE, "broken off");
}

static void migrations_run_once(void **state)
{
    struct kit *k = *state;
    static const struct migration one[] = {{1, "rename cursors", rename_cursors}, {0, NULL, NULL}};
    static const struct migration two[] = {
        {1, "rename cursors", rename_cursors}, {2, "fails", break_off}, {0, NULL, NULL}};
    kit_sql(k, "INSERT INTO etl_cursors VALUES ('old.name', '2026-01-01', 1)");
    must(migrate_with(k->s, one, &k->e));
    assert_string_equal(kit_text(k, "SELECT name FROM etl_cursors"), "new.name");
    assert_string_equal(
        kit_text(k, "SELECT number, what FROM etl_schema_migrations"), "1|rename cursors");
    kit_sql(k, "INSERT INTO etl_cursors VALUES ('old.name', '2026-01-01', 1)");
    must(migrate_with(k->s, one, &k->e));
    assert_int_equal(kit_int(k, "SELECT count(*) FROM etl_cursors WHERE name = 'old.name'"), 1);
    must_fail(migrate_with(k->s, two, &k->e), ERR_STORE);
    assert_says("schema migration 2: broken off");
    assert_int_equal(kit_int(k, "SELECT count(*) FROM etl_cursors"), 2);
    assert_int_equal(kit_int(k, "SELECT max(number) FROM etl_schema_migrations"), 1);
}

static void new_databases_need_no_migration(void **state)
{
    struct kit *k = *state;
    static const struct migration one[] = {{1, "fails", break_off}, {0, NULL, NULL}};
    kit_sql(k, "DROP TABLE etl_tables");
    kit_sql(k, kit_text(k, "SELECT group_concat('DROP TABLE ' || name, ';') FROM sqlite_schema"
                           " WHERE type = 'table' AND name NOT LIKE 'sqlite%'"));
    kit_sql(k, "DROP VIEW movie_details; DROP VIEW movie_ratings");
    must(migrate_with(k->s, one, &k->e));
    assert_string_equal(kit_text(k, "SELECT number FROM etl_schema_migrations"), "1");
}

/* ---- other users of the file */

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
        KIT_TEST(missing_things_are_added),
        KIT_TEST(a_first_load_makes_its_indexes_at_the_end),
        KIT_TEST(added_columns_change_no_dump),
        KIT_TEST(added_columns_have_their_references),
        KIT_TEST(newer_databases_are_refused),
        KIT_TEST(migrations_run_once),
        KIT_TEST(new_databases_need_no_migration),
        KIT_TEST(a_busy_database_is_waited_for),
        KIT_TEST(readers_do_not_wait_for_the_writer),
        KIT_TEST(connections_are_set_up),
        KIT_TEST(transactions_are_guarded),
        KIT_TEST(transactions_around_work),
        KIT_TEST(queries_do_not_nest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
