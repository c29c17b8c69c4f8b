/* SQLite's dialect. Tables are STRICT; those without a single integer key are WITHOUT ROWID, so
 * that rows lie in the order of their key: all children of a movie side by side. Texts compare by
 * bytes by default. */
#include "store/sqlite/db.h"

static void add_name(struct str *to, struct view identifier)
{
    str_addc(to, '"');
    str_add(to, identifier);
    str_addc(to, '"');
}

static void add_type(struct str *to, const struct table *t, const struct column *c)
{
    (void)t;
    switch (c->type) {
    case FIELD_BOOL:
    case FIELD_INT:
    case FIELD_INSTANT:
        str_addz(to, "INTEGER");
        break;
    case FIELD_REAL:
        str_addz(to, "REAL");
        break;
    case FIELD_TEXT:
    case FIELD_DATE:
    case FIELD_JSON:
        str_addz(to, "TEXT");
        break;
    }
}

static void add_table_tail(struct str *to, const struct table *t)
{
    str_addz(to, sqlite_has_rowid(t) ? " STRICT" : " STRICT, WITHOUT ROWID");
}

static void add_column_name(struct str *to, const struct column *c)
{
    add_name(to, view_of(c->name));
}

static void add_drop_index(struct str *to, struct view index, struct view table)
{
    (void)table;
    str_addz(to, "DROP INDEX ");
    str_add(to, index);
}

/* "c" = excluded."c", or with fetched_at deciding, and a value that is known over none. */
static void add_assignment(struct str *to, const char *column, enum put_kind kind)
{
    if (kind == PUT_NEWER)
        str_addf(to,
            "\"%s\" = CASE WHEN excluded.fetched_at >= fetched_at THEN coalesce(excluded.\"%s\", "
            "\"%s\")"
            " ELSE coalesce(\"%s\", excluded.\"%s\") END",
            column, column, column, column, column);
    else
        str_addf(to, "\"%s\" = excluded.\"%s\"", column, column);
}

static void add_upsert_tail(struct str *to, const struct upsert *u)
{
    size_t key_n = u->table->key_n;
    if (u->kind == PUT_NEW || u->n == key_n) {
        str_addz(to, "ON CONFLICT DO NOTHING");
        return;
    }
    for (size_t i = 0; i < key_n; i++) {
        str_addz(to, i == 0 ? "ON CONFLICT (" : ", ");
        add_name(to, view_of(u->columns[i]));
    }
    for (size_t i = key_n; i < u->n; i++) {
        str_addz(to, i == key_n ? ") DO UPDATE SET " : ", ");
        add_assignment(to, u->columns[i], u->kind);
    }
}

static void add_concat(struct str *to, const char *text, const char *column)
{
    str_addf(to, "'%s' || %s", text, column);
}

/* group_concat takes the values in the order the inner query gives them; ORDER BY inside it came
 * with 3.44. */
static void add_join_texts(
    struct str *to, const char *expr, const char *from, const char *order, int limit)
{
    str_addf(
        to, "(SELECT group_concat(x, ', ') FROM (SELECT %s AS x %s ORDER BY %s", expr, from, order);
    if (limit > 0)
        str_addf(to, " LIMIT %d", limit);
    str_addz(to, "))");
}

const struct dialect sqlite_dialect = {
    .now = "CAST(strftime('%s', 'now') AS INTEGER)",
    .for_update = "",
    .objects = "SELECT type, name, tbl_name FROM main.sqlite_schema"
               " WHERE type IN ('table', 'view', 'index')",
    .columns = "SELECT name FROM pragma_table_info(?)",
    .name = add_name,
    .type = add_type,
    .table_tail = add_table_tail,
    .index_column = add_column_name,
    .drop_index = add_drop_index,
    .upsert_tail = add_upsert_tail,
    .by_bytes = add_column_name,
    .concat = add_concat,
    .join_texts = add_join_texts,
};
