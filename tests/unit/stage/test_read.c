/* Reading batches: headers, records, refusals at their place, what the end document says, edits by
 * hand. */
#include "box.h"

#include "base/gzip.h"
#include "stage/reader.h"
#include "stage/split.h"

static const char TWO[] = "---\n"
                          "etl: {fetched_at: \"2026-11-22T10:00:07Z\", review: null}\n"
                          "movie:\n"
                          "  id: 550\n"
                          "  title: \"Fight Club\"\n"
                          "---\n"
                          "gone: {id: 999, status_code: 34, seen_at: \"2026-11-22T10:00:09Z\"}\n";

static void read_documents(struct box *b, const char *documents, int records, int gone)
{
    box_read_text(b, box_batch(b, documents, records, gone));
}

/* `documents`, with `what` (which is in it) replaced by `with`. */
static const char *edit(struct box *b, const char *text, const char *what, const char *with)
{
    const char *at = strstr(text, what);
    assert_non_null(at);
    return arena_print(&b->a, "%.*s%s%s", (int)(at - text), text, with, at + strlen(what)).p;
}

static void test_a_sound_file(void **state)
{
    struct box *b = *state;
    read_documents(b, TWO, 1, 1);
    assert_findings(b, 0);
    assert_view(b->header.id, "0123456789abcdef");
    assert_int_equal(b->header.type, BATCH_INITIAL);
    assert_view(b->header.scope, "2023");
    assert_view(b->header.query, "q");
    assert_int_equal(b->header.created_at, 1795341600);
    assert_int_equal(b->n, 2);
    assert_false(b->bad[0] || b->bad[1]);
    const struct staged_record *m = &b->records[0], *g = &b->records[1];
    assert_int_equal(m->tmdb_id, 550);
    assert_int_equal(m->at, 1795341607);
    assert_null(m->review.p);
    assert_view(m->movie.title, "Fight Club");
    assert_int_equal(m->place.line, 13);
    assert_int_equal(m->movie.record.places[TMDB_title].line, 14);
    assert_int_equal(m->movie.record.places[TMDB_title].column, 10);
    assert_true(g->gone);
    assert_int_equal(g->tmdb_id, 999);
    assert_int_equal(g->status_code, 34);
    assert_int_equal(g->at, 1795341609);
    assert_view(b->documents[1],
        "---\ngone: {id: 999, status_code: 34, seen_at: \"2026-11-22T10:00:09Z\"}\n");
    assert_true(b->summary.complete && !b->summary.edited);
    assert_true(b->summary.records == 1 && b->summary.gone == 1 && b->summary.bad == 0);
    assert_string_equal(b->summary.sha256.z, digest_of(DIGEST_SHA256, box_batch(b, TWO, 1, 1)).z);
}

static void test_plain_scalars_in_text_fields(void **state)
{
    struct box *b = *state;
    read_documents(b,
        "---\netl: {fetched_at: 2026-11-22T10:00:07Z, review: ~}\nmovie:\n  id: 1\n  title: 1776\n"
        "  original_title: no\n  tagline: 12:30\n  status: true\n  release_date: 1999-10-15\n  "
        "imdb_id: 0x1f\n"
        "  overview: 1e3\n  homepage: ~\n",
        1, 0);
    const struct tmdb_movie *m = &b->records[0].movie;
    assert_false(b->bad[0]);
    assert_view(m->title, "1776");
    assert_view(m->original_title, "no");
    assert_view(m->tagline, "12:30");
    assert_view(m->status, "true");
    assert_view(m->release_date, "1999-10-15");
    assert_view(m->imdb_id, "0x1f");
    assert_view(m->overview, "1e3");
    assert_true(
        field_said(&m->record, TMDB_homepage) && !field_has_value(&m->record, TMDB_homepage));
    assert_findings(b, 4);
    assert_finding(
        b, 0, RULE_TYPE_FIXED, 19, 12); /* in the order of the fields: imdb_id comes first */
    assert_view(box_finding(b, 0)->field, "imdb_id");
    assert_finding(b, 1, RULE_TYPE_FIXED, 14, 10);
    assert_view(box_finding(b, 1)->field, "title");
    assert_view(box_finding(b, 1)->key, "tmdb 1");
    assert_view(box_finding(b, 1)->file, "test.yaml");
}

static void test_review(void **state)
{
    struct box *b = *state;
    read_documents(b, edit(b, TWO, "review: null", "review: \"rejected\""), 1, 1);
    assert_view(b->records[0].review, "rejected");
    assert_false(b->bad[0]);
    read_documents(b, edit(b, TWO, "review: null", "review: rejected"), 1, 1);
    assert_view(b->records[0].review, "rejected");
    read_documents(b, edit(b, TWO, "review: null", "review: maybe"), 1, 1);
    assert_true(b->bad[0]);
    assert_finding(b, 0, RULE_FORMAT, 11, 51);
    read_documents(b, edit(b, TWO, ", review: null", ""), 1, 1);
    assert_findings(b, 0);
    assert_null(b->records[0].review.p);
}

/* One document is refused, all others are read. */
struct refusal {
    const char *what, *with; /* edit of TWO */
    enum rule rule;
    unsigned line, column;
    int64_t id; /* that is still known */
};

static const struct refusal refusals[] = {
    {"etl: {fetched_at", "etl: {fetched", RULE_FORMAT, 11, 7, 550},
    {"\"2026-11-22T10:00:07Z\"", "\"yesterday\"", RULE_FORMAT, 11, 19, 550},
    {"\"2026-11-22T10:00:07Z\"", "null", RULE_REQUIRED, 11, 19, 550},
    {"fetched_at: \"2026-11-22T10:00:07Z\", ", "", RULE_REQUIRED, 11, 6, 550},
    {"\"2026-11-22T10:00:07Z\"", "[]", RULE_TYPE, 11, 19, 550},
    {"review: null", "reveiw: rejected", RULE_FORMAT, 11, 43, 550},
    {"etl: {fetched_at: \"2026-11-22T10:00:07Z\", review: null}", "etl: 5", RULE_TYPE, 11, 6, 550},
    {"etl: {fetched_at: \"2026-11-22T10:00:07Z\", review: null}\n", "", RULE_REQUIRED, 11, 1, 550},
    {"movie:\n  id: 550\n  title: \"Fight Club\"\n", "movie: []\n", RULE_TYPE, 12, 8, 0},
    {"movie:\n  id: 550\n  title: \"Fight Club\"\n", "movie: x\n", RULE_TYPE, 12, 8, 0},
    {"movie:", "film:", RULE_FORMAT, 11, 1, 0},
    {"  title", "title", RULE_FORMAT, 14, 1, 550},
    {"id: 550", "id: x", RULE_TYPE, 13, 7, 0},
    {"id: 550", "id: 550\n  id: 551", RULE_DUPLICATE_KEY, 14, 3, 550},
    {"\"Fight Club\"", "\"Fight Club", RULE_SYNTAX, 15, 1, 550},
    {"\"Fight Club\"", "[Fight Club]", RULE_TYPE, 14, 10, 550},
    {"\"Fight Club\"", "&t x", RULE_SYNTAX, 14, 10, 550},
    {"\"Fight Club\"", "*t", RULE_SYNTAX, 14, 10, 550},
    {"\"Fight Club\"", "!!str x", RULE_SYNTAX, 14, 10, 550},
    {"\"Fight Club\"",
        "\"Fight \xC3"
        "Club\"",
        RULE_SYNTAX, 14, 17, 550},
    {"Club\"\n", "Club\"\ngone: {id: 1}\n", RULE_FORMAT, 15, 1, 550},
    {"etl:", "- etl:", RULE_SYNTAX, 12, 1, 0},
};

static void test_refusals(void **state)
{
    struct box *b = *state;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        const struct refusal *r = &refusals[i];
        read_documents(b, edit(b, TWO, r->what, r->with), 1, 1);
        if (b->n != 2 || !b->bad[0] || b->bad[1])
            fail_msg("%s: %zu records", r->with, b->n);
        assert_finding(b, 0, r->rule, r->line, r->column);
        if (b->f.per_severity[SEVERITY_ERROR] != b->f.kept.n)
            box_print_findings(b);
        assert_int_equal(b->f.per_severity[SEVERITY_ERROR], b->f.kept.n);
        if (r->id != b->records[0].tmdb_id)
            fail_msg("%s: id %lld", r->with, (long long)b->records[0].tmdb_id);
        assert_int_equal(b->records[1].tmdb_id, 999);
        assert_true(b->summary.complete);
        assert_true(b->summary.records == 0 && b->summary.gone == 1 && b->summary.bad == 1);
    }
}

static const struct refusal gone_refusals[] = {
    {"id: 999, ", "", RULE_REQUIRED, 16, 7, 0},
    {"id: 999", "id: 0", RULE_RANGE, 16, 12, 0},
    {"id: 999", "id: 99999999999", RULE_RANGE, 16, 12, 0},
    {"id: 999", "id: 1.5", RULE_TYPE, 16, 12, 0},
    {"status_code: 34", "status_code: [34]", RULE_TYPE, 16, 30, 999},
    {"seen_at: \"2026-11-22T10:00:09Z\"", "seen_at: 5", RULE_FORMAT, 16, 43, 999},
    {", seen_at: \"2026-11-22T10:00:09Z\"", "", RULE_REQUIRED, 16, 7, 999},
    {"seen_at", "saw_at", RULE_FORMAT, 16, 34, 999},
    {"gone: {id: 999, status_code: 34, seen_at: \"2026-11-22T10:00:09Z\"}", "gone: 999", RULE_TYPE,
        16, 7, 0},
    {"gone: {", "etl: {}\ngone: {", RULE_FORMAT, 16, 1, 999},
    {"gone:", "left:", RULE_FORMAT, 16, 1, 0},
    {"gone: {id: 999, status_code: 34, seen_at: \"2026-11-22T10:00:09Z\"}", "just words", RULE_TYPE,
        16, 1, 0},
    {"gone: {id: 999, status_code: 34, seen_at: \"2026-11-22T10:00:09Z\"}", "[1, 2]", RULE_TYPE, 16,
        1, 0},
};

static void test_refusals_of_gone_ones(void **state)
{
    struct box *b = *state;
    for (size_t i = 0; i < sizeof gone_refusals / sizeof gone_refusals[0]; i++) {
        const struct refusal *r = &gone_refusals[i];
        read_documents(b, edit(b, TWO, r->what, r->with), 1, 1);
        if (b->n != 2 || b->bad[0] || !b->bad[1])
            fail_msg("%s: %zu records", r->with, b->n);
        assert_finding(b, 0, r->rule, r->line, r->column);
        if (r->id != b->records[1].tmdb_id)
            fail_msg("%s: id %lld", r->with, (long long)b->records[1].tmdb_id);
    }
    read_documents(b, edit(b, TWO, "id: 999", "id: \"999\""), 1, 1);
    assert_false(b->bad[1]);
    assert_int_equal(b->records[1].tmdb_id, 999);
}

static void test_unknown_keys_in_a_movie(void **state)
{
    struct box *b = *state;
    read_documents(b, edit(b, TWO, "  title:", "  titel: x\n  title:"), 1, 1);
    assert_findings(b, 1);
    assert_finding(b, 0, RULE_UNKNOWN_KEY, 14, 3);
    assert_false(b->bad[0]);
    assert_view(b->records[0].movie.extra, "{\"/titel\":\"x\"}");
}

static void test_edited_files(void **state)
{
    struct box *b = *state;
    struct view v = box_batch(b, TWO, 1, 1);
    const char *edited = edit(b, v.p, "Fight Club", "Fight Clubs");
    box_read_text(b, view_of(edited));
    assert_findings(b, 1);
    assert_finding(b, 0, RULE_BATCH_EDITED, 18, 6);
    assert_false(b->bad[0]);
    assert_view(b->records[0].movie.title, "Fight Clubs");
    assert_true(b->summary.edited && b->summary.complete);
    /* a comment, a blank line, other quotes, another order, Windows line ends */
    box_read_text(b, view_of(edit(b, v.p, "  title: \"Fight Club\"\n",
                         "\n  # mine\n  'title': 'Fight Club' # so\n")));
    assert_findings(b, 1);
    assert_view(b->records[0].movie.title, "Fight Club");
    struct str s;
    str_init(&s, 10000);
    for (size_t i = 0; i < v.n; i++) {
        if (v.p[i] == '\n')
            str_addc(&s, '\r');
        str_addc(&s, v.p[i]);
    }
    box_read_text(b, str_view(&s));
    assert_findings(b, 1);
    assert_int_equal(b->summary.records + b->summary.gone, 2);
    str_done(&s);
    /* a byte order mark and directives at the top */
    box_read_text(b, arena_print(&b->a, "\xEF\xBB\xBF# hi\n%%YAML 1.2\n%s", v.p));
    assert_findings(b, 1);
    assert_int_equal(b->summary.records, 1);
}

static void test_counts(void **state)
{
    struct box *b = *state;
    read_documents(b, TWO, 2, 1);
    assert_findings(b, 1);
    assert_finding(b, 0, RULE_BATCH_COUNT, 18, 6);
    read_documents(b, TWO, 2, 0);
    assert_findings(b, 1);
    assert_finding(b, 0, RULE_BATCH_COUNT, 18, 6);
    assert_true(b->summary.complete && !b->summary.edited);
}

static void test_incomplete_files(void **state)
{
    struct box *b = *state;
    struct view v = box_batch(b, TWO, 1, 1);
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
    struct view v = box_batch(b, TWO, 1, 1);
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
    struct view v = box_batch(b, TWO, 1, 1);
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

static void test_headers(void **state)
{
    static const struct refusal headers[] = {
        {"format: 1", "format: 2", RULE_BATCH_HEADER, 3, 11, 0},
        {"format: 1", "format: one", RULE_BATCH_HEADER, 3, 11, 0},
        {"  format: 1\n", "", RULE_BATCH_HEADER, 3, 3, 0},
        {"0123456789abcdef", "0123456789ABCDEF", RULE_BATCH_HEADER, 4, 7, 0},
        {"\"initial\"", "weekly", RULE_BATCH_HEADER, 5, 9, 0},
        {"\"tmdb\"", "imdb", RULE_BATCH_HEADER, 7, 11, 0},
        {"\"2026-11-22T10:00:00Z\"", "soon", RULE_BATCH_HEADER, 9, 15, 0},
        {"scope: \"2023\"", "scope:", RULE_BATCH_HEADER, 6, 9, 0},
        {"batch:\n", "batch:\n  id: x\n", RULE_DUPLICATE_KEY, 5, 3, 0},
        {"batch:", "header:", RULE_BATCH_HEADER, 1, 1, 0},
    };
    struct box *b = *state;
    struct view v = box_batch(b, TWO, 1, 1);
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        box_read_text(b, view_of(edit(b, v.p, headers[i].what, headers[i].with)));
        assert_finding(b, 0, headers[i].rule, headers[i].line, headers[i].column);
        size_t last = b->n - 1; /* the records are read all the same */
        assert_int_equal(b->records[last].tmdb_id, 999);
        assert_int_equal(b->records[last - 1].tmdb_id, 550);
        assert_false(b->bad[last] || b->bad[last - 1]);
    }
    box_read_text(b, view_of(edit(b, v.p, "scope: \"2023\"", "scope: 2023")));
    assert_view(b->header.scope, "2023");
    assert_findings(b, 1); /* edited, nothing else */
}

static void test_without_header(void **state)
{
    struct box *b = *state;
    box_read_text(b, view_of(TWO));
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
    read_documents(b, "", 0, 0);
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
    read_documents(b, str_z(&s), 400, 0);
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
    str_addf(&s, "\"\n%s", TWO);
    read_documents(b, str_z(&s), 2, 1);
    str_done(&s);
    assert_int_equal(b->n, 3);
    assert_true(b->bad[0] && !b->bad[1] && !b->bad[2]);
    assert_findings(b, 1);
    assert_finding(b, 0, RULE_DEPTH, 10, 1);
    assert_int_equal(b->documents[0].n, 0);
    assert_int_equal(b->records[1].place.line, 18);
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
    struct view v = box_batch(b, TWO, 1, 1);
    box_put(b, box_path(b, "x.yaml"), v);
    must(gzip_file(box_path(b, "x.yaml"), box_path(b, "x.yaml.gz"), &e));
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
        BOX_TEST(test_a_sound_file),
        BOX_TEST(test_plain_scalars_in_text_fields),
        BOX_TEST(test_review),
        BOX_TEST(test_refusals),
        BOX_TEST(test_refusals_of_gone_ones),
        BOX_TEST(test_unknown_keys_in_a_movie),
        BOX_TEST(test_edited_files),
        BOX_TEST(test_counts),
        BOX_TEST(test_incomplete_files),
        BOX_TEST(test_end_documents_that_say_nothing),
        BOX_TEST(test_joined_files),
        BOX_TEST(test_headers),
        BOX_TEST(test_without_header),
        BOX_TEST(test_files_without_anything),
        BOX_TEST(test_documents_without_a_record_leave_nothing),
        BOX_TEST(test_broken_documents_cost_only_themselves),
        BOX_TEST(test_an_oversize_document),
        BOX_TEST(test_files_that_cannot_be_read),
        BOX_TEST(test_compressed_files),
        BOX_TEST(test_type_and_scope_from_the_name),
        BOX_TEST(test_findings_of_each_call_name_the_file),
    };
    return cmocka_run_group_tests_name("stage/read", tests, NULL, NULL);
}
