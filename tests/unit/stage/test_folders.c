/* Which files lie where, which ids are staged, and the way to processed/. */
#include "box.h"

#include "base/file.h"
#include "base/input.h"
#include "base/sys.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#define ETL "etl: {fetched_at: \"2026-11-22T10:00:07Z\", review: null}\n"

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

/* ---- listing */

static const char *listed(struct box *b, enum batch_folder folder, enum batch_type type)
{
    struct vec v;
    struct str s;
    struct err e;
    vec_init(&v, sizeof(const char *), 100);
    str_init(&s, 10000);
    must(batch_list(b->dir, folder, type, &b->a, &v, &e));
    for (size_t i = 0; i < v.n; i++)
        str_addf(&s, "%s%s", i > 0 ? " " : "", strrchr(*(const char **)vec_at(&v, i), '/') + 1);
    const char *z = arena_dup(&b->a, str_view(&s)).p;
    vec_done(&v);
    str_done(&s);
    return z;
}

static void test_listing(void **state)
{
    static const char *const names[] = {"initial_2023_20261122_100001.yaml",
        "initial_2024_20261122_100000_p10.yaml", "initial_2024_20261122_100000_p2.yaml",
        "initial_2024_20261122_100000.yaml", "missing_20261101_20261122_090000.yaml",
        "initial_2025_20261122_100000.yaml.part", "mine.yaml", "notes.txt",
        ".initial_2023_20261122_100001.yaml"};
    struct box *b = *state;
    assert_string_equal(listed(b, FOLDER_RAW, BATCH_INITIAL), ""); /* no folder yet */
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        put_raw(b, names[i], view_of(""));
    assert_string_equal(listed(b, FOLDER_RAW, BATCH_INITIAL),
        "initial_2024_20261122_100000.yaml initial_2024_20261122_100000_p2.yaml"
        " initial_2024_20261122_100000_p10.yaml initial_2023_20261122_100001.yaml");
    assert_string_equal(
        listed(b, FOLDER_RAW, BATCH_MISSING), "missing_20261101_20261122_090000.yaml");
    assert_string_equal(listed(b, FOLDER_RAW, BATCH_CHANGES), "");
    box_put(b, box_path(b, "movies/processed/initial_1_20261122_100000.yaml.gz"), view_of(""));
    box_put(b, box_path(b, "movies/rejected/initial_1_20261122_100000.rejected.yaml"), view_of(""));
    assert_string_equal(
        listed(b, FOLDER_PROCESSED, BATCH_INITIAL), "initial_1_20261122_100000.yaml.gz");
    assert_string_equal(
        listed(b, FOLDER_REJECTED, BATCH_INITIAL), "initial_1_20261122_100000.rejected.yaml");
}

/* ---- ids */

static void staged(struct box *b, struct map *ret)
{
    struct err e;
    map_init(ret, 100000);
    must(batch_staged_ids(b->dir, ret, &e));
}

static void assert_staged(struct box *b, const char *documents, int64_t id, uint64_t value)
{
    struct map m;
    put_raw(b, "initial_2023_20261122_100000.yaml", box_batch(b, documents, 1, 0));
    staged(b, &m);
    if (m.n != 1 || map_get(&m, id) == NULL || *map_get(&m, id) != value)
        fail_msg("%zu ids in %s", m.n, documents);
    map_done(&m);
}

static void test_staged_ids(void **state)
{
    struct box *b = *state;
    struct map m;
    struct err e;
    staged(b, &m);
    assert_int_equal(m.n, 0);
    map_done(&m);
    const char *one = arena_print(&b->a,
        "---\netl: {fetched_at: \"2026-11-22T10:00:07Z\", review: null}\nmovie:\n  id: 5\n  title: "
        "\"T\"\n"
        "---\ngone: {id: 6, status_code: 34, seen_at: \"2026-11-22T10:00:07Z\"}\n")
                          .p;
    put_raw(b, "initial_2023_20261122_100000.yaml", box_batch(b, one, 1, 1));
    /* a younger file has the last word on an id, whatever its name */
    put_raw(b, "changes_1_20261122_100001.yaml",
        box_batch(
            b, "---\ngone: {id: 5, status_code: 34, seen_at: \"2026-11-22T10:00:07Z\"}\n", 0, 1));
    put_raw(b, "mine.yaml",
        box_batch(
            b, "---\ngone: {id: 7, status_code: 34, seen_at: \"2026-11-22T10:00:07Z\"}\n", 0, 1));
    put_raw(b, "notes.txt", view_of("movie:\n  id: 8\n"));
    must(gzip_file(raw(b, "mine.yaml"), raw(b, "yours.yaml.gz"), &e));
    staged(b, &m);
    assert_int_equal(m.n, 3);
    assert_int_equal(*map_get(&m, 5), 2);
    assert_int_equal(*map_get(&m, 6), 2);
    assert_int_equal(*map_get(&m, 7), 2);
    map_done(&m);
}

static void test_staged_ids_of_edited_documents(void **state)
{
    static const struct {
        const char *document;
        int64_t id;
        uint64_t value;
    } rows[] = {
        {"---\netl: {fetched_at: \"2026-11-22T10:00:07Z\", review: \"rejected\"}\nmovie:\n  id: "
         "12\n  title: \"T\"\n",
            12, 1},
        {"---\nmovie:\n  title: \"id: 9\"\n  id: 12\netl: {fetched_at: \"2026-11-22T10:00:07Z\"}\n",
            12, 1},
        {"---\nmovie: {title: x, id: 12}\netl: {}\n", 12, 1},
        {"---\n# etl\netl: {fetched_at: \"2026-11-22T10:00:07Z\", review: null}\nmovie:\n  # id: "
         "9\n  id: \"12\"\n",
            12, 1},
        {"---\netl: {fetched_at: \"2026-11-22T10:00:07Z\", review: null}\nmovie:\n  id: 12 # "
         "mine\n  title: \"T\"\n",
            12, 1},
        {"---\netl: {fetched_at: \"2026-11-22T10:00:07Z\", review: null}\nmovie:\n    id: 12\n    "
         "title: \"T\"\n",
            12, 1},
        {"---\r\netl: {fetched_at: \"2026-11-22T10:00:07Z\", review: null}\r\nmovie:\r\n  id: "
         "12\r\n",
            12, 1},
        {"--- {movie: {id: 12}}\n", 12, 1},
        {"---\ngone: {status_code: 34, id: 12}\n", 12, 2},
        {"---\ngone:\n  id: 12\n", 12, 2},
        {"---\ngone: {id: 12, status_code: 34, seen_at: \"2026-11-22T10:00:07Z\"}\n# comment\n", 12,
            2},
        {"---\netl: {fetched_at: \"2026-11-22T10:00:07Z\", review: null}\nmovie:\n  id: 12\n  "
         "title: \"broken\n",
            12, 1},
        {"---\nmovie:\n  id: 12\n  title: \"broken\n", 12, 1},
        {"---\netl: {fetched_at: \"2026-11-22T10:00:07Z\", review: null}\nmovie:\n  id: 12\n", 12,
            1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_staged(*state, rows[i].document, rows[i].id, rows[i].value);
}

/* The id is the text "12 34", for YAML goes on in the deeper line. */
#define HEAD_12_34 "---\n" ETL "movie:\n  id: 12\n    34\n  title: x\n"

/* Shapes that only look like ours: the id is not what the third line seems to say. */
static void test_staged_ids_are_not_fooled(void **state)
{
    static const char *const documents[] = {
        HEAD_12_34,
        "---\nx: |\n  \netl: {fetched_at: \"2026-11-22T10:00:07Z\"}\n",
        "---\nnotes: |\n  movie:\n    id: 12\n",
        "---\ngone: {id: 99999999999, status_code: 34, seen_at: \"2026-11-22T10:00:07Z\"}\n",
        "---\nmovie:\n  title: x\n",
        "---\nend: {records: 1, gone: 0, sha256: \"\"}\n",
        "--- # gone: {id: 12, status_code: 34, seen_at: \"2026-11-22T10:00:07Z\"}\n",
    };
    struct box *b = *state;
    for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++) {
        struct map m;
        put_raw(b, "initial_2023_20261122_100000.yaml", box_batch(b, documents[i], 1, 0));
        staged(b, &m);
        if (m.n != 0)
            fail_msg("%s", documents[i]);
        map_done(&m);
    }
}

/* The reader and the quick scan see the same ids. */
static void test_staged_ids_agree_with_the_reader(void **state)
{
    struct box *b = *state;
    struct err e;
    struct map m, none;
    struct batch_writer *w;
    map_init(&none, 10);
    must(batch_writer_new(
        b->dir, BATCH_INITIAL, view_of("2023"), view_of("q"), NULL, NULL, &none, &w, &e));
    for (int64_t i = 1; i <= 3000; i += 1 + i % 3) {
        struct staged_record r =
            i % 5 == 0 ? box_gone(i) : box_movie(b, i, i % 7 == 0 ? "---" : "T");
        must(batch_write(w, &r, &e));
    }
    must(batch_finish(w, &e));
    batch_writer_free(w);
    staged(b, &m);
    struct vec v;
    vec_init(&v, sizeof(const char *), 100);
    must(batch_list(b->dir, FOLDER_RAW, BATCH_INITIAL, &b->a, &v, &e));
    size_t n = 0;
    for (size_t i = 0; i < v.n; i++) {
        box_read_file(b, *(const char **)vec_at(&v, i));
        for (size_t k = 0; k < b->n; k++, n++)
            assert_int_equal(*map_get(&m, b->records[k].tmdb_id), b->records[k].gone ? 2 : 1);
    }
    assert_int_equal(m.n, n);
    vec_done(&v);
    map_done(&m);
    map_done(&none);
}

static void test_too_many_ids_are_an_error(void **state)
{
    struct box *b = *state;
    struct map m;
    struct err e;
    put_raw(b, "initial_2023_20261122_100000.yaml",
        box_batch(b, arena_print(&b->a, "---\ngone: {id: 1}\n---\ngone: {id: 2}\n").p, 0, 2));
    map_init(&m, 1);
    assert_false(batch_staged_ids(b->dir, &m, &e));
    map_done(&m);
}

/* ---- moving */

static const char NAME[] = "initial_2023_20261122_100000.yaml";

static void move(struct box *b, const char *path, bool moves)
{
    struct err e;
    bool moved;
    must(batch_move_processed(b->dir, path, &moved, &e));
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
    assert_string_equal(
        listed(b, FOLDER_PROCESSED, BATCH_INITIAL), box_list(b, "movies/processed"));
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
    must(gzip_file(raw(b, NAME), raw(b, "initial_2023_20261122_100000.yaml.gz"), &e));
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
    struct sys_seam seam = {fail_from, 0, 1};
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
        ok = batch_move_processed(b->dir, raw(b, NAME), &moved, &e);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOX_TEST(test_listing),
        BOX_TEST(test_staged_ids),
        BOX_TEST(test_staged_ids_of_edited_documents),
        BOX_TEST(test_staged_ids_are_not_fooled),
        BOX_TEST(test_staged_ids_agree_with_the_reader),
        BOX_TEST(test_too_many_ids_are_an_error),
        BOX_TEST(test_moving),
        BOX_TEST(test_moving_the_same_name_again),
        BOX_TEST(test_moving_from_rejected),
        BOX_TEST(test_moving_a_compressed_file),
        BOX_TEST(test_what_is_never_moved),
        BOX_TEST(test_moving_by_another_path),
        BOX_TEST(test_moving_fails_at_every_call),
    };
    return cmocka_run_group_tests_name("stage/folders", tests, NULL, NULL);
}
