/* verify --export: how much of TMDB is here, by popularity, and why a movie is not. Reads only. */
#include "etl/ids.h"

#include <math.h>

enum { TIERS = 5, EXPORT_DAYS_BACK = 3 };

struct tier {
    double from;
    const char *name;
    uint64_t listed, loaded, gone;
};

struct verification {
    struct fetcher f;
    struct tier tiers[TIERS];
    uint64_t adult, videos;
    struct map wanted; /* --ids: tmdb_id -> 1 not met yet, 2 listed, 3 adult, 4 video */
};

static struct tier *tier_of(struct verification *v, double popularity)
{
    size_t i = 0;
    while (i + 1 < TIERS && popularity < v->tiers[i].from)
        i++;
    return &v->tiers[i];
}

static bool take_row(void *payload, const struct tmdb_export_row *row, struct err *e)
{
    struct verification *v = payload;
    bool adult = row->adult && !v->f.w->x->config->tmdb.include_adult;
    (void)e;
    if (map_has(&v->wanted, row->tmdb_id))
        (void)map_put(&v->wanted, row->tmdb_id, adult ? 3 : row->video ? 4 : 2);
    v->adult += adult;
    v->videos += !adult && row->video;
    if (adult || row->video)
        return true;
    struct tier *t = tier_of(v, row->popularity);
    t->listed++;
    t->loaded += map_has(&v->f.known, row->tmdb_id);
    t->gone += !map_has(&v->f.known, row->tmdb_id) && map_has(&v->f.gone, row->tmdb_id);
    return true;
}

static bool read_export(struct verification *v, struct err *e)
{
    bool found = false;
    for (int64_t back = 0; !found && back < EXPORT_DAYS_BACK; back++)
        if (!tmdb_export(v->f.client, today() - back, take_row, v, &found, e))
            return false;
    if (!found)
        return err_set(
            e, ERR_SERVICE, "no daily id export of the last %d days was found", EXPORT_DAYS_BACK);
    return true;
}

static void say_tiers(const struct etl *x, const struct verification *v)
{
    char a[32], b[32], c[32];
    etl_say(x, "%-18s %10s %10s %8s %8s", "popularity", "listed", "loaded", "share", "gone");
    for (size_t i = 0; i < TIERS; i++) {
        const struct tier *t = &v->tiers[i];
        double share = t->listed == 0 ? 100.0 : 100.0 * (double)t->loaded / (double)t->listed;
        etl_say(x, "%-18s %10s %10s %7.1f%% %8s", t->name, etl_count(t->listed, a),
            etl_count(t->loaded, b), share, etl_count(t->gone, c));
    }
    etl_say(x, "not counted: %s adult, %s marked as video", etl_count(v->adult, a),
        etl_count(v->videos, b));
}

static const char *why_missing(const struct verification *v, int64_t id)
{
    const uint64_t *seen = map_get(&v->wanted, id);
    if (map_has(&v->f.known, id))
        return "it is loaded";
    if (map_has(&v->f.staged, id))
        return "it is staged and waits for: movie-etl process";
    if (map_has(&v->f.gone, id))
        return "TMDB answered that it is gone; it is asked for again 30 days after that";
    if (seen != NULL && *seen == 3)
        return "it is marked adult, and TMDB_ADULT is exclude";
    if (seen != NULL && *seen == 4)
        return "it is marked as video, which missing leaves out; movie-etl update fetches it";
    if (seen != NULL && *seen == 2)
        return "TMDB lists it and it was never fetched: movie-etl missing, or movie-etl update";
    return "TMDB's id export does not list it: it was removed, is an adult movie (those are listed "
           "elsewhere), or never "
           "was a movie";
}

static bool verify(struct verification *v, struct err *e)
{
    const struct etl_request *r = v->f.w->x->request;
    for (size_t i = 0; i < r->id_n; i++)
        (void)map_put(&v->wanted, r->ids[i], 1);
    if (!read_export(v, e))
        return false;
    say_tiers(v->f.w->x, v);
    for (size_t i = 0; i < r->id_n; i++)
        etl_say(v->f.w->x, "tmdb %lld: %s", (long long)r->ids[i], why_missing(v, r->ids[i]));
    return true;
}

bool etl_verify(struct etl *x, struct err *e)
{
    struct work w = {.x = x, .lock_fd = -1};
    struct verification v = {.tiers = {{100, "100 and more", 0, 0, 0}, {10, "10 to 100", 0, 0, 0},
                                 {1, "1 to 10", 0, 0, 0}, {0.6, "0.6 to 1", 0, 0, 0},
                                 {-INFINITY, "below 0.6", 0, 0, 0}}};
    if (!store_open(&x->config->store, STORE_READ, &w.store, e))
        return false;
    etl_say(x, "store: %s", store_name(w.store));
    map_init(&v.wanted, 1000 * 1000);
    bool ok = fetcher_init(&v.f, &w, NULL, e) && verify(&v, e);
    fetcher_done(&v.f);
    map_done(&v.wanted);
    store_close(w.store);
    return ok;
}
