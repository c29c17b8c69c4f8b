/*
 * See counts.h: open addressing, at most three quarters full.
 */
#include "counts.h"

#include "text.h"

#include <stdlib.h>

void counts_done(struct counts *c)
{
    free(c->keys);
    free(c->seen);
    *c = (struct counts){0};
}

static size_t place_of(const struct counts *c, uint64_t key)
{
    size_t at = (size_t)mix64(key) & (c->cap - 1);

    while (c->keys[at] != 0 && c->keys[at] != key)
        at = (at + 1) & (c->cap - 1);
    return at;
}

static void grow(struct counts *c)
{
    struct counts bigger = {.cap = c->cap > 0 ? 2 * c->cap : 1024, .used = c->used};

    bigger.keys = mem_take(NULL, bigger.cap * sizeof *bigger.keys);
    bigger.seen = mem_take(NULL, bigger.cap * sizeof *bigger.seen);
    memset(bigger.keys, 0, bigger.cap * sizeof *bigger.keys);
    for (size_t i = 0; i < c->cap; i++) {
        size_t at;

        if (c->keys[i] == 0)
            continue;
        at = place_of(&bigger, c->keys[i]);
        bigger.keys[at] = c->keys[i];
        bigger.seen[at] = c->seen[i];
    }
    counts_done(c);
    *c = bigger;
}

uint32_t counts_add(struct counts *c, uint64_t key)
{
    size_t at;

    if (key == 0)
        key = 1;
    if (c->used * 4 >= c->cap * 3)
        grow(c);
    at = place_of(c, key);
    if (c->keys[at] == 0) {
        c->keys[at] = key;
        c->seen[at] = 0;
        c->used++;
    }
    return ++c->seen[at];
}

uint64_t counts_key(const struct http_request *req)
{
    uint64_t key = text_hash(req->path, strlen(req->path), 3);

    for (unsigned i = 0; i < req->param_count; i++) {
        if (strcmp(req->params[i].name, "api_key") == 0)
            continue;
        key = text_hash(req->params[i].name, strlen(req->params[i].name), key);
        key = text_hash(req->params[i].value, strlen(req->params[i].value), key);
    }
    return key;
}
