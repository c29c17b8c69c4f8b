/* Checkpoint: see checkpoint.h. */
#include "store/sqlite/checkpoint.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/sys.h"
#include "base/thread.h"

#include <stdatomic.h>

enum { SYNC_PAUSE_MS = 20 };

struct checkpoint {
    /* Connections: that of `thread`, which takes the log over, and that of `syncs`. */
    struct sqlite own, syncing;
    struct thread *thread, *syncs;
    atomic_bool over; /* nothing more will be written */
    bool sync_failed; /* of `syncs`, once it has ended */
    bool failed;      /* any sync, once `thread` has ended */
};

/* SQLite leaves it to who takes over the rest, where something was added to the log meanwhile. */
static void sync_database(sqlite3 *db)
{
    sqlite3_file *f = NULL;
    if (sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &f) == SQLITE_OK && f != NULL &&
        f->pMethods != NULL)
        (void)f->pMethods->xSync(f, SQLITE_SYNC_NORMAL);
}

/* Again and again while it is written, so that little is left to wait for. Through a connection,
 * for SQLite knows when the file may be closed. */
static void sync_again(void *payload)
{
    struct checkpoint *c = payload;
    struct err ignored;
    if (sqlite_connect(&c->syncing, STORE_WRITE, &ignored))
        for (; !atomic_load(&c->over); sys_sleep_ms(SYNC_PAUSE_MS))
            sync_database(c->syncing.db);
    c->sync_failed = c->syncing.vfs != NULL && sqlite_vfs_sync_failed(c->syncing.vfs);
    sqlite_disconnect(&c->syncing);
}

/* Before the log counts as taken over: what one of them could not write, or make the disk keep, the
 * sync that follows may not be told. */
static bool end_syncs(void *payload)
{
    struct checkpoint *c = payload;
    atomic_store(&c->over, true);
    thread_join(c->syncs);
    c->syncs = NULL;
    return !c->sync_failed;
}

/* It waits for nobody: what readers still need stays in the log. The descriptor of `own` comes
 * first, so that it is told what fails of all others. */
static void write_back(void *payload)
{
    struct checkpoint *c = payload;
    struct err ignored;
    if (sqlite_connect(&c->own, STORE_WRITE, &ignored)) {
        sqlite_vfs_before_sync(c->own.vfs, end_syncs, c);
        c->syncing.path = c->own.path;
        if (sqlite3_threadsafe() != 0)
            (void)thread_start(sync_again, c, &c->syncs, &ignored);
        if (sqlite_run(&c->own,
                "PRAGMA schema_version; PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(PASSIVE)",
                "cannot take the log over", &ignored))
            sync_database(c->own.db);
        c->failed = !end_syncs(c) || sqlite_vfs_sync_failed(c->own.vfs);
    }
    sqlite_disconnect(&c->own);
}

void checkpoint_join(struct sqlite *q)
{
    if (q->checkpoint == NULL)
        return;
    thread_join(q->checkpoint->thread);
    if (q->checkpoint->failed) {
        q->keeps_log = true;
        log_line(LOG_WARNING,
            "the disk did not keep what was copied into %s: its log stays beside it. Keep both "
            "files together, and look at the disk",
            q->path);
        (void)sqlite3_db_config(q->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    }
    mem_free(q->checkpoint);
    q->checkpoint = NULL;
}

/* After each commit; `pages` are in the log. Without a thread, or where SQLite was built for one
 * alone, it is done here. */
static int look_at_log(void *payload, sqlite3 *db, const char *name, int pages)
{
    struct sqlite *q = payload;
    struct err ignored;
    (void)db;
    (void)name;
    if (pages < LOG_PAGES)
        return SQLITE_OK;
    checkpoint_join(q);
    if (q->keeps_log)
        return SQLITE_OK;
    q->checkpoint = mem_alloc(sizeof *q->checkpoint);
    q->checkpoint->own.path = q->path;
    if (sqlite3_threadsafe() == 0 ||
        !thread_start(write_back, q->checkpoint, &q->checkpoint->thread, &ignored))
        write_back(q->checkpoint);
    return SQLITE_OK;
}

void checkpoint_beside(struct sqlite *q, bool beside)
{
    if (beside)
        (void)sqlite3_wal_hook(q->db, look_at_log, q);
    else
        (void)sqlite3_wal_autocheckpoint(q->db, LOG_PAGES);
}
