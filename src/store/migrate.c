/* Migrate: see migrate.h. */
#include "store/migrate.h"

#include "base/sys.h"
#include "model/genre.h"
#include "store/ddl.h"
#include "store/live.h"
#include "store/upsert.h"
#include "store/views.h"

#include <string.h>

enum { REGISTRY /* its place among the tables */ };

static const struct migration migrations[] = {
    {0, NULL, NULL},
};

/* One walk over everything that should be there: counts what is missing, and makes it when
 * `write`. */
struct walk {
    struct store *s;
    const struct live *live;
    bool write;
    size_t missing;
};

static bool enlist_view(struct store *s, const char *name, struct view definition, struct err *e)
{
    struct cell row[] = {cell_text(view_of(name)), cell_text(view_of("view")),
        cell_text(definition), cell_int(sys_now())};
    return db_put_row(s, "etl_tables", PUT_ROW, row, sizeof row / sizeof row[0], e);
}

/* In the registry before they are in the database: on engines whose DDL commits by itself, what was
 * interrupted between the two is still recognised as ours. All at once: there each row by itself
 * would be a transaction, which waits for the disk. The registry's own name goes ahead: should all
 * of them be too long for one statement, it is there as soon as any other is. */
static bool enlist_tables(const struct walk *w, struct err *e)
{
    struct store *s = w->s;
    const struct put *p = upsert_put_all(s, schema_find(&s->schema, "etl_tables"), PUT_ROW);
    struct row_set rows = {.width = p->width};
    rows.cells = arena_take_array(&s->scratch, s->schema.tables.n * p->width, sizeof *rows.cells);
    for (size_t i = 0; i < s->schema.tables.n; i++) {
        const struct table *t = vec_at(&s->schema.tables, i);
        struct cell row[] = {cell_text(view_of(t->name)), cell_text(view_of("table")), cell_null(),
            cell_int(sys_now())};
        if (live_registered(w->live, view_of(t->name)) == NULL)
            memcpy(row_set_at(&rows, rows.n++), row, sizeof row);
    }
    return db_put(s, p, &rows, e);
}

struct found {
    const struct table *table;
    bool has[TABLE_MAX_COLUMNS];
};

static bool mark_column(void *payload, const struct cell *c, size_t n, struct err *e)
{
    struct found *f = payload;
    (void)n;
    (void)e;
    for (size_t i = 0; i < f->table->n; i++)
        f->has[i] = f->has[i] || view_is_nocase(c[0].text, f->table->columns[i].name);
    return true;
}

static bool walk_columns(
    struct walk *w, const struct table *t, const struct object *o, struct err *e)
{
    struct found f = {.table = t};
    bool ok = live_each_column(w->s, o->name, mark_column, &f, e);
    for (size_t i = 0; ok && i < t->n; i++) {
        w->missing += !f.has[i];
        if (!f.has[i] && w->write)
            ok = ddl_add_column(w->s, t, &t->columns[i], e);
    }
    return ok;
}

static bool walk_table(struct walk *w, const struct table *t, struct err *e)
{
    const struct object *o = live_find(w->s, w->live, t->name);
    if (o != NULL)
        return walk_columns(w, t, o, e);
    w->missing++;
    return !w->write || ddl_create_table(w->s, t, true, e);
}

/* Late ones may be missing because somebody's first load is going on: who has the lease makes them
 * (first_load.h). */
static bool walk_index(struct walk *w, const struct index *ix, struct err *e)
{
    if (ix->late || live_find(w->s, w->live, ddl_index_name(&w->s->scratch, ix).p) != NULL)
        return true;
    bool comes_with_table = live_find(w->s, w->live, ix->table) == NULL;
    w->missing++;
    return !w->write || comes_with_table || ddl_create_index(w->s, ix, e);
}

/* A view holds nothing, so another definition simply replaces it. The old one goes before the new
 * hash is in the registry: whatever is interrupted, no old view is ever taken for the new one. */
static bool walk_view(struct walk *w, const struct view_row *v, struct err *e)
{
    struct view definition = views_print(w->s, v, &w->s->scratch);
    struct view hash = views_hash(definition, &w->s->scratch);
    const struct registered *r = live_registered(w->live, view_of(v->name));
    bool live = live_find(w->s, w->live, v->name) != NULL;
    if (live && r != NULL && view_eq(r->definition, hash))
        return true;
    w->missing++;
    if (!w->write)
        return true;
    return (!live || views_drop(w->s, v, e)) && enlist_view(w->s, v->name, hash, e) &&
           db_exec(w->s, definition.p, NO_CELLS, NULL, e);
}

static bool walk_all(struct walk *w, struct err *e)
{
    const struct vec *tables = &w->s->schema.tables;
    bool ok = walk_table(w, vec_at(tables, REGISTRY), e) && (!w->write || enlist_tables(w, e));
    for (size_t i = REGISTRY + 1; ok && i < tables->n; i++)
        ok = walk_table(w, vec_at(tables, i), e);
    for (const struct index *ix = plain_indexes; ok && ix->table != NULL; ix++)
        ok = walk_index(w, ix, e);
    for (const struct view_row *v = view_rows; ok && v->name != NULL; v++)
        ok = walk_view(w, v, e);
    return ok;
}

static bool note_migration(struct store *s, const struct migration *m, struct err *e)
{
    struct cell row[] = {cell_int(m->number), cell_text(view_of(m->what)), cell_int(sys_now())};
    return db_put_row(s, "etl_schema_migrations", PUT_ROW, row, sizeof row / sizeof row[0], e);
}

/* Before missing things are added: a migration finds the schema as it was left. New databases are
 * made as the tables say, and have nothing to migrate. */
static bool run_migrations(
    struct store *s, const struct live *live, const struct migration *list, struct err *e)
{
    for (const struct migration *m = list; live->has_registry && m->number != 0; m++)
        if (m->number > live->version && !m->run(s, e))
            return err_in(e, "schema migration %lld", (long long)m->number);
    return true;
}

static bool note_migrations(
    struct store *s, const struct live *live, const struct migration *list, struct err *e)
{
    for (const struct migration *m = list; m->number != 0; m++)
        if (m->number > live->version && !note_migration(s, m, e))
            return false;
    return true;
}

static int64_t newest(const struct migration *list)
{
    int64_t number = 0;
    for (const struct migration *m = list; m->number != 0; m++)
        number = m->number;
    return number;
}

static size_t count_genres(void)
{
    size_t n = 0;
    while (genres[n].id != 0)
        n++;
    return n;
}

/* The vocabulary (model/genre.h). */
static bool fill_genres(struct store *s, struct err *e)
{
    const struct put *p = upsert_put_all(s, schema_find(&s->schema, "genres"), PUT_ROW);
    struct row_set rows = {.width = p->width};
    rows.cells = arena_take_array(&s->scratch, count_genres() * p->width, sizeof *rows.cells);
    for (const struct genre *g = genres; g->id != 0; g++) {
        struct cell row[] = {cell_int(g->id), cell_text(view_of(g->name)), cell_of_id(g->tmdb_id),
            cell_text(view_of(g->movielens))};
        memcpy(row_set_at(&rows, rows.n++), row, sizeof row);
    }
    return db_put(s, p, &rows, e);
}

static bool check_genre(void *payload, const struct cell *c, size_t n, struct err *e)
{
    size_t *right = payload;
    (void)n;
    (void)e;
    for (const struct genre *g = genres; g->id != 0; g++)
        *right += g->id == cell_get_int(&c[0]) && view_is(cell_get_text(&c[1]), g->name) &&
                  g->tmdb_id == cell_get_int(&c[2]) &&
                  view_eq(cell_get_text(&c[3]), view_of(g->movielens));
    return true;
}

static bool genres_right(struct store *s, bool *ret, struct err *e)
{
    size_t right = 0;
    bool ok = db_query(s, "SELECT genre_id, name, tmdb_id, movielens FROM {genres}", NO_CELLS,
        check_genre, &right, e);
    *ret = right == count_genres();
    return ok;
}

/* Counts what is to be done. */
static bool look(struct store *s, const struct live *live, const struct migration *list,
    size_t *ret, struct err *e)
{
    struct walk w = {.s = s, .live = live};
    bool genres_ok = false;
    if (!walk_all(&w, e))
        return false;
    if (live_find(s, live, "genres") != NULL && !genres_right(s, &genres_ok, e))
        return false;
    *ret = w.missing + !genres_ok + (live->version < newest(list));
    return true;
}

struct applying {
    const struct migration *list;
};

static bool apply(struct store *s, void *payload, struct err *e)
{
    const struct applying *a = payload;
    struct live live;
    if (!live_read(s, &live, e)) /* again: another process may have been faster */
        return false;
    struct walk w = {.s = s, .live = &live, .write = true};
    bool ok = run_migrations(s, &live, a->list, e) && walk_all(&w, e) &&
              note_migrations(s, &live, a->list, e) && fill_genres(s, e);
    s->born = ok && !live.has_registry;
    live_done(&live);
    return ok;
}

static bool refuse_newer(const struct live *live, const struct migration *list, struct err *e)
{
    if (live->version <= newest(list))
        return true;
    err_set(e, ERR_STORE,
        "the database was brought to schema %lld by a newer movie-etl; this one knows %lld",
        (long long)live->version, (long long)newest(list));
    return err_hint(e, "Use the newer movie-etl, or another database. Nothing was changed.");
}

static bool decide(
    struct store *s, const struct live *live, const struct migration *list, struct err *e)
{
    size_t missing = 0;
    struct applying a = {list};
    if (!live->has_registry && s->mode < STORE_CREATE)
        return err_set(e, ERR_NO_DATABASE, "the database has no tables of movie-etl%s%s",
            s->prefix[0] == '\0' ? "" : " with the prefix ", s->prefix);
    if (!refuse_newer(live, list, e) || !look(s, live, list, &missing, e))
        return false;
    if (s->mode == STORE_READ) {
        if (missing == 0)
            return true;
        err_set(e, ERR_STORE,
            "the database was made by an older movie-etl: its schema lacks %zu things", missing);
        return err_hint(e, "Any command that writes (process, sync, init) brings it up to date.");
    }
    return s->engine->prepare(s, e) && (missing == 0 || db_alone(s, apply, &a, e));
}

bool migrate_with(struct store *s, const struct migration *list, struct err *e)
{
    struct live live;
    if (!live_read(s, &live, e))
        return false;
    bool ok = decide(s, &live, list, e);
    live_done(&live);
    return ok;
}

bool migrate(struct store *s, struct err *e)
{
    return migrate_with(s, migrations, e);
}
