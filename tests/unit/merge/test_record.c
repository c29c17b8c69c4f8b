/* A fetched record against what is stored: absent keeps, null and empty replace, old never wins. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "merge/merge.h"

static struct arena arena;
static struct row_set stored_rows; /* what read_stored gives */
static int reads;

static bool read_stored(void *payload, const struct list *l, int64_t id, struct arena *a,
    struct row_set *ret, struct err *e)
{
    (void)payload, (void)l, (void)id, (void)a, (void)e;
    reads++;
    *ret = stored_rows;
    return true;
}

static void say(struct record *r, size_t i)
{
    r->said |= (uint64_t)1 << i;
}

static struct tmdb_keyword keyword(int64_t id, const char *name)
{
    struct tmdb_keyword k = {.keyword_id = id, .name = view_of(name)};
    k.record.said = 3;
    return k;
}

/* Fight Club with a title, a budget of 0, two keywords; everything else not said. */
static struct staged_record fight_club(struct tmdb_keyword *keywords, size_t n)
{
    struct staged_record r = {.tmdb_id = 550, .at = 1000};
    r.movie.tmdb_id = 550;
    r.movie.title = view_of("Fight Club");
    say(&r.movie.record, TMDB_tmdb_id);
    say(&r.movie.record, TMDB_title);
    say(&r.movie.record, TMDB_budget);
    r.movie.keywords = (struct rows){keywords, n, true};
    return r;
}

static struct record_diff merge(const struct staged_record *r, const struct tmdb_stored *s)
{
    struct record_rows rows;
    struct record_diff d;
    struct err e;
    reads = 0;
    merge_lay_out(&r->movie, &arena, &rows);
    merge_hash(&rows, &arena);
    assert_true(merge_record(r, &rows, s, read_stored, NULL, &arena, &d, &e));
    return d;
}

/* What the store would hold after writing `d` for a record that was not there. */
static struct tmdb_stored after(const struct record_diff *d)
{
    struct tmdb_stored s = {.exists = true, .fetched_at = d->write.fetched_at};
    memcpy(s.cells, d->write.cells, sizeof s.cells);
    for (size_t i = 0; i < d->write.list_n; i++)
        s.hashes[d->write.lists[i].list - tmdb_lists] = d->write.lists[i].hash;
    return s;
}

static void new_record_writes_what_it_says(void **state)
{
    (void)state;
    struct tmdb_keyword k[2] = {keyword(851, "dual identity"), keyword(825, "support group")};
    struct staged_record r = fight_club(k, 2);
    struct tmdb_stored nothing = {0};
    struct record_diff d = merge(&r, &nothing);
    assert_true(d.write.is_new);
    assert_int_equal(d.write.list_n, 1);
    assert_int_equal(d.write.lists[0].put.n, 2);
    assert_int_equal(d.write.lists[0].own.n, 2);
    assert_int_equal(d.write.lists[0].remove.n, 0);
    assert_int_equal(d.write.cells[TMDB_budget].kind, CELL_NULL);
    assert_int_equal(d.changes.n, 1);
    assert_int_equal(reads, 0);
    record_diff_done(&d);
}

static void the_same_again_touches_nothing(void **state)
{
    (void)state;
    struct tmdb_keyword k[2] = {keyword(851, "dual identity"), keyword(825, "support group")};
    struct staged_record r = fight_club(k, 2);
    struct tmdb_stored nothing = {0};
    struct record_diff first = merge(&r, &nothing);
    struct tmdb_stored stored = after(&first);
    struct tmdb_keyword other_order[2] = {k[1], k[0]};
    struct staged_record again = fight_club(other_order, 2);
    again.at = 2000;
    struct record_diff d = merge(&again, &stored);
    assert_false(d.touched);
    assert_int_equal(d.write.list_n, 0);
    assert_int_equal(d.changes.n, 0);
    assert_int_equal(d.write.fetched_at, 2000);
    assert_int_equal(reads, 0);
    record_diff_done(&first);
    record_diff_done(&d);
}

static void absent_fields_and_lists_keep_what_is_stored(void **state)
{
    (void)state;
    struct staged_record r = fight_club(NULL, 0);
    r.movie.keywords.said = false;
    struct tmdb_stored s = {.exists = true, .fetched_at = 500};
    s.cells[TMDB_tmdb_id] = cell_int(550);
    s.cells[TMDB_title] = cell_text(view_of("Fight Club"));
    s.cells[TMDB_overview] = cell_text(view_of("An insomniac"));
    s.hashes[TMDB_LIST_keywords] = view_of("0123456789abcdef");
    struct record_diff d = merge(&r, &s);
    assert_true(view_is(d.write.cells[TMDB_overview].text, "An insomniac"));
    assert_int_equal(d.write.list_n, 0);
    assert_false(d.touched);
    record_diff_done(&d);
}

static void null_and_empty_replace(void **state)
{
    (void)state;
    struct staged_record r = fight_club(NULL, 0); /* keywords said, none */
    struct cell rows[2] = {cell_int(550), cell_int(851)};
    struct tmdb_stored s = {.exists = true, .fetched_at = 500};
    s.cells[TMDB_tmdb_id] = cell_int(550);
    s.cells[TMDB_title] = cell_text(view_of("Fight Club"));
    s.cells[TMDB_runtime] = cell_int(139);
    s.hashes[TMDB_LIST_keywords] = view_of("0123456789abcdef");
    stored_rows = (struct row_set){rows, 2, 1};
    say(&r.movie.record, TMDB_runtime);
    r.movie.record.null |= (uint64_t)1 << TMDB_runtime;
    struct record_diff d = merge(&r, &s);
    assert_int_equal(d.write.cells[TMDB_runtime].kind, CELL_NULL);
    assert_int_equal(d.write.list_n, 1);
    assert_int_equal(d.write.lists[0].remove.n, 1);
    assert_int_equal(row_set_at(&d.write.lists[0].remove, 0)[1].i, 851);
    assert_int_equal(d.changes.n, 2);
    const struct change *runtime = vec_at(&d.changes, 0);
    assert_string_equal(runtime->field, "runtime");
    assert_true(view_is(runtime->old_value, "139"));
    assert_true(view_is(runtime->new_value, "NULL"));
    record_diff_done(&d);
}

static void older_data_is_stale(void **state)
{
    (void)state;
    struct staged_record r = fight_club(NULL, 0);
    struct tmdb_stored s = {.exists = true, .fetched_at = 1001};
    struct record_diff d = merge(&r, &s);
    assert_true(d.stale);
    assert_int_equal(d.write.list_n, 0);
    record_diff_done(&d);
}

/* A person's popularity moves while the credits stay: the list must be looked at again. */
static void what_an_element_says_of_its_thing_counts(void **state)
{
    (void)state;
    struct tmdb_keyword k = keyword(851, "dual identity"),
                        renamed = keyword(851, "double identity");
    struct staged_record r = fight_club(&k, 1), again = fight_club(&renamed, 1);
    struct tmdb_stored nothing = {0};
    struct record_diff first = merge(&r, &nothing);
    struct tmdb_stored stored = after(&first);
    struct cell rows[2] = {cell_int(550), cell_int(851)};
    stored_rows = (struct row_set){rows, 2, 1};
    struct record_diff d = merge(&again, &stored);
    assert_true(d.touched);
    assert_int_equal(d.write.list_n, 1);
    assert_int_equal(d.write.lists[0].put.n, 0);
    assert_true(view_is(row_set_at(&d.write.lists[0].own, 0)[1].text, "double identity"));
    record_diff_done(&first);
    record_diff_done(&d);
}

static void row_diff_finds_added_updated_removed(void **state)
{
    (void)state;
    struct cell old[] = {
        cell_int(1), cell_int(10), cell_int(2), cell_int(20), cell_int(4), cell_null()};
    struct cell fresh[] = {
        cell_int(2), cell_int(21), cell_int(3), cell_int(30), cell_int(4), cell_null()};
    struct row_set a = {old, 2, 3}, b = {fresh, 2, 3};
    struct row_diff d;
    merge_rows(&a, &b, 1, &arena, &d);
    assert_int_equal(d.added, 1);
    assert_int_equal(d.updated, 1);
    assert_int_equal(d.removed, 1);
    assert_int_equal(d.put.n, 2);
    assert_int_equal(d.remove.n, 1);
    assert_int_equal(row_set_at(&d.remove, 0)[0].i, 1);
}

static int start(void **state)
{
    (void)state;
    arena_init(&arena);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_record_writes_what_it_says),
        cmocka_unit_test(the_same_again_touches_nothing),
        cmocka_unit_test(absent_fields_and_lists_keep_what_is_stored),
        cmocka_unit_test(null_and_empty_replace),
        cmocka_unit_test(older_data_is_stale),
        cmocka_unit_test(what_an_element_says_of_its_thing_counts),
        cmocka_unit_test(row_diff_finds_added_updated_removed),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
