/* The test program's seam: that what MOVIE_ETL_TEST says is understood or refused, and that it then
 * happens. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "seam.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct seam_plan plan_of(const char *text)
{
    struct seam_plan p;
    struct view bad;

    assert_true(seam_parse(text, &p, &bad));
    return p;
}

static int uninstall(void **state)
{
    (void)state;
    sys_install(NULL);
    return 0;
}

static void nothing_said_is_the_plain_system(void **state)
{
    struct seam_plan p = plan_of("");

    (void)state;
    assert_true(p.clock_speed == 1 && p.timeout_speed == 1);
    assert_int_equal(p.clock_offset, 0);
    assert_int_equal(p.fault_n, 0);
    assert_string_equal(p.count_path, "");
}

static void every_key_is_understood(void **state)
{
    struct seam_plan p = plan_of("clock-speed=100,timeout-speed=2.5,clock-offset=-86400,"
                                 "fail=write:17:ENOSPC,fail-from=sync:3:EIO,kill=rename:2,"
                                 "kill=any:9,count=/tmp/x=y");

    (void)state;
    assert_true(p.clock_speed == 100 && p.timeout_speed == 2.5);
    assert_int_equal(p.clock_offset, -86400);
    assert_int_equal(p.fault_n, 4);
    assert_int_equal(p.faults[0].action, SEAM_FAIL);
    assert_int_equal(p.faults[0].kind, SYS_WRITE);
    assert_int_equal(p.faults[0].n, 17);
    assert_int_equal(p.faults[0].errnum, ENOSPC);
    assert_int_equal(p.faults[1].action, SEAM_FAIL_FROM);
    assert_int_equal(p.faults[1].kind, SYS_SYNC);
    assert_int_equal(p.faults[1].errnum, EIO);
    assert_int_equal(p.faults[2].action, SEAM_KILL);
    assert_int_equal(p.faults[2].kind, SYS_RENAME);
    assert_int_equal(p.faults[3].kind, SEAM_ANY);
    assert_string_equal(p.count_path, "/tmp/x=y");
}

static void nonsense_is_refused_and_named(void **state)
{
    static const char *const bad_parts[] = {"clock-speed", "clock-speed=", "clock-speed=0",
        "clock-speed=-1", "clock-speed=fast", "timeout-speed=0", "clock-offset=1.5",
        "fail=write:17",
        "fail=write:0:EIO", "fail=write:-1:EIO", "fail=write:x:EIO", "fail=write:1:EWHAT",
        "fail=write:1:EIO:2", "fail=write", "fail=print:1:EIO", "fail", "fail-from=sync:3",
        "kill=rename", "kill=rename:2:EIO", "kill=:2", "count=", "count", "clockspeed=2",
        " fail=write:1:EIO", ""};

    (void)state;
    for (size_t i = 0; i < sizeof bad_parts / sizeof bad_parts[0]; i++) {
        struct seam_plan p = {.clock_offset = 77};
        struct view bad = {0};
        char text[200];

        (void)snprintf(text, sizeof text, "clock-speed=2,%s,kill=open:1", bad_parts[i]);
        if (seam_parse(text, &p, &bad))
            fail_msg("'%s' was accepted", bad_parts[i]);
        assert_true(view_is(bad, bad_parts[i]));
        assert_int_equal(p.clock_offset, 77); /* set on success only */
    }
}

static void too_many_faults_are_refused(void **state)
{
    char text[(SEAM_MAX_FAULTS + 1) * 12 + 1] = "";
    struct seam_plan p;
    struct view bad;

    (void)state;
    for (size_t i = 0; i <= SEAM_MAX_FAULTS; i++)
        memcpy(text + i * 12, "kill=open:1,", 13);
    assert_false(seam_parse(text, &p, &bad));
    text[(size_t)SEAM_MAX_FAULTS * 12] = '\0';
    assert_true(seam_parse(text, &p, &bad));
}

static void the_nth_call_of_its_kind_fails(void **state)
{
    struct seam_plan p = plan_of("fail=open:2:EACCES,fail=mkdir:1:EROFS");

    (void)state;
    seam_install(&p);
    for (int i = 1; i <= 3; i++) {
        int fd = sys_open("/dev/null", O_RDONLY, 0);

        assert_true((fd < 0) == (i == 2));
        if (fd < 0)
            assert_int_equal(errno, EACCES);
        else
            sys_close(fd);
    }
    assert_int_equal(sys_mkdir("/nowhere/x", 0777), -1);
    assert_int_equal(errno, EROFS);
    assert_int_equal(seam_count(SYS_OPEN), 3);
    assert_int_equal(seam_count(SYS_MKDIR), 1);
    assert_int_equal(seam_count(SEAM_ANY), 4);
}

static void from_the_nth_call_on_all_fail(void **state)
{
    struct seam_plan p = plan_of("fail-from=any:3:EIO");

    (void)state;
    seam_install(&p);
    assert_int_equal(sys_check(SYS_SYNC), 0);
    assert_int_equal(sys_check(SYS_WRITE), 0);
    assert_int_equal(sys_check(SYS_SYNC), EIO);
    assert_int_equal(sys_check(SYS_RENAME), EIO);
    assert_int_equal(sys_check(SYS_READ), EIO);
}

static void kill_ends_the_process_at_the_nth_call(void **state)
{
    struct seam_plan p = plan_of("kill=rename:2");
    int status = 0;
    pid_t child;

    (void)state;
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        seam_install(&p);
        (void)sys_check(SYS_UNLINK);
        (void)sys_check(SYS_RENAME);
        (void)sys_check(SYS_UNLINK);
        (void)sys_check(SYS_RENAME);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGKILL);
}

static void the_clock_is_driven(void **state)
{
    struct seam_plan p = plan_of("clock-speed=1000,timeout-speed=10,clock-offset=86400");
    int64_t plain = sys_now();
    int64_t before;

    (void)state;
    seam_install(&p);
    assert_true(sys_now() >= plain + 86400);
    assert_true(sys_now() <= plain + 86400 + 3600); /* an hour is 3.6 real seconds here */
    before = sys_mono_ms();
    sys_sleep_ms(2000);
    assert_true(sys_mono_ms() - before >= 2000);
    assert_int_equal(sys_real_ms(2000), 2);
    assert_int_equal(sys_timeout_ms(2000), 200);
}

static void a_fast_clock_does_not_stand(void **state)
{
    struct seam_plan p = plan_of("clock-speed=100000");

    (void)state;
    seam_install(&p);
    for (int i = 0; i < 20; i++) { /* within one real millisecond, or over its end */
        int64_t before = sys_mono_ms();
        (void)nanosleep(&(struct timespec){0, 200000}, NULL);
        assert_true(sys_mono_ms() - before >= 20000);
    }
}

static void counts_are_written(void **state)
{
    char path[] = "/tmp/movie-etl-seam-XXXXXX";
    char text[100];
    char got[400] = "";
    struct seam_plan p;
    int fd = mkstemp(path);
    FILE *f;

    (void)state;
    assert_true(fd >= 0);
    (void)close(fd);
    (void)snprintf(text, sizeof text, "count=%s", path);
    p = plan_of(text);
    seam_install(&p);
    (void)sys_check(SYS_WRITE);
    (void)sys_check(SYS_WRITE);
    (void)sys_check(SYS_SYNC);
    assert_true(seam_write_counts());
    f = fopen(path, "r");
    assert_non_null(f);
    assert_true(fread(got, 1, sizeof got - 1, f) > 0);
    (void)fclose(f);
    (void)unlink(path);
    assert_string_equal(
        got, "open 0\nread 0\nwrite 2\nsync 1\nrename 0\nunlink 0\ntruncate 0\nmkdir 0\nany 3\n");
}

static void counts_that_cannot_be_written_are_an_error(void **state)
{
    struct seam_plan p = plan_of("count=/nowhere/at/all");

    (void)state;
    seam_install(&p);
    assert_false(seam_write_counts());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_said_is_the_plain_system),
        cmocka_unit_test(every_key_is_understood),
        cmocka_unit_test(nonsense_is_refused_and_named),
        cmocka_unit_test(too_many_faults_are_refused),
        cmocka_unit_test_teardown(the_nth_call_of_its_kind_fails, uninstall),
        cmocka_unit_test_teardown(from_the_nth_call_on_all_fail, uninstall),
        cmocka_unit_test(kill_ends_the_process_at_the_nth_call),
        cmocka_unit_test_teardown(the_clock_is_driven, uninstall),
        cmocka_unit_test_teardown(a_fast_clock_does_not_stand, uninstall),
        cmocka_unit_test_teardown(counts_are_written, uninstall),
        cmocka_unit_test_teardown(counts_that_cannot_be_written_are_an_error, uninstall),
    };

    return cmocka_run_group_tests_name("seam", tests, NULL, NULL);
}
