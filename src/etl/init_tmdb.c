/* init --fetch-tmdb and init --full.
 *
 * With years: what discover lists for each of them, a batch per year. Without: every MovieLens
 * movie whose link has a tmdbId, most-rated first, then what is newer than the latest MovieLens
 * movie. */
#include "etl/ids.h"

#include "base/date.h"

#include <stdio.h>

static const unsigned skip_all = SKIP_KNOWN | SKIP_STAGED | SKIP_GONE;

static int current_year(void)
{
    return date_civil(today()).year;
}

/* Only the count is asked for in a dry run. */
static bool count_year(struct fetcher *f, int year, int64_t from, int64_t to, struct err *e)
{
    uint64_t n = 0;
    char count[32];
    if (!tmdb_discover_count(f->client, from, to, &n, e))
        return false;
    etl_say(f->w->x, "%d: TMDB lists %s movies", year, etl_count(n, count));
    return true;
}

static bool fetch_year(struct fetcher *f, int year, struct err *e)
{
    char scope[16], query[80];
    int64_t from = date_day((struct civil){year, 1, 1}),
            to = date_day((struct civil){year, 12, 31});
    struct id_set ids;
    if (f->w->x->request->dry_run && !f->w->x->request->ids_given)
        return count_year(f, year, from, to, e);
    (void)snprintf(scope, sizeof scope, "%d", year);
    (void)snprintf(query, sizeof query, "primary_release_date %d-01-01..%d-12-31, %s", year, year,
        f->w->x->config->tmdb.language);
    struct fetch_batch batch = {.type = BATCH_INITIAL, .scope = scope, .query = query};
    id_set_init(&ids);
    bool ok = ids_of_discover(f, from, to, &ids, e) && ids_keep_requested(f->w->x, &ids, e);
    if (ok) {
        fetch_thin(f, &ids, skip_all);
        ok = fetch_ids(f, &batch, &ids, e);
    }
    id_set_done(&ids);
    return ok;
}

static bool fetch_years(struct fetcher *f, int from, int to, struct err *e)
{
    for (int year = from; year <= to && !f->w->x->more; year++)
        if (err_stopped(e) || !fetch_year(f, year, e))
            return false;
    return true;
}

static bool fetch_links(struct fetcher *f, int *ret_latest_year, struct err *e)
{
    char scope[16];
    struct id_set ids;
    (void)snprintf(scope, sizeof scope, "%d", current_year());
    struct fetch_batch batch = {
        .type = BATCH_INITIAL, .scope = scope, .query = "the movies that MovieLens links to"};
    id_set_init(&ids);
    bool ok = ids_of_links(f->w, &ids, ret_latest_year, e) && ids_keep_requested(f->w->x, &ids, e);
    if (ok) {
        fetch_thin(f, &ids, skip_all);
        ok = fetch_ids(f, &batch, &ids, e);
    }
    id_set_done(&ids);
    return ok;
}

static bool fetch_what_is_new(struct fetcher *f, struct err *e)
{
    int latest = 0;
    if (!fetch_links(f, &latest, e))
        return false;
    if (latest == 0) {
        err_set(e, ERR_REFUSED,
            "no years are given and no MovieLens release is loaded to take them from");
        return err_hint(e,
            "Load MovieLens first (init --load-movielens --movielens PATH), or say which "
            "years: init --fetch-tmdb --start-year 2020 --end-year 2024");
    }
    return f->w->x->more || fetch_years(f, latest, current_year(), e);
}

static bool fetch(struct fetcher *f, struct err *e)
{
    const struct etl_request *r = f->w->x->request;
    if (r->start_year == 0 && r->end_year == 0)
        return fetch_what_is_new(f, e);
    int from = r->start_year != 0 ? r->start_year : 1874; /* the first film */
    return fetch_years(f, from, r->end_year != 0 ? r->end_year : current_year(), e);
}

bool etl_init_tmdb(struct etl *x, struct err *e)
{
    struct work w;
    struct fetcher f;
    if (!work_begin(x, STORE_CREATE, "init --fetch-tmdb", &w, e))
        return false;
    bool ok = fetcher_init(&f, &w, "init", e) && fetch(&f, e);
    ok = fetcher_end(&f, ok, e);
    fetcher_done(&f);
    return work_end(&w, ok, f.summary, e);
}

/* Each step resumes where it was, so that the whole may simply be run again. */
bool etl_init_full(struct etl *x, struct err *e)
{
    struct etl_request process = *x->request;
    const struct etl_request *given = x->request;
    process.type = BATCH_INITIAL;
    process.file_n = 0;
    if (!etl_init_movielens(x, e))
        return false;
    if (given->dry_run && !x->store_found) {
        etl_say(x, "what TMDB would be asked for is known once MovieLens is loaded");
        return true;
    }
    if (!etl_init_tmdb(x, e))
        return false;
    if (given->dry_run) /* nothing was staged */
        return true;
    x->request = &process;
    bool ok = etl_process(x, e);
    x->request = given;
    return ok;
}
