/* Ddl: see ddl.h. */
#include "store/ddl.h"

#include <string.h>

static bool run(struct store *s, struct str *sql, struct err *e)
{
    bool ok = db_may_write(s, e) &&
              (str_ok(sql) || err_set(e, ERR_BUG, "a statement is too long")) &&
              s->engine->exec(s, str_z(sql), NO_CELLS, NULL, e);
    str_done(sql);
    return ok;
}

static void add_column(
    const struct store *s, struct str *to, const struct table *t, const struct column *c)
{
    sql_column(s, to, c->name);
    str_addc(to, ' ');
    s->engine->dialect->type(to, t, c);
}

static void add_reference(const struct store *s, struct str *to, const struct column *c)
{
    str_addz(to, " REFERENCES ");
    sql_name(s, to, c->to_table);
    str_addz(to, " (");
    sql_column(s, to, c->to_column);
    str_addc(to, ')');
}

static void add_key(const struct store *s, struct str *to, const struct column *c)
{
    str_addz(to, "FOREIGN KEY (");
    sql_column(s, to, c->name);
    str_addc(to, ')');
    add_reference(s, to, c);
}

static void add_keys(const struct store *s, struct str *to, const struct table *t)
{
    str_addz(to, ",\n  PRIMARY KEY (");
    for (size_t i = 0; i < t->key_n; i++) {
        str_addz(to, i == 0 ? "" : ", ");
        sql_column(s, to, t->columns[i].name);
    }
    str_addc(to, ')');
    for (size_t i = 0; s->foreign_keys && i < t->n; i++)
        if (t->columns[i].to_table != NULL) {
            str_addz(to, ",\n  ");
            add_key(s, to, &t->columns[i]);
        }
}

static void add_index_columns(const struct store *s, struct str *to, const struct index *ix)
{
    const struct table *t = schema_find(&s->schema, ix->table);
    for (size_t i = 0; i < INDEX_MAX_COLUMNS && ix->columns[i] != NULL; i++) {
        str_addz(to, i == 0 ? " (" : ", ");
        s->engine->dialect->index_column(to, table_column(t, ix->columns[i]));
    }
    str_addc(to, ')');
}

static void add_indexes(struct store *s, struct str *to, const struct table *t)
{
    for (const struct index *ix = plain_indexes; ix->table != NULL; ix++)
        if (strcmp(ix->table, t->name) == 0) {
            str_addz(to, ix->unique ? ",\n  UNIQUE INDEX " : ",\n  INDEX ");
            sql_name(s, to, ddl_index_name(&s->scratch, ix).p);
            add_index_columns(s, to, ix);
        }
}

static bool create_indexes(struct store *s, const struct table *t, struct err *e)
{
    for (const struct index *ix = plain_indexes; ix->table != NULL; ix++)
        if (strcmp(ix->table, t->name) == 0 && !ddl_create_index(s, ix, e))
            return false;
    return true;
}

bool ddl_create_table(struct store *s, const struct table *t, bool indexes, struct err *e)
{
    bool inside = s->engine->dialect->indexes_inside;
    struct str sql;
    str_init(&sql, SQL_MAX);
    str_addz(&sql, "CREATE TABLE ");
    sql_name(s, &sql, t->name);
    for (size_t i = 0; i < t->n; i++) {
        str_addz(&sql, i == 0 ? " (\n  " : ",\n  ");
        add_column(s, &sql, t, &t->columns[i]);
        str_addz(&sql, (t->columns[i].flags & COL_REQUIRED) != 0 ? " NOT NULL" : "");
    }
    add_keys(s, &sql, t);
    if (indexes && inside)
        add_indexes(s, &sql, t);
    str_addz(&sql, "\n)");
    s->engine->dialect->table_tail(&sql, t);
    return run(s, &sql, e) && (!indexes || inside || create_indexes(s, t, e));
}

void ddl_add_key(const struct store *s, struct str *to, const struct column *c)
{
    str_addz(to, "ADD ");
    add_key(s, to, c);
}

bool ddl_add_column(struct store *s, const struct table *t, const struct column *c, struct err *e)
{
    struct str sql;
    str_init(&sql, SQL_MAX);
    str_addz(&sql, "ALTER TABLE ");
    sql_name(s, &sql, t->name);
    str_addz(&sql, " ADD COLUMN ");
    add_column(s, &sql, t, c);
    if (s->foreign_keys && c->to_table != NULL && !s->engine->dialect->references_apart) {
        add_reference(s, &sql, c);
    } else if (s->foreign_keys && c->to_table != NULL) {
        str_addz(&sql, ", ");
        ddl_add_key(s, &sql, c);
    }
    return run(s, &sql, e);
}

struct view ddl_index_name(struct arena *a, const struct index *ix)
{
    return arena_print(a, "ix_%s_%s", ix->table, ix->columns[0]);
}

const struct index *ddl_find_index(const char *table, const char *column)
{
    for (const struct index *ix = plain_indexes; ix->table != NULL; ix++)
        if (strcmp(ix->table, table) == 0 && strcmp(ix->columns[0], column) == 0)
            return ix;
    return NULL;
}

bool ddl_create_index(struct store *s, const struct index *ix, struct err *e)
{
    return ddl_create_index_as(s, ix, ddl_index_name(&s->scratch, ix).p, e);
}

void ddl_print_index(
    const struct store *s, struct str *to, const struct index *ix, const char *name)
{
    str_addz(to, ix->unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ");
    sql_name(s, to, name);
    str_addz(to, " ON ");
    sql_name(s, to, ix->table);
    add_index_columns(s, to, ix);
}

bool ddl_create_index_as(struct store *s, const struct index *ix, const char *name, struct err *e)
{
    struct str sql;
    str_init(&sql, SQL_MAX);
    ddl_print_index(s, &sql, ix, name);
    return run(s, &sql, e);
}

bool ddl_drop_index(struct store *s, const struct index *ix, struct err *e)
{
    struct str index, table, sql;
    str_init(&index, 1000);
    str_init(&table, 1000);
    str_init(&sql, SQL_MAX);
    sql_name(s, &index, ddl_index_name(&s->scratch, ix).p);
    sql_name(s, &table, ix->table);
    s->engine->dialect->drop_index(&sql, str_view(&index), str_view(&table));
    str_done(&index);
    str_done(&table);
    return run(s, &sql, e);
}
