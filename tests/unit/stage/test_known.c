/* What was loaded before is recognised by its text, and by nothing less. */
#include "box.h"

#include "base/input.h"
#include "stage/reader.h"

#define ETL(at)   "---\netl: {fetched_at: \"2023-11-" at "T10:00:07Z\", review: null}\n"
#define MOVIE(id) "movie:\n  id: " id "\n  imdb_id: \"tt0137523\"\n  title: \"Fight Club\"\n"
#define OTHER(id) "movie:\n  id: " id "\n  imdb_id: \"tt0137523\"\n  title: \"Fight club\"\n"
#define GONE(id)  "---\ngone: {id: " id ", status_code: 34, seen_at: \"2023-11-22T10:00:09Z\"}\n"

/* Reads the documents with what is known so far. */
static void read_known(
    struct box *b, const char *documents, int records, int gone, struct map *known)
{
    struct err e;
    struct batch_reader *r;
    bool end = false;
    findings_done(&b->f);
    findings_init(&b->f);
    must(batch_open_input(
        input_memory_new(box_batch(b, documents, records, gone)), "test.yaml", &b->f, &r, &e));
    batch_know(r, known);
    for (b->n = 0; !end; b->n += !end)
        must(batch_next(r, &b->f, &b->a, &b->a, &b->records[b->n], &b->bad[b->n], &end, &e));
    batch_summary(r, &b->summary);
    batch_reader_free(r);
}

/* Fills `known` with what the documents say. */
static void learn(struct box *b, const char *documents, int records, struct map *known)
{
    map_init(known, 1000);
    read_known(b, documents, records, 0, known);
    for (size_t i = 0; i < b->n; i++) {
        assert_false(b->records[i].unchanged);
        assert_true(b->records[i].content > 0);
        (void)map_put(known, b->records[i].tmdb_id, (uint64_t)b->records[i].content);
    }
}

static void test_the_same_text_is_not_read_again(void **state)
{
    struct box *b = *state;
    struct map known;
    learn(b, ETL("22") MOVIE("550") ETL("22") MOVIE("551"), 2, &known);
    struct place place = b->records[1].place;
    int64_t content = b->records[1].content;
    read_known(b, ETL("24") MOVIE("550") ETL("23") MOVIE("551"), 2, 0, &known);
    assert_findings(b, 0);
    assert_int_equal(b->n, 2);
    const struct staged_record *r = &b->records[1];
    assert_true(b->records[0].unchanged && r->unchanged && !r->gone && !b->bad[1]);
    assert_int_equal(r->tmdb_id, 551);
    assert_int_equal(r->at, 1700647207 + 86400);
    assert_int_equal(r->content, content);
    assert_view(r->movie.imdb_id, "tt0137523");
    assert_null(r->movie.title.p);
    assert_int_equal(r->place.line, place.line); /* as if it had been read */
    assert_int_equal(r->place.column, place.column);
    assert_true(b->summary.complete && !b->summary.edited && b->summary.records == 2);
    map_done(&known);
}

static void test_another_text_is_read(void **state)
{
    static const char *const others[] = {
        ETL("23") OTHER("550"),
        ETL("23") MOVIE("550") "  overview: null\n",
        "---\netl: {fetched_at: \"2023-11-23T10:00:07Z\", review: \"rejected\"}\n" MOVIE("550"),
        "---\netl: {fetched_at: \"2023-11-23T10:00:07Z\"}\n" MOVIE("550"),
        "---\netl: {review: null, fetched_at: \"2023-11-23T10:00:07Z\"}\n" MOVIE("550"),
        "--- # seen\netl: {fetched_at: \"2023-11-23T10:00:07Z\", review: null}\n" MOVIE("550"),
        /* of a time that is still to come: check refuses that */
        "---\netl: {fetched_at: \"2999-11-23T10:00:07Z\", review: null}\n" MOVIE("550"),
    };
    struct box *b = *state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct map known;
        learn(b, ETL("22") MOVIE("550"), 1, &known);
        read_known(b, others[i], 1, 0, &known);
        assert_int_equal(b->n, 1);
        assert_false(b->records[0].unchanged || b->bad[0]);
        assert_non_null(b->records[0].movie.title.p);
        map_done(&known);
    }
}

/* An instant that is none is refused, whatever else the document says. */
static void test_a_bad_instant_is_refused(void **state)
{
    struct box *b = *state;
    struct map known;
    learn(b, ETL("22") MOVIE("550"), 1, &known);
    read_known(b, ETL("32") MOVIE("550"), 1, 0, &known);
    assert_true(b->bad[0] && !b->records[0].unchanged);
    map_done(&known);
}

/* What comes behind another document of the same id is compared with what that one leaves: it is
 * read. */
static void test_another_document_of_the_id_makes_it_unknown(void **state)
{
    static const char *const first[] = {ETL("23") OTHER("550"), GONE("550")};
    struct box *b = *state;
    for (size_t i = 0; i < sizeof first / sizeof first[0]; i++) {
        struct map known;
        learn(b, ETL("22") MOVIE("550") ETL("22") MOVIE("551"), 2, &known);
        const char *all =
            arena_print(&b->a, "%s%s%s", first[i], ETL("24") MOVIE("550"), ETL("24") MOVIE("551"))
                .p;
        read_known(b, all, i == 0 ? 3 : 2, i == 0 ? 0 : 1, &known);
        assert_int_equal(b->n, 3);
        assert_false(b->records[1].unchanged);
        assert_true(b->records[2].unchanged);
        read_known(b, ETL("24") MOVIE("550"), 1, 0, &known); /* in the next file too */
        assert_false(b->records[0].unchanged);
        map_done(&known);
    }
}

/* A file that is cut off behind a document: nobody knows whether the document is whole. */
static void test_the_last_document_of_a_cut_file_is_refused(void **state)
{
    struct box *b = *state;
    struct map known;
    struct err e;
    struct batch_reader *r;
    bool end = false;
    learn(b, ETL("22") MOVIE("550"), 1, &known);
    struct view whole = box_batch(b, ETL("23") MOVIE("550"), 1, 0);
    struct view cut = view_slice(whole, 0, view_find(whole, 0, 'F') + strlen("Fight Club\"\n"));
    must(batch_open_input(input_memory_new(cut), "test.yaml", &b->f, &r, &e));
    batch_know(r, &known);
    must(batch_next(r, &b->f, &b->a, &b->a, &b->records[0], &b->bad[0], &end, &e));
    assert_true(b->bad[0] && !b->records[0].unchanged);
    batch_reader_free(r);
    map_done(&known);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOX_TEST(test_the_same_text_is_not_read_again),
        BOX_TEST(test_another_text_is_read),
        BOX_TEST(test_a_bad_instant_is_refused),
        BOX_TEST(test_another_document_of_the_id_makes_it_unknown),
        BOX_TEST(test_the_last_document_of_a_cut_file_is_refused),
    };
    return cmocka_run_group_tests_name("stage/known", tests, NULL, NULL);
}
