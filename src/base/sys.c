/* Sys: see sys.h. */
#ifdef __linux__
#define _GNU_SOURCE /* sync_file_range, fallocate, O_DIRECT */
#endif
#include "base/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const struct sys_seam *seam;
static int64_t start_wall, start_mono; /* a test clock runs from when it was installed */
static atomic_bool stop; /* lock-free: fine in a signal handler, and for all threads */

int sys_check(enum sys_call call)
{
    return seam != NULL && seam->before != NULL ? seam->before(call) : 0;
}

static bool fails(enum sys_call call)
{
    int e = sys_check(call);
    if (e != 0)
        errno = e;
    return e != 0;
}

static double speed(void)
{
    return seam == NULL || seam->clock_speed <= 0 ? 1.0 : seam->clock_speed;
}

static int64_t clock_ms(clockid_t id)
{
    struct timespec t;
    (void)clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A test clock that is fast goes between two real milliseconds too: what takes a part of one has
 * taken its time. */
int64_t sys_mono_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)(((double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6) * speed());
}

void sys_install(const struct sys_seam *s)
{
    seam = s;
    if (seam != NULL) {
        start_wall = clock_ms(CLOCK_REALTIME);
        start_mono = sys_mono_ms();
    }
}

int64_t sys_now(void)
{
    if (seam == NULL)
        return clock_ms(CLOCK_REALTIME) / 1000;
    return (start_wall + sys_mono_ms() - start_mono) / 1000 + seam->clock_offset;
}

int64_t sys_latest(void)
{
    return sys_now() + 86400;
}

static int64_t slowed(int64_t ms, double speed)
{
    int64_t real = (int64_t)((double)ms / speed);
    return real == 0 && ms > 0 ? 1 : real;
}

int64_t sys_real_ms(int64_t ms)
{
    return slowed(ms, speed());
}

int64_t sys_timeout_ms(int64_t ms)
{
    return seam == NULL || seam->timeout_speed <= 0 ? ms : slowed(ms, seam->timeout_speed);
}

void sys_sleep_ms(int64_t ms)
{
    if (ms <= 0)
        return;
    int64_t real = sys_real_ms(ms);
    struct timespec t = {real / 1000, (long)(real % 1000) * 1000000};
    (void)nanosleep(&t, NULL);
}

/* For a kernel or a sandbox without getrandom: the device, and where that is missing too the
 * clocks and the process id. Good enough to keep processes apart, which is all this program
 * wants. */
static uint64_t random_without_getrandom(void)
{
    uint64_t r;
    int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && read(fd, &r, sizeof r) == (ssize_t)sizeof r;
    if (fd >= 0)
        (void)close(fd);
    if (ok)
        return r;
    struct timespec wall, mono;
    (void)clock_gettime(CLOCK_REALTIME, &wall);
    (void)clock_gettime(CLOCK_MONOTONIC, &mono);
    r = (uint64_t)wall.tv_sec << 30 ^ (uint64_t)wall.tv_nsec ^ (uint64_t)mono.tv_nsec << 34;
    return (r ^ (uint64_t)getpid() << 20) * 0x9e3779b97f4a7c15u;
}

uint64_t sys_random(void)
{
    uint64_t r = 0;
    ssize_t got;
    do {
        got = getrandom(&r, sizeof r, 0);
    } while (got < 0 && errno == EINTR);
    return got == (ssize_t)sizeof r ? r : random_without_getrandom();
}

int sys_open(const char *path, int flags, int mode)
{
    int fd;
    if (fails(SYS_OPEN))
        return -1;
    do {
        fd = open(path, flags | O_CLOEXEC, mode);
    } while (fd < 0 && errno == EINTR);
    return fd;
}

int sys_open_direct(const char *path)
{
#ifdef O_DIRECT
    return open(path, O_WRONLY | O_DIRECT | O_CLOEXEC);
#else
    (void)path;
    return -1;
#endif
}

bool sys_readable(int fd, int64_t ms)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    int n = poll(&p, 1, (int)sys_real_ms(ms));
    return n > 0 || (n < 0 && errno != EINTR); /* what fails is told by reading */
}

ssize_t sys_pread(int fd, void *to, size_t n, int64_t at)
{
    ssize_t got;
    if (fails(SYS_READ))
        return -1;
    do {
        got = pread(fd, to, n, (off_t)at);
    } while (got < 0 && errno == EINTR);
    return got;
}

ssize_t sys_read(int fd, void *to, size_t n)
{
    ssize_t got;
    if (fails(SYS_READ))
        return -1;
    do {
        got = read(fd, to, n);
    } while (got < 0 && errno == EINTR);
    return got;
}

int sys_write_all(int fd, const void *from, size_t n)
{
    const char *p = from;
    if (fails(SYS_WRITE))
        return -1;
    while (n > 0) {
        ssize_t put = write(fd, p, n);
        if (put < 0 && errno != EINTR)
            return -1;
        if (put > 0) {
            p += put;
            n -= (size_t)put;
        }
    }
    return 0;
}

int sys_pwrite_all(int fd, const void *from, size_t n, int64_t at)
{
    const char *p = from;
    if (fails(SYS_WRITE))
        return -1;
    while (n > 0) {
        ssize_t put = pwrite(fd, p, n, (off_t)at);
        if (put < 0 && errno != EINTR)
            return -1;
        if (put > 0) {
            p += put;
            at += put;
            n -= (size_t)put;
        }
    }
    return 0;
}

int sys_fsync(int fd)
{
    int r;
    if (fails(SYS_SYNC))
        return -1;
    do {
        r = fsync(fd);
    } while (r < 0 && errno == EINTR);
    return r;
}

void sys_write_out(int fd, int64_t at, int64_t n)
{
#ifdef __linux__
    (void)sync_file_range(fd, (off_t)at, (off_t)n, SYNC_FILE_RANGE_WRITE);
#else
    (void)fd;
    (void)at;
    (void)n;
#endif
}

void sys_make_room(int fd, int64_t at, int64_t n)
{
#ifdef __linux__
    (void)fallocate(fd, FALLOC_FL_KEEP_SIZE, (off_t)at, (off_t)n);
#else
    (void)fd;
    (void)at;
    (void)n;
#endif
}

int sys_truncate(int fd, int64_t size)
{
    int r;
    if (fails(SYS_TRUNCATE))
        return -1;
    do {
        r = ftruncate(fd, (off_t)size);
    } while (r < 0 && errno == EINTR);
    return r;
}

int sys_close(int fd)
{
    return close(fd);
}

int sys_rename(const char *from, const char *to)
{
    return fails(SYS_RENAME) ? -1 : rename(from, to);
}

int sys_link(const char *from, const char *to)
{
    return fails(SYS_RENAME) ? -1 : link(from, to);
}

int sys_unlink(const char *path)
{
    return fails(SYS_UNLINK) ? -1 : unlink(path);
}

int sys_mkdir(const char *path, int mode)
{
    return fails(SYS_MKDIR) ? -1 : mkdir(path, (mode_t)mode);
}

void sys_stop_set(void)
{
    atomic_store(&stop, true);
}

bool sys_stop_asked(void)
{
    return atomic_load(&stop);
}
