/* The index of ratings, which takes half as long as their rows: while the second connection has it
 * built, the first goes on with the release (counts of ratings, tags), and what is left waits for
 * nothing but the index. */
#include "store/mysql/chunk.h"

#include "base/mem.h"
#include "base/sys.h"
#include "base/thread.h"
#include "store/ddl.h"

/* An index over millions of rows takes longer than a lease lasts. A connection that says nothing
 * for three minutes is ended by the server (wait_timeout). */
enum { INDEX_LEASE = 7200, RESTED_MS = 60 * 1000 };

struct rating_index {
    struct store *by, *twin;
    struct thread *thread;
    int64_t lease; /* what it is otherwise */
    bool ok;
    struct err why;
};

static void build(void *payload)
{
    struct rating_index *x = payload;
    x->ok = ddl_create_index(x->by, ddl_find_index("ratings", "movielens_id"), &x->why);
}

/* A cluster holds up whatever is written while it builds an index (total order isolation). */
bool rating_index_begin(struct store *s, struct store *twin, bool beside, struct err *e)
{
    bool apart = beside && twin != NULL && server_is_single(s);
    struct rating_index *x = server_of(s)->index = mem_alloc(sizeof *x);
    *x = (struct rating_index){
        .by = apart ? twin : s, .twin = twin, .lease = s->lease_seconds};
    s->lease_seconds = x->by->lease_seconds = INDEX_LEASE;
    if (apart)
        return thread_start(build, x, &x->thread, e);
    build(x);
    return rating_index_end(s, true, e);
}

/* Where that took long, the caller's connection may be gone. */
static bool is_awake(struct store *s, int64_t since_ms, struct err *e)
{
    if (sys_mono_ms() - since_ms > RESTED_MS)
        server_disconnect(server_of(s));
    return server_ready(s, e);
}

bool rating_index_end(struct store *s, bool ok, struct err *e)
{
    struct rating_index *x = server_of(s)->index;
    int64_t since = sys_mono_ms();
    if (x == NULL)
        return ok;
    thread_join(x->thread);
    if (ok && !x->ok)
        *e = x->why;
    ok = ok && x->ok;
    s->lease_seconds = x->lease;
    server_twin_close(x->twin);
    mem_free(x);
    server_of(s)->index = NULL;
    return ok && is_awake(s, since, e);
}
