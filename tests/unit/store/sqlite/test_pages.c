/* The page writer against SQLite itself: whatever rows it writes, SQLite finds the file sound,
 * reads from it what it would have stored itself, and goes on working with it. */
#include "pages_kit.h"

#include "base/file.h"
#include "base/sys.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static const int page_sizes[] = {512, 1024, 2048, 4096, 8192, 16384, 32768, 65536};
enum { PAGE_SIZES = sizeof page_sizes / sizeof page_sizes[0] };

static const struct row_kind usual = {.rows = 1000,
    .seed = 1,
    .movies = 500,
    .movie_step = 5,
    .user_step = 2,
    .last_time = 1700000000,
    .most_of_user = 50};

static void write_and_compare(
    struct pages_kit *k, const struct row_kind *shape, int page_size, int reserved)
{
    make_rows(k, shape);
    write_both(k, page_size, reserved, 1 + shape->seed * 37 % 5000);
    compare_both(k);
}

/* From none to some leaves, each number: leaves that are just full, and one row too many, are among
 * them. */
static void every_number_of_rows(void **state)
{
    struct row_kind shape = usual;
    for (shape.rows = 0; shape.rows <= 160; shape.rows++) {
        shape.seed = shape.rows;
        write_and_compare(*state, &shape, 512, 0);
    }
}

/* The leaves of every page size, around the number of rows that fills one, two and three. */
static void every_page_size(void **state)
{
    struct row_kind shape = usual;
    for (size_t i = 0; i < PAGE_SIZES; i++)
        for (uint64_t leaves = 1; leaves <= 3; leaves++)
            for (uint64_t more = 0; more < 4; more++) {
                shape.rows = (uint64_t)page_sizes[i] * leaves / 24 + more * (1 + shape.seed % 3);
                shape.seed++;
                write_and_compare(*state, &shape, page_sizes[i], 0);
            }
}

static void values_of_every_width(void **state)
{
    static const int32_t steps[] = {1, 3, 200, 30000, 5000000};
    static const int64_t times[] = {
        0, 1, 127, 128, 40000, 9000000, 3000000000, 1LL << 40, 1LL << 50, INT64_MAX};
    struct row_kind shape = usual;
    shape.rows = 2000;
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        for (size_t j = 0; j < sizeof steps / sizeof steps[0]; j++) {
            shape.seed++;
            shape.last_time = times[i];
            shape.movie_step = steps[j];
            shape.user_step = steps[(i + j) % 5];
            write_and_compare(*state, &shape, page_sizes[(i + j) % PAGE_SIZES], 0);
        }
}

/* Times that come close to where the width of a value changes, and step over it. */
static void values_around_the_widths(void **state)
{
    static const int64_t firsts[] = {
        0, 1LL << 7, 1LL << 15, 1LL << 23, 1LL << 31, 1LL << 47, INT64_MAX - 3};
    struct pages_kit *k = *state;
    struct row_kind shape = usual;
    shape.rows = 3000;
    for (int64_t sign = -1; sign <= 1; sign += 2) {
        shape.movie_step = sign < 0 ? 1 : 30000;
        make_rows(k, &shape);
        for (size_t i = 0; i < k->rows.n; i++)
            k->rows.times[i] = sign * (firsts[i / 6 % 7] - 3 + (int64_t)i % 6);
        write_both(k, 1024, 0, 700);
        compare_both(k);
    }
}

static void reserved_bytes(void **state)
{
    static const int reserved[] = {1, 8, 32};
    struct row_kind shape = usual;
    shape.rows = 3000;
    for (size_t i = 0; i < 3; i++)
        write_and_compare(*state, &shape, page_sizes[i], reserved[i]);
}

/* How many levels the tree has: down the first child of each page. */
static int levels(struct pages_kit *k, const char *name, uint32_t page, uint32_t page_size)
{
    int fd = sys_open(pages_path(k, name), O_RDONLY, 0), n = 1;
    uint8_t bytes[65536];
    for (;; n++) {
        assert_int_equal(
            sys_pread(fd, bytes, page_size, (int64_t)(page - 1) * page_size), page_size);
        if (bytes[0] == 0x0a)
            break;
        assert_int_equal(bytes[0], 0x02);
        page = get_u32(bytes + get_u16(bytes + 12));
    }
    (void)sys_close(fd);
    return n;
}

/* Enough rows for both threads, and for several pages on every level. */
static void deep_trees(void **state)
{
    struct pages_kit *k = *state;
    struct row_kind shape = usual;
    for (shape.rows = 40000; shape.rows < 40200; shape.rows += 67) {
        shape.seed++;
        make_rows(k, &shape);
        write_both(k, 512, 0, 16384);
        assert_true(levels(k, "direct.db", k->pages.pages.table_root, 512) >= 4);
        assert_true(levels(k, "direct.db", k->pages.pages.index_root, 512) >= 4);
        compare_both(k);
    }
}

/* Three levels need a third page on the second: the numbers of rows around that. */
static void a_third_level(void **state)
{
    struct pages_kit *k = *state;
    struct row_kind shape = usual;
    int least = 9, most = 0;
    for (shape.rows = 250; shape.rows < 700; shape.rows += 7) {
        shape.seed++;
        make_rows(k, &shape);
        write_both(k, 512, 0, 100);
        int n = levels(k, "direct.db", k->pages.pages.table_root, 512);
        least = n < least ? n : least;
        most = n > most ? n : most;
        compare_both(k);
    }
    assert_int_equal(least, 2);
    assert_int_equal(most, 3);
}

/* ---- byte for byte */

static size_t cell_of(const uint8_t *page, size_t i, const uint8_t **ret)
{
    *ret = page + get_u16(page + 8 + 2 * i);
    return 1 + (size_t)(*ret)[0];
}

static void read_root(struct pages_kit *k, const char *name, uint32_t root, uint8_t *to)
{
    int fd = sys_open(pages_path(k, name), O_RDONLY, 0);
    assert_int_equal(sys_pread(fd, to, 65536, (int64_t)(root - 1) * 65536), 65536);
    (void)sys_close(fd);
}

/* While all is on one leaf, SQLite's entries and ours can be laid side by side. */
static void entries_are_those_of_sqlite(void **state)
{
    struct pages_kit *k = *state;
    static uint8_t ours[65536], theirs[65536];
    struct row_kind shape = usual;
    shape.rows = 1000;
    for (shape.seed = 1; shape.seed < 20; shape.seed++) {
        shape.movie_step = 1 << shape.seed % 22;
        shape.last_time = INT64_MAX >> shape.seed * 3;
        make_rows(k, &shape);
        write_both(k, 65536, 0, 300);
        uint32_t roots[] = {k->pages.pages.table_root, k->pages.pages.index_root};
        for (size_t r = 0; r < 2; r++) {
            read_root(k, "direct.db", roots[r], ours);
            read_root(k, "plain.db", roots[r], theirs);
            assert_int_equal(get_u16(ours + 3), shape.rows);
            assert_int_equal(get_u16(theirs + 3), shape.rows);
            for (size_t i = 0; i < shape.rows; i++) {
                const uint8_t *a, *b;
                size_t n = cell_of(ours, i, &a);
                assert_int_equal(n, cell_of(theirs, i, &b));
                assert_memory_equal(a, b, n);
            }
        }
    }
}

static int64_t read_header(struct pages_kit *k, uint8_t *to)
{
    struct err e;
    int64_t size = 0;
    int fd = sys_open(pages_path(k, "direct.db"), O_RDONLY, 0);
    assert_int_equal(sys_pread(fd, to, 100, 0), 100);
    (void)sys_close(fd);
    assert_true(file_size(pages_path(k, "direct.db"), &size, &e));
    return size;
}

/* As after a transaction of SQLite's: the counter has risen and the page count belongs to it;
 * nothing else but the freelist has changed. */
static void the_header_is_as_after_a_transaction(void **state)
{
    enum { CHANGES = 24, PAGES = 28, FREE_END = 40, VALID_FOR = 92, LIBRARY = 96 };
    struct pages_kit *k = *state;
    uint8_t before[100], after[100];
    make_rows(k, &usual);
    for (size_t i = 0; i < PAGE_SIZES; i++) {
        make_empty(k, "direct.db", page_sizes[i], 0);
        (void)read_header(k, before);
        begin_pages(k, "direct.db");
        (void)write_rows(k, 100);
        table_pages_close(&k->pages.pages);
        int64_t size = read_header(k, after);
        assert_int_equal(get_u32(after + CHANGES), get_u32(before + CHANGES) + 1);
        assert_int_equal(get_u32(after + VALID_FOR), get_u32(after + CHANGES));
        assert_int_equal(get_u32(after + LIBRARY), sqlite3_libversion_number());
        assert_int_equal((int64_t)get_u32(after + PAGES) * page_sizes[i], size);
        assert_memory_equal(after, before, CHANGES);
        assert_memory_equal(after + FREE_END, before + FREE_END, VALID_FOR - FREE_END);
    }
}

/* ---- memory, order, unusual files */

enum { MANY = 300000 };

static bool write_with(struct pages_kit *k, size_t memory)
{
    make_empty(k, "direct.db", 4096, 0);
    begin_pages(k, "direct.db");
    k->pages.pages.index.memory = memory;
    bool indexed = write_rows(k, 16384);
    table_pages_close(&k->pages.pages);
    return indexed;
}

/* Just enough for the rows and for putting the largest bucket of each thread in order. With less,
 * the table is whole without the index, and SQLite makes that. */
static void little_memory(void **state)
{
    struct pages_kit *k = *state;
    struct row_kind shape = usual;
    shape.rows = MANY;
    make_rows(k, &shape);
    write_plain(k, 4096, 0);
    assert_true(write_with(k, 1800000));
    compare_written(k);
    assert_false(write_with(k, 1700000));
    sqlite3 *db = open_db(k, "direct.db");
    run_sql(db, "DROP INDEX ix; CREATE INDEX ix ON ratings (movielens_id, rating)");
    (void)sqlite3_close(db);
    compare_written(k);
}

/* More users than a block of a bucket can number come between two rows of a movie. */
static void users_far_apart(void **state)
{
    struct pages_kit *k = *state;
    struct row_kind shape = usual;
    shape.rows = (1 << 18) + 100;
    shape.most_of_user = 1;
    make_rows(k, &shape);
    struct row_list *r = &k->rows;
    for (size_t i = 0; i < r->n; i++) {
        r->ranks[i] = i < 50 || i + 50 > r->n ? 0 : (uint32_t)r->movie_n - 1;
        r->movies[i] = r->ids[r->ranks[i]];
    }
    write_both(k, 4096, 0, 16384);
    compare_both(k);
}

/* A row out of order, or a key for the second time: everything before it is there. */
static void rows_out_of_order(void **state)
{
    struct pages_kit *k = *state;
    struct row_kind shape = usual;
    for (size_t at = 1; at < 990; at += 41) {
        bool indexed;
        size_t taken;
        make_rows(k, &shape);
        k->rows.n = at;
        write_both(k, 1024, 0, 100);
        make_empty(k, "direct.db", 1024, 0);
        begin_pages(k, "direct.db");
        struct row_list *r = &k->rows;
        size_t from = at % 2 == 0 ? at - 1 : 0; /* which earlier row comes again */
        r->users[at] = r->users[from];
        r->movies[at] = r->movies[from];
        struct rating_block b = {r->users, r->movies, r->ranks, r->half_stars, r->times, 1000};
        assert_true(rating_pages_add(&k->pages, &b, &taken, &k->e));
        assert_int_equal(taken, at);
        assert_true(rating_pages_end(&k->pages, true, &indexed, &k->e));
        table_pages_close(&k->pages.pages);
        compare_both(k);
    }
}

static void refused(struct pages_kit *k, const char *before, const char *after, const char *why)
{
    (void)remove(pages_path(k, "odd.db"));
    sqlite3 *db = open_db(k, "odd.db");
    run_sql(db, before);
    run_sql(db, "CREATE TABLE ratings(a INTEGER PRIMARY KEY) WITHOUT ROWID; CREATE INDEX ix ON "
                "ratings (a)");
    run_sql(db, after);
    (void)sqlite3_close(db);
    begin_pages(k, "odd.db");
    assert_non_null(k->why);
    assert_string_equal(k->why, why);
}

static void unusual_files_are_left_alone(void **state)
{
    struct pages_kit *k = *state;
    make_rows(k, &usual);
    refused(k, "PRAGMA auto_vacuum = FULL", "", "auto_vacuum is on");
    refused(k, "PRAGMA auto_vacuum = INCREMENTAL", "", "auto_vacuum is on");
    refused(k, "PRAGMA journal_mode = WAL", "", "it is in write-ahead mode");
    refused(k, "", "INSERT INTO ratings VALUES (1)", "its tables are not empty");
}

/* ---- page numbers */

/* The page of byte 2^30 is in no run, whatever stands before it. */
static void the_locking_page_is_never_given_out(void **state)
{
    struct pages_kit *k = *state;
    make_rows(k, &usual);
    for (size_t i = 0; i < PAGE_SIZES; i++)
        for (uint32_t before = 0; before < 70; before += 7) {
            make_empty(k, "direct.db", page_sizes[i], 0);
            begin_pages(k, "direct.db");
            struct page_file *f = &k->pages.pages.file;
            uint32_t locking = 0x40000000 / (uint32_t)page_sizes[i] + 1, end;
            f->next = locking - before;
            end = f->next;
            for (int runs = 0; runs < 10; runs++) {
                uint32_t first, n;
                assert_true(page_file_take(f, 16, &first, &n, &k->e));
                assert_in_range(n, 1, 16);
                assert_false(first <= locking && locking < first + n);
                assert_int_equal(first, end == locking ? end + 1 : end);
                end = first + n;
            }
            page_file_give_back(f, locking + 1, end - locking - 1);
            assert_int_equal(f->next, locking);
            table_pages_close(&k->pages.pages);
        }
}

/* Nor is it when pages are reserved; what is left of these is given out later. */
static void nor_from_what_is_reserved(void **state)
{
    enum { RESERVED = 40 };
    static const uint32_t places[] = {0, 1, 20, RESERVED - 1, RESERVED, RESERVED + 1};
    struct pages_kit *k = *state;
    make_rows(k, &usual);
    for (size_t i = 0; i < PAGE_SIZES; i++)
        for (size_t at = 0; at < sizeof places / sizeof places[0]; at++) {
            make_empty(k, "direct.db", page_sizes[i], 0);
            begin_pages(k, "direct.db");
            struct page_file *f = &k->pages.pages.file;
            uint32_t locking = 0x40000000 / (uint32_t)page_sizes[i] + 1, first, n, taken = 0;
            uint32_t begin = locking - places[at], usable = RESERVED - (places[at] < RESERVED);
            f->next = begin;
            assert_true(page_file_reserve(f, RESERVED, &k->e));
            for (; taken < 30; taken += n) {
                assert_true(page_file_take(f, 7, &first, &n, &k->e));
                assert_false(first <= locking && locking < first + n);
                assert_true(first >= begin && first + n <= begin + RESERVED);
            }
            assert_true(page_file_resume(f, &k->e));
            for (; taken < usable + 3; taken++) {
                assert_true(page_file_take_one(f, &first, &k->e));
                assert_true(first >= begin && first != locking);
                assert_int_equal(first >= begin + RESERVED, taken >= usable);
            }
            table_pages_close(&k->pages.pages);
            make_empty(k, "direct.db", page_sizes[i], 0);
            begin_pages(k, "direct.db");
            assert_true(page_file_reserve(f, 3, &k->e) && page_file_take(f, 9, &first, &n, &k->e));
            assert_int_equal(n, 3);
            assert_false(page_file_take(f, 1, &first, &n, &k->e));
            assert_int_equal(k->e.kind, ERR_BUG);
            table_pages_close(&k->pages.pages);
        }
}

/* Whoever runs out of numbers says so, and writes nothing behind its chunk until somebody looks:
 * the first run too. */
static void page_numbers_run_out(void **state)
{
    struct pages_kit *k = *state;
    struct row_kind shape = usual;
    shape.rows = 150000; /* several chunks */
    make_rows(k, &shape);
    for (uint32_t left = 0; left < 3000; left += 1024) {
        struct row_list *r = &k->rows;
        struct rating_block b = {
            r->users, r->movies, r->ranks, r->half_stars, r->times, shape.rows};
        size_t taken;
        bool indexed;
        make_empty(k, "direct.db", 512, 0);
        begin_pages(k, "direct.db");
        k->pages.pages.file.next = 0xfffffffeu - left;
        bool ok = rating_pages_add(&k->pages, &b, &taken, &k->e);
        ok = ok && rating_pages_end(&k->pages, true, &indexed, &k->e);
        assert_false(ok);
        assert_int_equal(k->e.kind, ERR_STORE);
        assert_non_null(strstr(k->e.text, "no page numbers left"));
        table_pages_close(&k->pages.pages);
    }
}

/* Pages that were taken and not used are on the freelist, and SQLite uses them. */
static void unused_pages_are_free(void **state)
{
    struct pages_kit *k = *state;
    make_rows(k, &usual);
    for (size_t i = 0; i < 3; i++) {
        uint32_t first, n, last, one;
        make_empty(k, "direct.db", page_sizes[i], 0);
        begin_pages(k, "direct.db");
        assert_true(page_file_take(&k->pages.pages.file, 400, &first, &n, &k->e));
        assert_true(page_file_take(&k->pages.pages.file, 1, &last, &one, &k->e));
        page_file_give_back(&k->pages.pages.file, first, n);
        page_file_give_back(&k->pages.pages.file, last, 1);
        assert_true(page_file_finish(&k->pages.pages.file, &k->e));
        table_pages_close(&k->pages.pages);
        sqlite3 *db = open_db(k, "direct.db");
        assert_int_equal(sql_int(db, "PRAGMA freelist_count"), 400);
        assert_int_equal(
            sql_int(db, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"), 1);
        run_sql(db, "CREATE TABLE t(a); INSERT INTO t VALUES (zeroblob(300 * 500))");
        assert_int_equal(
            sql_int(db, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"), 1);
        assert_true(sql_int(db, "PRAGMA freelist_count") < 400);
        (void)sqlite3_close(db);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PAGES_TEST(every_number_of_rows),
        PAGES_TEST(every_page_size),
        PAGES_TEST(values_of_every_width),
        PAGES_TEST(values_around_the_widths),
        PAGES_TEST(reserved_bytes),
        PAGES_TEST(deep_trees),
        PAGES_TEST(a_third_level),
        PAGES_TEST(entries_are_those_of_sqlite),
        PAGES_TEST(the_header_is_as_after_a_transaction),
        PAGES_TEST(little_memory),
        PAGES_TEST(users_far_apart),
        PAGES_TEST(rows_out_of_order),
        PAGES_TEST(unusual_files_are_left_alone),
        PAGES_TEST(the_locking_page_is_never_given_out),
        PAGES_TEST(nor_from_what_is_reserved),
        PAGES_TEST(page_numbers_run_out),
        PAGES_TEST(unused_pages_are_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
