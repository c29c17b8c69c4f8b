/* Statements: printed whole (text.c), sent, their rows given as cells while they come. */
#include "store/mysql/server.h"

#include "base/num.h"
#include "base/retry.h"
#include "store/mysql/beside.h"
#include "store/mysql/gathered.h"
#include "store/sql.h"

#include <string.h>

enum { MAX_COLUMNS = 64 };

static bool is_connected(const struct server *q, struct err *e)
{
    if (q->busy)
        return err_set(e, ERR_BUG, "a statement was begun inside a query");
    if (q->db != NULL)
        return true;
    (void)err_set(e, ERR_STORE, "the connection to the server was lost");
    e->transient = true;
    return false;
}

bool server_send(struct store *s, struct view sql, int64_t *ret_rows, struct err *e)
{
    struct server *q = server_of(s);
    if (!is_connected(q, e))
        return false;
    if (mysql_real_query(q->db, sql.p, sql.n) != 0)
        return server_fail(s, "cannot write", e);
    if (ret_rows != NULL)
        *ret_rows = (int64_t)mysql_affected_rows(q->db);
    if (mysql_field_count(q->db) == 0)
        return true;
    MYSQL_RES *r = mysql_store_result(q->db);
    if (r == NULL)
        return server_fail(s, "cannot read", e);
    mysql_free_result(r);
    return true;
}

bool server_run(struct store *s, const char *text, struct err *e)
{
    struct str sql;
    str_init(&sql, SQL_MAX);
    sql_expand(s, &sql, text);
    bool ok = server_send(s, str_view(&sql), NULL, e);
    str_done(&sql);
    return ok;
}

/* ---- changing */

bool server_checked(struct store *s, bool on, struct err *e)
{
    struct server *q = server_of(s);
    if (q->unchecked == !on)
        return true;
    if (!server_send(s,
            view_of(on ? "SET SESSION foreign_key_checks = 1"
                       : "SET SESSION foreign_key_checks = 0"),
            NULL, e))
        return false;
    q->unchecked = !on;
    return true;
}

struct statement {
    const char *sql;
    const struct cell *args;
    size_t n;
    const struct row_set *rows;
    int64_t *ret_rows;
};

static bool exec_one(struct store *s, void *payload, struct err *e)
{
    const struct statement *st = payload;
    return is_connected(server_of(s), e) && server_checked(s, true, e) &&
           server_print(s, st->sql, st->args, st->n, e) &&
           server_send(s, str_view(&server_of(s)->text), st->ret_rows, e);
}

bool server_exec(struct store *s, const char *sql, const struct cell *args, size_t n,
    int64_t *ret_rows, struct err *e)
{
    struct statement st = {.sql = sql, .args = args, .n = n, .ret_rows = ret_rows};
    const struct server *q = server_of(s);
    /* `sql` may be the store's own buffer, which the look at the lease needs too */
    struct str copy;
    if (!q->bulk || q->piece)
        return exec_one(s, &st, e);
    str_init(&copy, SQL_MAX);
    str_addz(&copy, sql);
    st.sql = str_z(&copy);
    bool ok = server_piece(s, exec_one, &st, e);
    str_done(&copy);
    return ok;
}

static bool exec_each(struct store *s, void *payload, struct err *e)
{
    const struct statement *st = payload;
    for (size_t i = 0; i < st->rows->n; i++) {
        struct statement one = {
            .sql = st->sql, .args = row_set_at(st->rows, i), .n = st->rows->width};
        if (!exec_one(s, &one, e))
            return false;
    }
    return true;
}

bool server_exec_rows(struct store *s, const char *sql, const struct row_set *rows, struct err *e)
{
    struct statement st = {.sql = sql, .rows = rows};
    return server_piece(s, exec_each, &st, e);
}

/* ---- reading */

static bool is_integer(const MYSQL_FIELD *f)
{
    switch (f->type) {
    case MYSQL_TYPE_TINY:
    case MYSQL_TYPE_SHORT:
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_LONG:
    case MYSQL_TYPE_LONGLONG:
    case MYSQL_TYPE_YEAR:
        return true;
    case MYSQL_TYPE_DECIMAL:
    case MYSQL_TYPE_NEWDECIMAL: /* sums of integers */
        return f->decimals == 0;
    default:
        return false;
    }
}

static bool is_real(const MYSQL_FIELD *f)
{
    return f->type == MYSQL_TYPE_FLOAT || f->type == MYSQL_TYPE_DOUBLE ||
           f->type == MYSQL_TYPE_DECIMAL || f->type == MYSQL_TYPE_NEWDECIMAL;
}

static bool cell_of(const MYSQL_FIELD *f, struct view v, struct cell *ret, struct err *e)
{
    bool ok = true;
    *ret = cell_text(v);
    if (v.p == NULL)
        return true;
    if (is_integer(f)) {
        ret->kind = CELL_INT;
        ok = num_i64(v, &ret->i);
    } else if (is_real(f)) {
        ret->kind = CELL_REAL;
        ok = num_real(v, &ret->r);
    }
    return ok || err_set(e, ERR_STORE, "column %s: the server gives '%.*s' for a number", f->name,
                     VIEW_ARG(v));
}

struct reading {
    const char *sql;
    const struct cell *args;
    size_t n;
    row_fn *row;
    void *payload;
    bool whole; /* comes whole before any row is given, so that it can be read again */
    bool given; /* a row was given: not from the start again */
};

static bool give_row(MYSQL_RES *r, MYSQL_ROW row, unsigned n, struct cell *cells,
    struct reading *reading, struct err *e)
{
    const MYSQL_FIELD *fields = mysql_fetch_fields(r);
    const unsigned long *lengths = mysql_fetch_lengths(r);
    for (unsigned i = 0; i < n; i++) {
        struct view v = {row[i], row[i] == NULL ? 0 : lengths[i]};
        if (!cell_of(&fields[i], v, &cells[i], e))
            return false;
    }
    reading->given = true;
    return reading->row(reading->payload, cells, n, e);
}

static bool give_rows(struct store *s, MYSQL_RES *r, struct reading *reading, struct err *e)
{
    struct server *q = server_of(s);
    unsigned n = mysql_num_fields(r);
    struct cell cells[MAX_COLUMNS] = {{0}}; /* what a server leaves out that lies is NULL */
    MYSQL_ROW row;
    if (n > MAX_COLUMNS)
        return err_set(e, ERR_BUG, "a query of %u columns", n);
    while ((row = mysql_fetch_row(r)) != NULL)
        if (!give_row(r, row, n, cells, reading, e))
            return false;
    if (mysql_errno(q->db) == 0)
        return true;
    return server_fail(s, "cannot read", e);
}

/* Rows come as they are read, so memory is one row's; what the callback leaves unread is read to
 * its end. In a bulk load (some hundred thousand rows at most) they come at once: who takes them
 * has already taken some when the rest is lost. */
static bool read_all(struct store *s, void *payload, struct err *e)
{
    struct server *q = server_of(s);
    struct reading *reading = payload;
    if (!is_connected(q, e) || !server_print(s, reading->sql, reading->args, reading->n, e))
        return false;
    if (mysql_real_query(q->db, q->text.p, q->text.n) != 0)
        return server_fail(s, "cannot read", e);
    MYSQL_RES *r = reading->whole ? mysql_store_result(q->db) : mysql_use_result(q->db);
    if (r == NULL)
        return mysql_errno(q->db) == 0
                   ? err_set(e, ERR_BUG, "a query without rows: %s", reading->sql)
                   : server_fail(s, "cannot read", e);
    q->busy = true;
    bool ok = give_rows(s, r, reading, e);
    q->busy = false;
    mysql_free_result(r);
    if (!ok && reading->given)
        e->transient = e->transient && (s->writing || q->reading);
    return ok;
}

/* Outside a transaction a read that was cut off before its first row is simply made again. */
bool server_query(struct store *s, const char *sql, const struct cell *args, size_t n, row_fn *row,
    void *payload, struct err *e)
{
    struct server *q = server_of(s);
    bool inside = (s->writing && (!q->bulk || q->piece)) || q->reading;
    struct reading reading = {sql, args, n, row, payload, !inside && q->bulk, false};
    return inside ? read_all(s, &reading, e) : server_replay(s, read_all, &reading, e);
}

/* ---- transactions */

static bool begin_write(struct store *s, void *payload, struct err *e)
{
    (void)payload;
    return server_send(s, view_of("START TRANSACTION"), NULL, e);
}

static bool begin_read(struct store *s, void *payload, struct err *e)
{
    (void)payload;
    return server_send(s, view_of("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"), NULL, e) &&
           server_send(
               s, view_of("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"), NULL, e);
}

bool server_begin(struct store *s, enum begin_kind kind, struct err *e)
{
    struct server *q = server_of(s);
    if (gathered_is_open(q) && kind == BEGIN_WRITE)
        return true;
    bool ok = gathered_may_begin(q, e) &&
              server_replay(s, kind == BEGIN_WRITE ? begin_write : begin_read, NULL, e);
    q->reading = ok && kind == BEGIN_READ;
    if (ok && kind == BEGIN_WRITE)
        gathered_begun(q);
    return ok || err_in(e, "cannot begin a transaction");
}

/* Whether a COMMIT whose answer was lost took place is not known. Everything that is written may be
 * written again (rows are upserted, and a file's position moves with them), so it counts as not
 * done. */
bool server_commit(struct store *s, struct err *e)
{
    struct server *q = server_of(s);
    if (gathered_is_open(q))
        return true;
    if (beside_commit(s, e) && server_send(s, view_of("COMMIT"), NULL, e)) {
        q->careful = q->ahead = false;
        return true;
    }
    server_rollback(s);
    return err_in(e, "cannot commit");
}

void server_rollback(struct store *s)
{
    struct server *q = server_of(s);
    struct err ignored;
    q->reading = false;
    q->orphans = q->orphans || q->ahead;
    q->ahead = false;
    beside_roll_back(q);
    gathered_lose(q);
    if (q->db != NULL && !server_send(s, view_of("ROLLBACK"), NULL, &ignored))
        server_disconnect(q); /* so that nothing of it remains */
}
