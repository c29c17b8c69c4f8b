/* Sets of ids in order, and which of them need not be asked for. See fetch.h. */
#include "etl/fetch.h"

#include "base/sys.h"

enum { MAX_IDS = 20 * 1000 * 1000 };
/* ids that were gone are asked for again after 30 days */
static const int64_t GONE_SECONDS = 30 * 86400;

void id_set_init(struct id_set *s)
{
    vec_init(&s->ids, sizeof(int64_t), MAX_IDS);
    map_init(&s->seen, MAX_IDS);
    map_init(&s->ratings, MAX_IDS);
    s->ratings_all = s->ratings_had = 0;
}

void id_set_done(struct id_set *s)
{
    vec_done(&s->ids);
    map_done(&s->seen);
    map_done(&s->ratings);
}

bool id_set_add(struct id_set *s, int64_t id, struct err *e)
{
    if (map_has(&s->seen, id))
        return true;
    int64_t *slot = map_put(&s->seen, id, 1) ? vec_add(&s->ids) : NULL;
    if (slot == NULL)
        return err_set(e, ERR_DATA, "more than %d ids", MAX_IDS);
    *slot = id;
    return true;
}

bool id_set_take(void *payload, int64_t tmdb_id, struct err *e)
{
    return id_set_add(payload, tmdb_id, e);
}

bool fetch_skips(const struct fetcher *f, int64_t id, unsigned rules)
{
    const uint64_t *gone_at = map_get(&f->gone, id);
    if ((rules & SKIP_KNOWN) != 0 && map_has(&f->known, id))
        return true;
    if ((rules & SKIP_STAGED) != 0 && map_has(&f->staged, id))
        return true;
    return (rules & SKIP_GONE) != 0 && gone_at != NULL &&
           sys_now() - (int64_t)*gone_at < GONE_SECONDS;
}

/* What is loaded or staged covers its ratings already. */
static void count_had(const struct fetcher *f, struct id_set *s, int64_t id)
{
    const uint64_t *ratings = map_get(&s->ratings, id);
    if (ratings != NULL && (map_has(&f->known, id) || map_has(&f->staged, id)))
        s->ratings_had += *ratings;
}

void fetch_thin(const struct fetcher *f, struct id_set *s, unsigned rules)
{
    int64_t *ids = s->ids.items;
    size_t kept = 0;
    for (size_t i = 0; i < s->ids.n; i++) {
        if (fetch_skips(f, ids[i], rules))
            count_had(f, s, ids[i]);
        else
            ids[kept++] = ids[i];
    }
    s->ids.n = kept;
}
