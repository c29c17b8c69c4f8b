/* The pace of a whole fetch, on a clock that only goes while the program sleeps (still_clock.c). */
#include "test.h"

#include "base/sys.h"

enum { RATE = 35, MOVIES = 1000 };

struct pace {
    int64_t next, taken;
    size_t n;
    int64_t at[MOVIES]; /* when each request was sent: it is answered before anybody sleeps */
};

static void answer(void *payload, struct http_exchange *x)
{
    struct pace *p = payload;
    assert_true(p->n < MOVIES);
    p->at[p->n++] = sys_mono_ms();
    fake_sayf(x, 200, "{\"id\":%lld,\"title\":\"T\"}", (long long)fake_number(x, "/movie/"));
}

static bool next_id(void *payload, int64_t *ret)
{
    struct pace *p = payload;
    *ret = ++p->next;
    return p->next <= MOVIES;
}

static bool take(void *payload, const struct tmdb_result *result, struct err *e)
{
    struct pace *p = payload;
    (void)e;
    p->taken += result->outcome == TMDB_MOVIE;
    return true;
}

static void fetch(struct pace *p)
{
    struct tmdb_config config = fake_config(NULL);
    struct tmdb_fetch what = {next_id, take, p};
    struct tmdb_client *c;
    struct findings findings;
    struct fake f;
    struct err e;
    config.rate = RATE;
    fake_init(&f, answer, p);
    assert_true(client_new_over(&config, &f.http, &c, &e));
    findings_init(&findings);
    if (!tmdb_fetch_movies(c, &what, &findings, &e))
        fail_msg("%s", e.text);
    findings_done(&findings);
    tmdb_client_free(c);
}

/* So many a second, and no fewer; in no second more than two above it. */
static void the_pace_is_kept(void **state)
{
    struct pace p = {0};
    size_t most = 0;
    (void)state;
    fetch(&p);
    assert_int_equal(p.taken, MOVIES);
    assert_int_equal(p.n, MOVIES);
    for (size_t i = 0, first = 0; i < MOVIES; i++) {
        while (p.at[i] - p.at[first] >= 1000)
            first++;
        most = i - first + 1 > most ? i - first + 1 : most;
    }
    double rate = (double)(MOVIES - 1) * 1000 / (double)(p.at[MOVIES - 1] - p.at[0]);
    print_message("%.2f a second, at most %zu in one\n", rate, most);
    assert_in_range(most, RATE, RATE + 2);
    assert_true(rate <= RATE + 0.5 && rate >= RATE - 0.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_pace_is_kept)};
    return cmocka_run_group_tests_name("pace", tests, NULL, NULL);
}
