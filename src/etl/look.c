/* status, clear and dump: looking at the database as a whole, and emptying it. */
#include "etl/work.h"

#include "base/date.h"
#include "base/sys.h"

enum { RUNS_SHOWN = 5 };

/* ---- status */

struct look {
    const struct etl *x;
    struct arena arena;
};

static bool say_cursor(void *payload, const char *name, int64_t day, struct err *e)
{
    struct look *l = payload;
    (void)e;
    etl_say(l->x, "  %-18s %s", name, date_print(&l->arena, day).p);
    return true;
}

static bool say_run(void *payload, const struct run_row *row, struct err *e)
{
    struct look *l = payload;
    (void)e;
    struct view end = row->ended_at == 0
                          ? view_of("did not end")
                          : arena_print(&l->arena, "exit %lld", (long long)row->exit_code);
    etl_say(l->x, "  %s  %-24.*s %.*s", instant_print(&l->arena, row->started_at).p,
        VIEW_ARG(row->command), VIEW_ARG(end));
    return true;
}

static void say_counts(const struct etl *x, const struct store_status *s, enum ml_kept kept)
{
    static const char *const kept_texts[] = {"", ", only their statistics", " (not loaded)"};
    char a[32], b[32], c[32];
    etl_say(x, "movies      %s: %s with a TMDB record, %s known to MovieLens only",
        etl_count((uint64_t)s->movies, a), etl_count((uint64_t)s->with_tmdb, b),
        etl_count((uint64_t)s->movielens_only, c));
    etl_say(x, "ratings     %s%s; %.1f %% of them on movies with a TMDB record",
        etl_count((uint64_t)s->ratings, a), kept_texts[kept],
        s->ratings == 0 ? 0.0 : 100.0 * (double)s->ratings_covered / (double)s->ratings);
    etl_say(x, "tags        %s", etl_count((uint64_t)s->tags, a));
    etl_say(x, "credits     %s of %s people", etl_count((uint64_t)s->credits, a),
        etl_count((uint64_t)s->people, b));
    etl_say(x, "gone        %s ids that TMDB has no longer", etl_count((uint64_t)s->gone, a));
    etl_say(x, "conflicts   %s between the sources; findings %s",
        etl_count((uint64_t)s->conflicts, a), etl_count((uint64_t)s->findings, b));
}

static void say_age(struct look *l, const struct store_status *s)
{
    if (s->tmdb_records == 0)
        return;
    etl_say(l->x, "fetched     from %s to %s; the oldest record is %lld days old",
        instant_print(&l->arena, s->oldest_fetched_at).p,
        instant_print(&l->arena, s->newest_fetched_at).p,
        (long long)((sys_now() - s->oldest_fetched_at) / 86400));
}

static bool say_waiting(struct look *l, struct err *e)
{
    static const enum batch_type types[] = {BATCH_INITIAL, BATCH_MISSING, BATCH_CHANGES};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        struct vec files;
        vec_init(&files, sizeof(char *), 1000 * 1000);
        bool ok = batch_list(l->x->config->data_dir, FOLDER_RAW, types[i], &l->arena, &files, e);
        if (ok && files.n > 0)
            etl_say(l->x, "waiting     %zu file%s: movie-etl process --batch-type %s", files.n,
                files.n == 1 ? "" : "s", batch_type_name(types[i]));
        vec_done(&files);
        if (!ok)
            return false;
    }
    return true;
}

static bool say_json(struct look *l, const struct store_status *s, enum ml_kept kept)
{
    etl_say(l->x,
        "{\"movies\":%lld,\"with_tmdb\":%lld,\"with_both\":%lld,\"movielens_only\":%lld,"
        "\"tmdb_records\":%lld,\"gone\":%lld,\"ratings\":%lld,\"ratings_covered\":%lld,"
        "\"ratings_kept\":\"%s\",\"tags\":%lld,"
        "\"credits\":%lld,\"people\":%lld,\"conflicts\":%lld,\"findings\":%lld,"
        "\"oldest_fetched_at\":%lld,\"newest_fetched_at\":%lld}",
        (long long)s->movies, (long long)s->with_tmdb, (long long)s->with_both,
        (long long)s->movielens_only, (long long)s->tmdb_records, (long long)s->gone,
        (long long)s->ratings, (long long)s->ratings_covered, ml_kept_names[kept],
        (long long)s->tags, (long long)s->credits, (long long)s->people, (long long)s->conflicts,
        (long long)s->findings, (long long)s->oldest_fetched_at, (long long)s->newest_fetched_at);
    return true;
}

static bool say_text(struct look *l, struct store *store, const struct store_status *s,
    enum ml_kept kept, struct err *e)
{
    etl_say(l->x, "store: %s", store_name(store));
    say_counts(l->x, s, kept);
    say_age(l, s);
    if (!say_waiting(l, e))
        return false;
    etl_say(l->x, "cursors");
    if (!store_each_cursor(store, say_cursor, l, e))
        return false;
    etl_say(l->x, "last runs");
    return store_each_run(store, RUNS_SHOWN, say_run, l, e);
}

bool etl_status(struct etl *x, struct err *e)
{
    struct store *store;
    struct store_status s;
    struct look l = {.x = x};
    struct ml_release release;
    bool exists;
    if (!store_open(&x->config->store, STORE_READ, &store, e))
        return false;
    arena_init(&l.arena);
    bool ok = store_status(store, &s, e) && store_release(store, &l.arena, &release, &exists, e);
    if (ok) {
        enum ml_kept kept = exists ? release.kept : KEPT_NONE;
        ok = x->request->json ? say_json(&l, &s, kept) : say_text(&l, store, &s, kept, e);
    }
    arena_done(&l.arena);
    store_close(store);
    return ok;
}

/* ---- clear */

bool etl_clear(struct etl *x, struct err *e)
{
    struct work w;
    uint64_t rows = 0;
    char n[32];
    if (!work_begin(x, STORE_WRITE, "clear", &w, e))
        return false;
    if (x->request->dry_run) {
        etl_say(x, "would empty every table of movie-etl; YAML files stay");
        return work_end(&w, true, "clear", e);
    }
    bool ok = store_clear(w.store, &rows, e);
    if (ok)
        etl_say(x, "cleared: %s rows; the tables and the YAML files stay", etl_count(rows, n));
    w.run_id = 0; /* its row is gone with the rest */
    return work_end(&w, ok, "clear", e);
}

/* ---- dump */

static bool say_dump_line(void *payload, struct view line, struct err *e)
{
    struct look *l = payload;
    (void)e;
    l->x->ui->say(l->x->ui->payload, arena_dup(&l->arena, line).p);
    arena_reset(&l->arena);
    return true;
}

bool etl_dump(struct etl *x, struct err *e)
{
    struct store *store;
    struct look l = {.x = x};
    if (!store_open(&x->config->store, STORE_READ, &store, e))
        return false;
    arena_init(&l.arena);
    bool ok = store_dump(store, say_dump_line, &l, e);
    arena_done(&l.arena);
    store_close(store);
    return ok;
}
