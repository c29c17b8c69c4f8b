/* TMDB records: writing many, table by table. See store.h.
 *
 * A film has some hundred and fifty rows in a dozen tables: written record by record, that is a
 * dozen statements each; together, a dozen for all. Rows go in the order of their keys, so that a
 * page of a b-tree is looked for once. */
#include "base/map.h"
#include "store/seen.h"
#include "store/upsert.h"

#include <stdlib.h>

enum { HASHES_MAX = 10000, SEEN_AHEAD = 8 /* rows, so that memory has time */ };

/* What is written in one call; by_id: the records in order of their ids. */
struct writing {
    struct store *s;
    const struct tmdb_write *const *records;
    const struct tmdb_write **by_id;
    size_t n;
    bool early[TMDB_LIST_COUNT]; /* rows of new records were put aside at the beginning */
};

/* ---- things that are named: before the records, for those refer to them */

struct own_row {
    const struct cell *cells;
    size_t seq; /* its place among all, as they came */
    int64_t at; /* fetched */
};

static int by_key(const void *x, const void *y)
{
    const struct own_row *a = x, *b = y;
    int c = cell_cmp(a->cells, b->cells);
    return c != 0 ? c : (a->seq > b->seq) - (a->seq < b->seq);
}

static bool same_cells(const struct cell *a, const struct cell *b, size_t width)
{
    for (size_t i = 0; i < width; i++)
        if (!cell_eq(&a[i], &b[i]))
            return false;
    return true;
}

/* Whether the lists name things of one table, with the same columns. */
static bool share_own(const struct list *a, const struct list *b)
{
    return a->entity == b->entity;
}

static size_t own_rows_of(const struct writing *w, const struct list *l, struct own_row *to)
{
    size_t n = 0;
    for (size_t i = 0; i < w->n; i++)
        for (size_t k = 0; k < w->records[i]->list_n; k++) {
            const struct list_write *lw = &w->records[i]->lists[k];
            if (!share_own(lw->list, l))
                continue;
            for (size_t r = 0; r < lw->own.n; r++, n++)
                if (to != NULL)
                    to[n] = (struct own_row){row_set_at(&lw->own, r), n, w->records[i]->fetched_at};
        }
    return n;
}

/* Of neighbours that say the same, the newest mention is enough: writing both comes to the same. */
static size_t drop_repeated(struct own_row *rows, size_t n, size_t width)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        struct own_row *last = kept == 0 ? NULL : &rows[kept - 1];
        if (last == NULL || !same_cells(last->cells, rows[i].cells, width))
            rows[kept++] = rows[i];
        else if (rows[i].at > last->at)
            last->at = rows[i].at;
    }
    return kept;
}

/* Those that were not written before; most were. */
static size_t drop_seen(
    const struct writing *w, const struct list *l, struct own_row *rows, size_t n, size_t width)
{
    size_t table = (size_t)(l - tmdb_lists), kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (i + SEEN_AHEAD < n)
            seen_expect(w->s->seen, table, rows[i + SEEN_AHEAD].cells, width);
        if (!seen_row(w->s->seen, table, rows[i].cells, width, rows[i].at))
            rows[kept++] = rows[i];
    }
    return kept;
}

static bool is_first_of_own(const struct list *l)
{
    for (const struct list *before = tmdb_lists; before < l; before++)
        if (share_own(before, l))
            return false;
    return true;
}

/* Notes whether the list's own table is empty. */
static bool look_into_own(struct store *s, const struct list *l, struct err *e)
{
    const struct shape *own = &s->own[l - tmdb_lists];
    int64_t one;
    bool exists = true;
    if (!own->present || !is_first_of_own(l))
        return true;
    struct view any = arena_print(&s->scratch, "SELECT 1 FROM {%s} LIMIT 1", own->layout.table);
    if (!db_get_ints(s, any.p, NO_CELLS, &one, 1, &exists, e))
        return false;
    if (!exists)
        seen_empty(s->seen, (size_t)(l - tmdb_lists));
    return true;
}

/* For a database that has records already nothing is gained by knowing of empty tables, nor for an
 * engine to which all rows are the same. */
static bool begin_seen(struct store *s, struct err *e)
{
    int64_t floor = 0;
    if (s->seen != NULL)
        return true;
    if (!db_get_ints(s, "SELECT max(fetched_at) FROM {tmdb_movies}", NO_CELLS, &floor, 1, NULL, e))
        return false;
    s->seen = seen_new(floor);
    bool ok = true, look = floor == 0 && s->engine->put_new != NULL;
    for (size_t i = 0; ok && look && i < TMDB_LIST_COUNT; i++)
        ok = look_into_own(s, &tmdb_lists[i], e);
    return ok;
}

/* A set of as many rows as `n` at most. */
static struct row_set room_for(struct arena *a, size_t n, size_t width)
{
    return (struct row_set){arena_take_unset(a, n * width, sizeof(struct cell)), width, 0};
}

static void add_own(struct row_set *to, const struct own_row *row)
{
    struct cell *cells = row_set_at(to, to->n++);
    memcpy(cells, row->cells, (to->width - 1) * sizeof *cells);
    cells[to->width - 1] = cell_int(row->at);
}

/* The first that is written of each thing is a new row, if it is known that there was none. */
static bool write_own(struct writing *w, const struct list *l, struct err *e)
{
    struct store *s = w->s;
    const struct shape *own = &s->own[l - tmdb_lists];
    size_t n = own_rows_of(w, l, NULL), width = own->layout.n;
    if (n == 0)
        return true;
    if (!own->present)
        return err_set(e, ERR_BUG, "list %s has no table of its own", l->name);
    struct own_row *rows = arena_take_unset(&s->scratch, n, sizeof *rows);
    (void)own_rows_of(w, l, rows);
    n = drop_seen(w, l, rows, n, width);
    qsort(rows, n, sizeof *rows, by_key);
    n = drop_repeated(rows, n, width);
    struct row_set fresh = room_for(&s->scratch, n, width + 1),
                   other = room_for(&s->scratch, n, width + 1);
    for (size_t i = 0; i < n; i++) {
        bool there = seen_key(s->seen, (size_t)(l - tmdb_lists), rows[i].cells);
        add_own(there ? &other : &fresh, &rows[i]);
    }
    const struct put *p = upsert_put_all(s, schema_find(&s->schema, own->layout.table), PUT_NEWER);
    return (db_put_new(s, p, &fresh, e) && db_put_aside(s, p, &other, e)) ||
           err_in(e, "%s", l->name);
}

static bool write_owns(struct writing *w, struct err *e)
{
    if (!begin_seen(w->s, e))
        return false;
    for (size_t i = 0; i < TMDB_LIST_COUNT; i++)
        if (is_first_of_own(&tmdb_lists[i]) && !write_own(w, &tmdb_lists[i], e))
            return false;
    return true;
}

/* ---- the records */

struct knowing {
    struct arena *a;
    struct map at; /* tmdb_id -> index in by_id */
    struct view (*hashes)[TMDB_LIST_COUNT];
};

static bool take_hashes(void *payload, const struct cell *c, size_t n, struct err *e)
{
    struct knowing *k = payload;
    const uint64_t *at = map_get(&k->at, cell_get_int(&c[0]));
    (void)n;
    (void)e;
    if (at != NULL)
        tmdb_parse_hashes(arena_dup(k->a, cell_get_text(&c[1])), k->hashes[*at]);
    return true;
}

/* What is known of the lists of each record, in the order of by_id; of a new one nothing. */
static bool read_hashes(struct writing *w, struct knowing *k, struct err *e)
{
    struct cell *ids = arena_take_array(k->a, w->n, sizeof *ids);
    size_t n = 0;
    map_init(&k->at, w->n);
    for (size_t i = 0; i < w->n; i++) {
        if (w->by_id[i]->is_new)
            continue;
        ids[n++] = cell_int(w->by_id[i]->tmdb_id);
        (void)map_put(&k->at, w->by_id[i]->tmdb_id, i);
    }
    bool ok =
        n == 0 ||
        db_query_in(w->s, "SELECT tmdb_id, section_hashes FROM {tmdb_movies} WHERE tmdb_id IN (%)",
            ids, n, take_hashes, k, e);
    map_done(&k->at);
    return ok;
}

/* What is known of the lists that are not written stays. */
static struct cell new_hashes(const struct tmdb_write *w, struct view *hashes, struct arena *a)
{
    struct str text;
    for (size_t i = 0; i < w->list_n; i++)
        if (w->lists[i].hash.p != NULL)
            hashes[w->lists[i].list - tmdb_lists] = w->lists[i].hash;
    str_init(&text, HASHES_MAX);
    for (size_t i = 0; i < TMDB_LIST_COUNT; i++) {
        if (hashes[i].p == NULL)
            continue;
        str_addz(&text, text.n > 0 ? " " : "");
        str_addz(&text, tmdb_lists[i].name);
        str_addc(&text, '=');
        str_add(&text, hashes[i]);
    }
    struct cell c = text.n == 0 ? cell_null() : cell_text(arena_dup(a, str_view(&text)));
    str_done(&text);
    return c;
}

/* The rows of the records themselves: of those that are new, or of the others. */
static const struct row_set *movie_rows(
    const struct writing *w, const struct knowing *k, bool is_new)
{
    size_t n = w->s->movie.layout.n, width = n + 3;
    struct row_set *rows = arena_take(k->a, sizeof *rows);
    *rows = room_for(k->a, w->n, width);
    for (size_t i = 0; i < w->n; i++) {
        const struct tmdb_write *from = w->by_id[i];
        if (from->is_new != is_new)
            continue;
        struct cell *row = row_set_at(rows, rows->n++);
        memcpy(row, from->cells, n * sizeof *row);
        row[n] = cell_int(from->fetched_at);
        row[n + 1] = new_hashes(from, k->hashes[i], k->a);
        row[n + 2] = cell_of_id(from->content);
    }
    return rows;
}

static bool write_movies(struct writing *w, struct err *e)
{
    struct store *s = w->s;
    struct knowing k = {.a = &s->scratch};
    k.hashes = arena_take_array(&s->scratch, w->n, sizeof *k.hashes);
    if (!read_hashes(w, &k, e))
        return false;
    return db_put(s, &s->movie.put, movie_rows(w, &k, false), e) &&
           db_put_new(s, &s->movie.put, movie_rows(w, &k, true), e);
}

/* ---- their rows */

enum row_kind { ROWS_REMOVED, ROWS_PUT, ROWS_NEW /* of new records */ };

static const struct row_set *rows_of(
    const struct tmdb_write *w, const struct list *l, enum row_kind kind)
{
    for (size_t i = 0; i < w->list_n; i++) {
        if (w->lists[i].list != l)
            continue;
        if (kind == ROWS_REMOVED)
            return &w->lists[i].remove;
        return w->is_new == (kind == ROWS_NEW) ? &w->lists[i].put : NULL;
    }
    return NULL;
}

/* `at`: where the cells go in the row; NULL: where they are. */
static void add_rows(struct row_set *to, const struct row_set *rows, const size_t *at)
{
    if (at == NULL)
        memcpy(row_set_at(to, to->n), rows->cells, rows->n * rows->width * sizeof(struct cell));
    for (size_t i = 0; at != NULL && i < rows->n; i++) {
        struct cell *row = row_set_at(to, to->n + i);
        for (size_t c = 0; rows->width < to->width && c < to->width; c++)
            row[c] = cell_null();
        for (size_t c = 0; c < rows->width; c++)
            row[at[c]] = row_set_at(rows, i)[c];
    }
    to->n += rows->n;
}

/* The rows of one list of all records, in the order of the records' ids; `whole`: with all columns
 * of that table, those that are not the list's being NULL. */
static struct row_set all_rows_of(
    struct writing *w, const struct list *l, enum row_kind kind, const struct table *whole)
{
    struct row_set all = {.n = 0};
    size_t n = 0;
    for (size_t i = 0; i < w->n; i++) {
        const struct row_set *rows = rows_of(w->by_id[i], l, kind);
        n += rows == NULL ? 0 : rows->n;
        all.width = rows == NULL || rows->n == 0 ? all.width : rows->width;
    }
    all.width = whole != NULL ? whole->n : all.width;
    all.cells = arena_take_unset(&w->s->scratch, n * all.width, sizeof(struct cell));
    for (size_t i = 0; n > 0 && i < w->n; i++) {
        const struct row_set *rows = rows_of(w->by_id[i], l, kind);
        if (rows != NULL && rows->n > 0)
            add_rows(&all, rows, whole != NULL ? w->s->lists[l - tmdb_lists].in_table : NULL);
    }
    return all;
}

/* What store_each_tmdb reads (facts.c) while records are written. */
static bool is_read_meanwhile(const struct layout *l)
{
    return strcmp(l->table, "tmdb_genres") == 0;
}

/* Rows of new records: for most, nobody looks before bring_in. */
static bool write_new(
    struct writing *w, const struct list *l, const struct shape *shape, struct err *e)
{
    struct store *s = w->s;
    bool aside = s->engine->put_aside != NULL && !is_read_meanwhile(&shape->layout);
    const struct table *t = aside ? schema_find(&s->schema, shape->layout.table) : NULL;
    struct row_set rows = all_rows_of(w, l, ROWS_NEW, t);
    return aside ? db_put_aside(s, upsert_put_all(s, t, PUT_ROW), &rows, e)
                 : db_put_new(s, &shape->put, &rows, e);
}

/* Whatever may wait beside the rest is there from the start. */
static bool write_early(struct writing *w, struct err *e)
{
    struct store *s = w->s;
    bool ok = true;
    for (size_t i = 0; ok && s->engine->puts_early != NULL && i < TMDB_LIST_COUNT; i++) {
        const struct shape *shape = &s->lists[i];
        w->early[i] = !is_read_meanwhile(&shape->layout) &&
                      s->engine->puts_early(s, schema_find(&s->schema, shape->layout.table));
        ok = !w->early[i] || write_new(w, &tmdb_lists[i], shape, e) ||
             err_in(e, "%s", tmdb_lists[i].name);
    }
    return ok;
}

static bool write_list(struct writing *w, const struct list *l, struct err *e)
{
    const struct shape *shape = &w->s->lists[l - tmdb_lists];
    struct row_set remove = all_rows_of(w, l, ROWS_REMOVED, NULL),
                   put = all_rows_of(w, l, ROWS_PUT, NULL);
    bool changes = remove.n + put.n > 0;
    return ((!changes || db_bring_in(w->s, e)) &&
               (remove.n == 0 || w->s->engine->exec_rows(w->s, shape->remove, &remove, e)) &&
               db_put(w->s, &shape->put, &put, e) &&
               (w->early[l - tmdb_lists] || write_new(w, l, shape, e))) ||
           err_in(e, "%s", l->name);
}

static int by_tmdb_id(const void *x, const void *y)
{
    const struct tmdb_write *a = *(const struct tmdb_write *const *)x,
                            *b = *(const struct tmdb_write *const *)y;
    return (a->tmdb_id > b->tmdb_id) - (a->tmdb_id < b->tmdb_id);
}

/* Things named before the records, the records before their rows: so that references hold at every
 * step, unless nobody looks. */
bool store_write_tmdb(
    struct store *s, const struct tmdb_write *const *records, size_t n, struct err *e)
{
    if (n == 0)
        return true;
    arena_reset(&s->scratch);
    struct writing w = {s, records, arena_take_array(&s->scratch, n, sizeof *w.by_id), n, {false}};
    for (size_t i = 0; i < n; i++)
        w.by_id[i] = records[i];
    qsort(w.by_id, n, sizeof *w.by_id, by_tmdb_id);
    bool ok = db_may_write(s, e) && write_early(&w, e) && write_owns(&w, e) && write_movies(&w, e);
    for (size_t i = 0; ok && i < TMDB_LIST_COUNT; i++)
        ok = write_list(&w, &tmdb_lists[i], e);
    return ok || (n == 1 ? err_in(e, "tmdb %lld", (long long)records[0]->tmdb_id) : false);
}
