/* One connection to one host: options, encryption, checks, what holds for the session. */
#include "store/mysql/gathered.h"
#include "store/mysql/server.h"

#include "base/num.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum {
    CONNECT_SECONDS = 10,
    IO_SECONDS = 120,       /* a cluster that lost a node may pause for 10 and more */
    PATIENT_SECONDS = 7200, /* an index over millions of rows says nothing until it is done */
    OLDEST_MYSQL = 80000,
    OLDEST_MARIADB = 100600,
    STATEMENT_BYTES = 1024 * 1024,
    CODE_WAY_REFUSED = 5010, /* of Connector/C: not among WAYS_IN; its own words are unprintable */
};

/* What every server must accept. Nothing may depend on how a server is configured. */
static const char *const session[] = {
    "SET SESSION sql_mode = "
    "'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,STRICT_ALL_TABLES,NO_ZERO_IN_DATE,"
    "NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
    "SET SESSION time_zone = '+00:00'",
    "SET NAMES utf8mb4 COLLATE utf8mb4_bin",
    "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
    "SET SESSION autocommit = 1",
};

/* What helps where it is known. The first five: limits for people at a prompt, which an
 * administrator may have set for all (time limits of MariaDB and of MySQL among them).
 * wait_timeout: a process that is stopped in the middle of a transaction loses it, with its locks,
 * after a while. The last two: a node of a cluster that took over has first to apply what the one
 * before it committed. */
static const char *const comfort[] = {
    "SET SESSION sql_select_limit = 18446744073709551615, sql_safe_updates = 0, sql_big_selects = "
    "1",
    "SET SESSION completion_type = 0, unique_checks = 1, foreign_key_checks = 1",
    "SET SESSION TRANSACTION READ WRITE",
    "SET SESSION max_statement_time = 0",
    "SET SESSION max_execution_time = 0",
    "SET SESSION wait_timeout = 180",
    "SET SESSION net_write_timeout = 600",
    "SET SESSION net_read_timeout = 600",
    "SET SESSION innodb_lock_wait_timeout = 30",
    "SET SESSION lock_wait_timeout = 30",
    "SET SESSION max_error_count = 65535",
    "SET SESSION group_concat_max_len = 1000000",
    "SET SESSION wsrep_sync_wait = 1",
    "SET SESSION group_replication_consistency = 'BEFORE_ON_PRIMARY_FAILOVER'",
};

/* The same for a reader: it may be talking to a secondary, which has first to apply what was
 * committed before. */
static const char *const reader_comfort[] = {
    "SET SESSION group_replication_consistency = 'BEFORE'",
};

/* The same where large indexes are built: MySQL builds indexes over two threads, sorting in memory
 * of some size. */
static const char *const bulk_comfort[] = {
    "SET SESSION innodb_ddl_buffer_size = 67108864",
    "SET SESSION innodb_ddl_threads = 4",
    "SET SESSION innodb_parallel_read_threads = 4",
};

void server_disconnect(struct server *q)
{
    if (q->db != NULL)
        mysql_close(q->db);
    q->db = NULL;
    gathered_lose(q);
    q->reading = q->unchecked = false;
}

static void set_tls(struct server *q)
{
    my_bool enforce = q->tls != TLS_OFF, verify = q->tls == TLS_VERIFY_FULL;
    (void)mysql_optionsv(q->db, MYSQL_OPT_SSL_ENFORCE, &enforce);
    (void)mysql_optionsv(q->db, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
    if (enforce && q->ca != NULL)
        (void)mysql_optionsv(q->db, MYSQL_OPT_SSL_CA, q->ca);
}

/* Ways to log in. Not among them: those that show the password to whoever asks
 * (mysql_clear_password, dialog) or as good as show it (mysql_old_password). */
#define WAYS_IN                                                                                    \
    "caching_sha2_password,mysql_native_password,client_ed25519,parsec,sha256_password,"           \
    "auth_gssapi_client"

static void set_options(struct server *q, bool tcp)
{
    unsigned connect = CONNECT_SECONDS, io = q->patient ? PATIENT_SECONDS : IO_SECONDS;
    unsigned local = 1, protocol = tcp ? MYSQL_PROTOCOL_TCP : MYSQL_PROTOCOL_SOCKET;
    my_bool again = 0;
    (void)mysql_optionsv(q->db, MYSQL_OPT_CONNECT_TIMEOUT, &connect);
    (void)mysql_optionsv(q->db, MYSQL_OPT_READ_TIMEOUT, &io);
    (void)mysql_optionsv(q->db, MYSQL_OPT_WRITE_TIMEOUT, &io);
    (void)mysql_optionsv(q->db, MYSQL_OPT_LOCAL_INFILE, &local);
    (void)mysql_optionsv(q->db, MYSQL_OPT_PROTOCOL, &protocol);
    (void)mysql_optionsv(q->db, MYSQL_OPT_RECONNECT, &again);
    (void)mysql_optionsv(q->db, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    (void)mysql_optionsv(q->db, MARIADB_OPT_RESTRICTED_AUTH, WAYS_IN);
    set_tls(q);
    server_guard_files(q);
}

/* A host that vanished without a word is noticed within a minute, however long a statement may
 * take. */
static void keep_alive(MYSQL *db)
{
    int fd = (int)mysql_get_socket(db), on = 1;
    (void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
#ifdef TCP_KEEPIDLE
    int idle = 20, interval = 10, count = 4;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof count);
#endif
#ifdef TCP_USER_TIMEOUT
    unsigned unanswered = 60000;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unanswered, sizeof unanswered);
#endif
}

/* "localhost" means the socket to Connector/C, whatever the port; here it does so only when a
 * socket is named. */
static bool use_socket(const struct server *q, const struct host *h)
{
    return q->socket != NULL && h->port == 0 && strcmp(h->name, "localhost") == 0;
}

static int port_of(const struct server *q, const struct host *h)
{
    return h->port != 0 ? h->port : q->port != 0 ? q->port : DEFAULT_PORT;
}

static bool refused(
    struct store *s, const char *where, unsigned code, const char *text, struct err *e)
{
    struct server *q = server_of(s);
    err_set(e, ERR_STORE, "cannot connect to %s: %s (error %u)", where, text, code);
    switch (code) {
    case 1045:
    case 1698:
        return err_hint(e,
            "Check SQL_USER (%s) and SQL_PASS, and that this user may come from this "
            "machine. An account that demands TLS is refused with the same words: then set "
            "SQL_TLS=require.",
            q->user);
    case 3159:
        return err_hint(e, "This server takes encrypted connections only: set SQL_TLS=require.");
    case 2026:
        return err_hint(e,
            "Encryption failed. SQL_TLS=verify-full:/path/ca.pem names the CA that signed the "
            "server's certificate; SQL_TLS=require encrypts without checking it.");
    case 2005:
        return err_hint(
            e, "Check the spelling of SQL_HOST, and that its name can be resolved here.");
    case 2002:
    case 2003:
        return err_hint(e,
            "Check that the server runs and that SQL_HOST and SQL_PORT are right; for a server on "
            "this machine SQL_SOCKET may name its socket.");
    case 2059:
        return err_hint(e,
            "The client library lacks a plug-in for this account's way of logging in; on some "
            "systems it is a package of its own (mariadb-connector-c-plugins).");
    case CODE_WAY_REFUSED:
        err_set(e, ERR_STORE, "%s asks for the password in a way that would show it", where);
        return err_hint(e, "It was not sent. Accounts that log in by PAM or LDAP "
                           "(mysql_clear_password, dialog) cannot be "
                           "used: give SQL_USER one with a password of its own. If there is none "
                           "such, something else may be "
                           "answering in the server's place.");
    case 1129:
        return err_hint(e,
            "The server blocks this machine after failed connections; FLUSH HOSTS there ends it.");
    default:
        return false;
    }
}

/* Encryption that fails on the first try is set up wrongly; later it may have been cut off. */
static bool passing(const struct server *q, unsigned code, const char *text)
{
    enum trouble t = server_trouble(code, text);
    if (code == 2026 && !q->ever)
        return false;
    return t == TROUBLE_LOST || t == TROUBLE_NODE || t == TROUBLE_RETRY;
}

static bool no_tls(const char *where, struct err *e)
{
    err_set(e, ERR_STORE, "%s offers no encryption, and SQL_TLS demands it", where);
    return err_hint(e, "Nothing was sent to it. Set up TLS on the server, or SQL_TLS=off if the "
                       "way to it is safe.");
}

static bool dial(struct store *s, const struct host *h, bool *ret_passing, struct err *e)
{
    struct server *q = server_of(s);
    bool by_socket = use_socket(q, h), clear = false;
    struct view where =
        by_socket ? view_of(q->socket) : arena_print(&s->scratch, "%s:%d", h->name, port_of(q, h));
    q->db = mysql_init(NULL);
    if (q->db == NULL)
        return err_set(e, ERR_NOMEM, "no memory for a connection");
    set_options(q, !by_socket);
    if (server_log_in(
            q, by_socket ? NULL : h->name, port_of(q, h), by_socket ? q->socket : NULL, &clear)) {
        if (!by_socket)
            keep_alive(q->db);
        return true;
    }
    if (clear && q->tls >= TLS_REQUIRE)
        return no_tls(where.p, e);
    *ret_passing = passing(q, mysql_errno(q->db), mysql_error(q->db));
    return refused(s, where.p, mysql_errno(q->db), mysql_error(q->db), e);
}

/* The library may go on without encryption although it was told to enforce it. */
static bool check_tls(const struct server *q, const struct host *h, struct err *e)
{
    return q->tls < TLS_REQUIRE || mysql_get_ssl_cipher(q->db) != NULL ||
           err_set(e, ERR_STORE, "the connection to %s is not encrypted, and SQL_TLS demands it",
               h->name);
}

static bool check_version(const struct server *q, struct err *e)
{
    unsigned long version = mysql_get_server_version(q->db);
    const char *text = mysql_get_server_info(q->db);
    bool mariadb = strstr(text, "MariaDB") != NULL;
    if (version >= (mariadb ? OLDEST_MARIADB : OLDEST_MYSQL))
        return true;
    err_set(e, ERR_STORE, "%s %s is too old", mariadb ? "MariaDB" : "MySQL", text);
    return err_hint(e,
        "MySQL 8.0 or MariaDB 10.6 is needed at least; or leave SQL_HOST unset for the embedded "
        "database.");
}

/* A number and a text that every server knows. */
static bool learn(struct store *s, struct err *e)
{
    struct server *q = server_of(s);
    if (mysql_query(q->db, "SELECT @@max_allowed_packet, CURRENT_USER()") != 0)
        return server_fail(s, "cannot ask the server for its limits", e);
    MYSQL_RES *r = mysql_store_result(q->db);
    MYSQL_ROW row = r == NULL || mysql_num_fields(r) < 2 ? NULL : mysql_fetch_row(r);
    int64_t packet = 0;
    if (row != NULL && row[0] != NULL)
        (void)num_i64(view_of(row[0]), &packet);
    const char *at = row == NULL || row[1] == NULL ? NULL : strrchr(row[1], '@');
    if (at != NULL && q->grantee == NULL)
        q->grantee = arena_print(&s->arena, "'%.*s'@'%s'", (int)(at - row[1]), row[1], at + 1).p;
    mysql_free_result(r);
    size_t limit = packet < 4096 ? 4096 : (size_t)packet - 1024;
    q->statement_max = limit < STATEMENT_BYTES ? limit : STATEMENT_BYTES;
    q->text.max = limit;
    return true;
}

/* What a server does not know is left. */
static bool try_all(struct store *s, const char *const *statements, size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        struct err ignored;
        if (!server_send(s, view_of(statements[i]), NULL, &ignored) && ignored.transient) {
            *e = ignored;
            return false;
        }
    }
    return true;
}

static bool set_session(struct store *s, struct err *e)
{
    for (size_t i = 0; i < sizeof session / sizeof session[0]; i++)
        if (!server_send(s, view_of(session[i]), NULL, e))
            return false;
    if (!try_all(s, comfort, sizeof comfort / sizeof comfort[0], e))
        return false;
    if (server_of(s)->patient &&
        !try_all(s, bulk_comfort, sizeof bulk_comfort / sizeof bulk_comfort[0], e))
        return false;
    if (s->mode == STORE_READ)
        return try_all(s, reader_comfort, sizeof reader_comfort / sizeof reader_comfort[0], e) &&
               server_send(s, view_of("SET SESSION TRANSACTION READ ONLY"), NULL, e);
    return !server_of(s)->bulk ||
           server_send(s, view_of("SET SESSION foreign_key_checks = 0"), NULL, e);
}

static bool create_database(struct store *s, struct err *e)
{
    struct server *q = server_of(s);
    struct view sql = arena_print(&s->scratch,
        "CREATE DATABASE IF NOT EXISTS `%s` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
        q->database);
    return server_send(s, sql, NULL, e) || err_in(e, "cannot create the database");
}

static bool use_database(struct store *s, struct err *e)
{
    struct server *q = server_of(s);
    if (mysql_select_db(q->db, q->database) == 0)
        return true;
    if (mysql_errno(q->db) != 1049)
        return server_fail(s, "cannot use the database", e);
    if (s->mode >= STORE_CREATE && !q->ever)
        return create_database(s, e) && (mysql_select_db(q->db, q->database) == 0 ||
                                            server_fail(s, "cannot use the new database", e));
    return err_set(e, ERR_NO_DATABASE, "the server has no database '%s'", q->database);
}

/* A secondary takes a writer's log-in and then refuses every write: as good as not there, so that
 * another host is tried and, where none can write yet, waited for. A server that does not know the
 * variable is believed to write. */
static bool check_writable(struct store *s, const struct host *h, struct err *e)
{
    struct server *q = server_of(s);
    if (s->mode == STORE_READ || mysql_query(q->db, "SELECT @@global.read_only") != 0)
        return true;
    MYSQL_RES *r = mysql_store_result(q->db);
    MYSQL_ROW row = r == NULL ? NULL : mysql_fetch_row(r);
    bool writable = row == NULL || row[0] == NULL || strcmp(row[0], "1") != 0;
    mysql_free_result(r);
    if (writable)
        return true;
    err_set(e, ERR_STORE, "%s is read-only now", h->name);
    e->transient = true;
    return err_hint(e, "In a cluster SQL_HOST names all servers, with commas between them: the one "
                       "that can write is found.");
}

bool server_connect(struct store *s, bool *ret_passing, struct err *e)
{
    struct server *q = server_of(s);
    const struct host *h = &q->hosts.items[q->host];
    *ret_passing = false;
    if (!dial(s, h, ret_passing, e)) {
        server_disconnect(q);
        return false;
    }
    bool ok = check_tls(q, h, e) && check_version(q, e);
    if (ok) {
        ok = learn(s, e) && check_writable(s, h, e) && use_database(s, e) && set_session(s, e);
        *ret_passing = !ok && e->transient;
    }
    if (!ok)
        server_disconnect(q);
    return ok;
}
