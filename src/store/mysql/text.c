/* Statements as text: values printed where the `?` stand. */
#include "store/mysql/server.h"

#include <stdio.h>
#include <string.h>

/* 17 digits bring every double back; the exponent makes the server read it as a double, not as a
 * decimal fraction. */
static void add_real(struct str *to, double r)
{
    char digits[40];
    int n = snprintf(digits, sizeof digits, "%.17g", r);
    str_add(to, (struct view){digits, (size_t)n});
    if (strchr(digits, 'e') == NULL)
        str_addz(to, "e0");
}

static void add_text(struct store *s, struct str *to, struct view v)
{
    str_addc(to, '\'');
    char *room = v.n > to->max / 2 ? NULL : str_room(to, 2 * v.n + 1);
    if (room == NULL)
        to->over = true;
    else
        str_used(to, mysql_real_escape_string(server_of(s)->db, room, v.p, v.n));
    str_addc(to, '\'');
}

void server_add_value(struct store *s, struct str *to, const struct cell *c)
{
    switch (c->kind) {
    case CELL_NULL:
        str_addz(to, "NULL");
        break;
    case CELL_INT:
        str_add_i64(to, c->i);
        break;
    case CELL_REAL:
        add_real(to, c->r);
        break;
    case CELL_TEXT:
        add_text(s, to, c->text);
        break;
    }
}

/* The next `?` outside quotes at or after `at`, or the end. */
static size_t find_hole(struct view sql, size_t at)
{
    char quote = '\0';
    for (; at < sql.n; at++) {
        char c = sql.p[at];
        if (quote == '\0' && c == '?')
            return at;
        if (quote == '\0' && (c == '\'' || c == '`'))
            quote = c;
        else if (c == quote)
            quote = '\0';
    }
    return sql.n;
}

bool server_print(
    struct store *s, const char *sql, const struct cell *args, size_t n, struct err *e)
{
    struct str *to = &server_of(s)->text;
    struct view v = view_of(sql);
    size_t used = 0, at = 0;
    str_clear(to);
    for (;;) {
        size_t hole = find_hole(v, at);
        str_add(to, view_slice(v, at, hole));
        if (hole == v.n)
            break;
        if (used < n)
            server_add_value(s, to, &args[used]);
        used++;
        at = hole + 1;
    }
    if (used != n)
        return err_set(e, ERR_BUG, "%zu values for %zu places: %s", n, used, sql);
    return str_ok(to) || err_set(e, ERR_DATA, "a row is longer than a statement may be");
}
