/* Unchanged records: see unchanged.h. */
#include "etl/unchanged.h"

#include <stdlib.h>

static bool take_known(void *payload, const struct tmdb_known *known, struct err *e)
{
    struct apply *a = payload;
    bool left_out = known->adult && !a->w->x->config->tmdb.include_adult;
    a->records++;
    if (known->content == 0 || known->gone_at != 0 || left_out ||
        map_has(&a->gone, known->tmdb_id) ||
        !map_put(&a->known, known->tmdb_id, (uint64_t)known->content))
        return true;
    struct id_pair *fetched = vec_add(&a->fetched);
    if (fetched == NULL)
        return err_set(e, ERR_BUG, "more than %d records are known", MAX_KNOWN);
    *fetched = (struct id_pair){known->tmdb_id, known->fetched_at};
    return true;
}

bool unchanged_known(struct apply *a, struct err *e)
{
    return store_each_tmdb_id(a->w->store, take_known, a, e);
}

static int by_id(const void *x, const void *y)
{
    int64_t a = ((const struct id_pair *)x)->id, b = ((const struct id_pair *)y)->id;
    return (a > b) - (a < b);
}

/* An id that comes twice is compared with the newest document before. */
static void find_move(
    struct apply *a, const struct staged_record *r, struct id_pair *fetched, struct map *moves)
{
    *(r->at < fetched->to ? &a->counts.stale : &a->counts.unchanged) += 1;
    if (r->at > fetched->to) {
        fetched->to = r->at;
        (void)map_put(moves, r->tmdb_id, (uint64_t)r->at);
    }
}

bool unchanged_moves(struct apply *a, const struct staged_record *const *records, size_t n,
    struct map *moves, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        struct id_pair key = {.id = records[i]->tmdb_id}, *fetched = NULL;
        if (a->fetched.n > 0)
            fetched = bsearch(&key, a->fetched.items, a->fetched.n, sizeof key, by_id);
        if (fetched == NULL)
            return err_set(e, ERR_BUG, "record %lld is unchanged, but was not known",
                (long long)key.id);
        find_move(a, records[i], fetched, moves);
    }
    return true;
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
