/* Loading a MovieLens release: one transaction of the engine's bulk kind. See store.h and
 * engine.h. */
#include "store/load.h"

#include "base/mem.h"
#include "base/sys.h"
#include "store/first_load.h"
#include "store/lease.h"

enum { STEPS = 10, STATS_PER_PUT = 500, MOVIES_PER_PUT = 500 };

#define STEP_COLUMNS                                                                               \
    "rated_0_5", "rated_1_0", "rated_1_5", "rated_2_0", "rated_2_5", "rated_3_0", "rated_3_5",     \
        "rated_4_0", "rated_4_5", "rated_5_0"

static const char *const movie_columns[] = {"movielens_id", "raw_title", "title", "year", "genres",
    "imdb_id", "tmdb_id", "rating_count", "rating_sum", STEP_COLUMNS};
enum { MOVIE_COLUMNS = sizeof movie_columns / sizeof movie_columns[0], FIRST_COUNT = 7 };

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
    return db_exec(l->s, "DELETE FROM {ratings}", NO_CELLS, NULL, e) &&
           db_exec(l->s, "DELETE FROM {tags}", NO_CELLS, NULL, e) &&
           db_exec(l->s, "DELETE FROM {movielens_release}", NO_CELLS, NULL, e) &&
           db_exec(l->s, "UPDATE {movielens_movies} SET rating_count = -1", NO_CELLS, NULL, e);
}

static bool flush_movies(struct load *l, struct err *e)
{
    bool ok = db_put(l->s, &l->movie_put, &l->waiting, e);
    l->waiting.n = 0;
    arena_reset(&l->texts);
    return ok;
}

static struct cell kept_text(struct load *l, struct view v)
{
    return v.n == 0 ? cell_null() : cell_text(arena_dup(&l->texts, v));
}

static bool take_movie(void *to, const struct ml_movie *m, struct err *e)
{
    struct load *l = to;
    struct cell *row = row_set_at(&l->waiting, l->waiting.n++);
    row[0] = cell_int(m->movielens_id);
    row[1] = cell_text(m->raw_title.n == 0 ? view_of("") : arena_dup(&l->texts, m->raw_title));
    row[2] = kept_text(l, m->title);
    row[3] = cell_of_id(m->year);
    row[4] = cell_text(arena_dup(&l->texts, m->genres));
    row[5] = kept_text(l, m->imdb_id);
    row[6] = cell_of_id(m->tmdb_id);
    for (size_t i = FIRST_COUNT; i < MOVIE_COLUMNS; i++)
        row[i] = cell_int(0);
    if (!movie_ids_add(&l->movies, m->movielens_id))
        return err_set(e, ERR_DATA, "the release has more than %d movies", MOVIE_IDS_MAX);
    return l->waiting.n < MOVIES_PER_PUT || flush_movies(l, e);
}

static bool load_movies(struct load *l, struct err *e)
{
    l->waiting = (struct row_set){arena_take_array(&l->s->scratch,
                                      (size_t)MOVIES_PER_PUT * MOVIE_COLUMNS, sizeof(struct cell)),
        MOVIE_COLUMNS, 0};
    if (!l->source->movies(l->source->payload, take_movie, l, e) || !flush_movies(l, e) ||
        !db_exec(l->s, "DELETE FROM {movielens_movies} WHERE rating_count = -1", NO_CELLS, NULL, e))
        return false;
    movie_ids_rank_all(&l->movies);
    l->result.movies = l->movies.ids.n;
    return true;
}

static void make_ranks(struct load *l, size_t n)
{
    if (n <= l->ranks_n)
        return;
    l->ranks = mem_grow(l->ranks, n, sizeof *l->ranks);
    l->ranks_n = n;
}

/* The source's blocks, looked at on their way into the engine: foreign keys are not checked
 * there. */
static bool ranked_ratings(void *payload, struct ranked_block *ret, struct err *e)
{
    struct load *l = payload;
    const struct rating_block *b = &ret->ratings;
    const struct movie_ids movies = l->movies;
    bool all_known = true;
    if (!l->source->ratings(l->source->payload, &ret->ratings, e))
        return false;
    make_ranks(l, b->n);
    for (size_t i = 0; i < b->n; i++) {
        l->ranks[i] = movie_ids_rank(&movies, b->movielens_id[i]);
        all_known = all_known && l->ranks[i] != MOVIE_IDS_NONE;
    }
    for (size_t i = 0; !all_known && i < b->n; i++)
        if (!load_check_movie(l, b->movielens_id[i], "rating", b->user_id[i], e))
            return false;
    ret->movie = l->ranks;
    return true;
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
    struct ranked_source ranked = {.next = ranked_ratings,
        .payload = l,
        .movies = l->movies.ids.items,
        .movie_n = l->movies.ids.n,
        .csv_bytes = csv_bytes(l->source),
        .memory = l->memory};
    if (!l->s->engine->load_ratings(l->s, &ranked, &n, e))
        return false;
    l->result.ratings = n.stored;
    l->result.duplicate_ratings = n.pulled - n.stored;
    return true;
}

/* ---- counts per movie: the source's own, unless rows were left out that it had counted */

static bool take_count(void *payload, const struct cell *c, size_t n, struct err *e)
{
    struct vec *stats = payload;
    struct rating_stats *last = stats->n == 0 ? NULL : vec_at(stats, stats->n - 1);
    int64_t half_stars = (int64_t)((c[1].kind == CELL_REAL ? c[1].r : (double)c[1].i) * 2);
    (void)n;
    if (half_stars < 1 || half_stars > STEPS)
        return err_set(
            e, ERR_STORE, "a rating in the database is %lld half stars", (long long)half_stars);
    if (last == NULL || last->movielens_id != c[0].i) {
        last = vec_add(stats);
        if (last == NULL)
            return err_set(e, ERR_DATA, "more than %d movies have ratings", MOVIE_IDS_MAX);
        last->movielens_id = c[0].i;
    }
    last->histogram[half_stars - 1] += c[2].i;
    last->count += c[2].i;
    last->sum_half_stars += half_stars * c[2].i;
    return true;
}

static bool stats_of(struct load *l, const struct rating_stats **ret, size_t *ret_n, struct err *e)
{
    uint64_t sum = 0;
    *ret = l->source->stats(l->source->payload, ret_n);
    if (l->source->kept != KEPT_ROWS)
        return true;
    for (size_t i = 0; i < *ret_n; i++)
        sum += (uint64_t)(*ret)[i].count;
    if (sum == l->result.ratings && l->result.duplicate_ratings == 0)
        return true;
    if (!db_query(l->s,
            "SELECT movielens_id, rating, count(*) FROM {ratings} GROUP BY movielens_id, rating"
            " ORDER BY movielens_id, rating",
            NO_CELLS, take_count, &l->stats, e))
        return false;
    *ret = l->stats.items;
    *ret_n = l->stats.n;
    return true;
}

static bool put_stats(struct load *l, struct err *e)
{
    static const char *const columns[] = {
        "rating_count", "rating_sum", STEP_COLUMNS, "movielens_id"};
    enum { WIDTH = sizeof columns / sizeof columns[0] };
    const struct rating_stats *stats = NULL;
    size_t n = 0;
    if (!stats_of(l, &stats, &n, e))
        return false;
    struct cell *cells =
        arena_take_array(&l->s->scratch, (size_t)STATS_PER_PUT * WIDTH, sizeof *cells);
    for (size_t at = 0; at < n; at += STATS_PER_PUT) {
        struct row_set rows = {cells, WIDTH, 0};
        for (size_t i = at; i < n && rows.n < STATS_PER_PUT; i++) {
            struct cell *row = row_set_at(&rows, rows.n++);
            row[0] = cell_int(stats[i].count);
            row[1] = cell_int(stats[i].sum_half_stars);
            for (size_t k = 0; k < STEPS; k++)
                row[2 + k] = cell_int(stats[i].histogram[k]);
            row[WIDTH - 1] = cell_int(stats[i].movielens_id);
        }
        if (!db_update(l->s, "movielens_movies", columns, &rows, e))
            return false;
    }
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

static bool is_built(const struct load *l)
{
    return l->s->engine->building != NULL && l->s->engine->building(l->s);
}

/* Indexes of what linking fills are made when it is filled. */
static bool link_inside(struct load *l, struct err *e)
{
    l->result.linked = is_built(l) && l->source->link != NULL;
    return (!l->result.linked || l->source->link(l->source->payload, e)) &&
           (!is_built(l) || first_release_end(l->s, e));
}

/* The lease is looked at once more: a load may take longer than it lasts. */
static bool load_all(struct store *s, void *payload, struct err *e)
{
    struct load *l = payload;
    if (is_built(l) && !first_release_begin(s, e))
        return false;
    upsert_put(s, schema_find(&s->schema, "movielens_movies"), movie_columns, MOVIE_COLUMNS,
        PUT_ROW, &l->movie_put);
    return make_room(l, e) && load_movies(l, e) && load_ratings(l, e) && put_stats(l, e) &&
           load_tags(l, e) && put_release(l, e) && link_inside(l, e) && lease_check(s, e);
}

bool store_load_movielens(
    struct store *s, const struct ml_source *source, struct ml_load_result *ret, struct err *e)
{
    bool exists = false;
    int64_t one;
    if (!db_may_begin(s, e) ||
        !db_get_ints(s, "SELECT 1 FROM {ratings} LIMIT 1", NO_CELLS, &one, 1, &exists, e))
        return false;
    struct load l = {.s = s,
        .source = source,
        .memory = source->memory == 0 ? LOAD_MEMORY : source->memory};
    movie_ids_init(&l.movies);
    arena_init(&l.texts);
    vec_init(&l.stats, sizeof(struct rating_stats), MOVIE_IDS_MAX);
    bool ok = s->engine->bulk(s, !exists, load_all, &l, e);
    movie_ids_done(&l.movies);
    mem_free(l.ranks);
    arena_done(&l.texts);
    vec_done(&l.stats);
    if (ok) {
        s->engine->tidy(s);
        *ret = l.result;
    }
    return ok;
}
