/* The movie made of both sources: the precedence table of docs/merge.md. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/str.h"
#include "merge/merge.h"

static struct arena arena;

static struct ml_row row(
    int64_t id, const char *title, int64_t year, const char *genres, const char *imdb)
{
    return (struct ml_row){.movie = {.movielens_id = id, .raw_title = view_of("Raw, The (1999) "),
                               .title = view_of(title), .year = year, .genres = view_of(genres),
                               .imdb_id = view_of(imdb)},
        .rating_count = 10, .rating_sum = 70};
}

static struct merged merge(
    int64_t id, const struct ml_row *rows, size_t n, const struct tmdb_facts *t)
{
    struct merged m;
    const struct ml_row *list[3] = {NULL};
    for (size_t i = 0; i < n; i++)
        list[i] = &rows[i];
    merge_movie(id, list, n, t, &arena, &m);
    return m;
}

static void tmdb_comes_first_and_movielens_fills(void **state)
{
    (void)state;
    struct tmdb_facts t = {.tmdb_id = 550, .title = view_of("Fight Club"), .runtime = 139,
        .release_date = view_of("1999-10-15"), .genre_ids = {18, 53}, .genre_n = 2};
    struct ml_row r = row(2959, "Fight Club", 1999, "Action|Crime|Drama|Thriller", "tt0137523");
    struct merged m = merge(550, &r, 1, &t);
    assert_int_equal(m.movie.id, 550);
    assert_int_equal(m.movie.tmdb_id, 550);
    assert_true(view_is(m.movie.title, "Fight Club"));
    assert_true(view_is(m.movie.imdb_id, "tt0137523"));
    assert_int_equal(m.movie.year, 1999);
    assert_int_equal(m.movie.rating_count, 10);
    assert_int_equal(m.movie.rating_sum, 70);
    assert_int_equal(m.conflict_n, 0);
}

static void genres_are_united_and_say_where_from(void **state)
{
    (void)state;
    struct tmdb_facts t = {
        .tmdb_id = 1, .title = view_of("X"), .genre_ids = {878, 10402, 999999}, .genre_n = 3};
    struct ml_row r = row(1, "X", 0, "Children|Sci-Fi|IMAX|Nonsense", NULL);
    struct merged m = merge(1, &r, 1, &t);
    static const struct movie_genre want[] = {
        {8, true, false}, {13, true, false}, {14, false, true}, {17, true, true}};
    assert_int_equal(m.movie.genre_n, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(m.movie.genres[i].genre_id, want[i].genre_id);
        assert_int_equal(m.movie.genres[i].from_movielens, want[i].from_movielens);
        assert_int_equal(m.movie.genres[i].from_tmdb, want[i].from_tmdb);
    }
}

static void no_genres_listed_is_no_genre(void **state)
{
    (void)state;
    struct ml_row r = row(1, "X", 0, "(no genres listed)", NULL);
    assert_int_equal(merge(-1, &r, 1, NULL).movie.genre_n, 0);
}

static void movielens_only_keeps_everything_it_has(void **state)
{
    (void)state;
    struct ml_row r = row(791, "Last Klezmer", 1994, "Documentary", "tt0113610");
    struct merged m = merge(-791, &r, 1, NULL);
    assert_int_equal(m.movie.tmdb_id, 0);
    assert_true(view_is(m.movie.title, "Last Klezmer"));
    assert_int_equal(m.movie.year, 1994);
    assert_null(m.movie.release_date.p);
}

static void empty_title_falls_back_to_the_raw_one(void **state)
{
    (void)state;
    struct ml_row r = row(210479, "", 2019, "Drama", NULL);
    assert_true(view_is(merge(-210479, &r, 1, NULL).movie.title, "Raw, The (1999)"));
}

/* On servers the column takes no more. */
static void endless_title_is_cut_between_characters(void **state)
{
    (void)state;
    struct str s;
    str_init(&s, 10000);
    for (int i = 0; i < 1001; i++)
        str_addz(&s, i % 2 == 0 ? "\xE7\x8E\x8B" : "\xC3\xA9");
    struct ml_row r = row(1, str_z(&s), 2019, "Drama", NULL);
    assert_true(view_eq(
        merge(-1, &r, 1, NULL).movie.title, (struct view){s.p, s.n - strlen("\xE7\x8E\x8B")}));
    r.movie.title = view_slice(r.movie.title, 3, s.n);
    assert_true(view_eq(merge(-1, &r, 1, NULL).movie.title, r.movie.title));
    str_done(&s);
}

static void ratings_of_several_rows_add_up(void **state)
{
    (void)state;
    struct tmdb_facts t = {.tmdb_id = 4912, .title = view_of("Confessions of a Dangerous Mind")};
    struct ml_row rows[2] = {
        row(6003, "Confessions of a Dangerous Mind", 2002, "Crime", "tt0270288"),
        row(144606, "Confessions of a Dangerous Mind", 2002, "Drama", "tt0290538")};
    struct merged m = merge(4912, rows, 2, &t);
    assert_int_equal(m.movie.rating_count, 20);
    assert_int_equal(m.movie.rating_sum, 140);
    assert_int_equal(m.movie.genre_n, 2);
    assert_true(view_is(m.movie.imdb_id, "tt0270288"));
}

static void contradictions_are_recorded_with_both_values(void **state)
{
    (void)state;
    struct tmdb_facts t = {.tmdb_id = 5,
        .title = view_of("One"),
        .release_date = view_of("1990-01-01"),
        .imdb_id = view_of("tt0000001")};
    struct ml_row r = row(7, "Two", 1995, "Drama", "tt0000002");
    struct merged m = merge(5, &r, 1, &t);
    assert_int_equal(m.conflict_n, 3);
    assert_string_equal(m.conflicts[0].field, "year");
    assert_true(view_is(m.conflicts[0].movielens_value, "1995"));
    assert_true(view_is(m.conflicts[0].tmdb_value, "1990"));
    assert_string_equal(m.conflicts[1].field, "imdb_id");
    assert_string_equal(m.conflicts[2].field, "title");
    assert_true(view_is(m.movie.title, "One"));
    assert_int_equal(m.movie.year, 1990);
    assert_true(view_is(m.movie.imdb_id, "tt0000001"));
}

static void a_year_next_door_is_no_contradiction(void **state)
{
    (void)state;
    struct tmdb_facts t = {
        .tmdb_id = 5, .title = view_of("One"), .release_date = view_of("1996-01-01")};
    struct ml_row r = row(7, "One", 1995, "Drama", NULL);
    assert_int_equal(merge(5, &r, 1, &t).conflict_n, 0);
}

static int start(void **state)
{
    (void)state;
    arena_init(&arena);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tmdb_comes_first_and_movielens_fills),
        cmocka_unit_test(genres_are_united_and_say_where_from),
        cmocka_unit_test(no_genres_listed_is_no_genre),
        cmocka_unit_test(movielens_only_keeps_everything_it_has),
        cmocka_unit_test(empty_title_falls_back_to_the_raw_one),
        cmocka_unit_test(endless_title_is_cut_between_characters),
        cmocka_unit_test(ratings_of_several_rows_add_up),
        cmocka_unit_test(contradictions_are_recorded_with_both_values),
        cmocka_unit_test(a_year_next_door_is_no_contradiction),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
