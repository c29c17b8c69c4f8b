/* Which rows of named things need not be written again (store/seen.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "store/seen.h"

enum { AT = 1000000, DAY = 86400, PEOPLE = 300000 };

static bool seen_person(struct seen *s, int64_t id, const char *name, int64_t at)
{
    struct cell row[] = {cell_int(id), cell_text(view_of(name))};
    return seen_row(s, 1, row, 2, at);
}

static void a_row_is_left_out_for_a_day(void **state)
{
    struct seen *s = seen_new(0);
    (void)state;
    assert_false(seen_person(s, 7, "x", AT));
    assert_true(seen_person(s, 7, "x", AT));
    assert_true(seen_person(s, 7, "x", AT + DAY - 1));
    assert_false(seen_person(s, 7, "y", AT));
    assert_false(seen_person(s, 7, "x", AT)); /* the last that was written counts */
    assert_false(seen_person(s, 7, "x", AT + DAY));
    seen_free(s);
}

/* What was stored before may be newer. */
static void older_than_what_is_stored_is_always_written(void **state)
{
    struct seen *s = seen_new(AT);
    (void)state;
    assert_false(seen_person(s, 7, "x", AT - 1));
    assert_false(seen_person(s, 7, "x", AT - 1));
    seen_free(s);
}

/* Written in turns, so that whoever has lost the place to another is written once more. */
static void a_whole_release_of_people_finds_room(void **state)
{
    struct seen *s = seen_new(0);
    size_t again = 0;
    (void)state;
    for (int64_t i = 0; i < PEOPLE; i++)
        (void)seen_person(s, i, "x", AT);
    for (int64_t i = 0; i < PEOPLE; i++)
        again += !seen_person(s, i, "x", AT);
    assert_in_range(again, 0, PEOPLE / 50);
    seen_free(s);
}

/* Keys are known of tables that were empty only, and of each table apart. */
static void the_first_of_a_key_is_known_to_be_new(void **state)
{
    struct seen *s = seen_new(0);
    const int64_t keys[] = {0, 7, 8, 1, 5000000, 4999999, (1 << 26) - 1};
    struct cell text = cell_text(view_of("7")), large = cell_int(1 << 26), below = cell_int(-1);
    (void)state;
    seen_empty(s, 1);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct cell key = cell_int(keys[i]);
        assert_true(seen_key(s, 0, &key));
        assert_false(seen_key(s, 1, &key));
        assert_true(seen_key(s, 1, &key));
    }
    for (int i = 0; i < 2; i++) {
        assert_true(seen_key(s, 1, &text));
        assert_true(seen_key(s, 1, &large));
        assert_true(seen_key(s, 1, &below));
    }
    seen_free(s);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_is_left_out_for_a_day),
        cmocka_unit_test(older_than_what_is_stored_is_always_written),
        cmocka_unit_test(a_whole_release_of_people_finds_room),
        cmocka_unit_test(the_first_of_a_key_is_known_to_be_new),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
