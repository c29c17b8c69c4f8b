/* MovieLens rows as they stand: see store.h. Loading is load.c. */
#include "store/upsert.h"

enum { MAX_SEEN = 64 * 1024 * 1024 };

#define SELECT_ROWS                                                                                \
    "SELECT movielens_id, raw_title, title, year, genres, imdb_id, tmdb_id, movie_id, "            \
    "rating_count,"                                                                                \
    " rating_sum FROM {movielens_movies}"

struct release {
    struct arena *a;
    struct ml_release *to;
    bool exists;
};

static bool take_release(void *payload, const struct cell *c, size_t n, struct err *e)
{
    struct release *r = payload;
    struct view texts[5];
    (void)n;
    (void)e;
    for (size_t i = 0; i < 5; i++)
        texts[i] = arena_dup(r->a, cell_get_text(&c[i]));
    *r->to =
        (struct ml_release){texts[0], texts[1], texts[2], texts[3], texts[4], cell_get_int(&c[5]),
            cell_get_int(&c[6]), cell_get_int(&c[7]), cell_get_int(&c[8]), KEPT_ROWS};
    for (size_t i = 0; ml_kept_names[i] != NULL; i++) /* NULL: loaded when there was no choice */
        if (view_is(cell_get_text(&c[9]), ml_kept_names[i]))
            r->to->kept = (enum ml_kept)i;
    r->exists = true;
    return true;
}

/* A load that did not finish has no loaded_at; where a load is one transaction, there never is such
 * a row. */
bool store_release(
    struct store *s, struct arena *a, struct ml_release *ret, bool *ret_exists, struct err *e)
{
    struct ml_release found = {0};
    struct release r = {a, &found, false};
    if (!db_query(s,
            "SELECT name, movies_sha256, links_sha256, ratings_sha256, tags_sha256, movies, links, "
            "ratings, tags, ratings_kept"
            " FROM {movielens_release} WHERE loaded_at IS NOT NULL",
            NO_CELLS, take_release, &r, e))
        return false;
    *ret = found;
    *ret_exists = r.exists;
    return true;
}

/* Gives every row once, also when several lists of the filter name it. */
struct giving {
    struct map seen;
    bool (*take)(void *payload, const struct ml_row *row, struct err *e);
    void *payload;
    bool all;
};

static bool give(void *payload, const struct cell *c, size_t n, struct err *e)
{
    struct giving *g = payload;
    (void)n;
    if (!g->all && map_has(&g->seen, c[0].i))
        return true;
    if (!g->all && !map_put(&g->seen, c[0].i, 1))
        return err_set(e, ERR_BUG, "more than %d rows asked for at once", MAX_SEEN);
    struct view title = cell_get_text(&c[2]);
    struct ml_row row = {
        .movie = {c[0].i, cell_get_text(&c[1]), title.p == NULL ? view_of("") : title,
            cell_get_int(&c[3]), cell_get_text(&c[4]), cell_get_text(&c[5]), cell_get_int(&c[6])},
        .movie_id = cell_get_int(&c[7]),
        .rating_count = cell_get_int(&c[8]),
        .rating_sum = cell_get_int(&c[9]),
    };
    return g->take(g->payload, &row, e);
}

static bool by_ids(struct store *s, const char *text, const int64_t *ids, size_t n,
    struct giving *g, struct err *e)
{
    return db_query_in(s, text, cells_of_ids(&s->scratch, ids, n), n, give, g, e);
}

static bool by_texts(struct store *s, const char *text, const struct view *texts, size_t n,
    struct giving *g, struct err *e)
{
    if (n == 0)
        return true;
    struct cell *cells = arena_take_array(&s->scratch, n, sizeof *cells);
    for (size_t i = 0; i < n; i++)
        cells[i] = cell_text(texts[i]);
    return db_query_in(s, text, cells, n, give, g, e);
}

static bool by_range(
    struct store *s, const struct store_filter *which, struct giving *g, struct err *e)
{
    return which->movielens_last == 0 ||
           db_query(s, SELECT_ROWS " WHERE movielens_id BETWEEN ? AND ? ORDER BY movielens_id",
               CELLS(cell_int(which->movielens_first), cell_int(which->movielens_last)), give, g,
               e);
}

bool store_each_movielens(struct store *s, const struct store_filter *which,
    bool (*take)(void *payload, const struct ml_row *row, struct err *e), void *payload,
    struct err *e)
{
    struct giving g = {.take = take, .payload = payload};
    g.all = which->movielens_n + which->tmdb_n + which->movie_n + which->imdb_n == 0 &&
            which->movielens_last == 0;
    if (g.all)
        return db_query(s, SELECT_ROWS " ORDER BY movielens_id", NO_CELLS, give, &g, e);
    arena_reset(&s->scratch);
    map_init(&g.seen, MAX_SEEN);
    bool ok =
        by_range(s, which, &g, e) &&
        by_ids(s, SELECT_ROWS " WHERE movielens_id IN (%)", which->movielens_ids,
            which->movielens_n, &g, e) &&
        by_ids(s, SELECT_ROWS " WHERE tmdb_id IN (%)", which->tmdb_ids, which->tmdb_n, &g, e) &&
        by_ids(s, SELECT_ROWS " WHERE movie_id IN (%)", which->movie_ids, which->movie_n, &g, e) &&
        by_texts(s, SELECT_ROWS " WHERE imdb_id IN (%)", which->imdb_ids, which->imdb_n, &g, e);
    map_done(&g.seen);
    return ok;
}

struct giving_ids {
    bool (*take)(void *payload, int64_t movielens_id, struct err *e);
    void *payload;
};

static bool give_id(void *payload, const struct cell *c, size_t n, struct err *e)
{
    struct giving_ids *g = payload;
    (void)n;
    return g->take(g->payload, c[0].i, e);
}

bool store_each_movielens_id(struct store *s,
    bool (*take)(void *payload, int64_t movielens_id, struct err *e), void *payload, struct err *e)
{
    struct giving_ids g = {take, payload};
    return db_query(s, "SELECT movielens_id FROM {movielens_movies} ORDER BY movielens_id",
        NO_CELLS, give_id, &g, e);
}

bool store_set_links(struct store *s, const struct id_pair *links, size_t n, struct err *e)
{
    return db_update_ids(s, "movielens_movies", "movie_id", "movielens_id", links, n, e);
}
