/* The way to processed/: names, what is never moved, and what may happen on the way. */
#include "box.h"

#include "base/file.h"
#include "base/gzip.h"
#include "base/sys.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const char DOC[] = "---\netl: {fetched_at: \"2026-11-22T10:00:07Z\", review: "
                          "null}\nmovie:\n  id: %d\n  title: \"T\"\n";

static const char *raw(struct box *b, const char *name)
{
    return box_path(b, arena_print(&b->a, "movies/raw/%s", name).p);
}

static void put_raw(struct box *b, const char *name, struct view text)
{
    box_put(b, raw(b, name), text);
}

static const char NAME[] = "initial_2023_20261122_100000.yaml";

static void move(struct box *b, const char *path, bool moves)
{
    struct err e;
    bool moved;
    must(box_move_processed(b, path, &moved, &e));
    assert_int_equal(moved, moves);
}

static void test_moving(void **state)
{
    struct box *b = *state;
    struct view v = box_batch(b, arena_print(&b->a, DOC, 5).p, 1, 0);
    put_raw(b, NAME, v);
    move(b, raw(b, NAME), true);
    assert_string_equal(box_list(b, "movies/raw"), "");
    assert_string_equal(box_list(b, "movies/processed"), "initial_2023_20261122_100000.yaml.gz");
    box_read_file(b, box_path(b, "movies/processed/initial_2023_20261122_100000.yaml.gz"));
    assert_findings(b, 0);
    assert_string_equal(b->summary.sha256.z, digest_of(DIGEST_SHA256, v).z);
    move(b, raw(b, NAME), false); /* it is gone: nothing to do */
}

static void test_moving_the_same_name_again(void **state)
{
    struct box *b = *state;
    for (int i = 1; i <= 3; i++) {
        put_raw(b, NAME, box_batch(b, arena_print(&b->a, DOC, i).p, 1, 0));
        move(b, raw(b, NAME), true);
    }
    assert_string_equal(box_list(b, "movies/processed"),
        "initial_2023_20261122_100000.yaml.gz initial_2023_20261122_100000_r2.yaml.gz"
        " initial_2023_20261122_100000_r3.yaml.gz");
    box_read_file(b, box_path(b, "movies/processed/initial_2023_20261122_100000_r2.yaml.gz"));
    assert_int_equal(b->records[0].tmdb_id, 2);
}

static void test_moving_from_rejected(void **state)
{
    struct box *b = *state;
    const char *path = box_path(b, "movies/rejected/initial_2023_20261122_100000.rejected.yaml");
    box_put(b, path, box_batch(b, "", 0, 0));
    move(b, path, true);
    assert_string_equal(
        box_list(b, "movies/processed"), "initial_2023_20261122_100000.rejected.yaml.gz");
    box_put(b, path, box_batch(b, arena_print(&b->a, DOC, 1).p, 1, 0));
    move(b, path, true);
    assert_string_equal(box_list(b, "movies/processed"),
        "initial_2023_20261122_100000.rejected.yaml.gz"
        " initial_2023_20261122_100000_r2.rejected.yaml.gz");
}

static void test_moving_a_compressed_file(void **state)
{
    struct box *b = *state;
    struct err e;
    put_raw(b, NAME, box_batch(b, "", 0, 0));
    must(gzip_file(b->gzip, raw(b, NAME), raw(b, "initial_2023_20261122_100000.yaml.gz"), &e));
    (void)remove(raw(b, NAME));
    move(b, raw(b, "initial_2023_20261122_100000.yaml.gz"), true);
    assert_string_equal(box_list(b, "movies/raw"), "");
    box_read_file(b, box_path(b, "movies/processed/initial_2023_20261122_100000.yaml.gz"));
    assert_int_equal(b->f.per_severity[SEVERITY_ERROR], 0);
}

static void test_what_is_never_moved(void **state)
{
    struct box *b = *state;
    struct view v = box_batch(b, "", 0, 0);
    const char *outside = box_path(b, "elsewhere/initial_2023_20261122_100000.yaml");
    const char *processed = box_path(b, "movies/processed/initial_2023_20261122_100000.yaml.gz");
    const char *beside = box_path(b, "movies/initial_2023_20261122_100000.yaml");
    const char *below = box_path(b, "movies/raw/sub/initial_2023_20261122_100000.yaml");
    box_put(b, outside, v);
    box_put(b, processed, view_of("x"));
    box_put(b, beside, v);
    box_put(b, below, v);
    move(b, outside, false);
    move(b, processed, false);
    move(b, beside, false);
    move(b, below, false);
    /* a link in raw/ to a file outside; a folder outside behind a link; a way out with dots */
    assert_int_equal(symlink(outside, raw(b, NAME)), 0);
    move(b, raw(b, NAME), false);
    assert_int_equal(symlink(box_path(b, "elsewhere"), raw(b, "link")), 0);
    move(b, box_path(b, "movies/raw/link/initial_2023_20261122_100000.yaml"), false);
    move(b, box_path(b, "movies/raw/../../elsewhere/initial_2023_20261122_100000.yaml"), false);
    assert_int_equal(box_get(b, outside).n, v.n);
    assert_int_equal(box_get(b, processed).n, 1);
    assert_true(file_exists(beside) && file_exists(below));
    move(b, raw(b, "none.yaml"), false);
}

/* Other names of the same folder are the same folder. */
static void test_moving_by_another_path(void **state)
{
    struct box *b = *state;
    put_raw(b, NAME, box_batch(b, "", 0, 0));
    move(b, box_path(b, "movies/../movies/raw/./initial_2023_20261122_100000.yaml"), true);
    assert_string_equal(box_list(b, "movies/raw"), "");
}

/* ---- killed, or failing, at every call on the way */

static int calls_left;

static int fail_from(enum sys_call call)
{
    (void)call;
    return calls_left-- <= 0 ? EIO : 0;
}

static void test_moving_fails_at_every_call(void **state)
{
    struct sys_seam seam = {.before = fail_from};
    struct box *b = *state;
    struct view v = box_batch(b, arena_print(&b->a, DOC, 5).p, 1, 0);
    bool ok = false, moved;
    struct err e;
    int n;
    for (n = 0; !ok; n++) {
        assert_true(n < 100);
        put_raw(b, NAME, v);
        calls_left = n;
        sys_install(&seam);
        ok = box_move_processed(b, raw(b, NAME), &moved, &e);
        sys_install(NULL);
        /* at any time one of the two is whole */
        bool original = file_exists(raw(b, NAME));
        if (original)
            assert_true(view_eq(box_get(b, raw(b, NAME)), v));
        else
            assert_true(
                file_exists(box_path(b, "movies/processed/initial_2023_20261122_100000.yaml.gz")));
        /* and the next run brings it to its end */
        move(b, raw(b, NAME), original);
        assert_string_equal(box_list(b, "movies/raw"), "");
        assert_string_equal(
            box_list(b, "movies/processed"), "initial_2023_20261122_100000.yaml.gz");
        box_read_file(b, box_path(b, "movies/processed/initial_2023_20261122_100000.yaml.gz"));
        assert_string_equal(b->summary.sha256.z, digest_of(DIGEST_SHA256, v).z);
        (void)remove(box_path(b, "movies/processed/initial_2023_20261122_100000.yaml.gz"));
    }
    assert_true(n > 8); /* it was not all over at once */
}

/* ---- what somebody does to the files meanwhile */

static struct {
    const char *path; /* that is written to, at this place, before a call of this kind */
    long at;
    enum sys_call call;
    bool done;
} meddler;

static long size_of(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? (long)st.st_size : -1;
}

static int meddle(enum sys_call call)
{
    if (call != meddler.call || meddler.done || size_of(meddler.path) <= 0)
        return 0;
    FILE *f = fopen(meddler.path, "r+b");
    assert_non_null(f);
    assert_int_equal(fseek(f, meddler.at, meddler.at < 0 ? SEEK_END : SEEK_SET), 0);
    assert_int_equal(fwrite("odd", 1, 3, f), 3);
    assert_int_equal(fclose(f), 0);
    meddler.done = true;
    return 0;
}

/* The file is moved while `path` is overwritten at `at`: that fails, the original stays as it is
 * then, nothing wrong is left in processed/, and the next try moves it. */
static void moves_in_spite_of(
    struct box *b, const char *path, long at, enum sys_call call, enum err_kind kind)
{
    static const struct sys_seam seam = {.before = meddle};
    struct view v = box_batch(b, arena_print(&b->a, DOC, 5).p, 1, 0);
    struct err e;
    bool moved;
    put_raw(b, NAME, v);
    meddler.path = path;
    meddler.at = at;
    meddler.call = call;
    meddler.done = false;
    sys_install(&seam);
    bool ok = box_move_processed(b, raw(b, NAME), &moved, &e);
    sys_install(NULL);
    assert_true(meddler.done && !ok && e.kind == kind);
    assert_string_equal(box_list(b, "movies/processed"), "");
    v = box_get(b, raw(b, NAME));
    move(b, raw(b, NAME), true);
    box_read_file(b, box_path(b, "movies/processed/initial_2023_20261122_100000.yaml.gz"));
    assert_string_equal(b->summary.sha256.z, digest_of(DIGEST_SHA256, v).z);
    (void)remove(box_path(b, "movies/processed/initial_2023_20261122_100000.yaml.gz"));
}

static void test_an_original_that_changes_stays(void **state)
{
    static const enum sys_call calls[] = {SYS_READ, SYS_WRITE, SYS_SYNC, SYS_RENAME};
    struct box *b = *state;
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        moves_in_spite_of(b, raw(b, NAME), 0, calls[i], ERR_INPUT);
        moves_in_spite_of(b, raw(b, NAME), 100, calls[i], ERR_INPUT);
        moves_in_spite_of(b, raw(b, NAME), -3, calls[i], ERR_INPUT);
        moves_in_spite_of(b, raw(b, NAME), -1, calls[i], ERR_INPUT); /* and it grows */
    }
}

static void test_what_changed_since_it_was_read_stays(void **state)
{
    struct box *b = *state;
    struct view v = box_batch(b, arena_print(&b->a, DOC, 5).p, 1, 0);
    struct err e;
    struct batch_move m;
    put_raw(b, NAME, v);
    struct file_version read = file_look(raw(b, NAME));
    read.nanoseconds ^= 1;
    assert_false(batch_move_begin(b->dir, raw(b, NAME), &read, b->gzip, &b->a, &m, &e));
    assert_int_equal(e.kind, ERR_INPUT);
    assert_non_null(strstr(err_hint_of(&e), "process it again"));
    assert_true(view_eq(box_get(b, raw(b, NAME)), v));
    assert_string_equal(box_list(b, "movies/processed"), "");
}

static void test_a_damaged_copy_is_removed(void **state)
{
    struct box *b = *state;
    const char *part = box_path(b, "movies/processed/initial_2023_20261122_100000.yaml.gz.part");
    moves_in_spite_of(b, part, 0, SYS_READ, ERR_DISK);
    moves_in_spite_of(b, part, 40, SYS_READ, ERR_DISK);
    moves_in_spite_of(b, part, -6, SYS_READ, ERR_DISK);
    moves_in_spite_of(b, part, -1, SYS_READ, ERR_DISK);
}

/* ---- several at once */

enum { SEVERAL = 5 };

static const char *several(struct box *b, int i)
{
    return raw(b, arena_print(&b->a, "initial_200%d_20261122_100000.yaml", i).p);
}

static const char *copy_of_several(struct box *b, int i)
{
    return box_path(
        b, arena_print(&b->a, "movies/processed/initial_200%d_20261122_100000.yaml.gz", i).p);
}

static void begin_several(struct box *b, struct batch_move *moves)
{
    struct err e;
    for (int i = 0; i < SEVERAL; i++) {
        box_put(b, several(b, i), box_batch(b, arena_print(&b->a, DOC, i).p, 1, 0));
        const char *path = arena_print(&b->a, "%s", several(b, i)).p;
        struct file_version read = file_look(path);
        must(batch_move_begin(b->dir, path, &read, b->gzip, &b->a, &moves[i], &e));
    }
}

static void count_failure(void *payload, const struct err *e)
{
    assert_non_null(strstr(e->text, "to processed/"));
    ++*(int *)payload;
}

static int end_several(struct batch_move *moves)
{
    struct batch_move *list[SEVERAL];
    int failed = 0;
    for (int i = 0; i < SEVERAL; i++)
        list[i] = &moves[i];
    batch_moves_end(list, SEVERAL, count_failure, &failed);
    return failed;
}

static void test_nothing_shows_before_the_end(void **state)
{
    struct box *b = *state;
    struct batch_move moves[SEVERAL];
    begin_several(b, moves);
    for (int i = 0; i < SEVERAL; i++)
        assert_true(file_exists(several(b, i)) && !file_exists(copy_of_several(b, i)));
    assert_int_equal(end_several(moves), 0);
    for (int i = 0; i < SEVERAL; i++)
        assert_true(!file_exists(several(b, i)) && file_exists(copy_of_several(b, i)));
    begin_several(b, moves);
    for (int i = 0; i < SEVERAL; i++)
        batch_move_drop(&moves[i]);
    assert_null(strstr(box_list(b, "movies/processed"), ".part"));
}

static void test_one_that_fails_keeps_no_other(void **state)
{
    struct box *b = *state;
    struct batch_move moves[SEVERAL];
    begin_several(b, moves);
    box_put(b, several(b, 1), view_of("somebody was here"));
    box_put(b, copy_of_several(b, 3), view_of("and here"));
    assert_int_equal(end_several(moves), 2);
    for (int i = 0; i < SEVERAL; i++)
        assert_int_equal(file_exists(several(b, i)), i == 1 || i == 3);
    assert_false(file_exists(copy_of_several(b, 1)));
    assert_true(view_is(box_get(b, copy_of_several(b, 3)), "and here"));
    assert_null(strstr(box_list(b, "movies/processed"), ".part"));
}

/* While nobody knows that the copies' names are on the disk, no original goes. */
static int syncs_fail(enum sys_call call)
{
    return call == SYS_SYNC && calls_left-- > 0 ? EIO : 0;
}

static void test_no_original_goes_before_its_copy_is_safe(void **state)
{
    static const struct sys_seam seam = {.before = syncs_fail};
    struct box *b = *state;
    struct batch_move moves[SEVERAL];
    begin_several(b, moves);
    calls_left = 1; /* the system tells it once */
    sys_install(&seam);
    assert_int_equal(end_several(moves), SEVERAL);
    sys_install(NULL);
    for (int i = 0; i < SEVERAL; i++)
        assert_true(file_exists(several(b, i)));
    begin_several(b, moves); /* the next run finds the copies */
    assert_int_equal(end_several(moves), 0);
    for (int i = 0; i < SEVERAL; i++)
        assert_true(!file_exists(several(b, i)) && file_exists(copy_of_several(b, i)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOX_TEST(test_moving),
        BOX_TEST(test_moving_the_same_name_again),
        BOX_TEST(test_moving_from_rejected),
        BOX_TEST(test_moving_a_compressed_file),
        BOX_TEST(test_what_is_never_moved),
        BOX_TEST(test_moving_by_another_path),
        BOX_TEST(test_moving_fails_at_every_call),
        BOX_TEST(test_an_original_that_changes_stays),
        BOX_TEST(test_what_changed_since_it_was_read_stays),
        BOX_TEST(test_a_damaged_copy_is_removed),
        BOX_TEST(test_nothing_shows_before_the_end),
        BOX_TEST(test_one_that_fails_keeps_no_other),
        BOX_TEST(test_no_original_goes_before_its_copy_is_safe),
    };
    return cmocka_run_group_tests_name("stage/processed", tests, NULL, NULL);
}
