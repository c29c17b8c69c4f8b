/* Where ids come from: see ids.h. */
#include "etl/ids.h"

#include "base/log.h"
#include "base/sys.h"

#include <stdlib.h>

enum { MAX_ROWS = 20 * 1000 * 1000, EXPORT_DAYS_BACK = 3, POPULARITY_CHUNK = 5000 };

int64_t today(void)
{
    return sys_now() / 86400;
}

/* An id and what it is worth: how often rated, how popular. */
struct ranked {
    int64_t id;
    double weight;
};

static int by_weight(const void *x, const void *y)
{
    const struct ranked *a = x, *b = y;
    if (a->weight != b->weight)
        return a->weight > b->weight ? -1 : 1;
    return (a->id > b->id) - (a->id < b->id);
}

static bool add_ranked(struct vec *v, int64_t id, double weight, struct err *e)
{
    struct ranked *slot = vec_add(v);
    if (slot == NULL)
        return err_set(e, ERR_DATA, "more than %d ids", MAX_ROWS);
    *slot = (struct ranked){id, weight};
    return true;
}

static bool add_sorted(struct vec *ranked, struct id_set *to, struct err *e)
{
    bool ok = true;
    vec_sort(ranked, by_weight);
    for (size_t i = 0; ok && i < ranked->n; i++)
        ok = id_set_add(to, ((const struct ranked *)vec_at(ranked, i))->id, e);
    return ok;
}

struct link_ids {
    struct vec ranked;
    struct id_set *to;
    int64_t latest_year;
};

static bool take_link(void *payload, const struct ml_row *row, struct err *e)
{
    struct link_ids *l = payload;
    int64_t id = row->movie.tmdb_id;
    const uint64_t *other = map_get(&l->to->ratings, id);
    if (row->movie.year > l->latest_year)
        l->latest_year = row->movie.year;
    l->to->ratings_all += (uint64_t)row->rating_count;
    if (id == 0)
        return true;
    return map_put(
               &l->to->ratings, id, (uint64_t)row->rating_count + (other == NULL ? 0 : *other)) &&
           add_ranked(&l->ranked, id, (double)row->rating_count, e);
}

bool ids_of_links(struct work *w, struct id_set *to, int *ret_latest_year, struct err *e)
{
    static const struct store_filter all;
    struct link_ids l = {.to = to};
    vec_init(&l.ranked, sizeof(struct ranked), MAX_ROWS);
    bool ok = w->store == NULL || store_each_movielens(w->store, &all, take_link, &l, e);
    ok = ok && add_sorted(&l.ranked, to, e);
    *ret_latest_year = (int)l.latest_year;
    vec_done(&l.ranked);
    return ok;
}

bool ids_of_discover(
    struct fetcher *f, int64_t from_day, int64_t to_day, struct id_set *to, struct err *e)
{
    struct tmdb_listing l = {0};
    etl_progress(f->w->x, "listing movies", to->ids.n, 0, NULL);
    if (!tmdb_discover(f->client, from_day, to_day, id_set_take, to, &l, e))
        return false;
    log_line(LOG_DETAIL, "discover listed %llu movies in %llu windows with %llu requests",
        (unsigned long long)l.seen, (unsigned long long)l.windows, (unsigned long long)l.requests);
    f->announced += l.expected;
    f->listed += l.seen;
    if (l.seen < l.expected)
        etl_say(f->w->x, "discover announced %llu movies and listed %llu",
            (unsigned long long)l.expected, (unsigned long long)l.seen);
    return true;
}

struct export_ids {
    const struct fetcher *f;
    struct vec ranked; /* not known yet */
    struct vec known;  /* with their popularity of the day */
};

static bool take_export(void *payload, const struct tmdb_export_row *row, struct err *e)
{
    struct export_ids *x = payload;
    bool excluded = row->video || (row->adult && !x->f->w->x->config->tmdb.include_adult);
    if (map_has(&x->f->known, row->tmdb_id))
        return add_ranked(&x->known, row->tmdb_id, row->popularity, e);
    return excluded || add_ranked(&x->ranked, row->tmdb_id, row->popularity, e);
}

struct popularity_chunk {
    struct store *store;
    const struct vec *known;
    size_t from;
};

static bool set_chunk(void *payload, struct err *e)
{
    const struct popularity_chunk *c = payload;
    size_t end = c->from + POPULARITY_CHUNK;
    bool ok = true;
    for (size_t i = c->from; ok && i < c->known->n && i < end; i++) {
        const struct ranked *r = vec_at(c->known, i);
        ok = store_set_popularity(c->store, r->id, r->weight, e);
    }
    return ok;
}

/* The feed of changes does not speak of popularity: the export is where it comes from between
 * fetches. */
static bool set_popularity(struct fetcher *f, const struct vec *known, struct err *e)
{
    struct popularity_chunk c = {f->w->store, known, 0};
    if (f->w->x->request->dry_run)
        return true;
    for (; c.from < known->n; c.from += POPULARITY_CHUNK)
        if (err_stopped(e) || !store_transact(c.store, set_chunk, &c, e))
            return false;
    return true;
}

/* Today's file appears around 08:00 UTC: before that, yesterday's is the newest. */
bool ids_of_export(struct fetcher *f, struct id_set *to, bool *ret_found, struct err *e)
{
    struct export_ids x = {.f = f};
    bool ok = true;
    *ret_found = false;
    vec_init(&x.ranked, sizeof(struct ranked), MAX_ROWS);
    vec_init(&x.known, sizeof(struct ranked), MAX_ROWS);
    etl_progress(f->w->x, "reading the id export", 0, 0, NULL);
    for (int64_t back = 0; ok && !*ret_found && back < EXPORT_DAYS_BACK; back++) {
        vec_clear(&x.ranked);
        vec_clear(&x.known);
        ok = tmdb_export(f->client, today() - back, take_export, &x, ret_found, e);
    }
    ok = ok && (!*ret_found || (add_sorted(&x.ranked, to, e) && set_popularity(f, &x.known, e)));
    vec_done(&x.ranked);
    vec_done(&x.known);
    return ok;
}

struct day_ids {
    struct id_set *to;
    int64_t day;
};

static bool take_changed(void *payload, int64_t tmdb_id, struct err *e)
{
    struct day_ids *d = payload;
    return id_set_add(d->to, tmdb_id, e) && (map_put(&d->to->seen, tmdb_id, (uint64_t)d->day) ||
                                                err_set(e, ERR_DATA, "more than %d ids", MAX_ROWS));
}

bool ids_of_changes(
    struct fetcher *f, int64_t from_day, int64_t to_day, struct id_set *to, struct err *e)
{
    for (int64_t day = from_day; day <= to_day; day++) {
        struct tmdb_listing l = {0};
        struct day_ids d = {to, day};
        if (err_stopped(e) || !tmdb_changes(f->client, day, take_changed, &d, &l, e))
            return false;
        etl_progress(f->w->x, "days of changes", (uint64_t)(day - from_day + 1),
            (uint64_t)(to_day - from_day + 1), NULL);
    }
    return true;
}

bool ids_keep_requested(const struct etl *x, struct id_set *s, struct err *e)
{
    struct id_set wanted;
    size_t kept = 0;
    int64_t *ids = s->ids.items;
    bool ok = true;
    if (!x->request->ids_given)
        return true;
    id_set_init(&wanted);
    for (size_t i = 0; ok && i < x->request->id_n; i++)
        ok = id_set_add(&wanted, x->request->ids[i], e);
    for (size_t i = 0; ok && i < s->ids.n; i++)
        if (map_has(&wanted.seen, ids[i]))
            ids[kept++] = ids[i];
    s->ids.n = kept;
    id_set_done(&wanted);
    return ok;
}
