/* JSON: see json.h. */
#include "source/tmdb/json.h"

#include "base/mem.h"

#include <jansson.h>

/* Depth and number of values, counted before the parser builds anything. Says nothing about
 * correctness: brackets and commas outside of strings are enough for a bound. */
static bool is_within_limits(struct view v, struct err *e)
{
    unsigned depth = 0;
    uint64_t values = 0;
    bool in_text = false;
    for (size_t i = 0; i < v.n; i++) {
        char c = v.p[i];
        if (c == '\0') /* jansson 2.14 overlooks one behind a number */
            return err_set(e, ERR_DATA, "a NUL byte stands in it");
        if (in_text) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_text = false;
        } else if (c == '"') {
            in_text = true;
        } else if (c == '{' || c == '[') {
            values++;
            if (++depth > NODE_MAX_DEPTH)
                return err_set(e, ERR_DATA, "it is nested deeper than %d levels", NODE_MAX_DEPTH);
        } else if (c == '}' || c == ']') {
            depth -= depth > 0;
        } else if (c == ',' && ++values > JSON_VALUES_MAX) {
            return err_set(e, ERR_DATA, "it holds more than %d values", JSON_VALUES_MAX);
        }
    }
    return true;
}

static struct node *to_node(const json_t *j, struct arena *a);

static struct view copy(struct arena *a, const char *p, size_t n)
{
    return arena_dup(a, (struct view){p, n});
}

static struct node *list_node(const json_t *j, struct arena *a)
{
    struct node *list = node_new(a, NODE_LIST);
    for (size_t i = 0; i < json_array_size(j); i++)
        node_add(list, to_node(json_array_get(j, i), a));
    return list;
}

static struct node *object_node(const json_t *j, struct arena *a)
{
    struct node *object = node_new(a, NODE_OBJECT);
    json_t *mine = json_incref((json_t *)(uintptr_t)j); /* iterators want a non-const object */
    for (void *at = json_object_iter(mine); at != NULL; at = json_object_iter_next(mine, at)) {
        const char *key = json_object_iter_key(at);
        node_put(object, copy(a, key, strlen(key)), to_node(json_object_iter_value(at), a));
    }
    json_decref(mine);
    return object;
}

static struct node *to_node(const json_t *j, struct arena *a)
{
    switch (json_typeof(j)) {
    case JSON_OBJECT:
        return object_node(j, a);
    case JSON_ARRAY:
        return list_node(j, a);
    case JSON_STRING:
        return node_text(a, copy(a, json_string_value(j), json_string_length(j)));
    case JSON_INTEGER:
        return node_int(a, json_integer_value(j));
    case JSON_REAL:
        return node_real(a, json_real_value(j));
    case JSON_TRUE:
    case JSON_FALSE:
        return node_bool(a, json_typeof(j) == JSON_TRUE);
    case JSON_NULL:
        break;
    }
    return node_new(a, NODE_NULL);
}

bool json_read(struct view text, struct arena *a, struct node **ret, struct err *e)
{
    json_error_t why;
    if (text.p == NULL || text.n == 0)
        return err_set(e, ERR_DATA, "it is empty");
    if (!is_within_limits(text, e))
        return false;
    json_set_alloc_funcs(mem_alloc, mem_free); /* exhaustion ends the process, as everywhere */
    json_t *j = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, &why);
    if (j == NULL)
        return err_set(e, ERR_DATA, "line %d, column %d: %s", why.line, why.column, why.text);
    *ret = to_node(j, a);
    json_decref(j);
    return true;
}
