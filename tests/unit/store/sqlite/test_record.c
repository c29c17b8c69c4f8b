/* Records of SQLite's: what SQLite stored is read, and what was written is what SQLite stores. */
#include "pages_kit.h"

#include "store/sqlite/record.h"

#include <stdio.h>
#include <string.h>

enum { WIDTH = 48, ROOM = 200000 };

static void same_again(const struct cell *row, size_t width)
{
    static uint8_t bytes[ROOM];
    struct cell got[WIDTH];
    assert_true(record_room(row, width) <= sizeof bytes);
    size_t n = record_put(bytes, row, width);
    assert_true(n + RECORD_SPARE <= record_room(row, width));
    record_take(bytes, got, width);
    for (size_t i = 0; i < width; i++) {
        assert_int_equal(got[i].kind, row[i].kind);
        assert_true(cell_eq(&got[i], &row[i]));
    }
    if (width > 1 && row[width - 1].kind == CELL_TEXT) /* it ends where the record does */
        assert_ptr_equal(got[width - 1].text.p + got[width - 1].text.n, bytes + n);
}

static void numbers_of_every_width(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 64; bits++)
        for (int64_t near = -2; near <= 2; near++) {
            uint64_t n = ((uint64_t)1 << bits) + (uint64_t)near;
            struct cell row[] = {cell_int((int64_t)n), cell_int((int64_t)(0 - n)), cell_null(),
                cell_real((double)n / 3), cell_text(view_of("x"))};
            same_again(row, sizeof row / sizeof row[0]);
        }
}

/* Lengths around those at which a serial type, and with many columns the header's length, gets a
 * byte more. */
static void texts_of_every_length(void **state)
{
    static const size_t lengths[] = {0, 1, 57, 58, 126, 8185, 8186, 100000};
    static char text[100000];
    (void)state;
    memset(text, 'x', sizeof text);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        for (size_t width = 1; width <= WIDTH; width++) {
            struct cell row[WIDTH];
            for (size_t c = 0; c < width; c++)
                row[c] = cell_text((struct view){text, c == 0 ? lengths[i] : 60 + c});
            same_again(row, width);
        }
}

/* A record as the last bytes of the last page of a file that SQLite made: the first row of a table
 * without rowid. */
static void sqlite_writes_the_same(void **state)
{
    static const char sql[] =
        "PRAGMA page_size = 4096; CREATE TABLE t(a INTEGER, b TEXT, c REAL, d TEXT, e INTEGER,"
        " f INTEGER, PRIMARY KEY (a, b)) STRICT, WITHOUT ROWID;"
        " INSERT INTO t VALUES(-70000, 'key', 2.5, NULL, 1, 5000000000)";
    struct cell row[] = {cell_int(-70000), cell_text(view_of("key")), cell_real(2.5), cell_null(),
        cell_int(1), cell_int(5000000000)};
    struct pages_kit *k = *state;
    char path[100], page[4096];
    uint8_t bytes[200];
    sqlite3 *db;
    (void)snprintf(path, sizeof path, "%s/record.db", k->dir);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    FILE *f = fopen(path, "r");
    assert_true(f != NULL && fseek(f, 4096, SEEK_SET) == 0 && fread(page, sizeof page, 1, f) == 1);
    fclose(f);
    size_t n = record_put(bytes, row, sizeof row / sizeof row[0]);
    assert_memory_equal(page + sizeof page - n, bytes, n);
    assert_int_equal(page[sizeof page - n - 1], n);
    (void)remove(path);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_of_every_width),
        cmocka_unit_test(texts_of_every_length),
        PAGES_TEST(sqlite_writes_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
