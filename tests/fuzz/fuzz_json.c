/* Fuzz: the JSON reader against jansson, on the same bytes.
 *
 * Beside crashes it looks for what must always hold: what ours takes jansson takes too, and the trees are the same; what
 * ours refuses jansson refuses, but for what is too deep, and a NUL byte behind a number, which jansson 2.14 overlooks. */
#include "source/tmdb/json.h"

#include "base/mem.h"

#include <jansson.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void compare(const struct node *n, json_t *j);

static void compare_object(const struct node *n, json_t *j)
{
    void *at = json_object_iter(j);
    must(n->kind == NODE_OBJECT && n->n == json_object_size(j));
    for (const struct node *c = n->first; c != NULL; c = c->next) {
        must(at != NULL && view_is(c->key, json_object_iter_key(at)) && c->key.p[c->key.n] == '\0');
        compare(c, json_object_iter_value(at));
        at = json_object_iter_next(j, at);
    }
}

static void compare_list(const struct node *n, json_t *j)
{
    size_t i = 0;
    must(n->kind == NODE_LIST && n->n == json_array_size(j));
    for (const struct node *c = n->first; c != NULL; c = c->next)
        compare(c, json_array_get(j, i++));
}

static void compare(const struct node *n, json_t *j)
{
    switch (json_typeof(j)) {
    case JSON_OBJECT:
        compare_object(n, j);
        break;
    case JSON_ARRAY:
        compare_list(n, j);
        break;
    case JSON_STRING:
        must(n->kind == NODE_TEXT &&
             view_eq(n->text, (struct view){json_string_value(j), json_string_length(j)}));
        must(n->text.p[n->text.n] == '\0');
        break;
    case JSON_INTEGER:
        must(n->kind == NODE_INT && n->i == json_integer_value(j));
        break;
    case JSON_REAL:
        must(
            n->kind == NODE_REAL && memcmp(&n->r, &(double){json_real_value(j)}, sizeof n->r) == 0);
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        must(n->kind == NODE_BOOL && n->b == json_is_true(j));
        break;
    case JSON_NULL:
        must(n->kind == NODE_NULL);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct node *n = NULL;
    struct err e;
    /* A copy of just that size, so that reading beyond it shows. */
    char *copy = mem_alloc(size + 1);
    char *text = copy + 1;
    if (size > 0)
        memcpy(text, data, size);
    arena_init(&a);
    bool ok = json_read((struct view){text, size}, &a, &n, &e);
    json_t *j = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
    if (ok) {
        must(j != NULL);
        compare(n, j);
    } else {
        bool known = strstr(e.text, "too deep") != NULL || memchr(text, '\0', size) != NULL;
        must(e.kind == ERR_DATA && (j == NULL || known));
    }
    json_decref(j);
    arena_done(&a);
    mem_free(copy);
    return 0;
}
