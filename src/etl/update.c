/* missing, changes and update: what is new at TMDB, what moved, and what somebody names. */
#include "etl/fetch_verb.h"

#include "base/date.h"

#include <stdio.h>

enum { YEARS_AHEAD = 10, FIRST_LOOK_BACK = 30, CACHE_SECONDS = 8 * 3600 };

static bool fetch_set(
    struct fetcher *f, struct fetch_batch *b, struct id_set *ids, unsigned skip, struct err *e)
{
    if (!ids_keep_requested(f->w->x, ids, e))
        return false;
    if (f->w->x->request->ids_given)
        b->cursor = NULL; /* the others were not asked for */
    fetch_thin(f, ids, skip);
    if (ids->ids.n == 0)
        etl_say(f->w->x, "nothing to ask for (%s)", b->query);
    return fetch_ids(f, b, ids, e);
}

/* ---- missing */

/* Since --after-date, else since the cursor with a day of overlap, else since a month ago. */
static bool missing_since(
    struct fetcher *f, int64_t *ret_from, bool *ret_moves_cursor, struct err *e)
{
    int64_t cursor = 0;
    bool exists = false;
    const struct etl_request *r = f->w->x->request;
    if (!cursor_fetched(f->w, BATCH_MISSING, &cursor, &exists, e))
        return false;
    int64_t begin = exists ? cursor - 1 : today() - FIRST_LOOK_BACK;
    *ret_from = r->after_given ? r->after_day : begin;
    *ret_moves_cursor = *ret_from <= begin + 1;
    return true;
}

static bool missing(struct fetcher *f, struct id_set *ids, struct err *e)
{
    char scope[16], query[100];
    int64_t from;
    bool moves_cursor, found = false;
    if (!missing_since(f, &from, &moves_cursor, e) ||
        !ids_of_discover(f, from, today() + YEARS_AHEAD * 366, ids, e))
        return false;
    if (!f->w->x->request->after_given) {
        if (!ids_of_export(f, ids, &found, e))
            return false;
        if (!found)
            etl_say(f->w->x,
                "no daily id export of the last days was found; only dated movies are looked at");
    }
    struct civil c = date_civil(from);
    scope_of_day(from, scope);
    (void)snprintf(query, sizeof query, "primary_release_date %04d-%02d-%02d and later%s", c.year,
        c.month, c.day, found ? ", and the id export" : "");
    struct fetch_batch b = {
        BATCH_MISSING, scope, query, moves_cursor ? "missing.fetched" : NULL, today()};
    return fetch_set(f, &b, ids, SKIP_KNOWN | SKIP_STAGED | SKIP_GONE, e);
}

bool etl_missing(struct etl *x, struct err *e)
{
    return fetch_verb(x, "missing", missing, e);
}

/* ---- changes */

static int64_t oldest_day(const struct fetcher *f)
{
    int64_t oldest = today();
    for (size_t i = 0; i < f->known.cap; i++)
        if (f->known.slots[i].used && (int64_t)f->known.slots[i].value / 86400 < oldest)
            oldest = (int64_t)f->known.slots[i].value / 86400;
    return oldest;
}

/* The last --days, else since the cursor with a day of overlap, else since the oldest record was
 * fetched. */
static bool changes_since(
    struct fetcher *f, int64_t *ret_from, bool *ret_moves_cursor, struct err *e)
{
    int64_t cursor = 0;
    bool exists = false;
    int days = f->w->x->request->days;
    if (!cursor_fetched(f->w, BATCH_CHANGES, &cursor, &exists, e))
        return false;
    int64_t begin = exists ? cursor - 1 : oldest_day(f);
    *ret_from = days > 0 ? today() - days + 1 : begin;
    *ret_moves_cursor = *ret_from <= begin + 1;
    return true;
}

static void keep_known(const struct fetcher *f, struct id_set *s)
{
    int64_t *ids = s->ids.items;
    size_t kept = 0;
    for (size_t i = 0; i < s->ids.n; i++)
        if (map_has(&f->known, ids[i]))
            ids[kept++] = ids[i];
    s->ids.n = kept;
}

/* What was fetched well after its last change need not be asked for again: so bounded runs get
 * ahead, and the overlap of days costs little. An answer may be some hours old (it comes from a
 * cache), hence the margin. */
static void drop_fetched_since(const struct fetcher *f, struct id_set *s)
{
    int64_t *ids = s->ids.items;
    size_t kept = 0;
    for (size_t i = 0; i < s->ids.n; i++) {
        const uint64_t *fetched = map_get(&f->known, ids[i]), *day = map_get(&s->seen, ids[i]);
        bool since =
            fetched != NULL && (int64_t)*fetched >= ((int64_t)*day + 1) * 86400 + CACHE_SECONDS;
        if (!since)
            ids[kept++] = ids[i];
    }
    s->ids.n = kept;
}

static bool changes(struct fetcher *f, struct id_set *ids, struct err *e)
{
    char scope[16], query[100];
    int64_t from;
    bool moves_cursor;
    if (!changes_since(f, &from, &moves_cursor, e) || !ids_of_changes(f, from, today(), ids, e))
        return false;
    if (f->w->x->request->only_known)
        keep_known(f, ids);
    drop_fetched_since(f, ids);
    struct civil a = date_civil(from), b = date_civil(today());
    scope_of_day(from, scope);
    (void)snprintf(query, sizeof query, "changes %04d-%02d-%02d..%04d-%02d-%02d", a.year, a.month,
        a.day, b.year, b.month, b.day);
    struct fetch_batch batch = {
        BATCH_CHANGES, scope, query, moves_cursor ? "changes.fetched" : NULL, today()};
    return fetch_set(f, &batch, ids, 0, e);
}

bool etl_changes(struct etl *x, struct err *e)
{
    return fetch_verb(x, "changes", changes, e);
}

/* ---- update */

static bool update(struct fetcher *f, struct id_set *ids, struct err *e)
{
    char scope[16];
    const struct etl_request *r = f->w->x->request;
    for (size_t i = 0; i < r->id_n; i++)
        if (!id_set_add(ids, r->ids[i], e))
            return false;
    scope_of_day(today(), scope);
    struct fetch_batch b = {BATCH_CHANGES, scope, "movies named by hand", NULL, 0};
    return fetch_ids(f, &b, ids, e);
}

bool etl_update(struct etl *x, struct err *e)
{
    return fetch_verb(x, "update", update, e);
}
