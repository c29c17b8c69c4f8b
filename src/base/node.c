/* Node: see node.h. */
#include "base/node.h"

#include "base/num.h"
#include "base/text.h"

struct node *node_new(struct arena *a, enum node_kind kind)
{
    struct node *n = arena_take(a, sizeof *n);
    n->kind = kind;
    return n;
}

struct node *node_int(struct arena *a, int64_t i)
{
    struct node *n = node_new(a, NODE_INT);
    n->i = i;
    return n;
}

struct node *node_real(struct arena *a, double r)
{
    struct node *n = node_new(a, NODE_REAL);
    n->r = r;
    return n;
}

struct node *node_bool(struct arena *a, bool b)
{
    struct node *n = node_new(a, NODE_BOOL);
    n->b = b;
    return n;
}

struct node *node_text(struct arena *a, struct view v)
{
    struct node *n = node_new(a, v.p == NULL ? NODE_NULL : NODE_TEXT);
    if (v.p != NULL)
        n->text = v;
    return n;
}

void node_add(struct node *list, struct node *child)
{
    child->next = NULL;
    if (list->last == NULL)
        list->first = child;
    else
        list->last->next = child;
    list->last = child;
    list->n++;
}

void node_put(struct node *object, struct view key, struct node *child)
{
    child->key = key;
    node_add(object, child);
}

struct node *node_find(const struct node *object, struct view key)
{
    if (object == NULL || object->kind != NODE_OBJECT)
        return NULL;
    for (struct node *c = object->first; c != NULL; c = c->next)
        if (view_eq(c->key, key))
            return c;
    return NULL;
}

struct node *node_get(const struct node *object, const char *key)
{
    return node_find(object, view_of(key));
}

struct node *node_path(const struct node *object, const char *dotted)
{
    struct view rest = view_of(dotted);
    const struct node *at = object;
    while (at != NULL) {
        size_t dot = view_find(rest, 0, '.');
        struct node *child = node_find(at, view_slice(rest, 0, dot));
        if (dot == rest.n)
            return child;
        rest = view_slice(rest, dot + 1, rest.n);
        at = child;
    }
    return NULL;
}

struct node *node_dup(struct arena *a, const struct node *n)
{
    struct node *copy = arena_take(a, sizeof *copy);
    *copy = *n;
    if (n->kind != NODE_LIST && n->kind != NODE_OBJECT)
        return copy;
    copy->first = copy->last = NULL;
    copy->n = 0;
    for (const struct node *c = n->first; c != NULL; c = c->next)
        node_add(copy, node_dup(a, c));
    return copy;
}

static bool lists_eq(const struct node *a, const struct node *b)
{
    const struct node *y = b->first;
    for (const struct node *x = a->first; x != NULL; x = x->next, y = y->next)
        if (!node_eq(x, y))
            return false;
    return true;
}

static bool objects_eq(const struct node *a, const struct node *b)
{
    for (const struct node *x = a->first; x != NULL; x = x->next) {
        const struct node *y = node_find(b, x->key);
        if (y == NULL || !node_eq(x, y))
            return false;
    }
    /* A key that `a` has twice hides one that only b has. */
    for (const struct node *y = b->first; y != NULL; y = y->next)
        if (node_find(a, y->key) == NULL)
            return false;
    return true;
}

bool node_eq(const struct node *a, const struct node *b)
{
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case NODE_NULL:
        return true;
    case NODE_BOOL:
        return a->b == b->b;
    case NODE_INT:
        return a->i == b->i;
    case NODE_REAL:
        return a->r == b->r;
    case NODE_TEXT:
        return view_eq(a->text, b->text);
    case NODE_LIST:
        return a->n == b->n && lists_eq(a, b);
    case NODE_OBJECT:
        return a->n == b->n && objects_eq(a, b);
    }
    return false;
}

const char *node_kind_name(enum node_kind kind)
{
    static const char *const names[] = {
        "null", "boolean", "integer", "real number", "text", "list", "object"};
    return names[kind];
}

static void add_text(struct str *to, struct view v)
{
    str_addc(to, '"');
    text_add_escaped(to, v);
    str_addc(to, '"');
}

static void add_children(struct str *to, const struct node *n)
{
    bool object = n->kind == NODE_OBJECT;
    str_addc(to, object ? '{' : '[');
    for (const struct node *c = n->first; c != NULL; c = c->next) {
        if (c != n->first)
            str_addc(to, ',');
        if (object) {
            add_text(to, c->key);
            str_addc(to, ':');
        }
        node_add_json(to, c);
    }
    str_addc(to, object ? '}' : ']');
}

void node_add_json(struct str *to, const struct node *n)
{
    char real[32];
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
        str_add(to, (struct view){real, num_print_real(n->r, real)});
        break;
    case NODE_TEXT:
        add_text(to, n->text);
        break;
    case NODE_LIST:
    case NODE_OBJECT:
        add_children(to, n);
        break;
    }
}
