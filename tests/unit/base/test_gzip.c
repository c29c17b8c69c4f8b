/* Tests of base/gzip: members, their borders, copies that are damaged, failing calls. */
#include "help.h"

#include "base/gzip.h"
#include "base/input.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PORTION = GZIP_PORTION, SIZE = 5 * PORTION + 77 };
static char text[SIZE]; /* words and noise: some of it compresses, some does not */
static struct gzip *tool; /* one for all, after failures too */

static int make_text(void **state)
{
    struct random r;
    (void)state;
    random_init(&r, 31);
    tool = gzip_new();
    for (size_t at = 0; at < SIZE;) {
        size_t n = random_below(&r, 4000), noise = random_below(&r, 3);
        for (; n > 0 && at < SIZE; n--, at++)
            text[at] = noise > 0 ? (char)random_next(&r) : "abcdefgh"[at / 3 % 8];
    }
    return 0;
}

static int free_tool(void **state)
{
    (void)state;
    gzip_free(tool);
    gzip_free(NULL);
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

static void pack(struct view v, const char *plain, const char *packed)
{
    struct err e;
    file_put(plain, v);
    (void)unlink(packed);
    assert_true(gzip_file(tool, plain, packed, &e));
}

static const size_t around[] = {0, 1, PORTION - 1, PORTION, PORTION + 1, 2 * PORTION - 1,
    2 * PORTION, 2 * PORTION + 1, 5 * PORTION, SIZE};

TEST(sizes_around_the_border_come_back)
{
    for (size_t i = 0; i < COUNT(around); i++) {
        struct view v = {text, around[i]};
        pack(v, "plain", "packed.gz");
        assert_true(reads_as("packed.gz", v));
    }
}

/* What does not compress at all: no member may outgrow its bound. */
TEST(noise_comes_back)
{
    struct random r;
    char *noise = test_malloc(2 * PORTION + 1);
    random_init(&r, 7);
    for (size_t i = 0; i < 2 * PORTION + 1; i++)
        noise[i] = (char)random_next(&r);
    pack((struct view){noise, 2 * PORTION + 1}, "plain", "packed.gz");
    assert_true(reads_as("packed.gz", (struct view){noise, 2 * PORTION + 1}));
    assert_true(bytes_of("packed.gz") > 2 * PORTION + 1);
    test_free(noise);
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

/* What is written to the copy before the n-th call that reads. */
static struct {
    int n, reads;
    long at;
    bool done;
} damage;

static int damage_copy(enum sys_call call)
{
    if (call != SYS_READ || damage.reads++ != damage.n)
        return 0;
    FILE *f = fopen("packed.gz", "r+b");
    assert_non_null(f);
    if (fseek(f, damage.at, damage.at < 0 ? SEEK_END : SEEK_SET) == 0 && bytes_of("packed.gz") > 0)
        damage.done = fwrite("odd", 1, 3, f) == 3;
    assert_int_equal(fclose(f), 0);
    return 0;
}

/* Between the writing of a member and its reading. The calls that read: a portion of the text, its
 * member, and so on. */
TEST(a_copy_that_is_damaged_is_found)
{
    static const struct sys_seam seam = {.before = damage_copy};
    static const long at[] = {-1, -4, -8, -100, -100000};
    struct err e;
    file_put("plain", (struct view){text, 3 * PORTION});
    for (int n = 1; n < 6; n += 2)
        for (size_t i = 0; i < COUNT(at); i++) {
            damage.n = n;
            damage.reads = 0;
            damage.at = at[i];
            damage.done = false;
            sys_install(&seam);
            bool ok = gzip_file(tool, "plain", "packed.gz", &e);
            sys_install(NULL);
            assert_true(damage.done && !ok);
            assert_int_equal(e.kind, ERR_DISK);
            assert_false(is_there("packed.gz"));
        }
}

static int cut_copy(enum sys_call call)
{
    if (call == SYS_READ && damage.reads++ == 1)
        assert_int_equal(truncate("packed.gz", 100), 0);
    return 0;
}

TEST(a_copy_that_is_cut_is_found)
{
    static const struct sys_seam seam = {.before = cut_copy};
    struct err e;
    file_put("plain", (struct view){text, PORTION});
    damage.reads = 0;
    sys_install(&seam);
    bool ok = gzip_file(tool, "plain", "packed.gz", &e);
    sys_install(NULL);
    assert_true(!ok && e.kind == ERR_DISK && !is_there("packed.gz"));
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
            ok = gzip_file(tool, "plain", "packed.gz", &e);
            (void)fault_clear();
            assert_true(ok || e.kind == ERR_DISK || calls[i] == SYS_READ || calls[i] == SYS_OPEN);
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
    assert_false(gzip_file(tool, "none", "x.gz", &e));
    assert_int_equal(e.kind, ERR_INPUT);
    assert_false(is_there("x.gz"));
    assert_false(gzip_file(tool, "plain", "there.gz", &e));
    assert_int_equal(e.kind, ERR_INPUT);
    assert_true(file_is("there.gz", V("old")));
    assert_false(gzip_file(tool, "plain", "none/x.gz", &e));
    assert_true(file_is("plain", V("abc")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder(sizes_around_the_border_come_back),
        in_folder(noise_comes_back),
        in_folder(a_portion_is_a_member),
        in_folder(a_copy_that_is_damaged_is_found),
        in_folder(a_copy_that_is_cut_is_found),
        in_folder(a_failed_gzip_file_leaves_nothing),
        in_folder(gzip_file_refuses_what_it_must),
    };
    return cmocka_run_group_tests(tests, make_text, free_tool);
}
