/* Unchanged records: see unchanged.h. */
#include "etl/unchanged.h"

static bool take_known(void *payload, const struct tmdb_known *known, struct err *e)
{
    struct apply *a = payload;
    bool left_out = known->adult && !a->w->x->config->tmdb.include_adult;
    (void)e;
    a->records++;
    if (known->content != 0 && known->gone_at == 0 && !left_out &&
        !map_has(&a->gone, known->tmdb_id))
        (void)map_put(&a->known, known->tmdb_id, (uint64_t)known->content);
    return true;
}

bool unchanged_known(struct apply *a, struct err *e)
{
    return store_each_tmdb_id(a->w->store, take_known, a, e);
}

/* An id that comes twice is compared with the newest document before. */
static size_t find_moves(struct apply *a, const struct staged_record *const *records, size_t n,
    const int64_t *fetched, struct id_pair *ret)
{
    struct map now; /* tmdb_id -> place in ret */
    size_t moves = 0;
    map_init(&now, n);
    for (size_t i = 0; i < n; i++) {
        const struct staged_record *r = records[i];
        const uint64_t *at = map_get(&now, r->tmdb_id);
        int64_t before = at != NULL ? ret[*at].to : fetched[i];
        *(r->at < before ? &a->counts.stale : &a->counts.unchanged) += 1;
        if (r->at <= before)
            continue;
        if (at == NULL)
            (void)map_put(&now, r->tmdb_id, moves);
        ret[at != NULL ? *at : moves++] = (struct id_pair){r->tmdb_id, r->at};
    }
    map_done(&now);
    return moves;
}

bool apply_unchanged(
    struct apply *a, const struct staged_record *const *records, size_t n, struct err *e)
{
    int64_t *ids = arena_take_array(&a->arena, n, sizeof *ids);
    int64_t *fetched = arena_take_array(&a->arena, n, sizeof *fetched);
    struct id_pair *moves = arena_take_array(&a->arena, n, sizeof *moves);
    for (size_t i = 0; i < n; i++)
        ids[i] = records[i]->tmdb_id;
    if (n == 0)
        return true;
    if (!store_read_fetched(a->w->store, ids, n, fetched, e))
        return false;
    size_t move_n = find_moves(a, records, n, fetched, moves);
    return a->w->x->request->dry_run || move_n == 0 ||
           store_set_fetched(a->w->store, moves, move_n, e);
}
