/* Checkpoint: see checkpoint.h. */
#include "store/sqlite/checkpoint.h"

#include "base/mem.h"
#include "base/sys.h"
#include "base/thread.h"

#include <stdatomic.h>

enum { SYNC_PAUSE_MS = 20 };

struct checkpoint {
    struct sqlite own, syncing; /* connections */
    struct thread *thread, *syncs;
    atomic_bool over; /* all is written */
};

/* SQLite leaves it to who takes over the rest, where something was added to the log meanwhile. He
 * is told of what fails here too, for the system tells it each descriptor. */
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
    sqlite_disconnect(&c->syncing);
}

/* It waits for nobody: what readers still need stays in the log. */
static void write_back(void *payload)
{
    struct checkpoint *c = payload;
    struct err ignored;
    c->syncing.path = c->own.path;
    (void)thread_start(sync_again, c, &c->syncs, &ignored);
    if (sqlite_connect(&c->own, STORE_WRITE, &ignored) &&
        sqlite_run(&c->own,
            "PRAGMA schema_version; PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(PASSIVE)",
            "cannot take the log over", &ignored))
        sync_database(c->own.db);
    atomic_store(&c->over, true);
    thread_join(c->syncs);
    sqlite_disconnect(&c->own);
}

void checkpoint_join(struct sqlite *q)
{
    if (q->checkpoint == NULL)
        return;
    thread_join(q->checkpoint->thread);
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
