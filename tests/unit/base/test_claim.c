/* Tests of base/claim: files of one process, and names that are given without overwriting. */
#include "help.h"

#include "base/file.h"
#include "base/sys.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a killed process left begins with an L here. */
static bool left(int fd)
{
    char first = 'L';
    return sys_pread(fd, &first, 1, 0) >= 0 && first == 'L';
}

TEST(a_claim_keeps_others_out)
{
    struct err e;
    int one = -1, two = 77;
    assert_true(file_claim("x.new", left, &one, &e));
    assert_true(file_exists("x.new"));
    assert_false(file_claim("x.new", left, &two, &e));
    assert_int_equal(e.kind, ERR_LOCKED);
    assert_non_null(strstr(e.text, "x.new"));
    file_remove_unclaimed("x.new", left); /* it is claimed */
    assert_true(file_exists("x.new"));
    assert_int_equal(sys_close(one), 0);
    file_remove_unclaimed("x.new", left);
    assert_false(file_exists("x.new"));
    file_remove_unclaimed("x.new", left);
}

/* What was left there without a claim is taken away, and a file of another name with the same
 * content stays as it is. */
TEST(leftovers_are_removed_not_emptied)
{
    struct err e;
    int fd = -1;
    file_put("kept", V("L content"));
    assert_int_equal(link("kept", "x.new"), 0);
    assert_true(file_claim("x.new", left, &fd, &e));
    assert_true(file_is("kept", V("L content")));
    assert_true(file_is("x.new", V("")));
    assert_false(file_is_same("kept", "x.new"));
    (void)sys_close(fd);
}

static void is_in_the_way(void)
{
    struct err e;
    int fd = 77;
    file_remove_unclaimed("x.new", left);
    assert_false(file_claim("x.new", left, &fd, &e));
    assert_int_equal(e.kind, ERR_REFUSED);
    assert_non_null(strstr(e.text, "x.new"));
}

/* Neither removed nor followed. */
TEST(what_is_somebody_elses_stays)
{
    file_put("x.new", V("mine"));
    is_in_the_way();
    assert_true(file_is("x.new", V("mine")));
    assert_int_equal(unlink("x.new"), 0);
    file_put("target", V("L"));
    assert_int_equal(symlink("target", "x.new"), 0);
    is_in_the_way();
    assert_true(file_is("x.new", V("L")));
    assert_int_equal(unlink("target"), 0);
    is_in_the_way(); /* now it leads nowhere */
    assert_false(file_exists("target"));
    assert_int_equal(unlink("x.new"), 0);
    assert_int_equal(mkdir("x.new", 0777), 0);
    is_in_the_way();
    assert_int_equal(rmdir("x.new"), 0);
    assert_int_equal(mkfifo("x.new", 0666), 0);
    is_in_the_way();
    assert_int_equal(unlink("x.new"), 0);
}

TEST(claims_that_cannot_be_had)
{
    struct err e;
    int fd = 77;
    assert_false(file_claim("none/x", left, &fd, &e));
    assert_int_equal(e.kind, ERR_DISK);
    fault_install(SYS_OPEN, 1, EACCES);
    assert_false(file_claim("x.new", left, &fd, &e));
    (void)fault_clear();
    assert_int_equal(e.kind, ERR_DISK);
    file_put("x.new", V("Left"));
    fault_install(SYS_UNLINK, 1, EACCES);
    assert_false(file_claim("x.new", left, &fd, &e));
    (void)fault_clear();
    assert_int_equal(e.kind, ERR_DISK);
    assert_true(file_is("x.new", V("Left")));
}

TEST(a_name_is_given_once)
{
    struct err e;
    file_put("x.new", V("new"));
    assert_true(file_publish("x.new", "x", &e));
    assert_true(file_is("x", V("new")));
    assert_false(file_exists("x.new"));
    file_put("y.new", V("newer"));
    assert_false(file_publish("y.new", "x", &e));
    assert_int_equal(e.kind, ERR_DISK);
    assert_true(file_is("x", V("new")));
    assert_true(file_is("y.new", V("newer")));
}

/* A file system that has no hard links. */
TEST(without_links_it_is_renamed)
{
    struct err e;
    file_put("x.new", V("new"));
    fault_install(SYS_RENAME, 1, EPERM);
    assert_true(file_publish("x.new", "x", &e));
    (void)fault_clear();
    assert_true(file_is("x", V("new")));
    assert_false(file_exists("x.new"));
    file_put("y.new", V("newer"));
    fault_install(SYS_RENAME, 1, EPERM);
    assert_false(file_publish("y.new", "x", &e));
    (void)fault_clear();
    assert_true(file_is("x", V("new")));
    assert_int_equal(symlink("nowhere", "w"), 0);
    fault_install(SYS_RENAME, 1, EPERM);
    assert_false(file_publish("y.new", "w", &e));
    (void)fault_clear();
    assert_false(file_exists("w"));
    fault_install(SYS_RENAME, 1, EIO);
    assert_false(file_publish("y.new", "z", &e));
    (void)fault_clear();
    assert_false(file_exists("z"));
}

TEST(what_fails_behind_the_name_leaves_it)
{
    struct err e;
    file_put("x.new", V("new"));
    fault_install(SYS_UNLINK, 1, EIO);
    assert_false(file_publish("x.new", "x", &e));
    (void)fault_clear();
    assert_true(file_is_same("x", "x.new"));
    file_put("y.new", V("new"));
    fault_install(SYS_SYNC, 1, EIO);
    assert_false(file_publish("y.new", "y", &e));
    (void)fault_clear();
    assert_true(file_is("y", V("new")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder(a_claim_keeps_others_out),
        in_folder(leftovers_are_removed_not_emptied),
        in_folder(what_is_somebody_elses_stays),
        in_folder(claims_that_cannot_be_had),
        in_folder(a_name_is_given_once),
        in_folder(without_links_it_is_renamed),
        in_folder(what_fails_behind_the_name_leaves_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
