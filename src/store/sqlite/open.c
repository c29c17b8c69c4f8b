/* Opening the database file. */
#include "store/ddl.h"
#include "store/sqlite/aside.h"
#include "store/sqlite/checkpoint.h"
#include "store/sqlite/closing.h"
#include "store/sqlite/fill.h"
#include "store/sqlite/graft.h"
#include "store/sqlite/journal_mode.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/side.h"

#include "base/file.h"
#include "base/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    OLDEST = 3037000,
    PAGE_SIZE = 8192,
};

static bool right_library(struct err *e)
{
    if (sqlite3_libversion_number() >= OLDEST)
        return true;
    err_set(e, ERR_STORE, "SQLite %s is too old: 3.37 or newer is needed", sqlite3_libversion());
    return err_hint(e, "Install a newer libsqlite3 (STRICT tables came with 3.37).");
}

/* "/abs/folder/file.db" in the store's arena. The folder must exist, or may be made. */
static bool absolute_path(struct store *s, const char *path, struct err *e)
{
    struct sqlite *q = sqlite_of(s);
    const char *slash = strrchr(path, '/');
    struct view folder =
        slash == NULL ? view_of(".") : view_slice(view_of(path), 0, (size_t)(slash - path) + 1);
    const char *name = slash == NULL ? path : slash + 1;
    folder = arena_dup(&s->arena, folder);
    if (name[0] == '\0')
        return err_set(e, ERR_CONFIG, "'%s' is no name of a database file", path);
    if (s->mode >= STORE_CREATE && !file_make_folders(folder.p, e))
        return err_in(e, "cannot create the database");
    char *whole = realpath(folder.p, NULL);
    if (whole == NULL)
        return errno == ENOENT
                   ? err_set(e, ERR_NO_DATABASE, "there is no database at %s", path)
                   : err_errno(e, ERR_STORE, errno, "cannot reach the folder of %s", path);
    struct view v =
        arena_print(&s->arena, "%s%s%s", whole, strcmp(whole, "/") == 0 ? "" : "/", name);
    free(whole);
    q->path = mem_alloc(v.n + 1);
    memcpy(q->path, v.p, v.n);
    return true;
}

/* Without SQLITE_OPEN_CREATE a file that is not there is not made, but the words for that are
 * ours. */
static bool is_there(const struct store *s, const char *path, struct err *e)
{
    if (file_is_folder(path))
        return err_set(e, ERR_STORE, "%s is a folder, not a database file", path);
    return s->mode >= STORE_CREATE || file_exists(path) ||
           err_set(e, ERR_NO_DATABASE, "there is no database at %s", path);
}

/* SQLite opens a write-protected file for reading without a word. */
static bool may_write(const struct sqlite *q, struct err *e)
{
    if (sqlite3_db_readonly(q->db, "main") == 0)
        return true;
    err_set(e, ERR_STORE, "%s cannot be written", q->path);
    return err_hint(e, "Check that this user may write the file and the folder it lies in.");
}

bool sqlite_connect(struct sqlite *q, enum store_mode mode, struct err *e)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    q->vfs = sqlite_vfs_new();
    if (q->vfs == NULL)
        return err_set(e, ERR_STORE, "SQLite cannot be set up");
    if (mode >= STORE_CREATE)
        flags |= SQLITE_OPEN_CREATE;
    int rc = sqlite3_open_v2(sqlite_file(q), &q->db, flags, q->vfs->zName);
    if (q->db == NULL)
        return err_set(e, ERR_NOMEM, "no memory for SQLite");
    if (rc != SQLITE_OK)
        return sqlite_fail(q, rc, "cannot open the database", e);
    (void)sqlite3_busy_timeout(q->db, BUSY_MS);
    return rows_set_up(q, e) && (mode < STORE_CREATE || may_write(q, e));
}

/* What holds for this connection only. The first statement reads the file: what is no database
 * fails here. */
static bool set_up(struct store *s, struct err *e)
{
    struct sqlite *q = sqlite_of(s);
    struct view v = arena_print(&s->scratch,
        "PRAGMA schema_version; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA "
        "mmap_size = 0;"
        " PRAGMA cache_size = -%d; PRAGMA synchronous = EXTRA; PRAGMA foreign_keys = %s;"
        " PRAGMA journal_size_limit = 67108864; PRAGMA wal_autocheckpoint = %d;"
        " PRAGMA secure_delete = OFF; PRAGMA query_only = %s",
        SQLITE_CACHE_KIB, s->foreign_keys ? "ON" : "OFF", LOG_PAGES,
        s->mode == STORE_READ ? "ON" : "OFF");
    return sqlite_run(q, v.p, "cannot open the database", e);
}

bool sqlite_reconnect(struct store *s, struct err *e)
{
    return sqlite_connect(sqlite_of(s), s->mode, e) && set_up(s, e) &&
           sqlite_settle_journal(s, e);
}

void sqlite_disconnect(struct sqlite *q)
{
    checkpoint_join(q);
    sqlite_forget_statements(q);
    (void)sqlite3_close_v2(q->db);
    graft_free(q);
    sqlite_vfs_free(q->vfs);
    q->db = NULL;
    q->vfs = NULL;
}

/* Where another connection is just using the file without a write-ahead log, the rollback journal
 * stays. Commits are synced in either, and the journal's end too (set_up): a batch file is moved
 * away once its commit is done, so that no loss of power may take the commit back. */
bool sqlite_settle_journal(struct store *s, struct err *e)
{
    if (!sqlite_of(s)->building)
        return journal_mode_take_up_log(s, 0, e);
    return sqlite_run(sqlite_of(s), "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF",
        "cannot set up the database", e);
}

bool sqlite_prepare(struct store *s, struct err *e)
{
    struct sqlite *q = sqlite_of(s);
    struct view page_size =
        /* of an empty file */
        arena_print(&s->scratch, "PRAGMA page_size = %d; PRAGMA auto_vacuum = NONE", PAGE_SIZE);
    aside_clean(s);
    return may_write(q, e) && sqlite_run(q, page_size.p, "cannot set up the database", e) &&
           sqlite_settle_journal(s, e) && side_settle_mark(s, e);
}

static bool building(const struct store *s)
{
    return sqlite_of(s)->building;
}

static void close_it(struct store *s)
{
    struct sqlite *q = sqlite_of(s);
    if (q == NULL)
        return;
    if (q->db != NULL) {
        if (sqlite3_get_autocommit(q->db) == 0)
            (void)sqlite3_exec(q->db, "ROLLBACK", NULL, NULL, NULL);
        graft_end(s, false);
    }
    side_drop(q);
    sqlite_disconnect(q);
    aside_free(q->aside);
    closing_join(q);
    mem_free(q->path);
    mem_free(q);
    s->db = NULL;
}

static const struct engine sqlite_engine = {
    .dialect = &sqlite_dialect,
    .close = close_it,
    .prepare = sqlite_prepare,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .exec = sqlite_exec,
    .exec_rows = sqlite_exec_rows,
    .put_rows = sqlite_put_rows,
    .put_aside = sqlite_put_aside,
    .bring_in = sqlite_bring_in,
    .query = sqlite_query,
    .bulk = sqlite_bulk,
    .bulk_is_one = true,
    .load_ratings = sqlite_load_ratings,
    .load_tags = sqlite_load_tags,
    .fill_begin = sqlite_fill_begin,
    .fill_end = sqlite_fill_end,
    .check_room = sqlite_check_room,
    .mass = sqlite_mass,
    .settle = sqlite_settle,
    .shuts_out = sqlite_shuts_out,
    .building = building,
    .drop_late = ddl_drop_index,
    .make_late = sqlite_make_late,
    .tidy = sqlite_tidy,
};

/* What a killed process left beside the database goes. A database that is to have its name only
 * when it is whole is built beside it. A link that leads
 * nowhere yet is a name that is taken: SQLite makes the file where it leads. */
static bool settle_place(struct store *s, struct err *e)
{
    struct sqlite *q = sqlite_of(s);
    if (s->mode < STORE_WRITE)
        return true;
    if (s->mode != STORE_BUILD || file_has_name(q->path)) {
        side_clean(q);
        return true;
    }
    if (!side_claim(q, e))
        return false;
    q->building = !file_has_name(q->path); /* it may have come meanwhile */
    if (!q->building)
        side_drop(q);
    return true;
}

/* What a statement or savepoint may have to take back is kept in memory up to this size, not in a
 * file from 64 KiB on: such a file was four fifths of all that a load of TMDB records wrote. What
 * outgrew it once goes to the file until the commit; 250 records of a first load, whose people lie
 * on any page, outgrew 8 MiB. Below 32 MiB malloc keeps it for the next savepoint; a
 * sanitizer's malloc maps and marks all of it anew for each, which took most of the time of the
 * tests, so there it is as small as such a malloc keeps too. SQLite need not count what it
 * allocates, which takes a lock each time. Only the first store of a process finds SQLite not yet
 * set up; for the others it holds already. */
static void set_up_library(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    enum { STATEMENT_JOURNAL = 100 * 1024 };
#else
    enum { STATEMENT_JOURNAL = 24 * 1024 * 1024 };
#endif
    (void)sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, STATEMENT_JOURNAL);
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static bool open_file(struct store *s, const char *path, struct err *e)
{
    struct sqlite *q = sqlite_of(s);
    set_up_library();
    if (!right_library(e) || !absolute_path(s, path, e) || !is_there(s, q->path, e) ||
        !settle_place(s, e) || !sqlite_connect(q, s->mode, e) || !set_up(s, e))
        return false;
    s->name = arena_print(&s->arena, "sqlite %s", q->path).p;
    return true;
}

bool sqlite_open(struct store *s, const struct store_config *config, struct err *e)
{
    s->engine = &sqlite_engine;
    s->db = mem_alloc(sizeof(struct sqlite));
    if (open_file(s, config->path, e))
        return true;
    close_it(s);
    return false;
}
