/* Whole tables as pages against SQLite itself: whatever rows are kept and put in order, SQLite
 * finds the file sound, reads from it what it would have stored itself, and goes on with it. */
#include "pages_kit.h"

#include "base/arena.h"
#include "base/mem.h"
#include "store/sqlite/fill_sort.h"
#include "store/sqlite/fill_tree.h"
#include "store/sqlite/sort_key.h"

#include <stdio.h>

#define TABLES                                                                                     \
    "CREATE TABLE things(id INTEGER PRIMARY KEY, n INTEGER, r REAL, x TEXT) STRICT;"               \
    "CREATE INDEX ix_things_x ON things (x); CREATE INDEX ix_things_n ON things (n, r);"           \
    "CREATE TABLE pairs(x TEXT, n INTEGER, r REAL, PRIMARY KEY (x, n)) STRICT, WITHOUT ROWID;"     \
    "CREATE UNIQUE INDEX ix_pairs_n ON pairs (n)"

static const struct table things = {.name = "things",
    .key_n = 1,
    .columns = {{.name = "id", .type = FIELD_INT}, {.name = "n", .type = FIELD_INT},
        {.name = "r", .type = FIELD_REAL}, {.name = "x", .type = FIELD_TEXT}},
    .n = 4};
static const struct table pairs = {.name = "pairs",
    .key_n = 2,
    .columns = {{.name = "x", .type = FIELD_TEXT}, {.name = "n", .type = FIELD_INT},
        {.name = "r", .type = FIELD_REAL}},
    .n = 3};
static const struct index indexes[] = {{"things", {"x"}, false, false},
    {"things", {"n", "r"}, false, false}, {"pairs", {"n"}, true, false}};

enum { TREES = 5, MOST_TEXT = 40 };
static const char *const names[TREES] = {
    "things", "ix_things_x", "ix_things_n", "pairs", "ix_pairs_n"};

struct fill_kit {
    struct pages_kit *k;
    struct arena a;
    struct fill_tree trees[TREES];
    uint64_t random;
};

static uint64_t draw(struct fill_kit *f)
{
    return pages_random(&f->random);
}

/* Of every width, and often one that came before. */
static int64_t some_int(struct fill_kit *f)
{
    int64_t i = (int64_t)(draw(f) >> draw(f) % 64);
    return draw(f) % 2 == 0 ? i : ~i;
}

static struct cell some_text(struct fill_kit *f)
{
    static const char *const starts[] = {"", "a", "The ", "The Film of Number ", "\xC3\xA9"};
    char bytes[MOST_TEXT];
    size_t n = draw(f) % 9;
    for (size_t i = 0; i < n; i++)
        bytes[i] = (char)(1 + draw(f) % (draw(f) % 2 == 0 ? 3 : 126));
    return cell_text(
        arena_print(&f->a, "%s%.*s", starts[draw(f) % 5], (int)n, bytes));
}

static struct cell or_null(struct fill_kit *f, struct cell c)
{
    return draw(f) % 4 == 0 ? cell_null() : c;
}

static struct cell some_real(struct fill_kit *f)
{
    return cell_real((double)((int64_t)(draw(f) % 9) - 4) / (double)(1 + draw(f) % 4));
}

/* ---- both ways */

static void bind(sqlite3_stmt *st, int at, const struct cell *c)
{
    if (c->kind == CELL_INT)
        (void)sqlite3_bind_int64(st, at, c->i);
    else if (c->kind == CELL_REAL)
        (void)sqlite3_bind_double(st, at, c->r);
    else if (c->kind == CELL_TEXT)
        (void)sqlite3_bind_text(st, at, c->text.p, (int)c->text.n, SQLITE_STATIC);
}

/* Into the trees and into the other database, unless that has the key. */
static void add(struct fill_kit *f, sqlite3 *db, size_t first, size_t end, const struct cell *row)
{
    sqlite3_stmt *st;
    size_t n = f->trees[first].table->n;
    char sql[100];
    (void)snprintf(sql, sizeof sql, "INSERT OR IGNORE INTO %s VALUES (%s)", names[first],
        n == 3 ? "?, ?, ?" : "?, ?, ?, ?");
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
    for (size_t i = 0; i < n; i++)
        bind(st, (int)i + 1, &row[i]);
    assert_int_equal(sqlite3_step(st), SQLITE_DONE);
    (void)sqlite3_finalize(st);
    for (size_t i = first; sqlite3_changes(db) > 0 && i < end; i++)
        assert_true(fill_tree_add(&f->trees[i], row, &f->k->e));
}

static void add_rows_to_both(struct fill_kit *f, sqlite3 *db, size_t n)
{
    run_sql(db, "BEGIN");
    for (size_t i = 0; i < n; i++) {
        struct cell thing[] = {cell_int(some_int(f)), or_null(f, cell_int(some_int(f) % 5)),
            or_null(f, some_real(f)), or_null(f, some_text(f))};
        struct cell pair[] = {some_text(f), cell_int(some_int(f)), some_real(f)};
        add(f, db, 0, 3, thing);
        add(f, db, 3, TREES, pair);
    }
    run_sql(db, "COMMIT");
}

static uint32_t root_of(sqlite3 *db, const char *name)
{
    char sql[100];
    (void)snprintf(sql, sizeof sql, "SELECT rootpage FROM sqlite_schema WHERE name = '%s'", name);
    return (uint32_t)sql_int(db, sql);
}

static sqlite3 *make_db(struct pages_kit *k, const char *name, int page_size)
{
    char sql[60];
    (void)remove(pages_path(k, name));
    sqlite3 *db = open_db(k, name);
    (void)snprintf(sql, sizeof sql, "PRAGMA page_size = %d", page_size);
    run_sql(db, sql);
    run_sql(db, TABLES);
    return db;
}

static void write_trees(struct fill_kit *f)
{
    struct page_file file;
    const char *why;
    assert_true(page_file_open(&file, pages_path(f->k, "direct.db"), &why, &f->k->e));
    assert_null(why);
    for (size_t i = 0; i < TREES; i++) {
        bool empty;
        assert_true(fill_tree_sort(&f->trees[i]));
        assert_true(page_file_root_is_empty(
            &file, f->trees[i].root, f->trees[i].rowid, &empty, &f->k->e));
        assert_true(empty);
        if (!fill_tree_write(&f->trees[i], &file, &f->k->e))
            fail_msg("%s", f->k->e.text);
        fill_tree_done(&f->trees[i]);
    }
    assert_true(page_file_finish(&file, &f->k->e));
    page_file_close(&file);
}

static void begin(struct fill_kit *f, struct pages_kit *k, uint64_t seed)
{
    *f = (struct fill_kit){.k = k, .random = pages_seed(seed)};
    arena_init(&f->a);
    for (size_t i = 0; i < 3; i++)
        fill_tree_init(&f->trees[i], &things, i == 0 ? NULL : &indexes[i - 1]);
    fill_tree_init(&f->trees[3], &pairs, NULL);
    fill_tree_init(&f->trees[4], &pairs, &indexes[2]);
}

static void compare_with_plain(sqlite3 *db)
{
    static const char *const same[] = {
        "SELECT (SELECT count(*) FROM things) - (SELECT count(*) FROM plain.things)",
        "SELECT (SELECT count(*) FROM pairs) - (SELECT count(*) FROM plain.pairs)",
        "SELECT count(*) FROM (SELECT * FROM things EXCEPT SELECT * FROM plain.things)",
        "SELECT count(*) FROM (SELECT * FROM pairs EXCEPT SELECT * FROM plain.pairs)"};
    sound(db);
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
        assert_int_equal(sql_int(db, same[i]), 0);
}

static void write_and_compare(struct pages_kit *k, size_t rows, int page_size)
{
    struct fill_kit f;
    char attach[300];
    begin(&f, k, rows * 7 + (uint64_t)page_size);
    sqlite3 *plain = make_db(k, "plain.db", page_size);
    sqlite3 *db = make_db(k, "direct.db", page_size);
    add_rows_to_both(&f, plain, rows);
    for (size_t i = 0; i < TREES; i++)
        f.trees[i].root = root_of(db, names[i]);
    (void)sqlite3_close(plain);
    (void)sqlite3_close(db);
    write_trees(&f);
    db = open_db(k, "direct.db");
    (void)snprintf(attach, sizeof attach, "ATTACH '%s' AS plain", pages_path(k, "plain.db"));
    run_sql(db, attach);
    compare_with_plain(db);
    run_sql(db, "DELETE FROM things WHERE id % 3 = 0; DELETE FROM plain.things WHERE id % 3 = 0;"
                "UPDATE pairs SET r = r + 1 WHERE n % 2 = 0;"
                "UPDATE plain.pairs SET r = r + 1 WHERE n % 2 = 0;"
                "INSERT OR IGNORE INTO things SELECT id + 1, n, r, x FROM plain.things;"
                "INSERT OR IGNORE INTO plain.things SELECT id, n, r, x FROM things");
    compare_with_plain(db);
    (void)sqlite3_close(db);
    arena_done(&f.a);
}

/* From none to some leaves, each number: leaves that are just full, and one row too many, are among
 * them. */
static void every_number_of_rows(void **state)
{
    for (size_t rows = 0; rows <= 80; rows++)
        write_and_compare(*state, rows, 512);
}

/* Several pages on every level, of every size. */
static void every_page_size(void **state)
{
    for (int size = 512; size <= 65536; size *= 2)
        write_and_compare(*state, size == 512 ? 12000 : 3000, size);
}

/* ---- what makes no tree */

static struct cell text_of(struct fill_kit *f, size_t n)
{
    char *p = arena_take(&f->a, n);
    memset(p, 'x', n);
    return cell_text((struct view){p, n});
}

static bool sorts(struct pages_kit *k, size_t tree, struct cell rows[2][4])
{
    struct fill_kit f;
    begin(&f, k, 1);
    assert_true(fill_tree_add(&f.trees[tree], rows[0], &k->e));
    assert_true(fill_tree_add(&f.trees[tree], rows[1], &k->e));
    bool ok = fill_tree_sort(&f.trees[tree]);
    for (size_t i = 0; i < TREES; i++)
        fill_tree_done(&f.trees[i]);
    return ok;
}

static void what_makes_no_tree(void **state)
{
    struct fill_kit f = {.random = 1};
    arena_init(&f.a);
    struct cell x = cell_text(view_of("x")), one = cell_int(1), two = cell_int(2),
                r = cell_real(0.5);
    struct cell same[2][4] = {{one, two, r, x}, {one, one, r, x}},
                good[2][4] = {{two, one, r, x}, {one, one, r, x}},
                kind[2][4] = {{one, two, r, one}, {two, one, r, x}},
                nul[2][4] = {{one, two, r, cell_text((struct view){"a\0b", 3})}, {two, one, r, x}},
                longer[2][4] = {{one, two, r, text_of(&f, 30000)}, {two, one, r, x}},
                value[2][4] = {{x, one, r}, {text_of(&f, 3), one, r}};
    assert_true(sorts(*state, 0, good) && sorts(*state, 1, good) && sorts(*state, 2, good));
    assert_false(sorts(*state, 0, same));
    assert_false(sorts(*state, 0, kind));
    assert_true(sorts(*state, 0, nul));
    assert_false(sorts(*state, 1, nul));
    assert_true(sorts(*state, 0, longer) && sorts(*state, 1, longer));
    assert_true(sorts(*state, 3, value));
    assert_false(sorts(*state, 4, value));
    arena_done(&f.a);
}

/* SQLite would make up an id for the first one. */
static void a_row_without_its_key_is_an_error(void **state)
{
    struct pages_kit *k = *state;
    struct fill_kit f;
    struct cell x = cell_text(view_of("x")), r = cell_real(0.5), none = cell_null();
    struct cell thing[] = {none, cell_int(1), r, x}, first[] = {none, cell_int(1), r},
                second[] = {x, none, r}, fine[] = {x, cell_int(1), none};
    begin(&f, k, 1);
    assert_false(fill_tree_add(&f.trees[0], thing, &k->e));
    assert_int_equal(k->e.kind, ERR_BUG);
    assert_string_equal(k->e.text, "a row of things has no key");
    assert_false(fill_tree_add(&f.trees[3], first, &k->e));
    assert_false(fill_tree_add(&f.trees[3], second, &k->e));
    assert_true(fill_tree_add(&f.trees[3], fine, &k->e));
    assert_int_equal(f.trees[3].n, 1);
    for (size_t i = 0; i < TREES; i++)
        fill_tree_done(&f.trees[i]);
    arena_done(&f.a);
}

/* ---- keys */

static int sign(int64_t i)
{
    return (i > 0) - (i < 0);
}

static struct cell some_cell(struct fill_kit *f, size_t column)
{
    struct cell c = column == 0 ? cell_int(some_int(f)) : column == 1 ? some_real(f) : some_text(f);
    return or_null(f, c);
}

static void keys_compare_as_values_do(void **state)
{
    enum { WIDTH = 3, ROOM = 200 };
    struct fill_kit f = {.k = *state, .random = 7};
    arena_init(&f.a);
    for (int i = 0; i < 20000; i++) {
        struct cell rows[2][WIDTH];
        uint8_t keys[2][ROOM] = {{0}};
        int want = 0;
        for (size_t c = 0; c < WIDTH; c++)
            for (size_t row = 0; row < 2; row++)
                rows[row][c] = row == 1 && draw(&f) % 2 == 0 ? rows[0][c] : some_cell(&f, c);
        for (size_t c = 0; want == 0 && c < WIDTH; c++)
            want = sign(cell_cmp(&rows[0][c], &rows[1][c]));
        for (size_t row = 0; row < 2; row++) {
            assert_true(sort_key_room(rows[row], WIDTH) <= ROOM);
            assert_true(sort_key_put(keys[row], rows[row], WIDTH) <=
                        sort_key_room(rows[row], WIDTH));
            if (rows[row][0].kind == CELL_INT)
                assert_true(sort_key_int(keys[row]) == rows[row][0].i);
        }
        assert_int_equal(sign(memcmp(keys[0], keys[1], ROOM)), want);
        size_t first = sort_key_first(keys[0]);
        assert_true((memcmp(keys[0], keys[1], first) == 0) == cell_eq(&rows[0][0], &rows[1][0]));
        arena_reset(&f.a);
    }
    arena_done(&f.a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PAGES_TEST(every_number_of_rows),
        PAGES_TEST(every_page_size),
        PAGES_TEST(what_makes_no_tree),
        PAGES_TEST(a_row_without_its_key_is_an_error),
        PAGES_TEST(keys_compare_as_values_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
