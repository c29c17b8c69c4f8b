/* The CSV reader: RFC 4180's forms, what is outside them, sizes, inputs that give a byte at a time;
 * and that rows printed at random are read back as they were. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/mem.h"
#include "base/str.h"
#include "source/movielens/csv.h"

#include <stdio.h>

/* Gives at most `step` bytes a call. */
struct drip {
    struct input in;
    struct view rest;
    size_t step;
};

static bool drip_read(struct input *in, void *to, size_t n, size_t *got, struct err *e)
{
    struct drip *d = (struct drip *)in;
    (void)e;
    *got = n < d->step ? n : d->step;
    *got = *got < d->rest.n ? *got : d->rest.n;
    if (*got > 0)
        memcpy(to, d->rest.p, *got);
    d->rest = view_slice(d->rest, *got, d->rest.n);
    return true;
}

static void drip_close(struct input *in)
{
    mem_free(in);
}

static struct input *drip_new(struct view v, size_t step)
{
    struct drip *d = mem_alloc(sizeof *d);
    *d = (struct drip){{drip_read, drip_close}, v, step};
    return &d->in;
}

/* All rows as text: fields in [] , "3!problem" for a bad row at line 3, "3:" before a good one, "."
 * when the file ends without a newline. */
static void read_all(struct view text, size_t step, struct str *to)
{
    struct csv c;
    struct err e;
    struct csv_row row = {.state = CSV_ROW};
    csv_init(&c, step == 0 ? input_memory_new(text) : drip_new(text, step));
    while (row.state != CSV_END) {
        assert_true(csv_next(&c, &row, &e));
        if (row.state == CSV_BAD)
            str_addf(to, "%d!%s\n", (int)row.line, row.problem);
        if (row.state != CSV_ROW)
            continue;
        str_addf(to, "%d:", (int)row.line);
        for (size_t i = 0; i < row.n && i < CSV_FIELDS; i++) {
            str_addz(to, row.fields[i].loose ? "{" : "[");
            str_add(to, row.fields[i].text);
            str_addz(to, "]");
        }
        str_addz(to, row.unended ? ".\n" : "\n");
    }
    csv_done(&c);
}

static void expect(const char *text, const char *rows)
{
    for (size_t step = 0; step < 4; step++) {
        struct str got;
        str_init(&got, 1u << 20);
        read_all(view_of(text), step, &got);
        assert_string_equal(str_z(&got), rows);
        str_done(&got);
    }
}

static void plain_rows(void **state)
{
    (void)state;
    expect("", "");
    expect("a,b\n", "1:[a][b]\n");
    expect("a,b\r\nc,d\r\n", "1:[a][b]\n2:[c][d]\n");
    expect("a,b\nc,d\r\ne\n", "1:[a][b]\n2:[c][d]\n3:[e]\n");
    expect("a,b", "1:[a][b].\n");
    expect("a,b\r", "1:[a][b].\n");
    expect("a,\r\n", "1:[a][]\n");
    expect(",", "1:[][].\n");
    expect("a,b\r\r\n", "1:[a][b]\n");
    expect("a\rb,c\n", "1:[a\rb][c]\n");
    expect(" a , b \n", "1:[ a ][ b ]\n");
    expect("1,2,3,4,5,6,7,8\n", "1:[1][2][3][4][5][6]\n");
}

static void blank_lines_and_byte_order_mark(void **state)
{
    (void)state;
    expect("\n\r\na\n\n\nb\n\r\n", "3:[a]\n6:[b]\n");
    expect("\"\"\n", "1:[]\n");
    expect("\xEF\xBB\xBF"
           "a,b\nc\n",
        "1:[a][b]\n2:[c]\n");
    expect("\xEF\xBB\xBF", "");
    expect("a\n\xEF\xBB\xBF"
           "b\n",
        "1:[a]\n2:[\xEF\xBB\xBF"
        "b]\n");
}

static void quoted_fields(void **state)
{
    (void)state;
    expect("7789,\"11'09\"\"01 - September 11 (2002)\",Drama\r\n",
        "1:[7789][11'09\"01 - September 11 (2002)][Drama]\n");
    expect("51372,\"\"\"Great Performances\"\" Cats (1998)\",Musical\r\n",
        "1:[51372][\"Great Performances\" Cats (1998)][Musical]\n");
    expect("567,4552,\"\"\"artsy\"\"\",1525285878\r\n", "1:[567][4552][\"artsy\"][1525285878]\n");
    expect("\"a,b\",\"\"\r\n\"\",c", "1:[a,b][]\n2:[][c].\n");
    expect("\"a\"", "1:[a].\n");
    expect("\"a\"\r", "1:[a].\n");
    expect("\"a\r\nb\nc\",d\ne\n", "1:[a\r\nb\nc][d]\n4:[e]\n");
    expect("\"\"\"\"\"\"\n", "1:[\"\"]\n");
    expect("a\"b,c\n", "1:{a\"b][c]\n");
    expect("a,\"b\"\r\r\n", "1:[a][b]\n");
    expect("1,2,3,4,5,6,\"7\n7\"\nb\n", "1:[1][2][3][4][5][6]\n3:[b]\n");
}

/* Fields are looked through eight bytes at a time: what ends one, or is said of it, at each place
 * of such eight, and bytes that differ from it in one bit beside it. */
static void every_place_in_eight_bytes(void **state)
{
    (void)state;
    static const char near[] = "-.\v\b#!x";
    struct str field, text, want;
    str_init(&field, 100);
    str_init(&text, 1000);
    str_init(&want, 1000);
    for (size_t len = 0; len < 20; len++)
        for (size_t at = len > 0; at <= len; at++) { /* at the end: no quote */
            const char *open = at < len ? "{" : "[";
            str_clear(&field);
            str_clear(&text);
            str_clear(&want);
            for (size_t i = 0; i < len; i++)
                str_addc(&field, i == at ? '"' : near[(len + i) % 7]);
            str_addf(&text, "%s,\n,%s\n", str_z(&field), str_z(&field));
            str_addf(&want, "1:%s%s][]\n2:[]%s%s]\n", open, str_z(&field), open, str_z(&field));
            expect(str_z(&text), str_z(&want));
        }
    str_done(&field);
    str_done(&text);
    str_done(&want);
}

static void bad_rows_cost_their_own_line_only(void **state)
{
    (void)state;
    static const char after[] =
        "something stands between a closing quote and the next comma or line end";
    static const char ends[] = "the file ends inside a quoted field that begins here";
    char want[400];
    (void)snprintf(want, sizeof want, "1:[a]\n2!%s\n3:[c][d]\n", after);
    expect("a\nx,\"11'09\"01 - September\",y\nc,d\n", want);
    expect("a\n\"b\" ,y\nc,d\n", want);
    expect("a\n\"b\"\r,y\nc,d\n", want);
    (void)snprintf(want, sizeof want, "1!%s\n2:[b][c,d]\n3:[e]\n", after);
    expect("a,\"x\nb,\"c,d\"\ne\n", want);
    (void)snprintf(want, sizeof want, "1:[a]\n2!%s\n", ends);
    expect("a\n\"b,c", want);
    expect("a\n\"b,c\n", want);
    expect("a\n\"", want);
    expect("a\n\"\"\"", want);
    (void)snprintf(want, sizeof want, "1!%s\n2:[c]\n3:[d]\n", ends);
    expect("\"b\nc\nd\n", want);
}

static void places(void **state)
{
    (void)state;
    struct csv c;
    struct csv_row row;
    struct err e;
    csv_init(&c, input_memory_new(view_of("12,\"a\"\"b\",c,d\n")));
    assert_true(csv_next(&c, &row, &e));
    assert_int_equal(row.n, 4);
    assert_int_equal(row.fields[0].column, 1);
    assert_int_equal(row.fields[1].column, 4);
    assert_true(row.fields[1].quoted);
    assert_int_equal(row.fields[2].column, 11);
    assert_int_equal(row.fields[3].column, 13);
    assert_false(row.fields[3].quoted);
    csv_done(&c);
}

/* A row of `n` bytes in all, quoted or not, then a short one. */
static void expect_long(size_t n, bool quoted, bool closed, const char *rows)
{
    for (size_t step = 0; step <= 70000; step += 35000) {
        struct str text, got;
        str_init(&text, 1u << 20);
        str_init(&got, 1u << 20);
        str_addz(&text, "first\n");
        if (quoted)
            str_addc(&text, '"');
        str_add_repeat(&text, 'x', n - 1 - (quoted ? 1 : 0) - (quoted && closed ? 1 : 0));
        if (quoted && closed)
            str_addc(&text, '"');
        str_addz(&text, "\nlast\n");
        read_all(str_view(&text), step, &got);
        size_t tail = strlen(rows);
        assert_true(got.n >= tail);
        if (strcmp(str_z(&got) + got.n - tail, rows) != 0)
            fail_msg("%zu bytes, step %zu: ends in '%.80s'", n, step, str_z(&got) + got.n - tail);
        str_done(&text);
        str_done(&got);
    }
}

static void the_longest_row(void **state)
{
    (void)state;
    static const char good[] = "xxx]\n3:[last]\n";
    static const char bad[] = "1:[first]\n2!the row is longer than 65536 bytes\n3:[last]\n";
    static const char open[] =
        "1:[first]\n2!a quoted field that begins here has no end within 65536 bytes\n3:[last]\n";
    expect_long(CSV_ROW_MAX - 1, false, false, good);
    expect_long(CSV_ROW_MAX, false, false, good);
    expect_long(CSV_ROW_MAX + 1, false, false, bad);
    expect_long(CSV_ROW_MAX, true, true, good);
    expect_long(CSV_ROW_MAX + 1, true, true, bad);
    expect_long(300000, false, false, bad);
    expect_long(700000, false, false, bad);
    expect_long(300000, true, false, open);
}

static void a_single_line(void **state)
{
    (void)state;
    char good[] = "1,\"2\"\"3\",4\r", open[] = "1,\"2", after[] = "\"1\"2", two[] = "1\n2",
         none[] = "";
    struct csv_row row;
    csv_split(good, strlen(good), &row);
    assert_int_equal(row.state, CSV_ROW);
    assert_int_equal(row.n, 3);
    assert_true(view_is(row.fields[1].text, "2\"3"));
    assert_true(view_is(row.fields[2].text, "4"));
    csv_split(none, 0, &row);
    assert_int_equal(row.n, 1);
    char *const bad[] = {open, after, two};
    for (size_t i = 0; i < 3; i++) {
        csv_split(bad[i], strlen(bad[i]), &row);
        assert_int_equal(row.state, CSV_BAD);
        assert_non_null(row.problem);
    }
}

/* ---- rows printed and read back */

static uint32_t seed;

static uint32_t pick(uint32_t n)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % n;
}

static void random_field(struct str *to)
{
    static const char *const pieces[] = {
        "a", "b c", "\"", "\"\"", ",", "\n", "\r\n", "\u00e9", " ", "1", "", "\t", "::"};
    for (uint32_t n = pick(6); n > 0; n--)
        str_addz(to, pieces[pick(sizeof pieces / sizeof pieces[0])]);
}

static void print_field(struct str *to, struct view v, bool quote)
{
    for (size_t i = 0; i < v.n; i++)
        quote = quote || v.p[i] == '"' || v.p[i] == ',' || v.p[i] == '\n' || v.p[i] == '\r';
    if (!quote) {
        str_add(to, v);
        return;
    }
    str_addc(to, '"');
    for (size_t i = 0; i < v.n; i++) {
        if (v.p[i] == '"')
            str_addc(to, '"');
        str_addc(to, v.p[i]);
    }
    str_addc(to, '"');
}

static void random_rows_come_back(void **state)
{
    (void)state;
    enum { ROWS = 40, FIELDS = 4 };
    for (int round = 0; round < 300; round++) {
        struct str fields[ROWS][FIELDS], text;
        seed = (uint32_t)round;
        str_init(&text, 1u << 20);
        for (size_t i = 0; i < ROWS; i++) {
            for (size_t k = 0; k < FIELDS; k++) {
                str_init(&fields[i][k], 1000);
                random_field(&fields[i][k]);
                str_addz(&text, k > 0 ? "," : "");
                print_field(&text, str_view(&fields[i][k]), pick(5) == 0);
            }
            if (i + 1 < ROWS || pick(2) == 0)
                str_addz(&text, pick(2) == 0 ? "\n" : "\r\n");
        }
        struct csv c;
        struct csv_row row;
        struct err e;
        csv_init(&c, round % 3 == 0 ? input_memory_new(str_view(&text))
                                    : drip_new(str_view(&text), 1 + pick(9)));
        for (size_t i = 0; i < ROWS; i++) {
            assert_true(csv_next(&c, &row, &e));
            assert_int_equal(row.state, CSV_ROW);
            assert_int_equal(row.n, FIELDS);
            for (size_t k = 0; k < FIELDS; k++) {
                assert_true(view_eq(row.fields[k].text, str_view(&fields[i][k])));
                str_done(&fields[i][k]);
            }
        }
        assert_true(csv_next(&c, &row, &e));
        assert_int_equal(row.state, CSV_END);
        csv_done(&c);
        str_done(&text);
    }
}

/* Rows of every length, quoted with line ends inside, over several windows. */
static void rows_across_windows(void **state)
{
    (void)state;
    enum { ROWS = 20000 };
    struct str text, want;
    str_init(&text, 1u << 24);
    str_init(&want, 1000);
    for (int i = 0; i < ROWS; i++) {
        str_addf(&text, "%d,\"a\"\"\r\n", i);
        str_add_repeat(&text, 'x', (size_t)(i % 101));
        str_addz(&text, "\",end\r\n");
    }
    assert_true(text.n > 1000000);
    struct csv c;
    struct csv_row row;
    struct err e;
    csv_init(&c, drip_new(str_view(&text), 77777));
    for (int i = 0; i < ROWS; i++) {
        str_clear(&want);
        str_addz(&want, "a\"\r\n");
        str_add_repeat(&want, 'x', (size_t)(i % 101));
        assert_true(csv_next(&c, &row, &e));
        assert_int_equal(row.state, CSV_ROW);
        assert_int_equal(row.line, 1 + 2 * i);
        assert_true(view_eq(row.fields[1].text, str_view(&want)));
        assert_true(view_is(row.fields[2].text, "end"));
    }
    assert_true(csv_next(&c, &row, &e));
    assert_int_equal(row.state, CSV_END);
    csv_done(&c);
    str_done(&text);
    str_done(&want);
}

static bool failing_read(struct input *in, void *to, size_t n, size_t *got, struct err *e)
{
    struct drip *d = (struct drip *)in;
    if (d->rest.n == 0)
        return err_set(e, ERR_INPUT, "the disk is broken");
    return drip_read(in, to, n, got, e);
}

static void a_read_error_ends_it(void **state)
{
    (void)state;
    struct csv c;
    struct csv_row row;
    struct err e;
    struct input *in = drip_new(view_of("a,b\nc"), 2);
    in->read = failing_read;
    csv_init(&c, in);
    assert_false(csv_next(&c, &row, &e));
    assert_string_equal(e.text, "the disk is broken");
    csv_done(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_rows),
        cmocka_unit_test(blank_lines_and_byte_order_mark),
        cmocka_unit_test(quoted_fields),
        cmocka_unit_test(every_place_in_eight_bytes),
        cmocka_unit_test(bad_rows_cost_their_own_line_only),
        cmocka_unit_test(places),
        cmocka_unit_test(the_longest_row),
        cmocka_unit_test(a_single_line),
        cmocka_unit_test(random_rows_come_back),
        cmocka_unit_test(rows_across_windows),
        cmocka_unit_test(a_read_error_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
