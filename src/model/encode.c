/* Encode: see encode.h. */
#include "model/encode.h"

#include "model/path.h"

static struct node *value_node(const struct field *f, const void *record, size_t i, struct arena *a)
{
    const void *at = field_in(f, record);
    if (!field_has_value(record, i))
        return node_new(a, NODE_NULL);
    switch (f->type) {
    case FIELD_BOOL:
        return node_bool(a, *(const int64_t *)at != 0);
    case FIELD_INT:
        return node_int(a, *(const int64_t *)at);
    case FIELD_REAL:
        return node_real(a, *(const double *)at);
    case FIELD_TEXT:
    case FIELD_DATE:
    case FIELD_INSTANT:
        return node_text(a, *(const struct view *)at);
    case FIELD_JSON: {
        struct node *copy = node_new(a, NODE_NULL);
        *copy = **(const struct node *const *)at; /* shares the children */
        return copy;
    }
    }
    return node_new(a, NODE_NULL);
}

static struct node *child_of(
    struct node *object, struct view key, enum node_kind kind, struct arena *a)
{
    struct node *child = node_find(object, key);
    if (child == NULL) {
        child = node_new(a, kind);
        node_put(object, key, child);
    }
    return child;
}

/* The object that holds the last part of a dotted key; *ret_last is that part. */
static struct node *descend(
    struct node *object, const char *dotted, struct view *ret_last, struct arena *a)
{
    struct view rest = view_of(dotted);
    for (size_t dot; (dot = view_find(rest, 0, '.')) < rest.n;) {
        object = child_of(object, view_slice(rest, 0, dot), NODE_OBJECT, a);
        rest = view_slice(rest, dot + 1, rest.n);
    }
    *ret_last = rest;
    return object;
}

static void put_fields(
    const struct entity *e, unsigned without, const void *record, struct node *to, struct arena *a)
{
    for (size_t i = 0; i < e->field_n; i++) {
        const struct field *f = &e->fields[i];
        struct view last;
        if ((f->flags & without) != 0 || !field_said(record, i))
            continue;
        struct node *object = descend(to, f->key, &last, a);
        if (node_find(object, last) == NULL) /* two fields may be read from one key */
            node_put(object, last, value_node(f, record, i, a));
    }
}

/* The value of the F_GROUP field whose key is `name`. */
static struct view group_value(const struct list *l, const void *item, struct view name)
{
    for (size_t i = 0; i < l->entity->field_n; i++) {
        const struct field *f = &l->entity->fields[i];
        if ((f->flags & F_GROUP) != 0 && view_is(name, f->key))
            return *(const struct view *)field_in(f, item);
    }
    return view_of("");
}

static struct node *group_in_list(
    struct node *list, struct view key, struct view value, struct arena *a)
{
    for (struct node *c = list->first; c != NULL; c = c->next) {
        const struct node *v = node_find(c, key);
        if (v != NULL && v->kind == NODE_TEXT && view_eq(v->text, value))
            return c;
    }
    struct node *c = node_new(a, NODE_OBJECT);
    node_put(c, key, node_text(a, value));
    node_add(list, c);
    return c;
}

static struct node *value_of_key(
    const struct list *l, const void *item, struct view key, struct arena *a)
{
    for (size_t i = 0; i < l->entity->field_n; i++)
        if (view_is(key, l->entity->fields[i].key))
            return value_node(&l->entity->fields[i], item, i, a);
    return node_new(a, NODE_NULL);
}

/* The kind of node that the steps of `path` go into. */
static enum node_kind kind_for(struct view path)
{
    struct step next = path_next(&path);
    return next.kind == STEP_ALL || next.kind == STEP_GROUP_LIST || next.kind == STEP_VALUE
               ? NODE_LIST
               : NODE_OBJECT;
}

/* Puts one item where the path leads from `at`. */
static void put_item(const struct list *l, const void *item, struct node *at, struct view path,
    struct arena *a)
{
    for (;;) {
        struct step step = path_next(&path);
        struct node *child;
        switch (step.kind) {
        case STEP_END:
            put_fields(l->entity, F_GROUP, item, at, a);
            return;
        case STEP_KEY:
            at = child_of(at, step.name, kind_for(path), a);
            break;
        case STEP_ALL:
            child = node_new(a, kind_for(path));
            node_add(at, child);
            at = child;
            break;
        case STEP_GROUP_LIST:
            at = group_in_list(at, step.name, group_value(l, item, step.name), a);
            break;
        case STEP_GROUP_KEYS:
            at = child_of(at, group_value(l, item, step.name), kind_for(path), a);
            break;
        case STEP_VALUE:
            node_add(at, value_of_key(l, item, step.name, a));
            return;
        }
    }
}

/* Makes the containers of a list that was said, so that an empty list stays "there are none". */
static void put_containers(const struct list *l, bool empty, struct node *at, struct arena *a)
{
    struct view path = view_of(l->path);
    for (;;) {
        struct step step = path_next(&path);
        if (step.kind != STEP_KEY)
            return;
        bool single = path.n == 0;
        if (single && !empty)
            return;
        at = child_of(at, step.name, single ? NODE_NULL : kind_for(path), a);
    }
}

struct node *tmdb_encode(const struct tmdb_movie *m, struct arena *a)
{
    struct node *root = node_new(a, NODE_OBJECT);
    put_fields(&tmdb_movie_entity, 0, m, root, a);
    for (size_t i = 0; i < TMDB_LIST_COUNT; i++) {
        const struct list *l = &tmdb_lists[i];
        const struct rows *rows = tmdb_rows_in(l, m);
        if (!rows->said)
            continue;
        put_containers(l, rows->n == 0, root, a);
        for (size_t k = 0; k < rows->n; k++)
            put_item(l, rows_at(rows, l->entity, k), root, view_of(l->path), a);
    }
    if (m->extra.p != NULL)
        node_put(root, view_of("extra"), node_text(a, m->extra));
    return root;
}
