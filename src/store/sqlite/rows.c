/* Rows: see rows.h. The table has no name in any schema: it is there wherever its module is. Its
 * content is whatever row set q->given points to while the statement runs; texts are borrowed. */
#include "store/sqlite/rows.h"

#include "base/mem.h"
#include "store/sql.h"

#define MODULE "movie_etl_given_rows"

enum { COLUMNS = 64 };

struct rows_table {
    sqlite3_vtab base;
    const struct sqlite *q;
};

struct rows_cursor {
    sqlite3_vtab_cursor base;
    const struct row_set *rows;
    size_t at;
};

static struct rows_cursor *cursor_of(sqlite3_vtab_cursor *c)
{
    return (struct rows_cursor *)(void *)c;
}

static void print_columns(struct str *to, size_t n)
{
    for (size_t i = 0; i < n; i++)
        str_addf(to, "%sc%zu", i == 0 ? "" : ", ", i);
}

static int rows_connect(
    sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **ret, char **ret_text)
{
    struct str sql;
    (void)argc;
    (void)argv;
    (void)ret_text;
    str_init(&sql, SQL_MAX);
    str_addz(&sql, "CREATE TABLE x(");
    print_columns(&sql, COLUMNS);
    str_addc(&sql, ')');
    int rc = sqlite3_declare_vtab(db, str_z(&sql));
    str_done(&sql);
    if (rc != SQLITE_OK)
        return rc;
    struct rows_table *t = mem_alloc(sizeof *t);
    t->q = aux;
    *ret = &t->base;
    return SQLITE_OK;
}

static int rows_disconnect(sqlite3_vtab *t)
{
    mem_free(t);
    return SQLITE_OK;
}

static int rows_plan(sqlite3_vtab *t, sqlite3_index_info *info)
{
    (void)t;
    info->estimatedCost = 1e6;
    info->estimatedRows = 100000;
    return SQLITE_OK;
}

static int rows_open(sqlite3_vtab *t, sqlite3_vtab_cursor **ret)
{
    struct rows_cursor *c = mem_alloc(sizeof *c);
    c->rows = ((struct rows_table *)(void *)t)->q->given;
    *ret = &c->base;
    return SQLITE_OK;
}

static int rows_close(sqlite3_vtab_cursor *c)
{
    mem_free(c);
    return SQLITE_OK;
}

static int rows_filter(
    sqlite3_vtab_cursor *c, int plan, const char *text, int argc, sqlite3_value **argv)
{
    (void)plan;
    (void)text;
    (void)argc;
    (void)argv;
    cursor_of(c)->at = 0;
    return SQLITE_OK;
}

static int rows_next(sqlite3_vtab_cursor *c)
{
    cursor_of(c)->at++;
    return SQLITE_OK;
}

static int rows_end(sqlite3_vtab_cursor *c)
{
    return cursor_of(c)->at >= cursor_of(c)->rows->n;
}

static int rows_column(sqlite3_vtab_cursor *c, sqlite3_context *to, int column)
{
    const struct rows_cursor *cursor = cursor_of(c);
    const struct cell *cell = row_set_at(cursor->rows, cursor->at) + column;
    switch (cell->kind) {
    case CELL_INT:
        sqlite3_result_int64(to, cell->i);
        break;
    case CELL_REAL:
        sqlite3_result_double(to, cell->r);
        break;
    case CELL_TEXT:
        sqlite3_result_text64(to, cell->text.p, cell->text.n, SQLITE_STATIC, SQLITE_UTF8);
        break;
    case CELL_NULL:
        break; /* what a result is from the start */
    }
    return SQLITE_OK;
}

static int rows_rowid(sqlite3_vtab_cursor *c, sqlite3_int64 *ret)
{
    *ret = (sqlite3_int64)cursor_of(c)->at;
    return SQLITE_OK;
}

static const sqlite3_module module = {.iVersion = 1,
    .xConnect = rows_connect,
    .xDisconnect = rows_disconnect,
    .xBestIndex = rows_plan,
    .xOpen = rows_open,
    .xClose = rows_close,
    .xFilter = rows_filter,
    .xNext = rows_next,
    .xEof = rows_end,
    .xColumn = rows_column,
    .xRowid = rows_rowid};

bool rows_set_up(struct sqlite *q, struct err *e)
{
    int rc = sqlite3_create_module_v2(q->db, MODULE, &module, q, NULL);
    return rc == SQLITE_OK || sqlite_fail(q, rc, "cannot set up the writing of rows", e);
}

/* WHERE tells the parser that ON CONFLICT is not the ON of a join. */
void rows_print(struct str *to, const struct put *p)
{
    str_addf(to, "%s SELECT ", p->head);
    print_columns(to, p->width);
    str_addf(to, " FROM " MODULE " WHERE true %s", p->tail);
}
