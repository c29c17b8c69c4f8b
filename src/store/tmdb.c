/* TMDB records: reading and writing one, listing all. See store.h. */
#include "store/upsert.h"

enum { MAX_ROWS = 1000000, HASHES_MAX = 10000 };

/* ---- reading */

static const struct list *list_named(struct view name)
{
    for (size_t i = 0; i < TMDB_LIST_COUNT; i++)
        if (view_is(name, tmdb_lists[i].name))
            return &tmdb_lists[i];
    return NULL;
}

/* "cast=0123456789abcdef crew=...": names that no list has any more are forgotten. */
static void parse_hashes(struct view v, struct view ret[TMDB_LIST_COUNT])
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
    struct tmdb_stored *to;
    size_t width;
};

static bool take_record(void *payload, const struct cell *c, size_t n, struct err *e)
{
    struct reading *r = payload;
    (void)n;
    (void)e;
    for (size_t i = 0; i < r->width; i++)
        r->to->cells[i] = cell_dup(r->a, &c[i]);
    r->to->exists = true;
    r->to->fetched_at = cell_get_int(&c[r->width]);
    r->to->gone_at = cell_get_int(&c[r->width + 1]);
    parse_hashes(arena_dup(r->a, cell_get_text(&c[r->width + 2])), r->to->hashes);
    return true;
}

bool store_read_tmdb(
    struct store *s, int64_t tmdb_id, struct arena *a, struct tmdb_stored *ret, struct err *e)
{
    struct cell key = cell_int(tmdb_id);
    struct reading r = {a, ret, s->movie.layout.n};
    *ret = (struct tmdb_stored){.exists = false};
    return s->engine->query(s, s->movie.select, &key, 1, take_record, &r, e);
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
    bool ok = s->engine->query(s, shape->select, keys, l->fixed != NULL ? 2 : 1, take_row, &to, e);
    if (ok) {
        *ret = (struct row_set){
            arena_take_array(a, to.cells.n, sizeof(struct cell)), width, to.cells.n / width};
        if (to.cells.n > 0)
            memcpy(ret->cells, to.cells.items, to.cells.n * sizeof(struct cell));
    }
    vec_done(&to.cells);
    return ok;
}

/* ---- writing */

/* Rows with one more cell: the instant they were fetched. */
static struct row_set with_instant(const struct row_set *rows, int64_t at, struct arena *a)
{
    struct row_set wide = {NULL, rows->width + 1, rows->n};
    wide.cells = arena_take_array(a, wide.width * wide.n, sizeof(struct cell));
    for (size_t i = 0; i < rows->n; i++) {
        memcpy(row_set_at(&wide, i), row_set_at(rows, i), rows->width * sizeof(struct cell));
        row_set_at(&wide, i)[rows->width] = cell_int(at);
    }
    return wide;
}

static bool write_own(
    struct store *s, const struct tmdb_write *w, const struct list_write *l, struct err *e)
{
    const struct shape *own = &s->own[l->list - tmdb_lists];
    if (l->own.n == 0)
        return true;
    if (!own->present)
        return err_set(e, ERR_BUG, "list %s has no table of its own", l->list->name);
    struct row_set rows = with_instant(&l->own, w->fetched_at, &s->scratch);
    return db_put(s, &own->put, &rows, e);
}

static bool take_hashes(void *payload, const struct cell *c, size_t n, struct err *e)
{
    struct reading *r = payload;
    (void)n;
    (void)e;
    parse_hashes(arena_dup(r->a, cell_get_text(&c[0])), r->to->hashes);
    return true;
}

/* What is known of the lists that are not written stays. */
static bool new_hashes(struct store *s, const struct tmdb_write *w, struct cell *ret, struct err *e)
{
    struct tmdb_stored *old = arena_take(&s->scratch, sizeof *old);
    struct reading r = {&s->scratch, old, 0};
    if (!db_query(s, "SELECT section_hashes FROM {tmdb_movies} WHERE tmdb_id = ?",
            CELLS(cell_int(w->tmdb_id)), take_hashes, &r, e))
        return false;
    for (size_t i = 0; i < w->list_n; i++)
        if (w->lists[i].hash.p != NULL)
            old->hashes[w->lists[i].list - tmdb_lists] = w->lists[i].hash;
    struct str text;
    str_init(&text, HASHES_MAX);
    for (size_t i = 0; i < TMDB_LIST_COUNT; i++)
        if (old->hashes[i].p != NULL)
            str_addf(&text, "%s%s=%.*s", text.n > 0 ? " " : "", tmdb_lists[i].name,
                VIEW_ARG(old->hashes[i]));
    *ret = text.n == 0 ? cell_null() : cell_text(arena_dup(&s->scratch, str_view(&text)));
    str_done(&text);
    return true;
}

static bool write_movie(struct store *s, const struct tmdb_write *w, struct err *e)
{
    struct cell row[LAYOUT_MAX_COLUMNS + 2];
    size_t n = s->movie.layout.n;
    memcpy(row, w->cells, n * sizeof *row);
    row[n] = cell_int(w->fetched_at);
    return new_hashes(s, w, &row[n + 1], e) &&
           db_put(s, &s->movie.put, &(struct row_set){row, n + 2, 1}, e);
}

static bool write_list(struct store *s, const struct list_write *l, struct err *e)
{
    const struct shape *shape = &s->lists[l->list - tmdb_lists];
    return (l->remove.n == 0 || s->engine->exec_rows(s, shape->remove, &l->remove, e)) &&
           db_put(s, &shape->put, &l->put, e);
}

/* Things named before the record, the record before its rows: so that references hold at every step. */
bool store_write_tmdb(struct store *s, const struct tmdb_write *w, struct err *e)
{
    bool ok = db_may_write(s, e);
    arena_reset(&s->scratch);
    for (size_t i = 0; ok && i < w->list_n; i++)
        ok = write_own(s, w, &w->lists[i], e) || err_in(e, "%s", w->lists[i].list->name);
    ok = ok && write_movie(s, w, e);
    for (size_t i = 0; ok && i < w->list_n; i++)
        ok = write_list(s, &w->lists[i], e) || err_in(e, "%s", w->lists[i].list->name);
    return ok || err_in(e, "tmdb %lld", (long long)w->tmdb_id);
}
