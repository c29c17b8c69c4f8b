/* Files: see file.h. Atomic output lives in outfile.c. */
#include "base/file.h"

#include "base/arena.h"
#include "base/sys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

enum { WRITER_MS = 10000, LOOK_MS = 100 };

const char *file_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

bool file_exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

bool file_has_name(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0;
}

bool file_is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool file_is_plain(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISREG(st.st_mode);
}

bool file_is_same(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

struct file_version file_look(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return (struct file_version){0};
    return (struct file_version){(uint64_t)st.st_dev, (uint64_t)st.st_ino, st.st_size,
        st.st_mtim.tv_sec, st.st_mtim.tv_nsec};
}

bool file_version_eq(const struct file_version *a, const struct file_version *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           a->seconds == b->seconds && a->nanoseconds == b->nanoseconds;
}

bool file_size(const char *path, int64_t *ret, struct err *e)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return err_errno(e, ERR_INPUT, errno, "%s", path);
    *ret = st.st_size;
    return true;
}

/* Nothing came from a pipe yet: whether to go on waiting. Who has opened it to write to it
 * (`writer`) may take his time; for him to come it is waited until then. */
static bool waits_on(const char *path, bool writer, int64_t until, struct err *e)
{
    if (err_stopped(e))
        return false;
    if (writer || sys_mono_ms() < until)
        return true;
    err_set(e, ERR_INPUT, "%s is a pipe, and nobody writes to it", path);
    return err_hint(e, "Start what writes to %s, or put a plain file in its place.", path);
}

/* `fd` does not block. From a pipe that nobody has opened to write to it, nothing is read, as at
 * its end: only poll tells the two apart. */
static bool read_fd(int fd, const char *path, struct str *to, struct err *e)
{
    int64_t until = sys_mono_ms() + WRITER_MS;
    for (;;) {
        char block[16384];
        bool ready = sys_readable(fd, LOOK_MS);
        ssize_t got = sys_read(fd, block, sizeof block);
        bool nothing_yet = got < 0 && errno == EAGAIN;
        if (got < 0 && !nothing_yet)
            return err_errno(e, ERR_INPUT, errno, "cannot read %s", path);
        if (got == 0 && ready)
            return true;
        if (got <= 0 && !waits_on(path, nothing_yet, until, e))
            return false;
        if (got > 0)
            str_add(to, (struct view){block, (size_t)got});
        if (!str_ok(to))
            return err_set(e, ERR_INPUT, "%s is larger than %zu bytes", path, to->max);
    }
}

bool file_read(const char *path, struct str *to, struct err *e)
{
    int fd = sys_open(path, O_RDONLY | O_NONBLOCK, 0);
    if (fd < 0)
        return err_errno(e, ERR_INPUT, errno, "cannot open %s", path);
    bool ok = read_fd(fd, path, to, e);
    (void)sys_close(fd);
    return ok;
}

static bool make_folder(const char *path, struct err *e)
{
    if (file_is_folder(path) || sys_mkdir(path, 0777) == 0 ||
        (errno == EEXIST && file_is_folder(path)))
        return true;
    if (errno == EEXIST)
        return err_set(
            e, ERR_DISK, "cannot create folder %s: what has that name is no folder", path);
    return err_errno(e, ERR_DISK, errno, "cannot create folder %s", path);
}

bool file_make_folders(const char *path, struct err *e)
{
    struct str s;
    bool ok = true;
    str_init(&s, 4096);
    str_addz(&s, path);
    if (!str_ok(&s))
        return err_set(e, ERR_INPUT, "path is longer than 4096 bytes");
    for (size_t i = 1; ok && i < s.n; i++)
        if (s.p[i] == '/') {
            s.p[i] = '\0';
            ok = make_folder(s.p, e);
            s.p[i] = '/';
        }
    ok = ok && (s.n == 0 || make_folder(s.p, e));
    str_done(&s);
    return ok;
}

bool file_remove(const char *path, struct err *e)
{
    if (sys_unlink(path) == 0 || errno == ENOENT)
        return true;
    return err_errno(e, ERR_DISK, errno, "cannot remove %s", path);
}

bool file_sync_folder_of(const char *path, struct err *e)
{
    struct str s;
    const char *slash = strrchr(path, '/');
    str_init(&s, 4096);
    str_add(&s, slash == NULL ? view_of(".") : (struct view){path, (size_t)(slash - path) + 1});
    int fd = str_ok(&s) ? sys_open(str_z(&s), O_RDONLY | O_DIRECTORY, 0) : -1;
    bool ok = fd >= 0 && sys_fsync(fd) == 0;
    if (!ok)
        err_errno(e, ERR_DISK, errno, "cannot sync folder of %s", path);
    if (fd >= 0)
        (void)sys_close(fd);
    str_done(&s);
    return ok;
}

bool file_move(const char *from, const char *to, struct err *e)
{
    if (sys_rename(from, to) != 0)
        return err_errno(e, ERR_DISK, errno, "cannot rename %s to %s", from, to);
    return file_sync_folder_of(to, e);
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool list_entries(
    DIR *d, const char *folder, const char *suffix, struct arena *a, struct vec *ret, struct err *e)
{
    for (;;) {
        errno = 0; /* the only way to tell the end from a failure */
        const struct dirent *entry = readdir(d);
        if (entry == NULL)
            return errno == 0 || err_errno(e, ERR_INPUT, errno, "cannot read folder %s", folder);
        struct view name = view_of(entry->d_name);
        if (name.p[0] == '.' || !view_ends(name, suffix))
            continue;
        const char **slot = vec_add(ret);
        if (slot == NULL)
            return err_set(e, ERR_INPUT, "too many files in folder %s", folder);
        *slot = arena_dup(a, name).p;
    }
}

bool file_list(
    const char *folder, const char *suffix, struct arena *a, struct vec *ret, struct err *e)
{
    DIR *d = opendir(folder);
    if (d == NULL)
        return err_errno(e, ERR_INPUT, errno, "cannot read folder %s", folder);
    bool ok = list_entries(d, folder, suffix, a, ret, e);
    (void)closedir(d);
    vec_sort(ret, by_bytes);
    return ok;
}

bool file_free_space(const char *path, int64_t *ret, struct err *e)
{
    struct statvfs s;
    if (statvfs(path, &s) != 0)
        return err_errno(e, ERR_DISK, errno, "%s", path);
    *ret = (int64_t)s.f_bavail * (int64_t)s.f_frsize;
    return true;
}

bool file_lock(const char *path, int *ret_fd, struct err *e)
{
    int fd = sys_open(path, O_RDWR | O_CREAT, 0666);
    if (fd < 0)
        return err_errno(e, ERR_DISK, errno, "cannot open lock file %s", path);
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        bool busy = errno == EWOULDBLOCK;
        (void)err_errno(e, busy ? ERR_LOCKED : ERR_DISK, errno, "cannot lock %s", path);
        if (busy)
            err_set(e, ERR_LOCKED, "%s is locked by another movie-etl", path);
        (void)sys_close(fd);
        return false;
    }
    *ret_fd = fd;
    return true;
}
