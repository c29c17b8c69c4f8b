/* Live: see live.h. */
#include "store/live.h"

#include "store/ddl.h"
#include "store/views.h"

enum { MAX_OBJECTS = 1000000 };

void live_done(struct live *l)
{
    vec_done(&l->objects);
    vec_done(&l->registry);
    arena_done(&l->arena);
}

static bool same_name(const struct store *s, struct view live, struct view name)
{
    size_t n = strlen(s->prefix);
    char whole[300];
    if (n + name.n >= sizeof whole)
        return false;
    memcpy(whole, s->prefix, n);
    memcpy(whole + n, name.p, name.n);
    whole[n + name.n] = '\0';
    return view_is_nocase(live, whole);
}

const struct object *live_find(const struct store *s, const struct live *l, const char *name)
{
    for (size_t i = 0; i < l->objects.n; i++) {
        const struct object *o = vec_at(&l->objects, i);
        if (same_name(s, o->name, view_of(name)))
            return o;
    }
    return NULL;
}

const struct registered *live_registered(const struct live *l, struct view name)
{
    for (size_t i = 0; i < l->registry.n; i++) {
        const struct registered *r = vec_at(&l->registry, i);
        if (view_eq(r->name, name))
            return r;
    }
    return NULL;
}

static enum object_kind kind_of(struct view kind)
{
    if (view_is_nocase(kind, "view"))
        return OBJECT_VIEW;
    return view_is_nocase(kind, "index") ? OBJECT_INDEX : OBJECT_TABLE;
}

static bool take_object(void *payload, const struct cell *c, size_t n, struct err *e)
{
    struct live *l = payload;
    struct object *to = vec_add(&l->objects);
    (void)n;
    if (to == NULL)
        return err_set(
            e, ERR_STORE, "the database has more than %d tables and indexes", MAX_OBJECTS);
    *to = (struct object){
        kind_of(c[0].text), arena_dup(&l->arena, c[1].text), arena_dup(&l->arena, c[2].text)};
    return true;
}

static bool take_registered(void *payload, const struct cell *c, size_t n, struct err *e)
{
    struct live *l = payload;
    struct registered *to = vec_add(&l->registry);
    (void)n;
    if (to == NULL)
        return err_set(e, ERR_STORE, "etl_tables has more than %d rows", MAX_OBJECTS);
    to->name = arena_dup(&l->arena, cell_get_text(&c[0]));
    to->definition = arena_dup(&l->arena, cell_get_text(&c[1]));
    return true;
}

static bool foreign(const struct store *s, const char *what, const char *name, struct err *e)
{
    return err_set(e, ERR_FOREIGN, "%s '%s%s' was not made by movie-etl", what, s->prefix, name);
}

bool live_each_column(
    struct store *s, struct view table, row_fn *row, void *payload, struct err *e)
{
    struct cell name = cell_text(table);
    return s->engine->query(s, s->engine->dialect->columns, &name, 1, row, payload, e);
}

static bool count_ours(void *payload, const struct cell *c, size_t n, struct err *e)
{
    struct view column = c[0].text;
    (void)n;
    (void)e;
    *(int *)payload +=
        view_is(column, "name") || view_is(column, "kind") || view_is(column, "definition");
    return true;
}

/* A table called etl_tables is the registry only if it looks like one. */
static bool read_registry(struct store *s, struct live *l, struct err *e)
{
    int known = 0;
    const struct object *o = live_find(s, l, "etl_tables");
    l->has_registry = o != NULL;
    if (o == NULL)
        return true;
    if (o->kind != OBJECT_TABLE)
        return foreign(s, "view", "etl_tables", e);
    if (!live_each_column(s, o->name, count_ours, &known, e))
        return false;
    if (known != 3)
        return foreign(s, "table", "etl_tables", e);
    if (!db_query(s, "SELECT name, definition FROM {etl_tables}", NO_CELLS, take_registered, l, e))
        return false;
    if (live_find(s, l, "etl_schema_migrations") == NULL)
        return true;
    return db_get_ints(
        s, "SELECT max(number) FROM {etl_schema_migrations}", NO_CELLS, &l->version, 1, NULL, e);
}

static bool check_name(const struct store *s, const struct live *l, const char *name,
    enum object_kind kind, struct err *e)
{
    const struct object *o = live_find(s, l, name);
    if (o == NULL || (o->kind == kind && live_registered(l, view_of(name)) != NULL))
        return true;
    /* Looked at already. Where DDL commits by itself, it may have been made and not yet entered in
     * itself. */
    if (strcmp(name, "etl_tables") == 0 && l->registry.n == 0)
        return true;
    return foreign(s,
        o->kind == OBJECT_VIEW    ? "view"
        : o->kind == OBJECT_INDEX ? "index"
                                  : "table",
        name, e);
}

/* An index of ours hangs on a table of ours. */
static bool check_index(
    const struct store *s, struct live *l, const struct index *ix, struct err *e)
{
    struct view name = ddl_index_name(&l->arena, ix);
    const struct object *o = live_find(s, l, name.p);
    if (o == NULL || (o->kind == OBJECT_INDEX && same_name(s, o->table, view_of(ix->table))))
        return true;
    return foreign(s, "an object named", name.p, e);
}

static bool check_foreign(const struct store *s, struct live *l, struct err *e)
{
    bool ok = true;
    for (size_t i = 0; ok && i < s->schema.tables.n; i++)
        ok = check_name(
            s, l, ((const struct table *)vec_at(&s->schema.tables, i))->name, OBJECT_TABLE, e);
    for (const struct view_row *v = view_rows; ok && v->name != NULL; v++)
        ok = check_name(s, l, v->name, OBJECT_VIEW, e);
    for (const struct index *ix = plain_indexes; ok && ix->table != NULL; ix++)
        ok = check_index(s, l, ix, e);
    return ok;
}

bool live_read(struct store *s, struct live *ret, struct err *e)
{
    *ret = (struct live){0};
    arena_init(&ret->arena);
    vec_init(&ret->objects, sizeof(struct object), MAX_OBJECTS);
    vec_init(&ret->registry, sizeof(struct registered), MAX_OBJECTS);
    if (s->engine->query(s, s->engine->dialect->objects, NO_CELLS, take_object, ret, e) &&
        read_registry(s, ret, e) &&
        check_foreign(s, ret, e))
        return true;
    live_done(ret);
    return false;
}
