/* The mover: everything arrives, names that come again get numbers in the order they came, and a
 * failure or a request to stop leaves each file whole in one of the two places. */
#include "box.h"

#include "base/file.h"
#include "base/input.h"
#include "base/sys.h"
#include "etl/mover.h"

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>

enum { FILES = 40 };

static char *copy_of(struct box *b, const char *path)
{
    size_t n = strlen(path) + 1;
    return memcpy(arena_take(&b->a, n), path, n);
}

/* The i-th file of a test, in raw/ or rejected/. */
static char *file_at(struct box *b, const char *folder, int i)
{
    return copy_of(b,
        box_path(b, arena_print(&b->a, "movies/%s/initial_%d_20261122_100000.yaml", folder, i).p));
}

static struct view text_of(struct box *b, int i)
{
    struct str s;
    str_init(&s, 10000000);
    for (int n = 0; n < 1000 * (i % 4) + 1; n++)
        str_addf(&s, "# file %d, line %d\n", i, n);
    struct view v = arena_dup(&b->a, str_view(&s));
    str_done(&s);
    return v;
}

static void put(struct box *b, int i)
{
    box_put(b, file_at(b, "raw", i), text_of(b, i));
}

/* What a file in processed/ says. */
static bool holds(struct box *b, const char *path, struct view want)
{
    struct input *in;
    struct err e;
    size_t got;
    char *to = arena_take(&b->a, want.n + 1);
    if (!file_exists(path))
        return false;
    must(input_open(path, &in, &e));
    must(input_read_full(in, to, want.n + 1, &got, &e));
    input_free(in);
    return got == want.n && memcmp(to, want.p, got) == 0;
}

static const char *processed(struct box *b, int i)
{
    return box_path(
        b, arena_print(&b->a, "movies/processed/initial_%d_20261122_100000.yaml.gz", i).p);
}

static bool is_moved(struct box *b, int i)
{
    return holds(b, processed(b, i), text_of(b, i));
}

static int told; /* failures beside the first */

static void tell(void *payload, const struct err *e)
{
    (void)payload;
    assert_non_null(strstr(e->text, "to processed/"));
    told++;
}

static bool finish(struct mover *m, bool ok, struct err *e)
{
    told = 0;
    return mover_finish(m, ok, tell, NULL, e);
}

/* All that was put is settled. */
static bool settle_and_finish(struct mover *m, bool ok, struct err *e)
{
    mover_settle(m);
    return finish(m, ok, e);
}

static struct loaded_file *loaded(struct box *b, const char *path)
{
    struct loaded_file *f = arena_take(&b->a, sizeof *f);
    *f = (struct loaded_file){path, file_look(path)};
    return f;
}

static bool move_all(struct box *b, int n, struct err *e)
{
    struct mover *m = NULL;
    for (int i = 0; i < n; i++)
        put(b, i);
    assert_true(mover_new(b->dir, (size_t)n, &m, e));
    for (int i = 0; i < n; i++)
        mover_put(m, loaded(b, file_at(b, "raw", i)));
    return settle_and_finish(m, true, e);
}

static bool must_move_all(struct box *b, int n)
{
    struct err e;
    must(move_all(b, n, &e));
    return true;
}

static void test_everything_arrives(void **state)
{
    struct box *b = *state;
    assert_true(must_move_all(b, FILES));
    for (int i = 0; i < FILES; i++)
        assert_true(is_moved(b, i));
    assert_string_equal(box_list(b, "movies/raw"), "");
}

static void test_nothing_to_move(void **state)
{
    struct box *b = *state;
    struct mover *m = NULL;
    struct err e;
    must(mover_new(b->dir, 0, &m, &e));
    must(settle_and_finish(m, true, &e));
    assert_true(mover_finish(NULL, true, tell, NULL, &e));
    assert_false(mover_finish(NULL, false, tell, NULL, &e));
}

/* Of raw/, rejected/ and raw/ once more, with files of other names between. */
static void test_names_that_come_again(void **state)
{
    struct box *b = *state;
    for (int round = 0; round < 20; round++) {
        struct mover *m = NULL;
        struct err e;
        char *second = file_at(b, "rejected", 0), *third = copy_of(b, file_at(b, "raw", 0));
        for (int i = 0; i < 5; i++)
            put(b, i);
        box_put(b, second, text_of(b, 1001));
        must(mover_new(b->dir, 7, &m, &e));
        for (int i = 0; i < 5; i++)
            mover_put(m, loaded(b, file_at(b, "raw", i)));
        mover_put(m, loaded(b, second));
        mover_put(m, loaded(b, third)); /* the same again: it is gone by then, or moved twice */
        must(settle_and_finish(m, true, &e));
        assert_true(is_moved(b, 0));
        assert_true(holds(b, box_path(b, "movies/processed/initial_0_20261122_100000_r2.yaml.gz"),
            text_of(b, 1001)));
        assert_false(
            file_exists(box_path(b, "movies/processed/initial_0_20261122_100000_r3.yaml.gz")));
        assert_string_equal(box_list(b, "movies/raw"), "");
        assert_string_equal(box_list(b, "movies/rejected"), "");
    }
}

/* NAME is in processed/ already, with another text, so that raw/NAME gets the name that raw/NAME_r2
 * would have: one of the two once took the other's place. */
static void test_names_that_processed_gives(void **state)
{
    struct box *b = *state;
    const char *second = box_path(b, "movies/processed/initial_0_20261122_100000_r2.yaml.gz");
    const char *other = box_path(b, "movies/processed/initial_0_20261122_100000_r2_r2.yaml.gz");
    for (int round = 0; round < 50; round++) {
        struct mover *m = NULL;
        struct err e;
        char *copy = copy_of(b, box_path(b, "movies/raw/initial_0_20261122_100000_r2.yaml"));
        put(b, 1);
        must(file_make_folders(box_path(b, "movies/processed"), &e));
        must(file_move(file_at(b, "raw", 1), processed(b, 0), &e)); /* packed or not: it differs */
        put(b, 0);
        box_put(b, copy, text_of(b, 1001));
        must(mover_new(b->dir, 2, &m, &e));
        mover_put(m, loaded(b, file_at(b, "raw", 0)));
        mover_put(m, loaded(b, copy));
        must(settle_and_finish(m, true, &e));
        assert_true(holds(b, second, text_of(b, 0)));
        assert_true(holds(b, other, text_of(b, 1001)));
        must(file_remove(second, &e));
        must(file_remove(other, &e));
        must(file_remove(processed(b, 0), &e));
    }
}

/* ---- failures */

static atomic_int calls_left;

static int fail_from(enum sys_call call)
{
    return call == SYS_WRITE && atomic_fetch_sub(&calls_left, 1) <= 0 ? ENOSPC : 0;
}

static void test_a_full_disk_leaves_all_whole(void **state)
{
    static const struct sys_seam seam = {.before = fail_from};
    struct box *b = *state;
    for (int n = 0; n < 12; n++) {
        struct err e;
        atomic_store(&calls_left, n);
        sys_install(&seam);
        bool ok = move_all(b, 10, &e);
        sys_install(NULL);
        assert_int_equal(ok, n >= 10); /* one write a file: they are small */
        assert_true(ok || e.kind == ERR_DISK);
        int moved = 0;
        for (int i = 0; i < 10; i++) {
            bool there = file_exists(file_at(b, "raw", i));
            assert_true(
                there ? view_eq(box_get(b, file_at(b, "raw", i)), text_of(b, i)) : is_moved(b, i));
            moved += !there;
        }
        assert_int_equal(moved, n < 10 ? n : 10);
        assert_true(must_move_all(b, 10)); /* the next run */
        assert_string_equal(box_list(b, "movies/raw"), "");
        for (int i = 0; i < 10; i++) {
            assert_true(is_moved(b, i));
            must(file_remove(processed(b, i), &e));
        }
    }
}

/* Each thread may be at a file when the last failure that is borne comes. */
static void test_a_bad_disk_is_not_tried_for_ever(void **state)
{
    static const struct sys_seam seam = {.before = fail_from};
    struct box *b = *state;
    struct err e;
    atomic_store(&calls_left, 0);
    sys_install(&seam);
    assert_false(move_all(b, FILES, &e));
    sys_install(NULL);
    assert_int_equal(e.kind, ERR_DISK);
    assert_in_range(told + 1, 10, 13);
    for (int i = 0; i < FILES; i++)
        assert_true(file_exists(file_at(b, "raw", i)));
}

/* An edit that was not loaded is not moved away, nor does it keep the others. */
static void test_a_file_that_changed_stays(void **state)
{
    struct box *b = *state;
    struct mover *m = NULL;
    struct err e;
    for (int i = 0; i < FILES; i++)
        put(b, i);
    must(mover_new(b->dir, FILES, &m, &e));
    for (int i = 0; i < FILES; i++) {
        struct loaded_file *f = loaded(b, file_at(b, "raw", i));
        if (i % 4 == 1) {
            must(file_remove(f->path, &e));
            box_put(b, f->path, text_of(b, i + 2)); /* another file of that name */
        }
        mover_put(m, f);
    }
    assert_false(settle_and_finish(m, true, &e));
    assert_int_equal(e.kind, ERR_INPUT);
    assert_int_equal(told, FILES / 4 - 1);
    for (int i = 0; i < FILES; i++) {
        assert_int_equal(is_moved(b, i), i % 4 != 1);
        assert_int_equal(file_exists(file_at(b, "raw", i)), i % 4 == 1);
        assert_int_equal(file_exists(processed(b, i)), i % 4 != 1);
    }
}

/* Such as a first load that fails before its commit. Each file is put twice. */
static void leave_unsettled(struct box *b, int settled, int n)
{
    struct mover *m = NULL;
    struct err e, first;
    for (int i = 0; i < n; i++)
        put(b, i);
    err_set(&first, ERR_STORE, "the load has failed");
    must(mover_new(b->dir, 2 * (size_t)n, &m, &e));
    for (int i = 0; i < n; i++) {
        if (i == settled)
            mover_settle(m);
        mover_put(m, loaded(b, file_at(b, "raw", i)));
        mover_put(m, loaded(b, file_at(b, "raw", i)));
    }
    assert_false(finish(m, false, &first));
    assert_string_equal(first.text, "the load has failed");
    assert_int_equal(told, 0); /* a file that is gone is moved */
}

static void test_what_is_not_settled_stays(void **state)
{
    struct box *b = *state;
    for (int settled = 0; settled < FILES; settled += 13) {
        leave_unsettled(b, settled, FILES);
        for (int i = 0; i < FILES; i++) {
            assert_int_equal(file_exists(file_at(b, "raw", i)), i >= settled);
            assert_int_equal(file_exists(processed(b, i)), i < settled);
        }
        assert_null(strstr(box_list(b, "movies/processed"), ".part"));
        for (int i = 0; i < settled; i++)
            (void)remove(processed(b, i));
    }
}

static atomic_int writes;

static void wait_for_writes(int n)
{
    while (atomic_load(&writes) < n)
        (void)sched_yield();
}

/* The first copy is not written before the third one is, for which the second must be done. */
static int hold_the_first(enum sys_call call)
{
    if (call == SYS_WRITE && atomic_fetch_add(&writes, 1) == 0)
        wait_for_writes(3);
    return 0;
}

static void test_what_is_settled_goes_whoever_is_done_before(void **state)
{
    static const struct sys_seam seam = {.before = hold_the_first};
    struct box *b = *state;
    struct mover *m = NULL;
    struct err e, first;
    for (int i = 0; i < 3; i++)
        put(b, i);
    err_set(&first, ERR_STORE, "the load has failed");
    atomic_store(&writes, 0);
    sys_install(&seam);
    must(mover_new(b->dir, 3, &m, &e));
    mover_put(m, loaded(b, file_at(b, "raw", 0)));
    mover_settle(m);
    wait_for_writes(1);
    mover_put(m, loaded(b, file_at(b, "raw", 1)));
    mover_put(m, loaded(b, file_at(b, "raw", 2)));
    assert_false(finish(m, false, &first));
    sys_install(NULL);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(is_moved(b, i), i == 0);
        assert_int_equal(file_exists(file_at(b, "raw", i)), i > 0);
    }
    assert_null(strstr(box_list(b, "movies/processed"), ".part"));
}

static void test_after_the_last_nobody_waits_to_be_finished(void **state)
{
    struct box *b = *state;
    struct mover *m = NULL;
    struct err e;
    must(mover_new(b->dir, FILES, &m, &e));
    for (int i = 0; i < FILES; i++) {
        put(b, i);
        mover_put(m, loaded(b, file_at(b, "raw", i)));
    }
    mover_settle(m);
    mover_end(m);
    for (int i = 0; i < FILES; i++)
        while (file_exists(file_at(b, "raw", i)))
            (void)sched_yield();
    for (int i = 0; i < FILES; i++)
        assert_true(is_moved(b, i));
    assert_true(finish(m, true, &e));
}

/* What went wrong before counts, not the mover's own failure. */
static void test_the_first_failure_stays(void **state)
{
    static const struct sys_seam seam = {.before = fail_from};
    struct box *b = *state;
    struct mover *m = NULL;
    struct err e, first;
    put(b, 1);
    err_set(&first, ERR_STORE, "the first");
    atomic_store(&calls_left, 0);
    sys_install(&seam);
    must(mover_new(b->dir, 1, &m, &e));
    mover_put(m, loaded(b, file_at(b, "raw", 1)));
    assert_false(settle_and_finish(m, false, &first));
    sys_install(NULL);
    assert_string_equal(first.text, "the first");
    assert_true(file_exists(file_at(b, "raw", 1)));
}

/* The last test: a request to stop stays. */
static void test_a_stop_leaves_the_rest(void **state)
{
    struct box *b = *state;
    sys_stop_set();
    assert_true(must_move_all(b, 5));
    for (int i = 0; i < 5; i++)
        assert_true(file_exists(file_at(b, "raw", i)) && !is_moved(b, i));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOX_TEST(test_everything_arrives),
        BOX_TEST(test_nothing_to_move),
        BOX_TEST(test_names_that_come_again),
        BOX_TEST(test_names_that_processed_gives),
        BOX_TEST(test_a_full_disk_leaves_all_whole),
        BOX_TEST(test_a_bad_disk_is_not_tried_for_ever),
        BOX_TEST(test_a_file_that_changed_stays),
        BOX_TEST(test_what_is_not_settled_stays),
        BOX_TEST(test_what_is_settled_goes_whoever_is_done_before),
        BOX_TEST(test_after_the_last_nobody_waits_to_be_finished),
        BOX_TEST(test_the_first_failure_stays),
        BOX_TEST(test_a_stop_leaves_the_rest),
    };
    return cmocka_run_group_tests_name("etl/mover", tests, NULL, NULL);
}
