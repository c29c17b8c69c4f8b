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
    return stat(path, &at) == 0 && fstat(fd, &of) == 0 && at.st_dev == of.st_dev &&
           at.st_ino == of.st_ino;
}

/* One try: *ret_fd is -1 when what a killed process left was removed, or another process was faster. */
static bool claim(const char *path, int *ret_fd, struct err *e)
{
    int fd = sys_open(path, O_RDWR | O_CREAT | O_EXCL, MODE);
    bool made = fd >= 0;
    *ret_fd = -1;
    if (!made && errno == EEXIST)
        fd = sys_open(path, O_RDWR, 0);
    if (fd < 0)
        return errno == ENOENT && file_exists(path)
                   ? true
                   : err_errno(e, ERR_DISK, errno, "cannot create %s", path);
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        bool busy = errno == EWOULDBLOCK;
        (void)err_errno(e, busy ? ERR_LOCKED : ERR_DISK, errno, "cannot lock %s", path);
        if (busy)
            err_set(e, ERR_LOCKED, "%s is being written by another movie-etl", path);
        (void)sys_close(fd);
        return false;
    }
    if (made && is_still(path, fd)) {
        *ret_fd = fd;
        return true;
    }
    bool ok = made || !is_still(path, fd) || file_remove(path, e);
    (void)sys_close(fd);
    return ok;
}

bool file_claim(const char *path, int *ret_fd, struct err *e)
{
    for (int i = 0; i < TRIES; i++) {
        if (!claim(path, ret_fd, e))
            return false;
        if (*ret_fd >= 0)
            return true;
    }
    return err_set(e, ERR_LOCKED, "%s is being written by another movie-etl", path);
}

void file_remove_unclaimed(const char *path)
{
    struct err ignored;
    int fd = file_exists(path) ? sys_open(path, O_RDWR, 0) : -1;
    if (fd < 0)
        return;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0 && is_still(path, fd))
        (void)file_remove(path, &ignored);
    (void)sys_close(fd);
}

/* A file system without hard links: renaming would overwrite, so this looks first. */
static int rename_where_none(const char *from, const char *to)
{
    if (!file_exists(to))
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
