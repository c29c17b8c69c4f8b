/* Successors: see successor.h. */
#include "etl/successor.h"

#include "model/imdb.h"

static bool find_one(
    struct fetcher *f, int64_t gone_id, struct arena *a, struct id_set *to, struct err *e)
{
    struct tmdb_stored stored;
    int64_t found = 0;
    if (!store_read_tmdb(f->w->store, &gone_id, 1, a, &stored, e))
        return false;
    const struct cell *imdb = &stored.cells[TMDB_imdb_id];
    if (!stored.exists || imdb->kind != CELL_TEXT || !imdb_id_is_valid(imdb->text))
        return true;
    if (!tmdb_find(f->client, arena_dup(a, imdb->text).p, &found, e))
        return false;
    if (found == 0 || found == gone_id || map_has(&f->known, found))
        return true;
    etl_say(f->w->x, "tmdb %lld is gone; its IMDb id %.*s is tmdb %lld now", (long long)gone_id,
        VIEW_ARG(imdb->text), (long long)found);
    return id_set_add(to, found, e);
}

bool successors_of(struct fetcher *f, const struct vec *gone_ids, struct id_set *to, struct err *e)
{
    struct arena a;
    bool ok = true;
    arena_init(&a);
    for (size_t i = 0; ok && i < gone_ids->n; i++) {
        ok = find_one(f, *(const int64_t *)vec_at(gone_ids, i), &a, to, e);
        arena_reset(&a);
    }
    arena_done(&a);
    return ok;
}
