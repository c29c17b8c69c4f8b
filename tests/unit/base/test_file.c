/* Tests of base/file: reading whole files, folders, lists, moving, locks between processes,
 * failing calls. */
#include "help.h"

#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

TEST(there_or_not)
{
    struct err e;
    int64_t size = 77;
    file_put("a", V("abc"));
    assert_int_equal(mkdir("d", 0777), 0);
    assert_int_equal(symlink("none", "broken"), 0);
    assert_true(file_exists("a") && file_exists("d"));
    assert_false(
        file_exists("none") || file_exists("broken") || file_exists("a/b") || file_exists(""));
    assert_true(file_is_folder("d"));
    assert_false(file_is_folder("a") || file_is_folder("none"));
    assert_true(file_size("a", &size, &e) && size == 3);
    size = 77;
    assert_false(file_size("none", &size, &e));
    assert_int_equal(size, 77);
    assert_int_equal(e.kind, ERR_INPUT);
    assert_non_null(strstr(e.text, "none"));
}

TEST(plain_files_and_the_same_ones)
{
    file_put("a", V("abc"));
    file_put("b", V("abc"));
    assert_int_equal(mkdir("d", 0777), 0);
    assert_int_equal(symlink("a", "soft"), 0);
    assert_int_equal(symlink("none", "broken"), 0);
    assert_int_equal(link("a", "hard"), 0);
    assert_int_equal(mkfifo("pipe", 0600), 0);
    assert_true(file_is_plain("a") && file_is_plain("hard") && file_is_plain("./d/../a"));
    static const char *const other[] = {"d", "soft", "broken", "pipe", "none", "/dev/null", ""};
    for (size_t i = 0; i < COUNT(other); i++)
        assert_false(file_is_plain(other[i]));
    assert_true(file_is_same("a", "a") && file_is_same("a", "soft") && file_is_same("hard", "./a"));
    assert_true(file_is_same("d", "d/.") && file_is_same(".", "d/.."));
    assert_false(
        file_is_same("a", "b") || file_is_same("a", "none") || file_is_same("none", "none"));
    assert_false(file_is_same("broken", "broken"));
}

TEST(large_sizes_are_64_bits)
{
    struct err e;
    int64_t size = 0;
    file_put("sparse", V(""));
    assert_int_equal(truncate("sparse", (off_t)5 << 30), 0);
    assert_true(file_size("sparse", &size, &e));
    assert_true(size == (int64_t)5 << 30);
}

TEST(a_file_is_read_whole)
{
    struct random r;
    struct str s;
    struct err e;
    static char text[70000];
    random_init(&r, 13);
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)random_next(&r);
    static const size_t sizes[] = {0, 1, 16383, 16384, 16385, 32768, 70000};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        file_put("a", (struct view){text, sizes[i]});
        str_init(&s, 2 + sizes[i]);
        str_addz(&s, "<>"); /* what is there stays */
        assert_true(file_read("a", &s, &e));
        assert_int_equal(s.n, 2 + sizes[i]);
        assert_memory_equal(s.p, "<>", 2);
        assert_memory_equal(s.p + 2, text, sizes[i]);
        str_done(&s);
        if (sizes[i] == 0)
            continue;
        str_init(&s, sizes[i] - 1 > 0 ? sizes[i] - 1 : 1);
        assert_int_equal(file_read("a", &s, &e), sizes[i] == 1);
        if (sizes[i] > 1) {
            assert_int_equal(e.kind, ERR_INPUT);
            assert_non_null(strstr(e.text, "larger than"));
        }
        str_done(&s);
    }
}

TEST(what_cannot_be_read_is_an_error)
{
    struct str s;
    struct err e;
    str_init(&s, 100);
    assert_int_equal(mkdir("d", 0777), 0);
    assert_false(file_read("none", &s, &e));
    assert_int_equal(e.kind, ERR_INPUT);
    assert_non_null(strstr(e.text, "none: No such file"));
    assert_false(file_read("d", &s, &e));
    assert_int_equal(e.kind, ERR_INPUT);
    file_put("a", V("abc"));
    fault_install(SYS_READ, 1, EIO);
    assert_false(file_read("a", &s, &e));
    assert_int_equal(e.kind, ERR_INPUT);
    fault_install(SYS_OPEN, 1, EMFILE);
    assert_false(file_read("a", &s, &e));
    (void)fault_clear();
    str_done(&s);
}

/* A descriptor lost at every failure would run out long before the end. */
TEST(failures_leak_no_descriptor)
{
    struct str s;
    struct err e;
    struct outfile o;
    int fd;
    str_init(&s, 2);
    file_put("a", V("abc"));
    for (int i = 0; i < 3000; i++) {
        assert_false(file_read("a", &s, &e));
        fault_install(SYS_SYNC, 1, EIO);
        assert_false(file_sync_folder_of("a", &e));
        (void)fault_clear();
        assert_false(outfile_create(&o, "a", &e));
        assert_false(outfile_create(&o, "none/x", &e));
        assert_false(file_lock("none/x", &fd, &e));
    }
    str_done(&s);
    assert_true(file_sync_folder_of("a", &e));
}

TEST(folders_are_made_with_those_above)
{
    struct err e;
    static const char *const good[] = {
        "d", "d/e/f", "d/e/f", "g//h", "i/j/", "./k", "d/../l", ".", "/", ""};
    for (size_t i = 0; i < COUNT(good); i++)
        assert_true(file_make_folders(good[i], &e));
    assert_true(file_is_folder("d/e/f") && file_is_folder("g/h") && file_is_folder("i/j"));
    assert_true(file_is_folder("k") && file_is_folder("l"));
    char *here = getcwd(NULL, 0), absolute[5000];
    (void)snprintf(absolute, sizeof absolute, "%s/m/n", here);
    free(here);
    assert_true(file_make_folders(absolute, &e));
    assert_true(file_is_folder("m/n"));
    struct stat st;
    mode_t mask = umask(027);
    assert_true(file_make_folders("o", &e));
    (void)umask(mask);
    assert_int_equal(stat("o", &st), 0);
    assert_int_equal(st.st_mode & 0777, 0750);
}

TEST(folders_that_cannot_be_made)
{
    struct err e;
    static char path[6000];
    file_put("a", V(""));
    assert_false(file_make_folders("a", &e));
    assert_non_null(strstr(e.text, "a: what has that name is no folder"));
    assert_false(file_make_folders("a/b", &e));
    assert_false(file_make_folders("x/y/../../a/b", &e));
    memset(path, 'p', sizeof path - 1);
    assert_false(file_make_folders(path, &e));
    assert_non_null(strstr(e.text, "longer than"));
    fault_install(SYS_MKDIR, 2, ENOSPC);
    assert_false(file_make_folders("q/r/s", &e));
    assert_int_equal(e.kind, ERR_DISK);
    (void)fault_clear();
    assert_true(file_make_folders("q/r/s", &e)); /* going on where it stopped */
    assert_true(file_is_folder("q/r/s"));
}

TEST(removing)
{
    struct err e;
    file_put("a", V(""));
    assert_true(file_remove("a", &e));
    assert_false(is_there("a"));
    assert_true(file_remove("a", &e));
    assert_true(file_remove("none/a", &e));
    assert_int_equal(mkdir("d", 0777), 0);
    assert_false(file_remove("d", &e));
    assert_int_equal(e.kind, ERR_DISK);
    assert_true(is_there("d"));
    file_put("a", V(""));
    fault_install(SYS_UNLINK, 1, EACCES);
    assert_false(file_remove("a", &e));
    (void)fault_clear();
    assert_true(is_there("a"));
}

TEST(moving)
{
    struct err e;
    assert_int_equal(mkdir("d", 0777), 0);
    file_put("a", V("abc"));
    assert_true(file_move("a", "d/b", &e));
    assert_false(is_there("a"));
    assert_true(file_is("d/b", V("abc")));
    assert_true(file_move("d/b", "c", &e));
    assert_false(file_move("none", "x", &e));
    assert_int_equal(e.kind, ERR_DISK);
    assert_non_null(strstr(e.text, "none"));
    assert_false(file_move("c", "none/x", &e));
    fault_install(SYS_RENAME, 1, ENOSPC);
    assert_false(file_move("c", "x", &e));
    (void)fault_clear();
    assert_true(file_is("c", V("abc")));
    fault_install(SYS_SYNC, 1, EIO); /* the folder's */
    assert_false(file_move("c", "x", &e));
    assert_non_null(strstr(e.text, "folder of x"));
    assert_int_equal(fault_clear(), 1);
}

TEST(the_folder_of_a_path)
{
    struct err e;
    assert_int_equal(mkdir("d", 0777), 0);
    assert_true(file_sync_folder_of("a", &e)); /* "." */
    assert_true(file_sync_folder_of("d/a", &e));
    assert_true(file_sync_folder_of("/a", &e));
    assert_false(file_sync_folder_of("none/a", &e));
    assert_int_equal(e.kind, ERR_DISK);
}
static const char *name_at(const struct vec *names, size_t i)
{
    return *(char *const *)vec_at(names, i);
}

TEST(a_folder_is_listed_by_bytes)
{
    static const char *const names[] = {"b.yaml", "a.yaml", "B.yaml", "a_p2.yaml", "a.yml",
        ".hidden.yaml", ".yaml", "a.yaml.part", "yaml", "\xC3\xA9.yaml"};
    static const char *const want[] = {"B.yaml", "a.yaml", "a_p2.yaml", "b.yaml", "\xC3\xA9.yaml"};
    struct arena a;
    struct vec got;
    struct err e;
    arena_init(&a);
    vec_init(&got, sizeof(char *), 100);
    for (size_t i = 0; i < COUNT(names); i++)
        file_put(names[i], V(""));
    assert_true(file_list(".", ".yaml", &a, &got, &e));
    assert_int_equal(got.n, COUNT(want));
    for (size_t i = 0; i < COUNT(want); i++)
        assert_string_equal(name_at(&got, i), want[i]);
    vec_clear(&got);
    assert_true(file_list(".", "", &a, &got, &e));
    assert_int_equal(got.n, COUNT(names) - 2);
    vec_clear(&got);
    assert_true(file_list(".", ".none", &a, &got, &e));
    assert_int_equal(got.n, 0);
    vec_done(&got);
    vec_init(&got, sizeof(char *), 5);
    assert_true(file_list(".", ".yaml", &a, &got, &e)); /* just as many as fit */
    vec_done(&got);
    vec_init(&got, sizeof(char *), 4);
    assert_false(file_list(".", ".yaml", &a, &got, &e));
    assert_int_equal(e.kind, ERR_INPUT);
    vec_done(&got);
    arena_done(&a);
}

TEST(what_is_no_folder_has_no_list)
{
    struct arena a;
    struct vec got;
    struct err e;
    arena_init(&a);
    vec_init(&got, sizeof(char *), 5);
    file_put("a", V(""));
    assert_false(file_list("none", "", &a, &got, &e));
    assert_int_equal(e.kind, ERR_INPUT);
    assert_false(file_list("a", "", &a, &got, &e));
    vec_done(&got);
    arena_done(&a);
}

/* The linker puts this in the place of the C library's (meson.build): a folder that opens and
 * cannot be read. */
DIR *__real_opendir(const char *path);
DIR *__wrap_opendir(const char *path);
static bool folders_are_damaged;

DIR *__wrap_opendir(const char *path)
{
    DIR *d = __real_opendir(path);
    int null = folders_are_damaged ? open("/dev/null", O_RDONLY) : -1;
    if (d != NULL && null >= 0) {
        (void)dup2(null, dirfd(d));
        (void)close(null);
    }
    return d;
}

TEST(half_a_list_is_an_error)
{
    struct arena a;
    struct vec got;
    struct err e;
    arena_init(&a);
    vec_init(&got, sizeof(char *), 100);
    file_put("a", V(""));
    file_put("b", V(""));
    folders_are_damaged = true;
    bool ok = file_list(".", "", &a, &got, &e);
    folders_are_damaged = false;
    assert_false(ok);
    assert_int_equal(e.kind, ERR_INPUT);
    assert_non_null(strstr(e.text, "cannot read folder ."));
    errno = EIO; /* an old errno is no failure */
    assert_true(file_list(".", "", &a, &got, &e));
    vec_done(&got);
    arena_done(&a);
}

TEST(free_space_is_known)
{
    struct err e;
    int64_t bytes = -1;
    assert_true(file_free_space(".", &bytes, &e));
    assert_true(bytes >= 0);
    bytes = 77;
    assert_false(file_free_space("none", &bytes, &e));
    assert_int_equal(bytes, 77);
}

/* A process that takes the lock, says whether it got it ('y' or 'n'), and holds it until it is
 * killed. */
static pid_t start_holder(char *ret_answer)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct err e;
        int fd = -1;
        bool got = file_lock("lock", &fd, &e);
        if (!got && e.kind != ERR_LOCKED)
            _exit(1);
        if (write(ends[1], got ? "y" : "n", 1) != 1 || !got)
            _exit(0);
        for (;;)
            (void)pause();
    }
    (void)close(ends[1]);
    *ret_answer = '?';
    (void)!read(ends[0], ret_answer, 1);
    (void)close(ends[0]);
    return child;
}

static void end_holder(pid_t child)
{
    (void)kill(child, SIGKILL);
    (void)waitpid(child, NULL, 0);
}

TEST(a_lock_keeps_another_process_out_until_it_ends)
{
    struct err e;
    char answer;
    int fd = 77;
    pid_t child = start_holder(&answer);
    bool got = file_lock("lock", &fd, &e);
    end_holder(child);
    assert_int_equal(answer, 'y');
    assert_false(got);
    assert_int_equal(fd, 77);
    assert_int_equal(e.kind, ERR_LOCKED);
    assert_non_null(strstr(e.text, "lock"));
    assert_true(file_lock("lock", &fd, &e)); /* it ended by kill -9 and left nothing behind */
    child = start_holder(&answer);
    end_holder(child);
    assert_int_equal(answer, 'n');
    assert_int_equal(sys_close(fd), 0);
    child = start_holder(&answer);
    end_holder(child);
    assert_int_equal(answer, 'y');
}

TEST(a_lock_counts_within_one_process_too)
{
    struct err e;
    int one = -1, two = -1;
    file_put("lock", V("kept"));
    assert_true(file_lock("lock", &one, &e));
    assert_false(file_lock("lock", &two, &e));
    assert_int_equal(e.kind, ERR_LOCKED);
    assert_true(file_lock("other", &two, &e));
    (void)sys_close(one);
    assert_true(file_lock("lock", &one, &e));
    (void)sys_close(one);
    (void)sys_close(two);
    assert_true(file_is("lock", V("kept")));
}

TEST(a_lock_that_cannot_be_had)
{
    struct err e;
    int fd = 77;
    assert_false(file_lock("none/lock", &fd, &e));
    assert_int_equal(e.kind, ERR_DISK);
    fault_install(SYS_OPEN, 1, EROFS);
    assert_false(file_lock("lock", &fd, &e));
    (void)fault_clear();
    assert_int_equal(e.kind, ERR_DISK);
    assert_int_equal(fd, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder(there_or_not),
        in_folder(plain_files_and_the_same_ones),
        in_folder(large_sizes_are_64_bits),
        in_folder(a_file_is_read_whole),
        in_folder(what_cannot_be_read_is_an_error),
        in_folder(failures_leak_no_descriptor),
        in_folder(folders_are_made_with_those_above),
        in_folder(folders_that_cannot_be_made),
        in_folder(removing),
        in_folder(moving),
        in_folder(the_folder_of_a_path),
        in_folder(a_folder_is_listed_by_bytes),
        in_folder(what_is_no_folder_has_no_list),
        in_folder(half_a_list_is_an_error),
        in_folder(free_space_is_known),
        in_folder(a_lock_keeps_another_process_out_until_it_ends),
        in_folder(a_lock_counts_within_one_process_too),
        in_folder(a_lock_that_cannot_be_had),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
