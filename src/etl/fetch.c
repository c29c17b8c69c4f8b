/* Fetching: see fetch.h. */
#include "etl/ids.h"
#include "etl/notes.h"
#include "etl/successor.h"

#include "base/date.h"
#include "base/file.h"
#include "base/sys.h"

#include <stdio.h>

enum { MAX_IDS = 20 * 1000 * 1000, FAILURES_SHOWN = 10, BYTES_PER_MOVIE = 30 * 1000 };

/* An id that could not be had. */
struct failure {
    int64_t tmdb_id;
    char why[200];
};

static bool take_known(void *payload, const struct tmdb_known *known, struct err *e)
{
    struct fetcher *f = payload;
    return (map_put(&f->known, known->tmdb_id, (uint64_t)known->fetched_at) &&
               (known->gone_at == 0 || map_put(&f->marked, known->tmdb_id, 1))) ||
           err_set(e, ERR_DATA, "more than %d records", MAX_IDS);
}

static bool take_gone(void *payload, const struct gone_row *row, struct err *e)
{
    return map_put(payload, row->tmdb_id, (uint64_t)row->last_at) ||
           err_set(e, ERR_DATA, "more than %d ids are gone", MAX_IDS);
}

bool fetcher_init(struct fetcher *f, struct work *w, const char *verb, struct err *e)
{
    const struct etl *x = w->x;
    *f = (struct fetcher){.w = w};
    map_init(&f->known, MAX_IDS);
    map_init(&f->marked, MAX_IDS);
    map_init(&f->staged, MAX_IDS);
    map_init(&f->gone, MAX_IDS);
    vec_init(&f->failures, sizeof(struct failure), FAILURES_SHOWN);
    if (x->request->max_seconds > 0)
        f->deadline_ms = sys_mono_ms() + x->request->max_seconds * 1000;
    if (x->config->tmdb.key == NULL) {
        err_set(e, ERR_CONFIG, "TMDB_API_KEY is not set");
        return err_hint(e, "Put TMDB_API_KEY=... into .env or the environment. A key is free for "
                           "non-commercial use: https://www.themoviedb.org/settings/api");
    }
    if (w->store != NULL && (!store_each_tmdb_id(w->store, take_known, f, e) ||
                                !store_each_gone(w->store, take_gone, &f->gone, e)))
        return false;
    return batch_staged_ids(x->config->data_dir, &f->staged, e) && notes_open(f, verb, e) &&
           tmdb_client_new(&x->config->tmdb, &f->client, e) && notes_use(f, e);
}

void fetcher_done(struct fetcher *f)
{
    tmdb_client_free(f->client);
    batch_notes_free(f->notes);
    map_done(&f->known);
    map_done(&f->marked);
    map_done(&f->staged);
    map_done(&f->gone);
    vec_done(&f->failures);
}

/* ---- one batch on its way */

struct fetching {
    struct fetcher *f;
    const struct fetch_batch *batch;
    const struct id_set *ids;
    struct map staged; /* in the unfinished file that is continued */
    struct batch_writer *writer;
    size_t next, done;
    uint64_t failed;
    uint64_t ratings;      /* of the movies that were had */
    struct vec gone_known; /* int64_t: loaded records that TMDB says are gone */
    bool bounded;          /* a bound ended it */
};

static bool out_of_bounds(struct fetching *g)
{
    const struct etl_request *r = g->f->w->x->request;
    g->bounded = (r->limit > 0 && g->f->fetched >= r->limit) ||
                 (g->f->deadline_ms > 0 && sys_mono_ms() >= g->f->deadline_ms);
    return g->bounded;
}

static void note_gone(struct fetching *g, int64_t tmdb_id)
{
    int64_t *slot = map_has(&g->f->known, tmdb_id) ? vec_add(&g->gone_known) : NULL;
    if (slot != NULL)
        *slot = tmdb_id;
}

/* By a run that was cut short: before it came to look for successors. */
static bool is_answered(struct fetching *g, int64_t id)
{
    const uint64_t *staged = map_get(&g->staged, id);
    if (staged != NULL) {
        if (*staged == STAGED_GONE)
            note_gone(g, id);
        return true;
    }
    bool adult = notes_left_out(g->f, id);
    g->f->adult += adult;
    return adult;
}

static bool next_id(void *payload, int64_t *ret)
{
    struct fetching *g = payload;
    const int64_t *ids = g->ids->ids.items;
    while (g->next < g->ids->ids.n && is_answered(g, ids[g->next])) {
        g->next++;
        g->done++;
    }
    if (g->next == g->ids->ids.n || out_of_bounds(g))
        return false;
    g->f->fetched++;
    *ret = ids[g->next++];
    return true;
}

static void note_failure(struct fetching *g, const struct tmdb_result *r)
{
    g->failed++;
    struct failure *slot = vec_add(&g->f->failures);
    if (slot == NULL)
        return;
    slot->tmdb_id = r->tmdb_id;
    (void)snprintf(slot->why, sizeof slot->why, "%.*s", (int)sizeof slot->why - 1, r->why.text);
}

static void show_progress(const struct fetching *g)
{
    struct tmdb_counts c;
    char detail[200] = "";
    int n = 0;
    tmdb_counts(g->f->client, &c);
    if (c.retries > 0)
        n = snprintf(detail, sizeof detail, "%llu retries%s", (unsigned long long)c.retries,
            g->ids->ratings_all > 0 ? ", " : "");
    if (g->ids->ratings_all > 0)
        (void)snprintf(detail + n, sizeof detail - (size_t)n, "%.1f %% of all ratings covered",
            100.0 * (double)(g->ids->ratings_had + g->ratings) / (double)g->ids->ratings_all);
    etl_progress(
        g->f->w->x, "fetching movies", g->done, g->ids->ids.n, detail[0] == '\0' ? NULL : detail);
}

static bool take_result(void *payload, const struct tmdb_result *r, struct err *e)
{
    struct fetching *g = payload;
    const uint64_t *ratings = map_get(&g->ids->ratings, r->tmdb_id);
    g->done++;
    if (ratings != NULL && r->outcome == TMDB_MOVIE)
        g->ratings += *ratings;
    show_progress(g);
    switch (r->outcome) {
    case TMDB_MOVIE:
        break;
    case TMDB_GONE:
        note_gone(g, r->tmdb_id);
        break;
    case TMDB_ADULT:
        g->f->adult++;
        return notes_leave_out(g->f, r->tmdb_id, e);
    case TMDB_FAILED:
        note_failure(g, r);
        return true;
    }
    /* What this run has staged, its later batches need not ask for. */
    return batch_write(g->writer, &r->record, e) &&
           (map_put(&g->f->staged, r->tmdb_id, 1) ||
               err_set(e, ERR_DATA, "more than %d ids", MAX_IDS));
}

struct registering {
    struct store *store;
    struct file_row row;
};

static bool put_file(void *payload, struct err *e)
{
    const struct registering *r = payload;
    return store_put_file(r->store, &r->row, e);
}

/* A finished file is registered; whether it is loaded is for process to say. */
static bool register_file(void *payload, const struct batch_file *file, struct err *e)
{
    struct fetching *g = payload;
    struct registering r = {.store = g->f->w->store};
    r.row = (struct file_row){.batch_id = file->batch_id,
        .name = view_of(file_base_name(file->path.p)),
        .sha256 = file->sha256,
        .type = view_of(batch_type_name(g->batch->type)),
        .scope = view_of(g->batch->scope),
        .state = FILE_STAGED,
        .records = (int64_t)(file->records + file->gone),
        .run_id = g->f->w->run_id,
        .updated_at = sys_now()};
    return store_transact(r.store, put_file, &r, e);
}

static bool set_cursor(void *payload, struct err *e)
{
    const struct fetching *g = payload;
    struct work *w = g->f->w;
    bool ok = store_set_cursor(w->store, g->batch->cursor, g->batch->cursor_day, sys_now(), e);
    return ok && (!view_ends(view_of(g->batch->cursor), ".fetched") ||
                     cursor_settle_lost(w, g->batch->type, e));
}

static bool move_cursor(struct fetching *g, struct err *e)
{
    if (g->batch->cursor == NULL || g->bounded || g->failed > 0)
        return true;
    return store_transact(g->f->w->store, set_cursor, g, e);
}

/* Into the same batch, so that both halves of a merged entry are loaded together. */
static bool fetch_successors(struct fetching *g, struct findings *findings, struct err *e)
{
    struct id_set found;
    struct fetching more = *g;
    struct tmdb_fetch fetch = {next_id, take_result, &more};
    id_set_init(&found);
    bool ok = successors_of(g->f, &g->gone_known, &found, e);
    more.ids = &found;
    more.next = more.done = 0;
    more.gone_known = (struct vec){0}; /* one step is enough */
    ok = ok && (found.ids.n == 0 || tmdb_fetch_movies(g->f->client, &fetch, findings, e));
    g->failed = more.failed;
    g->bounded = g->bounded || more.bounded;
    id_set_done(&found);
    return ok;
}

static bool run_fetch(struct fetching *g, struct err *e)
{
    struct fetch_batch const *b = g->batch;
    struct tmdb_fetch fetch = {next_id, take_result, g};
    struct findings findings;
    const char *data_dir = g->f->w->x->config->data_dir;
    bool of_today;
    if (!batch_begun_on(data_dir, b->type, view_of(b->scope), today(), &of_today, e))
        return false;
    /* Changes that a killed run staged on another day may have changed again since: they are ended
     * and asked for anew. */
    bool anew = b->type == BATCH_CHANGES && !of_today;
    struct view scope = anew ? (struct view){NULL, 0} : view_of(b->scope);
    if (!batch_finish_leftovers(data_dir, b->type, scope, register_file, g, e) ||
        !batch_writer_new(data_dir, b->type, view_of(b->scope), view_of(b->query), register_file, g,
            &g->staged, &g->writer, e))
        return false;
    findings_init(&findings);
    bool ok =
        tmdb_fetch_movies(g->f->client, &fetch, &findings, e) && fetch_successors(g, &findings, e);
    struct err later;
    ok = work_report(g->f->w, &findings, ok ? e : &later) && ok;
    findings_done(&findings);
    /* A bound ends the batch properly: what was fetched can be processed now. */
    ok = ok && batch_finish(g->writer, e) && move_cursor(g, e);
    batch_writer_free(g->writer);
    return ok;
}

/* How many of n ids --limit lets through. */
static uint64_t within_limit(const struct fetcher *f, size_t n)
{
    uint64_t limit = f->w->x->request->limit;
    return limit > 0 && limit < n ? limit : n;
}

static void say_estimate(const struct fetcher *f, const struct fetch_batch *b, size_t n)
{
    const struct etl *x = f->w->x;
    char count[32], time[80] = "";
    uint64_t bounded = within_limit(f, n);
    double rate = x->config->tmdb.rate, minutes = rate > 0 ? (double)bounded / rate / 60 : 0;
    if (minutes >= 1)
        (void)snprintf(time, sizeof time,
            "; about %.0f minutes at %.0f requests/s, %.0f MB of YAML", minutes, rate,
            (double)bounded * BYTES_PER_MOVIE / 1e6);
    etl_say(x, "%s %s movie%s (%s)%s", x->request->dry_run ? "would ask for" : "asking for",
        etl_count(bounded, count), bounded == 1 ? "" : "s", b->query, time);
}

static bool has_disk(const struct fetcher *f, uint64_t n, struct err *e)
{
    int64_t space;
    if (!file_free_space(f->w->x->config->data_dir, &space, e))
        return false;
    if ((double)space >= (double)n * BYTES_PER_MOVIE)
        return true;
    return err_set(e, ERR_DISK, "%llu movies need about %.1f GB in %s, %.1f GB are free",
        (unsigned long long)n, (double)n * BYTES_PER_MOVIE / 1e9, f->w->x->config->data_dir,
        (double)space / 1e9);
}

bool fetch_ids(
    struct fetcher *f, const struct fetch_batch *b, const struct id_set *ids, struct err *e)
{
    struct fetching g = {.f = f, .batch = b, .ids = ids};
    bool ok = true;
    if (ids->ids.n > 0)
        say_estimate(f, b, ids->ids.n);
    if (f->w->x->request->dry_run)
        return true;
    map_init(&g.staged, MAX_IDS);
    vec_init(&g.gone_known, sizeof(int64_t), SUCCESSORS_PER_RUN);
    ok = has_disk(f, within_limit(f, ids->ids.n), e) && run_fetch(&g, e);
    if (g.bounded)
        f->w->x->more = true;
    map_done(&g.staged);
    vec_done(&g.gone_known);
    return ok;
}

static void say_failures(const struct fetcher *f, uint64_t n)
{
    const struct etl *x = f->w->x;
    char count[32];
    etl_say(
        x, "could not be had: %s movies; the next run asks for them again", etl_count(n, count));
    for (size_t i = 0; i < f->failures.n; i++) {
        const struct failure *why = vec_at(&f->failures, i);
        etl_say(x, "    tmdb %lld: %s", (long long)why->tmdb_id, why->why);
    }
}

/* Says what was fetched and what could not be; sets partial. */
static void say_end(struct fetcher *f)
{
    const struct etl *x = f->w->x;
    struct tmdb_counts c;
    char a[32], b[32], d[32];
    if (x->request->dry_run)
        return;
    tmdb_counts(f->client, &c);
    (void)snprintf(f->summary, sizeof f->summary,
        "discover announced %llu and listed %llu; fetched %llu, gone %llu, adult %llu, failed %llu",
        (unsigned long long)f->announced, (unsigned long long)f->listed,
        (unsigned long long)c.movies, (unsigned long long)c.gone, (unsigned long long)f->adult,
        (unsigned long long)c.failed);
    etl_say(x, "fetched: %s movies, %s gone, with %s requests and %.1f MB", etl_count(c.movies, a),
        etl_count(c.gone, b), etl_count(c.requests, d), (double)c.bytes / 1e6);
    if (c.retries > 0)
        etl_say(x, "asked again: %s requests; told to slow down: %s times", etl_count(c.retries, a),
            etl_count(c.throttled, b));
    if (f->adult > 0)
        etl_say(x, "left out: %s adult records (TMDB_ADULT=exclude)", etl_count(f->adult, a));
    f->w->x->partial = f->w->x->partial || c.failed > 0;
    if (c.failed > 0)
        say_failures(f, c.failed);
}

bool fetcher_end(struct fetcher *f, bool ok, struct err *e)
{
    struct err later;
    if (f->client != NULL)
        say_end(f);
    bool closed = notes_close(f, ok && !f->w->x->more, ok ? e : &later);
    return ok && closed;
}
