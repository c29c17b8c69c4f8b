/* Indexes that are made after a first load, with what depends on them: InnoDB looks a foreign key
 * up in an index, so those of a table's rows to the things they name (people, providers) go and
 * come with it. Each is one statement, so that a missing index is the note of a missing key as
 * well.
 *
 * A key comes back without being checked row by row, which would copy the table: the index that was
 * just sorted says in moments which things are named at all. That index has a name of its own until
 * then; who was cut off in between goes on there. */
#include "store/mysql/late.h"

#include "base/log.h"
#include "store/ddl.h"

#include <string.h>

#define NOT_YET "ix_late"

/* Whether the column refers to something that many records name. Rows of records themselves are
 * written with their record, in one transaction. */
static bool names_thing(const struct column *c)
{
    return c->to_table != NULL && strcmp(c->to_table, "tmdb_movies") != 0;
}

bool server_is_late(const struct table *t)
{
    for (const struct index *ix = plain_indexes; ix->table != NULL; ix++)
        if (ix->late && strcmp(ix->table, t->name) == 0)
            return true;
    for (size_t i = 0; i < t->n; i++)
        if (names_thing(&t->columns[i]))
            return false;
    return true;
}

static bool has_index(
    struct store *s, const struct table *t, struct view bare, bool *ret, struct err *e)
{
    int64_t n = 0;
    struct view table = sql_bare_name(s, &s->scratch, t->name);
    bool ok = db_get_ints(s,
        "SELECT count(*) FROM information_schema.statistics WHERE table_schema = DATABASE()"
        " AND table_name = ? AND index_name = ?",
        CELLS(cell_text(table), cell_text(bare)), &n, 1, NULL, e);
    *ret = n > 0;
    return ok;
}

/* ---- away */

static void add_drop(struct str *to, const char *what, struct view name)
{
    str_addf(to, "%s ", what);
    server_dialect.name(to, name);
    str_addz(to, ", ");
}

static bool drop_key(void *payload, const struct cell *c, size_t n, struct err *e)
{
    (void)n;
    (void)e;
    add_drop(payload, "DROP FOREIGN KEY", cell_get_text(&c[0]));
    return true;
}

/* The key, and the index that the server made for it where there was none. */
static bool drop_reference(
    struct store *s, const struct table *t, const struct column *c, struct str *to, struct err *e)
{
    struct view table = sql_bare_name(s, &s->scratch, t->name), column = view_of(c->name);
    bool own = false;
    if (!db_query(s,
            "SELECT constraint_name FROM information_schema.key_column_usage WHERE table_schema ="
            " DATABASE() AND table_name = ? AND column_name = ? AND referenced_table_name IS NOT"
            " NULL",
            CELLS(cell_text(table), cell_text(column)), drop_key, to, e) ||
        !has_index(s, t, column, &own, e))
        return false;
    if (own)
        add_drop(to, "DROP INDEX", column);
    return true;
}

static void begin_alter(struct store *s, struct str *to, const struct table *t)
{
    str_init(to, SQL_MAX);
    str_addz(to, "ALTER TABLE ");
    sql_name(s, to, t->name);
    str_addc(to, ' ');
}

bool server_drop_late(struct store *s, const struct index *ix, struct err *e)
{
    const struct table *t = schema_find(&s->schema, ix->table);
    struct view name = sql_bare_name(s, &s->scratch, ddl_index_name(&s->scratch, ix).p);
    struct str sql;
    bool there = false, ok = has_index(s, t, name, &there, e);
    if (!ok || !there)
        return ok;
    begin_alter(s, &sql, t);
    for (size_t i = 0; ok && i < t->n; i++)
        ok = !names_thing(&t->columns[i]) || drop_reference(s, t, &t->columns[i], &sql, e);
    str_addz(&sql, "DROP INDEX ");
    server_dialect.name(&sql, name);
    ok = ok && server_send(s, str_view(&sql), NULL, e);
    str_done(&sql);
    return ok;
}

/* ---- and back */

static bool has_key(
    struct store *s, const struct table *t, const struct column *c, bool *ret, struct err *e)
{
    int64_t n = 0;
    struct view table = sql_bare_name(s, &s->scratch, t->name);
    bool ok = db_get_ints(s,
        "SELECT count(*) FROM information_schema.key_column_usage WHERE table_schema = DATABASE()"
        " AND table_name = ? AND column_name = ? AND referenced_table_name IS NOT NULL",
        CELLS(cell_text(table), cell_text(view_of(c->name))), &n, 1, NULL, e);
    *ret = n > 0;
    return ok;
}

static bool count_lost(
    struct store *s, const struct table *t, const struct column *c, int64_t *ret, struct err *e)
{
    struct view text = arena_print(&s->scratch,
        "SELECT count(*) FROM (SELECT DISTINCT `%s` AS id FROM {%s} WHERE `%s` IS NOT NULL) named"
        " LEFT JOIN {%s} things ON things.`%s` = named.id WHERE things.`%s` IS NULL",
        c->name, t->name, c->name, c->to_table, c->to_column, c->to_column);
    return db_get_ints(s, text.p, NO_CELLS, ret, 1, NULL, e);
}

/* Whoever took rows away by hand meanwhile has left some that lead nowhere: the server could not
 * have the key then. Or somebody is loading, and has not yet committed what they lead to. */
static bool add_reference(
    struct store *s, const struct table *t, const struct column *c, struct str *to, struct err *e)
{
    int64_t lost = 0;
    bool there = false;
    if (!has_key(s, t, c, &there, e) || there)
        return there;
    if (!count_lost(s, t, c, &lost, e) ||
        (lost > 0 && !(server_begin_alone(s, e) && count_lost(s, t, c, &lost, e))))
        return false;
    if (lost > 0) {
        log_line(LOG_WARNING, "%s is left without a foreign key: %lld values of %s are not in %s",
            t->name, (long long)lost, c->name, c->to_table);
        return true;
    }
    str_addz(to, ", ");
    ddl_add_key(s, to, c);
    return true;
}

bool late_make_index(struct store *s, const struct late_index *l, struct err *e)
{
    const struct table *t = schema_find(&s->schema, l->index->table);
    bool there = false;
    if (!l->keys)
        return ddl_create_index(s, l->index, e);
    return has_index(s, t, sql_bare_name(s, &s->scratch, NOT_YET), &there, e) &&
           (there || ddl_create_index_as(s, l->index, NOT_YET, e));
}

bool late_make_keys(struct store *s, const struct late_index *l, struct err *e)
{
    const struct table *t = schema_find(&s->schema, l->index->table);
    struct str sql;
    if (!l->keys)
        return true;
    begin_alter(s, &sql, t);
    str_addz(&sql, "RENAME INDEX ");
    sql_name(s, &sql, NOT_YET);
    str_addz(&sql, " TO ");
    sql_name(s, &sql, ddl_index_name(&s->scratch, l->index).p);
    bool ok = true;
    for (size_t i = 0; ok && i < t->n; i++)
        ok = !names_thing(&t->columns[i]) || add_reference(s, t, &t->columns[i], &sql, e);
    ok = ok && server_send(s, view_of("SET SESSION foreign_key_checks = 0"), NULL, e) &&
         server_send(s, str_view(&sql), NULL, e) &&
         server_send(s, view_of("SET SESSION foreign_key_checks = 1"), NULL, e);
    str_done(&sql);
    return ok;
}

/* Tables are born with their keys. */
static bool lacks_keys(struct store *s, const struct table *t, bool *ret, struct err *e)
{
    bool ok = true;
    *ret = false;
    for (size_t i = 0; ok && s->foreign_keys && i < t->n; i++) {
        bool there = true;
        ok = !names_thing(&t->columns[i]) || has_key(s, t, &t->columns[i], &there, e);
        *ret = *ret || !there;
    }
    return ok;
}

/* *ret_quick: no rows and no keys, nothing to wait for. */
static bool look_at(
    struct store *s, const struct index *ix, struct late_index *ret, bool *ret_quick, struct err *e)
{
    const struct table *t = schema_find(&s->schema, ix->table);
    struct view any = arena_print(&s->scratch, "SELECT 1 FROM {%s} LIMIT 1", ix->table);
    int64_t one;
    bool rows = false;
    ret->index = ix;
    bool ok = lacks_keys(s, t, &ret->keys, e) &&
              db_get_ints(s, any.p, NO_CELLS, &one, 1, &rows, e);
    *ret_quick = !ret->keys && !rows;
    return ok;
}

bool server_make_late(struct store *s, const struct index *const *indexes, size_t n, struct err *e)
{
    struct late_index *late = arena_take_array(&s->scratch, n, sizeof *late);
    size_t quick_n = 0;
    bool quick, ok = true;
    for (size_t i = 0; ok && i < n; i++) {
        ok = look_at(s, indexes[i], &late[i], &quick, e);
        quick_n += quick;
    }
    if (!ok || quick_n < n)
        return ok && late_make_patiently(s, late, n, e);
    ok = server_remove_orphans(s, e);
    for (size_t i = 0; ok && i < n; i++)
        ok = late_make_index(s, &late[i], e);
    return ok;
}
