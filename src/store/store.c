/* Store: opening, transactions. See store.h; the verbs' needs are in movielens.c, tmdb.c, movies.c,
 * state.c, ... */
#include "store/engine.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/retry.h"
#include "base/sys.h"
#include "store/lease.h"
#include "store/migrate.h"
#include "store/seen.h"
#include "store/sql.h"
#include "store/upsert.h"

#include <string.h>

/* A server's names have 64 characters at most, and the longest of ours, that of the foreign key of
 * a table that is being loaded (shadow.c), has 40 without the prefix. */
enum { PREFIX_MAX = 16 };

/* A prefix becomes part of names: letters, digits and underscores are safe everywhere. */
static bool check_prefix(const char *prefix, struct err *e)
{
    size_t n = strlen(prefix);
    if (n <= PREFIX_MAX &&
        strspn(prefix, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == n)
        return true;
    return err_set(e, ERR_CONFIG,
        "the table prefix '%s' may only have letters, digits and '_', at most %d", prefix,
        PREFIX_MAX);
}

static bool connect(struct store *s, const struct store_config *config, struct err *e)
{
    return config->host != NULL ? server_open(s, config, e) : sqlite_open(s, config, e);
}

static bool open_it(struct store *s, const struct store_config *config, struct err *e)
{
    const char *prefix = config->prefix == NULL ? "" : config->prefix;
    if (!check_prefix(prefix, e))
        return false;
    s->prefix = arena_dup(&s->arena, view_of(prefix)).p;
    s->foreign_keys = config->foreign_keys;
    if (!schema_build(&s->schema, e) || !connect(s, config, e))
        return false;
    upsert_shapes(s);
    return migrate(s, e) || err_in(e, "%s", s->name);
}

bool store_open(
    const struct store_config *config, enum store_mode mode, struct store **ret, struct err *e)
{
    struct store *s = mem_alloc(sizeof *s);
    s->mode = mode;
    arena_init(&s->arena);
    arena_init(&s->scratch);
    str_init(&s->sql, SQL_MAX);
    if (!open_it(s, config, e)) {
        store_close(s);
        return false;
    }
    *ret = s;
    return true;
}

void store_close(struct store *s)
{
    if (s == NULL)
        return;
    if (s->db != NULL)
        s->engine->close(s);
    seen_free(s->seen);
    schema_done(&s->schema);
    str_done(&s->sql);
    arena_done(&s->scratch);
    arena_done(&s->arena);
    mem_free(s);
}

const char *store_name(const struct store *s)
{
    return s->name;
}

/* Where nobody could see it anyway, the expiry stays where it is: SQLite would write the page of it
 * twice within one transaction, and then reads all of its log that lies between, and writes the
 * checksums of it anew. */
static bool check(struct store *s, struct err *e)
{
    bool alone = s->engine->shuts_out != NULL && s->engine->shuts_out(s);
    return alone ? lease_look(s, e) : lease_check(s, e);
}

static bool begin(struct store *s, struct err *e)
{
    arena_reset(&s->scratch);
    if (!s->engine->begin(s, BEGIN_WRITE, e))
        return false;
    s->writing = true;
    if (check(s, e))
        return true;
    store_rollback(s);
    return false;
}

/* Whether to try once more, after a while. */
static bool again(const struct store *s, unsigned tried, const struct err *e)
{
    struct retry_policy policy = {s->engine->tries, 200, 5000};
    int64_t delay = e->transient ? retry_delay_ms(&policy, tried) : -1;
    if (delay < 0 || sys_stop_asked())
        return false;
    log_line(LOG_WARNING, "%s; trying again", e->text);
    sys_sleep_ms(delay);
    return true;
}

bool db_may_begin(const struct store *s, struct err *e)
{
    if (s->mode == STORE_READ)
        return err_set(e, ERR_BUG, "the store was opened for reading only");
    return !s->writing || err_set(e, ERR_BUG, "a transaction was begun inside a transaction");
}

bool store_begin(struct store *s, struct err *e)
{
    if (!db_may_begin(s, e))
        return false;
    for (unsigned tried = 1; !begin(s, e); tried++)
        if (!again(s, tried, e))
            return false;
    return true;
}

/* What was noted of rows that are not there now. */
static void forget(struct store *s)
{
    s->change_run = 0;
    seen_free(s->seen);
    s->seen = NULL;
}

bool store_commit(struct store *s, struct err *e)
{
    if (!db_may_write(s, e))
        return false;
    s->writing = false;
    if (s->engine->commit(s, e))
        return true;
    forget(s);
    return false;
}

void store_rollback(struct store *s)
{
    s->writing = false;
    forget(s);
    s->engine->rollback(s);
}

bool db_once(struct store *s, bool (*work)(struct store *s, void *payload, struct err *e),
    void *payload, struct err *e)
{
    if (!store_begin(s, e))
        return false;
    if (!work(s, payload, e)) {
        store_rollback(s);
        return false;
    }
    return store_commit(s, e);
}

bool db_alone(struct store *s, bool (*work)(struct store *s, void *payload, struct err *e),
    void *payload, struct err *e)
{
    for (unsigned tried = 1; !db_once(s, work, payload, e); tried++)
        if (!again(s, tried, e))
            return false;
    return true;
}

struct transaction {
    bool (*work)(void *payload, struct err *e);
    void *payload;
};

static bool call(struct store *s, void *payload, struct err *e)
{
    const struct transaction *t = payload;
    (void)s;
    return t->work(t->payload, e);
}

bool store_transact(
    struct store *s, bool (*work)(void *payload, struct err *e), void *payload, struct err *e)
{
    struct transaction t = {work, payload};
    return db_alone(s, call, &t, e);
}

bool db_snapshot(struct store *s, bool (*work)(struct store *s, void *payload, struct err *e),
    void *payload, struct err *e)
{
    bool inside = s->writing;
    if (!inside && !s->engine->begin(s, BEGIN_READ, e))
        return false;
    bool ok = work(s, payload, e);
    if (!inside)
        s->engine->rollback(s);
    return ok;
}
