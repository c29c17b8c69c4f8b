/* A scripted TMDB that answers about movies: see script.h. */
#include "script.h"

#include <stdio.h>

const char *const two_sections[] = {"keywords", "reviews", NULL};

static void say_reviews(struct http_exchange *x, int64_t id, int64_t page)
{
    int64_t pages = id == ENDLESS_REVIEWS ? 1000 : 3;
    fake_sayf(x, 200,
        "{\"id\":%lld,\"page\":%lld,\"results\":[{\"id\":\"shared\",\"author\":\"a\"},"
        "{\"id\":\"r%lld\",\"author\":\"b\"}],\"total_pages\":%lld,\"total_results\":6}",
        (long long)id, (long long)page, (long long)page, (long long)pages);
}

static const char *keywords_of(int64_t id)
{
    switch (id) {
    case NO_KEYWORDS:
    case NEVER_KEYWORDS:
        return "";
    case NULL_KEYWORDS:
        return ",\"keywords\":null";
    default:
        return ",\"keywords\":{\"keywords\":[{\"id\":7,\"name\":\"k\"}]}";
    }
}

static const char *reviews_of(int64_t id)
{
    switch (id) {
    case MANY_REVIEWS:
    case BROKEN_REVIEWS:
    case SHAKY_REVIEWS:
        return ",\"reviews\":{\"page\":1,\"results\":[{\"id\":\"shared\",\"author\":\"a\"},{\"id\":"
               "\"r1\"}],\"total_pages\":3,\"total_results\":6}";
    case ENDLESS_REVIEWS:
        return ",\"reviews\":{\"page\":1,\"results\":[{\"id\":\"shared\",\"author\":\"a\"},{\"id\":"
               "\"r1\"}],\"total_pages\":1000,\"total_results\":6}";
    default:
        return ",\"reviews\":{\"page\":1,\"results\":[],\"total_pages\":0,\"total_results\":0}";
    }
}

static void say_movie(struct script *s, struct http_exchange *x, int64_t id)
{
    bool once = id == WRONG_ID_ONCE && *map_get(&s->asked, id) == 1;
    bool unreadable = id == BAD_TYPE || id == ADULT_BAD_TYPE || s->all_unreadable;
    bool adult = id == ADULT || id == ADULT_BAD_TYPE;
    fake_sayf(x, 200, "{\"id\":%lld,\"title\":%s,\"adult\":%s%s%s}",
        (long long)(id == WRONG_ID || once ? id + 1 : id), unreadable ? "[1]" : "\"T\"",
        adult ? "true" : "false", keywords_of(id), reviews_of(id));
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

void script_begin(struct setting *s, const char *const *sections)
{
    memset(s, 0, sizeof *s);
    map_init(&s->script.asked, 1000000);
    fake_init(&s->fake, answer, &s->script);
    s->c = fake_client(&s->fake, sections);
    findings_init(&s->findings);
}

void script_end(struct setting *s)
{
    assert_int_equal(s->fake.n, 0); /* nothing is left on the way */
    tmdb_client_free(s->c);
    findings_done(&s->findings);
    map_done(&s->script.asked);
}

bool script_fetch(struct setting *s)
{
    struct tmdb_fetch f = {next_id, take, &s->run};
    return tmdb_fetch_movies(s->c, &f, &s->findings, &s->e);
}

struct setting setting;

void fetch_one(int64_t id)
{
    script_begin(&setting, two_sections);
    setting.run = (struct run){.next = id, .last = id};
    if (!script_fetch(&setting))
        fail_msg("%s", setting.e.text);
    assert_int_equal(setting.run.taken, 1);
    assert_int_equal(setting.run.result.tmdb_id, id);
}

uint64_t times_asked(int64_t id)
{
    uint64_t *n = map_get(&setting.script.asked, id);
    return n == NULL ? 0 : *n;
}
