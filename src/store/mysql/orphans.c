/* Rows of records that are not there: whoever wrote them died before the records were committed
 * (beside.h), and late indexes that are missing say so.
 *
 * Or he was taken for dead, and is about to commit the records: until then he has the lease's row
 * locked. Most often nothing is left, and then nobody is disturbed. */
#include "store/mysql/beside.h"

#include "store/lease.h"

/* The row is changed, not only locked, so that the two collide also on different nodes of a
 * cluster. */
bool server_begin_alone(struct store *s, struct err *e)
{
    return server_run(s, "START TRANSACTION", e) &&
           server_run(s, "UPDATE {etl_locks} SET expires_at = expires_at + 1", e);
}

static bool has_orphans(struct store *s, const char *from, bool *ret, struct err *e)
{
    struct view text = arena_print(&s->scratch, "SELECT 1 %s LIMIT 1", from);
    int64_t one;
    return db_get_ints(s, text.p, NO_CELLS, &one, 1, ret, e);
}

static bool remove_from(struct store *s, const struct table *t, struct err *e)
{
    bool any = false;
    struct view from = arena_print(&s->scratch,
        "FROM {%s} c LEFT JOIN {tmdb_movies} m ON m.tmdb_id = c.tmdb_id WHERE m.tmdb_id IS NULL",
        t->name);
    struct view remove = arena_print(&s->scratch, "DELETE c %s", from.p);
    if (!has_orphans(s, from.p, &any, e))
        return false;
    return !any || (server_begin_alone(s, e) && lease_check(s, e) && server_run(s, remove.p, e) &&
                       server_run(s, "COMMIT", e));
}

bool server_remove_orphans(struct store *s, struct err *e)
{
    struct server *q = server_of(s);
    bool ok = true;
    for (size_t i = 0; q->orphans && ok && i < s->schema.tables.n; i++) {
        const struct table *t = vec_at(&s->schema.tables, i);
        ok = !beside_takes(t) || remove_from(s, t, e);
    }
    q->orphans = q->orphans && !ok;
    return ok;
}
