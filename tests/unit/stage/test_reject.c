/* Refused documents: set aside with their reasons, once each, whatever happens on the way. */
#include "box.h"

#include "base/file.h"
#include "base/sys.h"

#include <errno.h>
#include <stdio.h>

static const char NAME[] = "initial_2023_20261122_100000.yaml";
static const char REJECTED[] = "movies/rejected/initial_2023_20261122_100000.rejected.yaml";

#define ETL "etl: {fetched_at: \"2026-11-22T10:00:07Z\", review: null}\n"

static const char FILE_TEXT[] =
    "---\n" ETL "movie:\n  id: 1\n  title: \"good\"\n"
    "---\n" ETL "movie:\n  id: 2\n  title: [bad]\n"
    "--- # with a comment\n" ETL "movie:\n  id: 3\n  title: \"open\n"
    "---\ngone: {id: 4, status_code: x, seen_at: \"2026-11-22T10:00:07Z\"}\n"
    "---\n" ETL "movie:\n  id: 5\n  title: \"\xFF\"\n"
    "---\nwhat is this\n";

/* What etl does with a file: reads it, sets aside what is refused. False when a call fails. */
static bool process(struct box *b, const char *path, struct err *e)
{
    struct findings f;
    struct batch_reader *r = NULL;
    struct batch_reject *j = NULL;
    struct staged_record record;
    bool bad, end = false;
    findings_init(&f);
    bool ok = batch_open(path, &f, &r, e) && batch_reject_new(b->dir, path, batch_header(r), &j, e);
    while (ok && !end) {
        size_t first = f.kept.n;
        ok = batch_next(r, &f, &b->a, &b->a, &record, &bad, &end, e) &&
             (end || !bad || batch_reject_add(j, batch_document(r), &f, first, e));
    }
    ok = ok && batch_reject_finish(j, e);
    batch_reject_free(j);
    batch_reader_free(r);
    findings_done(&f);
    return ok;
}

static const char *put_file(struct box *b)
{
    const char *path = box_path(b, arena_print(&b->a, "movies/raw/%s", NAME).p);
    box_put(b, path, box_batch(b, FILE_TEXT, 5, 1));
    return path;
}

static size_t count_of(const char *text, const char *what)
{
    size_t n = 0;
    for (const char *at = text; (at = strstr(at, what)) != NULL; at++)
        n++;
    return n;
}

static void test_refused_documents_are_set_aside(void **state)
{
    struct box *b = *state;
    struct err e;
    must(process(b, put_file(b), &e));
    assert_string_equal(
        box_list(b, "movies/rejected"), "initial_2023_20261122_100000.rejected.yaml");
    const char *text = box_get(b, box_path(b, REJECTED)).p;
    assert_null(strstr(text, "good"));
    assert_non_null(
        strstr(text, "---\n#! error schema.type initial_2023_20261122_100000.yaml:19:10 title: "
                     "list where text is expected\n" ETL "movie:\n  id: 2\n  title: [bad]\n---\n"));
    assert_non_null(strstr(text,
        "#! error schema.syntax initial_2023_20261122_100000.yaml:25:1 found unexpected end"));
    assert_non_null(
        strstr(text, "\n    # with a comment\n" ETL "movie:\n  id: 3\n  title: \"open\n---\n"));
    assert_non_null(strstr(text, "gone.status_code: must be a whole number\ngone: {id: 4"));
    assert_non_null(strstr(text, "  title: \"\xFF\"\n"));
    assert_non_null(strstr(text, "\nwhat is this\n---\nend: {records: 4, gone: 1, sha256: \""));
    assert_non_null(
        strstr(text, "This product uses the TMDB API but is not endorsed or certified by TMDB."));
    /* a batch file like others: refused again for the same reasons, nothing else is wrong with
     * it */
    box_read_file(b, box_path(b, REJECTED));
    assert_int_equal(b->n, 5);
    assert_int_equal(b->summary.bad, 5);
    assert_true(b->summary.complete && !b->summary.edited);
    assert_int_equal(b->f.per_rule[RULE_BATCH_COUNT], 0);
    assert_int_equal(b->header.type, BATCH_INITIAL);
    assert_view(b->header.query, "q");
    assert_false(view_is(b->header.id, "0123456789abcdef"));
    assert_int_equal(b->records[0].tmdb_id, 2);
    assert_int_equal(b->records[1].tmdb_id, 3);
}

static void test_nothing_refused_nothing_written(void **state)
{
    struct box *b = *state;
    struct err e;
    const char *path = box_path(b, "x.yaml");
    box_put(b, path, box_batch(b, "---\n" ETL "movie:\n  id: 1\n", 1, 0));
    must(process(b, path, &e));
    assert_string_equal(box_list(b, "movies/rejected"), "");
}

static void test_repeating_changes_nothing(void **state)
{
    struct box *b = *state;
    struct err e;
    must(process(b, put_file(b), &e));
    const char *first = strstr(box_get(b, box_path(b, REJECTED)).p, "created_at");
    must(process(b, put_file(b), &e));
    const char *second = strstr(box_get(b, box_path(b, REJECTED)).p, "created_at");
    size_t to_sha =
        (size_t)(strstr(first, "sha256") - first); /* the id is new, so is the checksum */
    assert_true(strncmp(first, second, to_sha) == 0);
}

/* What a person corrected in the file stays there when the original is refused once more. */
static void test_edits_stay(void **state)
{
    struct box *b = *state;
    struct err e;
    must(process(b, put_file(b), &e));
    struct view v = box_get(b, box_path(b, REJECTED));
    const char *at = strstr(v.p, "[bad]");
    box_put(b, box_path(b, REJECTED),
        arena_print(&b->a, "%.*s\"mended\"%s", (int)(at - v.p), v.p, at + 5));
    must(process(b, put_file(b), &e));
    const char *text = box_get(b, box_path(b, REJECTED)).p;
    assert_int_equal(count_of(text, "\"mended\""), 1);
    assert_int_equal(count_of(text, "[bad]"), 1);
    assert_int_equal(count_of(text, "what is this"), 1);
    box_read_file(b, box_path(b, REJECTED));
    assert_true(b->summary.complete && b->summary.bad == 5 && b->summary.records == 1);
}

/* The file itself is processed, and something in it is refused again. */
/* The movie that stands in the header's document, for want of a line of hyphens, too. */
static void test_a_movie_behind_the_header_stays(void **state)
{
    struct box *b = *state;
    struct err e;
    const char *path = box_path(b, arena_print(&b->a, "movies/raw/%s", NAME).p);
    const char *first = "movie:\n  id: 7\n  title: \"seven\"\n";
    struct view v = box_batch(b, arena_print(&b->a, "---\n" ETL "%s", first).p, 1, 0);
    box_put(b, path, view_of(box_edit(b, v.p, "---\netl:", "etl:")));
    must(process(b, path, &e));
    assert_int_equal(count_of(box_get(b, box_path(b, REJECTED)).p, first), 1);
    (void)put_file(b); /* other records of it are refused now */
    must(process(b, path, &e));
    const char *text = box_get(b, box_path(b, REJECTED)).p;
    assert_int_equal(count_of(text, first), 1);
    assert_non_null(strstr(text, "what is this"));
}

static void test_refused_again(void **state)
{
    struct box *b = *state;
    struct err e;
    must(process(b, put_file(b), &e));
    must(process(b, box_path(b, REJECTED), &e));
    assert_string_equal(box_list(b, "movies/rejected"),
        "initial_2023_20261122_100000.rejected.yaml initial_2023_20261122_100000.rejected2.yaml");
    const char *second = "movies/rejected/initial_2023_20261122_100000.rejected2.yaml";
    const char *text = box_get(b, box_path(b, second)).p;
    assert_int_equal(count_of(text, "#! "),
        count_of(box_get(b, box_path(b, REJECTED)).p, "#! ")); /* old notes go */
    must(process(b, box_path(b, second), &e));
    assert_non_null(strstr(box_list(b, "movies/rejected"), ".rejected3.yaml"));
    /* of a compressed one, too */
    bool moved;
    must(box_move_processed(b, box_path(b, second), &moved, &e));
    must(process(
        b, box_path(b, "movies/processed/initial_2023_20261122_100000.rejected2.yaml.gz"), &e));
    assert_string_equal(box_list(b, "movies/rejected"),
        "initial_2023_20261122_100000.rejected.yaml"
        " initial_2023_20261122_100000.rejected3.yaml");
}

static void test_names_of_other_files(void **state)
{
    struct box *b = *state;
    struct err e;
    const char *path = box_path(b, "mine.rejected.x.yaml");
    box_put(b, path, box_batch(b, FILE_TEXT, 5, 1));
    must(process(b, path, &e));
    assert_string_equal(box_list(b, "movies/rejected"), "mine.rejected.x.rejected.yaml");
}

/* ---- killed at every call */

static int calls_left;

static int fail_from(enum sys_call call)
{
    return call != SYS_READ && calls_left-- <= 0 ? EIO : 0;
}

static void test_stopped_at_every_call(void **state)
{
    struct sys_seam seam = {.before = fail_from};
    struct box *b = *state;
    bool ok = false;
    int n;
    for (n = 0; !ok; n++) {
        struct err e;
        assert_true(n < 100);
        const char *path = put_file(b);
        calls_left = n;
        sys_install(&seam);
        ok = process(b, path, &e);
        sys_install(NULL);
        must(process(b, path, &e));
        assert_string_equal(
            box_list(b, "movies/rejected"), "initial_2023_20261122_100000.rejected.yaml");
        box_read_file(b, box_path(b, REJECTED));
        assert_int_equal(b->n, 5);
        assert_true(b->summary.complete && !b->summary.edited);
        assert_int_equal(b->f.per_rule[RULE_BATCH_COUNT], 0);
        (void)remove(box_path(b, REJECTED));
    }
    assert_true(n > 5);
}

/* A .part that was cut anywhere is gone on with, and nothing is in it twice. */
static void test_a_part_cut_at_every_byte(void **state)
{
    struct box *b = *state;
    struct err e;
    const char *path = put_file(b),
               *part = box_path(b, arena_print(&b->a, "%s.new.part", REJECTED).p);
    must(process(b, path, &e));
    struct view whole = box_get(b, box_path(b, REJECTED));
    const char *end = strstr(whole.p, "sha256");
    for (size_t n = 0; n <= whole.n; n += 3) {
        (void)remove(box_path(b, REJECTED));
        box_put(b, part, view_slice(whole, 0, n));
        must(process(b, path, &e));
        struct view again = box_get(b, box_path(b, REJECTED));
        assert_false(file_exists(part));
        const char *first = strstr(again.p, "created_at"), *want = strstr(whole.p, "created_at");
        assert_true(strncmp(first + 40, want + 40, (size_t)(end - want) - 40) == 0);
    }
}

static void test_many_findings(void **state)
{
    struct box *b = *state;
    struct err e;
    struct str s;
    str_init(&s, 10000000);
    str_addz(&s, "---\n" ETL "movie:\n  id: 1\n  genres:\n");
    for (int i = 0; i < 3000; i++)
        str_addz(&s, "  - x\n");
    str_addz(&s, "---\n" ETL "movie:\n  id: 2\n  genres:\n  - x\n");
    const char *path = box_path(b, "x.yaml");
    box_put(b, path, box_batch(b, str_z(&s), 2, 0));
    str_done(&s);
    must(process(b, path, &e));
    const char *text = box_get(b, box_path(b, "movies/rejected/x.rejected.yaml")).p;
    assert_int_equal(count_of(text, "#! error"), FINDINGS_KEPT_PER_RULE);
    assert_non_null(strstr(text, "#! (over so many findings"));
    box_read_file(b, box_path(b, "movies/rejected/x.rejected.yaml"));
    assert_int_equal(b->n, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOX_TEST(test_refused_documents_are_set_aside),
        BOX_TEST(test_nothing_refused_nothing_written),
        BOX_TEST(test_repeating_changes_nothing),
        BOX_TEST(test_edits_stay),
        BOX_TEST(test_a_movie_behind_the_header_stays),
        BOX_TEST(test_refused_again),
        BOX_TEST(test_names_of_other_files),
        BOX_TEST(test_stopped_at_every_call),
        BOX_TEST(test_a_part_cut_at_every_byte),
        BOX_TEST(test_many_findings),
    };
    return cmocka_run_group_tests_name("stage/reject", tests, NULL, NULL);
}
