/* Decode: see decode.h. This file walks lists to their elements; decode_value.c reads one field. */
#include "model/decode.h"

#include "model/decode_value.h"
#include "model/path.h"

enum { MAX_GROUPS = 2, MAX_ELEMENTS = 1000000 };

/* Where the walk is: the list being read and the group values met on the way down. */
struct walk {
    struct decoder *d;
    const struct list *list;
    struct rows *rows;
    size_t cap;
    struct node *groups[MAX_GROUPS]; /* text nodes whose `key` is the group's name */
    size_t group_n;
};

static void walk_path(struct walk *w, struct node *at, struct view path);

static void *add_item(struct walk *w)
{
    size_t size = w->list->entity->size;
    if (w->rows->n == w->cap) {
        size_t cap = w->cap == 0 ? 8 : w->cap * 2;
        void *items = arena_take_array(w->d->arena, cap, size);
        if (w->rows->n > 0)
            memcpy(items, w->rows->items, w->rows->n * size);
        w->rows->items = items;
        w->cap = cap;
    }
    return (char *)w->rows->items + w->rows->n++ * size;
}

static void read_groups(struct walk *w, struct record *item)
{
    const struct entity *e = w->list->entity;
    for (size_t g = 0; g < w->group_n; g++)
        for (size_t i = 0; i < e->field_n; i++)
            if ((e->fields[i].flags & F_GROUP) != 0 && view_is(w->groups[g]->key, e->fields[i].key))
                decode_value(w->d, &e->fields[i], i, w->groups[g], item);
}

/* The key field that an element lacks, or NULL. */
static const struct field *lacks_key(const struct entity *e, const struct node *element)
{
    for (size_t i = 0; i < e->field_n; i++) {
        const struct field *f = &e->fields[i];
        if ((f->flags & F_KEY) == 0 || (f->flags & F_GROUP) != 0)
            continue;
        const struct node *value = node_path(element, f->key);
        if (value == NULL || value->kind == NODE_NULL)
            return f;
    }
    return NULL;
}

/* An element without its key fits no table: it is not taken, and so kept whole in `extra`. */
static void read_element(struct walk *w, struct node *at)
{
    const struct field *missing;
    if (at->kind != NODE_OBJECT) {
        decode_wrong_type(w->d, at, w->list->path, "object");
        return;
    }
    missing = lacks_key(w->list->entity, at);
    if (missing != NULL) {
        findings_add(w->d->findings, RULE_NO_KEY, at->line, at->column, w->d->key, missing->key,
            "the element has no %s; kept in extra", missing->key);
        return;
    }
    at->taken = true;
    struct record *item = add_item(w);
    item->at = (struct place){at->line, at->column};
    read_groups(w, item);
    decode_fields(w->d, w->list->entity, F_GROUP, at, item);
}

static void read_value(struct walk *w, struct node *at, struct view name)
{
    const struct entity *e = w->list->entity;
    struct record *item = add_item(w);
    item->at = (struct place){at->line, at->column};
    for (size_t i = 0; i < e->field_n; i++)
        if (view_is(name, e->fields[i].key))
            decode_value(w->d, &e->fields[i], i, at, item);
}

static void push_group(struct walk *w, struct node *value, struct view path, struct node *below)
{
    if (w->group_n == MAX_GROUPS)
        return;
    w->groups[w->group_n++] = value;
    walk_path(w, below, path);
    w->group_n--;
}

/* The elements of the list at this step; {} for an empty list is tolerated. */
static bool as_list(struct walk *w, struct node *at)
{
    if (at->kind == NODE_OBJECT && at->n == 0) {
        decode_fixed(w->d, at, w->list->path, "{} was read as an empty list");
        return true;
    }
    if (at->kind != NODE_LIST)
        decode_wrong_type(w->d, at, w->list->path, "list");
    else if (at->n > MAX_ELEMENTS)
        decode_wrong_type(w->d, at, w->list->path, "list of at most 1000000");
    return at->kind == NODE_LIST && at->n <= MAX_ELEMENTS;
}

static void walk_list(struct walk *w, struct node *at, struct step step, struct view path)
{
    w->rows->said = true;
    if (!as_list(w, at))
        return;
    at->taken = true;
    for (struct node *c = at->first; at->n > 0 && c != NULL; c = c->next) {
        if (step.kind == STEP_ALL) {
            walk_path(w, c, path);
        } else if (step.kind == STEP_VALUE) {
            read_value(w, c, step.name);
        } else {
            struct node *group = node_find(c, step.name);
            c->taken = true;
            if (group == NULL || group->kind != NODE_TEXT)
                decode_wrong_type(w->d, c, w->list->path, "object with its group's key");
            else
                push_group(w, group, path, c);
            if (group != NULL)
                /* also of a group without elements, which has nothing to say */
                group->taken = true;
        }
    }
}

/* A member fits when the next step can go into it. */
static bool fits(const struct node *member, struct view path)
{
    struct step next = path_next(&path);
    if (next.kind == STEP_ALL || next.kind == STEP_GROUP_LIST || next.kind == STEP_VALUE)
        return member->kind == NODE_LIST;
    return member->kind == NODE_OBJECT;
}

static void walk_keys(struct walk *w, struct node *at, struct step step, struct view path)
{
    w->rows->said = true;
    if (at->kind == NODE_LIST && at->n == 0) {
        at->taken = true; /* PHP's way to write an empty object */
        return;
    }
    if (at->kind != NODE_OBJECT) {
        decode_wrong_type(w->d, at, w->list->path, "object");
        return;
    }
    at->taken = true;
    for (struct node *c = at->first; c != NULL; c = c->next) {
        if (!fits(c, path))
            continue;
        struct node *group = node_text(w->d->arena, c->key);
        group->key = step.name;
        group->line = c->line;
        group->column = c->column;
        push_group(w, group, path, c);
    }
}

static void walk_key(struct walk *w, struct node *at, struct view name, struct view path)
{
    struct node *child = node_find(at, name);
    if (child == NULL)
        return;
    bool last = path.n == 0;
    at->taken = true;
    /* a single object may be null (no collection); a null list says nothing */
    if (child->kind == NODE_NULL) {
        child->taken = true;
        w->rows->said = w->rows->said || last;
        if (!last)
            decode_fixed(w->d, child, w->list->path, "null was read as 'not fetched'");
        return;
    }
    if (last)
        w->rows->said = true;
    else if (path.p[0] == '.' && child->kind != NODE_OBJECT) {
        decode_wrong_type(w->d, child, w->list->path, "object");
        return;
    }
    walk_path(w, child, path);
}

static void walk_path(struct walk *w, struct node *at, struct view path)
{
    struct step step = path_next(&path);
    switch (step.kind) {
    case STEP_END:
        read_element(w, at);
        break;
    case STEP_KEY:
        walk_key(w, at, step.name, path);
        break;
    case STEP_ALL:
    case STEP_VALUE:
    case STEP_GROUP_LIST:
        walk_list(w, at, step, path);
        break;
    case STEP_GROUP_KEYS:
        walk_keys(w, at, step, path);
        break;
    }
}

bool tmdb_decode(struct node *body, struct view key, struct arena *a, struct tmdb_movie *ret,
    struct findings *findings)
{
    uint64_t errors = findings_errors(findings);
    struct decoder d = {a, findings, key};
    *ret = (struct tmdb_movie){0};
    if (body->kind != NODE_OBJECT) {
        decode_wrong_type(&d, body, "movie", "object");
        return false;
    }
    body->taken = true;
    ret->record.at = (struct place){body->line, body->column};
    decode_fields(&d, &tmdb_movie_entity, 0, body, &ret->record);
    for (size_t i = 0; i < TMDB_LIST_COUNT; i++) {
        struct walk w = {.d = &d, .list = &tmdb_lists[i], .rows = tmdb_rows(&tmdb_lists[i], ret)};
        walk_path(&w, body, view_of(tmdb_lists[i].path));
    }
    ret->extra = decode_extra(&d, body);
    return findings_errors(findings) == errors;
}
