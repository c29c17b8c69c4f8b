/* Movie ids: each has its rank, in whatever order and how often they came. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "store/movie_ids.h"

enum { IDS = 5, FAR = MOVIE_IDS_DENSE + 7 };
static const int32_t in_order[IDS] = {1, 2, 31, FAR, INT32_MAX};

static void assert_ranks(const int32_t *ids, size_t n)
{
    struct movie_ids m;
    movie_ids_init(&m);
    for (size_t i = 0; i < n; i++)
        assert_true(movie_ids_add(&m, ids[i]));
    movie_ids_rank_all(&m);
    assert_int_equal(m.ids.n, IDS);
    assert_memory_equal(m.ids.items, in_order, sizeof in_order);
    for (size_t i = 0; i < IDS; i++)
        assert_int_equal(movie_ids_rank(&m, in_order[i]), i);
    assert_int_equal(movie_ids_rank(&m, 0), MOVIE_IDS_NONE);
    assert_int_equal(movie_ids_rank(&m, 3), MOVIE_IDS_NONE);
    assert_int_equal(movie_ids_rank(&m, FAR - 1), MOVIE_IDS_NONE);
    movie_ids_done(&m);
}

static void ids_are_ranked_in_any_order(void **state)
{
    (void)state;
    static const int32_t rising[] = {1, 2, 31, FAR, INT32_MAX},
                         falling[] = {INT32_MAX, FAR, 31, 2, 1},
                         last_first[] = {INT32_MAX, 1, 2, 31, FAR},
                         first_last[] = {2, 31, FAR, INT32_MAX, 1};
    assert_ranks(rising, IDS);
    assert_ranks(falling, IDS);
    assert_ranks(last_first, IDS);
    assert_ranks(first_last, IDS);
}

static void one_that_comes_again_is_one(void **state)
{
    (void)state;
    static const int32_t at_once[] = {1, 2, 31, 31, FAR, INT32_MAX},
                         at_the_end[] = {1, 2, 31, FAR, INT32_MAX, INT32_MAX},
                         later[] = {1, 2, 31, 1, FAR, INT32_MAX};
    assert_ranks(at_once, IDS + 1);
    assert_ranks(at_the_end, IDS + 1);
    assert_ranks(later, IDS + 1);
}

static void none_and_one_are_in_order(void **state)
{
    (void)state;
    struct movie_ids m;
    for (int n = 0; n < 2; n++) {
        movie_ids_init(&m);
        assert_true(n == 0 || movie_ids_add(&m, 5));
        movie_ids_rank_all(&m);
        assert_int_equal(movie_ids_rank(&m, 5), n == 0 ? MOVIE_IDS_NONE : 0);
        movie_ids_done(&m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_ranked_in_any_order),
        cmocka_unit_test(one_that_comes_again_is_one),
        cmocka_unit_test(none_and_one_are_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
