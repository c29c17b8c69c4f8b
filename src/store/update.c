/* Update: many rows of one table, each found by its key; see db_update in upsert.h.
 *
 * An embedded database runs one prepared statement per row. A server joins the table with the rows
 * as a table of their own, a few hundred at a time: that saves the way there and back, and is three
 * to five times faster. */
#include "store/upsert.h"

enum { ROWS_PER_JOIN = 250 };

static const char *one_by_one(
    struct store *s, const char *table, const char *const *columns, size_t n)
{
    struct str sql;
    str_init(&sql, SQL_MAX);
    str_addz(&sql, "UPDATE ");
    sql_name(s, &sql, table);
    for (size_t i = 0; i < n; i++) {
        str_addz(&sql, i == 0 ? " SET " : i + 1 < n ? ", " : " WHERE ");
        sql_column(s, &sql, columns[i]);
        str_addz(&sql, " = ?");
    }
    const char *kept = arena_dup(&s->scratch, str_view(&sql)).p;
    str_done(&sql);
    return kept;
}

/* "UPDATE t JOIN (SELECT ? AS c0, ? AS c1 UNION ALL SELECT ?, ? ...) v ON t.key = v.c1 SET t.column
 * = v.c0" */
static void add_join(struct store *s, struct str *to, const char *table, const char *const *columns,
    const struct row_set *rows)
{
    size_t n = rows->width;
    str_addz(to, "UPDATE ");
    sql_name(s, to, table);
    for (size_t row = 0; row < rows->n; row++) {
        str_addz(to, row == 0 ? " t JOIN (SELECT " : " UNION ALL SELECT ");
        for (size_t i = 0; i < n; i++)
            if (row == 0)
                str_addf(to, "%s? AS c%zu", i == 0 ? "" : ", ", i);
            else
                str_addz(to, i == 0 ? "?" : ",?");
    }
    str_addz(to, ") v ON t.");
    sql_column(s, to, columns[n - 1]);
    str_addf(to, " = v.c%zu", n - 1);
    for (size_t i = 0; i + 1 < n; i++) {
        str_addz(to, i == 0 ? " SET t." : ", t.");
        sql_column(s, to, columns[i]);
        str_addf(to, " = v.c%zu", i);
    }
}

static bool joined(struct store *s, const char *table, const char *const *columns,
    const struct row_set *rows, struct err *e)
{
    struct str sql;
    bool ok = true;
    str_init(&sql, SQL_MAX);
    for (size_t at = 0; ok && at < rows->n; at += ROWS_PER_JOIN) {
        size_t some = rows->n - at < ROWS_PER_JOIN ? rows->n - at : ROWS_PER_JOIN;
        struct row_set part = {row_set_at(rows, at), rows->width, some};
        str_clear(&sql);
        add_join(s, &sql, table, columns, &part);
        ok = s->engine->exec(s, str_z(&sql), part.cells, some * part.width, NULL, e);
    }
    str_done(&sql);
    return ok;
}

bool db_update(struct store *s, const char *table, const char *const *columns,
    const struct row_set *rows, struct err *e)
{
    if (!db_may_write(s, e) || rows->n == 0)
        return rows->n == 0;
    if (s->engine->dialect->updates_joined)
        return joined(s, table, columns, rows, e);
    return s->engine->exec_rows(s, one_by_one(s, table, columns, rows->width), rows, e);
}

bool db_update_ids(struct store *s, const char *table, const char *column, const char *key,
    const struct id_pair *pairs, size_t n, struct err *e)
{
    enum { WIDTH = 2 };
    const char *const columns[WIDTH] = {column, key};
    struct arena a; /* the store's scratch is the caller's */
    arena_init(&a);
    struct row_set rows = {arena_take_array(&a, n * WIDTH + 1, sizeof(struct cell)), WIDTH, n};
    for (size_t i = 0; i < n; i++) {
        row_set_at(&rows, i)[0] = cell_of_id(pairs[i].to);
        row_set_at(&rows, i)[1] = cell_int(pairs[i].id);
    }
    bool ok = db_update(s, table, columns, &rows, e);
    arena_done(&a);
    return ok;
}
