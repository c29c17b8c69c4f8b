/* The index of ratings, which takes half as long as their rows: while the second connection has it
 * built, the first goes on with the release (counts of ratings, movies, tags), and what is left
 * waits for nothing but the index. If the second cannot, the first does it at the end. */
#include "store/mysql/chunk.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/sys.h"
#include "base/thread.h"
#include "store/ddl.h"

/* An index over millions of rows takes longer than a lease lasts. A connection that says nothing
 * for three minutes is ended by the server (wait_timeout). */
enum { INDEX_LEASE = 7200, RESTED_MS = 60 * 1000 };

struct rating_index {
    struct store *twin;
    struct thread *thread; /* NULL: the caller's connection builds it, or has */
    int64_t lease;         /* what it is otherwise */
    bool ok;
    struct err why; /* transient: somebody else may still build it */
};

static bool create(struct store *s, void *payload, struct err *e)
{
    (void)payload;
    return ddl_create_index(s, ddl_find_index("ratings", "movielens_id"), e);
}

static void build(void *payload)
{
    struct rating_index *x = payload;
    x->ok = server_piece_once(x->twin, create, NULL, &x->why);
}

/* A cluster holds up whatever is written while it builds an index (total order isolation). */
bool rating_index_begin(struct store *s, struct store *twin, bool beside, struct err *e)
{
    struct rating_index *x = server_of(s)->index = mem_alloc(sizeof *x);
    *x = (struct rating_index){.twin = twin, .lease = s->lease_seconds};
    s->lease_seconds = INDEX_LEASE;
    if (beside && twin != NULL && server_is_single(s)) {
        twin->lease_seconds = INDEX_LEASE;
        if (!thread_start(build, x, &x->thread, &x->why))
            x->why.transient = true;
        return true;
    }
    x->ok = server_piece(s, create, NULL, e);
    return rating_index_end(s, x->ok, e);
}

/* Where that took long, the caller's connection may be gone. */
static bool is_awake(struct store *s, int64_t since_ms, struct err *e)
{
    if (sys_mono_ms() - since_ms > RESTED_MS)
        server_disconnect(server_of(s));
    return server_ready(s, e);
}

/* What became of it over the second connection. If that was lost, the index may be there, or the
 * server may still be building it, which CREATE INDEX waits for. */
static bool settle(struct store *s, const struct rating_index *x, struct err *e)
{
    if (x->ok)
        return true;
    *e = x->why;
    if (!x->why.transient)
        return false;
    log_line(LOG_WARNING, "%s; the index of ratings is built over the first connection",
        x->why.text);
    return server_piece_again(s, create, NULL, e);
}

bool rating_index_end(struct store *s, bool ok, struct err *e)
{
    struct rating_index *x = server_of(s)->index;
    int64_t since = sys_mono_ms();
    if (x == NULL)
        return ok;
    thread_join(x->thread);
    server_twin_close(x->twin);
    ok = ok && is_awake(s, since, e) && settle(s, x, e);
    s->lease_seconds = x->lease;
    mem_free(x);
    server_of(s)->index = NULL;
    return ok;
}
