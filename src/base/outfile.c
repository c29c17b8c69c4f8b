/* Outfile: atomic writing, see file.h. Collects 256 KiB before it writes. */
#include "base/file.h"

#include "base/mem.h"
#include "base/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

enum { BLOCK = 256 * 1024 };

static char *join(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    char *z = mem_alloc(n + m + 1);
    memcpy(z, a, n);
    memcpy(z + n, b, m + 1);
    return z;
}

static bool start(struct outfile *o, const char *path, int flags, struct err *e)
{
    *o = (struct outfile){.fd = -1, .path = join(path, ""), .part = join(path, ".part")};
    str_init(&o->buffer, 2 * BLOCK);
    o->fd = sys_open(o->part, flags, 0666);
    if (o->fd < 0) {
        if (errno == EEXIST)
            err_set(e, ERR_INPUT,
                "%s exists already: begun by another run, or left by one that was killed", o->part);
        else
            err_errno(e, ERR_DISK, errno, "cannot open %s", o->part);
        outfile_done(o);
        return false;
    }
    return true;
}

bool outfile_create(struct outfile *o, const char *path, struct err *e)
{
    *o = (struct outfile){.fd = -1};
    if (file_exists(path))
        return err_set(e, ERR_INPUT, "%s exists already", path);
    return start(o, path, O_WRONLY | O_CREAT | O_EXCL, e);
}

bool outfile_resume(struct outfile *o, const char *path, int64_t size, struct err *e)
{
    struct stat st;
    if (!start(o, path, O_WRONLY | O_APPEND, e))
        return false;
    o->size = size;
    if (fstat(o->fd, &st) == 0 && st.st_size < size) /* cutting would fill it with zeros */
        err_set(e, ERR_INPUT, "%s has lost its end: %lld bytes of %lld are there", o->part,
            (long long)st.st_size, (long long)size);
    else if (sys_truncate(o->fd, size) == 0)
        return true;
    else
        err_errno(e, ERR_DISK, errno, "cannot cut %s", o->part);
    outfile_done(o);
    return false;
}

/* After a failed write or sync nobody knows what the disk has, and the kernel may report success
 * the next time: such a file gets no more bytes and no final name. */
static bool fail(struct outfile *o, const char *how, struct err *e)
{
    int errnum = errno;
    o->failed = true;
    return err_errno(e, ERR_DISK, errnum, "cannot %s %s", how, o->part);
}

static bool is_sound(const struct outfile *o, struct err *e)
{
    return !o->failed || err_set(e, ERR_DISK, "%s is not whole: writing it has failed", o->part);
}

bool outfile_flush(struct outfile *o, struct err *e)
{
    if (!is_sound(o, e))
        return false;
    if (o->buffer.n > 0 && sys_write_all(o->fd, o->buffer.p, o->buffer.n) != 0)
        return fail(o, "write", e);
    str_clear(&o->buffer);
    return true;
}

bool outfile_write(struct outfile *o, struct view v, struct err *e)
{
    if (!is_sound(o, e))
        return false;
    o->size += (int64_t)v.n;
    if (o->buffer.n + v.n > BLOCK && !outfile_flush(o, e))
        return false;
    if (v.n <= BLOCK) {
        str_add(&o->buffer, v);
        return true;
    }
    return sys_write_all(o->fd, v.p, v.n) == 0 || fail(o, "write", e);
}

bool outfile_sync(struct outfile *o, struct err *e)
{
    if (!outfile_flush(o, e))
        return false;
    return sys_fsync(o->fd) == 0 || fail(o, "sync", e);
}

bool outfile_commit(struct outfile *o, struct err *e)
{
    if (!outfile_sync(o, e))
        return false;
    if (file_exists(o->path))
        return err_set(e, ERR_INPUT, "%s appeared while it was being written", o->path);
    return file_move(o->part, o->path, e);
}

void outfile_done(struct outfile *o)
{
    if (o->fd >= 0 && o->path != NULL)
        (void)sys_close(o->fd);
    mem_free(o->path);
    mem_free(o->part);
    str_done(&o->buffer);
    o->path = o->part = NULL;
    o->fd = -1;
}
