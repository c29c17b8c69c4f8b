/* Fetching from the stand-in: see fetching.h. */
#include "fetching.h"

#include "base/digest.h"
#include "base/sys.h"
#include "model/encode.h"

#include <stdio.h>
#include <unistd.h>

static const char *const all_sections[] = {"credits", "keywords", "videos", "reviews",
    "release_dates", "watch/providers", "external_ids", "alternative_titles", NULL};

static bool next_id(void *payload, int64_t *ret)
{
    struct run *r = payload;
    if (r->next > r->last)
        return false;
    *ret = r->next++;
    return true;
}

static long resident_kb(void)
{
    long pages = 0, all = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    assert_non_null(f);
    assert_int_equal(fscanf(f, "%ld %ld", &all, &pages), 2);
    (void)fclose(f);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static uint64_t digest_of_movie(struct run *r, const struct tmdb_movie *m)
{
    uint64_t first = 0;
    arena_reset(&r->arena);
    str_clear(&r->json);
    node_add_json(&r->json, tmdb_encode(m, &r->arena));
    str_add(&r->json, m->extra);
    assert_true(str_ok(&r->json));
    struct digest_hex hex = digest_of(DIGEST_SHA256, str_view(&r->json));
    for (int i = 0; i < 16; i++)
        first = first << 4 | (uint64_t)(hex.z[i] <= '9' ? hex.z[i] - '0' : hex.z[i] - 'a' + 10);
    return first;
}

static bool take(void *payload, const struct tmdb_result *result, struct err *e)
{
    struct run *r = payload;
    unsigned n = 0;
    (void)e;
    r->outcomes[result->outcome]++;
    for (int i = 0; i < 4; i++)
        n += r->outcomes[i];
    if (result->outcome == TMDB_FAILED)
        (void)snprintf(r->why, sizeof r->why, "%s", result->why.text);
    if (!r->keep_nothing) {
        r->twice += map_has(&r->digests, result->tmdb_id);
        (void)map_put(&r->digests, result->tmdb_id,
            result->outcome == TMDB_MOVIE ? digest_of_movie(r, &result->record.movie)
                                          : (uint64_t)result->outcome);
    }
    if (n == 1000)
        r->rss_at_1000 = resident_kb();
    if (n == r->stop_at)
        sys_stop_set();
    return true;
}

void run_begin(struct run *r, int64_t from, int64_t to)
{
    *r = (struct run){.next = from, .last = to};
    map_init(&r->digests, 10000000);
    arena_init(&r->arena);
    str_init(&r->json, 32 << 20);
}

void run_end(struct run *r)
{
    map_done(&r->digests);
    arena_done(&r->arena);
    str_done(&r->json);
}

struct tmdb_config server_config(const struct server *s)
{
    struct tmdb_config config = fake_config(all_sections);
    config.base_url = s->base;
    config.export_url = s->exports;
    config.key = "0123456789abcdef0123456789abcdef";
    config.connections = 16;
    config.timeout_ms = 3600000; /* in tests whose clock runs fast, and on machines that are busy */
    return config;
}

struct tmdb_client *server_client(const struct tmdb_config *config)
{
    struct tmdb_client *c;
    struct err e;
    if (!tmdb_client_new(config, &c, &e))
        fail_msg("%s", e.text);
    return c;
}

bool run_fetch(struct tmdb_client *c, struct run *r, struct err *e)
{
    struct tmdb_fetch f = {next_id, take, r};
    struct findings findings;
    findings_init(&findings);
    bool ok = tmdb_fetch_movies(c, &f, &findings, e);
    findings_done(&findings);
    r->rss_at_end = resident_kb();
    return ok;
}
