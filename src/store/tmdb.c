/* TMDB records: reading them. See store.h; writing is in tmdb_write.c. */
#include "base/map.h"
#include "store/upsert.h"

enum { MAX_ROWS = 1000000 };

/* ---- reading */

static const struct list *list_named(struct view name)
{
    for (size_t i = 0; i < TMDB_LIST_COUNT; i++)
        if (view_is(name, tmdb_lists[i].name))
            return &tmdb_lists[i];
    return NULL;
}

void tmdb_parse_hashes(struct view v, struct view ret[TMDB_LIST_COUNT])
{
    for (size_t at = 0; at < v.n;) {
        size_t end = view_find(v, at, ' ');
        size_t eq = view_find(v, at, '=');
        const struct list *l = eq < end ? list_named(view_slice(v, at, eq)) : NULL;
        if (l != NULL)
            ret[l - tmdb_lists] = view_slice(v, eq + 1, end);
        at = end + 1;
    }
}

struct reading {
    struct arena *a;
    struct tmdb_stored *to; /* in the order of the ids asked for */
    struct map at;          /* tmdb_id -> index */
    size_t width;
};

static bool take_record(void *payload, const struct cell *c, size_t n, struct err *e)
{
    struct reading *r = payload;
    const uint64_t *at = map_get(&r->at, cell_get_int(&c[TMDB_tmdb_id]));
    (void)n;
    if (at == NULL)
        return err_set(e, ERR_BUG, "a record came that was not asked for");
    struct tmdb_stored *to = &r->to[*at];
    for (size_t i = 0; i < r->width; i++)
        to->cells[i] = cell_dup(r->a, &c[i]);
    to->exists = true;
    to->fetched_at = cell_get_int(&c[r->width]);
    to->gone_at = cell_get_int(&c[r->width + 1]);
    tmdb_parse_hashes(arena_dup(r->a, cell_get_text(&c[r->width + 2])), to->hashes);
    to->content = cell_get_int(&c[r->width + 3]);
    return true;
}

bool store_read_tmdb(struct store *s, const int64_t *tmdb_ids, size_t n, struct arena *a,
    struct tmdb_stored *ret, struct err *e)
{
    struct reading r = {.a = a, .to = ret, .width = s->movie.layout.n};
    const struct cell *cells = cells_of_ids(a, tmdb_ids, n);
    memset(ret, 0, n * sizeof *ret);
    map_init(&r.at, n);
    for (size_t i = 0; i < n; i++)
        (void)map_put(&r.at, tmdb_ids[i], i);
    bool ok = db_query_in(s, s->movie.select, cells, n, take_record, &r, e);
    map_done(&r.at);
    return ok;
}

struct collecting {
    struct arena *a;
    struct vec cells; /* struct cell */
};

static bool take_row(void *payload, const struct cell *c, size_t n, struct err *e)
{
    struct collecting *to = payload;
    for (size_t i = 0; i < n; i++) {
        struct cell *cell = vec_add(&to->cells);
        if (cell == NULL)
            return err_set(e, ERR_STORE, "a list of one movie has more than %d rows", MAX_ROWS);
        *cell = cell_dup(to->a, &c[i]);
    }
    return true;
}

bool store_read_rows(struct store *s, const struct list *l, int64_t tmdb_id, struct arena *a,
    struct row_set *ret, struct err *e)
{
    const struct shape *shape = &s->lists[l - tmdb_lists];
    struct cell keys[] = {cell_int(tmdb_id), cell_text(view_of(l->fixed_value))};
    struct collecting to = {.a = a};
    size_t width = shape->layout.n;
    vec_init(&to.cells, sizeof(struct cell), (size_t)MAX_ROWS * width);
    bool ok = db_bring_in(s, e) &&
              s->engine->query(s, shape->select, keys, l->fixed != NULL ? 2 : 1, take_row, &to, e);
    if (ok) {
        *ret = (struct row_set){
            arena_take_array(a, to.cells.n, sizeof(struct cell)), width, to.cells.n / width};
        if (to.cells.n > 0)
            memcpy(ret->cells, to.cells.items, to.cells.n * sizeof(struct cell));
    }
    vec_done(&to.cells);
    return ok;
}
