/* Emptying the database: see store.h. What stays: the structure, the registry of our tables, the migrations, the lease,
 * and the genre vocabulary, which is part of the program. */
#include "store/migrate.h"
#include "store/upsert.h"

/* Children before their parents. */
static bool clear_all(struct store *s, void *payload, struct err *e)
{
    uint64_t *rows = payload;
    for (size_t i = s->schema.tables.n; i-- > 0;) {
        const struct table *t = vec_at(&s->schema.tables, i);
        int64_t n = 0;
        struct view text = arena_print(&s->scratch, "DELETE FROM {%s}", t->name);
        if (t->kept)
            continue;
        if (!db_exec(s, text.p, NO_CELLS, &n, e))
            return false;
        *rows += (uint64_t)n;
    }
    return true;
}

bool store_clear(struct store *s, uint64_t *ret_rows, struct err *e)
{
    uint64_t rows = 0;
    if (s->writing)
        return err_set(e, ERR_BUG, "clear was begun inside a transaction");
    if (!s->engine->bulk(s, false, clear_all, &rows, e))
        return false;
    s->engine->tidy(s);
    *ret_rows = rows;
    return true;
}
