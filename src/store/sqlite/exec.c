/* Statements: prepared once, kept by their text, bound from cells, rows given as cells. */
#include "store/sqlite/fill.h"
#include "store/sqlite/rows.h"

#include "base/map.h"
#include "base/mem.h"
#include "store/sql.h"

#include <string.h>

enum { MAX_COLUMNS = 64 };

static void forget(struct statement *st)
{
    (void)sqlite3_finalize(st->stmt);
    mem_free(st->sql);
    *st = (struct statement){0};
}

void sqlite_forget_statements(struct sqlite *q)
{
    for (size_t i = 0; i < STATEMENTS; i++)
        forget(&q->statements[i]);
}

static bool prepare(
    const struct sqlite *q, const char *sql, unsigned flags, sqlite3_stmt **ret, struct err *e)
{
    int rc = sqlite3_prepare_v3(q->db, sql, -1, flags, ret, NULL);
    return rc == SQLITE_OK || sqlite_fail(q, rc, "cannot prepare a statement", e);
}

/* The statement for `sql`, kept in its slot. Queries do not nest (engine.h), so a slot in use is a
 * defect. */
static struct statement *get(struct sqlite *q, const char *sql, struct err *e)
{
    struct view text = view_of(sql);
    struct statement *st = &q->statements[hash_bytes(text) % STATEMENTS];
    if (st->busy) {
        err_set(e, ERR_BUG, "a query was begun inside a query: %s", sql);
        return NULL;
    }
    if (st->sql == NULL || strcmp(st->sql, sql) != 0) {
        forget(st);
        if (!prepare(q, sql, SQLITE_PREPARE_PERSISTENT, &st->stmt, e))
            return NULL;
        st->sql = mem_alloc(text.n + 1);
        memcpy(st->sql, sql, text.n);
    }
    st->busy = true;
    return st;
}

/* Texts are borrowed until then, so bindings are cleared. */
static void put_back(struct statement *st)
{
    (void)sqlite3_reset(st->stmt);
    (void)sqlite3_clear_bindings(st->stmt);
    st->busy = false;
}

static int bind_cell(sqlite3_stmt *stmt, int at, const struct cell *c)
{
    switch (c->kind) {
    case CELL_INT:
        return sqlite3_bind_int64(stmt, at, c->i);
    case CELL_REAL:
        return sqlite3_bind_double(stmt, at, c->r);
    case CELL_TEXT:
        return sqlite3_bind_text64(stmt, at, c->text.p, c->text.n, SQLITE_STATIC, SQLITE_UTF8);
    case CELL_NULL:
        break;
    }
    return sqlite3_bind_null(stmt, at);
}

static bool bind_all(
    const struct sqlite *q, sqlite3_stmt *stmt, const struct cell *args, size_t n, struct err *e)
{
    int rc = SQLITE_OK;
    if (sqlite3_bind_parameter_count(stmt) != (int)n)
        return err_set(e, ERR_BUG, "%zu values for: %s", n, sqlite3_sql(stmt));
    for (size_t i = 0; rc == SQLITE_OK && i < n; i++)
        rc = bind_cell(stmt, (int)i + 1, &args[i]);
    return rc == SQLITE_OK || sqlite_fail(q, rc, "cannot bind a value", e);
}

/* Steps to the end; rows that come are dropped. */
static bool step_all(const struct sqlite *q, sqlite3_stmt *stmt, struct err *e)
{
    int rc;
    do {
        rc = sqlite3_step(stmt);
    } while (rc == SQLITE_ROW);
    return rc == SQLITE_DONE || sqlite_fail(q, rc, "cannot write", e);
}

bool sqlite_exec(struct store *s, const char *sql, const struct cell *args, size_t n,
    int64_t *ret_rows, struct err *e)
{
    struct sqlite *q = sqlite_of(s);
    struct statement *st = get(q, sql, e);
    if (st == NULL)
        return false;
    bool ok = bind_all(q, st->stmt, args, n, e) && step_all(q, st->stmt, e);
    put_back(st);
    if (ok && ret_rows != NULL)
        *ret_rows = sqlite3_changes64(q->db);
    return ok;
}

bool sqlite_exec_rows(struct store *s, const char *sql, const struct row_set *rows, struct err *e)
{
    struct sqlite *q = sqlite_of(s);
    struct statement *st = get(q, sql, e);
    bool ok = st != NULL;
    for (size_t i = 0; ok && i < rows->n; i++) {
        ok = bind_all(q, st->stmt, row_set_at(rows, i), rows->width, e) && step_all(q, st->stmt, e);
        (void)sqlite3_reset(st->stmt);
    }
    if (st != NULL)
        put_back(st);
    return ok;
}

static bool put_given(struct sqlite *q, const char *sql, struct err *e)
{
    struct statement *st = get(q, sql, e);
    if (st == NULL)
        return false;
    bool ok = step_all(q, st->stmt, e);
    put_back(st);
    return ok;
}

bool sqlite_put_rows(
    struct store *s, const struct put *p, const struct row_set *rows, struct err *e)
{
    struct sqlite *q = sqlite_of(s);
    struct str sql;
    bool taken = false;
    if (q->fill != NULL && !fill_rows(q->fill, p, rows, &taken, e))
        return false;
    if (taken)
        return true;
    if (rows->n == 1)
        return sqlite_exec(s, p->one, rows->cells, rows->width, NULL, e);
    if (rows->width != p->width)
        return err_set(e, ERR_BUG, "%zu values for: %s", rows->width, p->one);
    str_init(&sql, SQL_MAX);
    rows_print(&sql, p);
    q->given = rows;
    bool ok = put_given(q, str_z(&sql), e);
    q->given = NULL;
    str_done(&sql);
    return ok;
}

static struct cell column(sqlite3_stmt *stmt, int at)
{
    switch (sqlite3_column_type(stmt, at)) {
    case SQLITE_INTEGER:
        return cell_int(sqlite3_column_int64(stmt, at));
    case SQLITE_FLOAT:
        return cell_real(sqlite3_column_double(stmt, at));
    case SQLITE_NULL:
        return cell_null();
    default: {
        const char *p = (const char *)sqlite3_column_text(stmt, at);
        return cell_text((struct view){p, (size_t)sqlite3_column_bytes(stmt, at)});
    }
    }
}

static bool give_rows(
    const struct sqlite *q, sqlite3_stmt *stmt, row_fn *row, void *payload, struct err *e)
{
    struct cell cells[MAX_COLUMNS];
    int n = sqlite3_column_count(stmt), rc;
    if (n > MAX_COLUMNS)
        return err_set(e, ERR_BUG, "a query of %d columns", n);
    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        for (int i = 0; i < n; i++)
            cells[i] = column(stmt, i);
        if (!row(payload, cells, (size_t)n, e))
            return false;
    }
    return rc == SQLITE_DONE || sqlite_fail(q, rc, "cannot read", e);
}

bool sqlite_query(struct store *s, const char *sql, const struct cell *args, size_t n, row_fn *row,
    void *payload, struct err *e)
{
    struct sqlite *q = sqlite_of(s);
    struct statement *st = get(q, sql, e);
    if (st == NULL)
        return false;
    bool ok = bind_all(q, st->stmt, args, n, e) && give_rows(q, st->stmt, row, payload, e);
    put_back(st);
    return ok;
}

bool sqlite_run(const struct sqlite *q, const char *sql, const char *what, struct err *e)
{
    int rc = sqlite3_exec(q->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK || sqlite_fail(q, rc, what, e);
}
