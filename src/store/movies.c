/* The third layer: movies, their genres, redirects. See store.h.
 *
 * Movies come by the thousand, so everything here goes by sets: what is stored is read by lists of
 * ids and compared in memory, and what differs is written in a few statements. */
#include "store/upsert.h"

#include <stdlib.h>

enum {
    MOVIE_CELLS = 10,            /* id ... rating_mean */
    ROW_CELLS = MOVIE_CELLS + 2, /* and updated_at, run_id */
    GENRE_CELLS = 4,
    AT_ONCE = 2000,
};

bool store_is_blank(struct store *s, bool *ret, struct err *e)
{
    int64_t found = 0;
    bool ok = db_get_ints(s,
        "SELECT EXISTS (SELECT 1 FROM {movies}) + EXISTS (SELECT 1 FROM {movie_redirects}) + EXISTS"
        " (SELECT 1 FROM {etl_conflicts}) + EXISTS (SELECT 1 FROM {tmdb_movies})",
        NO_CELLS, &found, 1, NULL, e);
    *ret = found == 0;
    return ok;
}

/* ---- movies as they are to stand */

struct fresh {
    struct cell row[ROW_CELLS];
    struct cell (*genres)[GENRE_CELLS]; /* by genre_id */
    size_t genre_n, seen;               /* how many stored genres were compared */
    bool exists, same, same_genres;
};

struct fresh_set {
    struct fresh *items;
    size_t n;
    struct map at; /* id -> index */
};

static int by_id(const void *a, const void *b)
{
    const struct movie_genre *x = a, *y = b;
    return (x->genre_id > y->genre_id) - (x->genre_id < y->genre_id);
}

static void make_genres(struct fresh *f, const struct movie *m, struct arena *a)
{
    struct movie_genre sorted[MOVIE_MAX_GENRES];
    memcpy(sorted, m->genres, m->genre_n * sizeof sorted[0]);
    qsort(sorted, m->genre_n, sizeof sorted[0], by_id);
    f->genre_n = m->genre_n;
    f->genres = arena_take_array(a, f->genre_n + 1, sizeof *f->genres);
    for (size_t i = 0; i < f->genre_n; i++) {
        const struct movie_genre *g = &sorted[i];
        struct cell row[GENRE_CELLS] = {cell_int(m->id), cell_int(g->genre_id),
            cell_int(g->from_movielens), cell_int(g->from_tmdb)};
        memcpy(f->genres[i], row, sizeof row);
    }
}

static void make(
    struct fresh *f, const struct movie *m, int64_t run_id, int64_t now, struct arena *a)
{
    struct cell row[ROW_CELLS] = {cell_int(m->id), cell_of_id(m->tmdb_id), cell_text(m->imdb_id),
        cell_text(m->title), cell_text(m->original_title), cell_of_id(m->year),
        cell_text(m->release_date), cell_of_id(m->runtime), cell_int(m->rating_count),
        m->rating_count == 0 ? cell_null()
                             : cell_real((double)m->rating_sum / 2.0 / (double)m->rating_count),
        cell_int(now), cell_of_id(run_id)};
    *f = (struct fresh){.same_genres = true};
    memcpy(f->row, row, sizeof row);
    make_genres(f, m, a);
}

/* ---- against what is stored */

static struct fresh *find(const struct fresh_set *set, const struct cell *id)
{
    const uint64_t *at = map_get(&set->at, id->i);
    return at == NULL ? NULL : &set->items[*at];
}

static bool compare_row(void *payload, const struct cell *c, size_t n, struct err *e)
{
    struct fresh *f = find(payload, &c[0]);
    (void)e;
    if (f == NULL)
        return true;
    f->exists = f->same = true;
    for (size_t i = 0; i < n; i++)
        f->same = f->same && cell_eq(&c[i], &f->row[i]);
    return true;
}

static bool compare_genre(void *payload, const struct cell *c, size_t n, struct err *e)
{
    struct fresh *f = find(payload, &c[0]);
    (void)e;
    if (f == NULL)
        return true;
    bool same = f->seen < f->genre_n;
    for (size_t i = 0; same && i < n; i++)
        same = cell_eq(&c[i], &f->genres[f->seen][i]);
    f->same_genres = f->same_genres && same;
    f->seen++;
    return true;
}

static bool compare(struct store *s, struct fresh_set *set, const struct cell *ids, struct err *e)
{
    return db_query_in(s,
               "SELECT id, tmdb_id, imdb_id, title, original_title, year, release_date, runtime, "
               "rating_count, rating_mean FROM {movies} WHERE id IN (%)",
               ids, set->n, compare_row, set, e) &&
           db_query_in(s,
               "SELECT movie_id, genre_id, from_movielens, from_tmdb FROM {movie_genres} WHERE "
               "movie_id "
               "IN (%) ORDER BY movie_id, genre_id",
               ids, set->n, compare_genre, set, e);
}

/* Genres that were not among the stored ones. */
static void note_missing_genres(struct fresh_set *set)
{
    for (size_t i = 0; i < set->n; i++) {
        struct fresh *f = &set->items[i];
        f->same_genres = f->same_genres && f->seen == f->genre_n;
    }
}

/* ---- writing what differs */

struct writing {
    struct cell *rows, *genres;  /* to put */
    struct cell *born, *renewed; /* ids: of new movies; of those whose stored genres go */
    size_t row_n, genre_n, born_n, renewed_n;
};

static void add(struct writing *w, const struct fresh *f)
{
    if (!f->exists)
        w->born[w->born_n++] = f->row[0];
    if (!f->same_genres && f->seen > 0)
        w->renewed[w->renewed_n++] = f->row[0];
    memcpy(&w->rows[w->row_n++ * ROW_CELLS], f->row, sizeof f->row);
    if (f->same_genres)
        return;
    memcpy(&w->genres[w->genre_n * GENRE_CELLS], f->genres, f->genre_n * sizeof *f->genres);
    w->genre_n += f->genre_n;
}

/* A movie whose genres alone differ is written too, so that updated_at tells. Rows before their
 * genres, for those refer to them. */
static bool write_set(
    struct store *s, const struct fresh_set *set, bool blank, size_t *ret_changed, struct err *e)
{
    struct arena *a = &s->scratch;
    size_t genres = 0;
    for (size_t i = 0; i < set->n; i++)
        genres += set->items[i].genre_n;
    struct writing w = {.rows = arena_take_array(a, set->n * ROW_CELLS, sizeof *w.rows),
        .genres = arena_take_array(a, genres * GENRE_CELLS + 1, sizeof *w.genres),
        .born = arena_take_array(a, set->n, sizeof *w.born),
        .renewed = arena_take_array(a, set->n, sizeof *w.renewed)};
    for (size_t i = 0; i < set->n; i++)
        if (!set->items[i].same || !set->items[i].same_genres)
            add(&w, &set->items[i]);
    *ret_changed += w.row_n;
    return (blank || db_exec_in(s, "DELETE FROM {movie_redirects} WHERE old_id IN (%)", w.born,
                         w.born_n, e)) &&
           db_put(s, upsert_put_all(s, schema_find(&s->schema, "movies"), PUT_ROW),
               &(struct row_set){w.rows, ROW_CELLS, w.row_n}, e) &&
           db_exec_in(
               s, "DELETE FROM {movie_genres} WHERE movie_id IN (%)", w.renewed, w.renewed_n, e) &&
           db_put(s, upsert_put_all(s, schema_find(&s->schema, "movie_genres"), PUT_ROW),
               &(struct row_set){w.genres, GENRE_CELLS, w.genre_n}, e);
}

static bool put_some(struct store *s, const struct movie *movies, size_t n, bool blank,
    int64_t run_id, int64_t now, size_t *ret_changed, struct err *e)
{
    arena_reset(&s->scratch);
    struct fresh_set set = {arena_take_array(&s->scratch, n, sizeof *set.items), n, {0}};
    struct cell *ids = arena_take_array(&s->scratch, n, sizeof *ids);
    map_init(&set.at, n);
    for (size_t i = 0; i < n; i++) {
        make(&set.items[i], &movies[i], run_id, now, &s->scratch);
        ids[i] = set.items[i].row[0];
        (void)map_put(&set.at, movies[i].id, i);
    }
    bool ok = blank || compare(s, &set, ids, e);
    note_missing_genres(&set);
    ok = ok && write_set(s, &set, blank, ret_changed, e);
    map_done(&set.at);
    if (!ok && n == 1)
        err_in(e, "movie %lld", (long long)movies[0].id);
    return ok;
}

bool store_put_movies(struct store *s, const struct movie *movies, size_t n, bool blank,
    int64_t run_id, int64_t now, size_t *ret_changed, struct err *e)
{
    size_t changed = 0;
    bool ok = db_may_write(s, e);
    for (size_t at = 0; ok && at < n; at += AT_ONCE)
        ok = put_some(
            s, movies + at, n - at < AT_ONCE ? n - at : AT_ONCE, blank, run_id, now, &changed, e);
    if (ok)
        *ret_changed = changed;
    return ok;
}

/* ---- movies that became part of others */

static struct cell *ids_of(struct store *s, const struct id_pair *moves, size_t n, bool of_targets)
{
    struct cell *cells = arena_take_array(&s->scratch, n, sizeof *cells);
    for (size_t i = 0; i < n; i++)
        cells[i] = cell_int(of_targets ? moves[i].to : moves[i].id);
    return cells;
}

static bool remove_movies(struct store *s, const struct id_pair *moves, size_t n, struct err *e)
{
    struct cell *ids = ids_of(s, moves, n, false);
    return db_update_ids(s, "movielens_movies", "movie_id", "movie_id", moves, n, e) &&
           db_exec_in(s, "DELETE FROM {movie_genres} WHERE movie_id IN (%)", ids, n, e) &&
           db_exec_in(s, "DELETE FROM {movies} WHERE id IN (%)", ids, n, e);
}

/* Redirects to a movie follow it; when it went without a successor, they lead nowhere and go
 * too. */
static bool follow(struct store *s, const struct id_pair *moves, size_t n, struct err *e)
{
    enum { WIDTH = 2 };
    struct cell *rows = arena_take_array(&s->scratch, n * WIDTH, sizeof *rows);
    for (size_t i = 0; i < n; i++) {
        rows[i * WIDTH] = cell_int(moves[i].id);
        rows[i * WIDTH + 1] = cell_int(moves[i].to);
    }
    return db_exec_in(s, "DELETE FROM {movie_redirects} WHERE old_id IN (%)",
               ids_of(s, moves, n, true), n, e) &&
           db_update_ids(s, "movie_redirects", "new_id", "new_id", moves, n, e) &&
           db_put(s, upsert_put_all(s, schema_find(&s->schema, "movie_redirects"), PUT_ROW),
               &(struct row_set){rows, WIDTH, n}, e);
}

static int by_end(const void *a, const void *b)
{
    const struct id_pair *x = a, *y = b;
    if ((x->to == 0) != (y->to == 0))
        return x->to == 0 ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

static bool check_moves(const struct id_pair *moves, size_t n, struct err *e)
{
    struct map old;
    bool ok = true;
    map_init(&old, n + 1);
    for (size_t i = 0; i < n; i++)
        (void)map_put(&old, moves[i].id, 1);
    for (size_t i = 0; ok && i < n; i++)
        if (map_has(&old, moves[i].to))
            ok = err_set(e, ERR_BUG, "movie %lld is to become part of %lld, which goes too",
                (long long)moves[i].id, (long long)moves[i].to);
    map_done(&old);
    return ok;
}

bool store_redirect_movies(struct store *s, const struct id_pair *moves, size_t n, struct err *e)
{
    if (n == 0)
        return true;
    if (!db_may_write(s, e) || !check_moves(moves, n, e))
        return false;
    arena_reset(&s->scratch);
    struct id_pair *sorted = arena_take_array(&s->scratch, n, sizeof *sorted);
    memcpy(sorted, moves, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_end);
    size_t nowhere = 0;
    while (nowhere < n && sorted[nowhere].to == 0)
        nowhere++;
    return remove_movies(s, sorted, n, e) &&
           db_exec_in(s, "DELETE FROM {movie_redirects} WHERE new_id IN (%)",
               ids_of(s, sorted, nowhere, false), nowhere, e) &&
           (nowhere == n || follow(s, sorted + nowhere, n - nowhere, e));
}

/* ---- movies without a source */

struct giving {
    bool (*take)(void *payload, int64_t id, struct err *e);
    void *payload;
};

static bool give(void *payload, const struct cell *c, size_t n, struct err *e)
{
    struct giving *g = payload;
    (void)n;
    return g->take(g->payload, c[0].i, e);
}

/* The ids that the question gives, in their order. */
static bool give_ids(struct store *s, const char *sql,
    bool (*take)(void *payload, int64_t id, struct err *e), void *payload, struct err *e)
{
    struct giving g = {take, payload};
    return db_query(s, sql, NO_CELLS, give, &g, e);
}

bool store_each_unsupported(struct store *s, bool (*take)(void *payload, int64_t id, struct err *e),
    void *payload, struct err *e)
{
    return give_ids(s,
        "SELECT m.id FROM {movies} m WHERE NOT EXISTS (SELECT 1 FROM {tmdb_movies} t WHERE "
        "t.tmdb_id = m.tmdb_id)"
        " AND NOT EXISTS (SELECT 1 FROM {movielens_movies} l WHERE l.movie_id = m.id) ORDER BY "
        "m.id",
        take, payload, e);
}

/* What a MovieLens row may say for a record that says nothing, or nothing of use (merge.h). */
bool store_each_left(struct store *s, bool (*take)(void *payload, int64_t id, struct err *e),
    void *payload, struct err *e)
{
    return give_ids(s,
        "SELECT m.id FROM {movies} m JOIN {tmdb_movies} t ON t.tmdb_id = m.tmdb_id WHERE NOT EXISTS"
        " (SELECT 1 FROM {movielens_movies} l WHERE l.movie_id = m.id) AND (m.rating_count > 0 OR"
        " coalesce(m.imdb_id, '') <> coalesce(t.imdb_id, '') OR coalesce(m.title, '') <>"
        " coalesce(t.title, '') OR (m.year IS NOT NULL AND t.release_date IS NULL) OR EXISTS"
        " (SELECT 1 FROM {movie_genres} g WHERE g.movie_id = m.id AND g.from_movielens = 1))"
        " ORDER BY m.id",
        take, payload, e);
}
