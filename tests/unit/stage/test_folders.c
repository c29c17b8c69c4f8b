/* Which files lie where, and which ids are staged. */
#include "box.h"

#include "base/file.h"
#include "base/gzip.h"

#include <stdio.h>
#include <unistd.h>

#define ETL "etl: {fetched_at: \"2026-11-22T10:00:07Z\", review: null}\n"

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
    must(gzip_file(b->gzip, raw(b, "mine.yaml"), raw(b, "yours.yaml.gz"), &e));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOX_TEST(test_listing),
        BOX_TEST(test_staged_ids),
        BOX_TEST(test_staged_ids_of_edited_documents),
        BOX_TEST(test_staged_ids_are_not_fooled),
        BOX_TEST(test_staged_ids_agree_with_the_reader),
        BOX_TEST(test_too_many_ids_are_an_error),
    };
    return cmocka_run_group_tests_name("stage/folders", tests, NULL, NULL);
}
