/* Linking: see link.h. link_set.c gathers rows and records; this file decides and writes. */
#include "etl/link.h"

#include "base/sys.h"
#include "etl/link_set.h"
#include "merge/merge.h"

enum { MAX_TOUCHED = 1000 * 1000, MAX_ROUNDS = 20 };

void touched_init(struct touched *t)
{
    *t = (struct touched){0};
    vec_init(&t->tmdb_ids, sizeof(int64_t), MAX_TOUCHED);
    vec_init(&t->imdb_ids, sizeof(struct view), 2 * MAX_TOUCHED);
}

void touched_done(struct touched *t)
{
    vec_done(&t->tmdb_ids);
    vec_done(&t->imdb_ids);
}

void touched_clear(struct touched *t)
{
    t->first = t->last = 0;
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
    r->decided = true;
}

/* Gathers everything that is touched: rows lead to records, records and decisions to movies, movies
 * to more rows. Links may make a chain as long as the release; what lies further along it than
 * MAX_ROUNDS is not touched, and the rows found last are there for what is said of their movies
 * only. */
static bool gather(struct work *w, struct link_set *s, const struct touched *t, struct err *e)
{
    struct store_filter f = {.movielens_first = t->first,
        .movielens_last = t->last,
        .tmdb_ids = t->tmdb_ids.items,
        .tmdb_n = t->tmdb_ids.n,
        .movie_ids = t->tmdb_ids.items,
        .movie_n = t->tmdb_ids.n,
        .imdb_ids = t->imdb_ids.items,
        .imdb_n = t->imdb_ids.n};
    for (size_t i = 0; i < t->tmdb_ids.n; i++)
        link_set_want_record(s, *(int64_t *)vec_at(&t->tmdb_ids, i));
    if (!link_set_take_rows(s, t->rows, t->row_n, e) || !link_set_add_rows(s, w->store, &f, e))
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

/* What is to be written. */
struct outcome {
    bool blank;              /* there is nothing yet that it could meet */
    bool apart;              /* nor are the rows: their links go into them */
    struct vec movies;       /* struct movie, by id */
    struct vec conflicts;    /* struct conflict */
    struct vec looked_at;    /* int64_t: movielens_ids */
    struct vec links, moves; /* struct id_pair */
};

static void outcome_init(struct outcome *o, bool blank)
{
    o->blank = blank;
    vec_init(&o->movies, sizeof(struct movie), LINK_MAX_SET);
    vec_init(&o->conflicts, sizeof(struct conflict), MERGE_MAX_CONFLICTS * (size_t)LINK_MAX_SET);
    vec_init(&o->looked_at, sizeof(int64_t), LINK_MAX_SET);
    vec_init(&o->links, sizeof(struct id_pair), LINK_MAX_SET);
    vec_init(&o->moves, sizeof(struct id_pair), LINK_MAX_SET);
}

static void outcome_done(struct outcome *o)
{
    vec_done(&o->movies);
    vec_done(&o->conflicts);
    vec_done(&o->looked_at);
    vec_done(&o->links);
    vec_done(&o->moves);
}

/* The bounds of the set hold here too, so there is room. */
static void add_conflict(struct outcome *o, const struct conflict *c)
{
    struct conflict *slot = vec_add(&o->conflicts);
    if (slot != NULL)
        *slot = *c;
}

static void add_pair(struct vec *v, int64_t id, int64_t to)
{
    struct id_pair *slot = vec_add(v);
    if (slot != NULL)
        *slot = (struct id_pair){id, to};
}

static void add_link_conflict(struct outcome *o, const struct set_row *r)
{
    static const char *const rules[] = {
        "link.by-tmdb-id", "link.by-imdb-id", "link.by-title", "link.own-movie"};
    if (r->link.conflict && r->contradicts != NULL)
        add_conflict(o,
            &(struct conflict){r->link.movie_id, r->row.movie.movielens_id, r->contradicts->tmdb_id,
                "identity", rules[r->link.rule], r->row.movie.imdb_id, r->contradicts->imdb_id});
}

/* A row that left a movie of its own leaves a redirect behind. */
static void add_row(struct outcome *o, const struct set_row *r)
{
    if (!r->decided)
        return;
    int64_t id = r->row.movie.movielens_id, *slot = vec_add(&o->looked_at);
    if (slot != NULL)
        *slot = id;
    add_link_conflict(o, r);
    if (r->link.movie_id == r->row.movie_id)
        return;
    add_pair(&o->links, id, r->link.movie_id);
    if (r->row.movie_id < 0)
        add_pair(&o->moves, r->row.movie_id, r->link.movie_id);
}

static void add_movie(struct outcome *o, struct link_set *s, int64_t id)
{
    struct set_group g = link_set_group(s, id);
    struct merged m;
    if (g.n == 0 && (id <= 0 || link_set_record(s, id) == NULL))
        return;
    merge_movie(id, g.rows, g.n, link_set_record(s, id), &s->arena, &m);
    struct movie *slot = vec_add(&o->movies);
    if (slot != NULL)
        *slot = m.movie;
    for (size_t i = 0; i < m.conflict_n; i++)
        add_conflict(o, &m.conflicts[i]);
}

static void conclude(struct outcome *o, struct link_set *s)
{
    link_set_group_rows(s);
    for (size_t i = 0; i < s->rows.n; i++)
        add_row(o, vec_at(&s->rows, i));
    for (size_t i = 0; i < s->movie_ids.n; i++)
        add_movie(o, s, *(int64_t *)vec_at(&s->movie_ids, i));
}

/* Movies first, then the links that refer to them, then those that nothing refers to any more
 * go. */
static bool write_outcome(struct work *w, const struct outcome *o, struct err *e)
{
    size_t changed = 0;
    return (o->blank || store_clear_conflicts(w->store, o->looked_at.items, o->looked_at.n, e)) &&
           store_put_conflicts(
               w->store, w->run_id, o->conflicts.items, o->conflicts.n, sys_now(), e) &&
           store_put_movies(w->store, o->movies.items, o->movies.n, o->blank, w->run_id, sys_now(),
               &changed, e) &&
           (o->apart || store_set_links(w->store, o->links.items, o->links.n, e)) &&
           store_redirect_movies(w->store, o->moves.items, o->moves.n, e);
}

bool link_touched(struct work *w, const struct touched *t, struct err *e)
{
    struct link_set s;
    struct outcome o;
    if (t->last == 0 && t->row_n + t->tmdb_ids.n + t->imdb_ids.n == 0)
        return true;
    link_set_init(&s, t->blank);
    outcome_init(&o, t->blank);
    o.apart = t->row_n > 0;
    bool ok = gather(w, &s, t, e);
    if (ok)
        conclude(&o, &s);
    ok = ok && write_outcome(w, &o, e);
    for (size_t i = 0; ok && i < t->row_n; i++)
        t->rows[i].movie_id = link_set_row(&s, t->rows[i].movie.movielens_id)->link.movie_id;
    outcome_done(&o);
    link_set_done(&s);
    return ok;
}
