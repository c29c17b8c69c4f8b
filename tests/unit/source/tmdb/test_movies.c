/* Fetching movies over a scripted engine: one request each, missing sections once more, reviews
 * followed, outcomes. */
#include "script.h"

static void one_request_per_movie(void **state)
{
    (void)state;
    script_begin(&setting, two_sections);
    setting.run = (struct run){.next = 1000, .last = 1999};
    assert_true(script_fetch(&setting));
    assert_int_equal(setting.run.outcomes[TMDB_MOVIE], 1000);
    assert_int_equal(setting.fake.submitted, 1000);
    assert_int_equal(setting.fake.most, 4); /* connections */
    assert_int_equal(setting.run.ended, 1); /* next is not called again after false */
    struct tmdb_counts n;
    tmdb_counts(setting.c, &n);
    assert_int_equal(n.movies, 1000);
    assert_int_equal(n.requests, 1000);
    script_end(&setting);
}

static void the_request_is_as_documented(void **state)
{
    (void)state;
    static const char *const sections[] = {"videos", "watch/providers", "images", NULL};
    struct arena a;
    struct ask q;
    script_begin(&setting, sections);
    arena_init(&a);
    ask_init(&q, &a);
    assert_string_equal(setting.c->sections_joined, "videos,watch/providers,images");
    assert_string_equal(
        setting.c->more, "&include_image_language=en,null&include_video_language=en,null");
    client_ask(setting.c, &q, "/movie/%d?x=%s", 5, "y");
    assert_string_equal(str_z(&q.url), "http://127.0.0.1:9/3/movie/5?x=y&api_key=" KEY_OF_V3);
    client_ask(setting.c, &q, "/authentication");
    assert_string_equal(str_z(&q.url), "http://127.0.0.1:9/3/authentication?api_key=" KEY_OF_V3);
    struct view shown = ask_shown(&q, &a);
    assert_true(view_is(shown, "http://127.0.0.1:9/3/authentication?api_key=***"));
    ask_done(&q);
    arena_done(&a);
    script_end(&setting);
}

static void outcomes(void **state)
{
    static const struct {
        int64_t id;
        enum tmdb_outcome outcome;
        uint64_t requests;
        enum err_kind kind;
    } rows[] = {{PLAIN, TMDB_MOVIE, 1, ERR_NONE}, {GONE, TMDB_GONE, 1, ERR_NONE},
        {GONE_44, TMDB_GONE, 1, ERR_NONE}, {GONE_21, TMDB_GONE, 1, ERR_NONE},
        {WALL_404, TMDB_FAILED, 1, ERR_SERVICE}, {ALWAYS_500, TMDB_FAILED, 5, ERR_SERVICE},
        {WRONG_ID, TMDB_FAILED, 5, ERR_SERVICE}, {WRONG_ID_ONCE, TMDB_MOVIE, 2, ERR_NONE},
        {NOT_JSON, TMDB_FAILED, 5, ERR_SERVICE}, {ADULT, TMDB_ADULT, 1, ERR_NONE},
        {ADULT_BAD_TYPE, TMDB_ADULT, 1, ERR_NONE}, {BAD_TYPE, TMDB_FAILED, 1, ERR_DATA},
        {BAD_INPUT, TMDB_FAILED, 1, ERR_BUG}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fetch_one(rows[i].id);
        assert_int_equal(setting.run.result.outcome, rows[i].outcome);
        assert_int_equal(times_asked(rows[i].id), rows[i].requests);
        if (rows[i].outcome == TMDB_FAILED) {
            assert_int_equal(setting.run.result.why.kind, rows[i].kind);
            assert_non_null(strstr(setting.run.result.why.text, "movie "));
            assert_null(strstr(setting.run.result.why.text, KEY_OF_V3));
        }
        script_end(&setting);
    }
}

static void a_tombstone_says_when_and_why(void **state)
{
    (void)state;
    fetch_one(GONE);
    assert_true(setting.run.result.record.gone);
    assert_int_equal(setting.run.result.record.tmdb_id, GONE);
    assert_int_equal(setting.run.result.record.status_code, 34);
    assert_true(setting.run.result.record.at > 1700000000);
    script_end(&setting);
    fetch_one(GONE_44);
    assert_int_equal(setting.run.result.record.status_code, 44);
    script_end(&setting);
}

static void ids_that_are_none_are_not_asked_for(void **state)
{
    static const int64_t ids[] = {-1, 2147483648, INT64_MAX, INT64_MIN, PLAIN, 0};
    (void)state;
    script_begin(&setting, two_sections);
    setting.run = (struct run){.ids = ids};
    assert_true(script_fetch(&setting));
    assert_int_equal(setting.run.outcomes[TMDB_FAILED], 4);
    assert_int_equal(setting.run.outcomes[TMDB_MOVIE], 1);
    assert_int_equal(setting.fake.submitted, 1);
    script_end(&setting);
}

static void a_missing_section_is_asked_for_once(void **state)
{
    (void)state;
    fetch_one(NO_KEYWORDS);
    assert_int_equal(setting.script.keywords_asked, 1);
    assert_true(setting.run.keywords_said);
    assert_int_equal(setting.run.keyword_id, 9);
    script_end(&setting);
    fetch_one(NULL_KEYWORDS);
    assert_int_equal(setting.script.keywords_asked, 1);
    assert_int_equal(setting.run.keyword_id, 9);
    script_end(&setting);
    fetch_one(NEVER_KEYWORDS);
    assert_int_equal(setting.script.keywords_asked, 1);
    assert_int_equal(setting.run.result.outcome, TMDB_MOVIE);
    assert_false(setting.run.keywords_said); /* not fetched, which is not "none" */
    assert_true(setting.run.reviews_said);
    script_end(&setting);
    fetch_one(PLAIN);
    assert_int_equal(setting.run.keyword_id, 7);
    assert_true(setting.run.reviews_said &&
                setting.run.reviews == 0); /* none, which is not "not fetched" */
    script_end(&setting);
}

static void further_reviews_are_followed(void **state)
{
    (void)state;
    fetch_one(MANY_REVIEWS);
    assert_int_equal(setting.script.reviews_asked, 2);
    assert_int_equal(setting.run.reviews, 4); /* "shared" came three times */
    script_end(&setting);
    fetch_one(ENDLESS_REVIEWS);
    assert_int_equal(setting.script.reviews_asked, 49);
    assert_int_equal(setting.run.reviews, 51);
    script_end(&setting);
    /* a part has more tries than a movie: nobody would ask for it again soon */
    fetch_one(SHAKY_REVIEWS);
    assert_int_equal(setting.run.reviews, 4);
    script_end(&setting);
    /* half a list would be taken for the whole */
    fetch_one(BROKEN_REVIEWS);
    assert_int_equal(setting.run.result.outcome, TMDB_MOVIE);
    assert_false(setting.run.reviews_said);
    assert_true(setting.run.keywords_said);
    script_end(&setting);
}

static void adult_records_pass_when_wanted(void **state)
{
    (void)state;
    script_begin(&setting, two_sections);
    setting.c->include_adult = true;
    setting.run = (struct run){.next = ADULT, .last = ADULT};
    assert_true(script_fetch(&setting));
    assert_int_equal(setting.run.outcomes[TMDB_MOVIE], 1);
    script_end(&setting);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_request_per_movie),
        cmocka_unit_test(the_request_is_as_documented),
        cmocka_unit_test(outcomes),
        cmocka_unit_test(a_tombstone_says_when_and_why),
        cmocka_unit_test(ids_that_are_none_are_not_asked_for),
        cmocka_unit_test(a_missing_section_is_asked_for_once),
        cmocka_unit_test(further_reviews_are_followed),
        cmocka_unit_test(adult_records_pass_when_wanted),
    };
    return cmocka_run_group_tests_name("movies", tests, NULL, NULL);
}
