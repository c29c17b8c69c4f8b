/* Opening: what the configuration says, and the engine. */
#include "store/mysql/beside.h"
#include "store/mysql/gathered.h"

#include "base/mem.h"
#include "base/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

enum { STATEMENT_MAX = 64 * 1024 * 1024, NAME_MAX_BYTES = 64 };

static bool bad_tls(const char *text, struct err *e)
{
    return err_set(e, ERR_CONFIG,
        "SQL_TLS: '%s' is not off, prefer, require, verify-ca:CAFILE, verify-full[:CAFILE] or the "
        "path of a CA file",
        text);
}

static bool check_ca(const char *path, struct err *e)
{
    int fd = path == NULL ? -1 : sys_open(path, O_RDONLY, 0);
    if (path != NULL && fd < 0)
        return err_errno(e, ERR_CONFIG, errno, "SQL_TLS: the CA file %s", path);
    if (fd >= 0)
        (void)sys_close(fd);
    return true;
}

static bool parse_tls(struct store *s, const char *text, struct err *e)
{
    static const struct {
        const char *word;
        enum tls_mode mode;
    } words[] = {{"off", TLS_OFF}, {"prefer", TLS_PREFER}, {"require", TLS_REQUIRE},
        {"verify-ca", TLS_VERIFY_CA}, {"verify-full", TLS_VERIFY_FULL},
        {"verify", TLS_VERIFY_FULL}};
    struct server *q = server_of(s);
    struct view v = view_of(text == NULL ? "prefer" : text);
    size_t colon = view_find(v, 0, ':');
    struct view word = view_slice(v, 0, colon);
    bool known = false;
    if (view_find(word, 0, '/') < word.n) {
        q->tls = TLS_VERIFY_FULL;
        q->ca = arena_dup(&s->arena, v).p;
        return check_ca(q->ca, e);
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (view_is(word, words[i].word)) {
            q->tls = words[i].mode;
            known = true;
        }
    if (colon < v.n)
        q->ca = arena_dup(&s->arena, view_slice(v, colon + 1, v.n)).p;
    if (!known || (q->ca != NULL && (q->ca[0] == '\0' || q->tls < TLS_VERIFY_CA)))
        return bad_tls(text, e);
    if (q->tls == TLS_VERIFY_CA && q->ca == NULL)
        return err_set(
            e, ERR_CONFIG, "SQL_TLS=verify-ca needs the CA's file: verify-ca:/path/ca.pem");
    return check_ca(q->ca, e);
}

static bool check_names(const struct store_config *c, struct err *e)
{
    size_t n = c->db == NULL ? 0 : strlen(c->db);
    if (n == 0) {
        err_set(e, ERR_CONFIG, "SQL_HOST is set, but SQL_DB is not");
        return err_hint(
            e, "Name the database in SQL_DB; 'movie-etl init' creates it when it is not there.");
    }
    if (n > NAME_MAX_BYTES || strchr(c->db, '`') != NULL || c->db[n - 1] == ' ')
        return err_set(e, ERR_CONFIG, "SQL_DB: '%s' cannot be the name of a database", c->db);
    return true;
}

static const char *keep(struct store *s, const char *text)
{
    return text == NULL ? NULL : arena_dup(&s->arena, view_of(text)).p;
}

static bool read_config(struct store *s, const struct store_config *c, struct err *e)
{
    struct server *q = server_of(s);
    if (!hosts_parse(c->host, &s->arena, &q->hosts, e) || !check_names(c, e) ||
        !parse_tls(s, c->tls, e))
        return false;
    q->port = c->port;
    q->user = keep(s, c->user == NULL ? "" : c->user);
    q->pass = keep(s, c->pass == NULL ? "" : c->pass);
    q->database = keep(s, c->db);
    q->socket = keep(s, c->socket);
    q->folder = keep(s, c->folder);
    s->name = arena_print(&s->arena, "mysql %s@%s/%s", q->user, c->host, q->database).p;
    return true;
}

static bool prepare(struct store *s, struct err *e)
{
    (void)s;
    (void)e;
    return true;
}

static bool mass(struct store *s, bool begins, struct err *e)
{
    struct server *q = server_of(s);
    bool settled, ok = gathered_settle(s, true, &settled, e);
    q->first_load = begins;
    q->orphans = q->orphans && !begins; /* what had been left was removed before */
    if (begins) {
        gathered_start(s);
    } else {
        gathered_stop(q);
        beside_free(q);
    }
    return ok;
}

static bool bring_in(struct store *s, struct err *e)
{
    return gathered_is_open(server_of(s)) ? gathered_bring_in(s, e) : beside_commit(s, e);
}

static void tidy(struct store *s)
{
    (void)s;
}

static void close_it(struct store *s)
{
    struct server *q = server_of(s);
    if (q == NULL)
        return;
    if (q->db != NULL)
        server_rollback(s);
    gathered_stop(q);
    beside_free(q);
    server_disconnect(q);
    str_done(&q->text);
    mem_free(q);
    s->db = NULL;
}

static const struct engine server_engine = {
    .dialect = &server_dialect,
    .close = close_it,
    .prepare = prepare,
    .tries = 8,
    .begin = server_begin,
    .commit = server_commit,
    .rollback = server_rollback,
    .exec = server_exec,
    .exec_rows = server_exec_rows,
    .put_rows = server_put_rows,
    .put_new = server_put_new,
    .put_aside = server_put_aside,
    .puts_early = server_puts_early,
    .bring_in = bring_in,
    .query = server_query,
    .bulk = server_bulk,
    .sweep = server_sweep,
    .empty = server_empty,
    .took_lease = server_drop_shadows,
    .load_ratings = server_load_ratings,
    .mass = mass,
    .gather = gathered_start_later,
    .is_due = gathered_is_due,
    .settle = gathered_settle,
    .again = gathered_again,
    .building = server_is_building,
    .drop_late = server_drop_late,
    .make_late = server_make_late,
    .tidy = tidy,
};

bool server_open(struct store *s, const struct store_config *config, struct err *e)
{
    struct server *q = mem_alloc(sizeof *q);
    s->engine = &server_engine;
    s->db = q;
    q->orphans = true;
    str_init(&q->text, STATEMENT_MAX);
    if (read_config(s, config, e) && server_first(s, e))
        return true;
    close_it(s);
    return false;
}
