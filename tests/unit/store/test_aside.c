/* Rows of a first load that wait until they go into their tables (store/sqlite/aside.h). */
#include "kit.h"

#include "base/file.h"
#include "model/decode.h"
#include "randmovie.h"
#include "store/sqlite/aside.h"
#include "store/sqlite/aside_run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOVIES = 96, GROUP = 20, PORTION = 24 };

/* ---- random records, new ones */

static struct tmdb_write *new_record(struct kit *k, struct rng *r, int64_t id)
{
    struct tmdb_movie *m = arena_take(&k->a, sizeof *m);
    struct list_write *lists = arena_take_array(&k->a, TMDB_LIST_COUNT, sizeof *lists);
    struct tmdb_write *w = arena_take(&k->a, sizeof *w);
    struct findings f;
    findings_init(&f);
    while (!tmdb_decode(random_body(r, id, &k->a), view_of("test"), &k->a, m, &f))
        memset(m, 0, sizeof *m);
    findings_done(&f);
    *w = (struct tmdb_write){.tmdb_id = id, .fetched_at = 5, .lists = lists, .is_new = true};
    row_of_movie(m, &k->a, w->cells);
    for (size_t i = 0; i < TMDB_LIST_COUNT; i++) {
        struct list_write *lw = &lists[w->list_n++];
        lw->list = &tmdb_lists[i];
        rows_of_list(lw->list, m, &k->a, &lw->put);
        rows_of_own(lw->list, m, &k->a, &lw->own);
        lw->hash = view_of("0123456789abcdef");
    }
    return w;
}

/* Ids in no order. */
static void random_records(struct kit *k, struct tmdb_write *ret[MOVIES])
{
    struct rng r = {20261127};
    for (int64_t i = 0; i < MOVIES; i++)
        ret[i] = new_record(k, &r, 1 + i * 7 % MOVIES);
}

struct group {
    struct kit *k;
    struct tmdb_write **records;
    size_t n;
    bool fails;
};

static bool write_them(void *payload, struct err *e)
{
    const struct group *g = payload;
    return store_write_tmdb(g->k->s, (const struct tmdb_write *const *)g->records, g->n, e) &&
           (!g->fails || err_set(e, ERR_DATA, "it shall fail"));
}

static bool write_group(struct kit *k, struct tmdb_write **records, size_t n, bool fails)
{
    return store_transact(k->s, write_them, &(struct group){k, records, n, fails}, &k->e);
}

static void settle(struct kit *k)
{
    bool settled = false;
    must(store_settle(k->s, true, &settled, &k->e));
    assert_true(settled);
}

/* The dump of the records written one group after the other, without waiting. */
static struct view plain_dump(struct kit *k, struct tmdb_write *records[MOVIES])
{
    const char *path = k->config.path;
    k->config.path = kit_path(k, "plain.db");
    kit_open(k, STORE_CREATE);
    for (size_t i = 0; i < MOVIES; i += GROUP)
        must(write_group(k, records + i, i + GROUP < MOVIES ? GROUP : MOVIES - i, false));
    struct view dump = kit_dump(k);
    kit_sound(k);
    k->config.path = path;
    kit_open(k, STORE_WRITE);
    return dump;
}

static void what_waited_is_there_in_the_end(void **state)
{
    struct kit *k = *state;
    struct tmdb_write *records[MOVIES];
    random_records(k, records);
    struct view plain = plain_dump(k, records);
    must(store_begin_first_load(k->s, &k->e));
    for (size_t i = 0; i < MOVIES; i += GROUP) {
        struct tmdb_write **group = records + i;
        size_t n = i + GROUP < MOVIES ? GROUP : MOVIES - i;
        must_fail(write_group(k, group, n, true), ERR_DATA);
        must(write_group(k, group, n, false));
        if (i == 2 * (size_t)GROUP)
            settle(k);
    }
    must(store_end_first_load(k->s, true, &k->e));
    assert_true(view_eq(kit_dump(k), plain));
    kit_sound(k);
}

static int64_t stored_rows(struct kit *k, const struct tmdb_write *w)
{
    int64_t n = 0;
    for (size_t i = 0; i < w->list_n; i++) {
        struct row_set rows;
        must(store_read_rows(k->s, w->lists[i].list, w->tmdb_id, &k->a, &rows, &k->e));
        assert_int_equal(rows.n, w->lists[i].put.n);
        n += (int64_t)rows.n;
    }
    return n;
}

/* A record may come a second time: whoever reads its rows finds them, though the group that reads
 * them is taken back. */
static void who_reads_finds_what_waits(void **state)
{
    struct kit *k = *state;
    struct tmdb_write *records[MOVIES];
    random_records(k, records);
    struct view plain = plain_dump(k, records);
    must(store_begin_first_load(k->s, &k->e));
    must(write_group(k, records, GROUP, false));
    must(store_begin(k->s, &k->e));
    struct group second = {k, records + GROUP, GROUP, false};
    must(write_them(&second, &k->e));
    int64_t n = 0;
    for (size_t i = 0; i < 2 * (size_t)GROUP; i++)
        n += stored_rows(k, records[i]);
    assert_true(n > 100);
    store_rollback(k->s);
    for (size_t i = GROUP; i < MOVIES; i += GROUP)
        must(write_group(k, records + i, i + GROUP < MOVIES ? GROUP : MOVIES - i, false));
    must(store_end_first_load(k->s, true, &k->e));
    assert_true(view_eq(kit_dump(k), plain));
    kit_sound(k);
}

static void write_all(struct kit *k, struct tmdb_write *records[MOVIES])
{
    for (size_t i = 0; i < MOVIES; i += GROUP)
        must(write_group(k, records + i, i + GROUP < MOVIES ? GROUP : MOVIES - i, false));
}

/* How many tables were filled from the file beside. */
static size_t taken_over(const struct kit *k)
{
    const struct sqlite *q = sqlite_of(k->s);
    static const char takes[] = "INSERT OR ROLLBACK INTO main.";
    size_t n = 0;
    for (size_t i = 0; i < STATEMENTS; i++)
        n += q->statements[i].sql != NULL &&
             strncmp(q->statements[i].sql, takes, sizeof takes - 1) == 0;
    return n;
}

/* Such rows make no tree. */
static void of_rows_with_one_key_the_last_stays(void **state)
{
    struct kit *k = *state;
    struct tmdb_write *records[MOVIES];
    random_records(k, records);
    struct view plain = plain_dump(k, records);
    must(store_begin_first_load(k->s, &k->e));
    write_all(k, records);
    for (size_t i = 0; i < GROUP; i++) { /* but what is said last of those that are named counts */
        struct list_write *lists = arena_take_array(&k->a, records[i]->list_n, sizeof *lists);
        memcpy(lists, records[i]->lists, records[i]->list_n * sizeof *lists);
        for (size_t l = 0; l < records[i]->list_n; l++)
            lists[l].own.n = 0;
        records[i]->lists = lists;
    }
    must(write_group(k, records, GROUP, false));
    must(store_end_first_load(k->s, true, &k->e));
    assert_true(view_eq(kit_dump(k), plain));
    kit_sound(k);
}

/* Nor is there a file to write trees into. */
static void without_the_file_beside(struct kit *k, bool locked)
{
    struct tmdb_write *records[MOVIES];
    const char *beside = kit_path(k, "movies.db.new");
    random_records(k, records);
    struct view plain = plain_dump(k, records);
    int fd = open(beside, O_RDWR | O_CREAT, 0644);
    assert_int_equal(write(fd, "mine", 4), 4);
    assert_true(!locked || flock(fd, LOCK_EX) == 0);
    must(store_begin_first_load(k->s, &k->e));
    write_all(k, records);
    must(store_end_first_load(k->s, true, &k->e));
    assert_int_equal(taken_over(k), 0);
    assert_true(view_eq(kit_dump(k), plain));
    assert_true(file_exists(beside));
    kit_sound(k);
    close(fd);
}

static void the_name_beside_may_be_taken(void **state)
{
    without_the_file_beside(*state, false);
}

static void and_the_file_locked(void **state)
{
    without_the_file_beside(*state, true);
}

/* Files that somebody made his own way. Small pages have no room for these rows as a whole. */
static void in_files_of_any_kind(void **state)
{
    static const struct {
        const char *how;
        bool pages; /* some tables come so */
    } kinds[] = {
        {"page_size = 512", false}, {"page_size = 65536", true}, {"auto_vacuum = FULL", true}};
    struct kit *k = *state;
    struct tmdb_write *records[MOVIES];
    random_records(k, records);
    struct view plain = plain_dump(k, records);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        k->config.path = kit_path(k, arena_print(&k->a, "kind-%zu.db", i).p);
        kit_sql(k, arena_print(&k->a, "PRAGMA %s; CREATE TABLE theirs(x)", kinds[i].how).p);
        kit_open(k, STORE_CREATE);
        must(store_begin_first_load(k->s, &k->e));
        write_all(k, records);
        must(store_end_first_load(k->s, true, &k->e));
        assert_int_equal(taken_over(k) > 0, kinds[i].pages);
        assert_true(view_eq(kit_dump(k), plain));
        kit_sound(k);
    }
}

static void indexes_come_with_the_rows(void **state)
{
    struct kit *k = *state;
    struct tmdb_write *records[MOVIES];
    random_records(k, records);
    must(store_begin_first_load(k->s, &k->e));
    write_all(k, records);
    const char *sql =
        "SELECT count(*) FROM sqlite_schema WHERE name = 'ix_watch_providers_country'";
    assert_int_equal(kit_int(k, sql), 0);
    settle(k);
    assert_int_equal(kit_int(k, sql), 1);
    assert_in_range(taken_over(k), 5, 20);
    assert_false(file_exists(kit_path(k, "movies.db.new")));
    must(store_end_first_load(k->s, true, &k->e));
    kit_sound(k);
}

/* ---- single rows */

static const char *kinds_of(struct kit *k)
{
    return kit_text(k, "SELECT tmdb_id, length(content), author, author_rating, created_at FROM"
                       " reviews ORDER BY 1");
}

/* A review of `n` characters, or one that no table takes. */
static bool write_review(struct kit *k, int64_t id, size_t n, bool is_wrong)
{
    struct cell row[] = {cell_int(id), cell_text(view_of("r")), cell_text(view_of("")), cell_null(),
        cell_null(), cell_null(), is_wrong ? cell_text(view_of("x")) : cell_real(-1.5),
        cell_null(), cell_null(), cell_int(-id), cell_int(INT64_MAX)};
    char *text = arena_take(&k->a, n + 1);
    memset(text, 'x', n);
    row[7] = cell_text((struct view){text, n});
    struct list_write l = {.list = &tmdb_lists[TMDB_LIST_reviews],
        .put = {row, sizeof row / sizeof row[0], 1},
        .hash = view_of("0123456789abcdef")};
    struct tmdb_write w = {.tmdb_id = id, .fetched_at = 1, .cells = {cell_int(id)}, .lists = &l,
        .list_n = 1, .is_new = true};
    return write_group(k, &(struct tmdb_write *){&w}, 1, false);
}

static void values_stay_what_they_are(void **state)
{
    struct kit *k = *state;
    must(store_begin_first_load(k->s, &k->e));
    must(write_review(k, 1, 3 * 1024 * 1024, false)); /* does not wait */
    must(write_review(k, 3, 30 * 1000, false));
    must(write_review(k, 2, 0, false));
    must(write_review(k, 300, 1, false));
    assert_int_equal(kit_int(k, "SELECT count(*) FROM tmdb_movies"), 0);
    must(store_end_first_load(k->s, true, &k->e));
    assert_string_equal(kinds_of(k), "1|3145728||-1.5|-1; 2|0||-1.5|-2; 3|30000||-1.5|-3; "
                                     "300|1||-1.5|-300");
    kit_sound(k);
}

/* When runs are merged, a row of each is in memory. */
static void long_rows_do_not_wait(void **state)
{
    struct kit *k = *state;
    must(store_begin_first_load(k->s, &k->e));
    must(write_review(k, 1, 1000, false));
    assert_int_equal(aside_rows(sqlite_of(k->s)->aside), 1);
    must(write_review(k, 2, RUN_MAX_ROW, false));
    assert_int_equal(aside_rows(sqlite_of(k->s)->aside), 1);
    must(write_review(k, 3, RUN_MAX_ROW - 1000, false));
    assert_int_equal(aside_rows(sqlite_of(k->s)->aside), 2);
    must(store_end_first_load(k->s, true, &k->e));
    assert_string_equal(kinds_of(k), "1|1000||-1.5|-1; 2|32768||-1.5|-2; 3|31768||-1.5|-3");
    kit_sound(k);
}

/* Said when it is known which record it is, and not when all that waits is lost by it. */
static void a_row_that_does_not_fit_is_refused_at_once(void **state)
{
    struct kit *k = *state;
    must(store_begin_first_load(k->s, &k->e));
    must(write_review(k, 1, 1, false));
    must_fail(write_review(k, 2, 1, true), ERR_STORE);
    assert_says("tmdb 2: reviews");
    must(write_review(k, 3, 1, false));
    must(store_end_first_load(k->s, true, &k->e));
    assert_string_equal(kinds_of(k), "1|1||-1.5|-1; 3|1||-1.5|-3");
    kit_sound(k);
}

/* The table, made anew by somebody; `url` and `more` as he likes. */
#define REBUILT(url, more)                                                                         \
    "DROP TABLE reviews; CREATE TABLE reviews(tmdb_id INTEGER NOT NULL, review_id TEXT NOT NULL,"  \
    " author TEXT, author_name TEXT, author_username TEXT, author_avatar_path TEXT, author_rating" \
    " REAL, content TEXT, url " url ", created_at INTEGER, changed_at INTEGER, PRIMARY KEY"        \
    " (tmdb_id, review_id)" more ") STRICT, WITHOUT ROWID"

static void so_is_one_that_others_refuse(void **state)
{
    static const char *const theirs[] = {
        "CREATE TRIGGER theirs BEFORE INSERT ON reviews WHEN new.tmdb_id = 2 BEGIN SELECT RAISE"
        "(ABORT, 'not this one'); END",
        "CREATE UNIQUE INDEX theirs ON reviews(review_id, length(content))",
        "CREATE INDEX theirs ON reviews(abs(CASE WHEN tmdb_id = 2"
        " THEN -9223372036854775807 - 1 ELSE 1 END))",
        "ALTER TABLE reviews ADD COLUMN theirs INTEGER CHECK (tmdb_id <> 2)",
        "ALTER TABLE reviews ADD COLUMN theirs INTEGER NOT NULL AS (nullif(tmdb_id, 2))",
        REBUILT("TEXT", ", UNIQUE (review_id, content)"),
    };
    struct kit *k = *state;
    for (size_t i = 0; i < sizeof theirs / sizeof theirs[0]; i++) {
        k->config.path = kit_path(k, arena_print(&k->a, "theirs-%zu.db", i).p);
        kit_open(k, STORE_CREATE);
        kit_sql(k, theirs[i]);
        must(store_begin_first_load(k->s, &k->e));
        must(write_review(k, 1, 1, false));
        must_fail(write_review(k, 2, 1, false), ERR_STORE);
        assert_says("tmdb 2: reviews");
        must(write_review(k, 3, 2, false));
        must(store_end_first_load(k->s, true, &k->e));
        assert_string_equal(kinds_of(k), "1|1||-1.5|-1; 3|2||-1.5|-3");
        kit_sound(k);
    }
}

static void so_is_nothing_where_others_want_a_value(void **state)
{
    struct kit *k = *state;
    kit_sql(k, REBUILT("TEXT NOT NULL", ""));
    must(store_begin_first_load(k->s, &k->e));
    must_fail(write_review(k, 1, 2000, false), ERR_STORE);
    assert_says("tmdb 1: reviews");
    must(store_end_first_load(k->s, true, &k->e));
    kit_sound(k);
}

/* As many can wait as can be read at once. */
static void many_transactions_are_settled(void **state)
{
    struct kit *k = *state;
    bool settled = false;
    int64_t n = 0;
    must(store_begin_first_load(k->s, &k->e));
    while (n < 3000 && !settled) {
        must(write_review(k, ++n, 1, false));
        must(store_settle(k->s, false, &settled, &k->e));
    }
    assert_in_range(n, 500, 2000);
    assert_int_equal(kit_int(k, "SELECT count(*) FROM reviews"), n);
    must(store_end_first_load(k->s, true, &k->e));
    kit_sound(k);
}

/* ---- when something fails */

/* Two gatherings, of which the first may stay when the second does not. */
static bool load(struct kit *k, struct tmdb_write *records[MOVIES])
{
    bool settled, ok = store_begin_first_load(k->s, &k->e);
    for (size_t i = 0; ok && i < MOVIES; i += PORTION)
        ok = write_group(k, records + i, PORTION, false) &&
             (i != PORTION || store_settle(k->s, true, &settled, &k->e));
    struct err later;
    return store_end_first_load(k->s, true, ok ? &k->e : &later) && ok;
}

static void the_rest(struct kit *k, struct tmdb_write *records[MOVIES])
{
    for (size_t i = 0; i < MOVIES; i++) {
        struct tmdb_stored got;
        must(store_read_tmdb(k->s, &records[i]->tmdb_id, 1, &k->a, &got, &k->e));
        if (got.exists)
            (void)stored_rows(k, records[i]);
        else
            must(write_group(k, records + i, 1, false));
    }
}

/* Many a file call fails: a record is there with all of its rows or not at all, and nothing is
 * left. */
static void it_survives_every_fault(void **state)
{
    static const struct {
        int kind, errnum;
    } faults[] = {{SYS_WRITE, ENOSPC}, {SYS_WRITE, EIO}, {SYS_READ, EIO}, {SYS_OPEN, EMFILE},
        {SYS_UNLINK, EIO}, {SYS_SYNC, EIO}, {SYS_TRUNCATE, EIO}};
    struct kit *k = *state;
    struct tmdb_write *records[MOVIES];
    random_records(k, records);
    struct view plain = plain_dump(k, records);
    const char *aside = kit_path(k, "work.db.aside"), *beside = kit_path(k, "work.db.new"),
               *work = kit_path(k, "work.db");
    int64_t failures = 0;
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        int64_t calls = 0, n = 0;
        do {
            kit_close(k);
            (void)remove(work);
            k->config.path = work;
            kit_open(k, STORE_CREATE);
            n += 1 + n / 3;
            kit_arm(faults[i].kind, n, faults[i].errnum);
            bool ok = load(k, records);
            calls = kit_fault.calls;
            kit_disarm();
            failures += !ok;
            if (!ok && faults[i].errnum == ENOSPC && k->e.kind != ERR_DISK)
                fail_msg("write %lld: %s: %s", (long long)n, err_name(k->e.kind), k->e.text);
            kit_close(k);
            kit_sound(k);
            kit_open(k, STORE_WRITE);
            the_rest(k, records);
            assert_true(view_eq(kit_dump(k), plain));
            kit_sound(k);
            assert_false(file_exists(aside)); /* not even when taking its name away failed */
            assert_false(file_exists(beside));
        } while (calls >= n);
    }
    assert_true(failures > 15);
}

/* Killed while the file had a name, it is empty; something else is somebody's. */
static void a_file_of_its_name(void **state)
{
    struct kit *k = *state;
    const char *path = kit_path(k, "movies.db.aside");
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fclose(f);
    must(store_begin_first_load(k->s, &k->e));
    must(write_review(k, 1, 1, false));
    settle(k);
    assert_false(file_exists(path));
    f = fopen(path, "w");
    assert_non_null(f);
    fputs("mine", f);
    fclose(f);
    must_fail(write_review(k, 2, 1, false), ERR_REFUSED);
    assert_says("in the way");
    must(store_end_first_load(k->s, true, &k->e));
    assert_true(file_exists(path));
    assert_string_equal(kinds_of(k), "1|1||-1.5|-1");
    kit_sound(k);
}

/* By a process of its own: one's own locks are in nobody's way. */
static bool is_locked(const char *path)
{
    struct flock shared = {
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0x40000002, .l_len = 510};
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        int fd = open(path, O_RDWR);
        _exit(fd < 0 || fcntl(fd, F_GETLK, &shared) != 0 ? 2 : shared.l_type != F_UNLCK);
    }
    assert_true(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status));
    assert_in_range(WEXITSTATUS(status), 0, 1);
    return WEXITSTATUS(status) == 1;
}

/* It is only refused: whoever opens and closes it ends the locks that SQLite has. */
static void another_name_of_the_database(void **state)
{
    struct kit *k = *state;
    const char *path = kit_path(k, "movies.db.aside");
    assert_int_equal(link(k->config.path, path), 0);
    kit_open(k, STORE_WRITE);
    assert_true(is_locked(k->config.path));
    must(store_begin_first_load(k->s, &k->e));
    must_fail(write_review(k, 1, 1, false), ERR_REFUSED);
    assert_says("another name of the database");
    assert_true(is_locked(k->config.path));
    assert_true(file_exists(path));
    assert_int_equal(unlink(path), 0);
    must(write_review(k, 1, 1, false));
    must(store_end_first_load(k->s, true, &k->e));
    assert_string_equal(kinds_of(k), "1|1||-1.5|-1");
    kit_sound(k);
}

/* A database behind a link: the file lies beside it, where SQLite has its log, too. */
static void the_file_of_a_linked_database(void **state)
{
    struct kit *k = *state;
    const char *linked = kit_path(k, "link.db");
    FILE *f = fopen(kit_path(k, "link.db.aside"), "w");
    assert_non_null(f);
    fputs("mine", f);
    fclose(f);
    assert_int_equal(symlink(k->config.path, linked), 0);
    k->config.path = linked;
    kit_open(k, STORE_WRITE);
    must(store_begin_first_load(k->s, &k->e));
    must(write_review(k, 1, 1, false));
    must(store_end_first_load(k->s, true, &k->e));
    assert_string_equal(kinds_of(k), "1|1||-1.5|-1");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        KIT_TEST(what_waited_is_there_in_the_end),
        KIT_TEST(who_reads_finds_what_waits),
        KIT_TEST(of_rows_with_one_key_the_last_stays),
        KIT_TEST(the_name_beside_may_be_taken),
        KIT_TEST(and_the_file_locked),
        KIT_TEST(in_files_of_any_kind),
        KIT_TEST(indexes_come_with_the_rows),
        KIT_TEST(values_stay_what_they_are),
        KIT_TEST(long_rows_do_not_wait),
        KIT_TEST(a_row_that_does_not_fit_is_refused_at_once),
        KIT_TEST(so_is_one_that_others_refuse),
        KIT_TEST(so_is_nothing_where_others_want_a_value),
        KIT_TEST(many_transactions_are_settled),
        KIT_TEST(it_survives_every_fault),
        KIT_TEST(a_file_of_its_name),
        KIT_TEST(another_name_of_the_database),
        KIT_TEST(the_file_of_a_linked_database),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
