/* Files come out of the feed as they went in: all records, in their order, as they were checked,
 * whether a file's groups are kept while it is surveyed or the file is read again. */
#include "box.h"

#include "etl/feed.h"

#include <stdio.h>

enum { FIRST_ID = 1000, UNDECODED = 3, REFUSED = 5, NOTED = 7, FEW_BYTES = 10 };

/* Of so many bytes 150 are more than is kept. */
enum { MANY_BYTES = 900 * 1000, TOO_LARGE = 150 };
_Static_assert((int64_t)MANY_BYTES * TOO_LARGE > KEPT_BYTES, "the file is too small");

static void put_text(FILE *f, size_t n)
{
    static char bytes[MANY_BYTES];
    memset(bytes, 'x', sizeof bytes);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
}

static void put_movie(FILE *f, int i, size_t text)
{
    (void)fprintf(f, "---\netl: {fetched_at: \"2023-11-22T10:00:07Z\", review: null}\nmovie:\n");
    (void)fprintf(f, "  id: %d\n  imdb_id: null\n", FIRST_ID + i);
    (void)fprintf(f, i == UNDECODED ? "  title: [%d]\n" : "  title: \"Film %d\"\n", i);
    if (i == REFUSED)
        (void)fprintf(f, "  vote_average: 99\n");
    if (i == NOTED)
        (void)fprintf(f, "  of_no_table: 1\n");
    (void)fprintf(f, "  reviews:\n    results:\n    - id: \"r%d\"\n      content: \"", i);
    put_text(f, text);
    (void)fprintf(f, "\"\n");
}

/* A file of n movies, some of them bad, with reviews of so many bytes. */
static const char *put_file(struct box *b, const char *name, int n, size_t text, bool complete)
{
    const char *path = box_path(b, name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    (void)fprintf(f,
        "---\nbatch:\n  format: 1\n  id: \"0123456789abcdef\"\n  type: \"initial\"\n"
        "  scope: \"2023\"\n"
        "  source: \"tmdb\"\n  query: \"q\"\n  created_at: \"2026-11-22T10:00:00Z\"\n");
    for (int i = 0; i < n; i++)
        put_movie(f, i, text);
    if (complete)
        (void)fprintf(f, "---\nend: {records: %d, gone: 0, sha256: \"edited\"}\n", n);
    assert_int_equal(fclose(f), 0);
    return path;
}

static struct feed *start(struct vec *files, const char *first, const char *second)
{
    static struct map known;
    struct feed *f;
    struct err e;
    vec_init(files, sizeof(const char *), 2);
    map_init(&known, 10);
    *(const char **)vec_add(files) = first;
    if (second != NULL)
        *(const char **)vec_add(files) = second;
    must(feed_new(files, &known, &f, &e));
    return f;
}

static void finish(struct feed *f, struct vec *files)
{
    feed_free(f);
    vec_done(files);
}

static void check_cell(const struct feed_record *r, int i)
{
    char title[20];
    (void)snprintf(title, sizeof title, "Film %d", i);
    assert_view(r->rows.cells[TMDB_title].text, title);
    assert_view(r->record.movie.title, title);
    assert_int_equal(r->rows.list_n, 1);
    assert_int_equal(r->rows.lists[0].put.n, 1);
    assert_int_equal(r->rows.lists[0].hash.n, 16);
}

static void check_record_of(const struct feed_record *r, int i, size_t text)
{
    assert_int_equal(r->index, i);
    assert_int_equal(r->record.tmdb_id, FIRST_ID + i);
    assert_int_equal(r->bad, i == UNDECODED || i == REFUSED);
    assert_true(view_starts(r->document, "---\netl:"));
    assert_true(view_ends(r->document, "x\"\n") && r->document.n > text);
    assert_int_equal(r->record.content != 0, i != UNDECODED && i != REFUSED && i != NOTED);
    if (!r->bad)
        check_cell(r, i);
    else
        assert_int_equal(r->findings.kept.n, 1);
}

/* Takes the groups of a file of n movies. */
static void check_groups(struct feed *f, int n, size_t text)
{
    struct err e;
    int seen = 0;
    for (bool last = false; !last;) {
        struct feed_group *g;
        must(feed_next_group(f, &g, &e));
        last = g->last;
        for (size_t i = 0; i < g->n; i++)
            check_record_of(&g->records[i], seen++, text);
        feed_group_free(g);
    }
    assert_int_equal(seen, n);
}

/* The next file, of n movies of which `bad` are. */
static void check_file(struct feed *f, int n, int bad, bool usable)
{
    struct feed_file *file = feed_next_file(f);
    assert_non_null(file);
    assert_false(file->failed);
    assert_int_equal(file->survey.usable, usable);
    assert_int_equal(file->survey.documents, n);
    assert_int_equal(file->survey.bad, bad);
    feed_file_free(file);
}

static void check_end(struct feed *f)
{
    assert_null(feed_next_file(f));
}

static void test_groups_come_in_order(void **state)
{
    static const int sizes[] = {0, 1, FEED_RECORDS, FEED_RECORDS + 1, 3 * FEED_RECORDS + 9};
    struct box *b = *state;
    struct vec files;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        int n = sizes[i];
        struct feed *f = start(&files, put_file(b, "a.yaml", n, FEW_BYTES, true), NULL);
        check_file(f, n, n > 1 ? 2 : 0, true);
        check_groups(f, n, FEW_BYTES);
        check_end(f);
        finish(f, &files);
    }
}

static void test_what_is_loaded_is_what_was_checked(void **state)
{
    struct box *b = *state;
    struct vec files;
    enum { MOVIES = 5 * FEED_RECORDS };
    struct feed *f = start(&files, put_file(b, "a.yaml", MOVIES, FEW_BYTES, true), NULL);
    check_file(f, MOVIES, 2, true);
    box_put(b, box_path(b, "a.yaml"), view_of("now it is something else"));
    check_groups(f, MOVIES, FEW_BYTES);
    check_end(f);
    finish(f, &files);
}

static void test_a_large_file_is_read_again(void **state)
{
    struct box *b = *state;
    struct vec files;
    const char *large = put_file(b, "a.yaml", TOO_LARGE, MANY_BYTES, true);
    struct feed *f = start(&files, large, put_file(b, "b.yaml", 9, FEW_BYTES, true));
    check_file(f, TOO_LARGE, 2, true);
    check_groups(f, TOO_LARGE, MANY_BYTES);
    check_file(f, 9, 2, true);
    check_groups(f, 9, FEW_BYTES);
    check_end(f);
    finish(f, &files);
}

/* What was checked is not what would be loaded: it ends there. */
static void test_a_large_file_that_changes_is_not_loaded(void **state)
{
    struct box *b = *state;
    struct vec files;
    struct feed_group *g;
    struct err e;
    bool last = false;
    const char *path = put_file(b, "a.yaml", TOO_LARGE, MANY_BYTES, true);
    struct feed *f = start(&files, path, NULL);
    check_file(f, TOO_LARGE, 2, true);
    FILE *more = fopen(path, "ab");
    assert_non_null(more);
    assert_true(fputs("# and a line\n", more) >= 0);
    assert_int_equal(fclose(more), 0);
    while (feed_next_group(f, &g, &e)) {
        last = last || g->last;
        feed_group_free(g);
    }
    assert_false(last);
    assert_int_equal(e.kind, ERR_INPUT);
    finish(f, &files);
}

/* It was loaded already: nobody takes its groups, and the mover was faster than the reader. */
static void test_a_large_file_that_is_moved_away_is_passed_over(void **state)
{
    struct box *b = *state;
    struct vec files;
    const char *large = put_file(b, "a.yaml", TOO_LARGE, MANY_BYTES, true);
    struct feed *f = start(&files, large, put_file(b, "b.yaml", 9, FEW_BYTES, true));
    check_file(f, TOO_LARGE, 2, true);
    assert_int_equal(remove(large), 0);
    check_file(f, 9, 2, true);
    check_groups(f, 9, FEW_BYTES);
    check_end(f);
    finish(f, &files);
}

static void survey_into(const char *path, struct feed_spares *spares, struct feed_kept *kept)
{
    struct check_run run;
    struct findings findings;
    struct survey s;
    struct err e;
    check_run_init(&run);
    findings_init(&findings);
    feed_kept_init(kept, spares);
    must(survey_keeping(path, NULL, &run, &findings, kept, &s, &e));
    survey_done(&s);
    findings_done(&findings);
    check_run_done(&run);
}

static void test_no_more_is_kept_than_the_bound(void **state)
{
    struct box *b = *state;
    struct feed_kept kept;
    struct feed_spares *spares = feed_spares_new();
    survey_into(put_file(b, "a.yaml", TOO_LARGE, MANY_BYTES, true), spares, &kept);
    assert_true(kept.over);
    assert_int_equal(kept.groups.n, 0);
    survey_into(put_file(b, "b.yaml", FEED_RECORDS + 1, FEW_BYTES, true), spares, &kept);
    assert_false(kept.over);
    assert_int_equal(kept.groups.n, 2);
    feed_kept_done(&kept);
    survey_into(put_file(b, "c.yaml", FEED_RECORDS, FEW_BYTES, true), spares, &kept);
    feed_kept_end(&kept);
    assert_int_equal(kept.groups.n, 1); /* and no empty one behind it */
    struct feed_group *g = feed_kept_take(&kept);
    assert_true(g->last && g->n == FEED_RECORDS);
    feed_group_free(g);
    assert_null(feed_kept_take(&kept));
    feed_kept_done(&kept);
    feed_spares_free(spares);
}

/* A group is filled again and again: nothing of what it held before is in it. */
static void test_of_an_unchanged_record_there_is_no_text(void **state)
{
    struct feed_spares *spares = feed_spares_new();
    struct findings none;
    (void)state;
    findings_init(&none);
    for (int unchanged = 0; unchanged <= 1; unchanged++) {
        struct feed_group *g = feed_group_new(spares);
        struct staged_record r = {.tmdb_id = 1, .gone = !unchanged, .unchanged = unchanged};
        feed_group_add(
            g, &r, MARK_NONE, 0, arena_dup(&g->arena, view_of("the text")), &none);
        assert_int_equal(g->records[0].document.p == NULL, unchanged);
        feed_group_free(g);
    }
    feed_spares_free(spares);
}

static void test_a_file_that_is_cut_gives_no_groups(void **state)
{
    struct box *b = *state;
    struct vec files;
    const char *cut = put_file(b, "a.yaml", 9, FEW_BYTES, false);
    struct feed *f = start(&files, cut, put_file(b, "b.yaml", 2, FEW_BYTES, true));
    check_file(f, 9, 3, false); /* of the last one the end may be missing */
    check_file(f, 2, 0, true);
    check_groups(f, 2, FEW_BYTES);
    check_end(f);
    finish(f, &files);
}

static void test_groups_that_nobody_takes_are_passed_over(void **state)
{
    struct box *b = *state;
    struct vec files;
    const char *first = put_file(b, "a.yaml", 5 * FEED_RECORDS, FEW_BYTES, true);
    const char *second = put_file(b, "b.yaml", 4 * FEED_RECORDS, FEW_BYTES, true);
    struct feed *f = start(&files, first, second);
    check_file(f, 5 * FEED_RECORDS, 2, true);
    check_file(f, 4 * FEED_RECORDS, 2, true);
    finish(f, &files); /* and what waits is freed */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOX_TEST(test_groups_come_in_order),
        BOX_TEST(test_what_is_loaded_is_what_was_checked),
        BOX_TEST(test_a_large_file_is_read_again),
        BOX_TEST(test_a_large_file_that_changes_is_not_loaded),
        BOX_TEST(test_a_large_file_that_is_moved_away_is_passed_over),
        BOX_TEST(test_no_more_is_kept_than_the_bound),
        BOX_TEST(test_of_an_unchanged_record_there_is_no_text),
        BOX_TEST(test_a_file_that_is_cut_gives_no_groups),
        BOX_TEST(test_groups_that_nobody_takes_are_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
