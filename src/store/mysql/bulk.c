/* Mass loading on a server. One transaction for everything would be refused by clusters and lost
 * with any hiccup, so a load goes in pieces: every call is a transaction of its own, begun with a
 * look at the lease, and replayed after a deadlock or a lost connection; all of them may be made
 * twice. What makes one outcome of them are the shadow tables (shadow.c). */
#include "store/mysql/chunk.h"

#include "store/lease.h"
#include "store/sql.h"

enum { CODE_TABLE_EXISTS = 1050, CODE_INDEX_EXISTS = 1061, CODE_NO_INDEX = 1091 };

struct piece {
    bool (*work)(struct store *s, void *payload, struct err *e);
    void *payload;
    bool late; /* the lease is locked at the end */
    unsigned tried;
};

/* The answer to a DDL statement was lost, but it was carried out. */
static bool was_done(const struct server *q, const struct piece *p)
{
    return p->tried > 1 && (q->code == CODE_TABLE_EXISTS || q->code == CODE_INDEX_EXISTS ||
                               q->code == CODE_NO_INDEX);
}

static bool run_piece(struct store *s, void *payload, struct err *e)
{
    struct server *q = server_of(s);
    struct piece *p = payload;
    q->piece = true;
    q->code = 0;
    if (++p->tried > 1)
        q->replayed = true;
    bool ok = server_send(s, view_of("START TRANSACTION"), NULL, e) &&
              (p->late ? lease_look(s, e) : lease_check(s, e)) &&
              (p->work(s, p->payload, e) || was_done(q, p)) && (!p->late || lease_check(s, e)) &&
              server_commit(s, e);
    q->piece = false;
    if (!ok)
        server_rollback(s);
    return ok;
}

static bool replay(struct store *s, struct piece *p, struct err *e)
{
    struct server *q = server_of(s);
    if (!q->bulk || q->piece)
        return p->work(s, p->payload, e);
    return server_replay(s, run_piece, p, e);
}

bool server_piece(struct store *s, bool (*work)(struct store *s, void *payload, struct err *e),
    void *payload, struct err *e)
{
    struct piece p = {work, payload, false, 0};
    return replay(s, &p, e);
}

bool server_piece_once(struct store *s, bool (*work)(struct store *s, void *payload, struct err *e),
    void *payload, struct err *e)
{
    struct piece p = {work, payload, false, 0};
    return server_first(s, e) && run_piece(s, &p, e);
}

bool server_piece_again(struct store *s,
    bool (*work)(struct store *s, void *payload, struct err *e), void *payload, struct err *e)
{
    struct piece p = {work, payload, false, 1};
    return replay(s, &p, e);
}

/* Who took the lease meanwhile may have dropped the table: then that is what went wrong. */
bool server_chunk(struct store *s, bool (*work)(struct store *s, void *payload, struct err *e),
    void *payload, struct err *e)
{
    struct piece p = {work, payload, true, 0};
    struct err why;
    if (replay(s, &p, e))
        return true;
    if (server_of(s)->db != NULL && !e->transient && !lease_look(s, &why) && why.kind == ERR_LOCKED)
        *e = why;
    return false;
}

/* The connection is made anew with other bounds, and without checks of foreign keys. */
static bool set_bulk(struct store *s, bool on, struct err *e)
{
    struct server *q = server_of(s);
    if (s->writing != !on)
        return err_set(e, ERR_BUG, "a bulk change was begun inside a transaction");
    server_disconnect(q);
    q->bulk = q->patient = s->writing = on;
    q->replayed = false;
    return server_ready(s, e);
}

static void unset_bulk(struct store *s)
{
    struct err later;
    (void)set_bulk(s, false, &later);
}

bool server_bulk(struct store *s, bool fresh,
    bool (*work)(struct store *s, void *payload, struct err *e), void *payload, struct err *e)
{
    struct err later;
    (void)fresh;
    if (!set_bulk(s, true, e)) {
        unset_bulk(s);
        return false;
    }
    bool ok = server_make_shadows(s, e) && work(s, payload, e);
    ok = rating_index_end(s, ok, e) && server_swap_shadows(s, e);
    s->shadow = NULL;
    s->shadows_movies = s->born = false;
    if (!ok && server_of(s)->db != NULL && e->kind != ERR_LOCKED)
        (void)server_drop_shadows(s, &later);
    unset_bulk(s);
    return ok;
}

bool server_sweep(struct store *s, bool (*work)(struct store *s, void *payload, struct err *e),
    void *payload, struct err *e)
{
    bool ok = set_bulk(s, true, e) && work(s, payload, e);
    unset_bulk(s);
    return ok;
}

bool server_empty(struct store *s, const char *table, int64_t *ret_rows, struct err *e)
{
    struct view count = arena_print(&s->scratch, "SELECT count(*) FROM {%s}", table);
    struct view empty = arena_print(&s->scratch, "TRUNCATE TABLE {%s}", table);
    return db_get_ints(s, count.p, NO_CELLS, ret_rows, 1, NULL, e) &&
           db_exec(s, empty.p, NO_CELLS, NULL, e);
}
