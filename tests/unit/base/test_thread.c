/* Tests of base/thread: threads run and are joined, signals pass them by, queues keep order and
 * bound, lose nothing between several threads, and wake everybody when they are closed. Run under
 * the thread sanitizer too (suite `threads`). */
#include "help.h"

#include "base/thread.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

/* Stands in for the C library's, which fails only when the system is full. */
int __real_pthread_create(
    pthread_t *id, const pthread_attr_t *attr, void *(*run)(void *), void *arg);
int __wrap_pthread_create(
    pthread_t *id, const pthread_attr_t *attr, void *(*run)(void *), void *arg);
static bool no_more_threads;

int __wrap_pthread_create(
    pthread_t *id, const pthread_attr_t *attr, void *(*run)(void *), void *arg)
{
    return no_more_threads ? EAGAIN : __real_pthread_create(id, attr, run, arg);
}

static struct thread *started(void (*run)(void *payload), void *payload)
{
    struct thread *t = NULL;
    struct err e;
    assert_true(thread_start(run, payload, &t, &e));
    return t;
}

static void set_to_seven(void *payload)
{
    *(int *)payload = 7;
}

TEST(a_thread_runs_and_what_it_did_is_seen_after_the_join)
{
    int x = 0;
    thread_join(started(set_to_seven, &x));
    assert_int_equal(x, 7);
    thread_join(NULL);
}

TEST(a_thread_that_cannot_be_started_is_an_error_with_a_hint)
{
    struct thread *t = NULL;
    struct err e;
    int x = 0;
    no_more_threads = true;
    bool ok = thread_start(set_to_seven, &x, &t, &e);
    no_more_threads = false;
    assert_false(ok);
    assert_null(t);
    assert_non_null(strstr(e.text, "cannot start a thread"));
    assert_non_null(strstr(err_hint_of(&e), "ulimit"));
}

static void look_at_mask(void *payload)
{
    sigset_t mask;
    (void)pthread_sigmask(SIG_SETMASK, NULL, &mask);
    *(bool *)payload = sigismember(&mask, SIGINT) == 1 && sigismember(&mask, SIGTERM) == 1;
}

TEST(signals_stay_with_the_first_thread)
{
    bool blocked = false;
    sigset_t mask;
    thread_join(started(look_at_mask, &blocked));
    assert_true(blocked);
    (void)pthread_sigmask(SIG_SETMASK, NULL, &mask);
    assert_int_equal(sigismember(&mask, SIGINT), 0);
}

static void look_at_priority(void *payload)
{
    int before = getpriority(PRIO_PROCESS, 0);
    thread_give_way();
    *(int *)payload = getpriority(PRIO_PROCESS, 0) - before;
}

/* Not before 19, the last place, from where nobody can go back. */
TEST(a_thread_that_gives_way_does_so_alone)
{
    int mine = getpriority(PRIO_PROCESS, 0), steps = 0;
    thread_join(started(look_at_priority, &steps));
    assert_int_equal(getpriority(PRIO_PROCESS, 0), mine);
#ifdef __linux__
    assert_true(steps > 0 || mine == 19);
#endif
}

TEST(a_queue_gives_what_it_got_in_order_also_past_its_end)
{
    int items[7];
    struct queue *q = queue_new(3);
    for (size_t i = 0; i < COUNT(items); i++) {
        assert_true(queue_put(q, &items[i]));
        if (i > 0) /* one behind: the ring turns */
            assert_ptr_equal(queue_take(q), &items[i - 1]);
    }
    assert_ptr_equal(queue_take_now(q), &items[6]);
    assert_null(queue_take_now(q));
    queue_free(q);
    queue_free(NULL);
}

TEST(a_closed_queue_gives_what_it_has_and_takes_no_more)
{
    int x, y;
    struct queue *q = queue_new(2);
    assert_true(queue_put(q, &x));
    queue_close(q);
    assert_false(queue_put(q, &y));
    assert_ptr_equal(queue_take(q), &x);
    assert_null(queue_take(q));
    queue_close(q);
    queue_free(q);
}

/* ---- several threads: numbers from makers through a narrow queue to takers, each exactly once */

enum { EACH = 5000, MAKERS = 3, TAKERS = 2 };

struct maker {
    struct queue *q;
    int *numbers;
};

struct taker {
    struct queue *q;
    int seen[MAKERS * EACH]; /* times each number came */
    bool in_order;           /* of each maker */
};

static void make(void *payload)
{
    struct maker *m = payload;
    for (int i = 0; i < EACH; i++)
        if (!queue_put(m->q, &m->numbers[i]))
            return;
}

static void take(void *payload)
{
    struct taker *t = payload;
    int last[MAKERS] = {-1, -1, -1};
    t->in_order = true;
    for (int *x; (x = queue_take(t->q)) != NULL;) {
        t->seen[*x]++;
        t->in_order = t->in_order && *x > last[*x / EACH];
        last[*x / EACH] = *x;
    }
}

TEST(nothing_is_lost_or_doubled_between_threads)
{
    static int numbers[MAKERS * EACH];
    static struct taker takers[TAKERS];
    struct maker makers[MAKERS];
    struct thread *making[MAKERS], *taking[TAKERS];
    struct queue *q = queue_new(2);
    for (int i = 0; i < MAKERS * EACH; i++)
        numbers[i] = i;
    for (int i = 0; i < TAKERS; i++) {
        takers[i].q = q;
        taking[i] = started(take, &takers[i]);
    }
    for (int i = 0; i < MAKERS; i++) {
        makers[i] = (struct maker){q, numbers + (ptrdiff_t)i * EACH};
        making[i] = started(make, &makers[i]);
    }
    for (int i = 0; i < MAKERS; i++)
        thread_join(making[i]);
    queue_close(q);
    for (int i = 0; i < TAKERS; i++)
        thread_join(taking[i]);
    for (int i = 0; i < MAKERS * EACH; i++)
        assert_int_equal(takers[0].seen[i] + takers[1].seen[i], 1);
    assert_true(takers[0].in_order && takers[1].in_order);
    queue_free(q);
}

/* ---- closing wakes those who wait; if it did not, these would hang until the test's time is up */

static void put_until_closed(void *payload)
{
    int x;
    while (queue_put(payload, &x))
        ;
}

static void take_until_closed(void *payload)
{
    while (queue_take(payload) != NULL)
        ;
}

TEST(closing_wakes_all_who_wait)
{
    struct queue *full = queue_new(1), *empty = queue_new(1);
    struct thread *t[] = {started(put_until_closed, full), started(put_until_closed, full),
        started(take_until_closed, empty), started(take_until_closed, empty)};
    sys_sleep_ms(20); /* most likely they wait now; when not, the result is the same */
    queue_close(full);
    queue_close(empty);
    for (size_t i = 0; i < COUNT(t); i++)
        thread_join(t[i]);
    assert_non_null(queue_take(full));
    assert_null(queue_take(full));
    queue_free(full);
    queue_free(empty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thread_runs_and_what_it_did_is_seen_after_the_join),
        cmocka_unit_test(a_thread_that_cannot_be_started_is_an_error_with_a_hint),
        cmocka_unit_test(signals_stay_with_the_first_thread),
        cmocka_unit_test(a_thread_that_gives_way_does_so_alone),
        cmocka_unit_test(a_queue_gives_what_it_got_in_order_also_past_its_end),
        cmocka_unit_test(a_closed_queue_gives_what_it_has_and_takes_no_more),
        cmocka_unit_test(nothing_is_lost_or_doubled_between_threads),
        cmocka_unit_test(closing_wakes_all_who_wait),
    };
    return cmocka_run_group_tests_name("thread", tests, NULL, NULL);
}
