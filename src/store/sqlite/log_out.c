/* Log out: see log_out.h. */
#include "store/sqlite/log_out.h"

#include "base/mem.h"
#include "base/sys.h"

#include <fcntl.h>
#include <string.h>

enum { BLOCK = 512 * 1024 };

struct log_out {
    sqlite3_file *log;
    const char *path;
    log_write_fn *write;
    int fd;           /* of the log too, for sys_write_out; -1: not opened */
    sqlite3_int64 at; /* where what waits belongs */
    int n;
    char bytes[BLOCK];
};

struct log_out *log_out_new(sqlite3_file *log, const char *path, log_write_fn *write)
{
    struct log_out *l = mem_alloc(sizeof *l);
    l->log = log;
    l->path = path;
    l->write = write;
    l->fd = -1;
    return l;
}

void log_out_free(struct log_out *l)
{
    if (l != NULL && l->fd >= 0)
        (void)sys_close(l->fd);
    mem_free(l);
}

int log_out_flush(struct log_out *l)
{
    int rc = l->n == 0 ? SQLITE_OK : l->write(l->log, l->bytes, l->n, l->at);
    l->n = rc == SQLITE_OK ? 0 : l->n;
    return rc;
}

int log_out_flush_there(struct log_out *l, int n, sqlite3_int64 at)
{
    return at < l->at + l->n && l->at < at + n ? log_out_flush(l) : SQLITE_OK;
}

void log_out_forget(struct log_out *l)
{
    l->n = 0;
}

int log_out_cut(struct log_out *l, sqlite3_int64 size)
{
    if (size > l->at)
        return log_out_flush(l);
    log_out_forget(l);
    return SQLITE_OK;
}

/* A full block. */
static int pass_on(struct log_out *l)
{
    int n = l->n, rc = log_out_flush(l);
    if (rc != SQLITE_OK)
        return rc;
    if (l->fd < 0)
        l->fd = sys_open(l->path, O_RDONLY, 0);
    if (l->fd >= 0)
        sys_write_out(l->fd, l->at, n);
    return SQLITE_OK;
}

/* Blocks begin where blocks of the file do, but for the first. */
int log_out_write(struct log_out *l, const void *from, int n, sqlite3_int64 at)
{
    const char *bytes = from;
    int rc = at == l->at + l->n ? SQLITE_OK : log_out_flush(l);
    while (rc == SQLITE_OK && n > 0) {
        if (l->n == 0)
            l->at = at;
        int room = BLOCK - (int)(l->at % BLOCK) - l->n, some = n < room ? n : room;
        memcpy(l->bytes + l->n, bytes, (size_t)some);
        l->n += some;
        if (some == room)
            rc = pass_on(l);
        bytes += some;
        at += some;
        n -= some;
    }
    return rc;
}
