/* Rows of named things made one, as pages, against SQLite itself: the runs of its rows merged and
 * folded give what the upsert makes of them one after the other, in a table that it finds sound. */
#include "pages_kit.h"

#include "base/arena.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/sqlite/aside_tree.h"
#include "store/sqlite/db.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define TABLES                                                                                     \
    "CREATE TABLE people(id INTEGER PRIMARY KEY, name TEXT, n INTEGER, r REAL, fetched_at INTEGER" \
    ") STRICT; CREATE INDEX ix_people_name ON people (name);"                                      \
    "CREATE TABLE words(word TEXT PRIMARY KEY, name TEXT, n INTEGER, r REAL, fetched_at INTEGER"   \
    ") STRICT, WITHOUT ROWID"

#define COLUMNS(key, key_type)                                                                     \
    {                                                                                              \
        {.name = key, .type = key_type}, {.name = "name", .type = FIELD_TEXT},                     \
            {.name = "n", .type = FIELD_INT}, {.name = "r", .type = FIELD_REAL},                   \
            {.name = "fetched_at", .type = FIELD_INSTANT},                                         \
    }

enum { WIDTH = 5, MOST_RUNS = 40, TABLE_N = 2 };

static const struct table tables[TABLE_N] = {
    {.name = "people", .key_n = 1, .columns = COLUMNS("id", FIELD_INT), .n = WIDTH},
    {.name = "words", .key_n = 1, .columns = COLUMNS("word", FIELD_TEXT), .n = WIDTH}};
static const struct index by_name = {"people", {"name"}, false, true};

/* What rows look like. */
struct kind {
    size_t rows;
    uint64_t keys;  /* so many different ones, or fewer; 0: any number */
    uint64_t texts; /* bytes, at most */
    bool has_zeros; /* in texts */
};

struct fold_kit {
    struct pages_kit *k;
    struct arena a;
    uint64_t random;
    int fd;
    struct run runs[MOST_RUNS];
    size_t n; /* runs */
    int64_t end;
};

static uint64_t draw(struct fold_kit *f)
{
    return pages_random(&f->random);
}

/* Of every width, and of either sign. */
static int64_t some_int(struct fold_kit *f, uint64_t different)
{
    int64_t i = (int64_t)(draw(f) >> draw(f) % 64);
    if (different > 0)
        i = (int64_t)(draw(f) % different * 37);
    return draw(f) % 2 == 0 ? i : ~i;
}

static struct cell some_text(struct fold_kit *f, const struct kind *kind)
{
    uint64_t most = kind->texts;
    size_t n = (size_t)(draw(f) % 8 == 0 ? draw(f) % (most + 1) : draw(f) % (most / 50 + 2));
    char *p = arena_take(&f->a, n + 1);
    for (size_t i = 0; i < n; i++)
        p[i] = (char)('a' + draw(f) % 3);
    if (kind->has_zeros && n > 0)
        p[n / 2] = 0;
    return cell_text((struct view){p, n});
}

static struct cell or_null(struct fold_kit *f, struct cell c)
{
    return draw(f) % 3 == 0 ? cell_null() : c;
}

static void make_row(
    struct fold_kit *f, const struct table *t, const struct kind *kind, struct cell *ret)
{
    int64_t key = some_int(f, kind->keys);
    ret[0] = t == &tables[0] ? cell_int(key)
                             : cell_text(arena_print(&f->a, "w%lld", (long long)key));
    ret[1] = or_null(f, some_text(f, kind));
    ret[2] = or_null(f, cell_int(some_int(f, 0)));
    ret[3] = or_null(f, cell_real((double)(draw(f) % 9) / 4));
    ret[4] = draw(f) % 9 == 0 ? cell_null() : cell_int((int64_t)(draw(f) % 3));
}

/* ---- both ways */

static sqlite3 *make_db(struct fold_kit *f, const char *name, int page_size)
{
    char sql[60];
    (void)remove(pages_path(f->k, name));
    sqlite3 *db = open_db(f->k, name);
    (void)snprintf(sql, sizeof sql, "PRAGMA page_size = %d", page_size);
    run_sql(db, sql);
    run_sql(db, TABLES);
    return db;
}

static void bind(sqlite3_stmt *st, int at, const struct cell *c)
{
    if (c->kind == CELL_INT)
        (void)sqlite3_bind_int64(st, at, c->i);
    else if (c->kind == CELL_REAL)
        (void)sqlite3_bind_double(st, at, c->r);
    else if (c->kind == CELL_TEXT)
        (void)sqlite3_bind_text(st, at, c->text.p, (int)c->text.n, SQLITE_STATIC);
    else
        (void)sqlite3_bind_null(st, at);
}

static sqlite3_stmt *prepare_upsert(sqlite3 *db, const struct table *t)
{
    const char *names[WIDTH];
    sqlite3_stmt *st;
    struct str sql;
    for (size_t i = 0; i < WIDTH; i++)
        names[i] = t->columns[i].name;
    str_init(&sql, 10000);
    str_addf(&sql, "INSERT INTO %s VALUES (?, ?, ?, ?, ?) ", t->name);
    sqlite_dialect.upsert_tail(&sql, &(struct upsert){t, names, WIDTH, PUT_NEWER});
    assert_int_equal(sqlite3_prepare_v2(db, str_z(&sql), -1, &st, NULL), SQLITE_OK);
    str_done(&sql);
    return st;
}

static void upsert(sqlite3_stmt *st, const struct row_set *rows)
{
    for (size_t i = 0; i < rows->n; i++) {
        for (size_t c = 0; c < WIDTH; c++)
            bind(st, (int)c + 1, &row_set_at(rows, i)[c]);
        assert_int_equal(sqlite3_step(st), SQLITE_DONE);
        (void)sqlite3_reset(st);
    }
}

static void put_run(struct fold_kit *f, const struct row_set *rows)
{
    struct str bytes;
    str_init(&bytes, 64 * 1024 * 1024);
    for (size_t i = 0; i < rows->n; i++)
        run_add_row(&bytes, row_set_at(rows, i), WIDTH);
    assert_int_equal(pwrite(f->fd, bytes.p, bytes.n, f->end), (ssize_t)bytes.n);
    f->runs[f->n++] = (struct run){f->end, (int64_t)bytes.n};
    f->end += (int64_t)bytes.n;
    str_done(&bytes);
}

/* Those with one key stay in their order. */
static void sort_rows(struct row_set *rows)
{
    for (size_t i = 1; i < rows->n; i++) {
        struct cell moving[WIDTH];
        size_t at = i;
        memcpy(moving, row_set_at(rows, i), sizeof moving);
        for (; at > 0 && cell_cmp(row_set_at(rows, at - 1), moving) > 0; at--)
            memcpy(row_set_at(rows, at), row_set_at(rows, at - 1), sizeof moving);
        memcpy(row_set_at(rows, at), moving, sizeof moving);
    }
}

static void add_runs(
    struct fold_kit *f, const struct table *t, const struct kind *kind, sqlite3 *plain)
{
    size_t runs = 1 + draw(f) % MOST_RUNS, left = kind->rows;
    sqlite3_stmt *st = prepare_upsert(plain, t);
    f->n = 0;
    run_sql(plain, "BEGIN");
    for (size_t i = 0; i < runs && left > 0; i++) {
        size_t n = i + 1 == runs ? left : 1 + draw(f) % left;
        struct row_set rows = {
            arena_take_array(&f->a, n * WIDTH, sizeof(struct cell)), WIDTH, n};
        for (size_t r = 0; r < n; r++)
            make_row(f, t, kind, row_set_at(&rows, r));
        sort_rows(&rows);
        upsert(st, &rows);
        put_run(f, &rows);
        left -= n;
    }
    run_sql(plain, "COMMIT");
    (void)sqlite3_finalize(st);
}

static uint32_t root_of(sqlite3 *db, const char *name)
{
    char sql[100];
    (void)snprintf(sql, sizeof sql, "SELECT rootpage FROM sqlite_schema WHERE name = '%s'", name);
    return (uint32_t)sql_int(db, sql);
}

static bool write_trees(struct fold_kit *f, const struct table *t, uint32_t root, uint32_t by)
{
    struct merge_source from = {f->fd, f->runs, f->n, WIDTH, 1};
    struct page_file file;
    struct tree table, index = {.refused = false};
    const char *why;
    assert_true(page_file_open(&file, pages_path(f->k, "direct.db"), &why, &f->k->e));
    assert_null(why);
    tree_init_folded(&table, &from, &file, t, by == 0 ? NULL : &by_name, &index);
    tree_write(&table);
    if (table.failed)
        fail_msg("%s", table.e.text);
    if (!table.refused && (!btree_build(&file, root, &table.leaves, 1, &f->k->e) ||
                              (by != 0 && !btree_build(&file, by, &index.leaves, 1, &f->k->e)) ||
                              !page_file_finish(&file, &f->k->e)))
        fail_msg("%s", f->k->e.text);
    tree_done(&table);
    if (by != 0)
        tree_done(&index);
    page_file_close(&file);
    return !table.refused;
}

static void compare(struct fold_kit *f, const struct table *t)
{
    char attach[300], check[100];
    sqlite3 *db = open_db(f->k, "direct.db");
    (void)snprintf(attach, sizeof attach, "ATTACH '%s' AS plain", pages_path(f->k, "plain.db"));
    run_sql(db, attach);
    (void)snprintf(check, sizeof check,
        "SELECT integrity_check = 'ok' FROM pragma_integrity_check('%s')", t->name);
    assert_int_equal(sql_int(db, check), 1);
    if (t == &tables[0]) {
        same_rows(db, "*", "people NOT INDEXED", "id");
        same_rows(db, "name, id", "people INDEXED BY ix_people_name", "name, id");
    } else {
        same_rows(db, "*", "words", "word");
    }
    (void)sqlite3_close(db);
}

static bool fold_both(
    struct pages_kit *k, const struct table *t, const struct kind *kind, int page_size)
{
    uint64_t seed = kind->rows * 7 + (uint64_t)page_size;
    struct fold_kit f = {.k = k, .random = pages_seed(seed)};
    arena_init(&f.a);
    f.fd = open(pages_path(k, "runs"), O_RDWR | O_CREAT | O_TRUNC, 0600);
    assert_true(f.fd >= 0);
    sqlite3 *plain = make_db(&f, "plain.db", page_size);
    sqlite3 *db = make_db(&f, "direct.db", page_size);
    uint32_t root = root_of(db, t->name),
             by = t == &tables[0] ? root_of(db, "ix_people_name") : 0;
    (void)sqlite3_close(db);
    add_runs(&f, t, kind, plain);
    (void)sqlite3_close(plain);
    bool ok = write_trees(&f, t, root, by);
    if (ok)
        compare(&f, t);
    (void)close(f.fd);
    arena_done(&f.a);
    return ok;
}

/* From none to some leaves, each number. */
static void every_number_of_rows(void **state)
{
    for (size_t i = 0; i < TABLE_N; i++)
        for (size_t rows = 0; rows <= 60; rows++)
            assert_true(
                fold_both(*state, &tables[i], &(struct kind){rows, rows % 3 * 20, 12, false}, 512));
}

/* Several levels; keys that come once, twice, or in each run. */
static void every_page_size(void **state)
{
    static const uint64_t keys[] = {0, 1500, 100};
    for (size_t i = 0; i < TABLE_N; i++)
        for (size_t n = 0; n < sizeof keys / sizeof keys[0]; n++)
            for (int size = 512; size <= 65536; size *= n == 0 ? 2 : 16)
                assert_true(
                    fold_both(*state, &tables[i], &(struct kind){2500, keys[n], 30, false}, size));
}

/* Leaves of which the longest rows fill a quarter, so that they are filled badly; and rows of which
 * a part has to go elsewhere, of all lengths: just too long, and over many pages. */
static void long_texts(void **state)
{
    static const uint64_t texts[] = {100, 520, 1900, 9000, 30000};
    for (size_t i = 0; i < TABLE_N; i++)
        for (size_t n = 0; n < sizeof texts / sizeof texts[0]; n++)
            for (int size = 512; size <= 65536; size *= size == 512 ? 16 : 8)
                assert_true(fold_both(*state, &tables[i],
                    &(struct kind){.rows = 1000, .keys = 900, .texts = texts[n]}, size));
}

/* A name whose place in an index is not told by its bytes up to the first that is 0. */
static void what_makes_no_tree(void **state)
{
    assert_false(fold_both(*state, &tables[0],
        &(struct kind){.rows = 300, .texts = 30, .has_zeros = true}, 8192));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PAGES_TEST(every_number_of_rows),
        PAGES_TEST(every_page_size),
        PAGES_TEST(long_texts),
        PAGES_TEST(what_makes_no_tree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
