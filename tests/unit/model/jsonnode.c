/* JSON for tests: see jsonnode.h. */
#include "jsonnode.h"

#include <jansson.h>

static struct node *convert(struct arena *a, json_t *j);

static struct node *convert_object(struct arena *a, json_t *j)
{
    struct node *n = node_new(a, NODE_OBJECT);
    const char *key;
    json_t *value;
    json_object_foreach(j, key, value) node_put(n, arena_dup(a, view_of(key)), convert(a, value));
    return n;
}

static struct node *convert_list(struct arena *a, json_t *j)
{
    struct node *n = node_new(a, NODE_LIST);
    for (size_t i = 0; i < json_array_size(j); i++)
        node_add(n, convert(a, json_array_get(j, i)));
    return n;
}

static struct node *convert(struct arena *a, json_t *j)
{
    switch (json_typeof(j)) {
    case JSON_OBJECT:
        return convert_object(a, j);
    case JSON_ARRAY:
        return convert_list(a, j);
    case JSON_STRING:
        return node_text(
            a, arena_dup(a, (struct view){json_string_value(j), json_string_length(j)}));
    case JSON_INTEGER:
        return node_int(a, json_integer_value(j));
    case JSON_REAL:
        return node_real(a, json_real_value(j));
    case JSON_TRUE:
    case JSON_FALSE:
        return node_bool(a, json_is_true(j));
    case JSON_NULL:
        break;
    }
    return node_new(a, NODE_NULL);
}

struct node *json_node(struct arena *a, struct view json)
{
    json_t *j =
        json_loadb(json.p, json.n, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    struct node *n = j == NULL ? NULL : convert(a, j);
    json_decref(j);
    return n;
}

struct node *json_nodez(struct arena *a, const char *json)
{
    struct view v = arena_dup(a, view_of(json));
    if (strchr(json, '"') == NULL) {
        char *z = arena_take(a, v.n + 1);
        for (size_t i = 0; i < v.n; i++)
            z[i] = v.p[i] == '\'' ? '"' : v.p[i];
        v.p = z;
    }
    return json_node(a, v);
}
