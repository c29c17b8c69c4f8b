/* Files that become visible when they are whole, however long that takes: see file.h. */
#include "base/file.h"

#include "base/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

enum { TRIES = 20, MODE = 0644 };

static bool is_still(const char *path, int fd)
{
    struct stat at, of;
    return lstat(path, &at) == 0 && fstat(fd, &of) == 0 && at.st_dev == of.st_dev &&
           at.st_ino == of.st_ino;
}

/* A file that is there already. Not through a link of somebody's, nor waiting for the other end of
 * a pipe. */
static int open_other(const char *path)
{
    return sys_open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK, 0);
}

static bool refuse(const char *path, struct err *e)
{
    err_set(e, ERR_REFUSED, "%s is in the way: it is no file that this program left", path);
    return err_hint(e, "Nothing was changed. Move it away, or give it another name.");
}

static bool lock(const char *path, int fd, struct err *e)
{
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return true;
    if (errno == EWOULDBLOCK)
        return err_set(e, ERR_LOCKED, "%s is being written by another movie-etl", path);
    return err_errno(e, ERR_DISK, errno, "cannot lock %s", path);
}

bool file_is_empty(int fd)
{
    char byte;
    return sys_pread(fd, &byte, 1, 0) == 0;
}

/* What a killed process left goes; true also when it is gone, or another one by now. */
static bool remove_left(const char *path, bool (*left)(int fd), struct err *e)
{
    if (file_has_name(path) && !file_is_plain(path))
        return refuse(path, e);
    int fd = open_other(path);
    if (fd < 0 && errno == ENOENT)
        return true;
    if (fd < 0 && errno == ELOOP)
        return refuse(path, e);
    if (fd < 0)
        return err_errno(e, ERR_DISK, errno, "cannot open %s", path);
    bool ok = lock(path, fd, e) &&
              (!is_still(path, fd) || (left(fd) ? file_remove(path, e) : refuse(path, e)));
    (void)sys_close(fd);
    return ok;
}

/* One try: *ret_fd is -1 when what a killed process left was removed, or another process was
 * faster. */
static bool claim(const char *path, bool (*left)(int fd), int *ret_fd, struct err *e)
{
    int fd = sys_open(path, O_RDWR | O_CREAT | O_EXCL, MODE);
    *ret_fd = -1;
    if (fd < 0 && errno == EEXIST)
        return remove_left(path, left, e);
    if (fd < 0)
        return err_errno(e, ERR_DISK, errno, "cannot create %s", path);
    bool ok = lock(path, fd, e);
    if (ok && is_still(path, fd))
        *ret_fd = fd;
    else
        (void)sys_close(fd);
    return ok;
}

bool file_claim(const char *path, bool (*left)(int fd), int *ret_fd, struct err *e)
{
    for (int i = 0; i < TRIES; i++) {
        if (!claim(path, left, ret_fd, e))
            return false;
        if (*ret_fd >= 0)
            return true;
    }
    return err_set(e, ERR_LOCKED, "%s is being written by another movie-etl", path);
}

void file_remove_unclaimed(const char *path, bool (*left)(int fd))
{
    struct err ignored;
    if (file_is_plain(path))
        (void)remove_left(path, left, &ignored);
}

/* A file system without hard links: renaming would overwrite, so this looks first. */
static int rename_where_none(const char *from, const char *to)
{
    if (!file_has_name(to))
        return sys_rename(from, to);
    errno = EEXIST;
    return -1;
}

bool file_publish(const char *from, const char *to, struct err *e)
{
    bool linked = sys_link(from, to) == 0;
    if (!linked && errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS && errno != EMLINK)
        return err_errno(e, ERR_DISK, errno, "cannot give %s its name", to);
    if (!linked && rename_where_none(from, to) != 0)
        return err_errno(e, ERR_DISK, errno, "cannot give %s its name", to);
    return (!linked || file_remove(from, e)) && file_sync_folder_of(to, e);
}
