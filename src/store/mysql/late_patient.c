/* Late indexes over millions of rows, which take longer than a lease lasts, and than a server is
 * believed that says nothing: the connection is made anew for them, DDL being outside of
 * transactions.
 *
 * A server sorts an index with one core, so a second connection makes some of them: of other
 * tables, for two statements that alter one table wait for each other. All indexes come before the
 * first key, whose statement locks the table that it leads to as well. */
#include "store/mysql/late.h"

#include "base/thread.h"
#include "store/lease.h"
#include "store/mysql/chunk.h"

enum { LONG_LEASE = 7200 };

typedef bool late_fn(struct store *s, const struct late_index *l, struct err *e);

/* One of two connections at work. */
struct maker {
    struct store *s;
    struct queue *todo; /* of both */
    late_fn *make;
    bool ok;
    struct err why;
};

/* After a failure nothing more is begun. */
static void work(void *payload)
{
    struct maker *m = payload;
    const struct late_index *l;
    while (m->ok && (l = queue_take_now(m->todo)) != NULL)
        m->ok = m->make(m->s, l, &m->why);
    while (!m->ok && queue_take_now(m->todo) != NULL)
        continue;
}

static bool share_out(struct store *s, struct store *twin, struct late_index *late, size_t n,
    late_fn *make, struct err *e)
{
    struct queue *todo = queue_new(n);
    struct maker here = {s, todo, make, true, {0}}, there = {twin, todo, make, true, {0}};
    struct thread *thread = NULL;
    struct err ignored;
    for (size_t i = 0; i < n; i++)
        (void)queue_put(todo, &late[i]);
    if (twin != NULL)
        (void)thread_start(work, &there, &thread, &ignored); /* without it, `here` makes them all */
    work(&here);
    thread_join(thread);
    queue_free(todo);
    if (!here.ok || !there.ok)
        *e = here.ok ? there.why : here.why;
    return here.ok && there.ok;
}

/* Without a second connection one makes them all. */
static bool make_each(
    struct store *s, struct late_index *late, size_t n, late_fn *make, struct err *e)
{
    struct store *twin = NULL;
    struct err ignored;
    if (!server_twin(s, &twin, &ignored))
        twin = NULL;
    bool ok = share_out(s, twin, late, n, make, e);
    server_twin_close(twin);
    return ok;
}

static bool connect_anew(struct store *s, struct err *e)
{
    server_disconnect(server_of(s));
    return server_ready(s, e) && lease_check(s, e);
}

/* New connections for the keys: one of the two may have rested for longer than the server waits for
 * a word (wait_timeout), while the other made its last index. */
bool late_make_patiently(struct store *s, struct late_index *late, size_t n, struct err *e)
{
    struct server *q = server_of(s);
    int64_t lease = s->lease_seconds;
    if (!server_send(s, view_of("COMMIT"), NULL, e))
        return false;
    q->patient = true;
    s->lease_seconds = LONG_LEASE;
    bool ok = connect_anew(s, e) && server_remove_orphans(s, e) &&
              make_each(s, late, n, late_make_index, e) && connect_anew(s, e) &&
              make_each(s, late, n, late_make_keys, e);
    s->lease_seconds = lease;
    q->patient = false;
    server_disconnect(q);
    return ok && connect_anew(s, e);
}
