/* Documents of a batch: headers and records, refusals at their place, edits by hand. */
#include "box.h"

#include "stage/reader.h"

static void test_a_sound_file(void **state)
{
    struct box *b = *state;
    box_read_documents(b, box_two, 1, 1);
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
    assert_string_equal(
        b->summary.sha256.z, digest_of(DIGEST_SHA256, box_batch(b, box_two, 1, 1)).z);
}

static void test_plain_scalars_in_text_fields(void **state)
{
    struct box *b = *state;
    box_read_documents(b,
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
    box_read_documents(b, box_edit(b, box_two, "review: null", "review: \"rejected\""), 1, 1);
    assert_view(b->records[0].review, "rejected");
    assert_false(b->bad[0]);
    box_read_documents(b, box_edit(b, box_two, "review: null", "review: rejected"), 1, 1);
    assert_view(b->records[0].review, "rejected");
    box_read_documents(b, box_edit(b, box_two, "review: null", "review: maybe"), 1, 1);
    assert_true(b->bad[0]);
    assert_finding(b, 0, RULE_FORMAT, 11, 51);
    box_read_documents(b, box_edit(b, box_two, ", review: null", ""), 1, 1);
    assert_findings(b, 0);
    assert_null(b->records[0].review.p);
}

/* One document is refused, all others are read. */
struct refusal {
    const char *what, *with; /* edit of box_two */
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
        box_read_documents(b, box_edit(b, box_two, r->what, r->with), 1, 1);
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
        box_read_documents(b, box_edit(b, box_two, r->what, r->with), 1, 1);
        if (b->n != 2 || b->bad[0] || !b->bad[1])
            fail_msg("%s: %zu records", r->with, b->n);
        assert_finding(b, 0, r->rule, r->line, r->column);
        if (r->id != b->records[1].tmdb_id)
            fail_msg("%s: id %lld", r->with, (long long)b->records[1].tmdb_id);
    }
    box_read_documents(b, box_edit(b, box_two, "id: 999", "id: \"999\""), 1, 1);
    assert_false(b->bad[1]);
    assert_int_equal(b->records[1].tmdb_id, 999);
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
    struct view v = box_batch(b, box_two, 1, 1);
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        box_read_text(b, view_of(box_edit(b, v.p, headers[i].what, headers[i].with)));
        assert_finding(b, 0, headers[i].rule, headers[i].line, headers[i].column);
        size_t last = b->n - 1; /* the records are read all the same */
        assert_int_equal(b->records[last].tmdb_id, 999);
        assert_int_equal(b->records[last - 1].tmdb_id, 550);
        assert_false(b->bad[last] || b->bad[last - 1]);
    }
    box_read_text(b, view_of(box_edit(b, v.p, "scope: \"2023\"", "scope: 2023")));
    assert_view(b->header.scope, "2023");
    assert_findings(b, 1); /* edited, nothing else */
}

/* A line of hyphens is easily deleted: what it parted is told, and no movie passed over. */
static void test_a_missing_line_of_hyphens(void **state)
{
    struct box *b = *state;
    struct view v = box_batch(b, box_two, 1, 1);
    box_read_text(b, view_of(box_edit(b, v.p, "---\netl:", "etl:")));
    assert_finding(b, 0, RULE_FORMAT, 10, 1);
    assert_finding(b, 1, RULE_FORMAT, 11, 1);
    assert_int_equal(b->n, 2);
    assert_true(b->bad[0] && !b->bad[1]);
    assert_view(b->header.scope, "2023");
    box_read_text(b, view_of(box_edit(b, v.p, "---\ngone:", "gone:")));
    assert_finding(b, 0, RULE_FORMAT, 15, 1);
    assert_true(b->n == 1 && b->bad[0]);
    box_read_text(b, view_of(box_edit(b, v.p, "---\nend:", "end:")));
    assert_int_equal(b->f.per_rule[RULE_BATCH_END], 2);
    assert_false(b->summary.complete);
    /* behind the end */
    box_read_text(b, arena_print(&b->a, "%setl: {}\nmovie: {id: 5}\n", v.p));
    assert_finding(b, 0, RULE_BATCH_END, 19, 1);
    assert_finding(b, 1, RULE_BATCH_END, 20, 1);
    assert_false(b->summary.complete);
}

static void test_unknown_keys_in_a_movie(void **state)
{
    struct box *b = *state;
    box_read_documents(b, box_edit(b, box_two, "  title:", "  titel: x\n  title:"), 1, 1);
    assert_findings(b, 1);
    assert_finding(b, 0, RULE_UNKNOWN_KEY, 14, 3);
    assert_false(b->bad[0]);
    assert_view(b->records[0].movie.extra, "{\"/titel\":\"x\"}");
}

static void test_edited_files(void **state)
{
    struct box *b = *state;
    struct view v = box_batch(b, box_two, 1, 1);
    const char *edited = box_edit(b, v.p, "Fight Club", "Fight Clubs");
    box_read_text(b, view_of(edited));
    assert_findings(b, 1);
    assert_finding(b, 0, RULE_BATCH_EDITED, 18, 6);
    assert_false(b->bad[0]);
    assert_view(b->records[0].movie.title, "Fight Clubs");
    assert_true(b->summary.edited && b->summary.complete);
    /* a comment, a blank line, other quotes, another order, Windows line ends */
    box_read_text(b, view_of(box_edit(b, v.p, "  title: \"Fight Club\"\n",
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOX_TEST(test_a_sound_file),
        BOX_TEST(test_plain_scalars_in_text_fields),
        BOX_TEST(test_review),
        BOX_TEST(test_refusals),
        BOX_TEST(test_refusals_of_gone_ones),
        BOX_TEST(test_headers),
        BOX_TEST(test_a_missing_line_of_hyphens),
        BOX_TEST(test_unknown_keys_in_a_movie),
        BOX_TEST(test_edited_files),
    };
    return cmocka_run_group_tests_name("stage/document", tests, NULL, NULL);
}
