/* Tests of base/input: files and memory read in blocks of any size, and files that change while
 * they are read. */
#include "help.h"

#include "base/input.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIZE = 300000 };
static char text[SIZE];

static int make_text(void **state)
{
    struct random r;
    (void)state;
    random_init(&r, 16);
    for (size_t i = 0; i < SIZE; i++)
        text[i] = (char)random_next(&r);
    return 0;
}

/* Reads to the end in random steps; what comes is what is expected, the end is stable. */
static void check_reads(struct random *r, struct input *in, struct view want)
{
    static char to[20000];
    struct err e;
    size_t at = 0, got;
    do {
        size_t n = 1 + random_below(r, random_below(r, 2) == 0 ? 100 : sizeof to);
        HOLDS(r, in->read(in, to, n, &got, &e));
        HOLDS(r, got <= n && got <= want.n - at);
        HOLDS(r, got == 0 || memcmp(to, want.p + at, got) == 0);
        at += got;
    } while (got > 0);
    HOLDS(r, at == want.n);
    HOLDS(r, in->read(in, to, 10, &got, &e) && got == 0);
}

TEST(files_and_memory_give_their_bytes)
{
    static const size_t sizes[] = {0, 1, 2, 4095, 4096, 100000, SIZE};
    struct random r;
    random_init(&r, 17);
    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct view v = {text, sizes[i]};
        struct input *in = NULL;
        struct err e;
        file_put("a", v);
        assert_true(input_file_new("a", &in, &e));
        check_reads(&r, in, v);
        input_free(in);
        assert_true(input_open("a", &in, &e));
        check_reads(&r, in, v);
        input_free(in);
        in = input_memory_new(v);
        check_reads(&r, in, v);
        input_free(in);
    }
    input_free(NULL);
}

TEST(what_cannot_be_opened)
{
    struct input *in = (struct input *)(void *)text;
    struct err e;
    assert_int_equal(mkdir("d", 0777), 0);
    assert_int_equal(mkdir("d.gz", 0777), 0);
    static const char *const bad[] = {"none", "none.gz", "d", "d.gz", "/dev/null", ""};
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_false(input_open(bad[i], &in, &e));
        assert_int_equal(e.kind, ERR_INPUT);
        assert_non_null(strstr(e.text, bad[i]));
        assert_ptr_equal(in, text);
    }
    file_put("a", V("abc"));
    fault_install(SYS_OPEN, 1, EMFILE);
    assert_false(input_open("a", &in, &e));
    (void)fault_clear();
}

TEST(a_failing_disk_is_an_error)
{
    struct input *in;
    struct err e;
    char to[100];
    size_t got;
    file_put("a", (struct view){text, SIZE});
    assert_true(input_file_new("a", &in, &e));
    fault_install(SYS_READ, 2, EIO);
    assert_true(in->read(in, to, sizeof to, &got, &e));
    assert_false(in->read(in, to, sizeof to, &got, &e));
    assert_int_equal(e.kind, ERR_INPUT);
    assert_non_null(strstr(e.text, "cannot read a"));
    assert_true(in->read(in, to, sizeof to, &got, &e)); /* the place is kept */
    (void)fault_clear();
    assert_memory_equal(to, text + sizeof to, sizeof to);
    input_free(in);
}

TEST(opening_and_closing_leaks_no_descriptor)
{
    struct err e;
    file_put("a", V("abc"));
    file_put("a.gz", V("abc"));
    for (int i = 0; i < 3000; i++) {
        struct input *in;
        assert_true(input_open(i % 2 == 0 ? "a" : "a.gz", &in, &e));
        input_free(in);
        assert_false(input_open("/dev/null", &in, &e));
    }
}

TEST(a_growing_file_is_read_on)
{
    struct input *in;
    struct err e;
    char to[100];
    size_t got;
    file_put("a", V("abc"));
    assert_true(input_file_new("a", &in, &e));
    assert_true(in->read(in, to, sizeof to, &got, &e) && got == 3);
    FILE *out = fopen("a", "ab");
    assert_non_null(out);
    assert_int_equal(fwrite("def", 1, 3, out), 3);
    assert_int_equal(fclose(out), 0);
    assert_true(in->read(in, to, sizeof to, &got, &e) && got == 3);
    assert_memory_equal(to, "def", 3);
    input_free(in);
}

TEST(a_file_cut_meanwhile_is_an_error)
{
    static const off_t lengths[] = {0, 50, 100, 299999};
    for (size_t i = 0; i < COUNT(lengths); i++) {
        struct input *in;
        struct err e;
        static char to[SIZE];
        size_t got = 1;
        bool ok;
        file_put("a", (struct view){text, SIZE});
        assert_true(input_file_new("a", &in, &e));
        assert_true(in->read(in, to, 100, &got, &e) && got == 100);
        assert_int_equal(truncate("a", lengths[i]), 0);
        do {
            ok = in->read(in, to, sizeof to, &got, &e);
        } while (ok && got > 0);
        assert_false(ok);
        assert_int_equal(e.kind, ERR_INPUT);
        assert_non_null(strstr(e.text, "a was cut"));
        assert_false(in->read(in, to, sizeof to, &got, &e));
        input_free(in);
    }
}

TEST(a_pipe_with_a_name_is_refused_at_once)
{
    struct input *in;
    struct err e;
    assert_int_equal(mkfifo("pipe", 0600), 0);
    (void)alarm(10); /* nobody will ever write to it */
    assert_false(input_file_new("pipe", &in, &e));
    (void)alarm(0);
    assert_int_equal(e.kind, ERR_INPUT);
    assert_non_null(strstr(e.text, "not a regular file"));
}

TEST(an_absent_text_is_an_empty_input)
{
    struct input *in = input_memory_new(absent);
    struct err e;
    char to[4];
    size_t got = 1;
    assert_true(in->read(in, to, sizeof to, &got, &e));
    assert_int_equal(got, 0);
    input_free(in);
}

TEST(crc32_as_zip_has_it)
{
    struct random r;
    random_init(&r, 18);
    assert_int_equal(
        crc32_add(0, V("123456789")), 0xCBF43926); /* the check value of the CRC catalogues */
    assert_int_equal(crc32_add(0, V("")), 0);
    assert_int_equal(crc32_add(0, V("\0\0\0\0")), 0x2144DF1C);
    for (int round = 0; round < 200; round++) {
        size_t n = random_below(&r, 1000), cut = random_below(&r, n + 1);
        uint32_t one = crc32_add(0, (struct view){text, n});
        uint32_t two =
            crc32_add(crc32_add(0, (struct view){text, cut}), (struct view){text + cut, n - cut});
        HOLDS(&r, one == two);
    }
}

TEST(nothing_added_leaves_the_crc)
{
    uint32_t crc = crc32_add(0, V("123456789"));
    assert_int_equal(crc32_add(crc, V("")), crc);
    assert_int_equal(crc32_add(crc, absent), crc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder(files_and_memory_give_their_bytes), in_folder(what_cannot_be_opened),
        in_folder(a_failing_disk_is_an_error), in_folder(opening_and_closing_leaks_no_descriptor),
        in_folder(a_growing_file_is_read_on),
        in_folder(a_file_cut_meanwhile_is_an_error),
        in_folder(a_pipe_with_a_name_is_refused_at_once),
        cmocka_unit_test(an_absent_text_is_an_empty_input),
        cmocka_unit_test(crc32_as_zip_has_it),
        cmocka_unit_test(nothing_added_leaves_the_crc),
    };
    return cmocka_run_group_tests(tests, make_text, NULL);
}
