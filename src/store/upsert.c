/* Upsert: see upsert.h. */
#include "store/upsert.h"

static void add_columns(const struct store *s, struct str *to, const char *const *columns, size_t n,
    const char *between)
{
    for (size_t i = 0; i < n; i++) {
        str_addz(to, i == 0 ? "" : between);
        sql_column(s, to, columns[i]);
    }
}

static const char *keep(struct store *s, struct str *sql)
{
    const char *kept = arena_dup(&s->arena, str_view(sql)).p;
    str_done(sql);
    return kept;
}

void upsert_put(struct store *s, const struct table *t, const char *const *columns, size_t n,
    enum put_kind kind, struct put *ret)
{
    struct str names, head, tail, one;
    str_init(&names, SQL_MAX);
    str_init(&head, SQL_MAX);
    str_init(&tail, SQL_MAX);
    str_init(&one, SQL_MAX);
    str_addc(&names, '(');
    add_columns(s, &names, columns, n, ", ");
    str_addc(&names, ')');
    *ret = (struct put){.table = t, .kind = kind, .width = n};
    ret->columns = keep(s, &names);
    str_addz(&head, "INSERT INTO ");
    sql_name(s, &head, t->name);
    str_addf(&head, " %s", ret->columns);
    s->engine->dialect->upsert_tail(&tail, &(struct upsert){t, columns, n, kind});
    str_add(&one, str_view(&head));
    for (size_t i = 0; i < n; i++)
        str_addz(&one, i == 0 ? " VALUES (?" : ", ?");
    str_addz(&one, ") ");
    str_add(&one, str_view(&tail));
    ret->head = keep(s, &head);
    ret->tail = keep(s, &tail);
    ret->one = keep(s, &one);
}

static size_t names_of(const struct table *t, const char *ret[TABLE_MAX_COLUMNS])
{
    for (size_t i = 0; i < t->n; i++)
        ret[i] = t->columns[i].name;
    return t->n;
}

const struct put *upsert_put_all(struct store *s, const struct table *t, enum put_kind kind)
{
    size_t at = (size_t)(t - (const struct table *)s->schema.tables.items);
    const char *names[TABLE_MAX_COLUMNS];
    if (s->puts == NULL)
        s->puts = arena_take_array(&s->arena, s->schema.tables.n * PUT_KINDS, sizeof *s->puts);
    struct put *p = &s->puts[at * PUT_KINDS + kind];
    if (s->shadow != NULL) /* names differ, for once */
        p = arena_take(&s->arena, sizeof *p);
    if (p->one == NULL)
        upsert_put(s, t, names, names_of(t, names), kind, p);
    return p;
}

static size_t names_of_layout(const struct layout *l, const char *ret[TABLE_MAX_COLUMNS])
{
    for (size_t i = 0; i < l->n; i++)
        ret[i] = l->columns[i].name;
    return l->n;
}

static void order_by_key(const struct store *s, struct str *to, const struct table *t)
{
    str_addz(to, " ORDER BY ");
    for (size_t i = 0; i < t->key_n; i++) {
        str_addz(to, i == 0 ? "" : ", ");
        s->engine->dialect->by_bytes(to, &t->columns[i]);
    }
}

/* Rows of one record; of the list alone where it shares its table. */
static const char *select_of(struct store *s, const struct layout *l, const struct list *list)
{
    const char *names[TABLE_MAX_COLUMNS];
    struct str sql;
    str_init(&sql, SQL_MAX);
    str_addz(&sql, "SELECT ");
    add_columns(s, &sql, names, names_of_layout(l, names), ", ");
    str_addz(&sql, " FROM ");
    sql_name(s, &sql, l->table);
    str_addz(&sql, " WHERE ");
    sql_column(s, &sql, "tmdb_id");
    str_addz(&sql, " = ?");
    if (list->fixed != NULL) {
        str_addz(&sql, " AND ");
        sql_column(s, &sql, list->fixed);
        str_addz(&sql, " = ?");
    }
    order_by_key(s, &sql, schema_find(&s->schema, l->table));
    return keep(s, &sql);
}

static const char *remove_of(struct store *s, const struct layout *l)
{
    const char *names[TABLE_MAX_COLUMNS];
    struct str sql;
    (void)names_of_layout(l, names);
    str_init(&sql, SQL_MAX);
    str_addz(&sql, "DELETE FROM ");
    sql_name(s, &sql, l->table);
    str_addz(&sql, " WHERE ");
    add_columns(s, &sql, names, l->key_n, " = ? AND ");
    str_addz(&sql, " = ?");
    return keep(s, &sql);
}

/* The record itself: its layout, then fetched_at, section_hashes and content. gone_at is not
 * touched. */
static void shape_movie(struct store *s)
{
    struct shape *m = &s->movie;
    const char *names[TABLE_MAX_COLUMNS];
    layout_of_movie(&m->layout);
    size_t n = names_of_layout(&m->layout, names);
    struct str sql;
    str_init(&sql, SQL_MAX);
    str_addz(&sql, "SELECT ");
    add_columns(s, &sql, names, n, ", ");
    str_addz(&sql, ", fetched_at, gone_at, section_hashes, content FROM ");
    sql_name(s, &sql, m->layout.table);
    str_addz(&sql, " WHERE tmdb_id IN (%)");
    m->select = keep(s, &sql);
    names[n++] = "fetched_at";
    names[n++] = "section_hashes";
    names[n++] = "content";
    upsert_put(s, schema_find(&s->schema, m->layout.table), names, n, PUT_ROW, &m->put);
}

static void shape_list(struct store *s, size_t i)
{
    const struct list *list = &tmdb_lists[i];
    struct shape *l = &s->lists[i], *own = &s->own[i];
    const char *names[TABLE_MAX_COLUMNS];
    layout_of_list(list, &l->layout);
    size_t n = names_of_layout(&l->layout, names);
    l->present = true;
    l->select = select_of(s, &l->layout, list);
    l->remove = remove_of(s, &l->layout);
    const struct table *t = schema_find(&s->schema, l->layout.table);
    upsert_put(s, t, names, n, PUT_ROW, &l->put);
    for (size_t c = 0; c < n; c++)
        l->in_table[c] = (size_t)(table_column(t, names[c]) - t->columns);
    own->present = layout_of_own(list, &own->layout);
}

void upsert_shapes(struct store *s)
{
    shape_movie(s);
    for (size_t i = 0; i < TMDB_LIST_COUNT; i++)
        shape_list(s, i);
}

static bool may_put(
    const struct store *s, const struct put *p, const struct row_set *rows, struct err *e)
{
    if (rows->n > 0 && rows->width != p->width)
        return err_set(
            e, ERR_BUG, "rows of %zu cells for %zu columns: %s", rows->width, p->width, p->head);
    return db_may_write(s, e);
}

bool db_put(struct store *s, const struct put *p, const struct row_set *rows, struct err *e)
{
    return may_put(s, p, rows, e) && (rows->n == 0 || s->engine->put_rows(s, p, rows, e));
}

bool db_put_new(struct store *s, const struct put *p, const struct row_set *rows, struct err *e)
{
    if (s->engine->put_new == NULL)
        return db_put(s, p, rows, e);
    return may_put(s, p, rows, e) && (rows->n == 0 || s->engine->put_new(s, p, rows, e));
}

bool db_put_aside(struct store *s, const struct put *p, const struct row_set *rows, struct err *e)
{
    if (s->engine->put_aside == NULL)
        return db_put(s, p, rows, e);
    return may_put(s, p, rows, e) && (rows->n == 0 || s->engine->put_aside(s, p, rows, e));
}

bool db_bring_in(struct store *s, struct err *e)
{
    return s->engine->bring_in == NULL || s->engine->bring_in(s, e);
}

bool db_put_row(struct store *s, const char *table, enum put_kind kind, const struct cell *cells,
    size_t n, struct err *e)
{
    struct cell copy[TABLE_MAX_COLUMNS];
    if (n > TABLE_MAX_COLUMNS)
        return err_set(e, ERR_BUG, "%zu cells for table %s", n, table);
    memcpy(copy, cells, n * sizeof *copy);
    const struct put *p = upsert_put_all(s, schema_find(&s->schema, table), kind);
    return db_put(s, p, &(struct row_set){copy, n, 1}, e);
}

struct view upsert_select_all(
    struct store *s, const struct table *t, unsigned without, struct arena *a)
{
    struct str sql;
    size_t n = 0;
    str_init(&sql, SQL_MAX);
    str_addz(&sql, "SELECT ");
    for (size_t i = 0; i < t->n; i++)
        if ((t->columns[i].flags & without) == 0) {
            str_addz(&sql, n++ == 0 ? "" : ", ");
            sql_column(s, &sql, t->columns[i].name);
        }
    str_addz(&sql, " FROM ");
    sql_name(s, &sql, t->name);
    order_by_key(s, &sql, t);
    struct view v = arena_dup(a, str_view(&sql));
    str_done(&sql);
    return v;
}
