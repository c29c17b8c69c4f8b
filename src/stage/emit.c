/* Emit: see emit.h. Called once per value of every movie: no printf here. */
#include "stage/emit.h"

#include "base/num.h"
#include "base/text.h"

/* A key longer than LONG_KEY is written as "? key" (readers stop looking for the colon after 1,024
 * characters). */
enum { STEP = 2, SHORT_LIST = 16, LONG_KEY = 100 };

static void emit_object(struct str *to, const struct node *n, size_t indent, bool begun);

static bool is_container(const struct node *n)
{
    return n->kind == NODE_LIST || n->kind == NODE_OBJECT;
}

static bool is_nested(const struct node *n)
{
    return is_container(n) && n->n > 0;
}

static bool is_short_list(const struct node *n)
{
    if (n->kind != NODE_LIST || n->n > SHORT_LIST)
        return false;
    for (const struct node *c = n->first; c != NULL; c = c->next)
        if (is_nested(c))
            return false;
    return true;
}

/* An element that goes on one line. */
static bool is_one_line(const struct node *object)
{
    for (const struct node *c = object->first; c != NULL; c = c->next)
        if ((is_nested(c) && !is_short_list(c)) || c->key.n > LONG_KEY)
            return false;
    return true;
}

/* {cast: [], crew: []} */
static bool is_all_empty(const struct node *object)
{
    for (const struct node *c = object->first; c != NULL; c = c->next)
        if (!is_container(c) || c->n > 0 || c->key.n > LONG_KEY)
            return false;
    return true;
}

/* Words that YAML 1.1 or 1.2 takes for null or a boolean, in any case. */
static bool is_yaml_word(struct view v)
{
    static const char *const words[][4] = {[1] = {"y", "n"},
        {"no", "on"},
        {"yes", "off"},
        {"true", "null"},
        {"false"}}; /* by their length */
    if (v.n >= sizeof words / sizeof words[0])
        return false;
    for (const char *const *word = words[v.n]; *word != NULL; word++)
        if (view_is_nocase(v, *word))
            return true;
    return false;
}

static bool is_plain_key(struct view v)
{
    for (size_t i = 0; i < v.n; i++) {
        char c = v.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && (i == 0 || c < '0' || c > '9'))
            return false;
    }
    return v.n > 0 && !is_yaml_word(v);
}

static void emit_text(struct str *to, struct view v)
{
    str_addc(to, '"');
    text_add_escaped(to, v);
    str_addc(to, '"');
}

static void emit_key(struct str *to, struct view key)
{
    if (is_plain_key(key))
        str_add(to, key);
    else
        emit_text(to, key);
}

/* YAML 1.1 takes 1e+20 for a text: a real number needs its point. */
static void emit_real(struct str *to, double r)
{
    char digits[32];
    struct view v = {digits, num_print_real(r, digits)};
    size_t e = view_find(v, 0, 'e');
    bool bare = e < v.n && view_find(v, 0, '.') == v.n;
    str_add(to, view_slice(v, 0, e));
    if (bare)
        str_addz(to, ".0");
    str_add(to, view_slice(v, e, v.n));
}

static void emit_scalar(struct str *to, const struct node *n)
{
    switch (n->kind) {
    case NODE_NULL:
        str_addz(to, "null");
        break;
    case NODE_BOOL:
        str_addz(to, n->b ? "true" : "false");
        break;
    case NODE_INT:
        str_add_i64(to, n->i);
        break;
    case NODE_REAL:
        emit_real(to, n->r);
        break;
    case NODE_TEXT:
        emit_text(to, n->text);
        break;
    case NODE_LIST:
        str_addz(to, "[]");
        break;
    case NODE_OBJECT:
        str_addz(to, "{}");
        break;
    }
}

/* Everything on the line it is in. */
static void emit_flow(struct str *to, const struct node *n)
{
    if (!is_nested(n)) {
        emit_scalar(to, n);
        return;
    }
    str_addc(to, n->kind == NODE_LIST ? '[' : '{');
    for (const struct node *c = n->first; c != NULL; c = c->next) {
        if (c != n->first)
            str_addz(to, ", ");
        if (n->kind == NODE_OBJECT) {
            emit_key(to, c->key);
            str_addz(to, ": ");
        }
        emit_flow(to, c);
    }
    str_addc(to, n->kind == NODE_LIST ? ']' : '}');
}

/* The elements, each behind "- " at `indent`; `begun`: the cursor is there already. */
static void emit_list(struct str *to, const struct node *n, size_t indent, bool begun)
{
    for (const struct node *c = n->first; c != NULL; c = c->next) {
        if (!begun || c != n->first)
            str_add_repeat(to, ' ', indent);
        str_addz(to, "- ");
        if (!is_nested(c) || (c->kind == NODE_OBJECT ? is_one_line(c) : is_short_list(c))) {
            emit_flow(to, c);
            str_addc(to, '\n');
        } else if (c->kind == NODE_OBJECT) {
            emit_object(to, c, indent + STEP, true);
        } else {
            emit_list(to, c, indent + STEP, true);
        }
    }
}

/* What follows "key:" of a member at `indent`, newline included. */
static void emit_value(struct str *to, const struct node *n, size_t indent)
{
    if (!is_nested(n) || (n->kind == NODE_OBJECT && is_all_empty(n))) {
        str_addc(to, ' ');
        emit_flow(to, n);
        str_addc(to, '\n');
        return;
    }
    str_addc(to, '\n');
    if (n->kind == NODE_OBJECT)
        emit_object(to, n, indent + STEP, false);
    else
        emit_list(to, n, indent, false);
}

static void emit_object(struct str *to, const struct node *n, size_t indent, bool begun)
{
    for (const struct node *c = n->first; c != NULL; c = c->next) {
        if (!begun || c != n->first)
            str_add_repeat(to, ' ', indent);
        if (c->key.n > LONG_KEY) {
            str_addz(to, "? ");
            emit_text(to, c->key);
            str_addc(to, '\n');
            str_add_repeat(to, ' ', indent);
        } else {
            emit_key(to, c->key);
        }
        str_addc(to, ':');
        emit_value(to, c, indent);
    }
}

void emit_member(struct str *to, const char *key, const struct node *value)
{
    emit_key(to, view_of(key));
    str_addc(to, ':');
    emit_value(to, value, 0);
}

void emit_line(struct str *to, const char *key, const struct node *value)
{
    emit_key(to, view_of(key));
    str_addz(to, ": ");
    emit_flow(to, value);
    str_addc(to, '\n');
}
