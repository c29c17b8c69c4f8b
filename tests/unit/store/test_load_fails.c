/* Loading MovieLens releases that does not come to its end: the dump is what it was. */
#include "kit.h"

#include "generated.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void an_error_of_the_source_leaves_the_old(struct kit *k)
{
    struct view before = kit_dump(k);
    for (uint64_t at = 1; at <= 40000; at += 20000) {
        struct generated g;
        struct ml_load_result r;
        generated_init(&g, 60000, 250, 9);
        g.fail_at = at;
        struct ml_source source = generated_source(&g);
        must_fail(store_load_movielens(k->s, &source, &r, &k->e), ERR_INPUT);
        assert_says("the generated release ends here");
        generated_done(&g);
        kit_sound(k);
        assert_true(view_eq(kit_dump(k), before));
        /* And the store goes on, with foreign keys. */
        must(store_begin(k->s, &k->e));
        size_t changed;
        struct movie m = {.id = 5, .tmdb_id = 5, .genres = {{99, true, false}}, .genre_n = 1};
        must_fail(store_put_movies(k->s, &m, 1, false, 1, 1, &changed, &k->e), KIT_AGAINST);
        store_rollback(k->s);
    }
}

static void errors_leave_an_empty_database(void **state)
{
    an_error_of_the_source_leaves_the_old(*state);
}

static void errors_leave_the_old_release(void **state)
{
    generated_load(*state, 30000, 1);
    an_error_of_the_source_leaves_the_old(*state);
}

static void a_kill_leaves_the_old(struct kit *k)
{
    struct view before = kit_dump(k);
    kit_close(k);
    for (uint64_t at = 1; at < 400000; at += 130000) {
        pid_t pid = fork();
        if (pid == 0) {
            struct generated g;
            struct ml_load_result r;
            generated_init(&g, 400000, 300, 11);
            g.kill_at = at;
            struct ml_source source = generated_source(&g);
            if (store_open(&k->config, STORE_WRITE, &k->s, &k->e))
                (void)store_load_movielens(k->s, &source, &r, &k->e);
            _exit(1);
        }
        int status = 0;
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        kit_open(k, at == 1 ? STORE_READ : STORE_WRITE);
        assert_true(view_eq(kit_dump(k), before));
        kit_close(k);
        kit_sound(k);
    }
    kit_open(k, STORE_WRITE);
    if (!kit_on_server())
        assert_string_equal(kit_text(k, "PRAGMA journal_mode"), "wal");
    generated_load(k, 40000, 2);
    kit_sound(k);
}

static void kills_leave_an_empty_database(void **state)
{
    a_kill_leaves_the_old(*state);
}

static void kills_leave_the_old_release(void **state)
{
    generated_load(*state, 30000, 1);
    a_kill_leaves_the_old(*state);
}

static bool stop_and_go_on(void *payload, struct rating_block *ret, struct err *e)
{
    sys_stop_set();
    return generated_next(payload, ret, e);
}

/* A request to stop is heard between the source's blocks too, in the long work of the engine. In a
 * child: it cannot be taken back. */
static void a_load_can_be_stopped(void **state)
{
    struct kit *k = *state;
    generated_load(k, 5000, 1);
    struct view before = kit_dump(k);
    pid_t pid = fork();
    if (pid == 0) {
        struct generated g;
        struct ml_load_result r;
        generated_init(&g, 300000, 300, 2);
        struct ml_source source = generated_source(&g);
        source.ratings = stop_and_go_on;
        bool loaded = store_open(&k->config, STORE_WRITE, &k->s, &k->e) &&
                      store_load_movielens(k->s, &source, &r, &k->e);
        _exit(loaded ? 1 : k->e.kind == ERR_INTERRUPTED ? 0 : 2);
    }
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_true(view_eq(kit_dump(k), before));
    kit_sound(k);
}

static const struct CMUnitTest both[] = {
    KIT_TEST(errors_leave_an_empty_database),
    KIT_TEST(errors_leave_the_old_release),
    KIT_TEST(kills_leave_an_empty_database),
    KIT_TEST(kills_leave_the_old_release),
};
static const struct CMUnitTest embedded[] = {
    KIT_TEST(a_load_can_be_stopped),
};

int main(void)
{
    int failed = cmocka_run_group_tests(both, NULL, NULL);
    return kit_on_server() ? failed : failed + cmocka_run_group_tests(embedded, NULL, NULL);
}
