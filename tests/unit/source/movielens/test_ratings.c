/* Ratings: every way out of the plain form (which test_plain.c has), order, repetition, unknown
 * movies, the ends of pieces, statistics. */
#include "release_help.h"

#include "source/movielens/ahead.h"

#include <inttypes.h>
#include <stdio.h>

static const char movies[] =
    MOVIES_HEADER "1,A (1999),Drama\r\n31,B (1999),Drama\r\n2147483647,C (1999),Drama\r\n"
                  "5000000,D (1999),Drama\r\n9999999,E (1999),Drama\r\n";

static void load_ratings(void **state, struct view ratings, struct loaded *ret)
{
    box_write_release(state, movies, LINKS_HEADER, "", TAGS_HEADER);
    box_write(state, "ratings.csv", ratings);
    load_good(*state, ret);
}

static void load_row(void **state, const char *row, struct loaded *ret)
{
    struct str s;
    str_init(&s, 1u << 20);
    str_addf(&s, "%s%s", RATINGS_HEADER, row);
    load_ratings(state, str_view(&s), ret);
    str_done(&s);
}

static void assert_rating(
    const struct loaded *l, size_t i, int64_t user, int64_t movie, int64_t half, int64_t at)
{
    assert_true(i < l->ratings.n);
    const struct loaded_rating *r = vec_at(&l->ratings, i);
    assert_int_equal(r->user_id, user);
    assert_int_equal(r->movielens_id, movie);
    assert_int_equal(r->half_stars, half);
    assert_int_equal(r->rated_at, at);
}

/* Rows that are right, in the plain form or not: no finding. */
static void good_rows(void **state)
{
    static const struct {
        const char *row;
        int64_t user, movie, half, at;
    } rows[] = {
        {"1,1,4.0,964982703\r\n", 1, 1, 8, 964982703},
        {"1,31,0.5,1537799250\n", 1, 31, 1, 1537799250},
        {"330975,31,5.0,789652009\r\n", 330975, 31, 10, 789652009},
        {"9999999,9999999,3.5,4102444800\r\n", 9999999, 9999999, 7, 4102444800},
        {"12345678,31,3.5,964982703\r\n", 12345678, 31, 7, 964982703},
        {"2147483647,2147483647,1.0,0\r\n", 2147483647, 2147483647, 2, 0},
        {"1,5000000,1.5,99999999\r\n", 1, 5000000, 3, 99999999},
        {"1,31,2.5,964982703", 1, 31, 5, 964982703},
        {"1,31,2.5,964982703\r", 1, 31, 5, 964982703},
        {"\r\n\n1,31,2.5,964982703\r\n\r\n\n", 1, 31, 5, 964982703},
        {"1,31,2.5,964982703\r\r\n", 1, 31, 5, 964982703},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct loaded l;
        load_row(state, rows[i].row, &l);
        assert_no_finding(&l);
        assert_int_equal(l.ratings.n, 1);
        assert_rating(&l, 0, rows[i].user, rows[i].movie, rows[i].half, rows[i].at);
        assert_int_equal(l.release.ratings, 1);
        loaded_done(&l);
    }
}

static void every_half_star(void **state)
{
    for (int half = 1; half <= 10; half++) {
        char row[64];
        struct loaded l;
        (void)snprintf(row, sizeof row, "1,1,%d.%d,964982703\r\n", half / 2, half % 2 * 5);
        load_row(state, row, &l);
        assert_no_finding(&l);
        assert_rating(&l, 0, 1, 1, half, 964982703);
        const struct rating_stats *s = vec_at(&l.stats, 0);
        assert_int_equal(l.stats.n, 1);
        assert_int_equal(s->movielens_id, 1);
        assert_int_equal(s->count, 1);
        assert_int_equal(s->sum_half_stars, half);
        assert_int_equal(s->histogram[half - 1], 1);
        loaded_done(&l);
    }
}

/* Read, though not in the documented form, and said so. */
static void fixed_rows(void **state)
{
    static const struct {
        const char *row, *part;
    } rows[] = {
        {"1,31.0,3.5,964982703\r\n", "'31.0' read as 31"},
        {"1.0,31,3.5,964982703\r\n", "'1.0' read as 1"},
        {"1,31,3.5,964982703.000\r\n", "'964982703.000' read as 964982703"},
        {"\"1\",31,3.5,964982703\r\n", "quoted '1' read as 1"},
        {"1,31,\"3.5\",964982703\r\n", "quoted '3.5' read as 3.5"},
        {" 1,31,3.5,964982703\r\n", "' 1' read as 1"},
        {"1,31,3.5 ,964982703\r\n", "'3.5 ' read as 3.5"},
        {"1,31,3.50,964982703\r\n", "'3.50' read as 3.5"},
        {"1,31,35e-1,964982703\r\n", "'35e-1' read as 3.5"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct loaded l;
        load_row(state, rows[i].row, &l);
        assert_one_finding(&l, RULE_ML_FIXED, 2, rows[i].part);
        assert_int_equal(l.ratings.n, 1);
        assert_rating(&l, 0, 1, 31, 7, 964982703);
        loaded_done(&l);
    }
    struct loaded l;
    load_row(state, "1,31,4,964982703\r\n", &l);
    assert_one_finding(&l, RULE_ML_FIXED, 2, "'4' read as 4.0");
    loaded_done(&l);
}

/* Between two good rows, so that each must be left out alone and the next one read. */
static void bad_rows(void **state)
{
    static const struct {
        const char *row;
        enum rule rule;
        const char *part;
    } rows[] = {
        {"1,5,3.5", RULE_ML_ROW, "3 fields, expected 4"},
        {"1,5,3.5,964982703,", RULE_ML_ROW, "5 fields, expected 4"},
        {"1,5,3.5,964982703,1,2,3,4,5,6,7,8", RULE_ML_ROW, "12 fields, expected 4"},
        {"x", RULE_ML_ROW, "1 fields, expected 4"},
        {"1::31::3.5::964982703", RULE_ML_ROW, "1 fields"},
        {"1,\"31,3.5,964982703", RULE_ML_ROW, "ends inside a quoted field"},
        {"1,\"31\"x,3.5,964982703", RULE_ML_ROW, "closing quote"},
        {"0,31,3.5,964982703", RULE_ML_VALUE, "'0' is not a whole number from 1"},
        {"1,0,3.5,964982703", RULE_ML_VALUE, "'0' is not a whole number from 1"},
        {"-1,31,3.5,964982703", RULE_ML_VALUE, "'-1'"},
        {"+1,31,3.5,964982703", RULE_ML_VALUE, "'+1'"},
        {",31,3.5,964982703", RULE_ML_VALUE, "''"},
        {"1,,3.5,964982703", RULE_ML_VALUE, "''"},
        {"1,31,,964982703", RULE_ML_VALUE, "'' is not a rating"},
        {"1,31,3.5,", RULE_ML_VALUE, "''"},
        {"2147483648,31,3.5,964982703", RULE_ML_VALUE, "to 2147483647"},
        {"1,2147483648,3.5,964982703", RULE_ML_VALUE, "to 2147483647"},
        {"1,99999999999999999999,3.5,964982703", RULE_ML_VALUE, "99999999999999999999"},
        {"1,31.5,3.5,964982703", RULE_ML_VALUE, "'31.5'"},
        {"1,31.,3.5,964982703", RULE_ML_VALUE, "'31.'"},
        {"1,.0,3.5,964982703", RULE_ML_VALUE, "'.0'"},
        {"1,3x,3.5,964982703", RULE_ML_VALUE, "'3x'"},
        {"1,31,0.0,964982703", RULE_ML_VALUE, "'0.0' is not a rating from 0.5 to 5.0"},
        {"1,31,5.5,964982703", RULE_ML_VALUE, "'5.5'"},
        {"1,31,6.0,964982703", RULE_ML_VALUE, "'6.0'"},
        {"1,31,3.4,964982703", RULE_ML_VALUE, "'3.4'"},
        {"1,31,3.25,964982703", RULE_ML_VALUE, "'3.25'"},
        {"1,31,-3.5,964982703", RULE_ML_VALUE, "'-3.5'"},
        {"1,31,3,5,964982703", RULE_ML_ROW, "5 fields"},
        {"1,31,nan,964982703", RULE_ML_VALUE, "'nan'"},
        {"1,31,3.5,4102444801", RULE_ML_VALUE, "to 4102444800"},
        {"1,31,3.5,9999999999", RULE_ML_VALUE, "to 4102444800"},
        {"1,31,3.5,-1", RULE_ML_VALUE, "'-1'"},
        {"1,31,3.5,96498270x", RULE_ML_VALUE, "'96498270x'"},
        {"1,31,3.5,2000-01-01", RULE_ML_VALUE, "'2000-01-01'"},
        {"1,31\xff,3.5,964982703", RULE_ML_VALUE, "'31?'"},
        {"1,\x1b[31m,3.5,964982703", RULE_ML_VALUE, "'?[31m'"},
        {"1,32,3.5,964982703", RULE_ML_ORPHAN, "no movie 32"},
        {"1,9999998,3.5,964982703", RULE_ML_ORPHAN, "no movie 9999998"},
        {"1,6000000,3.5,964982703", RULE_ML_ORPHAN, "no movie 6000000"},
        {"1,1,3.5,964982704", RULE_ML_DUPLICATE, "the row before"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct loaded l;
        char text[300];
        (void)snprintf(
            text, sizeof text, "1,1,4.0,964982703\r\n%s\r\n2,31,4.0,964982703\r\n", rows[i].row);
        load_row(state, text, &l);
        assert_one_finding(&l, rows[i].rule, 3, rows[i].part);
        assert_int_equal(l.ratings.n, 2);
        assert_rating(&l, 0, 1, 1, 8, 964982703);
        assert_rating(&l, 1, 2, 31, 8, 964982703);
        assert_int_equal(l.release.ratings, 2);
        assert_int_equal(((const struct rating_stats *)vec_at(&l.stats, 0))->count, 1);
        loaded_done(&l);
    }
}

static void a_finding_names_its_place(void **state)
{
    struct loaded l;
    load_row(state, "7,31,9.5,964982703\r\n7,33,4.0,964982703\r\n", &l);
    assert_int_equal(l.findings.kept.n, 2);
    const struct finding *f = vec_at(&l.findings.kept, 0);
    assert_view(f->file, box_path(state, "ratings.csv"));
    assert_view(f->key, "user 7 movielens 31");
    assert_view(f->field, "rating");
    assert_int_equal(f->line, 2);
    assert_int_equal(f->column, 6);
    f = vec_at(&l.findings.kept, 1);
    assert_view(f->key, "user 7 movielens 33");
    assert_view(f->field, "movieId");
    assert_int_equal(f->line, 3);
    loaded_done(&l);
}

/* Rows that are left out early (unreadable) and late (no such movie, repeated) take turns. */
static void findings_come_in_the_order_of_lines(void **state)
{
    struct loaded l;
    load_row(state,
        "1,77,4.0,964982703\n1,1,4.1,964982703\n\n1,1,4.0,964982703\n1,1,4.0,964982703\nx\n"
        "2,77,4.0,964982703\n2,31,4,964982703\n2,31,4.0,964982703\n3,77,4.0,964982703\n",
        &l);
    static const uint64_t lines[] = {2, 3, 6, 7, 8, 9, 10, 11};
    assert_int_equal(l.findings.kept.n, 8);
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(((const struct finding *)vec_at(&l.findings.kept, i))->line, lines[i]);
    assert_int_equal(l.ratings.n, 2);
    loaded_done(&l);
}

/* The last row cut off at every byte: read only where the whole timestamp is there, or a
 * finding. */
static void a_cut_last_row(void **state)
{
    static const char whole[] = "1,1,4.0,964982703\r\n2,31,3.5,1537799250\r\n";
    const size_t first = strlen("1,1,4.0,964982703\r\n"), end = strlen(whole) - 2;
    for (size_t n = first + 1; n <= end; n++) {
        char text[100];
        struct loaded l;
        (void)snprintf(text, sizeof text, "%.*s", (int)n, whole);
        load_row(state, text, &l);
        assert_int_equal(l.ratings.n, n == end ? 2 : 1);
        if (n == end)
            assert_no_finding(&l);
        else
            assert_int_equal(l.findings.kept.n, 1);
        loaded_done(&l);
    }
    struct loaded l;
    load_row(state, "1,1,4.0,96498270", &l);
    assert_one_finding(&l, RULE_ML_ROW, 2, "cut off");
    loaded_done(&l);
    load_row(state, "1,1,4.0,96498270\n", &l); /* with a line end it is a whole row, of 1973 */
    assert_no_finding(&l);
    assert_int_equal(l.ratings.n, 1);
    loaded_done(&l);
}

static void order_and_repetitions(void **state)
{
    static const struct {
        const char *rows;
        size_t n;
    } rows[] = {
        {"1,1,4.0,964982703\n1,31,4.0,964982703\n2,1,4.0,964982703\n", 3},
        {"1,31,4.0,964982703\n1,1,4.0,964982703\n", 2},
        {"2,1,4.0,964982703\n1,31,4.0,964982703\n", 2},
        {"1,1,4.0,964982703\n1,1,4.0,964982703\n1,31,4.0,964982703\n", 2},
        /* the store finds this one */
        {"1,1,4.0,964982703\n1,31,4.0,964982703\n1,1,4.0,964982703\n", 3},
        /* an orphan in between */
        {"1,1,4.0,964982703\n1,30,4.0,964982703\n1,1,4.0,964982703\n", 1},
        {"", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct loaded l;
        load_row(state, rows[i].rows, &l);
        assert_int_equal(l.ratings.n, rows[i].n);
        loaded_done(&l);
    }
}

static void lines_too_long(void **state)
{
    static const size_t sizes[] = {65535, 65536, 65537, 200000, 262143, 262144, 300000, 600000};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (int ended = 0; ended < 2; ended++) {
            struct str s;
            struct loaded l;
            str_init(&s, 1u << 20);
            str_addz(&s, RATINGS_HEADER "1,1,4.0,964982703\r\n");
            str_add_repeat(&s, '1', sizes[i]);
            /* what the tail holds must not be taken for a row */
            str_addz(&s, ended ? "1,31,4.0,964982703\n2,31,4.0,964982703\n" : "1,31,4.0,964982703");
            load_ratings(state, str_view(&s), &l);
            assert_int_equal(l.findings.kept.n, 1);
            assert_int_equal(((const struct finding *)vec_at(&l.findings.kept, 0))->line, 3);
            assert_int_equal(l.ratings.n, ended ? 2 : 1);
            if (ended)
                assert_rating(&l, 1, 2, 31, 8, 964982703);
            loaded_done(&l);
            str_done(&s);
        }
}

/* ---- pieces: `n` rows of which every `bad`-th names no movie (0: none), then an end of one's
 * own */

static void add_numbered(struct str *s, int64_t i, bool is_bad)
{
    str_addf(
        s, "%" PRId64 ",%d,%d.5,%d\r\n", i, is_bad ? 77 : 31, (int)(i % 5), 964982703 + (int)i);
}

/* How many such rows reach the end of so many pieces. */
static int64_t rows_of_pieces(size_t pieces)
{
    struct str s;
    int64_t n = 0;
    str_init(&s, 1u << 24);
    str_addz(&s, RATINGS_HEADER);
    while (str_view(&s).n < pieces * AHEAD_PIECE)
        add_numbered(&s, ++n, false);
    str_done(&s);
    return n;
}

static void check_pieces(void **state, int64_t n, int64_t bad, const char *end, int64_t more)
{
    struct str s;
    struct loaded l;
    int64_t good = 0;
    str_init(&s, 1u << 24);
    str_addz(&s, RATINGS_HEADER);
    for (int64_t i = 1; i <= n; i++) {
        bool is_bad = bad > 0 && i % bad == 0;
        add_numbered(&s, i, is_bad);
        good += !is_bad;
    }
    str_addz(&s, end);
    load_ratings(state, str_view(&s), &l);
    assert_int_equal(l.ratings.n, good + more);
    assert_int_equal(l.findings.per_rule[RULE_ML_ORPHAN], n - good);
    size_t at = 0;
    for (int64_t i = 1; i <= n; i++)
        if (bad == 0 || i % bad != 0)
            assert_rating(&l, at++, i, 31, i % 5 * 2 + 1, 964982703 + i);
    for (size_t i = 0; i < l.findings.kept.n; i++) /* in order, each with its line */
        assert_int_equal(((const struct finding *)vec_at(&l.findings.kept, i))->line,
            (int64_t)(i + 1) * bad + 1);
    int64_t counted = 0;
    for (size_t i = 0; i < l.stats.n; i++)
        counted += ((const struct rating_stats *)vec_at(&l.stats, i))->count;
    assert_int_equal(counted, good + more);
    loaded_done(&l);
    str_done(&s);
}

static void pieces_end(void **state)
{
    static const char last[] = "200000,31,3.0,964982703";
    for (size_t pieces = 1; pieces <= 2; pieces++)
        for (int64_t n = rows_of_pieces(pieces) - 2, end = n + 4; n <= end; n++) {
            check_pieces(state, n, 0, "", 0);
            check_pieces(state, n, 0, last, 1);
            check_pieces(state, n, 7, last, 1);
        }
    check_pieces(state, 131072, 0, last, 1);
    check_pieces(
        state, 70000, 1, "", 0); /* a whole block of rows that are left out is not the end */
    check_pieces(state, 140000, 1, last, 1);
    check_pieces(state, 150000, 2, "", 0);
}

static void statistics(void **state)
{
    struct loaded l;
    load_row(state,
        "1,2147483647,5.0,964982703\n1,1,0.5,964982703\n2,1,0.5,964982703\n3,1,4.0,964982703\n4,"
        "5000000,2.5,964982703\n",
        &l);
    assert_int_equal(l.stats.n, 3); /* 31 has none */
    const struct rating_stats *s = vec_at(&l.stats, 0);
    assert_int_equal(s->movielens_id, 1);
    assert_int_equal(s->count, 3);
    assert_int_equal(s->sum_half_stars, 10);
    assert_int_equal(s->histogram[0], 2);
    assert_int_equal(s->histogram[7], 1);
    s = vec_at(&l.stats, 1);
    assert_int_equal(s->movielens_id, 5000000);
    s = vec_at(&l.stats, 2);
    assert_int_equal(s->movielens_id, 2147483647);
    assert_int_equal(s->histogram[9], 1);
    loaded_done(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(good_rows, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(every_half_star, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(fixed_rows, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(bad_rows, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(a_finding_names_its_place, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(
            findings_come_in_the_order_of_lines, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(a_cut_last_row, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(order_and_repetitions, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(lines_too_long, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(pieces_end, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(statistics, box_setup, box_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
