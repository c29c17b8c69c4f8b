/* A VFS that asks base/sys.h before every file call and then hands it to SQLite's own.
 *
 * Tests reach SQLite's reads, writes, syncs, truncations and removals this way, its clock and its
 * waiting too. Shared memory of the write-ahead log and locks are handed through unasked: they lose
 * nothing when they fail. The memory-mapped access to the database file is not offered, so that
 * every read is a call. What goes into the log goes by the block (log_out.h), for which the seam is
 * asked, not for each frame; who lets the right to write go has nothing waiting any more. */
#include "store/sqlite/db.h"
#include "store/sqlite/log_out.h"

#include "base/mem.h"
#include "base/sys.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
    NAME_MAX_BYTES = 40,
    WRITE_LOCK = 0, /* of the log (https://www.sqlite.org/walformat.html, 2.3.1) */
    /* of a rollback journal, at least (https://www.sqlite.org/fileformat2.html, 3) */
    JOURNAL_HEADER = 512,
};

struct seam_vfs {
    sqlite3_vfs base; /* first: SQLite's view of it */
    sqlite3_vfs *real;
    int failed; /* errno of the last call that failed */
    bool sync_failed;
    bool (*before_sync)(void *payload); /* NULL: nothing is to be done before one */
    void *payload;
    const struct page_exchange *exchange; /* NULL: pages are written as they are */
    char name[NAME_MAX_BYTES];
};

struct seam_file {
    sqlite3_file base;
    struct seam_vfs *vfs;
    sqlite3_file *real;       /* behind this struct */
    int kind;                 /* SQLITE_OPEN_... */
    struct log_out *log;      /* of a write-ahead log; NULL: it is none */
    struct seam_file *beside; /* of a log the database, and of that the log; NULL: not open */
};

static sqlite3_file *real_file(sqlite3_file *f)
{
    return ((struct seam_file *)(void *)f)->real;
}

static sqlite3_vfs *real_vfs(sqlite3_vfs *v)
{
    return ((struct seam_vfs *)(void *)v)->real;
}

/* SQLITE_OK, or `code` when the seam refuses; writing fails as on a full disk when it says so. */
static int refused(struct seam_vfs *v, enum sys_call call, int code)
{
    int errnum = sys_check(call);
    if (errnum == 0)
        return SQLITE_OK;
    v->failed = errnum;
    return call == SYS_WRITE && (errnum == ENOSPC || errnum == EDQUOT) ? SQLITE_FULL : code;
}

/* After a call of the real VFS: keeps its errno, which later calls may overwrite. A short read, or
 * a file that is not there to be removed, is no failure but news. */
static int outcome(struct seam_vfs *v, int rc)
{
    if (rc != SQLITE_OK && rc != SQLITE_IOERR_SHORT_READ && rc != SQLITE_IOERR_DELETE_NOENT)
        v->failed = v->real->xGetLastError(v->real, 0, NULL);
    return rc;
}

static struct seam_vfs *vfs_of(sqlite3_file *f)
{
    return ((struct seam_file *)(void *)f)->vfs;
}

static struct log_out *log_of(sqlite3_file *f)
{
    return ((struct seam_file *)(void *)f)->log;
}

static struct seam_file *beside(sqlite3_file *f)
{
    return ((struct seam_file *)(void *)f)->beside;
}

static int file_close(sqlite3_file *f)
{
    if (beside(f) != NULL)
        beside(f)->beside = NULL;
    log_out_free(log_of(f));
    return real_file(f)->pMethods->xClose(real_file(f));
}

static const struct page_exchange *exchange_of(sqlite3_file *f)
{
    const struct seam_file *file = (struct seam_file *)(void *)f;
    return (file->kind & SQLITE_OPEN_MAIN_DB) != 0 ? file->vfs->exchange : NULL;
}

/* Who reads the header of the rollback journal takes the transaction back: the pages that come are
 * the old ones. */
static void heed_taking_back(sqlite3_file *f, sqlite3_int64 at)
{
    const struct seam_file *file = (struct seam_file *)(void *)f;
    if ((file->kind & SQLITE_OPEN_MAIN_JOURNAL) != 0 && at < JOURNAL_HEADER)
        file->vfs->exchange = NULL;
}

static int file_read(sqlite3_file *f, void *to, int n, sqlite3_int64 at)
{
    heed_taking_back(f, at);
    int rc = log_of(f) == NULL ? SQLITE_OK : log_out_flush_there(log_of(f), n, at);
    if (rc == SQLITE_OK)
        rc = refused(vfs_of(f), SYS_READ, SQLITE_IOERR_READ);
    return rc != SQLITE_OK
               ? rc
               : outcome(vfs_of(f), real_file(f)->pMethods->xRead(real_file(f), to, n, at));
}

/* SQLite's own VFS writes no more than 128 KiB at once: of more it writes a part, or nothing, and
 * says that the disk is full. A statement's journal that outgrows memory comes in pieces as large
 * as that memory (open.c). */
static int write_pieces(sqlite3_file *real, const char *from, int n, sqlite3_int64 at)
{
    enum { PIECE = 64 * 1024 };
    int rc = SQLITE_OK;
    for (int done = 0; rc == SQLITE_OK && done < n; done += PIECE)
        rc = real->pMethods->xWrite(
            real, from + done, n - done < PIECE ? n - done : PIECE, at + done);
    return rc;
}

static int write_now(sqlite3_file *f, const void *from, int n, sqlite3_int64 at)
{
    int rc = refused(vfs_of(f), SYS_WRITE, SQLITE_IOERR_WRITE);
    return rc != SQLITE_OK ? rc : outcome(vfs_of(f), write_pieces(real_file(f), from, n, at));
}

static int write_page(sqlite3_file *f, const void *page, int n, sqlite3_int64 at)
{
    const struct page_exchange *x = exchange_of(f);
    if (x != NULL)
        page = x->page(x->payload, page, n, at);
    return page != NULL ? write_now(f, page, n, at) : SQLITE_IOERR_WRITE;
}

static int file_write(sqlite3_file *f, const void *from, int n, sqlite3_int64 at)
{
    return log_of(f) == NULL ? write_page(f, from, n, at) : log_out_write(log_of(f), from, n, at);
}

/* SQLite does not know of pages that are exchanged in with others, and takes the file for too
 * long. */
static int file_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    if (exchange_of(f) != NULL)
        return SQLITE_OK;
    int rc = log_of(f) == NULL ? SQLITE_OK : log_out_cut(log_of(f), size);
    if (rc == SQLITE_OK)
        rc = refused(vfs_of(f), SYS_TRUNCATE, SQLITE_IOERR_TRUNCATE);
    return rc != SQLITE_OK
               ? rc
               : outcome(vfs_of(f), real_file(f)->pMethods->xTruncate(real_file(f), size));
}

static int not_synced(struct seam_vfs *v, int errnum)
{
    v->failed = errnum;
    return SQLITE_IOERR_FSYNC;
}

/* Where syncing it ahead failed, it is not synced. */
static int finish_log(sqlite3_file *f)
{
    int rc = log_out_flush(log_of(f));
    int errnum = rc == SQLITE_OK ? log_out_end_sync(log_of(f)) : 0;
    return errnum == 0 ? rc : not_synced(vfs_of(f), errnum);
}

static int finish_database(struct seam_vfs *v)
{
    return v->before_sync == NULL || v->before_sync(v->payload) ? SQLITE_OK : not_synced(v, EIO);
}

static int file_sync(sqlite3_file *f, int flags)
{
    struct seam_vfs *v = vfs_of(f);
    const struct page_exchange *x = exchange_of(f);
    if (x != NULL && !x->is_whole(x->payload))
        return not_synced(v, EIO);
    int rc = log_of(f) == NULL ? finish_database(v) : finish_log(f);
    if (rc == SQLITE_OK)
        rc = refused(v, SYS_SYNC, SQLITE_IOERR_FSYNC);
    if (rc == SQLITE_OK)
        rc = outcome(v, real_file(f)->pMethods->xSync(real_file(f), flags));
    v->sync_failed = v->sync_failed || rc != SQLITE_OK;
    return rc;
}

static int file_size_of(sqlite3_file *f, sqlite3_int64 *ret)
{
    int rc = log_of(f) == NULL ? SQLITE_OK : log_out_flush(log_of(f));
    return rc != SQLITE_OK ? rc : real_file(f)->pMethods->xFileSize(real_file(f), ret);
}

static int file_lock_it(sqlite3_file *f, int level)
{
    return real_file(f)->pMethods->xLock(real_file(f), level);
}

static int file_unlock(sqlite3_file *f, int level)
{
    return real_file(f)->pMethods->xUnlock(real_file(f), level);
}

static int file_check_lock(sqlite3_file *f, int *ret)
{
    return real_file(f)->pMethods->xCheckReservedLock(real_file(f), ret);
}

static int file_control(sqlite3_file *f, int op, void *arg)
{
    return real_file(f)->pMethods->xFileControl(real_file(f), op, arg);
}

static int file_sector(sqlite3_file *f)
{
    return real_file(f)->pMethods->xSectorSize(real_file(f));
}

/* Without the journal that a file system could spare SQLite: see graft.h. */
static int file_device(sqlite3_file *f)
{
    return real_file(f)->pMethods->xDeviceCharacteristics(real_file(f)) &
           ~SQLITE_IOCAP_BATCH_ATOMIC;
}

static int file_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **ret)
{
    return real_file(f)->pMethods->xShmMap(real_file(f), page, size, extend, ret);
}

/* What was committed is synced before the right to write goes (open.c): what waits still was taken
 * back, and whoever writes next puts his frames where it belonged. */
static int file_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
    const int gone = SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE;
    if (offset == WRITE_LOCK && (flags & gone) == gone && beside(f) != NULL)
        log_out_forget(log_of(&beside(f)->base));
    return real_file(f)->pMethods->xShmLock(real_file(f), offset, n, flags);
}

static void file_shm_barrier(sqlite3_file *f)
{
    real_file(f)->pMethods->xShmBarrier(real_file(f));
}

static int file_shm_unmap(sqlite3_file *f, int remove_it)
{
    return real_file(f)->pMethods->xShmUnmap(real_file(f), remove_it);
}

static const sqlite3_io_methods methods = {2, file_close, file_read, file_write, file_truncate,
    file_sync, file_size_of, file_lock_it, file_unlock, file_check_lock, file_control, file_sector,
    file_device, file_shm_map, file_shm_lock, file_shm_barrier, file_shm_unmap, NULL, NULL};

static void begin_log(struct seam_file *log, const char *name)
{
    log->log = log_out_new(&log->base, name, write_now);
    log->beside = (struct seam_file *)(void *)sqlite3_database_file_object(name);
    log->beside->beside = log;
}

static int vfs_open(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *ret_flags)
{
    struct seam_file *file = (struct seam_file *)(void *)f;
    file->base.pMethods = NULL;
    file->vfs = (struct seam_vfs *)(void *)v;
    file->real = (sqlite3_file *)(void *)(file + 1);
    file->kind = flags;
    file->log = NULL;
    file->beside = NULL;
    int rc = refused(file->vfs, SYS_OPEN, SQLITE_CANTOPEN);
    if (rc == SQLITE_OK)
        rc = outcome(
            file->vfs, file->vfs->real->xOpen(file->vfs->real, name, file->real, flags, ret_flags));
    if (rc != SQLITE_OK)
        return rc;
    file->base.pMethods = &methods;
    if ((flags & SQLITE_OPEN_WAL) != 0)
        begin_log(file, name);
    return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *v, const char *name, int sync_folder)
{
    struct seam_vfs *vfs = (struct seam_vfs *)(void *)v;
    int rc = refused(vfs, SYS_UNLINK, SQLITE_IOERR_DELETE);
    return rc != SQLITE_OK ? rc : outcome(vfs, vfs->real->xDelete(vfs->real, name, sync_folder));
}

static int vfs_access(sqlite3_vfs *v, const char *name, int flags, int *ret)
{
    return real_vfs(v)->xAccess(real_vfs(v), name, flags, ret);
}

static int vfs_full_name(sqlite3_vfs *v, const char *name, int n, char *ret)
{
    return real_vfs(v)->xFullPathname(real_vfs(v), name, n, ret);
}

static int vfs_random(sqlite3_vfs *v, int n, char *ret)
{
    return real_vfs(v)->xRandomness(real_vfs(v), n, ret);
}

static int vfs_sleep(sqlite3_vfs *v, int us)
{
    (void)v;
    sys_sleep_ms(us < 1000 ? 1 : us / 1000);
    return us;
}

/* Milliseconds of the Julian day, as SQLite counts. */
static int vfs_now_ms(sqlite3_vfs *v, sqlite3_int64 *ret)
{
    (void)v;
    *ret = sys_now() * 1000 + 210866760000000;
    return SQLITE_OK;
}

static int vfs_now(sqlite3_vfs *v, double *ret)
{
    sqlite3_int64 ms;
    int rc = vfs_now_ms(v, &ms);
    *ret = (double)ms / 86400000.0;
    return rc;
}

static int vfs_last_error(sqlite3_vfs *v, int n, char *to)
{
    (void)n;
    (void)to;
    return ((struct seam_vfs *)(void *)v)->failed;
}

sqlite3_vfs *sqlite_vfs_new(void)
{
    struct seam_vfs *v = mem_alloc(sizeof *v);
    v->real = sqlite3_vfs_find(NULL);
    (void)snprintf(v->name, sizeof v->name, "movie-etl-%p", (void *)v);
    v->base = (sqlite3_vfs){.iVersion = 2,
        .szOsFile = (int)sizeof(struct seam_file) + v->real->szOsFile,
        .mxPathname = v->real->mxPathname,
        .zName = v->name,
        .xOpen = vfs_open,
        .xDelete = vfs_delete,
        .xAccess = vfs_access,
        .xFullPathname = vfs_full_name,
        .xRandomness = vfs_random,
        .xSleep = vfs_sleep,
        .xCurrentTime = vfs_now,
        .xGetLastError = vfs_last_error,
        .xCurrentTimeInt64 = vfs_now_ms};
    if (sqlite3_vfs_register(&v->base, 0) != SQLITE_OK) {
        mem_free(v);
        return NULL;
    }
    return &v->base;
}

void sqlite_vfs_before_sync(sqlite3_vfs *vfs, bool (*before)(void *payload), void *payload)
{
    struct seam_vfs *v = (struct seam_vfs *)(void *)vfs;
    v->before_sync = before;
    v->payload = payload;
}

void sqlite_vfs_exchange(sqlite3_vfs *vfs, const struct page_exchange *x)
{
    ((struct seam_vfs *)(void *)vfs)->exchange = x;
}

bool sqlite_vfs_sync_failed(const sqlite3_vfs *vfs)
{
    return ((const struct seam_vfs *)(const void *)vfs)->sync_failed;
}

void sqlite_vfs_free(sqlite3_vfs *vfs)
{
    if (vfs == NULL)
        return;
    (void)sqlite3_vfs_unregister(vfs);
    mem_free(vfs);
}
