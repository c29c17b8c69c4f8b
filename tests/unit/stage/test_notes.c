/* Notes of an unfinished fetch: what one run was told the next one finds, whole or not at all. */
#include "box.h"

#include "base/file.h"
#include "base/sys.h"

static const char PART[] = "movies/raw/init.notes.part";
static const char SUBJECT[] = "https://x/3 en-US";

static struct batch_notes *open_notes(struct box *b, const char *subject)
{
    struct batch_notes *n;
    struct err e;
    must(batch_notes_open(b->dir, "init", view_of(subject), &n, &e));
    return n;
}

static void add(struct batch_notes *n, const char *question, const char *answer)
{
    struct err e;
    must(batch_notes_add(n, view_of(question), view_of(answer), &e));
}

static void assert_answer(struct batch_notes *n, const char *question, const char *wanted)
{
    struct view v = {NULL, 0};
    bool found = batch_notes_take(n, view_of(question), &v);
    if (wanted == NULL) {
        assert_false(found);
    } else {
        assert_true(found);
        assert_view(v, wanted);
    }
}

/* Three notes, as a run leaves them that is killed. */
static void leave_three(struct box *b)
{
    struct batch_notes *n = open_notes(b, SUBJECT);
    assert_answer(n, "page=1", NULL);
    assert_false(file_exists(box_path(b, PART))); /* nothing was noted */
    add(n, "page=1", "2 40 1 2 3");
    add(n, "page=2", "");
    add(n, "page=1", "3 41");
    batch_notes_free(n);
}

static void the_next_run_finds_them(void **state)
{
    struct box *b = *state;
    struct err e;
    leave_three(b);
    struct batch_notes *n = open_notes(b, SUBJECT);
    assert_answer(n, "page=1", "2 40 1 2 3");
    assert_answer(n, "page=1", "3 41");
    assert_answer(n, "page=1", NULL);
    assert_answer(n, "page=2", "");
    assert_answer(n, "page=3", NULL);
    add(n, "page=3", "9");
    batch_notes_free(n);
    n = open_notes(b, SUBJECT);
    assert_answer(n, "page=3", "9");
    assert_answer(n, "page=1", "2 40 1 2 3");
    must(batch_notes_finish(n, &e));
    batch_notes_free(n);
    assert_false(file_exists(box_path(b, PART)));
    n = open_notes(b, SUBJECT);
    assert_answer(n, "page=1", NULL);
    batch_notes_free(n);
}

/* Cut anywhere, what is whole is found, and what is noted behind it too. */
static void a_torn_file_is_good_up_to_the_tear(void **state)
{
    struct box *b = *state;
    leave_three(b);
    struct view whole = box_get(b, box_path(b, PART));
    size_t found = 0;
    for (size_t size = 0; size <= whole.n; size++) {
        struct view v = {NULL, 0};
        box_put(b, box_path(b, PART), view_slice(whole, 0, size));
        struct batch_notes *n = open_notes(b, SUBJECT);
        size_t now = 0;
        while (batch_notes_take(n, view_of(now == 1 ? "page=2" : "page=1"), &v))
            now++;
        assert_true(now >= found && now <= found + 1);
        found = now;
        add(n, "page=7", "7");
        batch_notes_free(n);
        n = open_notes(b, SUBJECT);
        assert_answer(n, "page=7", "7");
        batch_notes_free(n);
    }
    assert_int_equal(found, 3);
}

static void an_edited_line_ends_it(void **state)
{
    struct box *b = *state;
    leave_three(b);
    struct view v = arena_dup(&b->a, box_get(b, box_path(b, PART)));
    char *at = strstr(v.p, "page=2");
    assert_non_null(at);
    at[5] = '5';
    box_put(b, box_path(b, PART), v);
    struct batch_notes *n = open_notes(b, SUBJECT);
    assert_answer(n, "page=1", "2 40 1 2 3");
    assert_answer(n, "page=1", NULL);
    assert_answer(n, "page=5", NULL);
    batch_notes_free(n);
}

static void another_subject_begins_anew(void **state)
{
    struct box *b = *state;
    leave_three(b);
    struct batch_notes *n = open_notes(b, "https://y/3 en-US");
    assert_answer(n, "page=1", NULL);
    batch_notes_free(n);
    assert_false(file_exists(box_path(b, PART)));
}

static void notes_grow_old(void **state)
{
    struct box *b = *state;
    static struct sys_seam seam = {.clock_speed = 1};
    sys_install(&seam);
    seam.clock_offset = 0;
    leave_three(b);
    seam.clock_offset = 86400 - 60;
    struct batch_notes *n = open_notes(b, SUBJECT);
    assert_answer(n, "page=1", "2 40 1 2 3");
    batch_notes_free(n);
    seam.clock_offset = 86400 + 60;
    n = open_notes(b, SUBJECT);
    assert_answer(n, "page=1", NULL);
    batch_notes_free(n);
    sys_install(NULL);
}

static void a_note_is_one_line(void **state)
{
    struct box *b = *state;
    struct err e;
    struct batch_notes *n = open_notes(b, SUBJECT);
    assert_false(batch_notes_add(n, view_of("a\tb"), view_of("c"), &e));
    assert_int_equal(e.kind, ERR_BUG);
    assert_false(batch_notes_add(n, view_of("a"), view_of("b\nc"), &e));
    batch_notes_free(n);
    assert_false(file_exists(box_path(b, PART)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOX_TEST(the_next_run_finds_them),
        BOX_TEST(a_torn_file_is_good_up_to_the_tear),
        BOX_TEST(an_edited_line_ends_it),
        BOX_TEST(another_subject_begins_anew),
        BOX_TEST(notes_grow_old),
        BOX_TEST(a_note_is_one_line),
    };
    return cmocka_run_group_tests_name("notes", tests, NULL, NULL);
}
