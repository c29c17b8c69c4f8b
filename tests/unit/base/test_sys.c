/* Tests of base/sys: calls that come back short or interrupted, the seam, and the clocks it drives.
 *
 * Each clock test runs in a child of its own, so that no seam is left behind; a child says what is
 * wrong by its exit code. */
#include "help.h"

#include "base/mem.h"
#include "base/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t real_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void on_signal(int number)
{
    (void)number;
}

/* Calls are interrupted, not restarted, by this signal. */
static void catch_signal(int number)
{
    struct sigaction act = {.sa_handler = on_signal};
    (void)sigaction(number, &act, NULL);
}

/* A child that sends `number` to its parent every millisecond, until it is killed. */
static pid_t start_pestering(int number)
{
    catch_signal(number);
    pid_t parent = getpid(), child = fork();
    assert_true(child >= 0);
    while (child == 0) {
        struct timespec t = {0, 1000000};
        (void)nanosleep(&t, NULL);
        if (kill(parent, number) != 0 || getppid() != parent)
            _exit(0);
    }
    return child;
}

static void end_child(pid_t child)
{
    (void)kill(child, SIGKILL);
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
        ;
}

TEST(files_are_opened_read_cut_moved_and_removed)
{
    char to[20] = {0};
    int fd = sys_open("a", O_RDWR | O_CREAT | O_EXCL, 0600);
    assert_true(fd >= 0);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    assert_int_equal(sys_write_all(fd, "0123456789", 10), 0);
    assert_int_equal(sys_write_all(fd, NULL, 0), 0);
    assert_int_equal(sys_pread(fd, to, 4, 3), 4);
    assert_memory_equal(to, "3456", 4);
    assert_int_equal(sys_pread(fd, to, 20, 8), 2);
    assert_int_equal(sys_pread(fd, to, 20, 10), 0);
    assert_int_equal(sys_pread(fd, to, 20, 1 << 20), 0);
    assert_int_equal(sys_fsync(fd), 0);
    assert_int_equal(sys_truncate(fd, 6), 0);
    assert_int_equal(bytes_of("a"), 6);
    assert_int_equal(sys_close(fd), 0);
    assert_int_equal(sys_rename("a", "b"), 0);
    assert_false(is_there("a"));
    assert_int_equal(sys_mkdir("d", 0777), 0);
    assert_int_equal(sys_unlink("b"), 0);
    assert_false(is_there("b"));
}

/* Whether or not the file system of the tests can. */
TEST(room_is_found_for_a_file_as_it_is)
{
    char back[8];
    int fd = sys_open("a", O_RDWR | O_CREAT | O_EXCL, 0600);
    assert_int_equal(sys_write_all(fd, "01234567", 8), 0);
    sys_make_room(fd, 4, 1 << 20);
    sys_make_room(-1, 0, 10);
    assert_int_equal(bytes_of("a"), 8);
    assert_int_equal(sys_pread(fd, back, 8, 0), 8);
    assert_memory_equal(back, "01234567", 8);
    assert_int_equal(sys_close(fd), 0);
    assert_int_equal(sys_unlink("a"), 0);
}

/* Where the file system of the tests has that. */
TEST(a_block_may_be_written_past_the_cache)
{
    enum { AT = 3 * MEM_PAGE };
    char back[MEM_PAGE], *block = mem_pages(MEM_PAGE);
    memset(block, 'x', MEM_PAGE);
    assert_int_equal(sys_open_direct("missing"), -1);
    int fd = sys_open("a", O_RDWR | O_CREAT | O_EXCL, 0600), direct = sys_open_direct("a");
    bool written = direct >= 0 && sys_pwrite_all(direct, block, MEM_PAGE, AT) == 0;
    if (written) {
        assert_int_equal(bytes_of("a"), AT + MEM_PAGE);
        assert_int_equal(sys_pread(fd, back, MEM_PAGE, AT), MEM_PAGE);
        assert_memory_equal(back, block, MEM_PAGE);
    }
    if (direct >= 0)
        assert_int_equal(sys_close(direct), 0);
    assert_int_equal(sys_close(fd), 0);
    assert_int_equal(sys_unlink("a"), 0);
    mem_free(block);
    if (!written)
        skip();
}

TEST(failures_say_why)
{
    char to[4];
    errno = 0;
    assert_int_equal(sys_open("none", O_RDONLY, 0), -1);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(sys_read(-1, to, 4), -1);
    assert_int_equal(errno, EBADF);
    assert_int_equal(sys_pread(-1, to, 4, 0), -1);
    assert_int_equal(errno, EBADF);
    assert_int_equal(sys_write_all(-1, "x", 1), -1);
    assert_int_equal(errno, EBADF);
    assert_int_equal(sys_fsync(-1), -1);
    assert_int_equal(errno, EBADF);
    assert_int_equal(sys_truncate(-1, 0), -1);
    assert_int_equal(sys_close(-1), -1);
    assert_int_equal(sys_rename("none", "other"), -1);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(sys_unlink("none"), -1);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(sys_mkdir("none/d", 0777), -1);
    assert_int_equal(errno, ENOENT);
}

/* One byte at a time through a pipe much smaller than the text, with a signal every millisecond:
 * every byte arrives once, in order. */
TEST(short_and_interrupted_writes_are_finished)
{
    enum { SIZE = 3 << 20 };
    int ends[2], status = 0;
    unsigned char *text = test_malloc(SIZE);
    for (size_t i = 0; i < SIZE; i++)
        text[i] = (unsigned char)(i % 251);
    assert_int_equal(pipe(ends), 0);
    pid_t reader = fork();
    assert_true(reader >= 0);
    if (reader == 0) {
        static unsigned char block[5000];
        size_t at = 0;
        (void)close(ends[1]);
        for (ssize_t got; (got = read(ends[0], block, sizeof block)) > 0;)
            for (ssize_t i = 0; i < got; i++)
                if (block[i] != at++ % 251)
                    _exit(1);
        _exit(at == SIZE ? 0 : 2);
    }
    pid_t pest = start_pestering(SIGUSR1);
    (void)close(ends[0]);
    int wrote = sys_write_all(ends[1], text, SIZE);
    end_child(pest);
    (void)close(ends[1]);
    while (waitpid(reader, &status, 0) < 0 && errno == EINTR)
        ;
    test_free(text);
    assert_int_equal(wrote, 0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* What a slow pipe gives, read under a hail of signals. */
TEST(interrupted_reads_are_repeated)
{
    int ends[2];
    char to[8];
    assert_int_equal(pipe(ends), 0);
    pid_t pest = start_pestering(SIGUSR1), writer = fork();
    assert_true(writer >= 0);
    if (writer == 0) {
        struct timespec t = {0, 100000000};
        (void)nanosleep(&t, NULL);
        _exit(write(ends[1], "late", 4) == 4 ? 0 : 1);
    }
    ssize_t got = sys_read(ends[0], to, sizeof to);
    end_child(pest);
    end_child(writer);
    (void)close(ends[0]);
    (void)close(ends[1]);
    assert_int_equal(got, 4);
}

/* Opening a pipe with a name waits for the other end, and a signal interrupts that. */
TEST(an_interrupted_open_is_repeated)
{
    assert_int_equal(mkfifo("pipe", 0600), 0);
    pid_t pest = start_pestering(SIGUSR1), writer = fork();
    assert_true(writer >= 0);
    if (writer == 0) {
        struct timespec t = {0, 100000000};
        (void)nanosleep(&t, NULL);
        _exit(open("pipe", O_WRONLY) >= 0 ? 0 : 1);
    }
    int fd = sys_open("pipe", O_RDONLY, 0);
    end_child(pest);
    end_child(writer);
    assert_true(fd >= 0);
    (void)sys_close(fd);
}

/* The linker puts these in the place of the C library's (meson.build): interrupted twice, then
 * as they are. */
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_ftruncate(int fd, off_t size);
int __wrap_ftruncate(int fd, off_t size);
int __wrap_ftruncate64(int fd, off_t size);
static int interruptions;

static bool interrupted(void)
{
    errno = EINTR;
    return interruptions > 0 && interruptions-- > 0;
}

int __wrap_fsync(int fd)
{
    return interrupted() ? -1 : __real_fsync(fd);
}

int __wrap_ftruncate(int fd, off_t size)
{
    return interrupted() ? -1 : __real_ftruncate(fd, size);
}

int __wrap_ftruncate64(int fd, off_t size) /* its name when off_t is made 64 bits wide */
{
    return __wrap_ftruncate(fd, size);
}

TEST(interrupted_syncs_and_cuts_are_repeated)
{
    int fd = sys_open("a", O_RDWR | O_CREAT, 0600);
    assert_int_equal(sys_write_all(fd, "0123456789", 10), 0);
    interruptions = 2;
    assert_int_equal(sys_fsync(fd), 0);
    assert_int_equal(interruptions, 0);
    interruptions = 2;
    assert_int_equal(sys_truncate(fd, 5), 0);
    assert_int_equal(interruptions, 0);
    assert_int_equal(bytes_of("a"), 5);
    (void)sys_close(fd);
}

ssize_t __real_getrandom(void *to, size_t n, unsigned flags);
ssize_t __wrap_getrandom(void *to, size_t n, unsigned flags);
static int getrandom_errno; /* what the system's answer is, 0: a good one */

ssize_t __wrap_getrandom(void *to, size_t n, unsigned flags)
{
    if (getrandom_errno == 0)
        return __real_getrandom(to, n, flags);
    errno = getrandom_errno;
    if (getrandom_errno == EINTR)
        getrandom_errno = 0;
    return -1;
}

/* An old kernel, or a sandbox that forbids the call: as good as random, and not for ever in a
 * loop. */
TEST(without_getrandom_there_is_randomness)
{
    (void)alarm(20);
    getrandom_errno = ENOSYS;
    uint64_t a = sys_random(), b = sys_random();
    assert_true(a != b);
    getrandom_errno = EINTR;
    assert_true(sys_random() != sys_random());
    (void)alarm(0);
}

static int call_all(int fd, enum sys_call call)
{
    char to[4];
    switch (call) {
    case SYS_OPEN:
        return sys_open("x", O_RDWR | O_CREAT, 0600);
    case SYS_READ:
        return sys_pread(fd, to, 4, 0) < 0 && sys_read(fd, to, 4) < 0 ? -1 : 0;
    case SYS_WRITE:
        return sys_write_all(fd, "abc", 3);
    case SYS_SYNC:
        return sys_fsync(fd);
    case SYS_RENAME:
        return sys_rename("a", "b");
    case SYS_UNLINK:
        return sys_unlink("a");
    case SYS_TRUNCATE:
        return sys_truncate(fd, 1);
    case SYS_MKDIR:
        return sys_mkdir("d", 0777);
    }
    return 0;
}

static int fail_everything(enum sys_call call)
{
    return 100 + (int)call;
}

TEST(the_seam_stands_before_every_call)
{
    static const struct sys_seam seam = {.before = fail_everything, .clock_speed = 1};
    file_put("a", V("0123456789"));
    int fd = open("a", O_RDWR);
    sys_install(&seam);
    for (int call = SYS_OPEN; call <= SYS_MKDIR; call++) {
        errno = 0;
        assert_int_equal(call_all(fd, (enum sys_call)call), -1);
        assert_int_equal(errno, 100 + call);
        assert_int_equal(sys_check((enum sys_call)call), 100 + call);
    }
    sys_install(NULL);
    (void)close(fd);
    assert_int_equal(sys_check(SYS_WRITE), 0);
    assert_true(file_is("a", V("0123456789")));
    assert_false(is_there("x") || is_there("b") || is_there("d"));
}

TEST(one_call_of_many_can_fail)
{
    char to[4];
    file_put("a", V("0123456789"));
    int fd = open("a", O_RDWR);
    fault_install(SYS_READ, 2, EIO);
    assert_int_equal(sys_pread(fd, to, 4, 0), 4);
    assert_int_equal(sys_fsync(fd), 0);
    assert_int_equal(sys_read(fd, to, 4), -1);
    assert_int_equal(errno, EIO);
    assert_int_equal(sys_read(fd, to, 4), 4);
    assert_memory_equal(to, "0123", 4); /* the call that failed took nothing */
    assert_int_equal(fault_clear(), 3);
    (void)close(fd);
}

TEST(the_plain_clocks_go)
{
    int64_t wall = sys_now(), mono = sys_mono_ms();
    assert_in_range(wall - (int64_t)time(NULL) + 60, 0, 61);
    sys_sleep_ms(30);
    assert_true(sys_mono_ms() >= mono + 30);
    assert_true(sys_now() >= wall);
    sys_sleep_ms(0);
    sys_sleep_ms(-5);
    assert_int_equal(sys_real_ms(0), 0);
    assert_int_equal(sys_real_ms(1234), 1234);
    assert_int_equal(sys_timeout_ms(1234), 1234);
}

static void run_fast(void *payload)
{
    static const struct sys_seam seam = {.clock_offset = 86400, .clock_speed = 1000};
    (void)payload;
    sys_install(&seam);
    int64_t real = real_ms(), wall = sys_now(), mono = sys_mono_ms();
    if (wall < (int64_t)time(NULL) + 86400 - 60 || wall > (int64_t)time(NULL) + 2 * 86400)
        _exit(1);
    sys_sleep_ms(60000); /* 60 ms of ours */
    if (sys_mono_ms() - mono < 60000 || sys_now() - wall < 59)
        _exit(2);
    if (real_ms() - real > 20000)
        _exit(3);
    if (sys_real_ms(5000) != 5 || sys_real_ms(1) != 1 || sys_real_ms(0) != 0)
        _exit(4);
    if (sys_timeout_ms(5000) != 5000) /* whoever is to answer has no part in this clock */
        _exit(5);
}

static void run_slow(void *payload)
{
    static const struct sys_seam seam = {.clock_speed = 0.1, .timeout_speed = 10};
    (void)payload;
    sys_install(&seam);
    int64_t real = real_ms(), mono = sys_mono_ms();
    sys_sleep_ms(10);
    if (real_ms() - real < 100 || sys_mono_ms() - mono < 9)
        _exit(1);
    if (sys_real_ms(10) != 100)
        _exit(2);
    if (sys_timeout_ms(50) != 5 || sys_timeout_ms(1) != 1 || sys_timeout_ms(0) != 0)
        _exit(3);
}

static void run_without_speed(void *payload)
{
    static const struct sys_seam seam = {.clock_offset = -1000000};
    (void)payload;
    sys_install(&seam); /* speed 0, as a zeroed seam has it, is the real speed */
    int64_t mono = sys_mono_ms();
    sys_sleep_ms(20);
    if (sys_mono_ms() - mono < 20 || sys_mono_ms() - mono > 20000 || sys_real_ms(7) != 7)
        _exit(1);
    if (sys_now() > (int64_t)time(NULL) - 999990 || sys_now() < (int64_t)time(NULL) - 1000010)
        _exit(2);
}

TEST(a_seam_drives_the_clocks)
{
    assert_int_equal(in_child(run_fast, NULL).code, 0);
    assert_int_equal(in_child(run_slow, NULL).code, 0);
    assert_int_equal(in_child(run_without_speed, NULL).code, 0);
}

TEST(a_signal_ends_a_sleep)
{
    int64_t from = real_ms();
    pid_t pest = start_pestering(SIGUSR1);
    sys_sleep_ms(60000);
    end_child(pest);
    assert_true(real_ms() - from < 30000);
}

TEST(randomness_reaches_every_bit)
{
    uint64_t ones = 0, zeros = 0;
    for (int i = 0; i < 300; i++) {
        uint64_t x = sys_random();
        ones |= x;
        zeros |= ~x;
    }
    assert_true(ones == UINT64_MAX && zeros == UINT64_MAX); /* wrong by chance: 128 in 2^300 */
}

static void ask_to_stop(void *payload)
{
    (void)payload;
    if (sys_stop_asked())
        _exit(1);
    sys_stop_set();
    sys_stop_set();
    if (!sys_stop_asked() || !sys_stop_asked())
        _exit(2);
}

TEST(a_request_to_stop_stays)
{
    assert_int_equal(in_child(ask_to_stop, NULL).code, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder(files_are_opened_read_cut_moved_and_removed),
        in_folder(room_is_found_for_a_file_as_it_is),
        in_folder(a_block_may_be_written_past_the_cache),
        in_folder(failures_say_why),
        cmocka_unit_test(short_and_interrupted_writes_are_finished),
        cmocka_unit_test(interrupted_reads_are_repeated),
        in_folder(an_interrupted_open_is_repeated),
        in_folder(interrupted_syncs_and_cuts_are_repeated),
        cmocka_unit_test(without_getrandom_there_is_randomness),
        in_folder(the_seam_stands_before_every_call),
        in_folder(one_call_of_many_can_fail),
        cmocka_unit_test(the_plain_clocks_go),
        cmocka_unit_test(a_seam_drives_the_clocks),
        cmocka_unit_test(a_signal_ends_a_sleep),
        cmocka_unit_test(randomness_reaches_every_bit),
        cmocka_unit_test(a_request_to_stop_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
