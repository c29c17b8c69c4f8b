/* Going on with what a killed run left: a file cut at every byte ends as the file that was never
 * cut. */
#include "box.h"

#include "base/file.h"
#include "base/log.h"
#include "stage/folder.h"
#include "stage/name.h"

#include <stdio.h>
#include <unistd.h>

enum { RECORDS = 6 };

static struct staged_record record(struct box *b, int64_t i)
{
    static const char *const titles[] = {"a", "---\nb", "c \xC3\xA9", "", "e\n", "f"};
    return i % 3 == 2 ? box_gone(i + 1) : box_movie(b, i + 1, titles[i]);
}

static struct batch_writer *writer(struct box *b, struct map *staged)
{
    struct batch_writer *w;
    struct err e;
    map_init(staged, 10000);
    must(batch_writer_new(
        b->dir, BATCH_CHANGES, view_of("20261101"), view_of("q"), NULL, NULL, staged, &w, &e));
    return w;
}

/* The only file in raw/, whatever its name. */
static const char *only_file(struct box *b)
{
    const char *names = box_list(b, "movies/raw");
    assert_true(names[0] != '\0' && strchr(names, ' ') == NULL);
    return box_path(b, arena_print(&b->a, "movies/raw/%s", names).p);
}

static void write_all(struct box *b, struct batch_writer *w, const struct map *staged)
{
    struct err e;
    for (int64_t i = 0; i < RECORDS; i++) {
        struct staged_record r = record(b, i);
        if (!map_has(staged, i + 1))
            must(batch_write(w, &r, &e));
    }
}

static size_t count_of(const char *text, const char *what)
{
    size_t n = 0;
    for (const char *at = text; (at = strstr(at, what)) != NULL; at++)
        n++;
    return n;
}

static void put_part(struct box *b, struct view v)
{
    box_put(b, box_path(b, "movies/raw/changes_20261101_20261122_100000.yaml.part"), v);
}

/* The bytes of a finished batch, and of the .part just before its end document. */
static struct view finished_text(struct box *b)
{
    struct map staged;
    struct err e;
    struct batch_writer *w = writer(b, &staged);
    write_all(b, w, &staged);
    must(batch_finish(w, &e));
    batch_writer_free(w);
    map_done(&staged);
    struct view v = box_get(b, only_file(b));
    (void)remove(only_file(b));
    return v;
}

static void test_cut_at_every_byte(void **state)
{
    struct box *b = *state;
    struct view whole = finished_text(b);
    size_t header_end = (size_t)(strstr(whole.p, "---\netl") - whole.p) + 4;
    for (size_t n = 0; n <= whole.n; n++) {
        struct map staged, seen;
        struct err e;
        put_part(b, view_slice(whole, 0, n));
        /* what counts as staged before is what the writer keeps */
        map_init(&seen, 100);
        must(batch_staged_ids(b->dir, &seen, &e));
        struct batch_writer *w = writer(b, &staged);
        size_t markers =
            n < header_end ? 0 : count_of(arena_dup(&b->a, view_slice(whole, 0, n)).p, "\n---\n");
        assert_int_equal(
            staged.n, markers == 0 ? 0 : (markers > RECORDS + 2 ? RECORDS : markers - 2));
        assert_int_equal(seen.n, staged.n);
        for (int64_t i = 0; i < RECORDS; i++) {
            assert_int_equal(map_has(&staged, i + 1), (size_t)i < staged.n);
            assert_int_equal(map_has(&seen, i + 1), (size_t)i < staged.n);
        }
        write_all(b, w, &staged);
        must(batch_finish(w, &e));
        batch_writer_free(w);
        struct view again = box_get(b, only_file(b));
        if (n >= header_end)
            assert_true(view_eq(again, whole)); /* id and time of the header go on, too */
        box_read_file(b, only_file(b));
        assert_findings(b, 0);
        assert_int_equal(b->n, RECORDS);
        (void)remove(only_file(b));
        map_done(&staged);
        map_done(&seen);
    }
}

/* Blocks that never reached the disk read as zeros. */
static void test_a_hole_in_the_middle(void **state)
{
    struct box *b = *state;
    struct view whole = finished_text(b);
    char *z = arena_take(&b->a, whole.n);
    memcpy(z, whole.p, whole.n);
    char *third = strstr(z, "  id: 4");
    assert_non_null(third);
    memset(third + 8, 0, 5);
    put_part(b, (struct view){z, whole.n});
    struct map staged, seen;
    struct err e;
    map_init(&seen, 100);
    must(batch_staged_ids(b->dir, &seen, &e));
    struct batch_writer *w = writer(b, &staged);
    assert_int_equal(staged.n, 3);
    assert_int_equal(seen.n, 3);
    write_all(b, w, &staged);
    must(batch_finish(w, &e));
    batch_writer_free(w);
    assert_true(view_eq(box_get(b, only_file(b)), whole));
    map_done(&staged);
    map_done(&seen);
}

static void test_stopping_between_records_loses_nothing(void **state)
{
    struct box *b = *state;
    struct map staged;
    struct err e;
    for (int64_t i = 0; i < RECORDS; i++) {
        struct batch_writer *w = writer(b, &staged);
        assert_int_equal(staged.n, i);
        struct staged_record r = record(b, i);
        must(batch_write(w, &r, &e));
        batch_writer_free(w);
        map_done(&staged);
    }
    struct batch_writer *w = writer(b, &staged);
    must(batch_finish(w, &e));
    batch_writer_free(w);
    map_done(&staged);
    box_read_file(b, only_file(b));
    assert_findings(b, 0);
    assert_int_equal(b->n, RECORDS);
}

static void test_ids_of_earlier_files_of_the_batch(void **state)
{
    struct box *b = *state;
    struct map staged;
    struct err e;
    struct vec v;
    bool moved;
    struct batch_writer *w = writer(b, &staged);
    for (int64_t i = 1; i <= 2 * BATCH_MAX_RECORDS + 5; i++) {
        struct staged_record r = i % 2 == 0 ? box_gone(i) : box_movie(b, i, "T");
        must(batch_write(w, &r, &e));
    }
    batch_writer_free(w);
    map_done(&staged);
    vec_init(&v, sizeof(const char *), 10); /* the first of the three files was loaded meanwhile */
    must(batch_list(b->dir, FOLDER_RAW, BATCH_CHANGES, &b->a, &v, &e));
    assert_int_equal(v.n, 2);
    must(box_move_processed(b, *(const char **)vec_at(&v, 0), &moved, &e));
    vec_done(&v);
    w = writer(b, &staged);
    assert_int_equal(staged.n, 2 * BATCH_MAX_RECORDS + 5);
    must(batch_finish(w, &e));
    batch_writer_free(w);
    map_done(&staged);
}

/* Where the killed run stood when its first file was full. */
enum boundary { BOTH_UNFINISHED, SECOND_BEGUN, SECOND_EMPTY };

static void leave_full_file(struct box *b, enum boundary at)
{
    struct map staged;
    struct err e;
    struct vec v;
    struct batch_writer *w = writer(b, &staged);
    for (int64_t i = 1; i <= BATCH_MAX_RECORDS; i++) {
        struct staged_record r = box_gone(i);
        must(batch_write(w, &r, &e));
    }
    batch_writer_free(w);
    map_done(&staged);
    vec_init(&v, sizeof(const char *), 10);
    must(batch_list_unfinished(b->dir, &b->a, &v, &e));
    assert_int_equal(v.n, 1);
    if (at != SECOND_BEGUN)
        box_put(b, *(const char **)vec_at(&v, 0), view_of(""));
    vec_clear(&v);
    must(batch_list(b->dir, FOLDER_RAW, BATCH_CHANGES, &b->a, &v, &e));
    assert_int_equal(v.n, 1);
    const char *full = *(const char **)vec_at(&v, 0);
    if (at == BOTH_UNFINISHED)
        must(file_move(full, arena_print(&b->a, "%s.part", full).p, &e));
    vec_done(&v);
}

/* Nothing may be asked for again because the run died between two files of its batch. */
static void test_killed_between_two_files(void **state)
{
    struct box *b = *state;
    struct map staged;
    struct err e;
    for (int at = BOTH_UNFINISHED; at <= SECOND_EMPTY; at++) {
        leave_full_file(b, (enum boundary)at);
        must(batch_finish_leftovers(b->dir, BATCH_CHANGES, view_of("20261101"), NULL, NULL, &e));
        struct batch_writer *w = writer(b, &staged);
        assert_int_equal(staged.n, BATCH_MAX_RECORDS);
        struct staged_record r = box_gone(BATCH_MAX_RECORDS + 1);
        must(batch_write(w, &r, &e));
        must(batch_finish(w, &e));
        batch_writer_free(w);
        map_done(&staged);
        const char *names = box_list(b, "movies/raw");
        assert_int_equal(count_of(names, ".yaml"), 2);
        assert_int_equal(count_of(names, "_p2.yaml"), 1);
        assert_int_equal(count_of(names, ".part"), 0);
        must(file_remove(
            box_path(b, arena_print(&b->a, "movies/raw/%s", strchr(names, ' ') + 1).p), &e));
        must(file_remove(
            box_path(b, arena_print(&b->a, "movies/raw/%.*s", (int)strcspn(names, " "), names).p),
            &e));
    }
}

static void test_other_scopes_are_left_alone(void **state)
{
    struct box *b = *state;
    struct map staged;
    struct view whole = finished_text(b);
    box_put(b, box_path(b, "movies/raw/changes_20261102_20261122_100000.yaml.part"), whole);
    box_put(b, box_path(b, "movies/raw/missing_20261101_20261122_100000.yaml.part"), whole);
    struct batch_writer *w = writer(b, &staged);
    assert_int_equal(staged.n, 0);
    batch_writer_free(w);
    map_done(&staged);
    assert_string_equal(box_list(b, "movies/raw"),
        "changes_20261102_20261122_100000.yaml.part missing_20261101_20261122_100000.yaml.part");
}

static char logged[4000];

static void keep_line(void *payload, enum log_level level, const char *text)
{
    (void)payload;
    if (level == LOG_WARNING)
        (void)snprintf(logged, sizeof logged, "%s", text);
}

static void test_the_newest_of_two(void **state)
{
    struct box *b = *state;
    struct map staged;
    struct log_sink sink = {keep_line, NULL};
    struct view whole = finished_text(b);
    put_part(b, view_slice(whole, 0, (size_t)(strstr(whole.p, "---\ngone") - whole.p) + 4));
    box_put(b, box_path(b, "movies/raw/changes_20261101_20261122_100001.yaml.part"), whole);
    log_install(&sink);
    struct batch_writer *w = writer(b, &staged);
    log_install(NULL);
    assert_int_equal(staged.n, RECORDS);
    assert_non_null(strstr(logged, "changes_20261101_20261122_100000.yaml.part"));
    batch_writer_free(w);
    map_done(&staged);
}

static void test_a_part_without_a_header(void **state)
{
    struct box *b = *state;
    struct map staged;
    struct err e;
    put_part(b, view_of("# movie-etl batch"));
    struct batch_writer *w = writer(b, &staged);
    assert_string_equal(box_list(b, "movies/raw"), "");
    batch_writer_free(w);
    map_done(&staged);
    /* much of something that we did not write is not thrown away */
    struct str s;
    str_init(&s, 1000000);
    str_add_repeat(&s, 'x', 70000);
    put_part(b, str_view(&s));
    str_done(&s);
    w = writer(b, &staged);
    assert_string_equal(
        box_list(b, "movies/raw"), "changes_20261101_20261122_100000.yaml.part.unreadable");
    write_all(b, w, &staged);
    must(batch_finish(w, &e));
    batch_writer_free(w);
    map_done(&staged);
}

static void test_a_header_alone(void **state)
{
    struct box *b = *state;
    struct map staged;
    struct err e;
    struct view whole = finished_text(b);
    put_part(b, view_slice(whole, 0, (size_t)(strstr(whole.p, "---\netl") - whole.p) + 4));
    struct batch_writer *w = writer(b, &staged);
    must(batch_finish(w, &e));
    batch_writer_free(w);
    map_done(&staged);
    assert_string_equal(box_list(b, "movies/raw"), ""); /* no record, no file */
}

/* ---- leftovers of scopes that nobody asks for again */

static size_t finished_n;

static bool on_finished(void *payload, const struct batch_file *file, struct err *e)
{
    (void)payload;
    (void)e;
    finished_n++;
    return file_exists(file->path.p);
}

static void test_leftovers(void **state)
{
    struct box *b = *state;
    struct err e;
    struct view whole = finished_text(b);
    struct view three = view_slice(whole, 0, (size_t)(strstr(whole.p, "---\ngone") - whole.p) + 12);
    struct view none = view_slice(whole, 0, (size_t)(strstr(whole.p, "---\netl") - whole.p) + 8);
    put_part(b, three);
    box_put(b, box_path(b, "movies/raw/changes_20261101_20261122_090000.yaml.part"),
        three); /* an older one */
    box_put(b, box_path(b, "movies/raw/changes_20261022_20261122_100000.yaml.part"), three);
    box_put(b, box_path(b, "movies/raw/missing_20261101_20261122_100000.yaml.part"), none);
    finished_n = 0;
    must(batch_finish_leftovers(b->dir, BATCH_CHANGES, view_of("20261101"), on_finished, NULL, &e));
    assert_int_equal(finished_n, 2);
    assert_string_equal(box_list(b, "movies/raw"), "changes_20261022_20261122_100000.yaml"
                                                   " changes_20261101_20261122_090000.yaml"
                                                   " changes_20261101_20261122_100000.yaml.part");
    box_read_file(b, box_path(b, "movies/raw/changes_20261022_20261122_100000.yaml"));
    assert_findings(b, 0);
    assert_int_equal(b->n, 2);
    must(batch_finish_leftovers(
        b->dir, BATCH_CHANGES, (struct view){NULL, 0}, on_finished, NULL, &e));
    assert_int_equal(finished_n, 3);
    assert_null(strstr(box_list(b, "movies/raw"), ".part"));
}

static void test_no_folder_no_leftovers(void **state)
{
    struct box *b = *state;
    struct err e;
    must(batch_finish_leftovers(b->dir, BATCH_CHANGES, view_of("1"), NULL, NULL, &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOX_TEST(test_cut_at_every_byte),
        BOX_TEST(test_a_hole_in_the_middle),
        BOX_TEST(test_stopping_between_records_loses_nothing),
        BOX_TEST(test_ids_of_earlier_files_of_the_batch),
        BOX_TEST(test_killed_between_two_files),
        BOX_TEST(test_other_scopes_are_left_alone),
        BOX_TEST(test_the_newest_of_two),
        BOX_TEST(test_a_part_without_a_header),
        BOX_TEST(test_a_header_alone),
        BOX_TEST(test_leftovers),
        BOX_TEST(test_no_folder_no_leftovers),
    };
    return cmocka_run_group_tests_name("stage/resume", tests, NULL, NULL);
}
