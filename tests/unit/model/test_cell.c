/* Cells: how a source's "unknown" becomes NULL, order, and what people are shown. */
#include "model/cell.h"
#include "model/tmdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static int set_up(void **state)
{
    static struct arena a;
    arena_init(&a);
    *state = &a;
    return 0;
}

static int tear_down(void **state)
{
    arena_done(*state);
    return 0;
}

static struct cell cell_of(const struct entity *e, size_t i, const void *record, struct arena *a)
{
    struct cell c;
    field_cell(e, i, record, a, &c);
    return c;
}

static struct cell of_movie(struct arena *a, struct tmdb_movie *m, size_t i)
{
    m->record.said |= (uint64_t)1 << i;
    return cell_of(&tmdb_movie_entity, i, m, a);
}

static void test_absent_and_null_give_null(void **state)
{
    struct tmdb_movie m = {.runtime = 90};
    assert_int_equal(cell_of(&tmdb_movie_entity, TMDB_runtime, &m, *state).kind, CELL_NULL);
    m.record.said = m.record.null = (uint64_t)1 << TMDB_runtime;
    assert_int_equal(cell_of(&tmdb_movie_entity, TMDB_runtime, &m, *state).kind, CELL_NULL);
}

static void test_zero_is_unknown_only_where_it_is(void **state)
{
    struct tmdb_movie m = {
        .runtime = 0, .vote_count = 0, .vote_average = 0, .popularity = 0, .adult = 0};
    assert_int_equal(of_movie(*state, &m, TMDB_runtime).kind, CELL_NULL);
    assert_int_equal(of_movie(*state, &m, TMDB_vote_average).kind, CELL_NULL);
    assert_int_equal(of_movie(*state, &m, TMDB_vote_count).kind, CELL_INT);
    assert_int_equal(of_movie(*state, &m, TMDB_popularity).kind, CELL_REAL);
    assert_int_equal(of_movie(*state, &m, TMDB_adult).kind, CELL_INT);
    m.runtime = -1;
    assert_int_equal(of_movie(*state, &m, TMDB_runtime).i, -1);
}

static void test_texts_are_trimmed_and_empty_ones_null(void **state)
{
    struct tmdb_movie m = {
        .title = view_of(" \tA  b\r\n"), .tagline = view_of(" \n"), .overview = view_of("")};
    assert_true(view_is(of_movie(*state, &m, TMDB_title).text, "A  b"));
    assert_int_equal(of_movie(*state, &m, TMDB_tagline).kind, CELL_NULL);
    assert_int_equal(of_movie(*state, &m, TMDB_overview).kind, CELL_NULL);
    m.title = view_of("\xC2\xA0"
                      "A"); /* no ASCII blank: stays */
    assert_true(view_is(of_movie(*state, &m, TMDB_title).text, "\xC2\xA0"
                                                               "A"));
}

static void test_dates(void **state)
{
    static const struct {
        const char *text, *want;
    } rows[] = {{"1999-10-15", "1999-10-15"}, {" 1999-10-15 ", "1999-10-15"}, {"", NULL},
        {"1999-02-30", NULL}, {"1999", NULL}, {"0000-00-00", NULL}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct tmdb_movie m = {.release_date = view_of(rows[i].text)};
        struct cell c = of_movie(*state, &m, TMDB_release_date);
        if (rows[i].want == NULL)
            assert_int_equal(c.kind, CELL_NULL);
        else
            assert_true(c.kind == CELL_TEXT && view_is(c.text, rows[i].want));
    }
}

static const struct entity *videos(void)
{
    return tmdb_lists[TMDB_LIST_videos].entity;
}

static size_t index_of(const struct entity *e, const char *name)
{
    for (size_t i = 0; i < e->field_n; i++)
        if (strcmp(e->fields[i].name, name) == 0)
            return i;
    fail_msg("no field %s", name);
    return 0;
}

static void test_instants_become_seconds(void **state)
{
    size_t i = index_of(videos(), "published_at");
    struct tmdb_video v = {
        .record = {.said = (uint64_t)1 << i}, .published_at = view_of("2014-10-02T19:20:22.000Z")};
    struct cell c = cell_of(videos(), i, &v, *state);
    assert_int_equal(c.kind, CELL_INT);
    assert_int_equal(c.i, 1412277622);
    v.published_at = view_of("soon");
    assert_int_equal(cell_of(videos(), i, &v, *state).kind, CELL_NULL);
}

static void test_json_is_printed_and_empty_json_is_null(void **state)
{
    const struct entity *e = tmdb_lists[TMDB_LIST_release_dates].entity;
    size_t i = index_of(e, "descriptors");
    struct node *list = node_new(*state, NODE_LIST);
    struct tmdb_release_date d = {.record = {.said = (uint64_t)1 << i}, .descriptors = list};
    assert_int_equal(cell_of(e, i, &d, *state).kind, CELL_NULL);
    node_add(list, node_text(*state, view_of("a\"b")));
    node_add(list, node_int(*state, 3));
    assert_true(view_is(cell_of(e, i, &d, *state).text, "[\"a\\\"b\",3]"));
}

static void test_order(void **state)
{
    struct cell sorted[] = {cell_null(), cell_int(-5), cell_real(-0.5), cell_int(0), cell_real(2.5),
        cell_int(3), cell_int(INT64_MAX - 1), cell_int(INT64_MAX), cell_text(view_of("")),
        cell_text(view_of("B")), cell_text(view_of("Ba")), cell_text(view_of("a")),
        cell_text(view_of("\xC3\xA9"))};
    size_t n = sizeof sorted / sizeof sorted[0];
    (void)state;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++) {
            int c = cell_cmp(&sorted[i], &sorted[k]);
            assert_int_equal((c > 0) - (c < 0), (i > k) - (i < k));
        }
    struct cell one = cell_int(1), real = cell_real(1.0);
    assert_true(cell_eq(&one, &real));
    assert_int_equal(cell_text((struct view){NULL, 0}).kind, CELL_NULL);
}

static void test_what_people_see(void **state)
{
    struct cell null = cell_null(), i = cell_int(-12), r = cell_real(3.5),
                t = cell_text(view_of("x"));
    assert_true(view_is(cell_show(*state, &null), "NULL"));
    assert_true(view_is(cell_show(*state, &i), "-12"));
    assert_true(view_is(cell_show(*state, &r), "3.5"));
    assert_true(view_is(cell_show(*state, &t), "x"));
    char text[302];
    memset(text, 'a', 199);
    memcpy(text + 199, "\xC3\xA9", 3); /* the 200th and 201st byte are one character */
    struct cell edge = cell_text(view_of(text));
    assert_int_equal(cell_show(*state, &edge).n, 199 + 3);
    memset(text, 'a', 200);
    text[200] = '\0';
    struct cell full = cell_text(view_of(text));
    assert_int_equal(cell_show(*state, &full).n, 200);
}

static void test_dup_owns_its_text(void **state)
{
    char text[] = "abc";
    struct cell c = cell_text(view_of(text)), d = cell_dup(*state, &c);
    text[0] = 'X';
    assert_true(view_is(d.text, "abc"));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(test_absent_and_null_give_null),
        T(test_zero_is_unknown_only_where_it_is),
        T(test_texts_are_trimmed_and_empty_ones_null),
        T(test_dates),
        T(test_instants_become_seconds),
        T(test_json_is_printed_and_empty_json_is_null),
        T(test_order),
        T(test_what_people_see),
        T(test_dup_owns_its_text),
    };
    return cmocka_run_group_tests_name("model/cell", tests, NULL, NULL);
}
