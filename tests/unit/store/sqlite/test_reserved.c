/* Trees in pages that were reserved: SQLite reads each as it is there, in one transaction, while a
 * thread writes the others. */
#include "pages_kit.h"

#include "base/mem.h"
#include "base/thread.h"
#include "store/sqlite/btree.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { TREES = 8, TREE_BYTES = 3 * 1024 * 1024, LONGEST = 16 * 1024 };

/* How long texts are: the same for all, none, or of any length up to that. */
struct kind {
    uint32_t least, most;
};

struct written {
    struct leaves leaves;
    struct kind kind;
    uint32_t root;
    int64_t rows, texts; /* bytes */
};

struct writing {
    struct written trees[TREES];
    struct queue *ready;
};

/* With the place of its cell. */
static uint64_t entry_bytes(const struct value v[2], uint32_t text)
{
    return 10u + v[0].size + v[1].size + text;
}

static uint32_t text_of(const struct kind *kind, int64_t i)
{
    return kind->least + (uint32_t)(i * 7919) % (kind->most - kind->least + 1);
}

static uint64_t walk(struct written *t, const char *text, bool write)
{
    uint64_t bytes = 0;
    t->rows = t->texts = 0;
    for (int64_t i = 0; bytes < TREE_BYTES; i++) {
        uint32_t n = text_of(&t->kind, i);
        struct value v[2] = {value_int(i), value_int(-i)};
        if (write)
            assert_true(leaves_add_text(&t->leaves, v, 2, 1, (struct view){text, n}));
        bytes += entry_bytes(v, n);
        t->rows++;
        t->texts += n;
    }
    return bytes;
}

static void write_all(void *payload)
{
    struct writing *w = payload;
    char *text = mem_alloc(LONGEST);
    memset(text, 'x', LONGEST);
    for (size_t i = 0; i < TREES; i++) {
        (void)walk(&w->trees[i], text, true);
        leaves_end(&w->trees[i].leaves);
        (void)queue_put(w->ready, &w->trees[i]);
    }
    mem_free(text);
}

static void make_tables(struct pages_kit *k, struct writing *w, int page_size)
{
    char sql[200];
    make_empty(k, "direct.db", page_size, 0);
    sqlite3 *db = open_db(k, "direct.db");
    for (int i = 0; i < TREES; i++) {
        (void)snprintf(sql, sizeof sql,
            "CREATE TABLE t%d(a INTEGER PRIMARY KEY, b TEXT, c INTEGER) WITHOUT ROWID", i);
        run_sql(db, sql);
        (void)snprintf(sql, sizeof sql, "SELECT rootpage FROM sqlite_schema WHERE name = 't%d'", i);
        w->trees[i].root = (uint32_t)sql_int(db, sql);
    }
    (void)sqlite3_close(db);
}

static void compare(sqlite3 *db, size_t i, const struct written *t)
{
    char sql[200];
    (void)snprintf(sql, sizeof sql,
        "SELECT count(*) = %lld AND sum(length(b)) = %lld AND max(a) = %lld AND sum(a + c) = 0"
        " FROM t%zu",
        (long long)t->rows, (long long)t->texts, (long long)t->rows - 1, i);
    assert_int_equal(sql_int(db, sql), 1);
    (void)snprintf(sql, sizeof sql,
        "SELECT integrity_check = 'ok' FROM pragma_integrity_check"
        "('t%zu')",
        i);
    assert_int_equal(sql_int(db, sql), 1);
}

static void reserve(struct pages_kit *k, struct writing *w, struct page_file *f, uint32_t page_size)
{
    uint32_t longest = page_size / 4 - 50, pages = 0;
    const char *why;
    const struct kind kinds[TREES] = {{0, 0}, {0, longest}, {longest, longest},
        {longest - 20, longest}, {longest / 2, longest}, {longest / 3, longest / 3}, {0, 9},
        {longest * 2 / 3, longest}};
    assert_true(page_file_open(f, pages_path(k, "direct.db"), &why, &k->e));
    assert_null(why);
    for (size_t i = 0; i < TREES; i++) {
        w->trees[i].kind = kinds[i];
        leaves_init(&w->trees[i].leaves, f, false);
        pages += (uint32_t)(3 * walk(&w->trees[i], NULL, false) / page_size) + 2000;
    }
    assert_true(page_file_reserve(f, pages, &k->e));
}

static void sqlite_reads_what_is_there(void **state)
{
    struct pages_kit *k = *state;
    for (int page_size = 512; page_size <= 65536; page_size *= page_size == 512 ? 16 : 8) {
        struct writing *w = mem_alloc(sizeof *w);
        struct page_file file;
        struct thread *thread;
        make_tables(k, w, page_size);
        reserve(k, w, &file, (uint32_t)page_size);
        w->ready = queue_new(TREES);
        sqlite3 *db = open_db(k, "direct.db");
        run_sql(db, "BEGIN");
        assert_int_equal(sql_int(db, "SELECT count(*) FROM movies"), 0);
        assert_true(thread_start(write_all, w, &thread, &k->e));
        for (size_t i = 0; i < TREES; i++) {
            struct written *t = queue_take(w->ready);
            assert_ptr_equal(t, &w->trees[i]);
            if (!btree_build(&file, t->root, &t->leaves, 1, &k->e))
                fail_msg("%d, tree %zu: %s", page_size, i, k->e.text);
            compare(db, i, t);
        }
        thread_join(thread);
        run_sql(db, "COMMIT");
        (void)sqlite3_close(db);
        for (size_t i = 0; i < TREES; i++)
            leaves_done(&w->trees[i].leaves);
        page_file_close(&file);
        queue_free(w->ready);
        mem_free(w);
    }
}

/* Twice as many are reserved as are needed mostly; a disk that is nearly full has room for what is
 * written, and for what SQLite makes of it. */
static void what_is_not_written_takes_no_room(void **state)
{
    enum { PAGE = 4096, RESERVED = 10000 };
    struct pages_kit *k = *state;
    struct page_file file;
    struct stat st;
    const char *why;
    make_empty(k, "direct.db", PAGE, 0);
    assert_true(page_file_open(&file, pages_path(k, "direct.db"), &why, &k->e));
    assert_true(page_file_reserve(&file, RESERVED, &k->e));
    assert_int_equal(fstat(file.fd, &st), 0);
    assert_in_range(st.st_size, RESERVED * PAGE, (RESERVED + 100) * PAGE);
    assert_in_range(st.st_blocks * 512, 0, 100 * PAGE);
    page_file_close(&file);
}

/* ---- pages given back meanwhile */

enum { TAKES = 300 * 1000 };

struct taking {
    struct page_file file;
    struct err e;
    uint8_t owners[4 * TAKES]; /* of pages, but for those of the file before */
    uint32_t first;
};

static void take_many(void *payload)
{
    struct taking *t = payload;
    for (uint32_t i = 0, page, n; i < TAKES; i++) {
        assert_true(page_file_take(&t->file, 1, &page, &n, &t->e));
        t->owners[page - t->first]++;
    }
}

/* Of two threads one gives each second page back: none is given out twice. */
static void no_page_has_two_owners(void **state)
{
    struct pages_kit *k = *state;
    struct taking *t = mem_alloc(sizeof *t);
    struct thread *thread;
    const char *why;
    make_empty(k, "direct.db", 4096, 0);
    assert_true(page_file_open(&t->file, pages_path(k, "direct.db"), &why, &k->e));
    t->first = t->file.next;
    assert_true(thread_start(take_many, t, &thread, &k->e));
    struct vec kept;
    vec_init(&kept, sizeof(uint32_t), TAKES);
    for (uint32_t i = 0, page, n; i < TAKES; i++) {
        assert_true(page_file_take(&t->file, 1, &page, &n, &k->e));
        page_file_give_back(&t->file, page, 1);
        assert_true(page_file_take_one(&t->file, &page, &k->e));
        *(uint32_t *)vec_add(&kept) = page;
    }
    thread_join(thread);
    for (size_t i = 0; i < kept.n; i++)
        t->owners[*(uint32_t *)vec_at(&kept, i) - t->first]++;
    for (uint32_t i = 0; i < sizeof t->owners; i++)
        assert_in_range(t->owners[i], 0, 1);
    vec_done(&kept);
    page_file_close(&t->file);
    mem_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PAGES_TEST(sqlite_reads_what_is_there),
        PAGES_TEST(what_is_not_written_takes_no_room),
        PAGES_TEST(no_page_has_two_owners),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
