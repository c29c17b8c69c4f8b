/* Fuzz: what TMDB answers, from bytes to the tree.
 *
 * Beside crashes it looks for what must always hold of a tree: no deeper than allowed, texts are
 * UTF-8 with a NUL behind them, no key twice; and a refusal is about the data, with the place in
 * it. */
#include "source/tmdb/json.h"

#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void must_be_text(struct view v)
{
    must(v.p != NULL && v.p[v.n] == '\0' && utf8_is_valid(v));
}

static void look(const struct node *n, unsigned depth)
{
    size_t children = 0;
    must(depth <= NODE_MAX_DEPTH);
    if (n->kind == NODE_TEXT)
        must_be_text(n->text);
    if (n->kind != NODE_OBJECT && n->kind != NODE_LIST)
        return;
    for (const struct node *c = n->first; c != NULL; c = c->next, children++) {
        if (n->kind == NODE_OBJECT) {
            must_be_text(c->key);
            must(node_find(n, c->key) == c);
        }
        look(c, depth + 1);
    }
    must(children == n->n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct node *n = NULL;
    struct err e;
    char *copy = mem_alloc(size + 1); /* of its own, so that reading beyond it shows */
    if (size > 0)
        memcpy(copy, data, size);
    arena_init(&a);
    if (json_read((struct view){copy, size}, &a, &n, &e))
        look(n, 0);
    else
        must(e.kind == ERR_DATA);
    arena_done(&a);
    mem_free(copy);
    return 0;
}
