/* The page writer of tags against SQLite itself, as test_pages.c does it for ratings: what is new
 * are texts, records of more than 127 bytes, and rows that are left to SQLite. */
#include "tags_kit.h"

#include "base/sys.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static const int page_sizes[] = {512, 1024, 2048, 4096, 8192, 16384, 32768, 65536};
enum { PAGE_SIZES = sizeof page_sizes / sizeof page_sizes[0] };

static const struct tag_kind usual = {
    .rows = 500, .seed = 1, .shortest = 0, .longest = 20, .most_of_group = 4};

/* All of it fits. */
static void write_and_compare(struct pages_kit *k, const struct tag_kind *kind, int page_size)
{
    struct tag_rows t;
    make_tags(&t, k, kind);
    assert_int_equal(write_tags(&t, page_size, 0, 1 + kind->seed * 37 % 500, 0), kind->rows);
    compare_tags(&t);
    free_tags(&t);
}

static void every_number_of_rows(void **state)
{
    struct tag_kind kind = usual;
    for (kind.rows = 0; kind.rows <= 60; kind.rows++) {
        kind.seed = kind.rows;
        write_and_compare(*state, &kind, 512);
    }
}

/* Bytes of the longest record, by the format, for each size: (U - 12) * 64 / 255 - 23; on the
 * largest pages, what is wanted here. */
static const size_t most_local[] = {102, 230, 487, 1002, 2030, 4086, 8198, 10040};

/* Lengths around those at which a serial type (58 bytes) and a record (about 115) get a second byte
 * and a serial type its third (8,186), and up to the longest that fits, on pages of every size. */
static void texts_of_every_length(void **state)
{
    static const size_t around[] = {0, 1, 57, 58, 105, 118, 127, 128, 500, 2000, 8185, 8186, 9990};
    struct tag_kind kind = usual;
    for (size_t i = 0; i < PAGE_SIZES; i++)
        for (size_t j = 0; j < sizeof around / sizeof around[0]; j++) {
            kind.seed++;
            kind.rows = 20 + kind.seed * 7 % 50;
            kind.shortest = around[j];
            kind.longest = around[j] + 6;
            if (kind.longest + 30 <= most_local[i])
                write_and_compare(*state, &kind, page_sizes[i]);
        }
}

/* By the format: length of the header, four types of a byte, the text's, the values. */
static size_t record_size(const struct cell *row, size_t text)
{
    size_t type = 13 + 2 * text, n = 5 + (type < 128 ? 1u : type < 16384 ? 2u : 3u) + text;
    for (size_t c = 0; c < TAG_COLUMNS; c++)
        n += c == 3 ? 0 : value_int(row[c].i).size;
    return n;
}

/* One row's record is just as long as fits on the page, then a byte longer: it and what follows are
 * SQLite's. */
static void the_longest_that_fits(void **state)
{
    struct tag_rows t;
    struct tag_kind kind = usual;
    for (size_t i = 0; i + 1 < PAGE_SIZES; i++) /* on the largest, none is too long */
        for (size_t more = 0; more < 2; more++)
            for (size_t at = 0; at < 200; at += 99) {
                kind.seed++;
                kind.rows = 200;
                make_tags(&t, *state, &kind);
                struct cell *row = row_set_at(&t.rows, at);
                size_t n = 0;
                while (record_size(row, n + 1) <= most_local[i] + more)
                    n++;
                char *text = arena_take(&t.texts, n + 1);
                memset(text, 'x', n);
                row[3] = cell_text((struct view){text, n});
                size_t taken = write_tags(&t, page_sizes[i], 0, 64, 0);
                assert_int_equal(taken, more == 0 ? kind.rows : at);
                compare_tags(&t);
                free_tags(&t);
            }
}

/* Every page size around one, two and three leaves; reserved bytes too. */
static void every_page_size(void **state)
{
    struct tag_rows t;
    struct tag_kind kind = usual;
    for (size_t i = 0; i < PAGE_SIZES; i++)
        for (uint64_t leaves = 1; leaves <= 3; leaves++) {
            kind.seed++;
            kind.rows = (size_t)page_sizes[i] * leaves / 26 + kind.seed % 5;
            make_tags(&t, *state, &kind);
            (void)write_tags(&t, page_sizes[i], (int)leaves - 1, 300, 0);
            compare_tags(&t);
            free_tags(&t);
        }
}

/* Four levels and more, with entries so long that few lie on a page, and so short that many do. */
static void deep_trees(void **state)
{
    struct tag_kind kind = usual;
    kind.rows = 3000;
    kind.shortest = 10;
    kind.longest = 75;
    write_and_compare(*state, &kind, 512);
    kind.seed++;
    kind.shortest = kind.longest = 75;
    write_and_compare(*state, &kind, 512);
    kind.seed++;
    kind.shortest = 0;
    kind.longest = 200;
    write_and_compare(*state, &kind, 1024);
}

/* The tree of the table has the height that so many entries need: nothing else tells that interior
 * pages are filled, and that the height was reached at all. */
static void a_tree_of_four_levels(void **state)
{
    struct pages_kit *k = *state;
    struct tag_rows t;
    struct tag_kind kind = usual;
    uint8_t page[512] = {0x02};
    kind.rows = 3000;
    kind.shortest = kind.longest = 75;
    make_tags(&t, k, &kind);
    (void)write_tags(&t, 512, 0, 1000, 0);
    int fd = sys_open(pages_path(k, "direct.db"), O_RDONLY, 0), levels = 0;
    for (uint32_t at = t.pages.pages.table_root; page[0] == 0x02; levels++) {
        assert_int_equal(sys_pread(fd, page, 512, (int64_t)(at - 1) * 512), 512);
        at = get_u32(page + get_u16(page + 12));
    }
    (void)sys_close(fd);
    assert_int_equal(page[0], 0x0a);
    assert_in_range(levels, 4, 6);
    free_tags(&t);
}

/* While all is on one leaf, SQLite's entries and ours can be laid side by side. */
static void entries_are_those_of_sqlite(void **state)
{
    static uint8_t pages[2][65536];
    static const char *const names[] = {"direct.db", "plain.db"};
    struct tag_rows t;
    struct tag_kind kind = usual;
    kind.rows = 300;
    kind.longest = 160;
    for (kind.seed = 1; kind.seed < 10; kind.seed++) {
        make_tags(&t, *state, &kind);
        assert_int_equal(write_tags(&t, 65536, 0, 90, 0), kind.rows);
        uint32_t roots[] = {t.pages.pages.table_root, t.pages.pages.index_root};
        for (size_t r = 0; r < 2; r++) {
            for (size_t i = 0; i < 2; i++) {
                int fd = sys_open(pages_path(*state, names[i]), O_RDONLY, 0);
                assert_int_equal(
                    sys_pread(fd, pages[i], 65536, (int64_t)(roots[r] - 1) * 65536), 65536);
                (void)sys_close(fd);
                assert_int_equal(get_u16(pages[i] + 3), kind.rows);
            }
            for (size_t i = 0; i < kind.rows; i++) {
                const uint8_t *a = pages[0] + get_u16(pages[0] + 8 + 2 * i),
                              *b = pages[1] + get_u16(pages[1] + 8 + 2 * i);
                assert_memory_equal(a, b, cell_size(&t.pages.pages.file, a));
            }
        }
        free_tags(&t);
    }
}

/* ---- what is left to SQLite */

enum disorder { GOES_BACK, USER_GOES_BACK, LEAVES_A_GAP, BEGINS_LATE, IDS };

static void spoil(struct tag_rows *t, size_t at, enum disorder what)
{
    struct cell *row = row_set_at(&t->rows, at), *before = row_set_at(&t->rows, at - 1);
    row[1] = before[1];
    t->movie[at] = t->movie[at - 1];
    switch (what) {
    case GOES_BACK: /* by a movie; the numbers go on, so that keys stay distinct */
        t->movie[at] -= 1;
        row[1] = cell_int(t->k->rows.ids[t->movie[at]]);
        row[2] = cell_int(5000);
        break;
    case USER_GOES_BACK:
        row[0] = cell_int(0);
        break;
    case LEAVES_A_GAP:
        row[0] = before[0];
        row[2] = cell_int(before[2].i + 2000);
        break;
    case BEGINS_LATE: /* a user who comes for the first time, with number 1 */
        row[0] = cell_int(INT32_MAX);
        row[2] = cell_int(1);
        break;
    case IDS:
        row[0] = cell_int(INT64_C(5000000000));
        row[2] = cell_int(0);
        break;
    }
}

static void rows_that_do_not_follow(void **state)
{
    struct tag_rows t;
    struct tag_kind kind = usual;
    for (enum disorder what = GOES_BACK; what <= IDS; what++)
        for (size_t at = 1; at < 490; at += 97) {
            kind.seed++;
            make_tags(&t, *state, &kind);
            while (t.movie[at - 1] == 0)
                at++;
            spoil(&t, at, what);
            assert_int_equal(write_tags(&t, 1024, 0, 100, 0), at);
            compare_tags(&t);
            free_tags(&t);
        }
}

static void without_memory_for_the_index(void **state)
{
    struct tag_rows t;
    make_tags(&t, *state, &usual);
    assert_int_equal(write_tags(&t, 4096, 0, 100, 1), usual.rows);
    compare_tags(&t);
    free_tags(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PAGES_TEST(every_number_of_rows),
        PAGES_TEST(texts_of_every_length),
        PAGES_TEST(the_longest_that_fits),
        PAGES_TEST(every_page_size),
        PAGES_TEST(deep_trees),
        PAGES_TEST(a_tree_of_four_levels),
        PAGES_TEST(entries_are_those_of_sqlite),
        PAGES_TEST(rows_that_do_not_follow),
        PAGES_TEST(without_memory_for_the_index),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
