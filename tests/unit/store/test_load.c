/* Loading MovieLens releases: what arrives, and what is left out. Loads that fail are
 * test_load_fails.c's. */
#include "kit.h"

#include "base/file.h"
#include "generated.h"

#include <stdio.h>
#include <string.h>

/* ---- a small release from arrays */

struct small {
    const struct ml_movie *movies;
    const char *ratings; /* "user movie half_stars rated_at; ..." */
    const char *tags;    /* "user movie tag tagged_at; ..." */
    bool wrong_stats;
    size_t block; /* rows per block */
    enum ml_kept kept;
    /* state */
    char text[4000];
    size_t at;
    int32_t user[100], movie[100];
    uint32_t number[100]; /* of the movie; beyond all when there is no such movie */
    uint8_t half_stars[100];
    int64_t rated_at[100];
    size_t rating_n, rating_at;
    struct rating_stats stats[100];
    size_t stats_n;
    struct ml_release release;
    char tag[100];
};

static const struct ml_movie three[] = {
    {1, {"Toy Story (1995)", 16}, {"Toy Story", 9}, 1995, {"Adventure|Animation", 19},
        {"tt0114709", 9}, 862},
    {2, {" (2019)", 7}, {"", 0}, 2019, {"(no genres listed)", 18}, {NULL, 0}, 0},
    {40, {"Hamlet", 6}, {"Hamlet", 6}, 0, {"Drama", 5}, {"tt0113497", 9}, 8844},
    {0, {NULL, 0}, {NULL, 0}, 0, {NULL, 0}, {NULL, 0}, 0},
};

static bool small_movies(void *payload,
    bool (*take)(void *to, const struct ml_movie *m, struct err *e), void *to, struct err *e)
{
    struct small *s = payload;
    for (const struct ml_movie *m = s->movies; m->movielens_id != 0; m++)
        if (!take(to, m, e))
            return false;
    return true;
}

static void count(struct small *s, size_t i)
{
    size_t k = 0;
    while (k < s->stats_n && s->stats[k].movielens_id != s->movie[i])
        k++;
    if (k == s->stats_n)
        s->stats[s->stats_n++] = (struct rating_stats){.movielens_id = s->movie[i]};
    s->stats[k].count++;
    s->stats[k].sum_half_stars += s->half_stars[i];
    s->stats[k].histogram[s->half_stars[i] - 1]++;
}

static uint32_t number_of(const struct small *s, int32_t movie)
{
    uint32_t before = 0;
    bool known = false;
    for (const struct ml_movie *m = s->movies; m->movielens_id != 0; m++) {
        before += m->movielens_id < movie;
        known = known || m->movielens_id == movie;
    }
    return known ? before : UINT32_MAX;
}

static bool small_ratings(void *payload, struct rating_block *ret, struct err *e)
{
    struct small *s = payload;
    size_t n = s->rating_n - s->rating_at < s->block ? s->rating_n - s->rating_at : s->block;
    if (s->kept != KEPT_ROWS)
        n = 0;
    (void)e;
    *ret = (struct rating_block){s->user + s->rating_at, s->movie + s->rating_at,
        s->number + s->rating_at, s->half_stars + s->rating_at, s->rated_at + s->rating_at, n};
    s->rating_at += n;
    return true;
}

static bool small_tag(void *payload, struct ml_tag *ret, bool *ret_end, struct err *e)
{
    struct small *s = payload;
    long long user, movie, at;
    int used = 0;
    (void)e;
    if (sscanf(s->tags + s->at, " %lld %lld %99s %lld;%n", &user, &movie, s->tag, &at, &used) !=
        4) {
        *ret_end = true;
        return true;
    }
    s->at += (size_t)used;
    *ret = (struct ml_tag){user, movie, view_of(strcmp(s->tag, "EMPTY") == 0 ? "" : s->tag), at};
    return true;
}

static const struct rating_stats *small_stats(void *payload, size_t *ret_n)
{
    struct small *s = payload;
    *ret_n = s->stats_n;
    return s->stats;
}

static const struct ml_release *small_release(void *payload)
{
    return &((struct small *)payload)->release;
}

static struct ml_source small_source(struct small *s)
{
    int user, movie, half_stars, used = 0;
    long long at;
    s->block = s->block == 0 ? 2 : s->block;
    for (const char *p = s->ratings;
         sscanf(p, " %d %d %d %lld;%n", &user, &movie, &half_stars, &at, &used) == 4; p += used) {
        s->user[s->rating_n] = user;
        s->movie[s->rating_n] = movie;
        s->number[s->rating_n] = number_of(s, movie);
        s->half_stars[s->rating_n] = (uint8_t)half_stars;
        s->rated_at[s->rating_n] = at;
        count(s, s->rating_n++);
    }
    if (s->release.name.p == NULL)
        s->release = (struct ml_release){view_of("ml-small"), view_of("aa"), view_of("bb"),
            view_of("cc"), view_of("dd"), 3, 4, 5, 6, KEPT_ROWS};
    return (struct ml_source){
        small_movies, small_ratings, small_tag, small_stats, small_release, s, 0, s->kept, 0, NULL,
        NULL};
}

static struct ml_load_result load_small(struct kit *k, struct small *s)
{
    struct ml_source source = small_source(s);
    struct ml_load_result r;
    must(store_load_movielens(k->s, &source, &r, &k->e));
    kit_sound(k);
    return r;
}

static void everything_arrives(void **state)
{
    struct kit *k = *state;
    struct ml_release release;
    bool exists = true;
    struct small s = {.movies = three,
        .ratings = "1 1 8 100; 1 40 1 101; 2 1 5 102; 7 40 10 -5;",
        .tags = "1 1 fun 10; 1 1 007 11; 2 40 EMPTY 12;"};
    must(store_release(k->s, &k->a, &release, &exists, &k->e));
    assert_false(exists);
    struct ml_load_result r = load_small(k, &s);
    assert_int_equal(r.movies, 3);
    assert_int_equal(r.ratings, 4);
    assert_int_equal(r.tags, 3);
    assert_int_equal(r.duplicate_ratings + r.duplicate_tags, 0);
    assert_string_equal(kit_text(k, "SELECT * FROM ratings ORDER BY 1, 2"),
        "1|1|4.0|100; 1|40|0.5|101; 2|1|2.5|102; 7|40|5.0|-5");
    assert_string_equal(kit_text(k, "SELECT * FROM tags ORDER BY 1, 2, 3"),
        "1|1|0|fun|10; 1|1|1|007|11; 2|40|0||12");
    assert_string_equal(kit_text(k, "SELECT * FROM movielens_movies ORDER BY 1"),
        "1|Toy Story (1995)|Toy "
        "Story|1995|Adventure|Animation|tt0114709|862|-|2|13|0|0|0|0|1|0|0|1|0|0; "
        "2| (2019)|-|2019|(no genres listed)|-|-|-|0|0|0|0|0|0|0|0|0|0|0|0; "
        "40|Hamlet|Hamlet|-|Drama|tt0113497|8844|-|2|11|1|0|0|0|0|0|0|0|0|1");
    must(store_release(k->s, &k->a, &release, &exists, &k->e));
    assert_true(exists);
    assert_view(release.name, "ml-small");
    assert_view(release.movies_sha256, "aa");
    assert_view(release.tags_sha256, "dd");
    assert_int_equal(release.links, 4);
    assert_int_equal(release.tags, 6);
}

static void duplicates_are_left_out_and_counted(void **state)
{
    struct kit *k = *state;
    struct small s = {.movies = three,
        .ratings = "1 1 8 100; 1 1 2 101; 2 40 3 1; 2 1 4 2; 2 40 9 3; 1 1 8 100;",
        .tags = "5 1 a 1; 5 1 a 2; 5 1 b 1; 5 1 a 1; 6 2 x 1; 5 1 b 1; 5 1 c 9; 4 1 a 1; 5 1 c 9;"};
    struct ml_load_result r = load_small(k, &s);
    assert_int_equal(r.ratings, 3);
    assert_int_equal(r.duplicate_ratings, 3);
    assert_string_equal(
        kit_text(k, "SELECT * FROM ratings ORDER BY 1, 2"), "1|1|4.0|100; 2|1|2.0|2; 2|40|1.5|1");
    /* Counts speak of what is stored, not of what the source saw. */
    assert_string_equal(
        kit_text(k, "SELECT rating_count, rating_sum, rated_2_0, rated_4_0, rated_1_5, rated_4_5"
                    " FROM movielens_movies ORDER BY movielens_id"),
        "2|12|1|1|0|0; 0|0|0|0|0|0; 1|3|0|0|1|0");
    assert_int_equal(r.tags, 6);
    assert_int_equal(r.duplicate_tags, 3);
    assert_string_equal(
        kit_text(k, "SELECT user_id, seq, tag, tagged_at FROM tags ORDER BY 1, movielens_id, 2"),
        "4|0|a|1; 5|0|a|1; 5|1|a|2; 5|2|b|1; 5|3|c|9; 6|0|x|1");
}

static void a_release_may_be_empty(void **state)
{
    struct kit *k = *state;
    static const struct ml_movie none[] = {{0, {NULL, 0}, {NULL, 0}, 0, {NULL, 0}, {NULL, 0}, 0}};
    struct small s = {.movies = none, .ratings = "", .tags = ""};
    struct ml_load_result r = load_small(k, &s);
    assert_int_equal(r.movies + r.ratings + r.tags, 0);
    assert_int_equal(kit_int(k, "SELECT count(*) FROM movielens_release"), 1);
    if (!kit_on_server())
        assert_int_equal(
            kit_int(k, "SELECT count(*) FROM sqlite_schema WHERE name = 'ix_ratings_movielens_id'"),
            1);
}

/* What is kept of ratings goes up and down, each time as a whole. */
static void statistics_may_be_kept_without_rows(void **state)
{
    static const enum ml_kept order[] = {KEPT_STATS, KEPT_ROWS, KEPT_NONE, KEPT_STATS};
    struct kit *k = *state;
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        struct ml_release release;
        bool exists;
        struct small s = {.movies = three,
            .kept = order[i],
            .tags = "1 1 fun 10;",
            .ratings = order[i] == KEPT_NONE ? "" : "1 1 8 100; 1 40 1 101; 2 1 5 102;"};
        s.release = (struct ml_release){view_of("ml-small"), view_of("aa"), view_of("bb"),
            order[i] == KEPT_NONE ? (struct view){NULL, 0} : view_of("cc"), view_of("dd"), 3, 4,
            order[i] == KEPT_NONE ? 0 : 3, 1, KEPT_ROWS};
        struct ml_load_result r = load_small(k, &s);
        assert_int_equal(r.ratings, order[i] == KEPT_ROWS ? 3 : 0);
        assert_int_equal(r.duplicate_ratings, 0);
        assert_int_equal(kit_int(k, "SELECT count(*) FROM ratings"), r.ratings);
        assert_string_equal(kit_text(k, "SELECT rating_count, rating_sum, rated_2_5, rated_4_0"
                                        " FROM movielens_movies WHERE movielens_id = 1"),
            order[i] == KEPT_NONE ? "0|0|0|0" : "2|13|1|1");
        must(store_release(k->s, &k->a, &release, &exists, &k->e));
        assert_true(exists);
        assert_int_equal(release.kept, order[i]);
        assert_int_equal(release.ratings, order[i] == KEPT_NONE ? 0 : 3);
        assert_int_equal(release.ratings_sha256.n, order[i] == KEPT_NONE ? 0 : 2);
    }
}

/* Of a database from before there was a choice. */
static void a_release_without_the_word_has_its_rows(void **state)
{
    struct kit *k = *state;
    struct ml_release release;
    bool exists;
    struct small s = {.movies = three, .ratings = "1 1 8 100;", .tags = ""};
    (void)load_small(k, &s);
    kit_sql(k, "UPDATE movielens_release SET ratings_kept = NULL");
    must(store_release(k->s, &k->a, &release, &exists, &k->e));
    assert_int_equal(release.kept, KEPT_ROWS);
}

static void orphans_end_the_load(void **state)
{
    struct kit *k = *state;
    struct ml_load_result r;
    struct small rating = {.movies = three, .ratings = "1 1 8 100; 1 3 8 100;", .tags = ""};
    struct small tag = {.movies = three, .ratings = "1 1 8 100;", .tags = "1 1 x 1; 9 41 y 1;"};
    struct ml_source source = small_source(&rating);
    must_fail(store_load_movielens(k->s, &source, &r, &k->e), ERR_DATA);
    assert_says("a rating of user 1 names movie 3");
    source = small_source(&tag);
    must_fail(store_load_movielens(k->s, &source, &r, &k->e), ERR_DATA);
    assert_says("a tag of user 9 names movie 41");
    assert_int_equal(
        kit_int(
            k, "SELECT (SELECT count(*) FROM movielens_movies) + (SELECT count(*) FROM ratings)"),
        0);
}

static void a_number_of_no_movie_is_an_error(void **state)
{
    struct kit *k = *state;
    struct ml_load_result r;
    struct small s = {.movies = three, .ratings = "1 1 8 100; 1 40 8 100;", .tags = ""};
    struct ml_source source = small_source(&s);
    s.number[1] = 3;
    must_fail(store_load_movielens(k->s, &source, &r, &k->e), ERR_BUG);
    assert_int_equal(kit_int(k, "SELECT count(*) FROM ratings"), 0);
}

/* ---- replacing */

static void another_release_replaces_all_but_links(void **state)
{
    struct kit *k = *state;
    struct movie m = {.id = 862, .tmdb_id = 862, .title = view_of("Toy Story")};
    struct movie own = {.id = -2, .title = view_of("(2019)")};
    size_t changed;
    static const struct ml_movie other[] = {
        {1, {"Toy Story! (1996)", 17}, {"Toy Story!", 10}, 1996, {"Comedy", 6}, {NULL, 0}, 0},
        {50, {"New", 3}, {"New", 3}, 0, {"Drama", 5}, {NULL, 0}, 0},
        {0, {NULL, 0}, {NULL, 0}, 0, {NULL, 0}, {NULL, 0}, 0},
    };
    struct small first = {
        .movies = three, .ratings = "1 1 8 100; 1 40 1 101;", .tags = "1 2 fun 10;"};
    struct small second = {.movies = other,
        .ratings = "3 50 8 100; 1 1 2 7;",
        .tags = "8 50 z 1;",
        .release = {
            view_of("ml-next"), {"a", 1}, {"b", 1}, {"c", 1}, {"d", 1}, 1, 1, 1, 1, KEPT_ROWS}};
    (void)load_small(k, &first);
    must(store_begin(k->s, &k->e));
    must(store_put_movies(k->s, &m, 1, false, 1, 1, &changed, &k->e));
    must(store_put_movies(k->s, &own, 1, false, 1, 1, &changed, &k->e));
    must(store_set_links(k->s, &(struct id_pair){1, 862}, 1, &k->e));
    must(store_set_links(k->s, &(struct id_pair){2, -2}, 1, &k->e));
    must(store_commit(k->s, &k->e));
    struct ml_load_result r = load_small(k, &second);
    assert_int_equal(r.movies, 2);
    assert_string_equal(
        kit_text(
            k, "SELECT movielens_id, title, year, movie_id, rating_count FROM movielens_movies"),
        "1|Toy Story!|1996|862|1; 50|New|-|-|1");
    assert_string_equal(kit_text(k, "SELECT * FROM ratings"), "1|1|1.0|7; 3|50|4.0|100");
    assert_string_equal(kit_text(k, "SELECT user_id, movielens_id FROM tags"), "8|50");
    assert_string_equal(kit_text(k, "SELECT name FROM movielens_release"), "ml-next");
    assert_string_equal(kit_text(k, "SELECT id FROM movies ORDER BY id"), "-2; 862");
    if (!kit_on_server())
        assert_string_equal(kit_text(k, "PRAGMA journal_mode"), "wal");
}

static void generated_counts_are_right(void **state)
{
    struct kit *k = *state;
    generated_load(k, 50000, 3);
    kit_sound(k);
    assert_int_equal(kit_int(k, "SELECT count(*) FROM movielens_movies m WHERE rating_count <>"
                                " (SELECT count(*) FROM ratings r WHERE r.movielens_id = "
                                "m.movielens_id) OR rating_sum <>"
                                " (SELECT coalesce(sum(rating * 2), 0) FROM ratings r WHERE "
                                "r.movielens_id = m.movielens_id)"
                                " OR rating_count <> rated_0_5 + rated_1_0 + rated_1_5 + rated_2_0 "
                                "+ rated_2_5 + rated_3_0"
                                " + rated_3_5 + rated_4_0 + rated_4_5 + rated_5_0"),
        0);
}

/* ---- circumstances */

static void a_load_respects_the_lease(void **state)
{
    struct kit *k = *state;
    struct store *mine = k->s;
    struct small s = {.movies = three, .ratings = "1 1 8 100;", .tags = ""};
    struct ml_source source = small_source(&s);
    struct ml_load_result r;
    must(store_take_lease(mine, "first", 10, &k->e));
    kit_clock(1, 60);
    k->s = NULL;
    kit_open(k, STORE_WRITE);
    must(store_take_lease(k->s, "second", 10, &k->e));
    must_fail(store_load_movielens(mine, &source, &r, &k->e), ERR_LOCKED);
    assert_says("second");
    must(store_begin(k->s, &k->e));
    must_fail(store_load_movielens(k->s, &source, &r, &k->e), ERR_BUG);
    store_rollback(k->s);
    store_close(mine);
}

static void a_load_into_an_empty_database_goes_beside_a_reader(void **state)
{
    struct kit *k = *state;
    struct store *writer = k->s;
    struct store_status status;
    k->s = NULL;
    kit_open(k, STORE_READ); /* so the journal mode cannot be changed */
    must(store_status(k->s, &status, &k->e));
    struct kit other = {.s = writer};
    generated_load(&other, 20000, 5);
    must(store_status(k->s, &status, &k->e));
    assert_int_equal(status.ratings, kit_int(k, "SELECT count(*) FROM ratings"));
    assert_true(status.ratings > 15000);
    store_close(writer);
}

static void a_release_of_another_prefix_stays(void **state)
{
    struct kit *k = *state;
    generated_load(k, 5000, 1);
    k->config.prefix = "b_";
    kit_open(k, STORE_CREATE);
    generated_load(k, 3000, 2);
    assert_true(
        kit_int(k, "SELECT count(*) FROM ratings") > kit_int(k, "SELECT count(*) FROM b_ratings"));
    kit_sound(k);
}

static void clear_gives_the_space_back(void **state)
{
    struct kit *k = *state;
    int64_t before, after;
    uint64_t rows = 0;
    generated_load(k, 100000, 1);
    must(file_size(k->config.path, &before, &k->e));
    int64_t want = kit_int(k,
        "SELECT (SELECT count(*) FROM ratings) + (SELECT count(*) FROM tags) +"
        " (SELECT count(*) FROM movielens_movies) + (SELECT count(*) FROM movielens_release)");
    must(store_clear(k->s, &rows, &k->e));
    assert_int_equal(rows, want);
    must(file_size(k->config.path, &after, &k->e));
    assert_true(after < before / 4);
    kit_sound(k);
    generated_load(k, 1000, 1);
}

static const struct CMUnitTest both[] = {
    KIT_TEST(everything_arrives),
    KIT_TEST(duplicates_are_left_out_and_counted),
    KIT_TEST(a_release_may_be_empty),
    KIT_TEST(statistics_may_be_kept_without_rows),
    KIT_TEST(a_release_without_the_word_has_its_rows),
    KIT_TEST(orphans_end_the_load),
    KIT_TEST(a_number_of_no_movie_is_an_error),
    KIT_TEST(another_release_replaces_all_but_links),
    KIT_TEST(generated_counts_are_right),
    KIT_TEST(a_release_of_another_prefix_stays),
};
static const struct CMUnitTest embedded[] = {
    KIT_TEST(a_load_respects_the_lease),
    KIT_TEST(a_load_into_an_empty_database_goes_beside_a_reader),
    KIT_TEST(clear_gives_the_space_back),
};

int main(void)
{
    int failed = cmocka_run_group_tests(both, NULL, NULL);
    return kit_on_server() ? failed : failed + cmocka_run_group_tests(embedded, NULL, NULL);
}
