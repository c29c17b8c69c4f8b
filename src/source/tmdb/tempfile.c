/* A file without a name: see tempfile.h. */
#include "source/tmdb/tempfile.h"

#include "base/mem.h"
#include "base/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

enum { NAMES_TRIED = 100 };

bool tempfile_open(int *ret_fd, struct err *e)
{
    char path[4096];
    const char *folder = getenv("TMPDIR");
    if (folder == NULL || folder[0] == '\0')
        folder = "/tmp";
    for (int i = 0; i < NAMES_TRIED; i++) {
        int n = snprintf(
            path, sizeof path, "%s/movie-etl-%016llx", folder, (unsigned long long)sys_random());
        if (n < 0 || (size_t)n >= sizeof path)
            return err_set(e, ERR_CONFIG, "TMPDIR is too long");
        *ret_fd = sys_open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
        if (*ret_fd < 0 && errno == EEXIST)
            continue;
        if (*ret_fd < 0)
            break;
        if (sys_unlink(path) == 0)
            return true;
        int why = errno;
        (void)sys_close(*ret_fd);
        errno = why;
        break;
    }
    err_errno(e, ERR_CONFIG, errno, "cannot make a temporary file in %s", folder);
    return err_hint(e, "Set TMPDIR to a folder this user may write to.");
}

struct tempfile_input {
    struct input in;
    int fd;
    int64_t at;
    const char *name;
};

static bool read_on(struct input *in, void *to, size_t n, size_t *got, struct err *e)
{
    struct tempfile_input *t = (struct tempfile_input *)in;
    ssize_t r = sys_pread(t->fd, to, n, t->at);
    if (r < 0)
        return err_errno(e, ERR_INPUT, errno, "cannot read the temporary copy of %s", t->name);
    t->at += r;
    *got = (size_t)r;
    return true;
}

static void close_input(struct input *in)
{
    mem_free(in);
}

struct input *tempfile_input(int fd, const char *name)
{
    struct tempfile_input *t = mem_alloc(sizeof *t);
    t->in = (struct input){read_on, close_input};
    t->fd = fd;
    t->name = name;
    return &t->in;
}
