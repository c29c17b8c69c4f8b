/* Movies of a release on their way into their table: see load.h.
 *
 * In a database that exists they are written as they come, and their counts when all ratings are
 * in; their links stay what they were. In one that is being built, or was made for them, they wait,
 * as long as they do not take too much memory, until they are counted and linked: so each is
 * written once, and complete, and is not read again to be linked; and all of them at once, with
 * what linking makes of them. */
#include "store/load.h"

#include "base/mem.h"
#include "store/first_load.h"

enum {
    STEPS = 10,
    PER_PUT = 500,
    WAITING_SHARE = 16, /* of the memory: 28 MiB, and the largest release's movies take 22 */
};

#define STEP_COLUMNS                                                                               \
    "rated_0_5", "rated_1_0", "rated_1_5", "rated_2_0", "rated_2_5", "rated_3_0", "rated_3_5",     \
        "rated_4_0", "rated_4_5", "rated_5_0"

/* The link stays what it is where a row is there: so it is written in a new database only. */
static const char *const movie_columns[] = {"movielens_id", "raw_title", "title", "year", "genres",
    "imdb_id", "tmdb_id", "rating_count", "rating_sum", STEP_COLUMNS};
enum { MOVIE_COLUMNS = sizeof movie_columns / sizeof movie_columns[0] + 1 };

void load_movies_begin(struct load *l, bool built)
{
    vec_init(&l->waiting, sizeof(struct ml_row), MOVIE_IDS_MAX);
    arena_init(&l->texts);
    l->movie_cells = mem_alloc((size_t)PER_PUT * MOVIE_COLUMNS * sizeof *l->movie_cells);
    l->built = l->waits = built;
    const struct table *t = schema_find(&l->s->schema, "movielens_movies");
    struct put *without_link = arena_take(&l->s->arena, sizeof *without_link);
    upsert_put(l->s, t, movie_columns, MOVIE_COLUMNS - 1, PUT_ROW, without_link);
    l->movie_put = built ? upsert_put_all(l->s, t, PUT_ROW) : without_link;
}

void load_movies_done(struct load *l)
{
    vec_done(&l->waiting);
    arena_done(&l->texts);
    mem_free(l->movie_cells);
}

int64_t load_waiting_bytes(const struct load *l)
{
    return (int64_t)(l->waiting.n * l->waiting.item) + l->text_bytes;
}

/* ---- rows */

static struct cell text_or_null(struct view v)
{
    return v.n == 0 ? cell_null() : cell_text(v);
}

/* `stats`: of its ratings, or NULL. With its link when the row is a whole one. */
static void make_row(
    const struct ml_row *r, const struct rating_stats *stats, bool whole, struct cell *ret)
{
    const struct ml_movie *m = &r->movie;
    const struct cell known[] = {cell_int(m->movielens_id), cell_text(m->raw_title),
        text_or_null(m->title), cell_of_id(m->year), cell_text(m->genres), text_or_null(m->imdb_id),
        cell_of_id(m->tmdb_id)};
    memcpy(ret, known, sizeof known);
    ret += sizeof known / sizeof known[0];
    if (whole)
        *ret++ = cell_of_id(r->movie_id);
    *ret++ = cell_int(r->rating_count);
    *ret++ = cell_int(r->rating_sum);
    for (size_t i = 0; i < STEPS; i++)
        *ret++ = cell_int(stats == NULL ? 0 : stats->histogram[i]);
}

/* Writes what waits. `stats_at`: by the rank of a movie 1 + where `stats` has it, 0 when it does
 * not; NULL: nothing is counted yet. */
static bool put_waiting(
    struct load *l, const struct rating_stats *stats, const uint32_t *stats_at, struct err *e)
{
    bool ok = true;
    for (size_t at = 0; ok && at < l->waiting.n; at += PER_PUT) {
        struct row_set rows = {l->movie_cells, l->movie_put->width, 0};
        for (size_t i = at; i < l->waiting.n && rows.n < PER_PUT; i++) {
            const struct ml_row *r = vec_at(&l->waiting, i);
            uint32_t found =
                stats_at == NULL ? 0 : stats_at[movie_ids_rank(&l->movies, r->movie.movielens_id)];
            make_row(r, found == 0 ? NULL : &stats[found - 1], rows.width == MOVIE_COLUMNS,
                row_set_at(&rows, rows.n++));
        }
        ok = db_put(l->s, l->movie_put, &rows, e);
    }
    vec_clear(&l->waiting);
    arena_reset(&l->texts);
    l->text_bytes = 0;
    return ok;
}

static bool is_full(const struct load *l)
{
    return l->waits ? load_waiting_bytes(l) > l->memory / WAITING_SHARE : l->waiting.n == PER_PUT;
}

static struct view keep(struct load *l, struct view v)
{
    l->text_bytes += (int64_t)v.n;
    return v.n == 0 ? view_of("") : arena_dup(&l->texts, v);
}

/* They became too many. */
static bool stop_waiting(struct load *l, struct err *e)
{
    if (!l->waits)
        return true;
    l->waits = false;
    l->bare = true;
    return first_release_drop_indexes(l->s, e);
}

/* Those that became too many to wait are written as they come, like the rest. */
static bool take_movie(void *to, const struct ml_movie *m, struct err *e)
{
    struct load *l = to;
    struct ml_row *row = vec_add(&l->waiting);
    if (row == NULL || !movie_ids_add(&l->movies, m->movielens_id))
        return err_set(e, ERR_DATA, "the release has more than %d movies", MOVIE_IDS_MAX);
    row->movie = *m;
    row->movie.raw_title = keep(l, m->raw_title);
    row->movie.title = keep(l, m->title);
    row->movie.genres = keep(l, m->genres);
    row->movie.imdb_id = keep(l, m->imdb_id);
    if (!is_full(l))
        return true;
    return stop_waiting(l, e) && put_waiting(l, NULL, NULL, e);
}

static bool drop_marked(struct store *s, struct err *e)
{
    return db_exec(
        s, "DELETE FROM {movielens_movies} WHERE rating_count = -1", NO_CELLS, NULL, e);
}

bool load_movies(struct load *l, struct err *e)
{
    if (!l->source->movies(l->source->payload, take_movie, l, e) ||
        !(l->waits || put_waiting(l, NULL, NULL, e)) ||
        !(l->built || drop_marked(l->s, e)))
        return false;
    movie_ids_rank_all(&l->movies);
    l->result.movies = l->movies.ids.n;
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

/* Of rows that are written. */
static bool update_stats(struct load *l, const struct rating_stats *stats, size_t n, struct err *e)
{
    static const char *const columns[] = {
        "rating_count", "rating_sum", STEP_COLUMNS, "movielens_id"};
    enum { WIDTH = sizeof columns / sizeof columns[0] };
    for (size_t at = 0; at < n; at += PER_PUT) {
        struct row_set rows = {l->movie_cells, WIDTH, 0};
        for (size_t i = at; i < n && rows.n < PER_PUT; i++) {
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

static void count_waiting(
    struct load *l, const struct rating_stats *stats, size_t n, uint32_t *stats_at)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t rank = movie_ids_rank(&l->movies, stats[i].movielens_id);
        if (rank != MOVIE_IDS_NONE)
            stats_at[rank] = (uint32_t)i + 1;
    }
    for (size_t i = 0; i < l->waiting.n; i++) {
        struct ml_row *r = vec_at(&l->waiting, i);
        uint32_t at = stats_at[movie_ids_rank(&l->movies, r->movie.movielens_id)];
        r->rating_count = at == 0 ? 0 : stats[at - 1].count;
        r->rating_sum = at == 0 ? 0 : stats[at - 1].sum_half_stars;
    }
}

/* All at once: while their pages are written, so is the index of ratings (engine.h, load_ratings),
 * and then nothing is left to do beside it. */
static bool link_and_put(
    struct load *l, const struct rating_stats *stats, const uint32_t *stats_at, struct err *e)
{
    static const char *const linked[] = {"movies", "movie_genres", "movielens_movies", NULL},
                             *const alone[] = {"movielens_movies", NULL};
    const struct ml_source *source = l->source;
    bool blank = false;
    if (source->link != NULL && !store_is_blank(l->s, &blank, e))
        return false;
    l->result.linked = blank;
    return first_release_begin(l->s, blank ? linked : alone, e) &&
           (!blank || source->link(source->payload, l->waiting.items, l->waiting.n,
                          l->s->shadow == NULL, e)) &&
           put_waiting(l, stats, stats_at, e) && first_release_end(l->s, e);
}

bool load_stats(struct load *l, struct err *e)
{
    const struct rating_stats *stats = NULL;
    size_t n = 0;
    if (!stats_of(l, &stats, &n, e))
        return false;
    if (!l->waits)
        return update_stats(l, stats, n, e) &&
               (!l->bare || first_release_make_indexes(l->s, e));
    uint32_t *stats_at = mem_alloc(l->movies.ids.n * sizeof *stats_at);
    count_waiting(l, stats, n, stats_at);
    bool ok = link_and_put(l, stats, stats_at, e);
    mem_free(stats_at);
    return ok;
}
