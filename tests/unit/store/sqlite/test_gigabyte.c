/* The page writer past the page that holds byte 2^30, which SQLite never uses: a database that is
 * nearly that large already gets ratings that reach over it. Takes 1.2 GB of the folder the tests
 * use. */
#include "pages_kit.h"

#include "base/file.h"

#include <stdio.h>

/* Beside ratings: so much that they begin below the page and end behind it. */
static void make_large(struct pages_kit *k, int page_size)
{
    char sql[200];
    make_empty(k, "direct.db", page_size, 0);
    sqlite3 *db = open_db(k, "direct.db");
    run_sql(db, "PRAGMA journal_mode = OFF; CREATE TABLE large(a BLOB)");
    for (int i = 0; i < 2; i++) {
        (void)snprintf(
            sql, sizeof sql, "INSERT INTO large VALUES (zeroblob(%d))", 0x40000000 / 2 - 3000000);
        run_sql(db, sql);
    }
    (void)sqlite3_close(db);
}

static void over_the_page(struct pages_kit *k, int page_size)
{
    struct row_kind kind = usual_rows(400000, (uint64_t)page_size, 2000);
    int64_t size;
    make_rows(k, &kind);
    write_both(k, page_size, 0, 16384); /* for plain.db */
    make_large(k, page_size);
    assert_true(file_size(pages_path(k, "direct.db"), &size, &k->e));
    assert_true(size < 0x40000000);
    begin_pages(k, "direct.db");
    assert_null(k->why);
    assert_true(write_rows(k, 16384));
    table_pages_close(&k->pages.pages);
    assert_true(file_size(pages_path(k, "direct.db"), &size, &k->e));
    assert_true(size > 0x40000000 + (int64_t)page_size);
    sqlite3 *db = open_db(k, "direct.db");
    assert_int_equal(sql_int(db, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"), 1);
    run_sql(db, "PRAGMA journal_mode = OFF; DROP TABLE large");
    (void)sqlite3_close(db);
    compare_both(k);
}

static void ratings_reach_over_it(void **state)
{
    over_the_page(*state, 4096);
    over_the_page(*state, 65536);
}

int main(void)
{
    const struct CMUnitTest tests[] = {PAGES_TEST(ratings_reach_over_it)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
