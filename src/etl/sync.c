/* sync: what a timer runs. Changes and missing since the cursors, a refresh of the oldest, then
 * everything is processed.
 *
 * When TMDB fails on the way, what was staged so far is processed all the same, and the failure is
 * reported at the end: the next sync goes on at the cursors. */
#include "etl/fetch_verb.h"

#include "base/file.h"

static bool fetch_steps(struct etl *x, struct err *e)
{
    if (!etl_changes(x, e))
        return false;
    if (!x->request->only_known && !x->more && !etl_missing(x, e))
        return false;
    return x->more || etl_refresh(x, e);
}

static bool process_steps(struct etl *x, struct err *e)
{
    static const enum batch_type types[] = {BATCH_CHANGES, BATCH_MISSING};
    const struct etl_request *given = x->request;
    struct etl_request process = *given;
    bool ok = true;
    process.file_n = 0;
    x->request = &process;
    for (size_t i = 0; ok && i < sizeof types / sizeof types[0]; i++) {
        process.type = types[i];
        ok = etl_process(x, e);
    }
    x->request = given;
    return ok;
}

/* A failure of the service leaves the staged files good; any other one does not get better by going
 * on. */
static bool may_go_on(const struct err *e)
{
    return e->kind == ERR_SERVICE || e->kind == ERR_AUTH;
}

static bool write_id(void *payload, int64_t tmdb_id, struct err *e)
{
    struct arena a;
    arena_init(&a);
    bool ok = outfile_write(payload, arena_print(&a, "%lld\n", (long long)tmdb_id), e);
    arena_done(&a);
    return ok;
}

/* The list of the last sync, and what a killed one left of its own. */
static bool remove_old(const char *path, struct err *e)
{
    struct arena a;
    arena_init(&a);
    bool ok = file_remove(path, e) && file_remove(arena_print(&a, "%s.part", path).p, e);
    arena_done(&a);
    return ok;
}

/* --changed-ids: what a cache or a search index must look at again. */
static bool write_changed_ids(struct etl *x, struct err *e)
{
    struct store *store;
    struct outfile o;
    if (x->request->changed_ids == NULL || x->first_run_id == 0)
        return true;
    if (!remove_old(x->request->changed_ids, e) ||
        !store_open(&x->config->store, STORE_READ, &store, e))
        return false;
    bool ok = outfile_create(&o, x->request->changed_ids, e);
    if (ok) {
        ok =
            store_each_changed_id(store, x->first_run_id, write_id, &o, e) && outfile_commit(&o, e);
        outfile_done(&o);
    }
    store_close(store);
    return ok;
}

bool etl_sync(struct etl *x, struct err *e)
{
    struct err later;
    bool fetched = fetch_steps(x, e), processed = true;
    if (x->request->dry_run)
        return fetched;
    if (fetched || may_go_on(e))
        processed = process_steps(x, fetched ? e : &later);
    if (!fetched && !processed)
        etl_say(x, "what was staged could not be processed either: %s", later.text);
    /* What was changed is told however the run ended: the next one begins after it. */
    bool ok = fetched && processed;
    return write_changed_ids(x, ok ? e : &later) && ok;
}
