/* Linking: see link.h. link_set.c gathers rows and records; this file decides and writes. */
#include "etl/link.h"

#include "base/sys.h"
#include "etl/link_set.h"
#include "merge/merge.h"

enum { MAX_TOUCHED = 1000 * 1000, MAX_ROUNDS = 20 };

void touched_init(struct touched *t)
{
    vec_init(&t->movielens_ids, sizeof(int64_t), MAX_TOUCHED);
    vec_init(&t->tmdb_ids, sizeof(int64_t), MAX_TOUCHED);
    vec_init(&t->imdb_ids, sizeof(struct view), 2 * MAX_TOUCHED);
}

void touched_done(struct touched *t)
{
    vec_done(&t->movielens_ids);
    vec_done(&t->tmdb_ids);
    vec_done(&t->imdb_ids);
}

void touched_clear(struct touched *t)
{
    vec_clear(&t->movielens_ids);
    vec_clear(&t->tmdb_ids);
    vec_clear(&t->imdb_ids);
}

static void decide(struct link_set *s, struct set_row *r, struct arena *scratch)
{
    const struct tmdb_facts *same_imdb[2];
    size_t n = link_set_by_imdb(s, r->row.movie.imdb_id, same_imdb, 2);
    const struct tmdb_facts *linked = link_set_record(s, r->row.movie.tmdb_id);
    r->link = merge_link(&r->row.movie, linked, same_imdb, n, scratch);
    r->contradicts = linked;
}

/* Gathers everything that is touched: rows lead to records, records and decisions to movies, movies to more rows. */
static bool gather(struct work *w, struct link_set *s, const struct touched *t, struct err *e)
{
    struct store_filter f = {.movielens_ids = t->movielens_ids.items, .movielens_n = t->movielens_ids.n,
        .tmdb_ids = t->tmdb_ids.items, .tmdb_n = t->tmdb_ids.n,
        .movie_ids = t->tmdb_ids.items, .movie_n = t->tmdb_ids.n,
        .imdb_ids = t->imdb_ids.items, .imdb_n = t->imdb_ids.n};
    for (size_t i = 0; i < t->tmdb_ids.n; i++)
        link_set_want_record(s, *(int64_t *)vec_at(&t->tmdb_ids, i));
    if (!link_set_add_rows(s, w->store, &f, e))
        return false;
    struct arena scratch;
    arena_init(&scratch);
    bool ok = true, again = true;
    for (int round = 0; ok && again && round < MAX_ROUNDS; round++) {
        ok = link_set_load_records(s, w->store, e);
        for (size_t i = 0; ok && i < s->rows.n; i++) {
            decide(s, vec_at(&s->rows, i), &scratch);
            arena_reset(&scratch);
        }
        ok = ok && link_set_add_neighbours(s, w->store, &again, e);
    }
    arena_done(&scratch);
    return ok;
}

static bool put_link_conflict(struct work *w, const struct set_row *r, struct err *e)
{
    static const char *const rules[] = {
        "link.by-tmdb-id", "link.by-imdb-id", "link.by-title", "link.own-movie"};
    if (!r->link.conflict || r->contradicts == NULL)
        return true;
    struct conflict c = {r->link.movie_id, r->row.movie.movielens_id, r->contradicts->tmdb_id, "identity",
        rules[r->link.rule], r->row.movie.imdb_id, r->contradicts->imdb_id};
    return store_put_conflict(w->store, w->run_id, &c, sys_now(), e);
}

static bool put_movie(struct work *w, struct link_set *s, int64_t id, const struct set_group *g, struct err *e)
{
    struct merged m;
    bool changed = false;
    merge_movie(id, g->rows, g->n, link_set_record(s, id), &s->arena, &m);
    if (!store_put_movie(w->store, &m.movie, w->run_id, sys_now(), &changed, e))
        return false;
    for (size_t i = 0; i < m.conflict_n; i++)
        if (!store_put_conflict(w->store, w->run_id, &m.conflicts[i], sys_now(), e))
            return false;
    return true;
}

static bool renew_link_conflicts(struct work *w, struct link_set *s, struct err *e)
{
    for (size_t i = 0; i < s->rows.n; i++) {
        const struct set_row *r = vec_at(&s->rows, i);
        if (!store_clear_conflicts(w->store, r->row.movie.movielens_id, e) || !put_link_conflict(w, r, e))
            return false;
    }
    return true;
}

/* Movies first, then the links that refer to them. */
static bool put_movies(struct work *w, struct link_set *s, struct err *e)
{
    for (size_t i = 0; i < s->movie_ids.n; i++) {
        int64_t id = *(int64_t *)vec_at(&s->movie_ids, i);
        struct set_group g = link_set_group(s, id);
        bool supported = g.n > 0 || (id > 0 && link_set_record(s, id) != NULL);
        if (supported && !put_movie(w, s, id, &g, e))
            return false;
    }
    return true;
}

static bool set_links(struct work *w, struct link_set *s, struct err *e)
{
    for (size_t i = 0; i < s->rows.n; i++) {
        const struct set_row *r = vec_at(&s->rows, i);
        if (r->link.movie_id == r->row.movie_id)
            continue;
        if (!store_set_link(w->store, r->row.movie.movielens_id, r->link.movie_id, e))
            return false;
    }
    return true;
}

/* A row that left a movie of its own leaves a redirect behind. */
static bool redirect_left(struct work *w, struct link_set *s, struct err *e)
{
    for (size_t i = 0; i < s->rows.n; i++) {
        const struct set_row *r = vec_at(&s->rows, i);
        if (r->row.movie_id < 0 && r->row.movie_id != r->link.movie_id &&
            !store_redirect_movie(w->store, r->row.movie_id, r->link.movie_id, e))
            return false;
    }
    return true;
}

bool link_touched(struct work *w, const struct touched *t, struct err *e)
{
    struct link_set s;
    if (t->movielens_ids.n + t->tmdb_ids.n + t->imdb_ids.n == 0)
        return true;
    link_set_init(&s);
    bool ok = gather(w, &s, t, e);
    if (ok)
        link_set_group_rows(&s);
    ok = ok && renew_link_conflicts(w, &s, e) && put_movies(w, &s, e) && set_links(w, &s, e) &&
         redirect_left(w, &s, e);
    link_set_done(&s);
    return ok;
}
