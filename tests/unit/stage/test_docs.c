/* The example in docs/yaml.md is a file that this program wrote, and says what the page says about
 * it. */
#include "box.h"

#include "base/file.h"

static const char *page_path;

static void test_the_example(void **state)
{
    struct box *b = *state;
    struct view page = box_get(b, page_path);
    const char *begin = strstr(page.p, "```yaml\n");
    assert_non_null(begin);
    begin += strlen("```yaml\n");
    const char *end = strstr(begin, "```\n");
    assert_non_null(end);
    struct view example = {begin, (size_t)(end - begin)};
    box_read_text(b, example);
    assert_findings(b, 0); /* the checksum, too */
    assert_true(b->summary.complete && !b->summary.edited);
    assert_int_equal(b->n, 2);
    assert_int_equal(b->records[0].tmdb_id, 550);
    assert_true(b->records[1].gone);

    /* written again, the documents are the same to the byte */
    struct err e;
    struct map staged;
    struct batch_writer *w;
    map_init(&staged, 10);
    must(batch_writer_new(
        b->dir, b->header.type, b->header.scope, b->header.query, NULL, NULL, &staged, &w, &e));
    must(batch_write(w, &b->records[0], &e));
    must(batch_write(w, &b->records[1], &e));
    must(batch_finish(w, &e));
    batch_writer_free(w);
    map_done(&staged);
    const char *name = box_list(b, "movies/raw");
    struct view again = box_get(b, box_path(b, arena_print(&b->a, "movies/raw/%s", name).p));
    const char *records = strstr(again.p, "---\netl"), *stop = strstr(again.p, "sha256");
    assert_true(records != NULL && stop != NULL);
    assert_int_equal(strncmp(records, strstr(begin, "---\netl"), (size_t)(stop - records)), 0);
    assert_int_equal(
        strncmp(again.p, begin, (size_t)(strstr(begin, "---\n") - begin)), 0); /* the comment */
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {BOX_TEST(test_the_example)};
    if (argc != 2) {
        print_message("usage: test_stage_docs docs/yaml.md\n");
        return 2;
    }
    page_path = argv[1];
    return cmocka_run_group_tests_name("stage/docs", tests, NULL, NULL);
}
