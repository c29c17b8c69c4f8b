/* Reading batches: files that are cut, joined or compressed, what the end document says.
 * What is in a document is test_document.c's. */
#include "box.h"

#include "base/gzip.h"
#include "stage/reader.h"
#include "stage/split.h"

#include <unistd.h>

static void test_counts(void **state)
{
    struct box *b = *state;
    box_read_documents(b, box_two, 2, 1);
    assert_findings(b, 1);
    assert_finding(b, 0, RULE_BATCH_COUNT, 18, 6);
    box_read_documents(b, box_two, 2, 0);
    assert_findings(b, 1);
    assert_finding(b, 0, RULE_BATCH_COUNT, 18, 6);
    assert_true(b->summary.complete && !b->summary.edited);
}

static void test_incomplete_files(void **state)
{
    struct box *b = *state;
    struct view v = box_batch(b, box_two, 1, 1);
    size_t end = (size_t)(strstr(v.p, "---\nend") - v.p),
           gone = (size_t)(strstr(v.p, "---\ngone") - v.p);
    /* without end document: the last record may lack its tail */
    box_read_text(b, view_slice(v, 0, end));
    assert_int_equal(b->n, 2);
    assert_true(!b->bad[0] && b->bad[1]);
    assert_findings(b, 2);
    assert_finding(b, 0, RULE_BATCH_END, 15, 1);
    assert_finding(b, 1, RULE_BATCH_END, 17, 1);
    assert_false(b->summary.complete);
    /* cut behind a "---" line: the document before it is whole */
    box_read_text(b, view_slice(v, 0, gone + 4));
    assert_int_equal(b->n, 1);
    assert_false(b->bad[0]);
    assert_findings(b, 1);
    assert_finding(b, 0, RULE_BATCH_END, 16, 1);
    /* cut anywhere: never a record that lacks something, never complete */
    for (size_t n = 0; n < v.n - 1; n++) {
        box_read_text(b, view_slice(v, 0, n));
        assert_true(b->f.per_severity[SEVERITY_ERROR] > 0);
        assert_false(b->summary.complete);
        for (size_t i = 0; i < b->n; i++)
            if (!b->bad[i])
                assert_true(b->records[i].gone ? b->records[i].at == 1795341609
                                               : view_is(b->records[i].movie.title, "Fight Club"));
        assert_int_equal(b->summary.records, n >= gone + 3);
        assert_int_equal(b->summary.gone, n >= end + 3);
    }
}

static void test_end_documents_that_say_nothing(void **state)
{
    static const char *const ends[] = {"end: {records: 1, gone: 1}\n", "end: 5\n",
        "end: {records: x, gone: 1, sha256: \"\"}\n", "end: {records: 1, gone: -1, sha256: \"\"}\n",
        "end: {records: 1, gone: 1, sha256: [\n"};
    struct box *b = *state;
    struct view v = box_batch(b, box_two, 1, 1);
    size_t end = (size_t)(strstr(v.p, "end: ") - v.p);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        box_read_text(b, arena_print(&b->a, "%.*s%s", (int)end, v.p, ends[i]));
        assert_int_equal(b->n, 2);
        assert_true(b->f.per_severity[SEVERITY_ERROR] > 0);
        assert_int_equal(box_finding(b, 0)->line, i == 4 ? 19 : 18);
        assert_false(b->summary.complete);
    }
}

/* cat a.yaml b.yaml > c.yaml */
static void test_joined_files(void **state)
{
    struct box *b = *state;
    struct view v = box_batch(b, box_two, 1, 1);
    box_read_text(b, arena_print(&b->a, "%s%s", v.p, v.p));
    assert_int_equal(b->n, 5); /* the second header is refused as a record */
    assert_true(b->bad[2]);
    assert_finding(b, 0, RULE_BATCH_HEADER, 20, 1);
    assert_finding(b, 1, RULE_BATCH_END, 36, 6);
    assert_true(b->summary.edited);
    assert_int_equal(b->summary.records, 2);
    assert_int_equal(b->f.per_rule[RULE_BATCH_COUNT], 1);
    assert_int_equal(b->f.per_rule[RULE_BATCH_EDITED], 1);
}

static void test_without_header(void **state)
{
    struct box *b = *state;
    box_read_text(b, view_of(box_two));
    assert_int_equal(b->n, 2);
    assert_finding(b, 0, RULE_BATCH_HEADER, 1, 1);
    assert_false(b->bad[0]);
    assert_view(b->records[0].movie.title, "Fight Club");
}

static void test_files_without_anything(void **state)
{
    static const char *const texts[] = {"", "# only a comment\n", "---\n---\n---\n"};
    struct box *b = *state;
    for (size_t i = 0; i < 3; i++) {
        box_read_text(b, view_of(texts[i]));
        assert_int_equal(b->n, 0);
        assert_int_equal(b->f.per_rule[RULE_BATCH_HEADER], 1);
        assert_int_equal(b->f.per_rule[RULE_BATCH_END], 1);
        assert_int_equal(b->f.per_rule[RULE_BATCH_EMPTY], 1);
    }
    box_read_documents(b, "", 0, 0);
    assert_findings(b, 1);
    assert_int_equal(box_finding(b, 0)->rule, RULE_BATCH_EMPTY);
}

/* A file may have any number of them, and nobody asks for memory back before the next record. */
static void test_documents_without_a_record_leave_nothing(void **state)
{
    struct box *b = *state;
    struct str s;
    struct arena texts;
    struct batch_reader *r;
    struct staged_record record;
    struct err e;
    bool bad, end;
    str_init(&s, 1000000);
    arena_init(&texts);
    for (int i = 0; i < 1000; i++)
        str_addz(&s, "---\n# nothing\n---\nnull\n---\n"
                     "end: {records: 0, gone: 0, sha256: \"\\t\"}\n");
    must(batch_open_input(input_memory_new(str_view(&s)), "n.yaml", &b->f, &r, &e));
    must(batch_next(r, &b->f, &texts, &b->a, &record, &bad, &end, &e));
    assert_true(end);
    assert_int_equal(texts.used, 0);
    batch_reader_free(r);
    arena_done(&texts);
    str_done(&s);
}

/* 200 broken documents cost themselves; those between are read. */
static void test_broken_documents_cost_only_themselves(void **state)
{
    struct box *b = *state;
    struct str s;
    str_init(&s, 1000000);
    for (int i = 0; i < 200; i++) {
        str_addf(&s,
            "---\netl: {fetched_at: \"2026-11-22T10:00:07Z\"}\nmovie:\n  id: %d\n  title: \"open\n",
            i + 1);
        str_addf(&s,
            "---\netl: {fetched_at: \"2026-11-22T10:00:07Z\"}\nmovie:\n  id: %d\n  title: \"T\"\n",
            i + 1001);
    }
    box_read_documents(b, str_z(&s), 400, 0);
    str_done(&s);
    assert_int_equal(b->n, 400);
    for (size_t i = 0; i < 400; i++)
        assert_int_equal(b->bad[i], i % 2 == 0);
    assert_int_equal(b->f.per_rule[RULE_SYNTAX], 200);
    assert_int_equal(b->f.kept.n, 200); /* and the counts are right */
    assert_finding(b, 199, RULE_SYNTAX, 9u + 199 * 10 + 6, 1);
}

static void test_an_oversize_document(void **state)
{
    struct box *b = *state;
    struct str s;
    str_init(&s, 40000000);
    str_addz(&s, "---\netl: {fetched_at: \"2026-11-22T10:00:07Z\"}\nmovie:\n  id: 7\n  title: \"");
    str_add_repeat(&s, 'x', DOCUMENT_MAX);
    str_addf(&s, "\"\n%s", box_two);
    box_read_documents(b, str_z(&s), 2, 1);
    str_done(&s);
    assert_int_equal(b->n, 3);
    assert_true(b->bad[0] && !b->bad[1] && !b->bad[2]);
    assert_findings(b, 1);
    assert_finding(b, 0, RULE_DEPTH, 10, 1);
    assert_int_equal(b->documents[0].n, 0);
    assert_int_equal(b->records[1].place.line, 18);
}

/* Nobody knows what stands behind it: a file with a hole of a terabyte has an end document before
 * it, if any. */
static void test_a_file_without_an_end(void **state)
{
    struct box *b = *state;
    const char *path = box_path(b, "holes.yaml");
    box_put(b, path, box_batch(b, box_two, 1, 1));
    box_read_file(b, path);
    assert_true(b->summary.complete);
    box_put(b, path, arena_print(&b->a, "%s---\n", box_batch(b, box_two, 1, 1).p));
    assert_int_equal(truncate(path, (off_t)1 << 40), 0);
    box_read_file(b, path);
    assert_false(b->summary.complete);
    assert_int_equal(b->n, 3);
    assert_true(!b->bad[0] && !b->bad[1] && b->bad[2]);
    assert_finding(b, 0, RULE_DEPTH, 19, 1);
    assert_non_null(strstr(box_finding(b, 0)->text.p, "268435456 bytes: the file is not read"));
    assert_finding(b, 1, RULE_BATCH_END, 20, 1);
    assert_findings(b, 2);
}

static void test_files_that_cannot_be_read(void **state)
{
    struct box *b = *state;
    struct batch_reader *r;
    struct err e;
    assert_false(batch_open(box_path(b, "none.yaml"), &b->f, &r, &e));
    assert_int_equal(e.kind, ERR_INPUT);
    assert_false(batch_open(b->dir, &b->f, &r, &e));
    box_put(b, box_path(b, "x.yaml.gz"), view_of("this is no gzip"));
    assert_false(batch_open(box_path(b, "x.yaml.gz"), &b->f, &r, &e));
    assert_non_null(strstr(e.text, "x.yaml.gz"));
}

static void test_compressed_files(void **state)
{
    struct box *b = *state;
    struct err e;
    struct view v = box_batch(b, box_two, 1, 1);
    box_put(b, box_path(b, "x.yaml"), v);
    must(gzip_file(b->gzip, box_path(b, "x.yaml"), box_path(b, "x.yaml.gz"), &e));
    box_read_file(b, box_path(b, "x.yaml.gz"));
    assert_findings(b, 0);
    assert_int_equal(b->n, 2);
    assert_string_equal(b->summary.sha256.z, digest_of(DIGEST_SHA256, v).z);
    /* truncated: an error, not an end */
    struct view gz = box_get(b, box_path(b, "x.yaml.gz"));
    box_put(b, box_path(b, "y.yaml.gz"), view_slice(gz, 0, gz.n - 20));
    struct batch_reader *r = NULL;
    struct staged_record record;
    bool bad, end = false, ok = batch_open(box_path(b, "y.yaml.gz"), &b->f, &r, &e);
    while (ok && !end)
        ok = batch_next(r, &b->f, &b->a, &b->a, &record, &bad, &end, &e);
    assert_false(ok);
    assert_int_equal(e.kind, ERR_INPUT);
    batch_reader_free(r);
}

static void test_type_and_scope_from_the_name(void **state)
{
    struct box *b = *state;
    const char *path = box_path(b, "changes_20261101_20261122_100000.yaml");
    box_put(b, path, view_of("nothing\n"));
    box_read_file(b, path);
    assert_int_equal(b->header.type, BATCH_CHANGES);
    assert_view(b->header.scope, "20261101");
    assert_view(box_finding(b, 0)->file, path);
}

/* Findings collected per record name the file too. */
static void test_findings_of_each_call_name_the_file(void **state)
{
    struct box *b = *state;
    struct findings other;
    struct batch_reader *r;
    struct staged_record record;
    struct err e;
    bool bad, end;
    findings_init(&other);
    must(batch_open_input(input_memory_new(view_of("x\n---\n")), "n.yaml", &b->f, &r, &e));
    must(batch_next(r, &other, &b->a, &b->a, &record, &bad, &end, &e));
    assert_true(bad);
    assert_view(((const struct finding *)vec_at(&other.kept, 0))->file, "n.yaml");
    batch_reader_free(r);
    findings_done(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOX_TEST(test_counts),
        BOX_TEST(test_incomplete_files),
        BOX_TEST(test_end_documents_that_say_nothing),
        BOX_TEST(test_joined_files),
        BOX_TEST(test_without_header),
        BOX_TEST(test_files_without_anything),
        BOX_TEST(test_documents_without_a_record_leave_nothing),
        BOX_TEST(test_broken_documents_cost_only_themselves),
        BOX_TEST(test_an_oversize_document),
        BOX_TEST(test_a_file_without_an_end),
        BOX_TEST(test_files_that_cannot_be_read),
        BOX_TEST(test_compressed_files),
        BOX_TEST(test_type_and_scope_from_the_name),
        BOX_TEST(test_findings_of_each_call_name_the_file),
    };
    return cmocka_run_group_tests_name("stage/read", tests, NULL, NULL);
}
