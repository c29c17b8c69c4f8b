/* Input from files and memory: see input.h. The inflating one is in inflate.c. */
#include "base/input.h"

#include "base/mem.h"
#include "base/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

struct file_input {
    struct input in;
    int fd;
    int64_t at, size; /* size: when it was opened */
    char *path;
};

static bool file_input_read(struct input *in, void *to, size_t n, size_t *got, struct err *e)
{
    struct file_input *f = (struct file_input *)in;
    ssize_t r = sys_pread(f->fd, to, n, f->at);
    if (r < 0)
        return err_errno(e, ERR_INPUT, errno, "cannot read %s", f->path);
    if (r == 0 && n > 0 && f->at < f->size)
        return err_set(e, ERR_INPUT, "%s was cut while it was read: at byte %lld of %lld", f->path,
            (long long)f->at, (long long)f->size);
    f->at += r;
    *got = (size_t)r;
    return true;
}

static void file_input_close(struct input *in)
{
    struct file_input *f = (struct file_input *)in;
    (void)sys_close(f->fd);
    mem_free(f->path);
    mem_free(f);
}

bool input_file_new(const char *path, struct input **ret, struct err *e)
{
    struct stat st;
    /* Looked at before it is opened: a named pipe would wait for its writer, a device might act. */
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
        return err_set(e, ERR_INPUT, "%s is not a regular file", path);
    int fd = sys_open(path, O_RDONLY, 0);
    if (fd < 0)
        return err_errno(e, ERR_INPUT, errno, "cannot open %s", path);
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        (void)sys_close(fd);
        return err_set(e, ERR_INPUT, "%s is not a regular file", path);
    }
    struct file_input *f = mem_alloc(sizeof *f);
    f->in = (struct input){file_input_read, file_input_close};
    f->fd = fd;
    f->size = st.st_size;
    f->path = mem_alloc(strlen(path) + 1);
    memcpy(f->path, path, strlen(path));
    *ret = &f->in;
    return true;
}

struct memory_input {
    struct input in;
    struct view rest;
};

static bool memory_input_read(struct input *in, void *to, size_t n, size_t *got, struct err *e)
{
    struct memory_input *m = (struct memory_input *)in;
    (void)e;
    *got = n < m->rest.n ? n : m->rest.n;
    if (*got > 0)
        memcpy(to, m->rest.p, *got);
    m->rest = view_slice(m->rest, *got, m->rest.n);
    return true;
}

static void memory_input_close(struct input *in)
{
    mem_free(in);
}

struct input *input_memory_new(struct view v)
{
    struct memory_input *m = mem_alloc(sizeof *m);
    m->in = (struct input){memory_input_read, memory_input_close};
    m->rest = v;
    return &m->in;
}

void input_free(struct input *in)
{
    if (in != NULL)
        in->close(in);
}

bool input_read_full(struct input *in, void *to, size_t n, size_t *ret, struct err *e)
{
    size_t got = 1;
    for (*ret = 0; *ret < n && got > 0; *ret += got)
        if (!in->read(in, (char *)to + *ret, n - *ret, &got, e))
            return false;
    return true;
}

bool input_open(const char *path, struct input **ret, struct err *e)
{
    struct input *file;
    if (!input_file_new(path, &file, e))
        return false;
    *ret = view_ends(view_of(path), ".gz") ? input_inflate_new(file, INFLATE_GZIP, path) : file;
    return true;
}
