/* Tests of base/file: file_read of a pipe, with a writer that is late, slow, or never comes. */
#include "help.h"

#include "base/file.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A process that opens the pipe, writes the pieces with pauses between, and ends. */
static pid_t start_writer(const char *path, const char *const *pieces)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child > 0)
        return child;
    (void)poll(NULL, 0, 150);
    int fd = open(path, O_WRONLY);
    for (; *pieces != NULL; pieces++) {
        (void)poll(NULL, 0, 150);
        if (write(fd, *pieces, strlen(*pieces)) != (ssize_t)strlen(*pieces))
            _exit(1);
    }
    _exit(0);
}

/* However late the writer comes and however long it thinks. */
TEST(a_pipe_is_read_to_the_end_of_its_writer)
{
    static const char *const rows[][4] = {{"DATA_DIR=a"}, {"a", "", "b"}, {NULL}};
    static const char *const want[] = {"DATA_DIR=a", "ab", ""};
    struct str s;
    struct err e;
    int status;
    assert_int_equal(mkfifo("pipe", 0600), 0);
    for (size_t i = 0; i < COUNT(rows); i++) {
        pid_t writer = start_writer("pipe", rows[i]);
        str_init(&s, 100);
        if (!file_read("pipe", &s, &e))
            fail_msg("%s", e.text);
        assert_string_equal(str_z(&s), want[i]);
        str_done(&s);
        assert_int_equal(waitpid(writer, &status, 0), writer);
        assert_int_equal(status, 0);
    }
}

/* As a shell hands over what a command says: <(printf 7). */
TEST(a_pipe_without_a_name_is_at_its_end_when_it_is_closed)
{
    static const char *const texts[] = {"", "7"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        char path[40];
        int ends[2];
        struct str s;
        struct err e;
        assert_int_equal(pipe(ends), 0);
        assert_int_equal(write(ends[1], texts[i], i), i);
        (void)close(ends[1]);
        (void)snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
        str_init(&s, 100);
        assert_true(file_read(path, &s, &e));
        assert_string_equal(str_z(&s), texts[i]);
        str_done(&s);
        (void)close(ends[0]);
    }
}

TEST(a_pipe_without_a_writer_is_not_waited_for_for_ever)
{
    static const struct sys_seam fast = {.clock_speed = 100};
    struct str s;
    struct err e;
    assert_int_equal(mkfifo("pipe", 0600), 0);
    str_init(&s, 100);
    sys_install(&fast);
    int64_t before = sys_mono_ms();
    bool ok = file_read("pipe", &s, &e);
    int64_t took = sys_mono_ms() - before;
    sys_install(NULL);
    assert_false(ok);
    assert_int_equal(e.kind, ERR_INPUT);
    assert_non_null(strstr(e.text, "pipe is a pipe, and nobody writes to it"));
    assert_true(took >= 10000);
    str_done(&s);
}

/* Exit code 0: it was interrupted. */
static void stop_and_read(void *payload)
{
    struct str s;
    struct err e;
    int keep = payload == NULL ? -1 : open(payload, O_RDWR);
    sys_stop_set();
    str_init(&s, 100);
    bool ok = file_read("pipe", &s, &e);
    str_done(&s);
    (void)close(keep);
    _exit(!ok && e.kind == ERR_INTERRUPTED ? 0 : 1);
}

TEST(waiting_for_a_pipe_ends_when_the_program_is_to_stop)
{
    char path[] = "pipe";
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(in_child(stop_and_read, NULL).code, 0);
    assert_int_equal(in_child(stop_and_read, path).code, 0); /* its writer says nothing */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder(a_pipe_is_read_to_the_end_of_its_writer),
        cmocka_unit_test(a_pipe_without_a_name_is_at_its_end_when_it_is_closed),
        in_folder(a_pipe_without_a_writer_is_not_waited_for_for_ever),
        in_folder(waiting_for_a_pipe_ends_when_the_program_is_to_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
