/* Server: the engine for MySQL and MariaDB (private to this folder; the rest of store knows it as
 * struct engine).
 *
 * One connection at a time to one of the hosts named, with Connector/C (libmariadb), in the text
 * protocol: values are printed into the statement, which every server and proxy understands and
 * which lets many rows go in one statement. Only what MySQL 8.0 and MariaDB 10.6 have in common is
 * used. docs/mysql.md tells people what to expect. */
#ifndef MOVIE_ETL_STORE_MYSQL_SERVER_H
#define MOVIE_ETL_STORE_MYSQL_SERVER_H

#include "store/engine.h"
#include "store/mysql/hosts.h"

#include <mysql.h>

enum tls_mode { TLS_OFF, TLS_PREFER, TLS_REQUIRE, TLS_VERIFY_CA, TLS_VERIFY_FULL };

/* What an error number means for what to do next. */
enum trouble {
    TROUBLE_OTHER,
    TROUBLE_RETRY,  /* the same transaction may succeed: deadlock, lock time-out */
    TROUBLE_LOST,   /* the connection is gone, or this server is just not there: connect again */
    TROUBLE_NODE,   /* this server cannot write now: another host, or wait */
    TROUBLE_DATA,   /* a value does not fit */
    TROUBLE_SIZE,   /* the statement or the transaction is too large */
    TROUBLE_RIGHTS, /* a privilege is missing */
    TROUBLE_SPACE,  /* the server's disk is full */
};

struct beside;
struct gathered;
struct rating_index;

/* What LOAD DATA LOCAL may read. */
struct local_file {
    struct view data;
    size_t at;
};

struct server {
    MYSQL *db; /* NULL: not connected */
    struct hosts hosts;
    size_t host;  /* the one in use, or to be tried first */
    bool ever;    /* a connection stood before: a server that is gone is waited for */
    bool leave;   /* the next connection goes to another host, if there is one */
    bool reading; /* in a transaction for reading */
    bool busy;    /* a result is being read */

    int port;
    const char *user, *pass, *database, *socket, *ca;
    const char *folder; /* where rows may wait; NULL: nowhere */
    enum tls_mode tls;
    const char *grantee;  /* CURRENT_USER() */
    size_t statement_max; /* bytes, below max_allowed_packet */
    bool no_local;        /* the server refused LOAD DATA LOCAL: not tried again */
    bool careful;         /* the transaction that could not do with it is made again, by INSERT */

    /* every call is a transaction of its own, replayed when it fails for a passing reason */
    bool bulk;
    bool piece;    /* inside such a transaction */
    bool patient;  /* statements may take an hour (indexes over millions of rows) */
    bool first_load; /* of TMDB records: late indexes are away (late.c) */
    struct beside *beside; /* the second connection meanwhile (beside.h), or NULL */
    struct gathered *gathered; /* what is gathered meanwhile (gathered.h); NULL: nothing is */
    struct rating_index *index; /* that is being built meanwhile (chunk.h); NULL: none is */
    bool ahead;      /* its part of the transaction at hand is committed, the first's is not */
    bool orphans;    /* there may be rows of records that are not there */
    bool unchecked;  /* the session looks no foreign keys up, until server_checked */
    unsigned code; /* of the last error */
    bool replayed; /* a piece ran more than once: counts of what it wrote may be wrong */

    struct str text;         /* the statement being printed */
    struct local_file *file; /* NULL: nothing may be read */
};

static inline struct server *server_of(const struct store *s)
{
    return s->db;
}

extern const struct dialect server_dialect;

/* fail.c: fills `e` from the connection's last error and notes what it means for the connection.
 * Returns false. */
bool server_fail(struct store *s, const char *what, struct err *e);
enum trouble server_trouble(unsigned code, const char *text);
/* The GRANT that gives everything the program needs, for a hint; in the store's scratch. */
const char *server_grant(struct store *s);

/* connect.c: one try with one host. On failure q->db is NULL, and *ret_passing says whether waiting
 * may help. */
bool server_connect(struct store *s, bool *ret_passing, struct err *e);
void server_disconnect(struct server *q);
/* greeting.c: mysql_real_connect for q->db, but that a server without encryption hears nothing when
 * q->tls demands it, and is talked to in clear from the start when it does not. *ret_clear: it was
 * such a server. */
bool server_log_in(
    struct server *q, const char *host, int port, const char *socket, bool *ret_clear);
/* ready.c: connected when it returns true. A server that was there before is waited for, for a
 * minute and a half. */
bool server_ready(struct store *s, struct err *e);
/* As server_ready, waiting for nothing. */
bool server_first(struct store *s, struct err *e);
/* Calls `work` until it succeeds, fails for good, or has been tried often enough. */
bool server_replay(struct store *s, bool (*work)(struct store *s, void *payload, struct err *e),
    void *payload, struct err *e);

/* text.c: `sql` with its ? replaced by the values, into q->text. */
bool server_print(
    struct store *s, const char *sql, const struct cell *args, size_t n, struct err *e);
void server_add_value(struct store *s, struct str *to, const struct cell *c);

/* exec.c */
/* Whether the statements that follow look foreign keys up. A statement apart that sets it costs as
 * much as twenty rows, so it is set when it changes: every one that writes says which it needs. */
bool server_checked(struct store *s, bool on, struct err *e);
bool server_begin(struct store *s, enum begin_kind kind, struct err *e);
bool server_commit(struct store *s, struct err *e);
void server_rollback(struct store *s);
bool server_exec(struct store *s, const char *sql, const struct cell *args, size_t n,
    int64_t *ret_rows, struct err *e);
bool server_exec_rows(struct store *s, const char *sql, const struct row_set *rows, struct err *e);
bool server_query(struct store *s, const char *sql, const struct cell *args, size_t n, row_fn *row,
    void *payload, struct err *e);
/* One statement as it is, its result dropped; no replay. *ret_rows may be NULL. */
bool server_send(struct store *s, struct view sql, int64_t *ret_rows, struct err *e);
/* The same, from text with tables in braces. */
bool server_run(struct store *s, const char *text, struct err *e);

/* rows.c */
bool server_put_rows(
    struct store *s, const struct put *p, const struct row_set *rows, struct err *e);
/* fresh.c */
bool server_put_new(
    struct store *s, const struct put *p, const struct row_set *rows, struct err *e);
bool server_puts_early(const struct store *s, const struct table *t);
bool server_put_aside(
    struct store *s, const struct put *p, const struct row_set *rows, struct err *e);

/* late.c */
bool server_drop_late(struct store *s, const struct index *ix, struct err *e);
bool server_make_late(
    struct store *s, const struct index *const *indexes, size_t n, struct err *e);
/* During a first load nothing is left to prove of rows of this table that are written with the
 * record they belong to. */
bool server_is_late(const struct table *t);

/* orphans.c */
/* Commits what was begun, and begins a transaction that waits for the one of whoever has the lease,
 * and lets none begin: so what he commits over two connections is seen whole. */
bool server_begin_alone(struct store *s, struct err *e);
/* While there may be any (q->orphans). Commits what was begun. */
bool server_remove_orphans(struct store *s, struct err *e);

/* bulk.c */
/* While q->bulk: `work` as a transaction of its own, replayed as needed; otherwise simply
 * `work`. */
bool server_piece(struct store *s, bool (*work)(struct store *s, void *payload, struct err *e),
    void *payload, struct err *e);
/* The same, tried once; and after somebody else tried it, who may have got to its end. */
bool server_piece_once(struct store *s, bool (*work)(struct store *s, void *payload, struct err *e),
    void *payload, struct err *e);
bool server_piece_again(struct store *s,
    bool (*work)(struct store *s, void *payload, struct err *e), void *payload, struct err *e);
/* As server_piece, for work that shares the load with another connection: the lease's row is locked
 * at its end only, so that the two do not wait for each other. */
bool server_chunk(struct store *s, bool (*work)(struct store *s, void *payload, struct err *e),
    void *payload, struct err *e);
bool server_bulk(struct store *s, bool fresh,
    bool (*work)(struct store *s, void *payload, struct err *e), void *payload, struct err *e);
bool server_sweep(struct store *s, bool (*work)(struct store *s, void *payload, struct err *e),
    void *payload, struct err *e);
bool server_empty(struct store *s, const char *table, int64_t *ret_rows, struct err *e);

/* shadow.c: tables beside those of a MovieLens release, that take their place at once. */
bool server_make_shadows(struct store *s, struct err *e);
/* They are those of movies as well. */
bool server_is_building(const struct store *s);
bool server_swap_shadows(struct store *s, struct err *e);
/* Drops what an earlier load left, also one that still believes it is going on. */
bool server_drop_shadows(struct store *s, struct err *e);

/* gathered.c: not a cluster, as far as the server tells. */
bool server_is_single(struct store *s);

/* ratings.c, infile.c */
bool server_load_ratings(
    struct store *s, const struct rating_source *source, struct load_count *ret, struct err *e);
void server_guard_files(struct server *q);
/* Runs a LOAD DATA LOCAL statement whose file is `data`. */
bool server_load_local(
    struct store *s, struct view sql, struct view data, int64_t *ret_rows, struct err *e);
/* Whether the error is that LOAD DATA LOCAL is not allowed. */
bool server_is_forbidden(unsigned code);
/* The number behind `name` in what the server says of the last statement ("Records: 50000  Deleted:
 * 0 Skipped: 3  Warnings: 3"); 0 when it is not there, `silent` when it says nothing. */
int64_t server_said(const struct server *q, const char *name, int64_t silent);

#endif
