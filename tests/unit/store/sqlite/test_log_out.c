/* What goes into the log by the block is what was said: in any order, over what is there already,
 * read meanwhile, and with a disk that is full now and then, with a thread and without one. What
 * was taken back does not go there when others write, and what could not be synced is not
 * committed. */
#include "pages_kit.h"

#include "base/sys.h"
#include "store/sqlite/db.h"
#include "store/sqlite/log_out.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

enum { ROOM = 4 * 1024 * 1024, FRAME = 24 + 8192, BLOCKS = ROOM / (512 * 1024) };

struct file {
    sqlite3_file base; /* first */
    int fd;
    int calls, fails; /* so many of the next ones */
};

static struct file file;
static char said[ROOM], found[ROOM];
static _Atomic int of_thread;  /* its writes */
static _Atomic int fails_each; /* one of so many of them; 0: none */

static int write_file(sqlite3_file *f, const void *from, int n, sqlite3_int64 at)
{
    struct file *to = (struct file *)(void *)f;
    to->calls++;
    if (to->fails > 0) {
        to->fails--;
        return SQLITE_FULL;
    }
    assert_in_range(at + n, 1, ROOM);
    assert_int_equal(pwrite(to->fd, from, (size_t)n, at), n);
    return SQLITE_OK;
}

/* Only the thread's writes are asked for here. */
static int before(enum sys_call call)
{
    if (call != SYS_WRITE)
        return 0;
    int n = atomic_fetch_add(&of_thread, 1) + 1, each = atomic_load(&fails_each);
    return each != 0 && n % each == 0 ? ENOSPC : 0;
}

static const struct sys_seam seam = {before, 0, 1, 1};

/* A thread needs to open it by its name. */
static struct log_out *begin(struct pages_kit *k, bool threaded)
{
    const char *path = pages_path(k, "log");
    file = (struct file){.fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600)};
    assert_true(file.fd >= 0);
    assert_int_equal(ftruncate(file.fd, ROOM), 0);
    memset(said, 0, sizeof said);
    atomic_store(&of_thread, 0);
    sys_install(&seam);
    return log_out_new(&file.base, threaded ? path : "/nowhere/log", write_file);
}

static void end(struct log_out *l)
{
    log_out_free(l);
    sys_install(NULL);
    atomic_store(&fails_each, 0);
    (void)close(file.fd);
}

static void assert_said(int64_t at, size_t n)
{
    assert_int_equal(pread(file.fd, found, n, at), n);
    assert_memory_equal(found, said + at, n);
}

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void say(struct log_out *l, int n, int64_t at, uint32_t *seed)
{
    for (int i = 0; i < n; i++)
        said[at + i] = (char)next(seed);
    while (log_out_write(l, said + at, n, at) != SQLITE_OK) {
    }
}

/* Whole blocks by the thread, the first and the last by the other, in whose time they come. */
static void frames_come_by_the_block(void **state)
{
    for (int threaded = 0; threaded <= 1; threaded++) {
        uint32_t seed = 1;
        struct log_out *l = begin(*state, threaded != 0);
        int64_t at = 32;
        say(l, 32, 0, &seed);
        for (; at + FRAME < ROOM; at += FRAME) {
            say(l, 24, at, &seed);
            say(l, FRAME - 24, at + 24, &seed);
        }
        assert_int_equal(log_out_flush(l), SQLITE_OK);
        assert_said(0, ROOM);
        assert_in_range(file.calls, 1, threaded ? 1 : BLOCKS);
        assert_int_equal(atomic_load(&of_thread), threaded ? BLOCKS - 1 : 0);
        int calls = file.calls;
        assert_int_equal(log_out_flush(l), SQLITE_OK); /* there is nothing */
        assert_int_equal(file.calls, calls);
        end(l);
    }
}

/* A frame again, or from where a savepoint was. */
static int64_t back_somewhere(int64_t end, uint32_t *seed)
{
    return 32 + (int64_t)(next(seed) % 500) * FRAME % (end - 31);
}

static void assert_read_back(struct log_out *l, int64_t at)
{
    while (log_out_flush_there(l, FRAME, at) != SQLITE_OK) {
    }
    assert_said(at, (size_t)(at + FRAME < ROOM ? FRAME : ROOM - at));
}

static void say_and_read(struct pages_kit *k, uint32_t round, bool threaded)
{
    uint32_t seed = round;
    struct log_out *l = begin(k, threaded);
    int64_t last = 32;
    atomic_store(&fails_each, (int)(round % 4));
    for (int step = 0; step < 2000; step++) {
        int64_t at = next(&seed) % 200 == 0 ? back_somewhere(last, &seed) : last;
        int n = 1 + (int)(next(&seed) % FRAME);
        if (at + n > ROOM)
            at = 32;
        file.fails = next(&seed) % 30 == 0 ? 3 : 0;
        say(l, n, at, &seed);
        last = at + n;
        at = back_somewhere(last, &seed);
        if (next(&seed) % 60 == 0)
            assert_read_back(l, at);
    }
    file.fails = 0;
    assert_int_equal(log_out_flush(l), SQLITE_OK);
    assert_said(0, ROOM);
    assert_true(threaded == (atomic_load(&of_thread) > 0));
    end(l);
}

static void what_is_read_is_what_was_said(void **state)
{
    for (uint32_t round = 1; round <= 20; round++) {
        say_and_read(*state, round, false);
        say_and_read(*state, round, true);
    }
}

static void what_does_not_wait_is_read_from_a_full_disk(void **state)
{
    uint32_t seed = 1;
    struct log_out *l = begin(*state, false);
    say(l, FRAME, 32, &seed);
    assert_int_equal(log_out_flush(l), SQLITE_OK);
    say(l, FRAME, 32 + FRAME, &seed);
    file.fails = 2;
    assert_int_equal(log_out_flush(l), SQLITE_FULL);
    assert_int_equal(log_out_flush_there(l, FRAME, 32), SQLITE_OK);
    assert_int_equal(log_out_flush_there(l, 1, 32 + 2 * FRAME), SQLITE_OK);
    assert_int_equal(log_out_flush_there(l, 2, 31 + FRAME), SQLITE_FULL);
    assert_int_equal(log_out_flush_there(l, 1, 31 + 2 * FRAME), SQLITE_OK);
    assert_said(0, ROOM);
    end(l);
}

static void what_is_cut_off_is_not_written(void **state)
{
    uint32_t seed = 1;
    struct log_out *l = begin(*state, false);
    say(l, FRAME, 32, &seed);
    assert_int_equal(log_out_cut(l, 33), SQLITE_OK);
    assert_int_equal(file.calls, 1);
    say(l, FRAME, 32 + FRAME, &seed);
    assert_int_equal(log_out_cut(l, 32 + FRAME), SQLITE_OK);
    assert_int_equal(log_out_flush(l), SQLITE_OK);
    assert_int_equal(file.calls, 1);
    end(l);
}

/* A block that the thread could not write, and one that fills behind it. */
static struct log_out *begin_full(struct pages_kit *k, int64_t *ret_block)
{
    uint32_t seed = 1;
    struct log_out *l = begin(k, true);
    *ret_block = ROOM / BLOCKS;
    atomic_store(&fails_each, 1);
    say(l, (int)*ret_block + FRAME, 0, &seed);
    return l;
}

static void what_the_thread_cannot_write_is_tried_again(void **state)
{
    int64_t block;
    struct log_out *l = begin_full(*state, &block);
    file.fails = 2;
    assert_int_equal(log_out_flush_there(l, 1, 0), SQLITE_FULL);
    assert_int_equal(log_out_flush(l), SQLITE_FULL);
    assert_int_equal(log_out_flush(l), SQLITE_OK);
    assert_int_equal(file.calls, 4);
    assert_int_equal(atomic_load(&of_thread), 1);
    assert_said(0, (size_t)block + FRAME);
    end(l);
}

static void cut_off_is_tried_no_more(void **state)
{
    int64_t block;
    struct log_out *l = begin_full(*state, &block);
    file.fails = 1;
    assert_int_equal(log_out_cut(l, 1), SQLITE_FULL); /* what stays is to be there */
    assert_int_equal(log_out_cut(l, 0), SQLITE_OK);
    assert_int_equal(log_out_flush(l), SQLITE_OK);
    assert_int_equal(file.calls, 1);
    end(l);
    l = begin_full(*state, &block);
    log_out_forget(l);
    assert_int_equal(log_out_flush(l), SQLITE_OK);
    assert_int_equal(file.calls, 0);
    end(l);
}

/* Whoever writes next in its place may do so at once: nothing of it comes afterwards. */
static void what_is_under_way_is_there_when_it_is_forgotten(void **state)
{
    for (int cut = 0; cut <= 1; cut++) {
        uint32_t seed = 1;
        int64_t block = ROOM / BLOCKS;
        struct log_out *l = begin(*state, true);
        say(l, (int)block + FRAME, 0, &seed);
        if (cut != 0)
            assert_int_equal(log_out_cut(l, 0), SQLITE_OK);
        else
            log_out_forget(l);
        assert_said(0, (size_t)block);
        assert_int_equal(log_out_flush(l), SQLITE_OK);
        assert_int_equal(file.calls, 0);
        end(l);
    }
}

/* ---- with SQLite, and somebody else */

#define ROWS(n, what)                                                                              \
    "WITH RECURSIVE c(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM c WHERE i < " #n ")"           \
    " INSERT INTO things SELECT i, " what " FROM c;"

/* A connection through the VFS, with so small a cache that the log gets what is not committed. */
static sqlite3 *open_ours(struct pages_kit *k, const sqlite3_vfs *vfs)
{
    sqlite3 *db;
    int how = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    assert_int_equal(sqlite3_open_v2(pages_path(k, "a.db"), &db, how, vfs->zName), SQLITE_OK);
    run_sql(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = 5;"
                "CREATE TABLE things(id INTEGER PRIMARY KEY, x TEXT)");
    return db;
}

static void assert_theirs(sqlite3 *db)
{
    sound(db);
    assert_int_equal(sql_int(db, "SELECT count(*) FROM things WHERE x LIKE 'theirs%'"), 200);
}

static void what_was_taken_back_is_not_written_over_what_others_write(void **state)
{
    struct pages_kit *k = *state;
    sqlite3_vfs *vfs = sqlite_vfs_new();
    sqlite3 *ours = open_ours(k, vfs), *theirs = open_db(k, "a.db");
    run_sql(ours, "BEGIN;" ROWS(3000, "printf('ours%1000d', i)") "ROLLBACK"); /* some blocks */
    run_sql(theirs, ROWS(200, "printf('theirs%1000d', i)"));
    assert_theirs(ours);
    run_sql(ours, "UPDATE things SET x = x || ' and ours'");
    assert_theirs(theirs);
    (void)sqlite3_close(ours);
    (void)sqlite3_close(theirs);
    sqlite_vfs_free(vfs);
    theirs = open_db(k, "a.db");
    assert_theirs(theirs);
    (void)sqlite3_close(theirs);
}

static _Atomic int syncs;

static int fail_first_sync(enum sys_call call)
{
    return call == SYS_SYNC && atomic_fetch_add(&syncs, 1) == 0 ? EIO : 0;
}

static const struct sys_seam first_sync_fails = {fail_first_sync, 0, 1, 1};

/* Of a large log it is the thread's, before the commit. All that come later may succeed: what that
 * one lost, the system does not write again. */
static void a_log_that_could_not_be_synced_is_not_committed(void **state)
{
    struct pages_kit *k = *state;
    sqlite3_vfs *vfs = sqlite_vfs_new();
    sqlite3 *ours = open_ours(k, vfs), *theirs = open_db(k, "a.db");
    run_sql(ours, "PRAGMA cache_size = 500"); /* no page goes there twice */
    atomic_store(&syncs, 0);
    sys_install(&first_sync_fails);
    run_sql(ours, "BEGIN;" ROWS(40000, "printf('ours%1000d', i)"));
    while (atomic_load(&syncs) == 0)
        (void)sched_yield();
    int rc = sqlite3_exec(ours, "COMMIT", NULL, NULL, NULL);
    sys_install(NULL);
    assert_int_equal(rc, SQLITE_IOERR);
    assert_int_equal(sql_int(theirs, "SELECT count(*) FROM things"), 0);
    (void)sqlite3_exec(ours, "ROLLBACK", NULL, NULL, NULL);
    run_sql(ours, ROWS(200, "printf('theirs%1000d', i)"));
    assert_theirs(theirs);
    (void)sqlite3_close(ours);
    (void)sqlite3_close(theirs);
    sqlite_vfs_free(vfs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PAGES_TEST(frames_come_by_the_block),
        PAGES_TEST(what_is_read_is_what_was_said),
        PAGES_TEST(what_does_not_wait_is_read_from_a_full_disk),
        PAGES_TEST(what_is_cut_off_is_not_written),
        PAGES_TEST(what_the_thread_cannot_write_is_tried_again),
        PAGES_TEST(cut_off_is_tried_no_more),
        PAGES_TEST(what_is_under_way_is_there_when_it_is_forgotten),
        PAGES_TEST(what_was_taken_back_is_not_written_over_what_others_write),
        PAGES_TEST(a_log_that_could_not_be_synced_is_not_committed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
