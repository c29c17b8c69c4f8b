/* Tests of base/arena: zeroed and aligned memory, apart from its neighbours, constant size over
 * resets. */
#include "help.h"

#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>

static bool is_aligned(const void *p)
{
    return (uintptr_t)p % _Alignof(max_align_t) == 0;
}

static bool is_filled(const unsigned char *p, size_t n, unsigned char with)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] != with)
            return false;
    return true;
}

enum { PIECES = 400 };

/* Takes pieces of many sizes, fills each with a mark of its own, and looks at all of them at the
 * end. */
static void take_pieces(struct arena *a, struct random *r)
{
    unsigned char *piece[PIECES];
    size_t size[PIECES], sum = 0;
    uint64_t before = a->used;
    for (size_t i = 0; i < PIECES; i++) {
        size[i] = random_below(r, random_below(r, 50) == 0 ? 300000 : 700);
        piece[i] = arena_take(a, size[i]);
        sum += size[i];
        HOLDS(r, is_aligned(piece[i]));
        HOLDS(r, is_filled(piece[i], size[i], 0));
        memset(piece[i], (int)(i % 255 + 1), size[i]);
    }
    for (size_t i = 0; i < PIECES; i++)
        HOLDS(r, is_filled(piece[i], size[i], (unsigned char)(i % 255 + 1)));
    HOLDS(r, a->used - before >= sum && a->used - before < sum + (uint64_t)PIECES * 16);
}

TEST(pieces_are_zeroed_aligned_and_apart)
{
    struct random r;
    struct arena a;
    random_init(&r, 1);
    arena_init(&a);
    for (int round = 0; round < 30; round++) {
        take_pieces(&a, &r);
        if (random_below(&r, 2) == 0) {
            arena_reset(&a);
            assert_int_equal(a.used, 0);
        }
    }
    arena_done(&a);
}

/* As whoever writes all of it anyway wants it. */
TEST(an_unset_array_is_a_piece_like_others_that_nobody_cleared)
{
    struct arena a;
    arena_init(&a);
    unsigned char *first = arena_take_unset(&a, 100, 3), *second = arena_take_unset(&a, 100, 3);
    memset(first, 0xA5, 300);
    memset(second, 0x5A, 300);
    assert_true(is_aligned(first) && is_aligned(second));
    assert_true(is_filled(first, 300, 0xA5) && is_filled(second, 300, 0x5A));
    arena_reset(&a);
    assert_ptr_equal(arena_take_unset(&a, 300, 1), first);
    assert_true(is_filled(first, 300, 0xA5));
    arena_done(&a);
}

TEST(every_small_size_is_aligned)
{
    struct arena a;
    arena_init(&a);
    for (size_t n = 0; n < 1000; n++) {
        assert_true(is_aligned(arena_take(&a, n)));
        assert_true(is_aligned(arena_take_array(&a, n, 3)));
        assert_true(is_aligned(arena_take_unset(&a, n, 3)));
    }
    arena_done(&a);
}

TEST(a_loop_settles_at_a_constant_size)
{
    struct arena a;
    arena_init(&a);
    const struct arena_chunk *kept = NULL;
    const void *first = NULL;
    for (int round = 0; round < 200; round++) {
        const void *p = arena_take(&a, 100);
        for (int i = 0; i < 500; i++)
            memset(arena_take(&a, 1000), 0xA5, 1000);
        arena_reset(&a);
        if (round == 20) { /* by then it has grown as far as it must */
            kept = a.top;
            first = arena_take(&a, 100);
            arena_reset(&a);
        }
        if (round > 20) {
            assert_ptr_equal(a.top, kept);
            assert_ptr_equal(p, first);
        }
    }
    arena_done(&a);
}

/* Takes 5 MiB and a little in pieces; *ret: where they are. */
static void take_megabytes(struct arena *a, unsigned char *ret[PIECES])
{
    for (size_t i = 0; i < PIECES; i++) {
        ret[i] = arena_take(a, 13000 + i);
        assert_true(is_filled(ret[i], 13000 + i, 0));
        memset(ret[i], 0xA5, 13000 + i);
    }
}

TEST(memory_is_used_again_after_a_reset)
{
    struct arena a;
    unsigned char *first[PIECES], *second[PIECES];
    arena_init(&a);
    take_megabytes(&a, first);
    arena_reset(&a);
    take_megabytes(&a, second);
    assert_memory_equal(first, second, sizeof first);
    arena_done(&a);
}

TEST(what_was_taken_since_goes_back)
{
    struct arena a;
    unsigned char *pieces[PIECES];
    const void *first = NULL;
    arena_init(&a);
    struct arena_mark empty = arena_mark(&a);
    unsigned char *kept = memset(arena_take(&a, 100), 1, 100);
    struct arena_mark mark = arena_mark(&a);
    for (int round = 0; round < 3; round++) {
        take_megabytes(&a, pieces);
        (void)arena_take(&a, 4u << 20);
        assert_true(round == 0 || pieces[PIECES - 1] == first);
        first = pieces[PIECES - 1];
        arena_back(&a, &mark);
        assert_int_equal(a.used, mark.used);
        assert_true(is_filled(kept, 100, 1));
    }
    arena_back(&a, &empty);
    assert_int_equal(a.used, 0);
    assert_true(is_filled(arena_take(&a, 100), 100, 0));
    arena_done(&a);
}

TEST(a_huge_request_is_served_and_not_kept)
{
    struct arena a;
    arena_init(&a);
    unsigned char *huge = arena_take(&a, 40u << 20);
    assert_true(is_filled(huge, 40u << 20, 0));
    memset(huge, 1, 40u << 20);
    unsigned char *next = arena_take(&a, 10);
    assert_true(is_filled(next, 10, 0));
    arena_reset(&a);
    assert_int_equal(a.used, 0);
    assert_true(is_filled(arena_take(&a, 1u << 20), 1u << 20, 0));
    arena_done(&a);
}

TEST(a_huge_request_does_not_cost_the_chunk_below)
{
    struct arena a;
    arena_init(&a);
    memset(arena_take(&a, 100), 1, 100);
    const struct arena_chunk *ordinary = a.top;
    (void)arena_take(&a, 4u << 20);
    assert_ptr_not_equal(a.top, ordinary);
    arena_reset(&a);
    assert_ptr_equal(a.top, ordinary);
    assert_true(is_filled(arena_take(&a, 100), 100, 0));
    arena_done(&a);
}

TEST(a_dup_is_a_terminated_copy)
{
    struct arena a;
    arena_init(&a);
    char source[] = "ab\0cd";
    struct view copy = arena_dup(&a, (struct view){source, 5});
    memset(source, 'x', sizeof source);
    assert_text(copy, "ab\0cd");
    assert_int_equal(copy.p[copy.n], '\0');
    for (size_t n = 0; n < 100; n++) { /* the NUL is its own byte, not its neighbour's first */
        static const char text[100] = "0123456789";
        struct view v = arena_dup(&a, (struct view){text, n});
        memset(arena_take(&a, 16), 'x', 16);
        assert_int_equal(v.p[n], '\0');
    }
    struct view empty = arena_dup(&a, V(""));
    assert_text(empty, "");
    assert_int_equal(empty.p[0], '\0');
    assert_null(arena_dup(&a, absent).p);
    arena_done(&a);
}

TEST(print_gives_all_of_the_text)
{
    struct arena a;
    arena_init(&a);
    assert_text(arena_print(&a, "%d-%s", 7, "x"), "7-x");
    assert_text(arena_print(&a, "%s", ""), "");
    struct view wide = arena_print(&a, "%0*d", 100000, 5);
    assert_int_equal(wide.n, 100000);
    assert_int_equal(wide.p[99999], '5');
    assert_int_equal(wide.p[100000], '\0');
    arena_done(&a);
}

TEST(done_is_fine_on_zeroed_and_twice_and_before_use)
{
    struct arena a = {0};
    arena_done(&a);
    arena_reset(&a);
    assert_non_null(arena_take(&a, 1));
    arena_done(&a);
    arena_done(&a);
    assert_non_null(arena_take(&a, 1));
    arena_done(&a);
}

static void take_array_too_large(void *payload)
{
    struct arena a;
    (void)payload;
    arena_init(&a);
    (void)arena_take_array(&a, SIZE_MAX / 2, 3);
}

/* Writes into what it got, which is far less than it asked for when a size wrapped round. */
static void take_nearly_everything(void *payload)
{
    struct arena a;
    arena_init(&a);
    char *p = arena_take(&a, SIZE_MAX - *(size_t *)payload);
    p[0] = 1;
}

TEST(an_array_larger_than_memory_ends_the_process)
{
    assert_int_equal(in_child(take_array_too_large, NULL).code, 71);
    size_t less = 100;
    assert_int_equal(in_child(take_nearly_everything, &less).code, 71);
}

TEST(no_request_wraps_round)
{
    for (size_t less = 0; less < 80; less++)
        assert_int_equal(in_child(take_nearly_everything, &less).code, 71);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_zeroed_aligned_and_apart),
        cmocka_unit_test(an_unset_array_is_a_piece_like_others_that_nobody_cleared),
        cmocka_unit_test(every_small_size_is_aligned),
        cmocka_unit_test(a_loop_settles_at_a_constant_size),
        cmocka_unit_test(memory_is_used_again_after_a_reset),
        cmocka_unit_test(what_was_taken_since_goes_back),
        cmocka_unit_test(a_huge_request_is_served_and_not_kept),
        cmocka_unit_test(a_huge_request_does_not_cost_the_chunk_below),
        cmocka_unit_test(a_dup_is_a_terminated_copy), cmocka_unit_test(print_gives_all_of_the_text),
        cmocka_unit_test(done_is_fine_on_zeroed_and_twice_and_before_use),
        cmocka_unit_test(an_array_larger_than_memory_ends_the_process),
        cmocka_unit_test(no_request_wraps_round),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
