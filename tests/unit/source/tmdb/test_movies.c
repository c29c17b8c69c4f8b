/* Fetching movies over a scripted engine: one request each, missing sections once more, reviews
 * followed, outcomes, bounds, and the ways a fetch ends. */
#include "test.h"

#include "base/map.h"
#include "base/sys.h"

#include <stdio.h>

static const char *const two_sections[] = {"keywords", "reviews", NULL};

/* What the script says of a movie; by id. */
enum {
    PLAIN = 100, /* and every id not named below */
    GONE = 200,
    GONE_44,
    GONE_21,
    WALL_404, /* a 404 that is not TMDB's */
    ALWAYS_500,
    WRONG_ID,
    WRONG_ID_ONCE,
    NOT_JSON,
    ADULT,
    NO_KEYWORDS, /* the section is missing, its endpoint has it */
    NULL_KEYWORDS,
    NEVER_KEYWORDS,  /* and the endpoint says 404 */
    MANY_REVIEWS,    /* 3 pages, with a row twice */
    BROKEN_REVIEWS,  /* page 2 cannot be had */
    SHAKY_REVIEWS,   /* page 2 comes at the 13th try */
    ENDLESS_REVIEWS, /* 1000 pages */
    BAD_TYPE,
    BAD_KEY,        /* 401 */
    ADULT_BAD_TYPE, /* adult, and no title */
    BAD_INPUT,      /* 400, code 47 */
};

struct script {
    struct map asked; /* id -> requests about it, sections and pages included */
    unsigned reviews_asked, keywords_asked;
    bool all_down, all_unreadable, parts_down;
    int64_t down_until; /* sys_mono_ms */
};

static void say_reviews(struct http_exchange *x, int64_t id, int64_t page)
{
    int64_t pages = id == ENDLESS_REVIEWS ? 1000 : 3;
    fake_sayf(x, 200,
        "{\"id\":%lld,\"page\":%lld,\"results\":[{\"id\":\"shared\",\"author\":\"a\"},"
        "{\"id\":\"r%lld\",\"author\":\"b\"}],\"total_pages\":%lld,\"total_results\":6}",
        (long long)id, (long long)page, (long long)page, (long long)pages);
}

static void say_movie(struct script *s, struct http_exchange *x, int64_t id)
{
    uint64_t times = *map_get(&s->asked, id);
    const char *keywords = ",\"keywords\":{\"keywords\":[{\"id\":7,\"name\":\"k\"}]}";
    const char *reviews =
        ",\"reviews\":{\"page\":1,\"results\":[],\"total_pages\":0,\"total_results\":0}";
    char pages[300];
    if (id == NO_KEYWORDS || id == NEVER_KEYWORDS)
        keywords = "";
    if (id == NULL_KEYWORDS)
        keywords = ",\"keywords\":null";
    if (id == MANY_REVIEWS || id == BROKEN_REVIEWS || id == SHAKY_REVIEWS ||
        id == ENDLESS_REVIEWS) {
        (void)snprintf(pages, sizeof pages,
            ",\"reviews\":{\"page\":1,\"results\":[{\"id\":\"shared\",\"author\":\"a\"},{\"id\":"
            "\"r1\"}],"
            "\"total_pages\":%d,\"total_results\":6}",
            id == ENDLESS_REVIEWS ? 1000 : 3);
        reviews = pages;
    }
    int64_t said = id == WRONG_ID || (id == WRONG_ID_ONCE && times == 1) ? id + 1 : id;
    fake_sayf(x, 200, "{\"id\":%lld,\"title\":%s,\"adult\":%s%s%s}", (long long)said,
        id == BAD_TYPE || id == ADULT_BAD_TYPE || s->all_unreadable ? "[1]" : "\"T\"",
        id == ADULT || id == ADULT_BAD_TYPE ? "true" : "false", keywords, reviews);
}

static void say_code(struct http_exchange *x, int status, int code)
{
    fake_sayf(
        x, status, "{\"success\":false,\"status_code\":%d,\"status_message\":\"words\"}", code);
}

static void say_details(struct script *s, struct http_exchange *x, int64_t id)
{
    switch (id) {
    case GONE:
        say_code(x, 404, 34);
        break;
    case GONE_44:
        say_code(x, 500, 44);
        break;
    case GONE_21:
        say_code(x, 200, 21);
        break;
    case WALL_404:
        fake_say(x, 404, "<html>");
        break;
    case ALWAYS_500:
        say_code(x, 500, 11);
        break;
    case NOT_JSON:
        fake_say(x, 200, "<html>");
        break;
    case BAD_KEY:
        say_code(x, 401, 7);
        break;
    case BAD_INPUT:
        say_code(x, 400, 47);
        break;
    default:
        say_movie(s, x, id);
    }
}

static void answer(void *payload, struct http_exchange *x)
{
    struct script *s = payload;
    int64_t id = fake_number(x, "/movie/"), page = fake_number(x, "&page=");
    uint64_t *times = map_get(&s->asked, id);
    (void)map_put(&s->asked, id, times == NULL ? 1 : *times + 1);
    if (s->all_down || sys_mono_ms() < s->down_until) {
        x->end = HTTP_NO_CONNECTION;
    } else if (s->parts_down && fake_has(x, "/keywords?")) {
        say_code(x, 500, 11);
    } else if (fake_has(x, "/keywords?")) {
        s->keywords_asked++;
        if (id == NEVER_KEYWORDS)
            say_code(x, 404, 34);
        else
            fake_sayf(
                x, 200, "{\"id\":%lld,\"keywords\":[{\"id\":9,\"name\":\"late\"}]}", (long long)id);
    } else if (fake_has(x, "/reviews?")) {
        s->reviews_asked++;
        bool shaky = id == SHAKY_REVIEWS && s->reviews_asked < 13;
        if (page == 2 && (id == BROKEN_REVIEWS || shaky))
            say_code(x, 500, 11);
        else
            say_reviews(x, id, page);
    } else {
        say_details(s, x, id);
    }
}

struct run {
    int64_t next, last;
    const int64_t *ids; /* instead of next..last, 0 at the end */
    unsigned outcomes[4], taken;
    struct tmdb_result result; /* the last one; its record is only looked at within take */
    void (*look)(struct run *r, const struct tmdb_result *result);
    unsigned fail_at, stop_at, ended;
    size_t keywords, reviews;
    bool keywords_said, reviews_said;
    int64_t keyword_id;
};

static bool next_id(void *payload, int64_t *ret)
{
    struct run *r = payload;
    if (r->ids != NULL ? *r->ids == 0 : r->next > r->last) {
        r->ended++;
        return false;
    }
    *ret = r->ids != NULL ? *r->ids++ : r->next++;
    return true;
}

static bool take(void *payload, const struct tmdb_result *result, struct err *e)
{
    struct run *r = payload;
    r->taken++;
    r->outcomes[result->outcome]++;
    r->result = *result;
    r->keywords = result->record.movie.keywords.n;
    r->reviews = result->record.movie.reviews.n;
    r->keywords_said = result->record.movie.keywords.said;
    r->reviews_said = result->record.movie.reviews.said;
    r->keyword_id = r->keywords > 0
                        ? ((struct tmdb_keyword *)result->record.movie.keywords.items)->keyword_id
                        : 0;
    if (result->outcome == TMDB_MOVIE) {
        assert_int_equal(result->record.movie.tmdb_id, result->tmdb_id);
        assert_int_equal(result->record.tmdb_id, result->tmdb_id);
        assert_true(result->record.at > 1700000000);
        assert_true(view_is(result->record.movie.title, "T"));
    }
    if (r->stop_at == r->taken)
        sys_stop_set();
    return r->fail_at != r->taken || err_set(e, ERR_DISK, "no room");
}

struct setting {
    struct script script;
    struct fake fake;
    struct tmdb_client *c;
    struct findings findings;
    struct run run;
    struct err e;
};

static void begin(struct setting *s, const char *const *sections)
{
    memset(s, 0, sizeof *s);
    map_init(&s->script.asked, 1000000);
    fake_init(&s->fake, answer, &s->script);
    s->c = fake_client(&s->fake, sections);
    findings_init(&s->findings);
}

static void end(struct setting *s)
{
    assert_int_equal(s->fake.n, 0); /* nothing is left on the way */
    tmdb_client_free(s->c);
    findings_done(&s->findings);
    map_done(&s->script.asked);
}

static bool fetch(struct setting *s)
{
    struct tmdb_fetch f = {next_id, take, &s->run};
    return tmdb_fetch_movies(s->c, &f, &s->findings, &s->e);
}

static struct setting setting; /* too large for a stack */

static void fetch_one(int64_t id)
{
    begin(&setting, two_sections);
    setting.run = (struct run){.next = id, .last = id};
    if (!fetch(&setting))
        fail_msg("%s", setting.e.text);
    assert_int_equal(setting.run.taken, 1);
    assert_int_equal(setting.run.result.tmdb_id, id);
}

static uint64_t asked(int64_t id)
{
    uint64_t *n = map_get(&setting.script.asked, id);
    return n == NULL ? 0 : *n;
}

static void one_request_per_movie(void **state)
{
    (void)state;
    begin(&setting, two_sections);
    setting.run = (struct run){.next = 1000, .last = 1999};
    assert_true(fetch(&setting));
    assert_int_equal(setting.run.outcomes[TMDB_MOVIE], 1000);
    assert_int_equal(setting.fake.submitted, 1000);
    assert_int_equal(setting.fake.most, 4); /* connections */
    assert_int_equal(setting.run.ended, 1); /* next is not called again after false */
    struct tmdb_counts n;
    tmdb_counts(setting.c, &n);
    assert_int_equal(n.movies, 1000);
    assert_int_equal(n.requests, 1000);
    end(&setting);
}

static void the_request_is_as_documented(void **state)
{
    (void)state;
    static const char *const sections[] = {"videos", "watch/providers", "images", NULL};
    struct arena a;
    struct ask q;
    begin(&setting, sections);
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
    end(&setting);
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
        assert_int_equal(asked(rows[i].id), rows[i].requests);
        if (rows[i].outcome == TMDB_FAILED) {
            assert_int_equal(setting.run.result.why.kind, rows[i].kind);
            assert_non_null(strstr(setting.run.result.why.text, "movie "));
            assert_null(strstr(setting.run.result.why.text, KEY_OF_V3));
        }
        end(&setting);
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
    end(&setting);
    fetch_one(GONE_44);
    assert_int_equal(setting.run.result.record.status_code, 44);
    end(&setting);
}

static void ids_that_are_none_are_not_asked_for(void **state)
{
    static const int64_t ids[] = {-1, 2147483648, INT64_MAX, INT64_MIN, PLAIN, 0};
    (void)state;
    begin(&setting, two_sections);
    setting.run = (struct run){.ids = ids};
    assert_true(fetch(&setting));
    assert_int_equal(setting.run.outcomes[TMDB_FAILED], 4);
    assert_int_equal(setting.run.outcomes[TMDB_MOVIE], 1);
    assert_int_equal(setting.fake.submitted, 1);
    end(&setting);
}

static void a_missing_section_is_asked_for_once(void **state)
{
    (void)state;
    fetch_one(NO_KEYWORDS);
    assert_int_equal(setting.script.keywords_asked, 1);
    assert_true(setting.run.keywords_said);
    assert_int_equal(setting.run.keyword_id, 9);
    end(&setting);
    fetch_one(NULL_KEYWORDS);
    assert_int_equal(setting.script.keywords_asked, 1);
    assert_int_equal(setting.run.keyword_id, 9);
    end(&setting);
    fetch_one(NEVER_KEYWORDS);
    assert_int_equal(setting.script.keywords_asked, 1);
    assert_int_equal(setting.run.result.outcome, TMDB_MOVIE);
    assert_false(setting.run.keywords_said); /* not fetched, which is not "none" */
    assert_true(setting.run.reviews_said);
    end(&setting);
    fetch_one(PLAIN);
    assert_int_equal(setting.run.keyword_id, 7);
    assert_true(setting.run.reviews_said &&
                setting.run.reviews == 0); /* none, which is not "not fetched" */
    end(&setting);
}

static void further_reviews_are_followed(void **state)
{
    (void)state;
    fetch_one(MANY_REVIEWS);
    assert_int_equal(setting.script.reviews_asked, 2);
    assert_int_equal(setting.run.reviews, 4); /* "shared" came three times */
    end(&setting);
    fetch_one(ENDLESS_REVIEWS);
    assert_int_equal(setting.script.reviews_asked, 49);
    assert_int_equal(setting.run.reviews, 51);
    end(&setting);
    /* a part has more tries than a movie: nobody would ask for it again soon */
    fetch_one(SHAKY_REVIEWS);
    assert_int_equal(setting.run.reviews, 4);
    end(&setting);
    /* half a list would be taken for the whole */
    fetch_one(BROKEN_REVIEWS);
    assert_int_equal(setting.run.result.outcome, TMDB_MOVIE);
    assert_false(setting.run.reviews_said);
    assert_true(setting.run.keywords_said);
    end(&setting);
}

static void adult_records_pass_when_wanted(void **state)
{
    (void)state;
    begin(&setting, two_sections);
    setting.c->include_adult = true;
    setting.run = (struct run){.next = ADULT, .last = ADULT};
    assert_true(fetch(&setting));
    assert_int_equal(setting.run.outcomes[TMDB_MOVIE], 1);
    end(&setting);
}

static void a_bad_key_ends_the_run(void **state)
{
    (void)state;
    begin(&setting, two_sections);
    setting.run = (struct run){.next = BAD_KEY, .last = BAD_KEY + 1000};
    assert_false(fetch(&setting));
    assert_int_equal(setting.e.kind, ERR_AUTH);
    assert_true(asked(BAD_KEY) == 1);
    assert_true(setting.fake.submitted < 20);
    end(&setting);
}

static void a_dead_service_ends_the_run_and_fails_no_movie(void **state)
{
    (void)state;
    begin(&setting, two_sections);
    setting.script.all_down = true;
    setting.run = (struct run){.next = 1000, .last = 9999};
    int64_t from = sys_mono_ms();
    assert_false(fetch(&setting));
    assert_int_equal(setting.e.kind, ERR_SERVICE);
    assert_true(setting.e.transient);
    assert_non_null(strstr(setting.e.text, "in a row"));
    assert_true(sys_mono_ms() - from >= BREAKER_PAUSES * BREAKER_PAUSE_MS);
    assert_int_equal(setting.run.taken, 0);
    /* one probe per pause, none but the first run besides */
    assert_true(setting.fake.submitted <= BREAKER_RUN + 4 + BREAKER_PAUSES);
    end(&setting);
}

/* The service comes back 45 s later, between the first pause and the end of the second. */
static void an_outage_that_ends_costs_no_movie(void **state)
{
    (void)state;
    begin(&setting, two_sections);
    setting.script.down_until = sys_mono_ms() + 45000;
    setting.run = (struct run){.next = 1000, .last = 1099};
    assert_true(fetch(&setting));
    assert_int_equal(setting.run.outcomes[TMDB_MOVIE], 100);
    assert_true(setting.fake.submitted <= 100 + BREAKER_RUN + 4 + 2);
    end(&setting);
}

/* A few movies of which a part is never to be had are what is left of every run over the same ids.
 * That is no outage: if it ended the run, the batch would never be complete. */
static void broken_parts_of_a_few_movies_do_not_end_the_run(void **state)
{
    static const int64_t ids[] = {NO_KEYWORDS, NO_KEYWORDS, NO_KEYWORDS, NULL_KEYWORDS, PLAIN, 0};
    (void)state;
    begin(&setting, two_sections);
    setting.script.parts_down = true;
    setting.run = (struct run){.ids = ids};
    assert_true(fetch(&setting));
    assert_int_equal(setting.run.outcomes[TMDB_MOVIE], 5);
    assert_int_equal(setting.c->asker.breaker.pauses, 0);
    assert_int_equal(asked(NULL_KEYWORDS), 1 + 5 * ASK_PATIENT);
    end(&setting);
}

/* Of many they are one: nobody's tries are used up, and no movie is staged with a hole. */
static void broken_parts_of_many_movies_are_an_outage(void **state)
{
    int64_t ids[41] = {0};
    (void)state;
    for (int i = 0; i < 40; i++)
        ids[i] = NO_KEYWORDS;
    begin(&setting, two_sections);
    setting.c->connections = setting.c->asker.max_on_way = 16;
    setting.script.parts_down = true;
    setting.run = (struct run){.ids = ids};
    assert_false(fetch(&setting));
    assert_int_equal(setting.e.kind, ERR_SERVICE);
    assert_non_null(strstr(setting.e.text, "in a row"));
    assert_int_equal(setting.run.taken, 0);
    end(&setting);
}

static void a_changed_format_ends_the_run(void **state)
{
    (void)state;
    begin(&setting, two_sections);
    setting.script.all_unreadable = true;
    setting.run = (struct run){.next = 1000, .last = 9999};
    assert_false(fetch(&setting));
    assert_int_equal(setting.e.kind, ERR_SERVICE);
    assert_int_equal(setting.run.outcomes[TMDB_FAILED], 50);
    assert_non_null(strstr(setting.e.hint, "newer version"));
    assert_true(findings_errors(&setting.findings) >= 50);
    end(&setting);
}

static void an_error_of_take_ends_the_run(void **state)
{
    (void)state;
    begin(&setting, two_sections);
    setting.run = (struct run){.next = 1000, .last = 9999, .fail_at = 10};
    assert_false(fetch(&setting));
    assert_int_equal(setting.e.kind, ERR_DISK);
    assert_int_equal(setting.run.taken, 10);
    assert_true(setting.fake.submitted <= 10 + 8);
    end(&setting);
}

static bool ask_in_between(void *payload, const struct tmdb_result *result, struct err *e)
{
    unsigned *n = payload;
    (void)result;
    if (!tmdb_check_key(setting.c, e)) {
        assert_int_equal(e->kind, ERR_BUG);
        (*n)++;
    }
    return true;
}

static bool ten_ids(void *payload, int64_t *ret)
{
    static int64_t next;
    (void)payload;
    *ret = 1000 + next++;
    return next <= 10;
}

/* One walk at a time: a callback that asks for something else is told so, and the walk goes on. */
static void questions_in_between_are_refused(void **state)
{
    unsigned n = 0;
    struct tmdb_fetch f = {ten_ids, ask_in_between, &n};
    (void)state;
    begin(&setting, two_sections);
    assert_true(tmdb_fetch_movies(setting.c, &f, &setting.findings, &setting.e));
    assert_in_range(n, 9, 10); /* with the last movie there is no walk any more */
    assert_int_equal(setting.fake.submitted, 10 + 10 - n);
    end(&setting);
}

/* The last test of all: the flag cannot be taken back. */
static void a_stop_lets_requests_on_the_way_finish(void **state)
{
    (void)state;
    begin(&setting, two_sections);
    setting.run = (struct run){.next = 1000, .last = 9999, .stop_at = 10};
    assert_false(fetch(&setting));
    assert_int_equal(setting.e.kind, ERR_INTERRUPTED);
    assert_true(setting.run.taken >= 13); /* four were on the way at the tenth */
    assert_int_equal(setting.run.taken, setting.fake.submitted);
    end(&setting);
}

static int set_up(void **state)
{
    (void)state;
    fast_clock(2000);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    plain_clock();
    return 0;
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
        cmocka_unit_test(a_bad_key_ends_the_run),
        cmocka_unit_test(a_dead_service_ends_the_run_and_fails_no_movie),
        cmocka_unit_test(an_outage_that_ends_costs_no_movie),
        cmocka_unit_test(broken_parts_of_a_few_movies_do_not_end_the_run),
        cmocka_unit_test(broken_parts_of_many_movies_are_an_outage),
        cmocka_unit_test(a_changed_format_ends_the_run),
        cmocka_unit_test(an_error_of_take_ends_the_run),
        cmocka_unit_test(questions_in_between_are_refused),
        cmocka_unit_test(a_stop_lets_requests_on_the_way_finish),
    };
    return cmocka_run_group_tests_name("movies", tests, set_up, tear_down);
}
