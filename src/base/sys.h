/* Sys: the one seam to the operating system: time, sleep, randomness and file calls.
 *
 * In the shipped program these are thin wrappers. The test program (tests/fault) installs a
 * `struct sys_seam` before anything else runs: it can speed up and shift the clock, and make the
 * n-th call of a kind fail or kill the process. Nothing else in the program may call the
 * functions wrapped here. Everything may be called from any thread, except sys_install: that only
 * while no other makes any of these calls. `before` must be safe to call from several threads at
 * once. */
#ifndef MOVIE_ETL_BASE_SYS_H
#define MOVIE_ETL_BASE_SYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum sys_call {
    SYS_OPEN,
    SYS_READ,
    SYS_WRITE,
    SYS_SYNC,
    SYS_RENAME,
    SYS_UNLINK,
    SYS_TRUNCATE,
    SYS_MKDIR,
};

struct sys_seam {
    /* Called before each file call; a non-zero result is the errno it fails with. */
    int (*before)(enum sys_call call);
    int64_t clock_offset; /* seconds added to the wall clock */
    double clock_speed;   /* virtual seconds per real second, for clock and sleep; 1 is real */
    double timeout_speed; /* the same for time-outs: how long another machine may take to answer,
                             which is a matter of how busy it is, and not of our clock */
};

void sys_install(const struct sys_seam *seam); /* kept by reference; NULL: the plain system */
/* Runs the seam's `before` hook: 0, or the errno the call must fail with. For engines with file
 * calls of their own (SQLite's VFS). */
int sys_check(enum sys_call call);

int64_t sys_now(void);           /* seconds since 1970, UTC */
int64_t sys_latest(void);        /* what another machine's clock may show now: a day more */
int64_t sys_mono_ms(void);       /* monotonic milliseconds */
void sys_sleep_ms(int64_t ms);   /* returns early when a signal arrives */
int64_t sys_real_ms(int64_t ms); /* how long `ms` lasts for the kernel (waiting in poll) */
int64_t sys_timeout_ms(int64_t ms); /* how long a time-out of `ms` lasts for it */
uint64_t sys_random(void);

/* As the calls they are named after: -1 and errno on failure. EINTR is retried, except by
 * sys_close: what it leaves behind is not the same everywhere, and on Linux the descriptor is
 * gone. */
int sys_open(const char *path, int flags, int mode); /* adds O_CLOEXEC */
/* A file that is there, for writing past the system's cache: by multiples of a block of the disk
 * (MEM_PAGE is one nearly everywhere), at such places, from such addresses. -1 where there is no
 * such thing; and a write may still be refused, with EINVAL. What others read is right all the
 * same, and what a write needs besides its bytes to last, sys_fsync does. */
int sys_open_direct(const char *path);
/* Waits so long for bytes to read, or for the end of them. False: neither came, or a signal. */
bool sys_readable(int fd, int64_t ms);
ssize_t sys_pread(int fd, void *to, size_t n, int64_t at);
ssize_t sys_read(int fd, void *to, size_t n);
int sys_write_all(int fd, const void *from, size_t n);              /* all n bytes, or -1 */
int sys_pwrite_all(int fd, const void *from, size_t n, int64_t at); /* all n bytes, or -1 */
int sys_fsync(int fd);
/* Begins to write these bytes of the file to the disk, so that sys_fsync has less to wait for. A
 * hint: what fails is told by sys_fsync, and where the system has no such call nothing happens. */
void sys_write_out(int fd, int64_t at, int64_t n);
/* Finds room on the disk for these bytes of the file, whose size stays, so that writing them need
 * not do so piece by piece. A hint like that one: a full disk is told by writing. */
void sys_make_room(int fd, int64_t at, int64_t n);
int sys_truncate(int fd, int64_t size);
int sys_close(int fd);
int sys_rename(const char *from, const char *to);
int sys_link(const char *from, const char *to); /* for the seam a rename: it gives a name */
int sys_unlink(const char *path);
int sys_mkdir(const char *path, int mode);

/* A request to stop (SIGINT, SIGTERM), set by cli's signal handler and polled at safe points. */
void sys_stop_set(void);
bool sys_stop_asked(void);

#endif
