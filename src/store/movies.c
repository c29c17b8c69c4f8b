/* The third layer: movies, their genres, redirects. See store.h. */
#include "store/upsert.h"

#include <stdlib.h>

enum { MOVIE_CELLS = 10 }; /* id ... rating_mean; updated_at and run_id follow */

/* ---- genres, in the order of their ids */

static int by_id(const void *a, const void *b)
{
    const struct movie_genre *x = a, *y = b;
    return (x->genre_id > y->genre_id) - (x->genre_id < y->genre_id);
}

struct genre_set {
    struct movie_genre items[MOVIE_MAX_GENRES];
    size_t n;
    bool more; /* than fit */
};

static bool take_genre(void *payload, const struct cell *c, size_t n, struct err *e)
{
    struct genre_set *to = payload;
    (void)n;
    (void)e;
    to->more = to->n == MOVIE_MAX_GENRES;
    if (!to->more)
        to->items[to->n++] = (struct movie_genre){(int)c[0].i, c[1].i != 0, c[2].i != 0};
    return true;
}

static bool same_genres(const struct genre_set *a, const struct genre_set *b)
{
    bool same = a->n == b->n && !a->more;
    for (size_t i = 0; same && i < a->n; i++)
        same = a->items[i].genre_id == b->items[i].genre_id &&
               a->items[i].from_movielens == b->items[i].from_movielens &&
               a->items[i].from_tmdb == b->items[i].from_tmdb;
    return same;
}

static bool write_genres(
    struct store *s, const struct cell *id, const struct genre_set *genres_of, struct err *e)
{
    enum { WIDTH = 4 };
    struct cell cells[MOVIE_MAX_GENRES * WIDTH];
    const struct put *p = upsert_put_all(s, schema_find(&s->schema, "movie_genres"), PUT_ROW);
    for (size_t i = 0; i < genres_of->n; i++) {
        const struct movie_genre *g = &genres_of->items[i];
        struct cell row[WIDTH] = {
            *id, cell_int(g->genre_id), cell_int(g->from_movielens), cell_int(g->from_tmdb)};
        memcpy(&cells[i * WIDTH], row, sizeof row);
    }
    return db_put(s, p, &(struct row_set){cells, WIDTH, genres_of->n}, e);
}

static bool put_genres(struct store *s, const struct movie *m, bool *changed, struct err *e)
{
    struct genre_set old = {.n = 0}, fresh = {.n = m->genre_n};
    struct cell id = cell_int(m->id);
    memcpy(fresh.items, m->genres, m->genre_n * sizeof m->genres[0]);
    qsort(fresh.items, fresh.n, sizeof fresh.items[0], by_id);
    if (!db_query(s,
            "SELECT genre_id, from_movielens, from_tmdb FROM {movie_genres} WHERE movie_id = ? "
            "ORDER BY genre_id",
            &id, 1, take_genre, &old, e))
        return false;
    if (same_genres(&old, &fresh))
        return true;
    *changed = true;
    if (old.n > 0 && !db_exec(s, "DELETE FROM {movie_genres} WHERE movie_id = ?", &id, 1, NULL, e))
        return false;
    return write_genres(s, &id, &fresh, e);
}

/* ---- the row */

static void cells_of(const struct movie *m, struct cell ret[MOVIE_CELLS])
{
    struct cell cells[] = {cell_int(m->id), cell_of_id(m->tmdb_id), cell_text(m->imdb_id),
        cell_text(m->title), cell_text(m->original_title), cell_of_id(m->year),
        cell_text(m->release_date), cell_of_id(m->runtime), cell_int(m->rating_count),
        m->rating_count == 0 ? cell_null()
                             : cell_real((double)m->rating_sum / 2.0 / (double)m->rating_count)};
    memcpy(ret, cells, sizeof cells);
}

struct comparing {
    const struct cell *fresh;
    bool exists, same;
};

static bool compare(void *payload, const struct cell *c, size_t n, struct err *e)
{
    struct comparing *with = payload;
    (void)e;
    with->exists = with->same = true;
    for (size_t i = 0; i < n; i++)
        with->same = with->same && cell_eq(&c[i], &with->fresh[i]);
    return true;
}

static bool write_row(
    struct store *s, const struct cell *cells, int64_t run_id, int64_t now, struct err *e)
{
    struct cell row[MOVIE_CELLS + 2];
    memcpy(row, cells, MOVIE_CELLS * sizeof *row);
    row[MOVIE_CELLS] = cell_int(now);
    row[MOVIE_CELLS + 1] = cell_of_id(run_id);
    return db_put_row(s, "movies", PUT_ROW, row, MOVIE_CELLS + 2, e);
}

/* The row before its genres, for those refer to it; and once more when only they differed, so that updated_at tells. */
static bool put(struct store *s, const struct movie *m, int64_t run_id, int64_t now,
    bool *ret_changed, struct err *e)
{
    struct cell fresh[MOVIE_CELLS];
    struct comparing c = {fresh, false, false};
    bool genres_changed = false;
    cells_of(m, fresh);
    if (!db_query(s,
            "SELECT id, tmdb_id, imdb_id, title, original_title, year, release_date, runtime, "
            "rating_count,"
            " rating_mean FROM {movies} WHERE id = ?",
            CELLS(fresh[0]), compare, &c, e))
        return false;
    if (!c.exists &&
        !db_exec(s, "DELETE FROM {movie_redirects} WHERE old_id = ?", CELLS(fresh[0]), NULL, e))
        return false;
    if ((!c.same && !write_row(s, fresh, run_id, now, e)) ||
        !put_genres(s, m, &genres_changed, e) ||
        (c.same && genres_changed && !write_row(s, fresh, run_id, now, e)))
        return false;
    *ret_changed = !c.same || genres_changed;
    return true;
}

bool store_put_movie(struct store *s, const struct movie *m, int64_t run_id, int64_t now,
    bool *ret_changed, struct err *e)
{
    return (db_may_write(s, e) && put(s, m, run_id, now, ret_changed, e)) ||
           err_in(e, "movie %lld", (long long)m->id);
}

/* Redirects to a movie follow it; when it went without a successor, they lead nowhere and go too. */
static bool move_redirects(struct store *s, int64_t old_id, int64_t new_id, struct err *e)
{
    struct cell row[] = {cell_int(old_id), cell_int(new_id)};
    if (new_id == 0)
        return db_exec(s, "DELETE FROM {movie_redirects} WHERE new_id = ?", CELLS(row[0]), NULL, e);
    return db_exec(s, "DELETE FROM {movie_redirects} WHERE old_id = ?", CELLS(row[1]), NULL, e) &&
           db_exec(s, "UPDATE {movie_redirects} SET new_id = ? WHERE new_id = ?",
               CELLS(row[1], row[0]), NULL, e) &&
           db_put_row(s, "movie_redirects", PUT_ROW, row, 2, e);
}

bool store_redirect_movie(struct store *s, int64_t old_id, int64_t new_id, struct err *e)
{
    struct cell old_cell = cell_int(old_id), new_cell = cell_of_id(new_id);
    if (old_id == new_id)
        return err_set(e, ERR_BUG, "movie %lld cannot become part of itself", (long long)old_id);
    return db_exec(s, "UPDATE {movielens_movies} SET movie_id = ? WHERE movie_id = ?",
               CELLS(new_cell, old_cell), NULL, e) &&
           db_exec(s, "DELETE FROM {movie_genres} WHERE movie_id = ?", CELLS(old_cell), NULL, e) &&
           db_exec(s, "DELETE FROM {movies} WHERE id = ?", CELLS(old_cell), NULL, e) &&
           move_redirects(s, old_id, new_id, e);
}

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

bool store_each_unsupported(struct store *s, bool (*take)(void *payload, int64_t id, struct err *e),
    void *payload, struct err *e)
{
    struct giving g = {take, payload};
    return db_query(s,
        "SELECT m.id FROM {movies} m WHERE NOT EXISTS (SELECT 1 FROM {tmdb_movies} t WHERE "
        "t.tmdb_id = m.tmdb_id)"
        " AND NOT EXISTS (SELECT 1 FROM {movielens_movies} l WHERE l.movie_id = m.id) ORDER BY "
        "m.id",
        NO_CELLS, give, &g, e);
}
