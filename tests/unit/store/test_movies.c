/* The third layer and the MovieLens rows it hangs on. */
#include "kit.h"

#include "base/str.h"

#include <string.h>

static const struct movie example = {
    .id = 862,
    .tmdb_id = 862,
    .imdb_id = {"tt0114709", 9},
    .title = {"Toy Story", 9},
    .release_date = {"1995-10-30", 10},
    .year = 1995,
    .runtime = 81,
    .rating_count = 3,
    .rating_sum = 22,
    .genres = {{4, true, false}, {3, false, true}, {8, true, true}},
    .genre_n = 3,
};

static bool put(struct kit *k, const struct movie *m, int64_t run, int64_t now)
{
    size_t changed = 0;
    must(store_begin(k->s, &k->e));
    must(store_put_movies(k->s, m, 1, false, run, now, &changed, &k->e));
    must(store_commit(k->s, &k->e));
    assert_true(changed <= 1);
    return changed == 1;
}

static bool redirect(struct kit *k, int64_t id, int64_t to)
{
    return store_redirect_movies(k->s, &(struct id_pair){id, to}, 1, &k->e);
}

static bool set_link(struct kit *k, int64_t id, int64_t to)
{
    return store_set_links(k->s, &(struct id_pair){id, to}, 1, &k->e);
}

static const char *row(struct kit *k)
{
    return kit_text(k,
        "SELECT m.*, (SELECT group_concat(genre_id || ':' || from_movielens || from_tmdb) FROM"
        " movie_genres g WHERE g.movie_id = m.id) FROM movies m ORDER BY id");
}

static void movies_are_written_when_they_differ(void **state)
{
    struct kit *k = *state;
    struct movie m = example;
    assert_true(put(k, &m, 1, 100));
    assert_string_equal(row(k),
        "862|862|tt0114709|Toy Story|-|1995|1995-10-30|81|3|3.66666666666667|100|1|"
        "3:01,4:10,8:11");
    assert_false(put(k, &m, 2, 200));
    struct movie_genre first = m.genres[0]; /* order is nothing */
    m.genres[0] = m.genres[2];
    m.genres[2] = first;
    assert_false(put(k, &m, 2, 200));
    m.title = view_of("Toy Story!");
    assert_true(put(k, &m, 3, 300));
    m.genres[1].from_movielens = true; /* genres alone move updated_at too */
    assert_true(put(k, &m, 4, 400));
    assert_string_equal(row(k),
        "862|862|tt0114709|Toy Story!|-|1995|1995-10-30|81|3|3.66666666666667|400|4|"
        "3:11,4:10,8:11");
    m.genre_n = 1;
    assert_true(put(k, &m, 5, 500));
    m.rating_sum = 23;
    assert_true(put(k, &m, 6, 600));
    m.rating_count = m.rating_sum = 0;
    m.genre_n = 0;
    assert_true(put(k, &m, 7, 700));
    assert_string_equal(row(k), "862|862|tt0114709|Toy Story!|-|1995|1995-10-30|81|0|-|700|7|-");
    assert_false(put(k, &m, 8, 800));
    kit_sound(k);
}

static void unknown_is_null(void **state)
{
    struct kit *k = *state;
    struct movie m = {.id = -7};
    assert_true(put(k, &m, 0, 100));
    assert_string_equal(row(k), "-7|-|-|-|-|-|-|-|0|-|100|-|-");
    assert_false(put(k, &m, 0, 200));
}

static void two_movies_cannot_be_one_record(void **state)
{
    struct kit *k = *state;
    size_t changed;
    struct movie m = {.id = -1, .tmdb_id = 862};
    assert_true(put(k, &example, 1, 1));
    must(store_begin(k->s, &k->e));
    must_fail(store_put_movies(k->s, &m, 1, false, 1, 1, &changed, &k->e), KIT_AGAINST);
    assert_says("movie -1");
    if (!kit_on_server())
        assert_says("movies.tmdb_id");
    store_rollback(k->s);
    must_fail(store_put_movies(k->s, &m, 1, false, 1, 1, &changed, &k->e), ERR_BUG);
}

static void redirects_follow(void **state)
{
    struct kit *k = *state;
    struct movie a = {.id = -1, .genres = {{1, true, false}}, .genre_n = 1},
                 b = {.id = 2, .tmdb_id = 2}, c = {.id = 3, .tmdb_id = 3};
    put(k, &a, 1, 1);
    put(k, &b, 1, 1);
    put(k, &c, 1, 1);
    kit_sql(k, "INSERT INTO movielens_movies(movielens_id, raw_title, movie_id, rating_count, "
               "rating_sum, rated_0_5,"
               " rated_1_0, rated_1_5, rated_2_0, rated_2_5, rated_3_0, rated_3_5, rated_4_0, "
               "rated_4_5, rated_5_0)"
               " VALUES (1, 'x', -1, 0,0,0,0,0,0,0,0,0,0,0,0)");
    must(store_begin(k->s, &k->e));
    must(redirect(k, -1, 2));
    must(store_commit(k->s, &k->e));
    assert_string_equal(kit_text(k, "SELECT * FROM movie_redirects"), "-1|2");
    assert_int_equal(kit_int(k, "SELECT movie_id FROM movielens_movies"), 2);
    assert_int_equal(kit_int(k, "SELECT count(*) FROM movie_genres"), 0);
    must(store_begin(k->s, &k->e));
    must(redirect(k, 2, 3));
    must(store_commit(k->s, &k->e));
    assert_string_equal(kit_text(k, "SELECT * FROM movie_redirects ORDER BY old_id"), "-1|3; 2|3");
    assert_string_equal(kit_text(k, "SELECT id FROM movies"), "3");
    /* A movie that is back is no redirect, and nothing ever points to itself. */
    put(k, &a, 1, 1);
    assert_string_equal(kit_text(k, "SELECT * FROM movie_redirects"), "2|3");
    must(store_begin(k->s, &k->e));
    must(redirect(k, 3, -1));
    must(store_commit(k->s, &k->e));
    put(k, &b, 1, 1);
    must(store_begin(k->s, &k->e));
    must(redirect(k, -1, 2));
    must(store_commit(k->s, &k->e));
    assert_string_equal(kit_text(k, "SELECT * FROM movie_redirects ORDER BY old_id"), "-1|2; 3|2");
    must(store_begin(k->s, &k->e));
    /* One by one: a whole release's worth of them must not be looked through for each. */
    if (!kit_on_server())
        assert_non_null(
            strstr(kit_text(k,
                       "EXPLAIN QUERY PLAN UPDATE movie_redirects SET new_id = 1 WHERE new_id = 2"),
                "ix_movie_redirects_new_id"));
    must_fail(redirect(k, 2, 2), ERR_BUG);
    must(redirect(k, 2, 0)); /* without a successor */
    must(store_commit(k->s, &k->e));
    assert_string_equal(kit_text(k, "SELECT count(*) FROM movie_redirects"), "0");
    assert_string_equal(
        kit_text(k, "SELECT coalesce(movie_id, 'none') FROM movielens_movies"), "none");
    must_fail(redirect(k, 5, 6), ERR_BUG);
    kit_sound(k);
}

/* Thousands in one call, of which some are new, some as they were, some have other genres alone. */
static void sets_are_compared_row_by_row(void **state)
{
    enum { N = 5000 };
    struct kit *k = *state;
    struct movie *all = arena_take_array(&k->a, N, sizeof *all);
    size_t changed = 0;
    for (size_t i = 0; i < N; i++)
        all[i] = (struct movie){.id = -1 - (int64_t)i,
            .title = {"a", 1},
            .genre_n = i % 3,
            .genres = {{8, true, false}, {3, false, true}}};
    must(store_begin(k->s, &k->e));
    must(store_put_movies(k->s, all + 100, N - 100, false, 1, 10, &changed, &k->e));
    assert_int_equal(changed, N - 100);
    all[200].title = (struct view){"b", 1};
    all[301].genres[0].from_tmdb = true;
    all[302].genre_n = 0;
    all[303].genre_n = 1;
    must(store_put_movies(k->s, all, N, false, 2, 20, &changed, &k->e));
    assert_int_equal(changed, 104);
    must(store_commit(k->s, &k->e));
    assert_int_equal(
        kit_int(k, "SELECT count(*) FROM movies WHERE run_id = 2 AND updated_at = 20"), 104);
    assert_string_equal(
        kit_text(k, "SELECT id, title FROM movies WHERE run_id = 2 AND id < -100 ORDER BY id DESC"),
        "-201|b; -302|a; -303|a; -304|a");
    assert_string_equal(
        kit_text(k, "SELECT movie_id, genre_id, from_movielens, from_tmdb FROM movie_genres WHERE"
                    " movie_id IN (-302, -303, -304) ORDER BY 1, 2"),
        "-304|8|1|0; -302|8|1|1");
    assert_int_equal(kit_int(k, "SELECT count(*) FROM movie_genres"), 4999 - 2 + 1);
    kit_sound(k);
}

/* What is put into a blank database without looking is what is put there otherwise. */
static void nothing_is_compared_in_a_blank_database(void **state)
{
    struct kit *k = *state;
    struct movie two[] = {example, example};
    size_t changed = 0;
    two[0].id = -5;
    two[0].tmdb_id = 0;
    must(store_begin(k->s, &k->e));
    must(store_put_movies(k->s, two, 2, true, 1, 100, &changed, &k->e));
    must(store_commit(k->s, &k->e));
    assert_int_equal(changed, 2);
    const char *got = row(k);
    assert_false(put(k, &two[0], 2, 200));
    assert_false(put(k, &two[1], 2, 200));
    assert_string_equal(row(k), got);
    assert_string_equal(
        kit_text(k, "SELECT count(*), sum(from_movielens) FROM movie_genres"), "6|4");
    kit_sound(k);
}

static void a_database_is_blank_until_something_is_linked(void **state)
{
    static const char *const spoilt[] = {
        "INSERT INTO movies(id, rating_count) VALUES (-1, 0)",
        "INSERT INTO movie_redirects VALUES (-1, 7)",
        "INSERT INTO etl_conflicts(movielens_id, tmdb_id, field, rule) VALUES (1, 2, 'year', 'r')",
        "INSERT INTO tmdb_movies(tmdb_id, fetched_at) VALUES (1, 1)",
    };
    static const char *const mended[] = {"DELETE FROM movies", "DELETE FROM movie_redirects",
        "DELETE FROM etl_conflicts", "DELETE FROM tmdb_movies"};
    struct kit *k = *state;
    bool blank = false;
    kit_sql(k, "INSERT INTO movielens_movies VALUES"
               " (1, 'A', 'A', 1999, 'x', 'tt1', 862, NULL, 2, 9, 0,0,0,0,0,0,0,0,0,0)");
    for (size_t i = 0; i < sizeof spoilt / sizeof spoilt[0]; i++) {
        must(store_is_blank(k->s, &blank, &k->e));
        assert_true(blank);
        kit_sql(k, spoilt[i]);
        must(store_is_blank(k->s, &blank, &k->e));
        assert_false(blank);
        kit_sql(k, mended[i]);
    }
}

static void sets_are_redirected(void **state)
{
    enum { N = 1000 };
    struct kit *k = *state;
    struct id_pair *moves = arena_take_array(&k->a, N, sizeof *moves);
    put(k, &(struct movie){.id = 7, .tmdb_id = 7}, 1, 1);
    for (int i = 0; i < N; i++) {
        put(k, &(struct movie){.id = -1 - i}, 1, 1);
        moves[i] = (struct id_pair){-1 - i, i % 2 == 0 ? 7 : 0};
    }
    kit_sql(k, "INSERT INTO movie_redirects VALUES (100, -1), (101, -2)");
    must(store_begin(k->s, &k->e));
    must_fail(store_redirect_movies(k->s, (const struct id_pair[]){{-1, -2}, {-2, 7}}, 2, &k->e),
        ERR_BUG);
    must(store_redirect_movies(k->s, moves, N, &k->e));
    must(store_commit(k->s, &k->e));
    assert_string_equal(kit_text(k, "SELECT id FROM movies"), "7");
    assert_string_equal(
        kit_text(k, "SELECT count(*), sum(new_id = 7), min(old_id), sum(old_id IN (100, 101)) FROM"
                    " movie_redirects"),
        "501|501|-999|1");
}

static bool add_id(void *payload, int64_t id, struct err *e)
{
    (void)e;
    str_addf(payload, "%lld ", (long long)id);
    return true;
}

static void movies_without_a_source_are_found(void **state)
{
    struct kit *k = *state;
    struct str s;
    for (int64_t id = 1; id <= 3; id++)
        put(k, &(struct movie){.id = id, .tmdb_id = id}, 1, 1);
    put(k, &(struct movie){.id = -8}, 1, 1);
    put(k, &(struct movie){.id = -9}, 1, 1);
    kit_sql(k,
        "INSERT INTO tmdb_movies(tmdb_id, fetched_at) VALUES (1, 1);"
        "INSERT INTO movielens_movies(movielens_id, raw_title, movie_id, rating_count, rating_sum, "
        "rated_0_5,"
        " rated_1_0, rated_1_5, rated_2_0, rated_2_5, rated_3_0, rated_3_5, rated_4_0, rated_4_5, "
        "rated_5_0)"
        " VALUES (1, 'x', -8, 0,0,0,0,0,0,0,0,0,0,0,0), (2, 'x', 2, 0,0,0,0,0,0,0,0,0,0,0,0)");
    str_init(&s, 1000);
    must(store_each_unsupported(k->s, add_id, &s, &k->e));
    assert_string_equal(str_z(&s), "-9 3 ");
    str_done(&s);
}

/* ---- MovieLens rows by filter */

static bool add_row(void *payload, const struct ml_row *r, struct err *e)
{
    (void)e;
    str_addf(payload, "%lld[%.*s|%.*s|%lld|%.*s|%.*s|%lld|%lld|%lld/%lld] ",
        (long long)r->movie.movielens_id, VIEW_ARG(r->movie.raw_title), VIEW_ARG(r->movie.title),
        (long long)r->movie.year, VIEW_ARG(r->movie.genres), VIEW_ARG(r->movie.imdb_id),
        (long long)r->movie.tmdb_id, (long long)r->movie_id, (long long)r->rating_sum,
        (long long)r->rating_count);
    return true;
}

static const char *rows(struct kit *k, const struct store_filter *f)
{
    struct str s;
    str_init(&s, 100000);
    must(store_each_movielens(k->s, f, add_row, &s, &k->e));
    const char *kept = arena_dup(&k->a, str_view(&s)).p;
    str_done(&s);
    return kept;
}

static void movielens_rows_come_by_filter(void **state)
{
    struct kit *k = *state;
    static const int64_t one_two[] = {1, 2, 2}, tmdb[] = {862}, movies[] = {-3, 77};
    static const struct view imdb[] = {{"tt2", 3}};
    put(k, &example, 1, 1);
    put(k, &(struct movie){.id = -3}, 1, 1);
    kit_sql(k, "INSERT INTO movielens_movies VALUES"
               " (1, 'A (1999)', 'A', 1999, 'Drama', 'tt1', 862, 862, 2, 9, 0,0,0,0,0,0,0,0,0,0),"
               " (2, 'B', 'B', NULL, 'x', 'tt2', 862, NULL, 2, 9, 0,0,0,0,0,0,0,0,0,0),"
               " (3, 'C', NULL, NULL, 'x', NULL, NULL, -3, 2, 9, 0,0,0,0,0,0,0,0,0,0)");
#define ROW_1 "1[A (1999)|A|1999|Drama|tt1|862|862|9/2] "
#define ROW_2 "2[B|B|0|x|tt2|862|0|9/2] "
#define ROW_3 "3[C||0|x||0|-3|9/2] "
    struct store_filter none = {0};
    assert_string_equal(rows(k, &none), ROW_1 ROW_2 ROW_3);
    assert_string_equal(
        rows(k, &(struct store_filter){.movielens_ids = one_two, .movielens_n = 3}), ROW_1 ROW_2);
    assert_string_equal(
        rows(k, &(struct store_filter){.tmdb_ids = tmdb, .tmdb_n = 1}), ROW_1 ROW_2);
    assert_string_equal(rows(k, &(struct store_filter){.movie_ids = movies, .movie_n = 2}), ROW_3);
    assert_string_equal(
        rows(k, &(struct store_filter){.movielens_first = 2, .movielens_last = 3}), ROW_2 ROW_3);
    assert_string_equal(
        rows(k,
            &(struct store_filter){
                .movielens_first = 1, .movielens_last = 1, .tmdb_ids = tmdb, .tmdb_n = 1}),
        ROW_1 ROW_2);
    assert_string_equal(rows(k, &(struct store_filter){.imdb_ids = imdb, .imdb_n = 1}), ROW_2);
    assert_string_equal(rows(k, &(struct store_filter){.movie_ids = movies,
                                    .movie_n = 2,
                                    .imdb_ids = imdb,
                                    .imdb_n = 1,
                                    .movielens_ids = one_two,
                                    .movielens_n = 1,
                                    .tmdb_ids = tmdb,
                                    .tmdb_n = 1}),
        ROW_1 ROW_2 ROW_3);
    struct str ids;
    str_init(&ids, 1000);
    must(store_each_movielens_id(k->s, add_id, &ids, &k->e));
    assert_string_equal(str_z(&ids), "1 2 3 ");
    str_done(&ids);
    must(store_begin(k->s, &k->e));
    must(set_link(k, 2, -3));
    must(set_link(k, 1, 0));
    must_fail(set_link(k, 3, 12345), KIT_AGAINST);
    must(store_commit(k->s, &k->e));
    assert_string_equal(
        kit_text(k, "SELECT movie_id FROM movielens_movies ORDER BY movielens_id"), "-; -3; -3");
}

static const struct CMUnitTest both[] = {
    KIT_TEST(movies_are_written_when_they_differ),
    KIT_TEST(unknown_is_null),
    KIT_TEST(two_movies_cannot_be_one_record),
    KIT_TEST(redirects_follow),
    KIT_TEST(sets_are_compared_row_by_row),
    KIT_TEST(nothing_is_compared_in_a_blank_database),
    KIT_TEST(a_database_is_blank_until_something_is_linked),
    KIT_TEST(sets_are_redirected),
    KIT_TEST(movies_without_a_source_are_found),
    KIT_TEST(movielens_rows_come_by_filter),
};

int main(void)
{
    return cmocka_run_group_tests(both, NULL, NULL);
}
