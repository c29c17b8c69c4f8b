/* Sqlite: the embedded engine (private to this folder; the rest of store knows it as struct
 * engine).
 *
 * One connection, used by one thread. File calls go through a VFS of our own (vfs.c), so that tests
 * can make them fail like any other file call. */
#ifndef MOVIE_ETL_STORE_SQLITE_DB_H
#define MOVIE_ETL_STORE_SQLITE_DB_H

#include "store/engine.h"

#include <sqlite3.h>

enum {
    STATEMENTS = 512,
    BUSY_MS = 30000, /* how long to wait for another writer */
    SQLITE_CACHE_KIB = 32 * 1024,
};

/* A prepared statement, in the slot of its text's hash; another text with that slot replaces it. */
struct statement {
    char *sql;
    sqlite3_stmt *stmt;
    bool busy;
};

struct sqlite {
    sqlite3 *db;
    sqlite3_vfs *vfs;
    char *path; /* absolute */
    /* A file beside the database, of this process alone (side.h): the database itself while it is
     * being built and has no name yet, or one whose content SQLite takes over. NULL: none. */
    char *beside;
    int beside_fd;
    bool building, attached;
    bool mass, first, gathering; /* transactions: see transaction.c */
    int64_t rows_before, begun_ms;
    struct graft *graft;     /* for pages that the next commit takes in (graft.h); or NULL */
    struct aside *aside;     /* rows that wait until what is gathered is committed (aside.h) */
    struct sync_ahead *sync; /* of the file beside that is being built (side.c); NULL: none */
    struct checkpoint *checkpoint; /* being done beside (checkpoint.h); NULL: none */
    bool keeps_log;                /* one of those could not sync the database */
    struct closing *closing;       /* what is being closed and given back (closing.h); NULL: none */
    struct rating_pages *rest;   /* ratings whose index is being written; NULL: none (ratings.c) */
    struct fill *fill;           /* rows that wait for their tables (fill.h); NULL: none do */
    const struct row_set *given; /* being written (rows.h) */
    struct statement statements[STATEMENTS];
};

static inline struct sqlite *sqlite_of(const struct store *s)
{
    return s->db;
}

/* The file that the connection has open. */
static inline const char *sqlite_file(const struct sqlite *q)
{
    return q->building ? q->beside : q->path;
}

extern const struct dialect sqlite_dialect;

/* Whether the table's key is its rowid; others are WITHOUT ROWID. */
static inline bool sqlite_has_rowid(const struct table *t)
{
    return t->key_n == 1 && t->columns[0].type == FIELD_INT;
}

/* vfs.c: a VFS with the seam of base/sys.h before every file call; registered until
 * sqlite_vfs_free. */
sqlite3_vfs *sqlite_vfs_new(void);
void sqlite_vfs_free(sqlite3_vfs *vfs);
/* Before each sync of the database `before` is called; false: the sync fails. */
void sqlite_vfs_before_sync(sqlite3_vfs *vfs, bool (*before)(void *payload), void *payload);
/* What SQLite writes into the database by its rollback journal, while it commits: instead of a page
 * `page` says what is written; NULL: the commit fails. Before the sync `is_whole` says whether all
 * was exchanged that was to be; if not, the commit fails. The file gets no shorter. A commit that
 * fails ends it. */
struct page_exchange {
    const void *(*page)(void *payload, const void *page, int n, int64_t at);
    bool (*is_whole)(void *payload);
    void *payload;
};

/* Kept by reference; NULL: no more. */
void sqlite_vfs_exchange(sqlite3_vfs *vfs, const struct page_exchange *x);
/* Whether one failed. Those that follow may succeed: the system tells once what it could not
 * write. */
bool sqlite_vfs_sync_failed(const sqlite3_vfs *vfs);

/* fail.c: fills `e` for a result code of SQLite's, from the connection's last error. Returns
 * false. */
bool sqlite_fail(const struct sqlite *q, int rc, const char *what, struct err *e);

/* room.c: whether so many bytes are free, to load `what`; and see engine.h. */
bool sqlite_has_room(
    const struct sqlite *q, const char *what, int64_t need, int64_t free, struct err *e);
bool sqlite_check_room(struct store *s, int64_t batch_bytes, struct err *e);

/* transaction.c */
bool sqlite_begin(struct store *s, enum begin_kind kind, struct err *e);
bool sqlite_commit(struct store *s, struct err *e);
void sqlite_rollback(struct store *s);
bool sqlite_settle(struct store *s, bool now, bool *ret_settled, struct err *e);
bool sqlite_shuts_out(const struct store *s);
bool sqlite_mass(struct store *s, bool begins, struct err *e);
bool sqlite_put_aside(
    struct store *s, const struct put *p, const struct row_set *rows, struct err *e);
bool sqlite_bring_in(struct store *s, struct err *e);

/* exec.c */
bool sqlite_exec(struct store *s, const char *sql, const struct cell *args, size_t n,
    int64_t *ret_rows, struct err *e);
bool sqlite_exec_rows(struct store *s, const char *sql, const struct row_set *rows, struct err *e);
bool sqlite_put_rows(
    struct store *s, const struct put *p, const struct row_set *rows, struct err *e);
bool sqlite_query(struct store *s, const char *sql, const struct cell *args, size_t n, row_fn *row,
    void *payload, struct err *e);
void sqlite_forget_statements(struct sqlite *q);
/* Runs statements without arguments or results; several may stand in one text. */
bool sqlite_run(const struct sqlite *q, const char *sql, const char *what, struct err *e);

/* bulk.c, ratings.c, tags.c (their parts: table_pages.h and what that names; blocks.h) */
bool sqlite_bulk(struct store *s, bool fresh,
    bool (*work)(struct store *s, void *payload, struct err *e), void *payload, struct err *e);
/* Indexes, with the small cache that sorts them in half the time. */
bool sqlite_make_late(
    struct store *s, const struct index *const *indexes, size_t n, struct err *e);
bool sqlite_load_ratings(
    struct store *s, const struct rating_source *source, struct load_count *ret, struct err *e);
/* Their index may still be being written then: table and index of ratings are not to be read until
 * join, which is called inside the load's transaction, commits it and begins another. Drop: waits
 * and leaves the file as it is, to be thrown away; not inside a transaction; fine when there is
 * nothing. */
bool sqlite_ratings_join(struct store *s, struct err *e);
void sqlite_ratings_drop(struct sqlite *q);
bool sqlite_load_tags(struct store *s, const struct tag_source *source, struct err *e);
void sqlite_tidy(struct store *s);
/* Long statements of the connection end with ERR_INTERRUPTED when a stop is asked for. */
void sqlite_heed_stop(struct sqlite *q, bool heed);

/* open.c: a connection to sqlite_file(q), which exists or is made; what fails leaves it open, to be
 * closed. */
bool sqlite_connect(struct sqlite *q, enum store_mode mode, struct err *e);
void sqlite_disconnect(struct sqlite *q);
/* Connects again, after sqlite_disconnect. */
bool sqlite_reconnect(struct store *s, struct err *e);
bool sqlite_prepare(struct store *s, struct err *e);
/* Takes up the write-ahead log if nobody is in the way. */
bool sqlite_settle_journal(struct store *s, struct err *e);

#endif
