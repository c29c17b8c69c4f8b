/* Emptying the database: see store.h. What stays: the structure, the registry of our tables, the
 * migrations, the lease, and the genre vocabulary, which is part of the program. */
#include "store/upsert.h"

static bool empty(struct store *s, const struct table *t, uint64_t *rows, struct err *e)
{
    int64_t n = 0;
    struct view text = arena_print(&s->scratch, "DELETE FROM {%s}", t->name);
    bool ok = s->engine->empty != NULL ? s->engine->empty(s, t->name, &n, e)
                                       : db_exec(s, text.p, NO_CELLS, &n, e);
    *rows += (uint64_t)n;
    return ok;
}

/* What says that something is there goes before the thing itself. */
static bool speaks_of_others(const struct table *t)
{
    return t->ours || strcmp(t->name, "movielens_release") == 0;
}

/* In an order that may end anywhere, for engines where this is more than one transaction: first
 * what speaks of data, then the data, children before their parents. */
static bool clear_all(struct store *s, void *payload, struct err *e)
{
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = s->schema.tables.n; i-- > 0;) {
            const struct table *t = vec_at(&s->schema.tables, i);
            if (!t->kept && speaks_of_others(t) == (pass == 0) && !empty(s, t, payload, e))
                return false;
        }
    return true;
}

bool store_clear(struct store *s, uint64_t *ret_rows, struct err *e)
{
    uint64_t rows = 0;
    if (!db_may_begin(s, e))
        return false;
    if (s->engine->sweep != NULL ? !s->engine->sweep(s, clear_all, &rows, e)
                                 : !s->engine->bulk(s, false, clear_all, &rows, e))
        return false;
    s->engine->tidy(s);
    *ret_rows = rows;
    return true;
}
