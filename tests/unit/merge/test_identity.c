/* Identity of MovieLens rows: the rules of docs/merge.md, one test each, on cases from real
 * releases. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "merge/merge.h"

static struct tmdb_facts record(int64_t id, const char *imdb, const char *title, const char *date)
{
    return (struct tmdb_facts){.tmdb_id = id,
        .imdb_id = view_of(imdb),
        .title = view_of(title),
        .release_date = view_of(date)};
}

static struct ml_movie row(
    int64_t id, const char *title, int64_t year, const char *imdb, int64_t tmdb)
{
    return (struct ml_movie){.movielens_id = id,
        .raw_title = view_of(title),
        .title = view_of(title),
        .year = year,
        .imdb_id = view_of(imdb),
        .tmdb_id = tmdb};
}

static struct link decide(const struct ml_movie *m, const struct tmdb_facts *linked,
    const struct tmdb_facts *by_imdb, size_t n)
{
    struct arena a;
    const struct tmdb_facts *list[2] = {by_imdb, by_imdb + 1};
    arena_init(&a);
    struct link l = merge_link(m, linked, list, n, &a);
    arena_done(&a);
    return l;
}

static void link_with_the_same_imdb_id_holds(void **state)
{
    (void)state;
    struct tmdb_facts t = record(862, "tt0114709", "Toy Story", "1995-10-30");
    struct ml_movie m = row(1, "Toy Story", 1995, "tt0114709", 862);
    struct link l = decide(&m, &t, &t, 1);
    assert_int_equal(l.movie_id, 862);
    assert_int_equal(l.rule, LINK_BY_TMDB_ID);
    assert_false(l.conflict);
}

static void link_holds_when_one_side_has_no_imdb_id(void **state)
{
    (void)state;
    struct tmdb_facts t = record(862, NULL, "Something else", "1901-01-01");
    struct ml_movie m = row(1, "Toy Story", 1995, "tt0114709", 862);
    assert_int_equal(decide(&m, &t, NULL, 0).rule, LINK_BY_TMDB_ID);
    struct tmdb_facts malformed = record(862, "tt12", "Something else", "1901-01-01");
    assert_int_equal(decide(&m, &malformed, NULL, 0).rule, LINK_BY_TMDB_ID);
    struct tmdb_facts full = record(862, "tt0114709", "Toy Story", "1995-10-30");
    struct ml_movie bare = row(1, "Toy Story", 1995, NULL, 862);
    assert_int_equal(decide(&bare, &full, NULL, 0).rule, LINK_BY_TMDB_ID);
}

/* ml-25m: 2679 Finding North and 103208 A Place at the Table both link to 84198. */
static void wrong_link_goes_to_the_record_with_the_imdb_id(void **state)
{
    (void)state;
    struct tmdb_facts place = record(84198, "tt1736049", "A Place at the Table", "2012-03-22");
    struct tmdb_facts north = record(124626, "tt0119123", "Finding North", "1998-06-01");
    struct ml_movie m = row(2679, "Finding North", 1998, "tt0119123", 84198);
    struct link l = decide(&m, &place, &north, 1);
    assert_int_equal(l.movie_id, 124626);
    assert_int_equal(l.rule, LINK_BY_IMDB_ID);
    assert_true(l.conflict);
}

static void wrong_link_without_that_record_is_a_movie_of_its_own(void **state)
{
    (void)state;
    struct tmdb_facts place = record(84198, "tt1736049", "A Place at the Table", "2012-03-22");
    struct ml_movie m = row(2679, "Finding North", 1998, "tt0119123", 84198);
    struct link l = decide(&m, &place, NULL, 0);
    assert_int_equal(l.movie_id, -2679);
    assert_int_equal(l.rule, LINK_NONE);
    assert_true(l.conflict);
}

/* ml-latest-small: 6003 and 144606 are both Confessions of a Dangerous Mind (2002), with two IMDb
 * ids. */
static void second_imdb_id_of_one_film_follows_title_and_year(void **state)
{
    (void)state;
    struct tmdb_facts t =
        record(4912, "tt0270288", "Confessions of a Dangerous Mind", "2002-12-30");
    struct ml_movie m = row(144606, "Confessions of a Dangerous Mind", 2003, "tt0290538", 4912);
    struct link l = decide(&m, &t, NULL, 0);
    assert_int_equal(l.movie_id, 4912);
    assert_int_equal(l.rule, LINK_BY_TITLE);
    assert_true(l.conflict);
}

static void title_does_not_help_when_the_years_are_apart(void **state)
{
    (void)state;
    struct tmdb_facts t = record(22649, "tt0022879", "A Farewell to Arms", "1932-12-08");
    struct ml_movie m = row(77141, "A Farewell to Arms", 1957, "tt0050379", 22649);
    assert_int_equal(decide(&m, &t, NULL, 0).movie_id, -77141);
}

static void two_records_with_the_imdb_id_decide_nothing(void **state)
{
    (void)state;
    struct tmdb_facts two[2] = {record(10, "tt0119123", "Finding North", NULL),
        record(11, "tt0119123", "Finding North", NULL)};
    struct ml_movie m = row(2679, "Finding North", 1998, "tt0119123", 0);
    assert_int_equal(decide(&m, NULL, two, 2).movie_id, -2679);
    assert_int_equal(decide(&m, NULL, two, 1).movie_id, 10);
}

static void row_without_any_record_is_a_movie_of_its_own(void **state)
{
    (void)state;
    struct ml_movie m = row(791, "Last Klezmer", 1994, "tt0113610", 0);
    struct link l = decide(&m, NULL, NULL, 0);
    assert_int_equal(l.movie_id, -791);
    assert_false(l.conflict);
}

static void titles_agree_through_case_punctuation_and_alternatives(void **state)
{
    (void)state;
    struct arena a;
    struct tmdb_facts seven = record(807, NULL, "Se7en", "1995-09-22");
    struct tmdb_facts children = record(902, NULL, "The City of Lost Children", "1995-05-17");
    struct tmdb_facts okuribito = record(16804, NULL, "Departures", "2008-09-13");
    okuribito.original_title = view_of("おくりびと");
    children.original_title = view_of("La Cité des Enfants Perdus");
    arena_init(&a);
    assert_true(titles_agree(view_of("Seven (a.k.a. Se7en)"), &seven, &a));
    assert_true(
        titles_agree(view_of("City of Lost Children (La Cité des enfants perdus)"), &children, &a));
    assert_true(titles_agree(view_of("The city of lost children!"), &children, &a));
    assert_true(titles_agree(view_of("おくりびと"), &okuribito, &a));
    assert_false(titles_agree(view_of("おくりひと"), &okuribito, &a));
    assert_false(titles_agree(view_of("Seven"), &seven, &a));
    assert_false(titles_agree(view_of(""), &seven, &a));
    assert_false(titles_agree(view_of("!?"), &seven, &a));
    assert_false(titles_agree(view_of("Seven (Se7"), &seven, &a));
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(link_with_the_same_imdb_id_holds),
        cmocka_unit_test(link_holds_when_one_side_has_no_imdb_id),
        cmocka_unit_test(wrong_link_goes_to_the_record_with_the_imdb_id),
        cmocka_unit_test(wrong_link_without_that_record_is_a_movie_of_its_own),
        cmocka_unit_test(second_imdb_id_of_one_film_follows_title_and_year),
        cmocka_unit_test(title_does_not_help_when_the_years_are_apart),
        cmocka_unit_test(two_records_with_the_imdb_id_decide_nothing),
        cmocka_unit_test(row_without_any_record_is_a_movie_of_its_own),
        cmocka_unit_test(titles_agree_through_case_punctuation_and_alternatives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
