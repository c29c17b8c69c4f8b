/* What goes into the log by the block is what was said: in any order, over what is there already,
 * read meanwhile, and with a disk that is full now and then. What was taken back does not go there
 * when others write. */
#include "pages_kit.h"

#include "store/sqlite/db.h"
#include "store/sqlite/log_out.h"

#include <string.h>

enum { ROOM = 4 * 1024 * 1024, FRAME = 24 + 8192 };

struct file {
    sqlite3_file base; /* first */
    char bytes[ROOM];
    int calls, fails; /* so many of the next ones */
};

static struct file file;
static char said[ROOM];

static int write_file(sqlite3_file *f, const void *from, int n, sqlite3_int64 at)
{
    struct file *to = (struct file *)(void *)f;
    to->calls++;
    if (to->fails > 0) {
        to->fails--;
        return SQLITE_FULL;
    }
    assert_in_range(at + n, 1, ROOM);
    memcpy(to->bytes + at, from, (size_t)n);
    return SQLITE_OK;
}

static struct log_out *begin(void)
{
    memset(&file, 0, sizeof file);
    memset(said, 0, sizeof said);
    return log_out_new(&file.base, "/nowhere/log", write_file);
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

static void frames_come_by_the_block(void **state)
{
    uint32_t seed = 1;
    struct log_out *l = begin();
    (void)state;
    int64_t at = 32;
    say(l, 32, 0, &seed);
    for (; at + FRAME < ROOM; at += FRAME) {
        say(l, 24, at, &seed);
        say(l, FRAME - 24, at + 24, &seed);
    }
    assert_in_range(file.calls, 1, 16);
    assert_int_equal(log_out_flush(l), SQLITE_OK);
    assert_memory_equal(file.bytes, said, ROOM);
    int calls = file.calls;
    assert_int_equal(log_out_flush(l), SQLITE_OK); /* there is nothing */
    assert_int_equal(file.calls, calls);
    log_out_free(l);
}

/* A frame again, or from where a savepoint was. */
static int64_t back_somewhere(int64_t end, uint32_t *seed)
{
    return 32 + (int64_t)(next(seed) % 500) * FRAME % (end - 31);
}

static void what_is_read_is_what_was_said(void **state)
{
    (void)state;
    for (uint32_t round = 1; round <= 20; round++) {
        uint32_t seed = round;
        struct log_out *l = begin();
        int64_t end = 32;
        for (int step = 0; step < 2000; step++) {
            int64_t at = next(&seed) % 20 == 0 ? back_somewhere(end, &seed) : end;
            int n = 1 + (int)(next(&seed) % FRAME);
            if (at + n > ROOM)
                at = 32;
            file.fails = next(&seed) % 30 == 0 ? 3 : 0;
            say(l, n, at, &seed);
            end = at + n;
            at = back_somewhere(end, &seed);
            if (next(&seed) % 8 == 0) {
                while (log_out_flush_there(l, FRAME, at) != SQLITE_OK) {
                }
                n = at + FRAME < ROOM ? FRAME : (int)(ROOM - at);
                assert_memory_equal(file.bytes + at, said + at, (size_t)n);
            }
        }
        file.fails = 0;
        assert_int_equal(log_out_flush(l), SQLITE_OK);
        assert_memory_equal(file.bytes, said, ROOM);
        log_out_free(l);
    }
}

static void what_does_not_wait_is_read_from_a_full_disk(void **state)
{
    uint32_t seed = 1;
    struct log_out *l = begin();
    (void)state;
    say(l, FRAME, 32, &seed);
    assert_int_equal(log_out_flush(l), SQLITE_OK);
    say(l, FRAME, 32 + FRAME, &seed);
    file.fails = 2;
    assert_int_equal(log_out_flush(l), SQLITE_FULL);
    assert_int_equal(log_out_flush_there(l, FRAME, 32), SQLITE_OK);
    assert_int_equal(log_out_flush_there(l, 1, 32 + 2 * FRAME), SQLITE_OK);
    assert_int_equal(log_out_flush_there(l, 2, 31 + FRAME), SQLITE_FULL);
    assert_int_equal(log_out_flush_there(l, 1, 31 + 2 * FRAME), SQLITE_OK);
    assert_memory_equal(file.bytes, said, ROOM);
    log_out_free(l);
}

static void what_is_cut_off_is_not_written(void **state)
{
    uint32_t seed = 1;
    struct log_out *l = begin();
    (void)state;
    say(l, FRAME, 32, &seed);
    assert_int_equal(log_out_cut(l, 33), SQLITE_OK);
    assert_int_equal(file.calls, 1);
    say(l, FRAME, 32 + FRAME, &seed);
    assert_int_equal(log_out_cut(l, 32 + FRAME), SQLITE_OK);
    assert_int_equal(log_out_flush(l), SQLITE_OK);
    assert_int_equal(file.calls, 1);
    log_out_free(l);
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
    run_sql(ours, "BEGIN;" ROWS(300, "printf('ours%1000d', i)") "ROLLBACK");
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_come_by_the_block),
        cmocka_unit_test(what_is_read_is_what_was_said),
        cmocka_unit_test(what_does_not_wait_is_read_from_a_full_disk),
        cmocka_unit_test(what_is_cut_off_is_not_written),
        PAGES_TEST(what_was_taken_back_is_not_written_over_what_others_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
