/* The dialect that MySQL 8.0, MariaDB 10.6 and their kin share. Texts are utf8mb4 and compare by
 * bytes (utf8mb4_bin, which every one of them has), whatever the server's or the database's
 * defaults are. */
#include "store/mysql/server.h"

#include <string.h>

enum { VARCHAR_MAX = 1000, INDEXED = 191 /* code points of a text in an index */ };

static void add_name(struct str *to, struct view identifier)
{
    str_addc(to, '`');
    str_add(to, identifier);
    str_addc(to, '`');
}

/* Columns that refer to one another must have the same type, so keys are never smaller than INT. */
static void add_integer(struct str *to, const struct table *t, const struct column *c)
{
    bool is_key = column_is_key(t, c) || c->to_table != NULL;
    if (c->max > INT32_MAX)
        str_addz(to, "BIGINT");
    else if (c->max > INT16_MAX || is_key)
        str_addz(to, "INT");
    else
        str_addz(to, "SMALLINT");
}

static void add_text(struct str *to, const struct column *c)
{
    if (c->max > 0 && c->max <= VARCHAR_MAX && (c->flags & F_LONG) == 0)
        str_addf(to, "VARCHAR(%lld)", (long long)c->max);
    else
        str_addz(to, "MEDIUMTEXT");
}

/* A rating is one of ten halves: FLOAT holds it exactly, and prints it as people write it. */
static void add_real(struct str *to, const struct table *t)
{
    str_addz(to, strcmp(t->name, "ratings") == 0 ? "FLOAT" : "DOUBLE");
}

static void add_type(struct str *to, const struct table *t, const struct column *c)
{
    switch (c->type) {
    case FIELD_BOOL:
        str_addz(to, "TINYINT");
        break;
    case FIELD_INT:
        add_integer(to, t, c);
        break;
    case FIELD_INSTANT:
        str_addz(to, "BIGINT");
        break;
    case FIELD_REAL:
        add_real(to, t);
        break;
    case FIELD_TEXT:
        add_text(to, c);
        break;
    case FIELD_DATE:
        str_addz(to, "DATE");
        break;
    case FIELD_JSON:
        str_addz(to, "MEDIUMTEXT");
        break;
    }
}

static void add_table_tail(struct str *to, const struct table *t)
{
    (void)t;
    str_addz(
        to, " ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin");
}

static void add_index_column(struct str *to, const struct column *c)
{
    bool is_text = c->type == FIELD_TEXT || c->type == FIELD_JSON;
    add_name(to, view_of(c->name));
    if (is_text && (c->max > INDEXED || c->max == 0 || (c->flags & F_LONG) != 0))
        str_addf(to, "(%d)", INDEXED);
}

static void add_drop_index(struct str *to, struct view index, struct view table)
{
    str_addz(to, "DROP INDEX ");
    str_add(to, index);
    str_addz(to, " ON ");
    str_add(to, table);
}

static void add_by_bytes(struct str *to, const struct column *c)
{
    add_name(to, view_of(c->name));
}

static bool has_unique_index(const struct table *t)
{
    for (const struct index *ix = plain_indexes; ix->table != NULL; ix++)
        if (ix->unique && strcmp(ix->table, t->name) == 0)
            return true;
    return false;
}

/* ON DUPLICATE KEY means any unique key. Where a table has another than its primary key, a row with
 * a new primary key and an old value there must be an error, not an update of the other row: NULL
 * in a key column is one. */
static void add_key_guard(struct str *to, const struct upsert *u)
{
    const char *key = u->columns[0];
    str_addf(to, "`%s` = IF(`%s` = VALUES(`%s`), `%s`, NULL), ", key, key, key, key);
}

static void add_assignment(struct str *to, const char *column, bool newer)
{
    if (newer)
        str_addf(to,
            "`%s` = IF(VALUES(`fetched_at`) >= `fetched_at`, coalesce(VALUES(`%s`), `%s`),"
            " coalesce(`%s`, VALUES(`%s`)))",
            column, column, column, column, column);
    else
        str_addf(to, "`%s` = VALUES(`%s`)", column, column);
}

/* Assignments are made from left to right, each seeing those before it: `fetched_at`, which the
 * others look at, comes last, as it does in the columns (upsert.c). */
static void add_upsert_tail(struct str *to, const struct upsert *u)
{
    size_t key_n = u->table->key_n;
    str_addz(to, "ON DUPLICATE KEY UPDATE ");
    if (u->kind == PUT_NEW || u->n == key_n) {
        str_addf(to, "`%s` = `%s`", u->columns[0], u->columns[0]);
        return;
    }
    if (has_unique_index(u->table))
        add_key_guard(to, u);
    for (size_t i = key_n; i < u->n; i++) {
        str_addz(to, i == key_n ? "" : ", ");
        add_assignment(to, u->columns[i], u->kind == PUT_NEWER);
    }
}

static void add_concat(struct str *to, const char *text, const char *column)
{
    str_addf(to, "concat('%s', %s)", text, column);
}

/* The first few: cut off behind a character that no name contains, for a subquery with LIMIT cannot
 * see the outer query here. */
static void add_join_texts(
    struct str *to, const char *expr, const char *from, const char *order, int limit)
{
    if (limit == 0) {
        str_addf(to, "(SELECT group_concat(%s ORDER BY %s SEPARATOR ', ') %s)", expr, order, from);
        return;
    }
    str_addf(to,
        "(SELECT replace(substring_index(group_concat(%s ORDER BY %s SEPARATOR '\x1f'), '\x1f', "
        "%d),"
        " '\x1f', ', ') %s)",
        expr, order, limit, from);
}

/* Index names belong to their table: the shadows of a load (shadow.c) have the same ones as what
 * they will replace. */
static const char objects[] =
    "SELECT table_type, table_name, table_name FROM information_schema.tables"
    " WHERE table_schema = DATABASE()"
    " UNION ALL SELECT DISTINCT 'INDEX', index_name, table_name FROM information_schema.statistics"
    " WHERE table_schema = DATABASE() AND index_name <> 'PRIMARY'"
    " AND table_name NOT LIKE '%etl\\_new\\_%' AND table_name NOT LIKE '%etl\\_old\\_%'";

const struct dialect server_dialect = {
    .now = "UNIX_TIMESTAMP()",
    .for_update = " FOR UPDATE",
    .objects = objects,
    .columns = "SELECT column_name FROM information_schema.columns"
               " WHERE table_schema = DATABASE() AND table_name = ?",
    .updates_joined = true,
    .references_apart = true,
    .indexes_inside = true,
    .name = add_name,
    .type = add_type,
    .table_tail = add_table_tail,
    .index_column = add_index_column,
    .drop_index = add_drop_index,
    .upsert_tail = add_upsert_tail,
    .by_bytes = add_by_bytes,
    .concat = add_concat,
    .join_texts = add_join_texts,
};
