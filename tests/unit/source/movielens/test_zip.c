/* The zip reader: archives written byte by byte, good ones and hostile ones. */
#include "release_help.h"

#include "source/movielens/zip.h"

static const char text[] = "movieId,title,genres\r\n1,Toy Story (1995),Comedy\r\n";

static void write_zip(void **state, const struct zip_spec *members, size_t n, struct str *ret)
{
    str_init(ret, 1u << 24);
    zip_print(ret, members, n);
    box_write(state, "x.zip", str_view(ret));
}

static void write_bytes(void **state, const struct str *zip)
{
    box_write(state, "x.zip", str_view(zip));
}

/* Reads a member to its end in reads of `step` bytes; false with the error. */
static bool read_member(void **state, const char *name, size_t step, struct str *to, struct err *e)
{
    struct zip *z = NULL;
    struct input *in = NULL;
    char block[1000];
    if (!zip_open(box_path(state, "x.zip"), &z, e))
        return false;
    const struct zip_member *m = NULL;
    for (size_t i = 0; i < z->members.n; i++) {
        const struct zip_member *x = vec_at(&z->members, i);
        if (view_is(x->name, name))
            m = x;
    }
    assert_non_null(m);
    bool ok = zip_read(z, m, name, &in, e);
    for (size_t got = 1; ok && got > 0;) {
        ok = in->read(in, block, step, &got, e);
        if (ok)
            str_add(to, (struct view){block, got});
    }
    input_free(in);
    zip_free(z);
    return ok;
}

static void expect_read(void **state, const char *name, struct view bytes)
{
    static const size_t steps[] = {1000, 7, 1};
    for (size_t i = 0; i < 3; i++) {
        struct str got;
        struct err e = {.kind = ERR_NONE};
        str_init(&got, 1u << 24);
        if (!read_member(state, name, steps[i], &got, &e))
            fail_msg("%s", e.text);
        assert_true(view_eq(str_view(&got), bytes));
        str_done(&got);
    }
}

static void expect_error(void **state, const char *name, const char *part)
{
    struct str got;
    struct err e = {.kind = ERR_NONE};
    str_init(&got, 1u << 24);
    assert_false(read_member(state, name, 1000, &got, &e));
    str_done(&got);
    assert_int_equal(e.kind, ERR_INPUT);
    if (strstr(e.text, part) == NULL)
        fail_msg("'%s' is not in '%s'", part, e.text);
}

static void stored_and_deflated(void **state)
{
    struct str zip, big;
    str_init(&big, 1u << 20);
    for (int i = 0; i < 20000; i++)
        str_addf(&big, "%d,%d,4.0,96498%d\r\n", i % 600 + 1, i, i);
    const struct zip_spec members[] = {{"a/", {"", 0}, false}, {"a/stored", view_of(text), false},
        {"a/deflated", view_of(text), true}, {"a/big", str_view(&big), true},
        {"a/empty", {"", 0}, false}, {"a/empty2", {"", 0}, true}};
    write_zip(state, members, 6, &zip);
    assert_true(zip.n < big.n);
    expect_read(state, "a/stored", view_of(text));
    expect_read(state, "a/deflated", view_of(text));
    expect_read(state, "a/big", str_view(&big));
    expect_read(state, "a/empty", (struct view){"", 0});
    expect_read(state, "a/empty2", (struct view){"", 0});
    str_done(&zip);
    str_done(&big);
}

static void a_comment_behind(void **state)
{
    struct str zip;
    const struct zip_spec member = {"a", view_of(text), true};
    write_zip(state, &member, 1, &zip);
    zip.n -= 2;
    put16(&zip, 65535);
    str_addz(&zip, "PK\x05\x06 is not the end here");
    str_add_repeat(&zip, 'c', 65535 - strlen("PK\x05\x06 is not the end here"));
    write_bytes(state, &zip);
    expect_read(state, "a", view_of(text));
    str_done(&zip);
}

/* Every field that zip64 widens, widened. */
static void zip64(void **state)
{
    struct str zip;
    str_init(&zip, 1u << 20);
    size_t n = strlen(text);
    put32(&zip, 0x04034b50);
    put16(&zip, 45), put16(&zip, 0), put16(&zip, 0), put32(&zip, 0);
    put32(&zip, crc32_add(0, view_of(text)));
    put32(&zip, UINT32_MAX), put32(&zip, UINT32_MAX);
    put16(&zip, 1), put16(&zip, 20);
    str_addz(&zip, "a");
    put16(&zip, 1), put16(&zip, 16), put64(&zip, n), put64(&zip, n);
    str_addz(&zip, text);
    size_t directory = zip.n;
    put32(&zip, 0x02014b50);
    put16(&zip, 45), put16(&zip, 45), put16(&zip, 0), put16(&zip, 0), put32(&zip, 0);
    put32(&zip, crc32_add(0, view_of(text)));
    put32(&zip, UINT32_MAX), put32(&zip, UINT32_MAX);
    put16(&zip, 1), put16(&zip, 5 + 28), put16(&zip, 0), put16(&zip, 0), put16(&zip, 0),
        put32(&zip, 0);
    put32(&zip, UINT32_MAX);
    str_addz(&zip, "a");
    put16(&zip, 0x5455), put16(&zip, 1), str_addc(&zip, 'x'); /* another extra field before it */
    put16(&zip, 1), put16(&zip, 24), put64(&zip, n), put64(&zip, n), put64(&zip, 0);
    size_t end64 = zip.n;
    put32(&zip, 0x06064b50);
    put64(&zip, 44), put16(&zip, 45), put16(&zip, 45), put32(&zip, 0), put32(&zip, 0);
    put64(&zip, 1), put64(&zip, 1), put64(&zip, end64 - directory), put64(&zip, directory);
    put32(&zip, 0x07064b50);
    put32(&zip, 0), put64(&zip, end64), put32(&zip, 1);
    put32(&zip, 0x06054b50);
    put16(&zip, UINT16_MAX), put16(&zip, UINT16_MAX), put16(&zip, UINT16_MAX),
        put16(&zip, UINT16_MAX);
    put32(&zip, UINT32_MAX), put32(&zip, UINT32_MAX), put16(&zip, 0);
    write_bytes(state, &zip);
    expect_read(state, "a", view_of(text));
    size_t extra = directory + 46 + 1;
    zip.p[extra + 3] = 1; /* the other extra field: longer than all of them */
    write_bytes(state, &zip);
    expect_error(state, "a", "directory cannot be read");
    zip.p[extra + 3] = 0;
    zip.p[extra + 5 + 2] = 16; /* the zip64 one: too short for what is missing in the entry */
    write_bytes(state, &zip);
    expect_error(state, "a", "directory cannot be read");
    zip.p[extra + 5 + 2] = 24;
    zip.p[directory + 30] = 5 + 4 + 8; /* the room for extra fields ends inside the zip64 one */
    write_bytes(state, &zip);
    expect_error(state, "a", "directory cannot be read");
    zip.p[directory + 30] = 5 + 28;
    write_bytes(state, &zip);
    expect_read(state, "a", view_of(text));
    memset(zip.p + end64 + 56, 'x', 4);
    write_bytes(state, &zip);
    expect_error(state, "a", "zip64 locator is missing");
    str_done(&zip);
}

static void no_zip_at_all(void **state)
{
    struct err e;
    struct zip *z;
    static const char *const files[] = {
        "", "x", "userId,movieId,rating,timestamp\r\n1,1,4.0,964982703\r\n"};
    for (size_t i = 0; i < 3; i++) {
        box_write(state, "x.zip", view_of(files[i]));
        expect_error(state, "a", "neither a folder nor a zip archive");
    }
    assert_false(zip_open(box_path(state, "missing.zip"), &z, &e));
    assert_non_null(strstr(e.text, "missing.zip"));
    assert_false(zip_open(*state, &z, &e));
}

/* Cut anywhere, it is refused, and says that it is not complete. */
static void truncated(void **state)
{
    struct str zip;
    const struct zip_spec member = {"a", view_of(text), true};
    write_zip(state, &member, 1, &zip);
    for (size_t n = 4; n < zip.n; n++) {
        struct view part = view_slice(str_view(&zip), 0, n);
        box_write(state, "x.zip", part);
        expect_error(state, "a", "it is not complete");
    }
    str_done(&zip);
}

/* Offsets of fields in an archive of one stored member named "a". */
enum { LOCAL = 0, DATA = 31, DIRECTORY = DATA + sizeof text - 1, END = DIRECTORY + 47 };

static void patch(struct str *zip, size_t at, uint64_t x, size_t bytes)
{
    assert_true(at + bytes <= zip->n);
    for (size_t i = 0; i < bytes; i++)
        zip->p[at + i] = (char)(x >> (8 * i) & 255);
}

static void hostile_fields(void **state)
{
    static const struct {
        size_t at;
        uint64_t x;
        size_t bytes;
        const char *part;
    } rows[] = {
        {DATA, 'X', 1, "its checksum is"},
        {DIRECTORY + 16, 0, 4, "the archive says 00000000"},
        {DIRECTORY + 8, 1, 2, "is encrypted"},
        {DIRECTORY + 10, 93, 2, "method 93"},
        {DIRECTORY + 10, 8, 2, "is not where the archive says"}, /* the local header says stored */
        {DIRECTORY + 20, 5, 4, "sizes contradict"},
        {DIRECTORY + 24, 1u << 31, 4, "sizes contradict"},
        {DIRECTORY + 20, 0xFFFFFFFF, 4, "directory cannot be read"}, /* zip64 without its field */
        {DIRECTORY + 24, 0xFFFFFFFF, 4, "directory cannot be read"},
        {DIRECTORY + 42, 0xFFFFFFFF, 4, "directory cannot be read"},
        {DIRECTORY + 42, 0xFFFFFFFE, 4, "points beyond its own end"},
        {DIRECTORY + 42, 1, 4, "is not where the archive says"},
        {DIRECTORY + 42, DIRECTORY, 4, "is not where the archive says"},
        {DIRECTORY + 28, 0xFFFF, 2, "directory cannot be read"},
        {DIRECTORY + 30, 0xFFFF, 2, "directory cannot be read"},
        {DIRECTORY + 32, 0xFFFF, 2, "directory cannot be read"},
        {DIRECTORY, 0, 4, "directory cannot be read"},
        {LOCAL, 0, 4, "is not where the archive says"},
        {LOCAL + 26, 2, 2, "is not where the archive says"},
        {LOCAL + 28, 0xFFFF, 2, "is not where the archive says"},
        {LOCAL + 30, 'b', 1, "is not where the archive says"}, /* another name */
        {END + 4, 1, 2, "several parts"},
        {END + 10, 2, 2, "directory cannot be read"}, /* more members than there are */
        {END + 10, 0xFFFF, 2, "zip64"},
        {END + 12, 0x7FFFFFFF, 4, "directory lies outside"},
        {END + 16, 0x7FFFFFFF, 4, "directory lies outside"},
        {END + 16, DIRECTORY + 1, 4, "directory lies outside"},
        {END + 16, DIRECTORY - 1, 4, "directory cannot be read"},
        {END + 12, 10, 4, "directory cannot be read"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct str zip;
        const struct zip_spec member = {"a", view_of(text), false};
        write_zip(state, &member, 1, &zip);
        expect_read(state, "a", view_of(text));
        patch(&zip, rows[i].at, rows[i].x, rows[i].bytes);
        write_bytes(state, &zip);
        expect_error(state, "a", rows[i].part);
        str_done(&zip);
    }
}

/* A deflated member that gives more, or less, than the directory says; and one whose packed bytes
 * end too early. */
static void lengths_that_lie(void **state)
{
    static const struct {
        size_t field; /* in the directory's entry */
        int64_t more;
        const char *part;
    } rows[] = {{24, -1, "longer than the archive says"}, {24, 1, "shorter than the archive says"},
        {20, -3, "truncated"}, {24, 900000000, "sizes contradict"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct str zip, packed;
        const struct zip_spec member = {"a", view_of(text), true};
        str_init(&packed, 10000);
        put_deflated(&packed, view_of(text));
        write_zip(state, &member, 1, &zip);
        size_t was = rows[i].field == 24 ? strlen(text) : packed.n;
        patch(&zip, 31 + packed.n + rows[i].field, (uint64_t)((int64_t)was + rows[i].more), 4);
        write_bytes(state, &zip);
        expect_error(state, "a", rows[i].part);
        str_done(&zip);
        str_done(&packed);
    }
}

static void damaged_deflate(void **state)
{
    struct str zip;
    const struct zip_spec member = {"a", view_of(text), true};
    write_zip(state, &member, 1, &zip);
    zip.p[31] = (char)0xFF; /* block type 3 does not exist */
    write_bytes(state, &zip);
    expect_error(state, "a", "is damaged");
    str_done(&zip);
}

/* Any one byte changed: refused or read right, never a crash (the sanitizers watch). */
static void any_byte_changed(void **state)
{
    struct str zip;
    const struct zip_spec members[] = {{"a", view_of(text), true}, {"b", view_of(text), false}};
    write_zip(state, members, 2, &zip);
    for (size_t at = 0; at < zip.n; at++)
        for (unsigned flip = 1; flip < 256; flip *= 3) {
            struct err e;
            struct zip *z = NULL;
            zip.p[at] = (char)((unsigned char)zip.p[at] ^ flip);
            write_bytes(state, &zip);
            if (zip_open(box_path(state, "x.zip"), &z, &e)) {
                for (size_t i = 0; i < z->members.n; i++) {
                    struct input *in = NULL;
                    char block[400];
                    size_t got = 1;
                    bool ok = zip_read(z, vec_at(&z->members, i), "m", &in, &e);
                    size_t sum = 0;
                    while (ok && got > 0) {
                        ok = in->read(in, block, sizeof block, &got, &e);
                        sum += ok ? got : 0;
                    }
                    if (ok)
                        assert_int_equal(sum, strlen(text));
                    input_free(in);
                }
                zip_free(z);
            }
            zip.p[at] = (char)((unsigned char)zip.p[at] ^ flip);
        }
    str_done(&zip);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(stored_and_deflated, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(a_comment_behind, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(zip64, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(no_zip_at_all, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(truncated, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(hostile_fields, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(lengths_that_lie, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(damaged_deflate, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(any_byte_changed, box_setup, box_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
