/* Loading a MovieLens release: one transaction of the engine's bulk kind. See store.h and
 * engine.h. */
#include "store/load.h"

#include "base/sys.h"
#include "store/lease.h"

bool load_check_movie(
    const struct load *l, int64_t movielens_id, const char *what, int64_t user_id, struct err *e)
{
    return movie_ids_rank(&l->movies, movielens_id) != MOVIE_IDS_NONE ||
           err_set(e, ERR_DATA,
               "a %s of user %lld names movie %lld, which the release does not have", what,
               (long long)user_id, (long long)movielens_id);
}

/* Rows of the release before this one: ratings and tags go. Movies stay for now, for their links; a
 * count of -1 marks those for which no row comes. */
static bool make_room(struct load *l, struct err *e)
{
    return l->built ||
           (db_exec(l->s, "DELETE FROM {ratings}", NO_CELLS, NULL, e) &&
               db_exec(l->s, "DELETE FROM {tags}", NO_CELLS, NULL, e) &&
               db_exec(l->s, "DELETE FROM {movielens_release}", NO_CELLS, NULL, e) &&
               db_exec(l->s, "UPDATE {movielens_movies} SET rating_count = -1", NO_CELLS, NULL, e));
}

static uint32_t highest(const uint32_t *numbers, size_t n)
{
    uint32_t ret = 0;
    for (size_t i = 0; i < n; i++)
        ret = numbers[i] > ret ? numbers[i] : ret;
    return ret;
}

/* The source's blocks, looked at on their way into the engine: foreign keys are not checked
 * there. */
static bool checked_ratings(void *payload, struct rating_block *ret, struct err *e)
{
    const struct load *l = payload;
    if (!l->source->ratings(l->source->payload, ret, e))
        return false;
    if (ret->n == 0 || highest(ret->movie, ret->n) < l->movies.ids.n)
        return true;
    for (size_t i = 0; i < ret->n; i++)
        if (!load_check_movie(l, ret->movielens_id[i], "rating", ret->user_id[i], e))
            return false;
    return err_set(e, ERR_BUG, "a rating has the number of no movie");
}

/* A zip may claim anything; whoever adds to this and multiplies it must not overflow. */
static int64_t csv_bytes(const struct ml_source *source)
{
    const uint64_t most = INT64_MAX / 16;
    return (int64_t)(source->ratings_bytes < most ? source->ratings_bytes : most);
}

static bool load_ratings(struct load *l, struct err *e)
{
    struct load_count n = {0, 0};
    struct rating_source ratings = {.next = checked_ratings,
        .payload = l,
        .movies = l->movies.ids.items,
        .movie_n = l->movies.ids.n,
        .csv_bytes = csv_bytes(l->source),
        .memory = l->memory - load_waiting_bytes(l)};
    if (!l->s->engine->load_ratings(l->s, &ratings, &n, e))
        return false;
    l->result.ratings = n.stored;
    l->result.duplicate_ratings = n.pulled - n.stored;
    return true;
}

static bool put_release(struct load *l, struct err *e)
{
    const struct ml_release *r = l->source->release(l->source->payload);
    struct cell row[] = {cell_text(r->name), cell_text(r->movies_sha256),
        cell_text(r->links_sha256), cell_text(r->ratings_sha256), cell_text(r->tags_sha256),
        cell_int(r->movies), cell_int(r->links), cell_int(r->ratings), cell_int(r->tags),
        cell_int(sys_now()), cell_text(view_of(ml_kept_names[l->source->kept]))};
    return db_put_row(l->s, "movielens_release", PUT_ROW, row, sizeof row / sizeof row[0], e);
}

/* What was not linked on its way in. */
static bool link_stored(struct load *l, struct err *e)
{
    const struct ml_source *source = l->source;
    if (l->result.linked || source->link_stored == NULL || !l->s->engine->bulk_is_one)
        return true;
    l->result.linked = true;
    return source->link_stored(source->payload, e);
}

static bool is_built(const struct store *s)
{
    return s->engine->building != NULL && s->engine->building(s);
}

/* The lease is looked at once more: a load may take longer than it lasts. */
static bool load_all(struct store *s, void *payload, struct err *e)
{
    struct load *l = payload;
    load_movies_begin(l, is_built(s));
    return make_room(l, e) && load_movies(l, e) && load_ratings(l, e) && load_stats(l, e) &&
           load_tags(l, e) && put_release(l, e) && link_stored(l, e) && lease_check(s, e);
}

bool store_load_movielens(
    struct store *s, const struct ml_source *source, struct ml_load_result *ret, struct err *e)
{
    bool exists = false;
    int64_t one;
    if (!db_may_begin(s, e) ||
        !db_get_ints(s, "SELECT 1 FROM {ratings} LIMIT 1", NO_CELLS, &one, 1, &exists, e))
        return false;
    struct load l = {
        .s = s, .source = source, .memory = source->memory == 0 ? LOAD_MEMORY : source->memory};
    movie_ids_init(&l.movies);
    vec_init(&l.stats, sizeof(struct rating_stats), MOVIE_IDS_MAX);
    bool ok = s->engine->bulk(s, !exists, load_all, &l, e);
    movie_ids_done(&l.movies);
    load_movies_done(&l);
    vec_done(&l.stats);
    if (ok) {
        s->engine->tidy(s);
        *ret = l.result;
    }
    return ok;
}
