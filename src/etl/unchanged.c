/* Unchanged records: see unchanged.h. */
#include "etl/unchanged.h"

#include <stdlib.h>

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
static void find_moves(struct apply *a, const struct staged_record *const *records, size_t n,
    const int64_t *fetched, struct map *moves)
{
    for (size_t i = 0; i < n; i++) {
        const struct staged_record *r = records[i];
        const uint64_t *moved = map_get(moves, r->tmdb_id);
        int64_t before = moved != NULL ? (int64_t)*moved : fetched[i];
        *(r->at < before ? &a->counts.stale : &a->counts.unchanged) += 1;
        if (r->at > before)
            (void)map_put(moves, r->tmdb_id, (uint64_t)r->at);
    }
}

bool unchanged_moves(struct apply *a, const struct staged_record *const *records, size_t n,
    struct map *moves, struct err *e)
{
    struct arena scratch;
    arena_init(&scratch);
    int64_t *ids = arena_take_array(&scratch, n, sizeof *ids);
    int64_t *fetched = arena_take_array(&scratch, n, sizeof *fetched);
    for (size_t i = 0; i < n; i++)
        ids[i] = records[i]->tmdb_id;
    bool ok = n == 0 || store_read_fetched(a->w->store, ids, n, fetched, e);
    if (ok)
        find_moves(a, records, n, fetched, moves);
    arena_done(&scratch);
    return ok;
}

static int by_id(const void *x, const void *y)
{
    int64_t a = ((const struct id_pair *)x)->id, b = ((const struct id_pair *)y)->id;
    return (a > b) - (a < b);
}

bool unchanged_write(struct apply *a, const struct map *moves, struct err *e)
{
    struct arena scratch;
    if (moves->n == 0)
        return true;
    arena_init(&scratch);
    struct id_pair *pairs = arena_take_array(&scratch, moves->n, sizeof *pairs);
    size_t n = 0;
    for (size_t i = 0; i < moves->cap; i++)
        if (moves->slots[i].used)
            pairs[n++] = (struct id_pair){moves->slots[i].key, (int64_t)moves->slots[i].value};
    qsort(pairs, n, sizeof *pairs, by_id); /* as they lie in the table */
    bool ok = store_set_fetched(a->w->store, pairs, n, e);
    arena_done(&scratch);
    return ok;
}
