/* Log out: see log_out.h. */
#include "store/sqlite/log_out.h"

#include "base/mem.h"
#include "base/sys.h"
#include "base/thread.h"
#include "store/sqlite/sync_ahead.h"

#include <fcntl.h>
#include <string.h>

enum { BLOCK = 512 * 1024 };

struct block {
    sqlite3_int64 at; /* where it belongs */
    int n;
    bool written; /* by the thread */
    char bytes[BLOCK];
};

struct log_out {
    sqlite3_file *log;
    log_write_fn *write;
    int fd;              /* of the log too; -1: not opened */
    struct block *now;   /* it fills */
    struct block *ahead; /* what comes before it, full: on its way, or not written; NULL: none */
    struct block *spare; /* for what comes behind it */
    bool under_way;      /* the thread has `ahead` */
    struct thread *thread;
    struct queue *full, *done;
    struct sync_ahead *sync; /* NULL: little was passed on since the last sync */
    size_t passed_on;        /* since one was asked for */
};

struct log_out *log_out_new(sqlite3_file *log, const char *path, log_write_fn *write)
{
    struct log_out *l = mem_alloc(sizeof *l);
    l->log = log;
    l->write = write;
    l->fd = sys_open(path, O_WRONLY | O_NOFOLLOW, 0);
    l->now = mem_alloc(sizeof *l->now);
    return l;
}

/* ---- the thread */

static void write_blocks(void *payload)
{
    struct log_out *l = payload;
    for (struct block *b; (b = queue_take(l->full)) != NULL; (void)queue_put(l->done, b)) {
        b->written = sys_pwrite_all(l->fd, b->bytes, (size_t)b->n, b->at) == 0;
        if (b->written)
            sys_write_out(l->fd, b->at, b->n);
    }
}

/* With the first full block. False: there is none, and will be none this time. */
static bool start_thread(struct log_out *l)
{
    struct err ignored;
    if (l->thread != NULL || l->fd < 0)
        return l->thread != NULL;
    l->full = queue_new(1);
    l->done = queue_new(1);
    if (thread_start(write_blocks, l, &l->thread, &ignored)) {
        l->spare = mem_alloc(sizeof *l->spare);
        return true;
    }
    queue_free(l->full);
    queue_free(l->done);
    l->full = l->done = NULL;
    return false;
}

static void wait_for_thread(struct log_out *l)
{
    if (l->under_way)
        (void)queue_take(l->done);
    l->under_way = false;
}

int log_out_end_sync(struct log_out *l)
{
    int errnum = sync_ahead_end(l->sync);
    l->sync = NULL;
    l->passed_on = 0;
    return errnum;
}

static void note_written(struct log_out *l, const struct block *b)
{
    l->passed_on += (size_t)b->n;
    if (l->passed_on < SYNC_AHEAD_BYTES)
        return;
    if (l->sync == NULL)
        l->sync = sync_ahead_new(l->fd);
    sync_ahead_begin(l->sync);
    l->passed_on = 0;
}

static void ahead_is_over(struct log_out *l)
{
    l->spare = l->ahead;
    l->ahead = NULL;
}

void log_out_free(struct log_out *l)
{
    if (l == NULL)
        return;
    log_out_forget(l);
    (void)log_out_end_sync(l);
    if (l->thread != NULL)
        queue_close(l->full);
    thread_join(l->thread);
    queue_free(l->full);
    queue_free(l->done);
    if (l->fd >= 0)
        (void)sys_close(l->fd);
    mem_free(l->now);
    mem_free(l->spare);
    mem_free(l);
}

/* ---- writing */

static int write_block(struct log_out *l, const struct block *b)
{
    return l->write(l->log, b->bytes, b->n, b->at);
}

/* What the thread could not write is tried here: who asked is told what is wrong. */
static int end_ahead(struct log_out *l)
{
    if (l->ahead == NULL)
        return SQLITE_OK;
    wait_for_thread(l);
    int rc = l->ahead->written ? SQLITE_OK : write_block(l, l->ahead);
    if (rc != SQLITE_OK)
        return rc;
    note_written(l, l->ahead);
    ahead_is_over(l);
    return SQLITE_OK;
}

static void begin_block(struct log_out *l, sqlite3_int64 at)
{
    l->now->at = at;
    l->now->n = 0;
}

int log_out_flush(struct log_out *l)
{
    int rc = end_ahead(l);
    if (rc == SQLITE_OK && l->now->n > 0)
        rc = write_block(l, l->now);
    if (rc == SQLITE_OK)
        begin_block(l, l->now->at + l->now->n);
    return rc;
}

static bool is_there(const struct block *b, int n, sqlite3_int64 at)
{
    return b != NULL && at < b->at + b->n && b->at < at + n;
}

int log_out_flush_there(struct log_out *l, int n, sqlite3_int64 at)
{
    if (is_there(l->now, n, at))
        return log_out_flush(l);
    return is_there(l->ahead, n, at) ? end_ahead(l) : SQLITE_OK;
}

void log_out_forget(struct log_out *l)
{
    wait_for_thread(l);
    if (l->ahead != NULL)
        ahead_is_over(l);
    l->now->n = 0;
}

/* The thread may write what is to be cut off, but not afterwards. */
int log_out_cut(struct log_out *l, sqlite3_int64 size)
{
    if (size > l->now->at)
        return log_out_flush(l);
    wait_for_thread(l);
    if (l->ahead != NULL && size <= l->ahead->at)
        ahead_is_over(l);
    l->now->n = 0;
    return end_ahead(l);
}

/* A full block. */
static int pass_on(struct log_out *l)
{
    if (!start_thread(l))
        return log_out_flush(l);
    int rc = end_ahead(l);
    if (rc != SQLITE_OK)
        return rc;
    l->ahead = l->now;
    l->under_way = true;
    l->now = l->spare;
    l->spare = NULL;
    begin_block(l, l->ahead->at + l->ahead->n);
    (void)queue_put(l->full, l->ahead);
    return SQLITE_OK;
}

/* Blocks begin where blocks of the file do, but for the first. */
int log_out_write(struct log_out *l, const void *from, int n, sqlite3_int64 at)
{
    const char *bytes = from;
    int rc = at == l->now->at + l->now->n ? SQLITE_OK : log_out_flush(l);
    while (rc == SQLITE_OK && n > 0) {
        struct block *b = l->now;
        if (b->n == 0)
            b->at = at;
        int room = BLOCK - (int)(b->at % BLOCK) - b->n, some = n < room ? n : room;
        memcpy(b->bytes + b->n, bytes, (size_t)some);
        b->n += some;
        if (some == room)
            rc = pass_on(l);
        bytes += some;
        at += some;
        n -= some;
    }
    return rc;
}
