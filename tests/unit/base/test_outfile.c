/* Tests of base/file's outfile: the whole file or none, whichever call fails or kills, and going
 * on after it. */
#include "help.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIZE = 1500000 };
static char text[SIZE]; /* what most tests write: no two stretches of it are alike */

static int make_text(void **state)
{
    struct random r;
    (void)state;
    random_init(&r, 14);
    for (size_t i = 0; i < SIZE; i++)
        text[i] = (char)random_next(&r);
    return 0;
}

static struct view whole(void)
{
    return (struct view){text, SIZE};
}

/* Writes text[o->size .. end] in pieces of many sizes, some beyond the buffer, with a sync here
 * and there. */
static bool write_up_to(struct outfile *o, size_t end, uint64_t seed, struct err *e)
{
    struct random r;
    random_init(&r, seed);
    while ((size_t)o->size < end) {
        static const size_t sizes[] = {1, 100, 5000, 262143, 262144, 262145, 600000};
        size_t at = (size_t)o->size,
               n = random_below(&r, sizes[random_below(&r, COUNT(sizes))] + 1);
        if (n > end - at)
            n = end - at;
        if (!outfile_write(o, (struct view){text + at, n}, e))
            return false;
        if (random_below(&r, 10) == 0 && !outfile_sync(o, e))
            return false;
    }
    return true;
}

static bool write_whole(const char *path, uint64_t seed, struct err *e)
{
    struct outfile o;
    if (!outfile_create(&o, path, e))
        return false;
    bool ok = write_up_to(&o, SIZE, seed, e) && outfile_commit(&o, e);
    outfile_done(&o);
    return ok;
}

TEST(what_is_written_is_there_after_the_commit_only)
{
    for (uint64_t seed = 1; seed < 15; seed++) {
        struct outfile o;
        struct err e;
        assert_true(outfile_create(&o, "f", &e));
        assert_false(is_there("f"));
        assert_true(is_there("f.part"));
        assert_true(write_up_to(&o, SIZE, seed, &e));
        assert_int_equal(o.size, SIZE);
        assert_false(is_there("f"));
        assert_true(outfile_commit(&o, &e));
        assert_true(file_is("f", whole()));
        assert_false(is_there("f.part"));
        outfile_done(&o);
        outfile_done(&o);
        assert_int_equal(unlink("f"), 0);
    }
}

TEST(an_empty_file_is_a_file)
{
    struct outfile o;
    struct err e;
    assert_int_equal(mkdir("d", 0777), 0);
    assert_true(outfile_create(&o, "d/f", &e));
    assert_true(outfile_write(&o, absent, &e));
    assert_true(outfile_write(&o, V(""), &e));
    assert_true(outfile_commit(&o, &e));
    outfile_done(&o);
    assert_true(file_is("d/f", V("")));
}

TEST(a_sync_puts_everything_into_the_part)
{
    struct outfile o;
    struct err e;
    assert_true(outfile_create(&o, "f", &e));
    assert_true(outfile_write(&o, V("abc"), &e));
    assert_int_equal(bytes_of("f.part"), 0);
    assert_true(outfile_sync(&o, &e));
    assert_true(file_is("f.part", V("abc")));
    assert_true(outfile_write(&o, V("def"), &e));
    outfile_done(&o); /* not committed: the part stays as it was synced */
    assert_true(file_is("f.part", V("abc")));
    assert_false(is_there("f"));
}

static enum sys_call recorded[20];
static size_t recorded_n;

static int record(enum sys_call call)
{
    if (recorded_n < COUNT(recorded))
        recorded[recorded_n++] = call;
    return 0;
}

/* The bytes must be on the disk before the name, and the name before anybody is told. */
TEST(a_commit_syncs_then_renames_then_syncs_the_folder)
{
    static const struct sys_seam seam = {.before = record, .clock_speed = 1};
    static const enum sys_call want[] = {
        SYS_OPEN, SYS_WRITE, SYS_SYNC, SYS_RENAME, SYS_OPEN, SYS_SYNC};
    struct outfile o;
    struct err e;
    recorded_n = 0;
    sys_install(&seam);
    assert_true(outfile_create(&o, "f", &e));
    assert_true(outfile_write(&o, V("abc"), &e));
    assert_true(outfile_commit(&o, &e));
    outfile_done(&o);
    sys_install(NULL);
    assert_int_equal(recorded_n, COUNT(want));
    assert_memory_equal(recorded, want, sizeof want);
}

TEST(an_existing_file_is_left_alone)
{
    struct outfile o;
    struct err e;
    file_put("f", V("old"));
    assert_false(outfile_create(&o, "f", &e));
    assert_int_equal(e.kind, ERR_INPUT);
    assert_non_null(strstr(e.text, "f exists already"));
    assert_true(file_is("f", V("old")));
    assert_false(is_there("f.part"));
}

TEST(a_file_that_appears_meanwhile_is_left_alone)
{
    struct outfile o;
    struct err e;
    assert_true(outfile_create(&o, "f", &e));
    assert_true(outfile_write(&o, V("new"), &e));
    file_put("f", V("old"));
    assert_false(outfile_commit(&o, &e));
    assert_int_equal(e.kind, ERR_INPUT);
    outfile_done(&o);
    assert_true(file_is("f", V("old")));
    assert_true(file_is("f.part", V("new")));
}

TEST(an_existing_part_is_left_alone)
{
    struct outfile o;
    struct err e;
    file_put("f.part", V("another is at it"));
    assert_false(outfile_create(&o, "f", &e));
    assert_non_null(strstr(e.text, "f.part"));
    assert_true(file_is("f.part", V("another is at it")));
    assert_false(is_there("f"));
    assert_int_equal(unlink("f.part"), 0);
    assert_int_equal(symlink("elsewhere", "f.part"), 0); /* nor is a link followed */
    assert_false(outfile_create(&o, "f", &e));
    assert_false(is_there("elsewhere"));
}

TEST(an_existing_part_is_no_matter_of_space)
{
    struct outfile o;
    struct err e;
    file_put("f.part", V("another is at it"));
    assert_false(outfile_create(&o, "f", &e));
    assert_int_equal(e.kind, ERR_INPUT);
    assert_non_null(strstr(e.text, "f.part exists already"));
    assert_false(outfile_create(&o, "none/f", &e));
    assert_int_equal(e.kind, ERR_DISK);
}

/* A caller may write `ok = outfile_create(&o, ...) && ...; outfile_done(&o);`. */
TEST(a_failed_create_leaves_something_to_be_done_with)
{
    struct outfile o;
    struct err e;
    file_put("f", V("old"));
    memset(&o, 0x55, sizeof o);
    assert_false(outfile_create(&o, "f", &e));
    outfile_done(&o);
    memset(&o, 0x55, sizeof o);
    assert_false(outfile_create(&o, "none/f", &e));
    outfile_done(&o);
    memset(&o, 0x55, sizeof o);
    assert_false(outfile_resume(&o, "none/f", 0, &e));
    outfile_done(&o);
    struct outfile zeroed = {0};
    outfile_done(&zeroed);
    assert_true(fcntl(0, F_GETFD) >= 0); /* a zeroed one has not closed descriptor 0 */
}

TEST(a_part_is_gone_on_with)
{
    struct random r;
    random_init(&r, 15);
    for (int round = 0; round < 12; round++) {
        struct outfile o;
        struct err e;
        size_t kept = random_below(&r, SIZE + 1), lost = random_below(&r, SIZE - kept + 1);
        assert_true(outfile_create(&o, "f", &e));
        assert_true(write_up_to(&o, kept, random_next(&r), &e));
        assert_true(outfile_sync(&o, &e));
        assert_true(
            write_up_to(&o, kept + lost, random_next(&r), &e)); /* some of it reaches the part */
        outfile_done(&o);
        assert_true(outfile_resume(&o, "f", (int64_t)kept, &e));
        assert_int_equal(o.size, kept);
        assert_int_equal(bytes_of("f.part"), kept);
        assert_true(write_up_to(&o, SIZE, random_next(&r), &e));
        assert_true(outfile_commit(&o, &e));
        outfile_done(&o);
        assert_true(file_is("f", whole()));
        assert_int_equal(unlink("f"), 0);
    }
}

TEST(what_cannot_be_gone_on_with)
{
    struct outfile o;
    struct err e;
    assert_false(outfile_resume(&o, "f", 0, &e));
    assert_non_null(strstr(e.text, "f.part"));
    assert_false(is_there("f.part"));
    file_put("f.part", V("0123456789"));
    assert_false(outfile_resume(&o, "f", -1, &e));
    fault_install(SYS_TRUNCATE, 1, EIO);
    assert_false(outfile_resume(&o, "f", 5, &e));
    (void)fault_clear();
    assert_true(file_is("f.part", V("0123456789")));
    assert_true(outfile_resume(&o, "f", 5, &e));
    outfile_done(&o);
    assert_true(file_is("f.part", V("01234")));
}

TEST(bytes_that_were_lost_are_not_made_up)
{
    struct outfile o;
    struct err e;
    file_put("f.part", V("0123456789"));
    assert_true(outfile_resume(&o, "f", 10, &e));
    outfile_done(&o);
    assert_false(outfile_resume(&o, "f", 11, &e));
    assert_int_equal(e.kind, ERR_INPUT);
    assert_non_null(strstr(e.text, "f.part"));
    assert_true(file_is("f.part", V("0123456789")));
}

/* After a failed write nobody knows what reached the disk, and after a failed fsync the kernel
 * may have dropped it and report success the next time: such a file must not get its final name. */
TEST(a_caller_who_overlooks_a_failure_commits_nothing)
{
    static const enum sys_call calls[] = {SYS_WRITE, SYS_SYNC};
    for (size_t i = 0; i < COUNT(calls); i++)
        for (int n = 1; n < 4; n++) {
            struct outfile o;
            struct err e;
            assert_true(outfile_create(&o, "f", &e));
            fault_install(calls[i], n, ENOSPC);
            bool ok = true;
            for (int k = 0; k < 4; k++) {
                ok = outfile_write(&o, (struct view){text, 300000}, &e) && ok;
                ok = outfile_write(&o, (struct view){text, 1000}, &e) && ok;
                ok = outfile_sync(&o, &e) && ok;
            }
            assert_false(ok);
            assert_false(outfile_commit(&o, &e));
            assert_int_equal(e.kind, ERR_DISK);
            (void)fault_clear();
            assert_false(outfile_commit(&o, &e));
            outfile_done(&o);
            assert_false(is_there("f"));
            assert_int_equal(unlink("f.part"), 0);
        }
}

/* Fails the n-th call of every kind, n from 1 until there are no so many: the file is whole or
 * not there. */
TEST(whichever_call_fails_the_file_is_whole_or_not_there)
{
    static const enum sys_call calls[] = {SYS_OPEN, SYS_WRITE, SYS_SYNC, SYS_RENAME};
    for (size_t i = 0; i < COUNT(calls); i++) {
        int n = 0, seen;
        bool ok;
        do {
            struct err e;
            fault_install(calls[i], ++n, ENOSPC);
            ok = write_whole("f", 77, &e);
            seen = fault_clear();
            if (!ok) {
                assert_int_equal(e.kind, ERR_DISK);
                assert_int_equal(seen, n);
            }
            /* Only the folder's open and fsync come after the name: then the file is whole all
             * the same. */
            bool named = is_there("f");
            assert_true(!named || file_is("f", whole()));
            assert_true(!ok || named);
            if (calls[i] == SYS_WRITE || calls[i] == SYS_RENAME)
                assert_int_equal(named, ok);
            (void)unlink("f");
            (void)unlink("f.part");
            assert_true(n < 100);
        } while (!ok);
        assert_true(n > 1);
        assert_int_equal(seen, n - 1);
    }
}

struct kill_plan {
    enum sys_call call;
    int n;
    bool resume;
};

/* The life of a batch file: begun or gone on with, synced at the half, finished. */
static void live(void *payload)
{
    const struct kill_plan *plan = payload;
    struct outfile o;
    struct err e;
    fault_install(plan->call, plan->n, 0);
    bool ok = plan->resume ? outfile_resume(&o, "f", SIZE / 2, &e) : outfile_create(&o, "f", &e);
    ok = ok && write_up_to(&o, SIZE / 2, 5, &e) && outfile_sync(&o, &e);
    if (ok && !plan->resume)
        file_put("half", V("")); /* from here on the first half is safe */
    if (!ok || !write_up_to(&o, SIZE, 6, &e) || !outfile_commit(&o, &e))
        _exit(1);
    outfile_done(&o);
}

TEST(whichever_call_kills_the_file_is_whole_or_can_be_gone_on_with)
{
    static const enum sys_call calls[] = {SYS_OPEN, SYS_WRITE, SYS_SYNC, SYS_RENAME};
    for (size_t i = 0; i < COUNT(calls); i++)
        for (int n = 1;; n++) {
            struct kill_plan plan = {calls[i], n, false}, again = {SYS_OPEN, 0, true};
            struct child_end end = in_child(live, &plan);
            assert_true(end.code == 0 || end.signal == SIGKILL);
            if (!is_there("f")) {
                assert_int_equal(end.signal, SIGKILL);
                again.resume = is_there("half");
                if (!again.resume)
                    (void)unlink("f.part");
                assert_int_equal(in_child(live, &again).code, 0);
            }
            assert_true(file_is("f", whole()));
            assert_false(is_there("f.part"));
            (void)unlink("f");
            (void)unlink("half");
            if (end.code == 0) {
                assert_true(n > 1);
                break;
            }
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder(what_is_written_is_there_after_the_commit_only),
        in_folder(an_empty_file_is_a_file),
        in_folder(a_sync_puts_everything_into_the_part),
        in_folder(a_commit_syncs_then_renames_then_syncs_the_folder),
        in_folder(an_existing_file_is_left_alone),
        in_folder(a_file_that_appears_meanwhile_is_left_alone),
        in_folder(an_existing_part_is_left_alone),
        in_folder(an_existing_part_is_no_matter_of_space),
        in_folder(a_failed_create_leaves_something_to_be_done_with),
        in_folder(a_part_is_gone_on_with),
        in_folder(what_cannot_be_gone_on_with),
        in_folder(bytes_that_were_lost_are_not_made_up),
        in_folder(a_caller_who_overlooks_a_failure_commits_nothing),
        in_folder(whichever_call_fails_the_file_is_whole_or_not_there),
        in_folder(whichever_call_kills_the_file_is_whole_or_can_be_gone_on_with),
    };
    return cmocka_run_group_tests(tests, make_text, NULL);
}
