/* TMDB records in bulk: ids, and what the third layer needs of each. See store.h. */
#include "store/upsert.h"

enum { MAX_SEEN = 64 * 1024 * 1024 };

#define SELECT_FACTS                                                                               \
    "SELECT t.tmdb_id, t.imdb_id, t.title, t.original_title, t.release_date, t.runtime, "          \
    "g.genre_id, t.gone_at"                                                                        \
    " FROM {tmdb_movies} t LEFT JOIN {tmdb_genres} g ON g.tmdb_id = t.tmdb_id"
#define IN_ORDER " ORDER BY t.tmdb_id, g.genre_id"

/* A record comes as one row per genre; it is given when the next one begins. */
struct giving {
    bool (*take)(void *payload, const struct tmdb_facts *facts, struct err *e);
    void *payload;
    bool all, open;
    struct map seen; /* given already: several lists may name a record */
    struct tmdb_facts facts;
    struct arena texts; /* of `facts` */
};

static bool give_open(struct giving *g, struct err *e)
{
    bool open = g->open;
    g->open = false;
    return !open || g->take(g->payload, &g->facts, e);
}

static void begin(struct giving *g, const struct cell *c)
{
    arena_reset(&g->texts);
    g->open = true;
    g->facts = (struct tmdb_facts){.tmdb_id = c[0].i,
        .imdb_id = arena_dup(&g->texts, cell_get_text(&c[1])),
        .title = arena_dup(&g->texts, cell_get_text(&c[2])),
        .original_title = arena_dup(&g->texts, cell_get_text(&c[3])),
        .release_date = arena_dup(&g->texts, cell_get_text(&c[4])),
        .runtime = cell_get_int(&c[5]),
        .gone = c[7].kind != CELL_NULL};
}

static bool take_row(void *payload, const struct cell *c, size_t n, struct err *e)
{
    struct giving *g = payload;
    (void)n;
    if (!g->open || g->facts.tmdb_id != c[0].i) {
        if (!give_open(g, e))
            return false;
        if (!g->all && map_has(&g->seen, c[0].i))
            return true;
        if (!g->all && !map_put(&g->seen, c[0].i, 1))
            return err_set(e, ERR_BUG, "more than %d records asked for at once", MAX_SEEN);
        begin(g, c);
    }
    if (c[6].kind != CELL_NULL && g->facts.genre_n < MOVIE_MAX_GENRES)
        g->facts.genre_ids[g->facts.genre_n++] = c[6].i;
    return true;
}

static bool by_values(struct store *s, const char *text, struct cell *cells, size_t n,
    struct giving *g, struct err *e)
{
    return n == 0 || (db_query_in(s, text, cells, n, take_row, g, e) && give_open(g, e));
}

bool store_each_tmdb(struct store *s, const struct store_filter *which,
    bool (*take)(void *payload, const struct tmdb_facts *facts, struct err *e), void *payload,
    struct err *e)
{
    struct giving g = {.take = take, .payload = payload, .all = which->tmdb_n + which->imdb_n == 0};
    arena_reset(&s->scratch);
    struct cell *ids = cells_of_ids(&s->scratch, which->tmdb_ids, which->tmdb_n);
    struct cell *texts = arena_take_array(&s->scratch, which->imdb_n + 1, sizeof *texts);
    for (size_t i = 0; i < which->imdb_n; i++)
        texts[i] = cell_text(which->imdb_ids[i]);
    arena_init(&g.texts);
    map_init(&g.seen, MAX_SEEN);
    bool ok =
        g.all ? db_query(s, SELECT_FACTS IN_ORDER, NO_CELLS, take_row, &g, e) && give_open(&g, e)
              : by_values(s, SELECT_FACTS " WHERE t.tmdb_id IN (%)" IN_ORDER, ids, which->tmdb_n,
                    &g, e) &&
                    by_values(s, SELECT_FACTS " WHERE t.imdb_id IN (%)" IN_ORDER, texts,
                        which->imdb_n, &g, e);
    map_done(&g.seen);
    arena_done(&g.texts);
    return ok;
}

struct giving_ids {
    bool (*take)(void *payload, const struct tmdb_known *known, struct err *e);
    void *payload;
};

static bool give_id(void *payload, const struct cell *c, size_t n, struct err *e)
{
    struct giving_ids *g = payload;
    struct tmdb_known known = {c[0].i, cell_get_int(&c[1]), cell_get_int(&c[2]),
        cell_get_int(&c[3]), cell_get_int(&c[4]) != 0};
    (void)n;
    return g->take(g->payload, &known, e);
}

bool store_each_tmdb_id(struct store *s,
    bool (*take)(void *payload, const struct tmdb_known *known, struct err *e), void *payload,
    struct err *e)
{
    struct giving_ids g = {take, payload};
    return db_query(s,
        "SELECT tmdb_id, fetched_at, gone_at, content, adult FROM {tmdb_movies} ORDER BY tmdb_id",
        NO_CELLS, give_id, &g, e);
}

/* ---- records that are what they were */

bool store_set_fetched(struct store *s, const struct id_pair *fetched, size_t n, struct err *e)
{
    return db_update_ids(s, "tmdb_movies", "fetched_at", "tmdb_id", fetched, n, e);
}

bool store_set_popularity(struct store *s, int64_t tmdb_id, double popularity, struct err *e)
{
    return db_exec(s, "UPDATE {tmdb_movies} SET popularity = ?, content = NULL WHERE tmdb_id = ?",
        CELLS(cell_real(popularity), cell_int(tmdb_id)), NULL, e);
}
