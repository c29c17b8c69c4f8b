/* .env files: see dotenv.h. */
#include "cli/dotenv.h"

static bool is_key_char(char c, bool first)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
           (!first && c >= '0' && c <= '9');
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static struct view skip_blanks(struct view v)
{
    while (v.n > 0 && is_blank(v.p[0]))
        v = view_slice(v, 1, v.n);
    return v;
}

/* Cuts the key off the front of *line. */
static bool take_key(struct view *line, struct view *ret, struct err *e)
{
    size_t n = 0;
    if (view_starts(*line, "export") && line->n > 6 && is_blank(line->p[6]))
        *line = skip_blanks(view_slice(*line, 6, line->n));
    while (n < line->n && is_key_char(line->p[n], n == 0))
        n++;
    struct view rest = skip_blanks(view_slice(*line, n, line->n));
    if (n == 0 || rest.n == 0 || rest.p[0] != '=')
        return err_set(e, ERR_CONFIG, "expected KEY=VALUE");
    *ret = view_slice(*line, 0, n);
    *line = view_slice(rest, 1, rest.n);
    return true;
}

static char unescape(char c)
{
    switch (c) {
    case 'n':
        return '\n';
    case 't':
        return '\t';
    case 'r':
        return '\r';
    case '"':
    case '\\':
    case '$':
        return c;
    default:
        return 0;
    }
}

/* The text between the quote at v.p[0] and its match; `*rest` is what follows. `to` holds v.n
 * bytes. */
static bool take_quoted(struct view v, char *to, size_t *ret_n, struct view *rest, struct err *e)
{
    char quote = v.p[0];
    size_t n = 0, at = 1;
    for (; at < v.n && v.p[at] != quote; at++) {
        char c = v.p[at];
        if (quote == '"' && c == '\\') {
            c = at + 1 < v.n ? unescape(v.p[at + 1]) : 0;
            if (c == 0)
                return err_set(e, ERR_CONFIG,
                    "column %zu of the value: only \\n \\r \\t \\\" \\\\ and \\$ are known "
                    "in double quotes",
                    at + 1);
            at++;
        }
        to[n++] = c;
    }
    if (at == v.n)
        return err_set(e, ERR_CONFIG, "the closing %s is missing",
            quote == '"' ? "double quote" : "single quote");
    *ret_n = n;
    *rest = view_slice(v, at + 1, v.n);
    return true;
}

/* `v` begins right behind the '=': "=#x" is the text "#x", "= #x" a comment, as shells have it. */
static struct view plain_value(struct view v)
{
    for (size_t i = 1; i < v.n; i++)
        if (v.p[i] == '#' && is_blank(v.p[i - 1]))
            return view_trim(view_slice(v, 0, i));
    return view_trim(v);
}

static bool take_value(const struct dotenv *d, struct view v, struct view *ret, struct err *e)
{
    struct view text = skip_blanks(v);
    if (memchr(v.p, '\0', v.n) != NULL)
        return err_set(e, ERR_CONFIG, "the value holds a NUL byte");
    if (text.n > 0 && (text.p[0] == '"' || text.p[0] == '\'')) {
        char *to = arena_take(d->arena, text.n + 1);
        struct view rest = {NULL, 0};
        size_t n = 0;
        if (!take_quoted(text, to, &n, &rest, e))
            return false;
        rest = skip_blanks(rest);
        if (rest.n > 0 && rest.p[0] != '#')
            return err_set(e, ERR_CONFIG, "text behind the closing quote");
        *ret = (struct view){to, n};
    } else {
        *ret = arena_dup(d->arena, plain_value(v));
    }
    if (ret->n > VALUE_MAX)
        return err_set(e, ERR_CONFIG, "the value is longer than %d bytes", VALUE_MAX);
    return true;
}

static bool take_line(const struct dotenv *d, struct view line, uint64_t number, struct err *e)
{
    struct view key = {NULL, 0}, value = {NULL, 0};
    line = view_trim(line);
    if (line.n == 0 || line.p[0] == '#')
        return true;
    if (!take_key(&line, &key, e))
        return false;
    if (!take_value(d, line, &value, e))
        return err_in(e, "%.*s", VIEW_ARG(key));
    return d->take(d->payload, arena_dup(d->arena, key), value, number, e);
}

bool dotenv_parse(const struct dotenv *d, struct view text, struct err *e)
{
    uint64_t number = 1;
    size_t from = view_starts(text, "\xEF\xBB\xBF") ? 3 : 0;
    for (; from < text.n; number++) {
        size_t end = view_find(text, from, '\n');
        if (!take_line(d, view_slice(text, from, end), number, e))
            return err_in(e, "%s:%llu", d->name, (unsigned long long)number);
        from = end + 1;
    }
    return true;
}
