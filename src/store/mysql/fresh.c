/* Rows of new records, by LOAD DATA LOCAL from memory: a server takes in three of them in the time
 * of two by INSERT. LOAD DATA LOCAL leaves out what it does not like and alters what does not fit,
 * each with a warning only; so an answer that is not spotless fails the transaction, and the next
 * one is made by INSERT, whose errors are errors. */
#include "store/mysql/fresh.h"

#include "store/mysql/beside.h"
#include "store/mysql/gathered.h"
#include "store/sql.h"

enum { FEWEST = 20 /* rows that are worth a LOAD DATA */ };

/* Columns end at a tab, rows at a line feed, and a backslash says that neither is meant. */
static void add_text(struct str *to, struct view v)
{
    char *room = v.n > LOAD_MAX / 2 ? NULL : str_room(to, 2 * v.n);
    size_t n = 0;
    if (room == NULL) {
        to->over = true;
        return;
    }
    for (size_t i = 0; i < v.n; i++) {
        char c = v.p[i];
        if (c == '\\' || c == '\t' || c == '\n' || c == '\0')
            room[n++] = '\\';
        room[n++] = c == '\0' ? '0' : c;
    }
    str_used(to, n);
}

void server_lay_out_row(
    struct store *s, struct str *to, const struct cell *row, size_t width)
{
    for (size_t i = 0; i < width; i++) {
        if (i > 0)
            str_addc(to, '\t');
        if (row[i].kind == CELL_TEXT)
            add_text(to, row[i].text);
        else if (row[i].kind == CELL_NULL)
            str_addz(to, "\\N");
        else
            server_add_value(s, to, &row[i]);
    }
    str_addc(to, '\n');
}

static bool is_spotless(const struct server *q, size_t rows)
{
    int64_t taken = server_said(q, "Records: ", (int64_t)mysql_affected_rows(q->db));
    return taken == (int64_t)rows && server_said(q, "Skipped: ", 0) == 0 &&
           mysql_warning_count(q->db) == 0;
}

bool server_load(struct store *s, const struct loading *l, bool checked, struct err *e)
{
    struct server *q = server_of(s);
    q->code = 0;
    if (!server_checked(s, checked, e))
        return false;
    str_clear(&q->text);
    str_addz(&q->text, "LOAD DATA LOCAL INFILE 'movie-etl' INTO TABLE ");
    sql_name(s, &q->text, l->put->table->name);
    str_addf(&q->text, " CHARACTER SET utf8mb4 %s", l->put->columns);
    if (!server_load_local(s, str_view(&q->text), str_view(&l->data), NULL, e))
        return false;
    if (is_spotless(q, l->n))
        return true;
    q->careful = true;
    err_set(e, ERR_STORE, "the server left out or altered rows on their way into %s: %s",
        l->put->table->name, mysql_info(q->db) == NULL ? "it says nothing" : mysql_info(q->db));
    e->transient = true;
    return false;
}

bool server_lay_out(
    struct store *s, const struct put *p, const struct row_set *rows, struct loading *ret)
{
    ret->put = p;
    ret->n = rows->n;
    str_clear(&ret->data);
    for (size_t i = 0; i < rows->n; i++)
        server_lay_out_row(s, &ret->data, row_set_at(rows, i), rows->width);
    return str_ok(&ret->data);
}

/* What a foreign key would look up for each row is known during a first load (late.c). */
static bool load_or_insert(
    struct store *s, const struct loading *l, const struct row_set *rows, struct err *e)
{
    struct server *q = server_of(s);
    bool known = q->first_load && server_is_late(l->put->table);
    if (server_load(s, l, !known, e))
        return true;
    if (q->db == NULL || !server_is_forbidden(q->code))
        return false;
    q->no_local = true;
    return !gathered_has_rows(q) && server_put_rows(s, l->put, rows, e);
}

bool server_put_new(struct store *s, const struct put *p, const struct row_set *rows, struct err *e)
{
    const struct server *q = server_of(s);
    struct loading l = {.n = 0};
    if (rows->n < FEWEST || q->no_local || q->careful)
        return server_put_rows(s, p, rows, e);
    str_init(&l.data, LOAD_MAX);
    bool ok = server_lay_out(s, p, rows, &l) ? load_or_insert(s, &l, rows, e)
                                             : server_put_rows(s, p, rows, e);
    str_done(&l.data);
    return ok;
}

bool server_puts_early(const struct store *s, const struct table *t)
{
    const struct server *q = server_of(s);
    return q->first_load && !q->no_local && !q->careful && beside_takes(t);
}

bool server_put_aside(
    struct store *s, const struct put *p, const struct row_set *rows, struct err *e)
{
    if (p->kind != PUT_ROW)
        return server_put_rows(s, p, rows, e);
    if (gathered_takes(server_of(s), p->table))
        return gathered_put(s, p, rows, e);
    return server_puts_early(s, p->table) ? beside_put(s, p, rows, e)
                                          : server_put_new(s, p, rows, e);
}
