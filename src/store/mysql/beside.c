/* Beside: see beside.h. The caller lays rows out; a thread sends them over the second connection,
 * the caller over the first. All else is the caller's, while the thread rests. */
#include "store/mysql/beside.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "store/mysql/chunk.h"
#include "store/mysql/fresh.h"

#include <string.h>

enum { JOBS = 16 };

struct job {
    struct loading rows;
    /* what became of it, and why: carried from one thread to the other, for the connection may be
     * at the next one by then */
    bool done, careful;
    unsigned code;
    struct err why;
};

struct beside {
    struct store *twin; /* NULL: not connected */
    struct thread *thread;
    struct queue *full, *done;
    struct job jobs[JOBS];
    struct job *idle[JOBS];
    size_t idle_n;
    bool begun; /* a transaction */
    bool never; /* there can be no second connection */
};

static void work(void *payload)
{
    struct beside *b = payload;
    struct job *j;
    while ((j = queue_take(b->full)) != NULL) {
        j->done = server_load(b->twin, &j->rows, false, &j->why);
        j->careful = server_of(b->twin)->careful;
        j->code = server_of(b->twin)->code;
        (void)queue_put(b->done, j);
    }
}

static bool begin_thread(struct server *q, struct err *e)
{
    struct beside *b = q->beside = mem_alloc(sizeof *b);
    *b = (struct beside){.full = queue_new(JOBS), .done = queue_new(JOBS)};
    for (size_t i = 0; i < JOBS; i++)
        b->idle[b->idle_n++] = &b->jobs[i];
    if (thread_start(work, b, &b->thread, e))
        return true;
    beside_free(q);
    return false;
}

/* ---- the connection */

static void hang_up(struct beside *b)
{
    server_twin_close(b->twin);
    b->twin = NULL;
    b->begun = false;
}

static bool begin(struct store *s, struct beside *b)
{
    struct err why;
    if (b->twin == NULL && !server_twin(s, &b->twin, &why)) {
        b->twin = NULL;
        b->never = true;
        log_line(LOG_INFO, "rows of records go over one connection: %s", why.text);
        return false;
    }
    b->begun = server_send(b->twin, view_of("START TRANSACTION"), NULL, &why);
    if (!b->begun)
        hang_up(b);
    return b->begun;
}

/* A connection that rested may be gone; and it goes to the host where the first one is. */
static bool has_begun(struct store *s, struct beside *b)
{
    if (b->begun)
        return true;
    if (b->twin != NULL && server_of(b->twin)->host != server_of(s)->host)
        hang_up(b);
    return !b->never && (begin(s, b) || (!b->never && begin(s, b)));
}

/* ---- rows */

static void rest(struct beside *b, struct job *j)
{
    str_done(&j->rows.data);
    b->idle[b->idle_n++] = j;
}

/* What the failure of a LOAD DATA, of either connection, means for the next transaction. */
static void learn(struct server *q, bool careful, unsigned code, struct err *e)
{
    bool forbidden = server_is_forbidden(code);
    q->careful = q->careful || careful;
    q->no_local = q->no_local || forbidden;
    e->transient = e->transient || forbidden;
}

static bool load_here(struct store *s, struct job *j, struct err *e)
{
    struct server *q = server_of(s);
    bool ok = server_load(s, &j->rows, false, e);
    if (!ok)
        learn(q, q->careful, q->code, e);
    rest(q->beside, j);
    return ok;
}

/* Waits for a job of the thread. */
static bool take_done(struct server *q, struct err *e)
{
    struct beside *b = q->beside;
    struct job *j = queue_take(b->done);
    bool ok = j->done;
    if (!ok) {
        *e = j->why;
        learn(q, j->careful, j->code, e);
    }
    rest(b, j);
    return ok;
}

/* Until so many jobs are at rest. */
static bool work_off(struct store *s, size_t idle, struct err *e)
{
    struct server *q = server_of(s);
    bool ok = true;
    while (ok && q->beside->idle_n < idle) {
        struct job *j = queue_take_now(q->beside->full);
        ok = j != NULL ? load_here(s, j, e) : take_done(q, e);
    }
    return ok;
}

bool beside_takes(const struct table *t)
{
    const struct column *record = table_column(t, "tmdb_id");
    return record != NULL && record->to_table != NULL &&
           strcmp(record->to_table, "tmdb_movies") == 0 && column_is_key(t, record) &&
           server_is_late(t);
}

bool beside_put(struct store *s, const struct put *p, const struct row_set *rows, struct err *e)
{
    struct server *q = server_of(s);
    if ((q->beside == NULL && !begin_thread(q, e)) || !work_off(s, 1, e))
        return false;
    struct beside *b = q->beside;
    struct job *j = b->idle[--b->idle_n];
    str_init(&j->rows.data, LOAD_MAX);
    if (!server_lay_out(s, p, rows, &j->rows)) {
        rest(b, j);
        err_set(e, ERR_STORE, "too many rows for one LOAD DATA into %s", p->table->name);
        q->careful = e->transient = true;
        return false;
    }
    if (!has_begun(s, b))
        return load_here(s, j, e);
    (void)queue_put(b->full, j);
    return true;
}

/* The first connection still answers, so its transaction stands, and with it the lock on the
 * lease. */
bool beside_commit(struct store *s, struct err *e)
{
    struct server *q = server_of(s);
    struct beside *b = q->beside;
    if (b == NULL || !b->begun)
        return true;
    if (!work_off(s, JOBS, e) || !server_send(s, view_of("SELECT 1"), NULL, e))
        return false;
    q->ahead = true;
    b->begun = false;
    return server_send(b->twin, view_of("COMMIT"), NULL, e);
}

void beside_roll_back(struct server *q)
{
    struct beside *b = q->beside;
    struct err ignored;
    struct job *j;
    if (b == NULL)
        return;
    while ((j = queue_take_now(b->full)) != NULL)
        rest(b, j);
    while (b->idle_n < JOBS)
        (void)take_done(q, &ignored);
    if (b->begun)
        hang_up(b);
}

void beside_free(struct server *q)
{
    struct beside *b = q->beside;
    if (b == NULL)
        return;
    beside_roll_back(q);
    queue_close(b->full);
    thread_join(b->thread);
    hang_up(b);
    queue_free(b->full);
    queue_free(b->done);
    mem_free(b);
    q->beside = NULL;
}
