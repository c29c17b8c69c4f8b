/* Lease: see lease.h. */
#include "store/lease.h"

#include "base/date.h"
#include "base/sys.h"
#include "store/first_load.h"
#include "store/upsert.h"

#define NAME "write"

struct holder {
    bool exists;
    int64_t token, expires_at, now;
    struct view owner;
    struct arena *a;
};

static bool take_holder(void *payload, const struct cell *c, size_t n, struct err *e)
{
    struct holder *h = payload;
    (void)n;
    (void)e;
    h->exists = c[1].kind != CELL_NULL;
    h->now = cell_get_int(&c[0]);
    h->token = cell_get_int(&c[1]);
    h->expires_at = cell_get_int(&c[2]);
    h->owner = arena_dup(h->a, cell_get_text(&c[3]));
    return true;
}

/* One row in any case: the server's time is needed also when nobody holds the lease. */
static bool read_holder(struct store *s, const char *lock, struct holder *ret, struct err *e)
{
    struct str sql;
    *ret = (struct holder){.a = &s->scratch};
    str_init(&sql, 1000);
    str_addf(&sql,
        "SELECT n.now, l.token, l.expires_at, l.owner FROM (SELECT %s AS now) n"
        " LEFT JOIN {etl_locks} l ON l.name = '" NAME "'%s",
        s->engine->dialect->now, lock);
    bool ok = db_query(s, str_z(&sql), NO_CELLS, take_holder, ret, e);
    str_done(&sql);
    return ok;
}

static bool lost(const struct holder *h, struct err *e)
{
    if (!h->exists)
        return err_set(e, ERR_LOCKED, "the write lease was dropped while it was in use");
    return err_set(e, ERR_LOCKED, "the write lease was taken over by %.*s", VIEW_ARG(h->owner));
}

static bool still_held(struct store *s, const char *lock, struct holder *ret, struct err *e)
{
    return read_holder(s, lock, ret, e) &&
           ((ret->exists && ret->token == s->token) || lost(ret, e));
}

bool lease_look(struct store *s, struct err *e)
{
    struct holder h;
    return s->token == 0 || still_held(s, "", &h, e);
}

bool lease_check(struct store *s, struct err *e)
{
    struct holder h;
    if (s->token == 0)
        return true;
    if (!still_held(s, s->engine->dialect->for_update, &h, e))
        return false;
    int64_t rows = 0;
    if (!db_exec(s, "UPDATE {etl_locks} SET expires_at = ? WHERE name = '" NAME "' AND token = ?",
            CELLS(cell_int(h.now + s->lease_seconds), cell_int(s->token)), &rows, e))
        return false;
    return rows == 1 || err_set(e, ERR_LOCKED, "the write lease was taken over at this moment");
}

bool lease_renew(struct store *s, struct err *e)
{
    s->writing = true;
    bool ok = lease_check(s, e);
    s->writing = false;
    return ok;
}

static int64_t new_token(void)
{
    int64_t token;
    do {
        token = (int64_t)(sys_random() >> 1);
    } while (token == 0);
    return token;
}

static bool held(const struct holder *h, struct err *e)
{
    struct arena a;
    arena_init(&a);
    err_set(e, ERR_LOCKED,
        "%.*s is writing to this database (its lease ends at %s unless it goes on)",
        VIEW_ARG(h->owner), instant_print(&a, h->expires_at).p);
    arena_done(&a);
    return false;
}

struct taking {
    const char *owner;
    int64_t seconds, token;
};

static bool take(struct store *s, void *payload, struct err *e)
{
    struct taking *t = payload;
    struct holder h;
    if (!read_holder(s, s->engine->dialect->for_update, &h, e))
        return false;
    if (h.exists && h.expires_at > h.now && !view_is(h.owner, t->owner))
        return held(&h, e);
    struct cell row[] = {cell_text(view_of(NAME)), cell_text(view_of(t->owner)), cell_int(t->token),
        cell_int(h.now), cell_int(h.now + t->seconds)};
    return db_put_row(s, "etl_locks", PUT_ROW, row, sizeof row / sizeof row[0], e);
}

bool store_take_lease(struct store *s, const char *owner, int64_t seconds, struct err *e)
{
    struct taking t = {owner, seconds, new_token()};
    if (!db_alone(s, take, &t, e))
        return false;
    s->token = t.token;
    s->lease_seconds = seconds;
    if ((s->engine->took_lease == NULL || s->engine->took_lease(s, e)) &&
        first_load_make_late(s, e))
        return true;
    struct err later;
    (void)store_drop_lease(s, &later);
    return false;
}

static bool drop(struct store *s, void *payload, struct err *e)
{
    return db_exec(s, "DELETE FROM {etl_locks} WHERE name = '" NAME "' AND token = ?",
        CELLS(cell_int(*(int64_t *)payload)), NULL, e);
}

/* Without store_begin's look: a lease that was lost needs no dropping, and is no error here. */
bool store_drop_lease(struct store *s, struct err *e)
{
    int64_t token = s->token;
    s->token = 0;
    return token == 0 || db_alone(s, drop, &token, e);
}
