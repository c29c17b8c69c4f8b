/* Many rows in one statement. Measured: from a hundred to a thousand rows a statement are equally
 * fast, more are not faster; so a statement ends at either bound. */
#include "store/mysql/server.h"

enum { ROWS_PER_STATEMENT = 1000 };

struct putting {
    const struct put *put;
    const struct row_set *rows;
};

static void add_row(struct store *s, struct str *to, const struct row_set *rows, size_t i)
{
    const struct cell *row = row_set_at(rows, i);
    for (size_t k = 0; k < rows->width; k++) {
        str_addc(to, k == 0 ? '(' : ',');
        server_add_value(s, to, &row[k]);
    }
    str_addc(to, ')');
}

static void begin_statement(struct str *to, const struct put *p)
{
    str_clear(to);
    str_addz(to, p->head);
    str_addz(to, " VALUES ");
}

static bool end_statement(struct store *s, const struct put *p, struct err *e)
{
    struct str *text = &server_of(s)->text;
    str_addc(text, ' ');
    str_addz(text, p->tail);
    if (str_ok(text))
        return server_send(s, str_view(text), NULL, e);
    err_set(e, ERR_DATA, "a row is longer than this server takes (max_allowed_packet)");
    return err_hint(e, "Raise max_allowed_packet on the server.");
}

static bool put_all(struct store *s, void *payload, struct err *e)
{
    const struct putting *p = payload;
    struct server *q = server_of(s);
    size_t in_statement = 0;
    if (q->db == NULL)
        return server_fail(s, "cannot write", e);
    if (!server_checked(s, true, e))
        return false;
    for (size_t i = 0; i < p->rows->n; i++) {
        if (in_statement++ == 0)
            begin_statement(&q->text, p->put);
        else
            str_addc(&q->text, ',');
        add_row(s, &q->text, p->rows, i);
        bool full = in_statement == ROWS_PER_STATEMENT || q->text.n > q->statement_max / 2;
        if (!full && i + 1 < p->rows->n)
            continue;
        if (!end_statement(s, p->put, e))
            return false;
        in_statement = 0;
    }
    return true;
}

bool server_put_rows(
    struct store *s, const struct put *p, const struct row_set *rows, struct err *e)
{
    struct putting putting = {p, rows};
    return server_piece(s, put_all, &putting, e);
}
