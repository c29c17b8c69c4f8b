/* Rows of a first load that wait, one by one: what they hold, what refuses them; and the name of
 * the file they wait in. Whole records are test_aside.c's. */
#include "aside_kit.h"

#include "base/file.h"
#include "store/sqlite/aside.h"
#include "store/sqlite/aside_run.h"
#include "store/sqlite/db.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *kinds_of(struct kit *k)
{
    return kit_text(k, "SELECT tmdb_id, length(content), author, author_rating, created_at FROM"
                       " reviews ORDER BY 1");
}

/* A review of `n` characters, or one that no table takes. */
static bool write_review(struct kit *k, int64_t id, size_t n, bool is_wrong)
{
    struct cell row[] = {cell_int(id), cell_text(view_of("r")), cell_text(view_of("")), cell_null(),
        cell_null(), cell_null(), is_wrong ? cell_text(view_of("x")) : cell_real(-1.5), cell_null(),
        cell_null(), cell_int(-id), cell_int(INT64_MAX)};
    char *text = arena_take(&k->a, n + 1);
    memset(text, 'x', n);
    row[7] = cell_text((struct view){text, n});
    struct list_write l = {.list = &tmdb_lists[TMDB_LIST_reviews],
        .put = {row, sizeof row / sizeof row[0], 1},
        .hash = view_of("0123456789abcdef")};
    struct tmdb_write w = {.tmdb_id = id,
        .fetched_at = 1,
        .cells = {cell_int(id)},
        .lists = &l,
        .list_n = 1,
        .is_new = true};
    return aside_write(k, &(struct tmdb_write *){&w}, 1, false);
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
    aside_settle(k);
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
    sqlite3 *other = aside_watch(k); /* so that the log is kept, and a lock all the time */
    assert_true(is_locked(k->config.path));
    must(store_begin_first_load(k->s, &k->e));
    must_fail(write_review(k, 1, 1, false), ERR_REFUSED);
    assert_says("another name of the database");
    assert_true(is_locked(k->config.path));
    assert_true(file_exists(path));
    assert_int_equal(unlink(path), 0);
    must(write_review(k, 1, 1, false));
    must(store_end_first_load(k->s, true, &k->e));
    sqlite3_close(other);
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
        KIT_TEST(values_stay_what_they_are),
        KIT_TEST(long_rows_do_not_wait),
        KIT_TEST(a_row_that_does_not_fit_is_refused_at_once),
        KIT_TEST(so_is_one_that_others_refuse),
        KIT_TEST(so_is_nothing_where_others_want_a_value),
        KIT_TEST(many_transactions_are_settled),
        KIT_TEST(a_file_of_its_name),
        KIT_TEST(another_name_of_the_database),
        KIT_TEST(the_file_of_a_linked_database),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
