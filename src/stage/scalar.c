/* Unquoted scalars: see scalar.h. The rules are YAML 1.2.2, par. 10.3.2 (core schema, tag
 * resolution). */
#include "stage/scalar.h"

#include "base/num.h"

enum { LONGEST_NUMBER = 60 };

static bool is_one_of(struct view v, const char *const *words)
{
    for (; *words != NULL; words++)
        if (view_is(v, *words))
            return true;
    return false;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t skip_digits(struct view v, size_t at)
{
    while (at < v.n && is_digit(v.p[at]))
        at++;
    return at;
}

static unsigned digit_value(char c)
{
    if (is_digit(c))
        return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (unsigned)(c - 'a') + 10;
    return c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10 : 99;
}

/* 0x1f, 0o17 */
static bool based_int(struct view v, int64_t *ret)
{
    if (v.n < 3 || v.p[0] != '0' || (v.p[1] != 'x' && v.p[1] != 'o'))
        return false;
    unsigned base = v.p[1] == 'x' ? 16 : 8;
    int64_t i = 0;
    for (size_t at = 2; at < v.n; at++) {
        unsigned d = digit_value(v.p[at]);
        if (d >= base || i > (INT64_MAX - (int64_t)d) / (int64_t)base)
            return false;
        i = i * (int64_t)base + (int64_t)d;
    }
    *ret = i;
    return true;
}

/* The forms [-+]? ( \.[0-9]+ | [0-9]+(\.[0-9]*)? ) ([eE][-+]?[0-9]+)?; *ret_int: digits only. */
static bool looks_like_number(struct view v, bool *ret_int)
{
    size_t start = v.p[0] == '-' || v.p[0] == '+';
    size_t at = skip_digits(v, start), digits = at - start;
    *ret_int = at == v.n;
    if (at < v.n && v.p[at] == '.') {
        size_t end = skip_digits(v, at + 1);
        digits += end - at - 1;
        at = end;
    }
    if (digits == 0)
        return false;
    if (at < v.n && (v.p[at] == 'e' || v.p[at] == 'E')) {
        at++;
        if (at < v.n && (v.p[at] == '-' || v.p[at] == '+'))
            at++;
        size_t end = skip_digits(v, at);
        if (end == at)
            return false;
        at = end;
    }
    return at == v.n;
}

/* Rewrites a number as JSON writes it, for num_real: no '+', no leading zeros, a digit on both
 * sides of the point. `to` holds LONGEST_NUMBER + 4 bytes. */
static struct view as_json(struct view v, char *to)
{
    size_t n = 0, at = 0;
    if (v.p[0] == '-' || v.p[0] == '+') {
        if (v.p[0] == '-')
            to[n++] = '-';
        at = 1;
    }
    while (at + 1 < v.n && v.p[at] == '0' && is_digit(v.p[at + 1]))
        at++;
    if (v.p[at] == '.')
        to[n++] = '0';
    for (; at < v.n; at++) {
        to[n++] = v.p[at];
        if (v.p[at] == '.' && (at + 1 == v.n || !is_digit(v.p[at + 1])))
            to[n++] = '0';
    }
    return (struct view){to, n};
}

static bool set_number(struct node *n, struct view v)
{
    char json[LONGEST_NUMBER + 4];
    bool whole;
    if (v.n == 0 || v.n > LONGEST_NUMBER)
        return false;
    if (based_int(v, &n->i)) {
        n->kind = NODE_INT;
        return true;
    }
    if (!looks_like_number(v, &whole))
        return false;
    struct view number = as_json(v, json);
    if (whole && num_i64(number, &n->i)) {
        n->kind = NODE_INT;
        return true;
    }
    n->kind = NODE_REAL;
    return num_real(number, &n->r);
}

struct node *scalar_node(struct arena *a, struct view text)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
    static const char *const yes[] = {"true", "True", "TRUE", NULL};
    static const char *const no[] = {"false", "False", "FALSE", NULL};
    struct node *n = node_new(a, NODE_NULL);
    if (is_one_of(text, nulls))
        return n;
    n->source = text;
    if (is_one_of(text, yes) || is_one_of(text, no)) {
        n->kind = NODE_BOOL;
        n->b = is_one_of(text, yes);
    } else if (!set_number(n, text)) {
        n->kind = NODE_TEXT;
        n->text = text;
        n->source = (struct view){NULL, 0};
    }
    return n;
}
