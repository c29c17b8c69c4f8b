/* A log that is taken over beside its connection stays, whole, where the database could not be
 * synced: by the thread that only syncs, or by the other one. */
#include "pages_kit.h"

#include "base/mem.h"
#include "base/sys.h"
#include "store/sqlite/checkpoint.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>

enum { ROWS = 12000 };

/* Besides the test's thread there are the one that takes the log over, and the one that only syncs:
 * it reads no more of the file than SQLite does when it opens one, its header. The first sync of
 * either fails; of the former the first of the database, for it has written by then. */
static pthread_t test;
static _Thread_local int reads, writes;
static bool taker_fails;
static _Atomic int failures;

static bool is_to_fail(void)
{
    return atomic_load(&failures) == 0 && (taker_fails ? writes > 0 : reads <= 1 && writes == 0);
}

static int fail_one(enum sys_call call)
{
    if (pthread_equal(pthread_self(), test) != 0)
        return 0;
    reads += call == SYS_READ;
    writes += call == SYS_WRITE;
    if (call != SYS_SYNC || !is_to_fail())
        return 0;
    (void)atomic_fetch_add(&failures, 1);
    return EIO;
}

static const struct sys_seam seam = {fail_one, 0, 1, 1};

/* The log has all rows. */
static void begin(struct pages_kit *k, struct sqlite *q)
{
    *q = (struct sqlite){.path = (char *)(uintptr_t)pages_path(k, "a.db")};
    if (!sqlite_connect(q, STORE_CREATE, &k->e))
        fail_msg("%s", k->e.text);
    run_sql(q->db, "PRAGMA page_size = 1024; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                   "PRAGMA wal_autocheckpoint = 0; CREATE TABLE things(id INTEGER PRIMARY KEY, x)");
    run_sql(q->db, "WITH RECURSIVE c(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM c WHERE i <"
                   " 12000) INSERT INTO things SELECT i, printf('%900d', i) FROM c");
}

static int64_t log_size(struct pages_kit *k)
{
    struct stat st;
    return stat(pages_path(k, "a.db-wal"), &st) == 0 ? (int64_t)st.st_size : -1;
}

/* The next commit has it taken over. */
static void take_over(struct sqlite *q, const char *sql)
{
    checkpoint_beside(q, true);
    run_sql(q->db, sql);
    checkpoint_join(q);
}

static void stays_when_it_fails(struct pages_kit *k, bool of_taker)
{
    struct sqlite q;
    begin(k, &q);
    test = pthread_self();
    taker_fails = of_taker;
    atomic_store(&failures, 0);
    sys_install(&seam);
    take_over(&q, "DELETE FROM things WHERE id = 1");
    sys_install(NULL);
    assert_int_equal(atomic_load(&failures), 1);
    assert_true(q.keeps_log);
    take_over(&q, "DELETE FROM things WHERE id = 2");
    run_sql(q.db, "DELETE FROM things WHERE id = 3");
    sqlite_disconnect(&q);
    assert_in_range(log_size(k), (int64_t)ROWS * 1000, INT64_MAX);
    sqlite3 *db = open_db(k, "a.db");
    sound(db);
    assert_int_equal(sql_int(db, "SELECT count(*) FROM things"), ROWS - 3);
    (void)sqlite3_close(db);
    assert_int_equal(log_size(k), -1);
}

static void it_stays_when_the_database_was_not_synced_meanwhile(void **state)
{
    stays_when_it_fails(*state, false);
}

static void it_stays_when_it_was_not_synced_afterwards(void **state)
{
    stays_when_it_fails(*state, true);
}

static void it_goes_when_all_is_well(void **state)
{
    struct pages_kit *k = *state;
    struct sqlite q;
    begin(k, &q);
    take_over(&q, "DELETE FROM things WHERE id = 1");
    assert_false(q.keeps_log);
    sqlite3 *db = open_db(k, "a.db");
    run_sql(db, "PRAGMA journal_size_limit = 0; DELETE FROM things WHERE id = 2");
    assert_in_range(log_size(k), 1, 100000); /* it began anew */
    (void)sqlite3_close(db);
    sqlite_disconnect(&q);
    assert_int_equal(log_size(k), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PAGES_TEST(it_stays_when_the_database_was_not_synced_meanwhile),
        PAGES_TEST(it_stays_when_it_was_not_synced_afterwards),
        PAGES_TEST(it_goes_when_all_is_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
