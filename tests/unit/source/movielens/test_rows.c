/* Rows of movies.csv, links.csv and tags.csv: what is read, what is left out and what is said. */
#include "release_help.h"

#include <stdio.h>

static const char two_movies[] = MOVIES_HEADER "1,Toy Story (1995),Adventure|Animation\r\n"
                                               "11,\"American President, The (1995)\",Comedy\r\n";

static const struct ml_movie *movie(const struct loaded *l, size_t i)
{
    assert_true(i < l->movies.n);
    return vec_at(&l->movies, i);
}

static const struct ml_tag *tag(const struct loaded *l, size_t i)
{
    assert_true(i < l->tags.n);
    return vec_at(&l->tags, i);
}

static void load_three(
    void **state, const char *movies, const char *links, const char *tags, struct loaded *l)
{
    box_write_release(state, movies, links, RATINGS_HEADER, tags);
    load_good(*state, l);
}

static void movies_and_links(void **state)
{
    struct loaded l;
    load_three(state, two_movies, LINKS_HEADER "1,0114709,862\r\n11,0112346,\r\n", TAGS_HEADER, &l);
    assert_no_finding(&l);
    assert_int_equal(l.movies.n, 2);
    assert_int_equal(movie(&l, 0)->movielens_id, 1);
    assert_view(movie(&l, 0)->raw_title, "Toy Story (1995)");
    assert_view(movie(&l, 0)->title, "Toy Story");
    assert_int_equal(movie(&l, 0)->year, 1995);
    assert_view(movie(&l, 0)->genres, "Adventure|Animation");
    assert_view(movie(&l, 0)->imdb_id, "tt0114709");
    assert_int_equal(movie(&l, 0)->tmdb_id, 862);
    assert_view(movie(&l, 1)->raw_title, "American President, The (1995)");
    assert_view(movie(&l, 1)->title, "The American President");
    assert_view(movie(&l, 1)->imdb_id, "tt0112346");
    assert_int_equal(movie(&l, 1)->tmdb_id, 0);
    assert_int_equal(l.release.movies, 2);
    assert_int_equal(l.release.links, 2);
    loaded_done(&l);
}

/* LF, no line end at the end, a byte order mark in every file, and a quoted header. */
static void other_line_ends(void **state)
{
    struct loaded l;
    box_write_release(state,
        "\xEF\xBB\xBFmovieId,title,genres\n1,Toy Story (1995),(no genres listed)",
        "\xEF\xBB\xBF\"movieId\",\"imdbId\",\"tmdbId\"\n1,0114709,862",
        "\xEF\xBB\xBF"
        "userId,movieId,rating,timestamp\n1,1,4.0,964982703",
        "\xEF\xBB\xBF"
        "userId,movieId,tag,timestamp\n1,1,fun,964982703");
    load_good(*state, &l);
    assert_no_finding(&l);
    assert_view(movie(&l, 0)->genres, "(no genres listed)");
    assert_int_equal(l.ratings.n, 1);
    assert_int_equal(l.tags.n, 1);
    loaded_done(&l);
}

static void files_with_headers_only(void **state)
{
    struct loaded l;
    box_write_release(state, MOVIES_HEADER, "movieId,imdbId,tmdbId",
        "userId,movieId,rating,timestamp", TAGS_HEADER);
    load_good(*state, &l);
    assert_no_finding(&l);
    assert_int_equal(l.movies.n + l.ratings.n + l.tags.n + l.stats.n, 0);
    loaded_done(&l);
}

static void movie_rows(void **state)
{
    static const struct {
        const char *row;
        enum rule rule;
        const char *part;
        size_t movies;
    } rows[] = {
        {"3,X (1999)", RULE_ML_ROW, "2 fields, expected 3", 1},
        {"3,American President, The (1999),Drama", RULE_ML_ROW, "4 fields", 1},
        {"3,\"11'09\"01 - September 11 (2002)\",Drama", RULE_ML_ROW, "closing quote", 1},
        {"3,\"X (1999),Drama", RULE_ML_ROW, "ends inside a quoted field", 1},
        {"x,X (1999),Drama", RULE_ML_VALUE, "'x'", 1},
        {"0,X (1999),Drama", RULE_ML_VALUE, "from 1 to 2147483647", 1},
        {"3,X\xE9 (1999),Drama", RULE_ML_VALUE, "not valid UTF-8 at byte 2", 1},
        {"3,X\xED\xA0\x80 (1999),Drama", RULE_ML_VALUE, "not valid UTF-8", 1},
        {"3,X (1999),Dr\xFF"
         "ama",
            RULE_ML_VALUE, "not valid UTF-8", 1},
        {"1,X (1999),Drama", RULE_ML_DUPLICATE, "'X (1999)'", 1},
        {"3.0,X (1999),Drama", RULE_ML_FIXED, "'3.0' read as 3", 2},
        {"3,X \"Y\" (1999),Drama", RULE_ML_FIXED, "a quote in a field that is not quoted", 2},
        {"3,X,Drama", RULE_ML_TITLE, "no year", 2},
        {"3, (2019),Drama", RULE_ML_TITLE, "no name", 2},
        {"3,X (2006\u20132007),Drama", RULE_ML_FIXED, "range", 2},
        {"3,X (2017) (2017),Drama", RULE_ML_FIXED, "twice", 2},
        {"3,X (1983)),Drama", RULE_ML_FIXED, "doubled", 2},
        {"3,X (1957) (Y),Drama", RULE_ML_FIXED, "middle", 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[400];
        struct loaded l;
        (void)snprintf(
            text, sizeof text, "%s1,A (1999),Drama\r\n%s\r\n", MOVIES_HEADER, rows[i].row);
        load_three(state, text, LINKS_HEADER, TAGS_HEADER, &l);
        assert_one_finding(&l, rows[i].rule, 3, rows[i].part);
        assert_int_equal(l.movies.n, rows[i].movies);
        assert_int_equal(l.release.movies, rows[i].movies);
        assert_view(movie(&l, 0)->title, "A");
        loaded_done(&l);
    }
}

/* Cosmetics are no findings: the raw title keeps them. */
static void titles_that_are_only_cleaned(void **state)
{
    struct loaded l;
    load_three(state,
        MOVIES_HEADER
        "1,Skokie\u00a0(1981) ,Drama\r\n2,Vlad (Vlad &#354;epe&#351;)  (1979),Drama\r\n"
        "3,\"\"\"Sr.\"\" (2022)\",Drama\r\n4,Punorjonmo | \u09aa (2021),Drama\r\n",
        LINKS_HEADER, TAGS_HEADER, &l);
    assert_no_finding(&l);
    assert_view(movie(&l, 0)->raw_title, "Skokie\u00a0(1981) ");
    assert_view(movie(&l, 0)->title, "Skokie");
    assert_view(movie(&l, 1)->raw_title, "Vlad (Vlad &#354;epe&#351;)  (1979)");
    assert_view(movie(&l, 1)->title, "Vlad (Vlad \u0162epe\u015f)");
    assert_view(movie(&l, 2)->raw_title, "\"Sr.\" (2022)");
    assert_view(movie(&l, 3)->genres, "Drama");
    assert_null(movie(&l, 0)->imdb_id.p);
    loaded_done(&l);
}

static void link_rows(void **state)
{
    static const struct {
        const char *row;
        enum rule rule; /* RULE_COUNT: none */
        const char *part, *imdb;
        int64_t tmdb;
    } rows[] = {
        {"11,10147546,862", RULE_COUNT, "", "tt10147546", 862},
        {"11,0114709,", RULE_COUNT, "", "tt0114709", 0},
        {"11,10147546,12345678", RULE_COUNT, "", "tt10147546", 12345678},
        {"11,10147546,0000862\r", RULE_COUNT, "", "tt10147546", 862},
        {"11,01147546,862", RULE_ML_FIXED, "'01147546' read as tt1147546", "tt1147546", 862},
        {"11,00000000,862", RULE_ML_VALUE, "not an IMDb id", NULL, 0},
        {"11,0114709,0000000", RULE_ML_VALUE, "'0000000' is not", NULL, 0},
        {"11,0114709,862,", RULE_ML_ROW, "4 fields, expected 3", NULL, 0},
        {"0,0114709,862", RULE_ML_VALUE, "'0' is not a whole number from 1", NULL, 0},
        {"11,,862", RULE_COUNT, "", NULL, 862},
        {"11,0114709,862.0", RULE_ML_FIXED, "'862.0' read as 862", "tt0114709", 862},
        {"11,114709,862", RULE_ML_FIXED, "'114709' read as tt0114709", "tt0114709", 862},
        {"11,114709.0,862", RULE_ML_FIXED, "'114709.0' read as tt0114709", "tt0114709", 862},
        {"11,tt0114709,862", RULE_ML_FIXED, "read as tt0114709", "tt0114709", 862},
        {"11,0000114709,862", RULE_ML_FIXED, "read as tt0114709", "tt0114709", 862},
        {"11,\"0114709\",862", RULE_ML_FIXED, "read as tt0114709", "tt0114709", 862},
        {"11,01147x9,862", RULE_ML_VALUE, "'01147x9' is not an IMDb id", NULL, 0},
        {"11,0000000,862", RULE_ML_VALUE, "not an IMDb id", NULL, 0},
        {"11,12345678901,862", RULE_ML_VALUE, "not an IMDb id", NULL, 0},
        {"11,0114709,0", RULE_ML_VALUE, "'0' is not a whole number from 1", NULL, 0},
        {"11,0114709,-1", RULE_ML_VALUE, "'-1'", NULL, 0},
        {"11,0114709,862.5", RULE_ML_VALUE, "'862.5'", NULL, 0},
        {"11,0114709,nan", RULE_ML_VALUE, "'nan'", NULL, 0},
        {"11,0114709", RULE_ML_ROW, "2 fields, expected 3", NULL, 0},
        {"1,0114710,863", RULE_ML_DUPLICATE, "line 2", NULL, 0},
        {"12,0114710,863", RULE_ML_ORPHAN, "no movie 12", NULL, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[400];
        struct loaded l;
        (void)snprintf(text, sizeof text, "%s1,0114709,862\r\n%s\r\n", LINKS_HEADER, rows[i].row);
        load_three(state, two_movies, text, TAGS_HEADER, &l);
        if (rows[i].rule == RULE_COUNT)
            assert_no_finding(&l);
        else
            assert_one_finding(&l, rows[i].rule, 3, rows[i].part);
        assert_int_equal(movie(&l, 0)->tmdb_id, 862);
        assert_int_equal(movie(&l, 1)->tmdb_id, rows[i].tmdb);
        if (rows[i].imdb == NULL)
            assert_null(movie(&l, 1)->imdb_id.p);
        else
            assert_view(movie(&l, 1)->imdb_id, rows[i].imdb);
        assert_int_equal(l.release.links, rows[i].tmdb != 0 || rows[i].imdb != NULL ? 2 : 1);
        loaded_done(&l);
    }
}

static void tag_rows(void **state)
{
    static const struct {
        const char *row, *tag;
        enum rule rule; /* RULE_COUNT: none */
        const char *part;
    } rows[] = {
        {"15,1,funny,1445714994", "funny", RULE_COUNT, ""},
        {"567,1,\"\"\"artsy\"\"\",1525285878", "\"artsy\"", RULE_COUNT, ""},
        {"567,1,\"a, b\",1525285878", "a, b", RULE_COUNT, ""},
        {"567,1,\"a\r\nb\",1525285878", "a\r\nb", RULE_COUNT, ""},
        {"1,1,007,1445714994", "007", RULE_COUNT, ""},
        {"1,1,Thriller ,1445714994", "Thriller ", RULE_COUNT, ""},
        {"1,1,  x,1445714994", "  x", RULE_COUNT, ""},
        {"1,1,\u00a0,1445714994", "\u00a0", RULE_COUNT, ""},
        {"1,1, ,1445714994", " ", RULE_COUNT, ""},
        {"1,1,,1445714994", "", RULE_COUNT, ""},
        {"1,1,\"\",1445714994", "", RULE_COUNT, ""},
        {"1,1,no,1445714994", "no", RULE_COUNT, ""},
        {"1,1,Kirk Wise\\nDisney,1445714994", "Kirk Wise\\nDisney", RULE_COUNT, ""},
        {"1,1,Almod\u00c3\u00b3var,1445714994", "Almod\u00c3\u00b3var", RULE_COUNT, ""},
        {"1,1,Fe\u0301lix,1445714994", "Fe\u0301lix", RULE_COUNT,
            ""}, /* not composed: as delivered */
        {"1,1,\U0001F600,1445714994", "\U0001F600", RULE_COUNT, ""},
        {"1,1,old,99999999", "old", RULE_COUNT, ""},
        {"12345678,1,big,1445714994", "big", RULE_COUNT, ""},
        {"1,1,the \"best\" one,1445714994", "the \"best\" one", RULE_ML_FIXED,
            "a quote in a field"},
        {"1.0,1,x,1445714994", "x", RULE_ML_FIXED, "'1.0' read as 1"},
        {"1,1,\xE9,1445714994", NULL, RULE_ML_VALUE, "not valid UTF-8"},
        {"1,1,x,4102444801", NULL, RULE_ML_VALUE, "to 4102444800"},
        {"1,1,x,", NULL, RULE_ML_VALUE, "''"},
        {"0,1,x,1445714994", NULL, RULE_ML_VALUE, "'0'"},
        {"1,0,x,1445714994", NULL, RULE_ML_VALUE, "'0'"},
        {"1,2,x,1445714994", NULL, RULE_ML_ORPHAN, "no movie 2"},
        {"1,1,x", NULL, RULE_ML_ROW, "3 fields"},
        {"1,1,a,b,1445714994", NULL, RULE_ML_ROW, "5 fields"},
        {"1,1,\"x,1445714994", NULL, RULE_ML_ROW, "something stands"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[400];
        struct loaded l;
        (void)snprintf(
            text, sizeof text, "%s%s\r\n1,1,\"last\",1445714994\r\n", TAGS_HEADER, rows[i].row);
        load_three(state, two_movies, LINKS_HEADER, text, &l);
        if (rows[i].rule == RULE_COUNT)
            assert_no_finding(&l);
        else
            assert_one_finding(&l, rows[i].rule, 2, rows[i].part);
        assert_int_equal(l.tags.n, rows[i].tag == NULL ? 1 : 2);
        assert_int_equal(l.release.tags, l.tags.n);
        if (rows[i].tag != NULL)
            assert_view(tag(&l, 0)->tag, rows[i].tag);
        assert_view(tag(&l, l.tags.n - 1)->tag, "last");
        loaded_done(&l);
    }
}

/* Texts of 10,000 bytes are read, one byte more is a finding; NUL bytes too. The plain and the
 * quoted way agree. */
static void long_texts_and_nul(void **state)
{
    for (size_t n = 9999; n <= 10001; n++)
        for (int quoted = 0; quoted < 2; quoted++) {
            struct str s;
            struct loaded l;
            str_init(&s, 100000);
            str_addf(&s, "%s1,1,%s", TAGS_HEADER, quoted ? "\"" : "");
            str_add_repeat(&s, 'x', n);
            str_addf(&s, "%s,1445714994\r\n", quoted ? "\"" : "");
            load_three(state, two_movies, LINKS_HEADER, str_z(&s), &l);
            assert_int_equal(l.tags.n, n <= 10000 ? 1 : 0);
            if (n <= 10000)
                assert_int_equal(tag(&l, 0)->tag.n, n);
            else
                assert_one_finding(&l, RULE_ML_VALUE, 2, "more than 10000");
            loaded_done(&l);
            str_done(&s);
        }
    static const char nul[] = TAGS_HEADER "1,1,a\0b,1445714994\r\n1,1,c,1445714994\r\n";
    struct loaded l;
    box_write_release(state, two_movies, LINKS_HEADER, RATINGS_HEADER, "");
    box_write(state, "tags.csv", (struct view){nul, sizeof nul - 1});
    load_good(*state, &l);
    assert_one_finding(&l, RULE_ML_VALUE, 2, "NUL");
    assert_int_equal(l.tags.n, 1);
    loaded_done(&l);
}

/* Tags of every length, plain and quoted by turns, over several windows: the quick and the ordinary
 * way take over from each other anywhere. */
static void many_tags(void **state)
{
    enum { TAGS = 20000 };
    struct str s;
    struct loaded l;
    str_init(&s, 1u << 24);
    str_addz(&s, TAGS_HEADER);
    for (int i = 0; i < TAGS; i++) {
        const char *quote = i % 7 == 3 ? "\"" : "";
        str_addf(&s, "%d,%d,%s%d %.*s%s,%d%s\n", i + 1, i % 2 == 0 ? 1 : 11, quote, i, i % 53,
            "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz", quote, 1445714994 + i,
            i % 3 == 0 ? "" : "\r");
    }
    assert_true(s.n > 800000);
    load_three(state, two_movies, LINKS_HEADER, str_z(&s), &l);
    assert_no_finding(&l);
    assert_int_equal(l.tags.n, TAGS);
    for (int i = 0; i < TAGS; i++) {
        char want[100];
        (void)snprintf(want, sizeof want, "%d %.*s", i, i % 53,
            "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz");
        assert_view(tag(&l, (size_t)i)->tag, want);
        assert_int_equal(tag(&l, (size_t)i)->user_id, i + 1);
        assert_int_equal(tag(&l, (size_t)i)->movielens_id, i % 2 == 0 ? 1 : 11);
        assert_int_equal(tag(&l, (size_t)i)->tagged_at, 1445714994 + i);
    }
    loaded_done(&l);
    str_done(&s);
}

static void the_longest_list_of_genres(void **state)
{
    for (size_t n = 1000; n <= 1001; n++) {
        struct str s;
        struct loaded l;
        str_init(&s, 10000);
        str_addz(&s, MOVIES_HEADER "1,X (1999),");
        str_add_repeat(&s, 'x', n);
        load_three(state, str_z(&s), LINKS_HEADER, TAGS_HEADER, &l);
        assert_int_equal(l.movies.n, n == 1000 ? 1 : 0);
        if (n > 1000)
            assert_one_finding(&l, RULE_ML_VALUE, 2, "1001 bytes, more than 1000");
        loaded_done(&l);
        str_done(&s);
    }
}

static void a_cut_last_tag(void **state)
{
    struct loaded l;
    load_three(
        state, two_movies, LINKS_HEADER, TAGS_HEADER "1,1,x,1445714994\r\n1,1,y,14457149", &l);
    assert_one_finding(&l, RULE_ML_ROW, 3, "cut off");
    assert_int_equal(l.tags.n, 1);
    loaded_done(&l);
    load_three(state, two_movies, LINKS_HEADER, TAGS_HEADER "1,1,x,1445714994\r\n1,1", &l);
    assert_one_finding(&l, RULE_ML_ROW, 3, "probably cut off");
    loaded_done(&l);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, box_setup, box_teardown)
    const struct CMUnitTest tests[] = {
        TEST(movies_and_links),
        TEST(other_line_ends),
        TEST(files_with_headers_only),
        TEST(movie_rows),
        TEST(titles_that_are_only_cleaned),
        TEST(link_rows),
        TEST(tag_rows),
        TEST(long_texts_and_nul),
        TEST(the_longest_list_of_genres),
        TEST(many_tags),
        TEST(a_cut_last_tag),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
