/* Gathered: see gathered.h. */
#include "store/mysql/gathered.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/sys.h"
#include "store/lease.h"
#include "store/mysql/beside.h"
#include "store/mysql/chunk.h"
#include "store/mysql/waiting.h"

/* So long a gathering: what a failure costs, and whoever else wants the lease waits for it. After
 * the first load also whoever writes to rows of ours, or beside them: such a one is to notice
 * nothing. */
enum { MOST_MS = 60 * 1000, MOST_MS_LATER = 250 };

struct gathered {
    struct waiting *rows; /* NULL: none wait; it is not the first load */
    int64_t begun_ms;
    bool open; /* a transaction */
    bool lost; /* it is, and nobody was told to do it again */
};

/* ---- beginning and end */

static bool note_reason(void *payload, const struct cell *c, size_t n, struct err *e)
{
    (void)c;
    (void)n;
    (void)e;
    *(bool *)payload = true;
    return true;
}

/* No server knows all of these. */
#define OF_A_CLUSTER                                                                               \
    "SHOW VARIABLES WHERE (variable_name = 'wsrep_on' AND value = 'ON') OR"                        \
    " (variable_name = 'group_replication_group_name' AND value <> '') OR"                         \
    " variable_name = 'tidb_txn_mode'"
#define NO_LOCAL " OR (variable_name = 'local_infile' AND value = 'OFF')"

static bool has_none(struct store *s, const char *variables)
{
    struct err ignored;
    bool reason = false;
    return server_query(s, variables, NULL, 0, note_reason, &reason, &ignored) && !reason;
}

bool server_is_single(struct store *s)
{
    return has_none(s, OF_A_CLUSTER);
}

void gathered_start(struct store *s)
{
    struct server *q = server_of(s);
    struct err why;
    if (q->folder == NULL || q->no_local || !has_none(s, OF_A_CLUSTER NO_LOCAL))
        return;
    struct gathered *g = mem_alloc(sizeof *g);
    if (waiting_new(q->folder, &g->rows, &why)) {
        q->gathered = g;
        return;
    }
    log_line(LOG_WARNING, "rows do not wait for the server: %s", why.text);
    mem_free(g);
}

void gathered_start_later(struct store *s)
{
    if (server_is_single(s))
        server_of(s)->gathered = mem_alloc(sizeof(struct gathered));
}

void gathered_stop(struct server *q)
{
    if (q->gathered != NULL)
        waiting_free(q->gathered->rows);
    mem_free(q->gathered);
    q->gathered = NULL;
}

/* ---- its transaction */

bool gathered_is_open(const struct server *q)
{
    return q->gathered != NULL && q->gathered->open;
}

bool gathered_may_begin(const struct server *q, struct err *e)
{
    return q->gathered == NULL || !q->gathered->lost ||
           err_set(e, ERR_STORE, "what was written since the last commit was taken back");
}

void gathered_begun(struct server *q)
{
    if (q->gathered == NULL)
        return;
    q->gathered->open = true;
    q->gathered->begun_ms = sys_mono_ms();
}

void gathered_lose(struct server *q)
{
    if (!gathered_is_open(q))
        return;
    q->gathered->open = false;
    q->gathered->lost = true;
    if (q->gathered->rows != NULL)
        waiting_forget(q->gathered->rows);
}

bool gathered_again(struct store *s, const struct err *why)
{
    struct server *q = server_of(s);
    if (q->gathered == NULL || !q->gathered->lost)
        return false;
    log_line(LOG_WARNING,
        "%s; what was written since the last commit is loaded again, in smaller transactions",
        why->text);
    gathered_stop(q);
    return true;
}

/* ---- rows */

bool gathered_has_rows(const struct server *q)
{
    return gathered_is_open(q) && q->gathered->rows != NULL;
}

bool gathered_takes(const struct server *q, const struct table *t)
{
    return gathered_has_rows(q) && beside_takes(t);
}

bool gathered_put(struct store *s, const struct put *p, const struct row_set *rows, struct err *e)
{
    return waiting_put(s, server_of(s)->gathered->rows, p, rows, e);
}

bool gathered_bring_in(struct store *s, struct err *e)
{
    struct waiting *w = server_of(s)->gathered->rows;
    return w == NULL || waiting_is_empty(w) || waiting_load(s, NULL, w, e);
}

/* NULL: everything goes over the first connection. */
static struct store *second_of(struct store *s)
{
    struct store *twin = NULL;
    struct err why;
    if (server_twin(s, &twin, &why) && server_send(twin, view_of("START TRANSACTION"), NULL, &why))
        return twin;
    log_line(LOG_INFO, "rows of records go over one connection: %s", why.text);
    server_twin_close(twin);
    return NULL;
}

/* The first connection still answers, so its transaction stands, and with it the lock on the
 * lease. */
static bool commit_both(struct store *s, struct store *twin, struct err *e)
{
    struct server *q = server_of(s);
    if (!lease_renew(s, e))
        return false;
    q->ahead = twin != NULL;
    if (twin != NULL && !server_send(twin, view_of("COMMIT"), NULL, e))
        return false;
    if (!server_send(s, view_of("COMMIT"), NULL, e))
        return false;
    q->ahead = q->gathered->open = false;
    return true;
}

static bool commit(struct store *s, struct err *e)
{
    struct waiting *w = server_of(s)->gathered->rows;
    struct store *twin = w == NULL || waiting_is_empty(w) ? NULL : second_of(s);
    bool ok = (w == NULL || waiting_load(s, twin, w, e)) && commit_both(s, twin, e);
    if (!ok)
        server_rollback(s);
    server_twin_close(twin);
    return ok;
}

bool gathered_is_due(const struct store *s)
{
    const struct server *q = server_of(s);
    if (!gathered_is_open(q))
        return false;
    const struct waiting *w = q->gathered->rows;
    int64_t age = sys_mono_ms() - q->gathered->begun_ms;
    return w == NULL ? age > MOST_MS_LATER : waiting_is_full(w) || age > MOST_MS;
}

bool gathered_settle(struct store *s, bool now, bool *ret_settled, struct err *e)
{
    const struct server *q = server_of(s);
    *ret_settled = true;
    if (!gathered_may_begin(q, e))
        return false;
    if (!gathered_is_open(q))
        return true;
    *ret_settled = now || gathered_is_due(s);
    return !*ret_settled || commit(s, e);
}
