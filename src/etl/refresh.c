/* Refresh: the oldest records, and those that TMDB said are gone once: see fetch_verb.h. */
#include "etl/fetch_verb.h"

#include "base/sys.h"

enum { ROUND_DAYS = 150, MAX_RECORDS = 20 * 1000 * 1000 };

struct aged {
    int64_t tmdb_id, fetched_at;
};

static int oldest_first(const void *x, const void *y)
{
    const struct aged *a = x, *b = y;
    if (a->fetched_at != b->fetched_at)
        return a->fetched_at < b->fetched_at ? -1 : 1;
    return (a->tmdb_id > b->tmdb_id) - (a->tmdb_id < b->tmdb_id);
}

static bool list_by_age(const struct fetcher *f, struct vec *ret, struct err *e)
{
    for (size_t i = 0; i < f->known.cap; i++) {
        const struct map_slot *s = &f->known.slots[i];
        struct aged *slot = s->used ? vec_add(ret) : NULL;
        if (slot != NULL)
            *slot = (struct aged){s->key, (int64_t)s->value};
        else if (s->used)
            return err_set(e, ERR_DATA, "more than %d records", MAX_RECORDS);
    }
    vec_sort(ret, oldest_first);
    return true;
}

/* Days since the last refresh; the first one counts as one day. */
static bool days_since(struct fetcher *f, int64_t *ret, struct err *e)
{
    int64_t day = 0;
    bool exists = false;
    if (!store_get_cursor(f->w->store, "refresh.done", &day, &exists, e))
        return false;
    *ret = exists ? today() - day : 1;
    return true;
}

static bool add_oldest(
    struct fetcher *f, const struct vec *aged, uint64_t budget, struct id_set *ids, struct err *e)
{
    int64_t too_old = sys_now() - (int64_t)ROUND_DAYS * 86400;
    for (size_t i = 0; i < aged->n; i++) {
        const struct aged *a = vec_at(aged, i);
        if (fetch_skips(f, a->tmdb_id, SKIP_STAGED | SKIP_GONE))
            continue;
        if (ids->ids.n >= budget && a->fetched_at > too_old)
            break;
        if (!id_set_add(ids, a->tmdb_id, e))
            return false;
    }
    return true;
}

/* One 404 is noted, a second one on another day marks the record. Whoever heard of the first only
 * once, because the feed had gone on, would wait for the second for a month. */
static bool add_unconfirmed(const struct fetcher *f, struct id_set *ids, struct err *e)
{
    for (size_t i = 0; i < f->gone.cap; i++) {
        const struct map_slot *s = &f->gone.slots[i];
        bool waits = s->used && map_has(&f->known, s->key) && !map_has(&f->marked, s->key);
        if (waits && (int64_t)s->value / 86400 < today() && !map_has(&f->staged, s->key) &&
            !id_set_add(ids, s->key, e))
            return false;
    }
    return true;
}

static bool refresh(struct fetcher *f, struct id_set *ids, struct err *e)
{
    char scope[16];
    struct vec aged;
    int64_t days;
    vec_init(&aged, sizeof(struct aged), MAX_RECORDS);
    bool ok = days_since(f, &days, e) && list_by_age(f, &aged, e);
    uint64_t budget = ok && days > 0 ? (aged.n * (uint64_t)days + ROUND_DAYS - 1) / ROUND_DAYS : 0;
    ok = ok && add_oldest(f, &aged, budget, ids, e) && add_unconfirmed(f, ids, e);
    vec_done(&aged);
    if (!ok)
        return false;
    scope_of_day(today(), scope);
    struct fetch_batch b = {
        BATCH_CHANGES, scope, "refresh of the oldest records", "refresh.done", today()};
    return fetch_ids(f, &b, ids, e);
}

bool etl_refresh(struct etl *x, struct err *e)
{
    return fetch_verb(x, "refresh", refresh, e);
}
