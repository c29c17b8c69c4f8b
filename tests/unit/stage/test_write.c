/* Writing batches: the file to the byte, names, parts, errors. */
#include "box.h"

#include "base/file.h"
#include "base/sys.h"
#include "stage/name.h"
#include "stage/split.h"

#include <errno.h>
#include <stdio.h>

struct finished {
    struct box *b;
    size_t n;
    struct batch_file files[10];
};

static bool on_finished(void *payload, const struct batch_file *file, struct err *e)
{
    struct finished *f = payload;
    (void)e;
    assert_true(f->n < 10);
    assert_true(file_exists(file->path.p)); /* renamed already */
    f->files[f->n] = *file;
    f->files[f->n].path = arena_dup(&f->b->a, file->path);
    f->files[f->n].batch_id = arena_dup(&f->b->a, file->batch_id);
    f->files[f->n++].sha256 = arena_dup(&f->b->a, file->sha256);
    return true;
}

static struct batch_writer *writer(struct box *b, const char *scope, struct finished *f)
{
    struct batch_writer *w;
    struct map staged;
    struct err e;
    map_init(&staged, 10);
    if (f != NULL)
        *f = (struct finished){.b = b};
    must(batch_writer_new(b->dir, BATCH_INITIAL, view_of(scope), view_of("what was asked"),
        f == NULL ? NULL : on_finished, f, &staged, &w, &e));
    assert_int_equal(staged.n, 0);
    map_done(&staged);
    return w;
}

/* The file with what changes from run to run made "X". */
static const char *settle(struct box *b, struct view v)
{
    static const char *const marks[] = {"  id: \"", "created_at: \"", "sha256: \""};
    char *z = arena_take(&b->a, v.n + 1);
    memcpy(z, v.p, v.n);
    for (size_t i = 0; i < 3; i++) {
        char *at = strstr(z, marks[i]);
        assert_non_null(at);
        at += strlen(marks[i]);
        char *end = strchr(at, '"');
        *at = 'X';
        memmove(at + 1, end, strlen(end) + 1);
    }
    return z;
}

static const char GOLDEN[] = "---\n"
                             "batch:\n"
                             "  format: 1\n"
                             "  id: \"X\"\n"
                             "  type: \"initial\"\n"
                             "  scope: \"2023\"\n"
                             "  source: \"tmdb\"\n"
                             "  query: \"what was asked\"\n"
                             "  created_at: \"X\"\n"
                             "---\n"
                             "etl: {fetched_at: \"2023-11-14T22:22:30Z\", review: null}\n"
                             "movie:\n"
                             "  id: 550\n"
                             "  title: \"Fight Club\"\n"
                             "  genres:\n"
                             "  - {id: 18, name: \"Drama\"}\n"
                             "  - {id: 53}\n"
                             "  keywords: {keywords: []}\n"
                             "---\n"
                             "gone: {id: 999, status_code: 34, seen_at: \"2023-11-14T22:29:59Z\"}\n"
                             "---\n"
                             "etl: {fetched_at: \"2023-11-14T22:13:27Z\", review: \"rejected\"}\n"
                             "movie:\n"
                             "  id: 7\n"
                             "  title: \"no\"\n"
                             "---\n"
                             "end: {records: 2, gone: 1, sha256: \"X\"}\n";

static void test_golden(void **state)
{
    struct box *b = *state;
    struct err e;
    struct finished f;
    struct batch_writer *w = writer(b, "2023", &f);
    struct staged_record m = box_movie(b, 550, "Fight Club"), g = box_gone(999),
                         n = box_movie(b, 7, "no");
    struct tmdb_genre genres[2] = {
        {.record = {.said = 3}, .genre_id = 18, .name = view_of("Drama")},
        {.record = {.said = 1}, .genre_id = 53}};
    m.movie.genres = (struct rows){genres, 2, true};
    m.movie.keywords.said = true;
    n.review = view_of("rejected");
    assert_string_equal(box_list(b, "movies/raw"), ""); /* nothing before the first record */
    must(batch_write(w, &m, &e));
    must(batch_write(w, &g, &e));
    must(batch_write(w, &n, &e));
    assert_non_null(strstr(box_list(b, "movies/raw"), ".yaml.part"));
    assert_int_equal(f.n, 0);
    must(batch_finish(w, &e));
    batch_writer_free(w);

    assert_int_equal(f.n, 1);
    struct view v = box_get(b, f.files[0].path.p);
    const char *settled = settle(b, v), *begin = strstr(settled, "---\n");
    assert_string_equal(begin, GOLDEN);
    for (const char *line = settled; line < begin; line = strchr(line, '\n') + 1)
        assert_int_equal(line[0], '#');
    assert_non_null(strstr(
        settled, "This product uses the TMDB API but is not endorsed or certified by TMDB."));
    assert_true(f.files[0].records == 2 && f.files[0].gone == 1);
    assert_view(f.files[0].sha256, digest_of(DIGEST_SHA256, v).z);
    struct batch_name name;
    assert_true(batch_name_parse(f.files[0].path.p, &name));
    assert_true(name.type == BATCH_INITIAL && view_is(name.scope, "2023") && name.part == 1);

    box_read_file(b, f.files[0].path.p);
    assert_findings(b, 0);
    assert_int_equal(b->n, 3);
    assert_view(b->records[2].review, "rejected");
    assert_view(b->header.id, arena_dup(&b->a, f.files[0].batch_id).p);
    assert_int_equal(b->header.id.n, 16);
}

static void test_no_record_no_file(void **state)
{
    struct box *b = *state;
    struct err e;
    struct finished f;
    struct batch_writer *w = writer(b, "2023", &f);
    must(batch_finish(w, &e));
    batch_writer_free(w);
    assert_int_equal(f.n, 0);
    assert_string_equal(box_list(b, "movies/raw"), "");
}

static void test_parts(void **state)
{
    struct box *b = *state;
    struct err e;
    struct finished f;
    struct batch_writer *w = writer(b, "2023", &f);
    for (int64_t i = 1; i <= 2 * BATCH_MAX_RECORDS + 1; i++) {
        struct staged_record r = i % 10 == 0 ? box_gone(i) : box_movie(b, i, "T");
        must(batch_write(w, &r, &e));
        assert_int_equal(f.n, i / BATCH_MAX_RECORDS);
    }
    must(batch_finish(w, &e));
    batch_writer_free(w);
    assert_int_equal(f.n, 3);
    for (size_t i = 0; i < 3; i++) {
        struct batch_name name;
        assert_true(batch_name_parse(f.files[i].path.p, &name));
        assert_int_equal(name.part, i + 1);
        assert_int_equal(f.files[i].records, i < 2 ? 900 : 1);
        assert_int_equal(f.files[i].gone, i < 2 ? 100 : 0);
        box_read_file(b, f.files[i].path.p);
        assert_findings(b, 0);
        assert_int_equal(b->n, i < 2 ? BATCH_MAX_RECORDS : 1);
        assert_true(i == 0 || !view_eq(f.files[i].batch_id, f.files[i - 1].batch_id));
    }
}

/* A full last file leaves no empty one behind it. */
static void test_exactly_one_part(void **state)
{
    struct box *b = *state;
    struct err e;
    struct finished f;
    struct batch_writer *w = writer(b, "2023", &f);
    for (int64_t i = 1; i <= BATCH_MAX_RECORDS; i++) {
        struct staged_record r = box_gone(i);
        must(batch_write(w, &r, &e));
    }
    must(batch_finish(w, &e));
    batch_writer_free(w);
    assert_int_equal(f.n, 1);
    assert_null(strchr(box_list(b, "movies/raw"), ' '));
}

static void test_names_do_not_collide(void **state)
{
    struct box *b = *state;
    struct err e;
    struct finished f[4];
    for (size_t i = 0; i < 4; i++) {
        struct batch_writer *w = writer(b, "2023", &f[i]);
        struct staged_record r = box_gone((int64_t)i + 1);
        must(batch_write(w, &r, &e));
        must(batch_finish(w, &e));
        batch_writer_free(w);
        for (size_t k = 0; k < i; k++)
            assert_false(view_eq(f[k].files[0].path, f[i].files[0].path));
        if (i == 0) { /* the name of one that was processed meanwhile is not used again either */
            bool moved;
            must(box_move_processed(b, f[0].files[0].path.p, &moved, &e));
            assert_true(moved);
        }
    }
    struct vec v;
    vec_init(&v, sizeof(const char *), 100);
    must(batch_list(b->dir, FOLDER_RAW, BATCH_INITIAL, &b->a, &v, &e));
    assert_int_equal(v.n, 3);
    for (size_t i = 0; i < 3; i++)
        assert_view(f[i + 1].files[0].path, *(const char **)vec_at(&v, i)); /* oldest first */
    vec_done(&v);
}

static void test_what_cannot_be_written(void **state)
{
    struct box *b = *state;
    struct err e;
    struct map staged;
    struct batch_writer *w;
    map_init(&staged, 10);
    assert_false(batch_writer_new(
        b->dir, BATCH_INITIAL, view_of("a/b"), view_of("q"), NULL, NULL, &staged, &w, &e));
    assert_int_equal(e.kind, ERR_BUG);
    w = writer(b, "2023", NULL);
    struct staged_record r = box_movie(b, 1, "T");
    r.movie.record.said = 0;
    assert_false(batch_write(w, &r, &e)); /* no id */
    /* too large to be read back: refused, and the batch goes on */
    char *text = arena_take(&b->a, DOCUMENT_MAX + 1);
    memset(text, 'x', DOCUMENT_MAX);
    r = box_movie(b, 2, "T");
    r.movie.title = view_of(text);
    assert_false(batch_write(w, &r, &e));
    assert_int_equal(e.kind, ERR_DATA);
    r = box_movie(b, 3, "T");
    must(batch_write(w, &r, &e));
    must(batch_finish(w, &e));
    batch_writer_free(w);
    map_done(&staged);
    box_read_file(b, box_path(b, arena_print(&b->a, "movies/raw/%s", box_list(b, "movies/raw")).p));
    assert_findings(b, 0);
    assert_int_equal(b->n, 1);
}

/* The largest text that is accepted is read back. */
static void test_the_largest_document(void **state)
{
    struct box *b = *state;
    struct err e;
    struct batch_writer *w = writer(b, "2023", NULL);
    struct staged_record r = box_movie(b, 3, "T");
    size_t n = DOCUMENT_MAX - 80; /* what stands around the title is a little more */
    char *text = arena_take(&b->a, n + 1);
    memset(text, 'x', n);
    r.movie.title = view_of(text);
    assert_false(batch_write(w, &r, &e));
    do {
        r.movie.title = (struct view){text, --n};
    } while (!batch_write(w, &r, &e));
    assert_true(n > DOCUMENT_MAX - 100);
    must(batch_finish(w, &e));
    batch_writer_free(w);
    box_read_file(b, box_path(b, arena_print(&b->a, "movies/raw/%s", box_list(b, "movies/raw")).p));
    assert_findings(b, 0);
    assert_int_equal(b->records[0].movie.title.n, n);
}

/* ---- failing calls */

static enum sys_call fail_call;
static int fail_after;

static int fail_one(enum sys_call call)
{
    return call == fail_call && fail_after-- <= 0 ? ENOSPC : 0;
}

static void test_a_full_disk(void **state)
{
    static const enum sys_call calls[] = {SYS_OPEN, SYS_WRITE, SYS_SYNC, SYS_RENAME, SYS_MKDIR};
    struct sys_seam seam = {.before = fail_one};
    struct box *b = *state;
    for (size_t c = 0; c < 5; c++) {
        struct err e = {.kind = ERR_NONE};
        struct batch_writer *w = writer(b, arena_print(&b->a, "%zu", c).p, NULL);
        struct staged_record r = box_gone(1);
        fail_call = calls[c];
        fail_after = 0;
        sys_install(&seam);
        bool ok = batch_write(w, &r, &e) && batch_finish(w, &e);
        sys_install(NULL);
        if (calls[c] == SYS_MKDIR && c > 0) {
            assert_true(ok); /* the folder is there already */
        } else {
            assert_false(ok);
            assert_int_equal(e.kind, ERR_DISK);
            assert_false(batch_write(w, &r, &e)); /* after a failure nothing more is written */
        }
        batch_writer_free(w);
    }
}

/* Each record is on disk after BATCH_SYNC_EVERY at the latest. */
static int syncs;

static int count_syncs(enum sys_call call)
{
    syncs += call == SYS_SYNC;
    return 0;
}

static void test_syncs(void **state)
{
    struct sys_seam seam = {.before = count_syncs};
    struct box *b = *state;
    struct err e;
    struct batch_writer *w = writer(b, "2023", NULL);
    syncs = 0;
    sys_install(&seam);
    for (int64_t i = 1; i <= 120; i++) {
        struct staged_record r = box_gone(i);
        must(batch_write(w, &r, &e));
        assert_int_equal(syncs, i / 50);
    }
    sys_install(NULL);
    batch_writer_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOX_TEST(test_golden),
        BOX_TEST(test_no_record_no_file),
        BOX_TEST(test_parts),
        BOX_TEST(test_exactly_one_part),
        BOX_TEST(test_names_do_not_collide),
        BOX_TEST(test_what_cannot_be_written),
        BOX_TEST(test_the_largest_document),
        BOX_TEST(test_a_full_disk),
        BOX_TEST(test_syncs),
    };
    return cmocka_run_group_tests_name("stage/write", tests, NULL, NULL);
}
