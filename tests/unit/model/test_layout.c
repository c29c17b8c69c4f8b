/* Layouts and rows: key columns first, one row per key, numbering, hashes. */
#include "jsonnode.h"

#include "base/sys.h"
#include "model/decode.h"
#include "model/layout.h"

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

static const struct list *list_named(const char *name)
{
    for (size_t i = 0; i < TMDB_LIST_COUNT; i++)
        if (strcmp(tmdb_lists[i].name, name) == 0)
            return &tmdb_lists[i];
    fail_msg("no list %s", name);
    return NULL;
}

static struct tmdb_movie *movie(struct arena *a, struct node *body)
{
    struct findings f;
    struct tmdb_movie *m = arena_take(a, sizeof *m);
    assert_non_null(body);
    findings_init(&f);
    assert_true(tmdb_decode(body, view_of("k"), a, m, &f));
    findings_done(&f);
    return m;
}

static struct tmdb_movie *moviez(struct arena *a, const char *json)
{
    return movie(a, json_nodez(a, json));
}

/* The columns as "name name* name": a star behind key columns. */
static void assert_columns(const struct layout *l, const char *want)
{
    struct str s;
    str_init(&s, 2000);
    for (size_t i = 0; i < l->n; i++) {
        str_addf(&s, "%s%s%s", i > 0 ? " " : "", l->columns[i].name, i < l->key_n ? "*" : "");
        assert_int_equal(i < l->key_n, (l->columns[i].flags & F_KEY) != 0);
    }
    assert_string_equal(str_z(&s), want);
    str_done(&s);
}

static void test_key_columns_come_first(void **state)
{
    struct layout l;
    (void)state;
    layout_of_list(list_named("genres"), &l);
    assert_columns(&l, "tmdb_id* genre_id* name");
    layout_of_list(list_named("crew"), &l);
    assert_string_equal(l.table, "credits");
    assert_columns(&l, "tmdb_id* kind* credit_id* credited_name person_id character cast_order "
                       "cast_id department job");
    layout_of_list(list_named("release_dates"), &l);
    assert_columns(
        &l, "tmdb_id* country* seq* type released_at certification language note descriptors");
    layout_of_list(list_named("watch_providers"), &l);
    assert_columns(&l, "tmdb_id* country* kind* provider_id* display_priority");
    layout_of_list(list_named("alternative_titles"), &l);
    assert_columns(&l, "tmdb_id* seq* country title type");
}

static void test_own_tables(void **state)
{
    struct layout l;
    (void)state;
    assert_true(layout_of_own(list_named("cast"), &l));
    assert_string_equal(l.table, "people");
    assert_columns(&l,
        "person_id* name original_name gender adult known_for_department popularity profile_path");
    assert_false(layout_of_own(list_named("videos"), &l));
    assert_true(layout_of_own(list_named("countries"), &l));
    assert_columns(&l, "country* name");
}

static void test_every_layout_fits(void **state)
{
    struct layout l;
    (void)state;
    layout_of_movie(&l);
    assert_string_equal(
        l.columns[l.n - 1].name, "extra"); /* the last one: nothing was left out for want of room */
    assert_string_equal(l.columns[0].name, "tmdb_id");
    for (size_t i = 0; i < TMDB_LIST_COUNT; i++) {
        const struct entity *e = tmdb_lists[i].entity;
        size_t own = 0, plain = 0;
        for (size_t k = 0; k < e->field_n; k++)
            *((e->fields[k].flags & F_OWN) != 0 ? &own : &plain) += 1;
        layout_of_list(&tmdb_lists[i], &l);
        assert_true(l.n < LAYOUT_MAX_COLUMNS);
        for (size_t k = 0; k < l.key_n; k++) /* see rows_sort.h */
            assert_true(l.columns[k].type != FIELD_REAL);
        assert_int_equal(l.n, plain + 1u + (tmdb_lists[i].fixed != NULL) + tmdb_lists[i].seq);
        assert_true(e->field_n <= 64);
        assert_int_equal(layout_of_own(&tmdb_lists[i], &l), e->own_table != NULL);
        assert_true(own == 0 || e->own_table != NULL);
    }
}

static void test_rows_are_sorted_and_distinct(void **state)
{
    struct row_set s;
    struct tmdb_movie *m = moviez(*state,
        "{'id': 7, 'genres': [{'id': 53, 'name': 'Thriller'}, {'id': 18, 'name': 'Drama'},"
        " {'id': 53, 'name': 'again'}, {'name': 'no key'}, {'id': null}]}");
    rows_of_list(list_named("genres"), m, *state, &s);
    assert_int_equal(s.n, 2);
    assert_int_equal(s.width, 3);
    assert_int_equal(row_set_at(&s, 0)[0].i, 7);
    assert_int_equal(row_set_at(&s, 0)[1].i, 18);
    assert_int_equal(row_set_at(&s, 1)[1].i, 53);
    assert_true(view_is(row_set_at(&s, 1)[2].text, "Thriller"));
}

enum { CREDITS = 300 };

/* Credits whose ids share what they begin with, some of them the same, their names in order. */
static struct tmdb_movie *many_credits(struct arena *a)
{
    static const char *const ids[] = {"", "a", "aa", "52fe4250", "52fe4250c3a36847f8014a",
        "52fe4250c3a36847f8014b", "\xC3\xA4", "52fe4249c3a36847f8014a"};
    struct tmdb_movie *m = arena_take(a, sizeof *m);
    struct tmdb_credit *items = arena_take_array(a, CREDITS, sizeof *items);
    m->cast = (struct rows){items, CREDITS, true};
    for (unsigned i = 0; i < CREDITS; i++) {
        items[i].record.said = 7; /* credit_id, credited_name, person_id */
        items[i].credit_id = arena_print(a, "%sx%u", ids[i * 5 % 8], i * 7919 % 97 % 40);
        items[i].credited_name = arena_print(a, "%03u", i);
        items[i].person_id = (int64_t)(i * 7919 % 1009) * 2 - 1001; /* none is 0 */
    }
    return m;
}

/* Sorted by that cell, none of which is there twice. */
static void check_order(const struct row_set *s, size_t key)
{
    for (size_t i = 1; i < s->n; i++)
        assert_true(cell_cmp(&row_set_at(s, i - 1)[key], &row_set_at(s, i)[key]) < 0);
}

static void test_order_of_many_rows(void **state)
{
    struct row_set s, own;
    struct tmdb_movie *m = many_credits(*state);
    const struct tmdb_credit *items = m->cast.items;
    size_t distinct = 0;
    rows_of_list(list_named("cast"), m, *state, &s);
    rows_of_own(list_named("cast"), m, *state, &own);
    check_order(&s, 2);
    check_order(&own, 0);
    assert_int_equal(own.n, CREDITS);
    for (size_t i = 0; i < CREDITS; i++) {
        size_t first = 0;
        while (!view_eq(items[first].credit_id, items[i].credit_id))
            first++;
        distinct += first == i;
        for (size_t k = 0; first == i && k < s.n; k++)
            if (view_eq(row_set_at(&s, k)[2].text, items[i].credit_id))
                assert_true(view_eq(row_set_at(&s, k)[3].text, items[i].credited_name));
    }
    assert_int_equal(s.n, distinct);
    assert_true(distinct > 100 && distinct < CREDITS);
    assert_int_equal(rows_distinct(list_named("cast"), m, *state), distinct);
}

static void test_fixed_columns(void **state)
{
    struct row_set s;
    struct tmdb_movie *m = moviez(
        *state, "{'id': 7, 'credits': {'crew': [{'credit_id': 'x', 'id': 3, 'job': 'Director'}]}}");
    rows_of_list(list_named("crew"), m, *state, &s);
    assert_int_equal(s.n, 1);
    assert_true(view_is(row_set_at(&s, 0)[1].text, "crew"));
    assert_true(view_is(row_set_at(&s, 0)[2].text, "x"));
    rows_of_list(list_named("cast"), m, *state, &s);
    assert_int_equal(s.n, 0);
}

static void test_numbering_within_groups(void **state)
{
    struct row_set s;
    struct tmdb_movie *m =
        moviez(*state, "{'id': 7, 'release_dates': {'results': ["
                       "{'iso_3166_1': 'US', 'release_dates': [{'note': 'u0'}, {'note': 'u1'}]},"
                       "{'iso_3166_1': 'DE', 'release_dates': [{'note': 'd0'}]},"
                       "{'iso_3166_1': 'US', 'release_dates': [{'note': 'u2'}]}]}}");
    rows_of_list(list_named("release_dates"), m, *state, &s);
    static const char *const want[] = {"d0", "u0", "u1", "u2"};
    static const int seq[] = {0, 0, 1, 2};
    assert_int_equal(s.n, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(row_set_at(&s, i)[2].i, seq[i]);
        assert_true(view_is(row_set_at(&s, i)[7].text, want[i]));
    }
}

/* A numbering that looks back over all rows for one of the same group would need minutes. */
static void test_numbering_many_groups(void **state)
{
    struct arena *a = *state;
    struct row_set s;
    enum { MANY = 200000 };
    struct node *body = node_new(a, NODE_OBJECT), *section = node_new(a, NODE_OBJECT),
                *list = node_new(a, NODE_LIST);
    node_put(body, view_of("id"), node_int(a, 7));
    node_put(body, view_of("release_dates"), section);
    node_put(section, view_of("results"), list);
    for (int i = 0; i < MANY; i++) {
        struct node *group = node_new(a, NODE_OBJECT), *dates = node_new(a, NODE_LIST);
        node_put(group, view_of("iso_3166_1"), node_text(a, arena_print(a, "%d", i / 2 * 2)));
        node_put(group, view_of("release_dates"), dates);
        node_add(dates, node_new(a, NODE_OBJECT));
        node_add(list, group);
    }
    int64_t begun = sys_mono_ms();
    rows_of_list(list_named("release_dates"), movie(a, body), a, &s);
    assert_true(sys_mono_ms() - begun < 20000);
    assert_int_equal(s.n, MANY);
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(row_set_at(&s, i)[2].i, i % 2);
}

static void test_own_rows(void **state)
{
    struct row_set s;
    struct tmdb_movie *m =
        moviez(*state, "{'id': 7, 'credits': {'cast': [{'credit_id': 'a', 'id': 9, 'name': 'N'},"
                       " {'credit_id': 'b', 'id': 9, 'name': 'other'}, {'credit_id': 'c', 'id': 0, "
                       "'name': 'nobody'},"
                       " {'credit_id': 'd', 'id': 2, 'name': 'M'}]}}");
    rows_of_own(list_named("cast"), m, *state, &s);
    assert_int_equal(s.n, 2);
    assert_int_equal(row_set_at(&s, 0)[0].i, 2);
    assert_true(view_is(row_set_at(&s, 1)[1].text, "N"));
    rows_of_list(list_named("cast"), m, *state, &s);
    assert_int_equal(s.n, 4); /* nobody's credit stays, without a person */
    rows_of_own(list_named("videos"), m, *state, &s);
    assert_int_equal(s.n, 0);
}

static void test_movie_row(void **state)
{
    struct cell row[LAYOUT_MAX_COLUMNS];
    struct layout l;
    struct tmdb_movie *m = moviez(*state, "{'id': 7, 'title': ' T ', 'runtime': 0, 'strange': 1}");
    layout_of_movie(&l);
    row_of_movie(m, *state, row);
    for (size_t i = 0; i < l.n; i++) {
        if (strcmp(l.columns[i].name, "tmdb_id") == 0)
            assert_int_equal(row[i].i, 7);
        else if (strcmp(l.columns[i].name, "title") == 0)
            assert_true(view_is(row[i].text, "T"));
        else if (strcmp(l.columns[i].name, "extra") == 0)
            assert_true(view_is(row[i].text, "{\"/strange\":1}"));
        else
            assert_int_equal(row[i].kind, CELL_NULL);
    }
}

static struct view hash(struct arena *a, const char *list, const char *json)
{
    struct row_set s, own;
    const struct tmdb_movie *m = moviez(a, json);
    rows_of_list(list_named(list), m, a, &s);
    rows_of_own(list_named(list), m, a, &own);
    return list_hash(list_named(list), &s, &own, a);
}

static void test_hashes(void **state)
{
    struct view h = hash(
        *state, "genres", "{'id': 1, 'genres': [{'id': 1, 'name': 'a'}, {'id': 2, 'name': 'b'}]}");
    assert_int_equal(h.n, 16);
    /* order, repetition and what the table does not hold make no difference */
    assert_true(
        view_eq(h, hash(*state, "genres",
                       "{'id': 1, 'genres': [{'id': 2, 'name': 'b'}, {'id': 1, 'name': 'a'},"
                       " {'id': 1, 'name': 'z'}]}")));
    /* every value does, and where it stands */
    static const char *const others[] = {
        "{'id': 2, 'genres': [{'id': 1, 'name': 'a'}, {'id': 2, 'name': 'b'}]}",
        "{'id': 1, 'genres': [{'id': 1, 'name': 'a'}, {'id': 2, 'name': 'c'}]}",
        "{'id': 1, 'genres': [{'id': 1, 'name': 'ab'}, {'id': 2, 'name': ''}]}",
        "{'id': 1, 'genres': [{'id': 1, 'name': 'a'}]}", "{'id': 1, 'genres': []}"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_false(view_eq(h, hash(*state, "genres", others[i])));
    /* stored in databases: another value has every list read and compared once */
    assert_true(view_is(h, "1f5f25f6cac3291d"));
}

/* What elements say of the things they name counts, though it is in no row of the list. */
static void test_a_hash_covers_own_rows(void **state)
{
    static const char *const credits[] = {
        "{'id': 7, 'credits': {'cast': [{'credit_id': 'c1', 'id': 5, 'name': 'N'}]}}",
        "{'id': 7, 'credits': {'cast': [{'credit_id': 'c1', 'id': 5, 'name': 'N',"
        " 'popularity': 1.5}]}}",
        "{'id': 7, 'credits': {'cast': [{'credit_id': 'c1', 'id': 5, 'name': 'N',"
        " 'popularity': 2.5}]}}"};
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < i; k++)
            assert_false(
                view_eq(hash(*state, "cast", credits[i]), hash(*state, "cast", credits[k])));
}

/* A row with a text of n bytes, and one more. */
static struct row_set two_rows(struct arena *a, const struct layout *l, size_t n)
{
    char *text = arena_take(a, n + 1);
    memset(text, 'x', n);
    struct row_set s = {arena_take_array(a, 2 * l->n, sizeof *s.cells), l->n, 2};
    for (size_t i = 0; i < 2 * l->n; i++)
        s.cells[i] = i % 3 == 0 ? cell_int((int64_t)i << 40) : cell_null();
    s.cells[1] = cell_text((struct view){text, n});
    s.cells[2 * l->n - 1] = cell_text(view_of("end"));
    return s;
}

/* Whether the hash tells that a byte of the text is another one. */
static bool tells_byte(struct arena *a, const struct list *l, const struct row_set *s, size_t at)
{
    const struct row_set none = {0};
    struct view before = list_hash(l, s, &none, a);
    char *text = (char *)(uintptr_t)s->cells[1].text.p; /* of two_rows */
    text[at] ^= 1;
    bool differs = !view_eq(before, list_hash(l, s, &none, a));
    text[at] ^= 1;
    return differs && view_eq(before, list_hash(l, s, &none, a));
}

static void test_a_hash_covers_texts_of_every_length(void **state)
{
    const struct list *list = list_named("reviews");
    const struct row_set none = {0};
    struct layout l;
    layout_of_list(list, &l);
    for (size_t n = 1; n < 9000; n += n < 3800 || n > 4200 ? 97 : 1) {
        struct row_set s = two_rows(*state, &l, n);
        assert_true(tells_byte(*state, list, &s, 0));
        assert_true(tells_byte(*state, list, &s, n / 2));
        assert_true(tells_byte(*state, list, &s, n - 1));
        struct view before = list_hash(list, &s, &none, *state);
        s.cells[2 * l.n - 1].text.n--;
        assert_false(view_eq(before, list_hash(list, &s, &none, *state)));
        arena_reset(*state);
    }
}

/* Rows keep nothing of the movie but its texts, which they do not copy. */
static void test_rows_outlive_all_but_the_texts(void **state)
{
    struct arena movies;
    struct row_set s, own;
    struct cell row[LAYOUT_MAX_COLUMNS];
    arena_init(&movies);
    struct node *body = json_nodez(*state,
        "{'id': 7, 'title': 'Title', 'strange': 1,"
        " 'credits': {'cast': [{'credit_id': 'c1', 'id': 5, 'name': 'N'}]}}");
    const char *title = node_get(body, "title")->text.p;
    const struct tmdb_movie *m = movie(&movies, body);
    rows_of_list(list_named("cast"), m, *state, &s);
    rows_of_own(list_named("cast"), m, *state, &own);
    row_of_movie(m, *state, row);
    arena_done(&movies);
    assert_int_equal(s.n, 1);
    assert_true(view_is(s.cells[2].text, "c1"));
    assert_true(view_is(own.cells[1].text, "N"));
    assert_true(view_is(row[TMDB_title].text, "Title"));
    assert_ptr_equal(row[TMDB_title].text.p, title);
    assert_true(view_is(row[TMDB_FIELD_COUNT].text, "{\"/strange\":1}"));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(test_key_columns_come_first),
        T(test_own_tables),
        T(test_every_layout_fits),
        T(test_rows_are_sorted_and_distinct),
        T(test_order_of_many_rows),
        T(test_fixed_columns),
        T(test_numbering_within_groups),
        T(test_numbering_many_groups),
        T(test_own_rows),
        T(test_movie_row),
        T(test_hashes),
        T(test_a_hash_covers_own_rows),
        T(test_a_hash_covers_texts_of_every_length),
        T(test_rows_outlive_all_but_the_texts),
    };
    return cmocka_run_group_tests_name("model/layout", tests, NULL, NULL);
}
