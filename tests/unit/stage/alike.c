/* See alike.h. */
#include "alike.h"

#include "stage/own.h"
#include "stage/tree.h"

#include <stdlib.h>

enum { FIRST_LINE = 7 };

static const char *differs(
    struct arena *a, const char *what, const struct node *x, const struct node *y)
{
    return arena_print(a, "%s: %s \"%.*s\" at %u:%u and at %u:%u", what, node_kind_name(x->kind),
        VIEW_ARG(x->key), (unsigned)x->line, (unsigned)x->column, (unsigned)y->line,
        (unsigned)y->column)
        .p;
}

static bool same_value(const struct node *x, const struct node *y)
{
    switch (x->kind) {
    case NODE_NULL:
        return true;
    case NODE_BOOL:
        return x->b == y->b;
    case NODE_INT:
        return x->i == y->i;
    case NODE_REAL:
        return memcmp(&x->r, &y->r, sizeof x->r) == 0;
    case NODE_TEXT:
        return view_eq(x->text, y->text);
    case NODE_LIST:
    case NODE_OBJECT:
        return x->n == y->n;
    }
    return false;
}

static const char *compare(struct arena *a, const struct node *x, const struct node *y)
{
    if (x->kind != y->kind)
        return differs(a, "kinds", x, y);
    if (x->line != y->line || x->column != y->column || x->key_line != y->key_line ||
        x->key_column != y->key_column)
        return differs(a, "places", x, y);
    if (!view_eq(x->key, y->key))
        return differs(a, "keys", x, y);
    if (!view_eq(x->source, y->source) || !same_value(x, y) || x->taken)
        return differs(a, "values", x, y);
    if (x->kind != NODE_LIST && x->kind != NODE_OBJECT)
        return NULL;
    const struct node *d = y->first;
    for (const struct node *c = x->first; c != NULL; c = c->next, d = d->next) {
        const char *why = compare(a, c, d);
        if (why != NULL)
            return why;
        if (c->next == NULL && c != x->last)
            return differs(a, "last children", x, y);
    }
    return NULL;
}

static const char *difference(struct view text, struct arena *a, bool *ret_own)
{
    struct node *root;
    struct tree t;
    *ret_own = own_parse(text, FIRST_LINE, a, a, &root);
    if (!*ret_own)
        return NULL;
    tree_parse_any(text, FIRST_LINE, a, a, &t);
    if (t.problem_n > 0)
        return arena_print(a, "line %llu, column %llu: %s", (unsigned long long)t.first->line,
            (unsigned long long)t.first->column, t.first->text)
            .p;
    return t.root == NULL ? "libyaml finds nothing" : compare(a, root, t.root);
}

/* Memory of its own, so that a sanitizer sees what is read behind its end. */
const char *alike_difference(struct view text, struct arena *a, bool *ret_own)
{
    char *copy = malloc(text.n + 1);
    if (copy == NULL)
        abort();
    if (text.n > 0)
        memcpy(copy, text.p, text.n);
    copy[text.n] = '\0';
    const char *why = difference((struct view){copy, text.n}, a, ret_own);
    free(copy);
    return why;
}
