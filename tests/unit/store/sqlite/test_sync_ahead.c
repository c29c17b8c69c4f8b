/* How often a file is synced while it is written, and that the first sync that failed is told. The
 * seam counts syncs, and can hold one up. */
#include "pages_kit.h"

#include "base/sys.h"
#include "store/sqlite/sync_ahead.h"

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

static _Atomic int begun, failing, errnum; /* failing: the number of the one that does; 0: none */
static atomic_bool held;

static int before(enum sys_call call)
{
    if (call != SYS_SYNC)
        return 0;
    int n = atomic_fetch_add(&begun, 1) + 1;
    while (atomic_load(&held))
        (void)sched_yield();
    return n == atomic_load(&failing) ? atomic_load(&errnum) : 0;
}

static const struct sys_seam seam = {.before = before};

static void wait_for(int n)
{
    while (atomic_load(&begun) < n)
        (void)sched_yield();
}

static int set_up(void **state)
{
    (void)state;
    atomic_store(&begun, 0);
    atomic_store(&failing, 0);
    atomic_store(&held, false);
    sys_install(&seam);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    sys_install(NULL);
    return 0;
}

static void little_is_not_synced_ahead(void **state)
{
    (void)state;
    struct sync_ahead *a = sync_ahead_new(STDIN_FILENO);
    sync_ahead_wrote(a, SYNC_AHEAD_BYTES - 1);
    assert_int_equal(sync_ahead_end(a), 0);
    assert_int_equal(atomic_load(&begun), 0);
    assert_int_equal(sync_ahead_end(NULL), 0);
}

static void each_step_is_synced(void **state)
{
    (void)state;
    struct sync_ahead *a = sync_ahead_new(STDIN_FILENO);
    for (int i = 1; i <= 5; i++) {
        sync_ahead_wrote(a, SYNC_AHEAD_BYTES - 1);
        sync_ahead_wrote(a, 1);
        wait_for(i);
    }
    (void)sync_ahead_end(a);
    assert_int_equal(atomic_load(&begun), 5);
}

/* Who writes never waits for a sync, and one more covers all that was written during it. */
static void what_is_written_during_one_is_in_the_next(void **state)
{
    (void)state;
    struct sync_ahead *a = sync_ahead_new(STDIN_FILENO);
    atomic_store(&held, true);
    sync_ahead_begin(a);
    wait_for(1);
    for (int i = 0; i < 20; i++)
        sync_ahead_wrote(a, SYNC_AHEAD_BYTES);
    atomic_store(&held, false);
    wait_for(2);
    (void)sync_ahead_end(a);
    assert_int_equal(atomic_load(&begun), 2);
}

static void the_first_failure_is_told(void **state)
{
    int link[2];
    (void)state;
    assert_int_equal(pipe(link), 0);
    struct sync_ahead *a = sync_ahead_new(link[0]); /* the second: EINVAL, for it is a pipe */
    atomic_store(&errnum, ENOSPC);
    atomic_store(&failing, 1);
    for (int i = 1; i <= 2; i++) {
        sync_ahead_begin(a);
        wait_for(i);
    }
    assert_int_equal(sync_ahead_end(a), ENOSPC);
    (void)close(link[0]);
    (void)close(link[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(little_is_not_synced_ahead, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_step_is_synced, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            what_is_written_during_one_is_in_the_next, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_first_failure_is_told, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
