/* Tests of base/gzip: members, their borders, copies that say something else, failing calls. */
#include "help.h"

#include "base/gzip.h"
#include "base/input.h"

#include <errno.h>
#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PORTION = GZIP_PORTION, SIZE = 5 * PORTION + 77 };
static char text[SIZE]; /* words and noise: some of it compresses, some does not */

static int make_text(void **state)
{
    struct random r;
    (void)state;
    random_init(&r, 31);
    for (size_t at = 0; at < SIZE;) {
        size_t n = random_below(&r, 4000), noise = random_below(&r, 3);
        for (; n > 0 && at < SIZE; n--, at++)
            text[at] = noise > 0 ? (char)random_next(&r) : "abcdefgh"[at / 3 % 8];
    }
    return 0;
}

/* The file at `path`, in memory that the caller frees. */
static char *bytes_in(const char *path, size_t *ret)
{
    int64_t size = bytes_of(path);
    assert_true(size >= 0);
    char *to = test_malloc((size_t)size + 1);
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    *ret = fread(to, 1, (size_t)size + 1, in);
    assert_int_equal(fclose(in), 0);
    assert_int_equal(*ret, size);
    return to;
}

/* What the streaming reader makes of it. */
static bool reads_as(const char *path, struct view want)
{
    struct input *in;
    struct err e;
    size_t got;
    char *to = test_malloc(want.n + 1);
    assert_true(input_open(path, &in, &e));
    bool same = input_read_full(in, to, want.n + 1, &got, &e) && got == want.n &&
                memcmp(to, want.p, want.n) == 0;
    input_free(in);
    test_free(to);
    return same;
}

static bool says(const char *packed, const char *plain)
{
    struct err e;
    bool same;
    assert_true(gzip_says(packed, plain, &same, &e));
    return same;
}

static void pack(struct view v, const char *plain, const char *packed)
{
    struct err e;
    file_put(plain, v);
    (void)unlink(packed);
    assert_true(gzip_file(plain, packed, &e));
}

static const size_t around[] = {0, 1, PORTION - 1, PORTION, PORTION + 1, 2 * PORTION - 1,
    2 * PORTION, 2 * PORTION + 1, 5 * PORTION, SIZE};

TEST(sizes_around_the_border_come_back)
{
    for (size_t i = 0; i < COUNT(around); i++) {
        struct view v = {text, around[i]};
        pack(v, "plain", "packed.gz");
        assert_true(reads_as("packed.gz", v));
        assert_true(says("packed.gz", "plain"));
    }
}

/* Appends what is in one file to another. */
static void append(const char *from, FILE *to)
{
    size_t n;
    char *bytes = bytes_in(from, &n);
    assert_int_equal(fwrite(bytes, 1, n, to), n);
    test_free(bytes);
}

/* Each portion is a member of its own: together they are what the portions are apart. */
TEST(a_portion_is_a_member)
{
    for (size_t i = 0; i < COUNT(around); i++) {
        FILE *joined = fopen("joined.gz", "wb");
        assert_non_null(joined);
        size_t at = 0;
        do {
            size_t n = around[i] - at < PORTION ? around[i] - at : PORTION;
            pack((struct view){text + at, n}, "part", "part.gz");
            append("part.gz", joined);
            at += n;
        } while (at < around[i]);
        assert_int_equal(fclose(joined), 0);
        pack((struct view){text, around[i]}, "plain", "packed.gz");
        size_t n;
        char *bytes = bytes_in("joined.gz", &n);
        assert_true(file_is("packed.gz", (struct view){bytes, n}));
        test_free(bytes);
    }
}

TEST(a_changed_original_is_another)
{
    static const size_t at[] = {0, 77, PORTION - 1, PORTION, 2 * PORTION - 1, 2 * PORTION + 99};
    const struct view v = {text, 2 * PORTION + 100};
    pack(v, "plain", "packed.gz");
    for (size_t i = 0; i < COUNT(at); i++) {
        text[at[i]] ^= 1;
        file_put("plain", v);
        text[at[i]] ^= 1;
        assert_false(says("packed.gz", "plain"));
    }
    for (size_t i = 0; i < COUNT(around); i++) { /* longer or shorter */
        file_put("plain", (struct view){text, around[i]});
        assert_false(says("packed.gz", "plain"));
    }
    pack((struct view){text, 2 * PORTION}, "plain", "packed.gz");
    file_put("plain", (struct view){text, 2 * PORTION + 1});
    assert_false(says("packed.gz", "plain"));
    file_put("plain", (struct view){text, PORTION});
    assert_false(says("packed.gz", "plain"));
    pack((struct view){text, 0}, "plain", "packed.gz");
    file_put("plain", (struct view){text, 1});
    assert_false(says("packed.gz", "plain"));
}

TEST(a_damaged_copy_is_another)
{
    enum { HEADER = 10 }; /* of the first member: its time and system say nothing of the text */
    struct random r;
    size_t n;
    random_init(&r, 32);
    pack((struct view){text, 2 * PORTION + 100}, "plain", "packed.gz");
    char *bytes = bytes_in("packed.gz", &n);
    for (size_t round = 0; round < 100; round++) {
        size_t at = HEADER + random_below(&r, PORTION / 2);
        at = round % 2 == 0 ? at : n - 100 + round / 2; /* and where the last member ends */
        bytes[at] ^= 4;
        file_put("packed.gz", (struct view){bytes, n});
        bytes[at] ^= 4;
        HOLDS(&r, !says("packed.gz", "plain"));
    }
    for (size_t cut = 1; cut < n; cut += 1 + n / 30) {
        file_put("packed.gz", (struct view){bytes, n - cut});
        assert_false(says("packed.gz", "plain"));
    }
    file_put("packed.gz", (struct view){bytes, 0});
    assert_false(says("packed.gz", "plain"));
    file_put("packed.gz", (struct view){bytes, n + 1}); /* test_malloc gave one more */
    assert_false(says("packed.gz", "plain"));
    file_put("packed.gz", (struct view){bytes, n});
    assert_true(says("packed.gz", "plain"));
    test_free(bytes);
}

/* No file at all says anything, not even nothing. */
TEST(nothing_is_no_copy_of_nothing)
{
    file_put("plain", V(""));
    file_put("packed.gz", V(""));
    assert_false(says("packed.gz", "plain"));
}

static void put32(FILE *to, size_t n)
{
    for (int i = 0; i < 4; i++)
        (void)fputc((int)(n >> 8 * i & 0xff), to);
}

/* A member of text[0..n] that is stored, not deflated, with a name of `name` bytes before it. */
static void put_stored(FILE *to, size_t n, size_t name)
{
    (void)fwrite("\x1f\x8b\x08\x08\0\0\0\0\0\x03", 1, 10, to);
    for (size_t i = 0; i < name; i++)
        (void)fputc('n', to);
    (void)fputc(0, to);
    for (size_t at = 0, m; at < n; at += m) {
        m = n - at < 0xffff ? n - at : 0xffff;
        (void)fputc(at + m == n, to);
        put32(to, m | (m ^ 0xffff) << 16);
        (void)fwrite(text + at, 1, m, to);
    }
    put32(to, crc32_add(0, (struct view){text, n}));
    put32(to, n);
}

/* Members of others: one larger than ours says something else, whatever it says. */
TEST(a_member_larger_than_a_portion_is_not_ours)
{
    static const size_t sizes[] = {PORTION, PORTION + 1, 3 * PORTION};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        FILE *to = fopen("packed.gz", "wb");
        assert_non_null(to);
        put_stored(to, sizes[i], 7);
        assert_int_equal(fclose(to), 0);
        file_put("plain", (struct view){text, sizes[i]});
        assert_true(reads_as("packed.gz", (struct view){text, sizes[i]}));
        assert_int_equal(says("packed.gz", "plain"), sizes[i] == PORTION);
    }
}

/* Copies that end where the block ends that is read of them, or a byte before or after. */
TEST(a_copy_may_end_with_a_block)
{
    size_t block = 2 * libdeflate_gzip_compress_bound(NULL, PORTION);
    for (size_t size = block - 1; size <= block + 1; size++) {
        FILE *to = fopen("packed.gz", "wb");
        assert_non_null(to);
        put_stored(to, PORTION, 0);
        assert_int_equal(fclose(to), 0);
        size_t rest = size - 2 * (size_t)bytes_of("packed.gz");
        to = fopen("packed.gz", "wb");
        assert_non_null(to);
        put_stored(to, PORTION, rest - rest / 2);
        put_stored(to, PORTION, rest / 2);
        assert_int_equal(fclose(to), 0);
        assert_int_equal(bytes_of("packed.gz"), size);
        char *twice = test_malloc(2 * PORTION);
        memcpy(twice, text, PORTION);
        memcpy(twice + PORTION, text, PORTION);
        file_put("plain", (struct view){twice, 2 * PORTION});
        test_free(twice);
        assert_true(says("packed.gz", "plain"));
    }
}

TEST(comparing_fails_when_reading_does)
{
    struct err e;
    bool same, ok = false;
    int n = 0;
    pack((struct view){text, SIZE}, "plain", "packed.gz");
    while (!ok) {
        fault_install(n % 2 == 0 ? SYS_READ : SYS_OPEN, 1 + n / 2, EIO);
        ok = gzip_says("packed.gz", "plain", &same, &e);
        int calls = fault_clear();
        assert_true(ok ? same : e.kind == ERR_INPUT);
        ok = n % 2 == 0 && calls < 1 + n / 2; /* it was not even met */
        n++;
    }
    assert_true(n > 10);
    assert_false(gzip_says("none.gz", "plain", &same, &e));
    assert_false(gzip_says("packed.gz", "none", &same, &e));
}

/* Else the next try would find it in its way, and so would every later one. */
TEST(a_failed_gzip_file_leaves_nothing)
{
    static const enum sys_call calls[] = {SYS_OPEN, SYS_READ, SYS_WRITE, SYS_SYNC};
    const struct view v = {text, SIZE};
    struct err e;
    file_put("plain", v);
    for (size_t i = 0; i < COUNT(calls); i++) {
        bool ok = false;
        int n = 0;
        while (!ok) {
            fault_install(calls[i], ++n, calls[i] == SYS_READ ? EIO : ENOSPC);
            ok = gzip_file("plain", "packed.gz", &e);
            (void)fault_clear();
            assert_true(ok || e.kind == ERR_DISK || calls[i] == SYS_READ);
            assert_int_equal(is_there("packed.gz"), ok);
        }
        assert_true(n > (calls[i] == SYS_WRITE ? 4 : 1)); /* the disk was full at each member */
        assert_true(reads_as("packed.gz", v));
        (void)unlink("packed.gz");
    }
}

TEST(gzip_file_refuses_what_it_must)
{
    struct err e;
    file_put("plain", V("abc"));
    file_put("there.gz", V("old"));
    assert_false(gzip_file("none", "x.gz", &e));
    assert_int_equal(e.kind, ERR_INPUT);
    assert_false(is_there("x.gz"));
    assert_false(gzip_file("plain", "there.gz", &e));
    assert_int_equal(e.kind, ERR_INPUT);
    assert_true(file_is("there.gz", V("old")));
    assert_false(gzip_file("plain", "none/x.gz", &e));
    assert_true(file_is("plain", V("abc")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder(sizes_around_the_border_come_back),
        in_folder(a_portion_is_a_member),
        in_folder(a_changed_original_is_another),
        in_folder(a_damaged_copy_is_another),
        in_folder(nothing_is_no_copy_of_nothing),
        in_folder(a_member_larger_than_a_portion_is_not_ours),
        in_folder(a_copy_may_end_with_a_block),
        in_folder(comparing_fails_when_reading_does),
        in_folder(a_failed_gzip_file_leaves_nothing),
        in_folder(gzip_file_refuses_what_it_must),
    };
    return cmocka_run_group_tests(tests, make_text, NULL);
}
