/* Tests of base/retry: the bounds of every delay, that all of the range is used, and the end of
 * the tries. */
#include "help.h"

#include "base/retry.h"

/* min(cap, base * 2^(tried-1)), the plain way. */
static int64_t bound_of(const struct retry_policy *p, unsigned tried)
{
    double bound = (double)p->base_ms;
    for (unsigned i = 1; i < tried; i++)
        bound *= 2;
    return bound > (double)p->cap_ms ? p->cap_ms : (int64_t)bound;
}

TEST(delays_stay_in_their_bounds_and_use_them)
{
    static const struct retry_policy policies[] = {{8, 500, 60000}, {8, 1, 1}, {20, 100, 1000000},
        {5, 1000, 10}, {3, 7, 7}, {30, 3, INT32_MAX}};
    for (size_t i = 0; i < COUNT(policies); i++)
        for (unsigned tried = 1; tried < policies[i].tries; tried++) {
            int64_t bound = bound_of(&policies[i], tried), least = INT64_MAX, most = -1;
            for (int n = 0; n < 500; n++) {
                int64_t ms = retry_delay_ms(&policies[i], tried);
                least = ms < least ? ms : least;
                most = ms > most ? ms : most;
            }
            /* Missing a tenth of the range at either end 500 times has a probability of 0.9^500
             * < 1e-22. */
            if (least < 0 || most > bound || least > bound / 10 + 1 ||
                most < bound - bound / 10 - 1)
                fail_msg("policy %zu, %u tried: %" PRId64 "..%" PRId64 " of %" PRId64, i, tried,
                    least, most, bound);
        }
}

TEST(the_tries_end)
{
    static const struct retry_policy p = {3, 10, 100}, once = {1, 10, 100}, never = {0, 10, 100};
    assert_true(retry_delay_ms(&p, 1) >= 0);
    assert_true(retry_delay_ms(&p, 2) >= 0);
    assert_int_equal(retry_delay_ms(&p, 3), -1);
    assert_int_equal(retry_delay_ms(&p, 4), -1);
    assert_int_equal(retry_delay_ms(&p, UINT32_MAX), -1);
    assert_int_equal(retry_delay_ms(&once, 1), -1);
    assert_int_equal(retry_delay_ms(&never, 1), -1);
}

TEST(no_delay_is_a_policy_too)
{
    static const struct retry_policy p = {1000, 0, 1000}, capped = {10, 50, 0};
    for (unsigned tried = 1; tried < 1000; tried++)
        assert_int_equal(retry_delay_ms(&p, tried), 0);
    for (unsigned tried = 1; tried < 10; tried++)
        assert_int_equal(retry_delay_ms(&capped, tried), 0);
}

TEST(no_policy_overflows)
{
    static const struct retry_policy p = {UINT32_MAX, 1, INT64_MAX},
                                     wide = {9, INT64_MAX / 3, INT64_MAX};
    for (unsigned tried = 1; tried < 200; tried++)
        assert_true(retry_delay_ms(&p, tried) >= 0);
    for (unsigned tried = 1; tried < 9; tried++)
        assert_true(retry_delay_ms(&wide, tried) >= 0);
    static const struct retry_policy idle = {UINT32_MAX, 0, 1000};
    assert_int_equal(
        retry_delay_ms(&idle, UINT32_MAX - 1), 0); /* at once, not after 4e9 doublings of nothing */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(delays_stay_in_their_bounds_and_use_them), cmocka_unit_test(the_tries_end),
        cmocka_unit_test(no_delay_is_a_policy_too),
        cmocka_unit_test(no_policy_overflows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
