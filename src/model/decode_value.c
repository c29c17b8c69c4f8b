/* Reading single fields: see decode_value.h. */
#include "model/decode_value.h"

#include "base/num.h"

#include <math.h>

static void take_all(struct node *n)
{
    n->taken = true;
    if (n->kind == NODE_LIST || n->kind == NODE_OBJECT)
        for (struct node *c = n->first; c != NULL; c = c->next)
            take_all(c);
}

void decode_wrong_type(struct decoder *d, struct node *at, const char *field, const char *wanted)
{
    take_all(at);
    findings_add(d->findings, RULE_TYPE, at->line, at->column, d->key, field,
        "%s where %s is expected", node_kind_name(at->kind), wanted);
}

void decode_fixed(struct decoder *d, const struct node *at, const char *field, const char *what)
{
    findings_add(d->findings, RULE_TYPE_FIXED, at->line, at->column, d->key, field, "%s", what);
}

static bool bool_of(const struct node *n, int64_t *ret, bool *fixed)
{
    if (n->kind == NODE_BOOL)
        *ret = n->b;
    else if (n->kind == NODE_INT && (n->i == 0 || n->i == 1)) {
        *ret = n->i;
        *fixed = true;
    } else
        return false;
    return true;
}

static bool int_of(const struct node *n, int64_t *ret, bool *fixed)
{
    if (n->kind == NODE_INT) {
        *ret = n->i;
        return true;
    }
    *fixed = true;
    if (n->kind == NODE_TEXT)
        return num_i64(n->text, ret);
    if (n->kind != NODE_REAL || floor(n->r) != n->r || fabs(n->r) > 9007199254740991.0)
        return false;
    *ret = (int64_t)n->r;
    return true;
}

static bool real_of(const struct node *n, double *ret, bool *fixed)
{
    if (n->kind == NODE_REAL)
        *ret = n->r;
    else if (n->kind == NODE_INT)
        *ret = (double)n->i;
    else if (n->kind == NODE_TEXT) {
        *fixed = true;
        return num_real(n->text, ret);
    } else
        return false;
    return true;
}

/* An unquoted 1984 in YAML is a number until its field says that it is a title. */
static bool text_of(const struct node *n, struct view *ret, bool *fixed)
{
    *fixed = n->kind != NODE_TEXT;
    if (n->kind == NODE_TEXT)
        *ret = n->text;
    else if (n->source.p != NULL)
        *ret = n->source;
    else
        return false;
    return true;
}

static bool read_value(
    struct decoder *d, const struct field *f, struct node *n, struct record *to, bool *fixed)
{
    void *at = field_at(f, to);
    switch (f->type) {
    case FIELD_BOOL:
        return bool_of(n, at, fixed);
    case FIELD_INT:
        return int_of(n, at, fixed);
    case FIELD_REAL:
        return real_of(n, at, fixed);
    case FIELD_TEXT:
    case FIELD_DATE:
    case FIELD_INSTANT:
        return text_of(n, at, fixed);
    case FIELD_JSON:
        *(const struct node **)at = node_dup(d->arena, n);
        return true;
    }
    return false;
}

static const char *type_name(enum field_type t)
{
    static const char *const names[] = {"boolean", "integer", "real number", "text",
        "date in quotes", "instant in quotes", "value"};
    return names[t];
}

void decode_value(
    struct decoder *d, const struct field *f, size_t i, struct node *value, struct record *to)
{
    bool fixed = false;
    value->taken = true;
    if (f->type == FIELD_JSON)
        take_all(value);
    to->said |= (uint64_t)1 << i;
    if (value->kind == NODE_NULL)
        to->null |= (uint64_t)1 << i;
    else if (!read_value(d, f, value, to, &fixed)) {
        to->said &= ~((uint64_t)1 << i);
        decode_wrong_type(d, value, f->key, type_name(f->type));
    } else if (fixed) {
        findings_add(d->findings, RULE_TYPE_FIXED, value->line, value->column, d->key, f->key,
            "%s was read as %s", node_kind_name(value->kind), type_name(f->type));
    }
}

static void take_path(struct node *from, const char *dotted)
{
    struct view rest = view_of(dotted);
    for (size_t dot; (dot = view_find(rest, 0, '.')) < rest.n;) {
        from = node_find(from, view_slice(rest, 0, dot));
        from->taken = true;
        rest = view_slice(rest, dot + 1, rest.n);
    }
}

/* What stands under the field's key, with the way to it marked. Members mostly come in the order of
 * the table: the one at *next is looked at first. (No key is there twice, the readers see to
 * it.) */
static struct node *value_at(struct node *from, const struct field *f, struct node **next)
{
    bool dotted = memchr(f->key, '.', f->key_n) != NULL;
    struct node *value = *next;
    if (dotted)
        value = node_path(from, f->key);
    else if (value == NULL || !view_eq(value->key, field_key(f)))
        value = node_find(from, field_key(f));
    if (value != NULL && dotted)
        take_path(from, f->key);
    else if (value != NULL)
        *next = value->next;
    return value;
}

void decode_fields(struct decoder *d, const struct entity *e, unsigned without, struct node *from,
    struct record *to)
{
    struct place *places = NULL;
    struct node *next = from->first;
    if (from->line != 0)
        places = arena_take_array(d->arena, e->field_n, sizeof *places);
    if (places != NULL)
        to->places = places;
    for (size_t i = 0; i < e->field_n; i++) {
        const struct field *f = &e->fields[i];
        struct node *value = (f->flags & without) != 0 ? NULL : value_at(from, f, &next);
        if (value == NULL)
            continue;
        if (places != NULL)
            places[i] = (struct place){value->line, value->column};
        decode_value(d, f, i, value, to);
    }
}
