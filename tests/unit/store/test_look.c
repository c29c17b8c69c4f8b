/* Looking at the database: views, status, counts, the dump; and emptying it. */
#include "kit.h"

#include "base/str.h"

#include <string.h>

#define NUMBERS                                                                                    \
    "(SELECT 1 AS value UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL "       \
    "SELECT 5"                                                                                     \
    " UNION ALL SELECT 6"

/* Two movies of TMDB, one of them with everything the views show, and one that only MovieLens
 * knows. */
static void fill(struct kit *k)
{
    kit_sql(k,
        "INSERT INTO movies(id, tmdb_id, imdb_id, title, year, release_date, runtime, "
        "rating_count, rating_mean,"
        " updated_at, run_id) VALUES (550, 550, 'tt0137523', 'Fight Club', 1999, '1999-10-15', "
        "139, 3, 4.5, 7, 1),"
        " (-40, NULL, NULL, 'Hamlet', 2000, NULL, NULL, 1, 0.5, 7, 1), (6, 6, NULL, 'Bare', NULL, "
        "NULL, NULL, 0, NULL,"
        " 7, 1);"
        "INSERT INTO tmdb_movies(tmdb_id, title, original_title, overview, popularity, "
        "poster_path, fetched_at, gone_at)"
        " VALUES (550, 'Fight Club', 'Fight Club', 'A man', 0.1, '/p.jpg', 100, NULL), (6, 'Bare', "
        "NULL, NULL, NULL,"
        " NULL, 200, 300);"
        "INSERT INTO movielens_movies SELECT a, b, c, NULL, NULL, NULL, d, e, f, 0, "
        "0,0,0,0,0,0,0,0,0,0 FROM"
        " (SELECT 1 AS a, 'Fight Club (1999)' AS b, 'Fight Club' AS c, 550 AS d, 550 AS e, 2 AS f"
        " UNION ALL SELECT 2, 'Fight Club again', NULL, 550, 550, 1"
        " UNION ALL SELECT 40, 'Hamlet (2000)', 'Hamlet', NULL, -40, 1"
        " UNION ALL SELECT 41, 'Unlinked', NULL, NULL, NULL, 1) v;"
        "INSERT INTO ratings VALUES (1, 1, 4.5, 10), (2, 1, 4.5, 11), (1, 2, 5, 12), (1, 40, 0.5, "
        "13), (1, 41, 1, 14);"
        "INSERT INTO tags VALUES (1, 1, 0, 'a\tb\"\\N', 5), (1, 1, 1, '', 5);"
        "INSERT INTO movie_genres VALUES (550, 18, 1, 1), (550, 7, 1, 0), (-40, 7, 1, 0);"
        "INSERT INTO people(person_id, name, fetched_at) SELECT value, 'P' || value, 1 "
        "FROM " NUMBERS " UNION ALL SELECT 7) v;"
        "INSERT INTO credits(tmdb_id, kind, credit_id, credited_name, person_id, cast_order, job)"
        " SELECT 550, 'cast', 'c' || value, 'Actor ' || value, value, 9 - value, NULL FROM " NUMBERS
        ") v;"
        "INSERT INTO credits(tmdb_id, kind, credit_id, credited_name, person_id, cast_order, job) "
        "VALUES"
        " (550, 'cast', 'c0', 'Uncredited', NULL, NULL, NULL), (550, 'crew', 'd1', 'Zoe Director', "
        "1, NULL, 'Director'),"
        " (550, 'crew', 'd2', 'Ann Director', 7, NULL, 'Director'), (550, 'crew', 'd3', 'Writer', "
        "2, NULL, 'Writer');"
        "INSERT INTO release_dates(tmdb_id, country, seq, type, certification) VALUES (550, 'DE', "
        "0, 3, '18'),"
        " (550, 'US', 0, 1, 'NR'), (550, 'US', 1, 3, 'R'), (550, 'US', 2, 3, NULL), (6, 'US', 0, "
        "4, 'PG');"
        "INSERT INTO etl_conflicts(movielens_id, tmdb_id, field, rule) VALUES (1, 550, 'title', "
        "'x');"
        "INSERT INTO etl_finding_counts VALUES (1, 'schema.type', 'error', 2, 5), (2, "
        "'schema.type', 'error', 1, 1)");
}

static void details_show_everything(void **state)
{
    struct kit *k = *state;
    fill(k);
    assert_string_equal(
        kit_text(k,
            "SELECT id, tmdb_id, imdb_id, movielens_id, title, year, release_date, runtime,"
            " rating_count, rating_mean, genres, directors, top_cast, certification, overview,"
            " popularity, poster_url, backdrop_url, fetched_at, gone_at"
            " FROM movie_details ORDER BY id"),
        "-40|-|-|40|Hamlet|2000|-|-|1|0.5|Drama|-|-|-|-|-|-|-|-|-; "
        "6|6|-|-|Bare|-|-|-|0|-|-|-|-|PG|-|-|-|-|200|300; "
        "550|550|tt0137523|1|Fight Club|1999|1999-10-15|139|3|4.5|Drama, Thriller|Ann Director, "
        "Zoe Director|"
        "Actor 6, Actor 5, Actor 4, Actor 3, Actor 2|R|A "
        "man|0.1|https://image.tmdb.org/t/p/w500/p.jpg|-|100|-");
}

/* Every scalar of the field table is in movie_details under its name. */
static void details_have_every_scalar(void **state)
{
    struct kit *k = *state;
    struct layout l;
    layout_of_movie(&l);
    for (size_t i = 0; i < l.n; i++) {
        if (strcmp(l.columns[i].name, "extra") == 0)
            continue;
        const char *sql = arena_print(&k->a,
            kit_on_server()
                ? "SELECT count(*) FROM information_schema.columns WHERE table_schema = DATABASE()"
                  " AND table_name = 'movie_details' AND column_name = '%s'"
                : "SELECT count(*) FROM pragma_table_info('movie_details') WHERE name = '%s'",
            l.columns[i].name)
                              .p;
        if (kit_int(k, sql) != 1)
            fail_msg("%s is not in movie_details once", l.columns[i].name);
    }
}

static void ratings_have_titles(void **state)
{
    struct kit *k = *state;
    fill(k);
    assert_string_equal(kit_text(k, "SELECT * FROM movie_ratings ORDER BY movielens_id, user_id"),
        "1|550|1|Fight Club|4.5|10; 2|550|1|Fight Club|4.5|11; 1|550|2|Fight Club|5.0|12; "
        "1|-40|40|Hamlet|0.5|13; "
        "1|-|41|Unlinked|1.0|14");
    if (kit_on_server())
        return; /* e2e/store-suite.sh looks how it asks */
    assert_non_null(
        strstr(kit_text(k, "EXPLAIN QUERY PLAN SELECT * FROM movie_ratings WHERE user_id = 1"),
            "SEARCH r USING PRIMARY KEY (user_id=?)"));
    assert_non_null(strstr(
        kit_text(k, "EXPLAIN QUERY PLAN SELECT avg(rating) FROM ratings WHERE movielens_id = 1"),
        "COVERING INDEX ix_ratings_movielens_id"));
}

static void status_counts(void **state)
{
    struct kit *k = *state;
    struct store_status s;
    must(store_status(k->s, &s, &k->e));
    assert_int_equal(s.movies + s.tmdb_records + s.ratings + s.findings + s.oldest_fetched_at, 0);
    fill(k);
    must(store_status(k->s, &s, &k->e));
    assert_int_equal(s.movies, 3);
    assert_int_equal(s.with_tmdb, 2);
    assert_int_equal(s.with_both, 1);
    assert_int_equal(s.movielens_only, 1);
    assert_int_equal(s.tmdb_records, 2);
    assert_int_equal(s.gone, 1);
    assert_int_equal(s.ratings, 5);
    assert_int_equal(s.ratings_covered, 3);
    assert_int_equal(s.tags, 2);
    assert_int_equal(s.credits, 10);
    assert_int_equal(s.people, 7);
    assert_int_equal(s.oldest_fetched_at, 100);
    assert_int_equal(s.newest_fetched_at, 200);
    assert_int_equal(s.conflicts, 1);
    assert_int_equal(s.findings, 6);
}

struct counts {
    struct kit *k;
    size_t n, ours;
};

static bool check_count(void *payload, const struct table_count *c, struct err *e)
{
    struct counts *to = payload;
    (void)e;
    to->n++;
    to->ours += c->ours;
    assert_int_equal(c->ours, strncmp(c->table, "etl_", 4) == 0);
    assert_int_equal(
        c->rows, kit_int(to->k, arena_print(&to->k->a, "SELECT count(*) FROM %s", c->table).p));
    return true;
}

static void counts_name_every_table(void **state)
{
    struct kit *k = *state;
    struct counts c = {k, 0, 0};
    fill(k);
    must(store_counts(k->s, check_count, &c, &k->e));
    assert_int_equal(c.n,
        kit_int(k,
            kit_on_server()
                ? "SELECT count(*) FROM information_schema.tables WHERE table_schema = DATABASE()"
                  " AND table_type = 'BASE TABLE'"
                : "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE "
                  "'sqlite%'"));
    assert_int_equal(c.n, kit_int(k, "SELECT count(*) FROM etl_tables WHERE kind = 'table'"));
    assert_int_equal(c.ours, 11);
}

/* ---- the dump */

static bool has_line(struct view dump, const char *line)
{
    size_t n = strlen(line);
    for (size_t at = 0; at < dump.n;) {
        size_t end = view_find(dump, at, '\n');
        if (end - at == n && memcmp(dump.p + at, line, n) == 0)
            return true;
        at = end + 1;
    }
    return false;
}

static void dumps_are_exact(void **state)
{
    struct kit *k = *state;
    fill(k);
    struct view d = kit_dump(k);
    static const char *const lines[] = {
        "# ratings\tuser_id\tmovielens_id\trating\trated_at",
        "1\t1\t4.5\t10",
        "1\t2\t5\t12",
        "# tags\tuser_id\tmovielens_id\tseq\ttag\ttagged_at",
        "1\t1\t0\ta\\tb\\\"\\\\N\t5",
        "1\t1\t1\t\t5",
        "# "
        "movies\tid\ttmdb_id\timdb_id\ttitle\toriginal_title\tyear\trelease_date\truntime\trating_"
        "count\trating_mean",
        "-40\t\\N\t\\N\tHamlet\t\\N\t2000\t\\N\t\\N\t1\t0.5",
        "# "
        "people\tperson_id\tname\toriginal_name\tgender\tadult\tknown_for_"
        "department\tpopularity\tprofile_path",
        "# "
        "movielens_release\tname\tmovies_sha256\tlinks_sha256\tratings_sha256\ttags_"
        "sha256\tmovies\tlinks\tratings\ttags\tratings_kept",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        if (!has_line(d, lines[i]))
            fail_msg("the dump has no line '%s'", lines[i]);
    assert_null(strstr(d.p, "etl_"));
    assert_null(strstr(d.p, "fetched_at"));
    assert_non_null(strstr(d.p, "\t0.10000000000000001\t")); /* 17 digits */
}

/* What the program makes up itself does not count; everything else does. */
static void dumps_tell_what_matters(void **state)
{
    struct kit *k = *state;
    static const char *const nothing[] = {
        "UPDATE movies SET updated_at = updated_at + 1, run_id = 99",
        "UPDATE tmdb_movies SET fetched_at = fetched_at + 1",
        "UPDATE people SET fetched_at = fetched_at + 1",
        "DELETE FROM etl_conflicts",
        "UPDATE movies SET rating_mean = NULL WHERE id = 6",
    };
    static const char *const something[] = {
        "UPDATE movies SET rating_mean = 4.5000000000000009 WHERE id = 550",
        "UPDATE tags SET tag = 'A' WHERE seq = 1",
        "UPDATE tmdb_movies SET gone_at = gone_at + 1",
        "UPDATE tmdb_movies SET section_hashes = 'cast=1' WHERE tmdb_id = 6",
        "UPDATE credits SET person_id = NULL WHERE credit_id = 'c1'",
        "UPDATE movie_genres SET from_tmdb = 0 WHERE genre_id = 18",
        "DELETE FROM ratings WHERE user_id = 2",
    };
    fill(k);
    struct view before = kit_dump(k);
    for (size_t i = 0; i < sizeof nothing / sizeof nothing[0]; i++) {
        kit_sql(k, nothing[i]);
        if (!view_eq(before, kit_dump(k)))
            fail_msg("changed the dump: %s", nothing[i]);
    }
    for (size_t i = 0; i < sizeof something / sizeof something[0]; i++) {
        kit_sql(k, something[i]);
        struct view after = kit_dump(k);
        if (view_eq(before, after))
            fail_msg("did not change the dump: %s", something[i]);
        before = after;
    }
}

static void dumps_do_not_know_prefixes_or_order(void **state)
{
    struct kit *k = *state;
    fill(k);
    struct view first = kit_dump(k);
    k->config.path = kit_path(k, "other.db");
    k->config.prefix = "x_";
    kit_open(k, STORE_CREATE);
    kit_close(k);
    kit_sql(k, arena_print(&k->a, "ATTACH '%s' AS o", kit_path(k, "movies.db")).p);
    const char *tables =
        kit_text(k, "SELECT group_concat(name, ' ') FROM x_etl_tables WHERE kind = 'table'"
                    " AND name NOT IN ('genres', 'etl_tables')");
    struct str sql;
    str_init(&sql, 100000);
    str_addf(&sql, "PRAGMA foreign_keys = OFF; ATTACH '%s' AS o;", kit_path(k, "movies.db"));
    struct view v = view_of(tables);
    for (size_t at = 0; at < v.n;) {
        size_t end = view_find(v, at, ' ');
        struct view name = view_slice(v, at, end);
        str_addf(&sql, "INSERT INTO x_%.*s SELECT * FROM o.%.*s ORDER BY 1 DESC;", VIEW_ARG(name),
            VIEW_ARG(name));
        at = end + 1;
    }
    kit_sql(k, str_z(&sql));
    str_done(&sql);
    kit_open(k, STORE_READ);
    assert_true(view_eq(first, kit_dump(k)));
}

static bool stop_here(void *payload, struct view text, struct err *e)
{
    (void)text;
    return ++*(int *)payload < 50 || err_set(e, ERR_INTERRUPTED, "enough");
}

static void dumps_can_be_stopped(void **state)
{
    struct kit *k = *state;
    int n = 0;
    must_fail(store_dump(k->s, stop_here, &n, &k->e), ERR_INTERRUPTED);
    assert_int_equal(n, 50);
    must(store_begin(k->s, &k->e)); /* nothing is left open */
    must(store_commit(k->s, &k->e));
}

/* ---- clear */

static void clear_empties_and_keeps_the_structure(void **state)
{
    struct kit *k = *state;
    uint64_t rows = 0;
    struct view empty = kit_dump(k);
    fill(k);
    must(store_take_lease(k->s, "me", 100, &k->e));
    const char *all = kit_on_server()
                          ? "SELECT table_type, table_name FROM information_schema.tables WHERE"
                            " table_schema = DATABASE() ORDER BY 1, 2"
                          : "SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2";
    const char *objects = kit_text(k, all);
    must(store_clear(k->s, &rows, &k->e));
    assert_int_equal(rows, 3 + 2 + 4 + 5 + 2 + 3 + 7 + 10 + 5 + 1 + 2);
    assert_true(view_eq(kit_dump(k), empty));
    assert_string_equal(kit_text(k, all), objects);
    assert_int_equal(kit_int(k, "SELECT count(*) FROM genres"), 21);
    must(store_begin(k->s, &k->e)); /* the lease is still held */
    must_fail(store_clear(k->s, &rows, &k->e), ERR_BUG);
    store_rollback(k->s);
    must(store_clear(k->s, &rows, &k->e));
    assert_int_equal(rows, 0);
    fill(k);
    kit_sound(k);
    kit_open(k, STORE_READ);
    must_fail(store_clear(k->s, &rows, &k->e), ERR_BUG);
}

/* Only tables of ours. */
static void clear_leaves_other_tables(void **state)
{
    struct kit *k = *state;
    uint64_t rows;
    kit_sql(k, "CREATE TABLE mine(x INT); INSERT INTO mine VALUES (1)");
    must(store_clear(k->s, &rows, &k->e));
    assert_int_equal(kit_int(k, "SELECT count(*) FROM mine"), 1);
}

static const struct CMUnitTest both[] = {
    KIT_TEST(details_show_everything),
    KIT_TEST(details_have_every_scalar),
    KIT_TEST(ratings_have_titles),
    KIT_TEST(status_counts),
    KIT_TEST(counts_name_every_table),
    KIT_TEST(dumps_are_exact),
    KIT_TEST(dumps_tell_what_matters),
    KIT_TEST(dumps_can_be_stopped),
    KIT_TEST(clear_empties_and_keeps_the_structure),
    KIT_TEST(clear_leaves_other_tables),
};
static const struct CMUnitTest embedded[] = {
    KIT_TEST(dumps_do_not_know_prefixes_or_order),
};

int main(void)
{
    int failed = cmocka_run_group_tests(both, NULL, NULL);
    return kit_on_server() ? failed : failed + cmocka_run_group_tests(embedded, NULL, NULL);
}
