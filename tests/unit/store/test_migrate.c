/* Bringing the schema up to date when a store is opened. */
#include "kit.h"

#include "store/migrate.h"

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

static void drop_all_but(struct kit *k, const char *table)
{
    kit_sql(k, kit_text(k, arena_print(&k->a,
                               "SELECT group_concat('DROP ' || type || ' ' || name, ';') FROM "
                               "sqlite_schema WHERE type IN ('table', 'view') AND name <> '%s' "
                               "AND name NOT LIKE 'sqlite%%'",
                               table)
                               .p));
}

static void new_databases_need_no_migration(void **state)
{
    struct kit *k = *state;
    static const struct migration one[] = {{1, "fails", break_off}, {0, NULL, NULL}};
    drop_all_but(k, "");
    must(migrate_with(k->s, one, &k->e));
    assert_string_equal(kit_text(k, "SELECT number FROM etl_schema_migrations"), "1");
}

/* Whoever finds names in the registry, but not its own, takes it for somebody else's. */
static void the_registry_enters_itself_first(void **state)
{
    struct kit *k = *state;
    drop_all_but(k, "etl_tables");
    kit_sql(k, "DELETE FROM etl_tables; CREATE TABLE entered(name);"
               "CREATE TRIGGER enter AFTER INSERT ON etl_tables BEGIN"
               " INSERT INTO entered VALUES (new.name); END");
    must(migrate(k->s, &k->e));
    assert_string_equal(
        kit_text(k, "SELECT name FROM entered ORDER BY rowid LIMIT 1"), "etl_tables");
    assert_int_equal(kit_int(k, "SELECT count(*) FROM entered"),
        kit_int(k, "SELECT count(*) FROM etl_tables"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(missing_things_are_added),
        KIT_TEST(a_first_load_makes_its_indexes_at_the_end),
        KIT_TEST(added_columns_change_no_dump),
        KIT_TEST(added_columns_have_their_references),
        KIT_TEST(newer_databases_are_refused),
        KIT_TEST(migrations_run_once),
        KIT_TEST(new_databases_need_no_migration),
        KIT_TEST(the_registry_enters_itself_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
