/* Tests of base/claim: files of one process, and names that are given without overwriting. */
#include "help.h"

#include "base/file.h"
#include "base/sys.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

TEST(a_claim_keeps_others_out)
{
    struct err e;
    int one = -1, two = 77;
    assert_true(file_claim("x.new", &one, &e));
    assert_true(file_exists("x.new"));
    assert_false(file_claim("x.new", &two, &e));
    assert_int_equal(e.kind, ERR_LOCKED);
    assert_non_null(strstr(e.text, "x.new"));
    file_remove_unclaimed("x.new"); /* it is claimed */
    assert_true(file_exists("x.new"));
    assert_int_equal(sys_close(one), 0);
    file_remove_unclaimed("x.new");
    assert_false(file_exists("x.new"));
    file_remove_unclaimed("x.new");
}

/* Whatever lies there without a claim is taken away, and a file of another name with the same content stays as it is. */
TEST(leftovers_are_removed_not_emptied)
{
    struct err e;
    int fd = -1;
    file_put("kept", V("content"));
    assert_int_equal(link("kept", "x.new"), 0);
    assert_true(file_claim("x.new", &fd, &e));
    assert_true(file_is("kept", V("content")));
    assert_true(file_is("x.new", V("")));
    assert_false(file_is_same("kept", "x.new"));
    (void)sys_close(fd);
}

TEST(claims_that_cannot_be_had)
{
    struct err e;
    int fd = 77;
    assert_false(file_claim("none/x", &fd, &e));
    assert_int_equal(e.kind, ERR_DISK);
    fault_install(SYS_OPEN, 1, EACCES);
    assert_false(file_claim("x.new", &fd, &e));
    (void)fault_clear();
    assert_int_equal(e.kind, ERR_DISK);
    file_put("x.new", V("left"));
    fault_install(SYS_UNLINK, 1, EACCES);
    assert_false(file_claim("x.new", &fd, &e));
    (void)fault_clear();
    assert_int_equal(e.kind, ERR_DISK);
    assert_true(file_is("x.new", V("left")));
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
        in_folder(claims_that_cannot_be_had),
        in_folder(a_name_is_given_once),
        in_folder(without_links_it_is_renamed),
        in_folder(what_fails_behind_the_name_leaves_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
