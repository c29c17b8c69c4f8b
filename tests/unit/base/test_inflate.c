/* Tests of base/input's inflating reader: streams cut at every byte, damaged at every bit, joined,
 * read in blocks of every size. The streams come from gzip_file and, as an outside witness, from
 * another compressor as literal bytes. */
#include "help.h"

#include "base/gzip.h"
#include "base/input.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SIZE = 400000, HEADER = 10, TRAILER = 8 };
static char text[SIZE]; /* words and noise: some of it compresses, some does not */

static int make_text(void **state)
{
    struct random r;
    (void)state;
    random_init(&r, 19);
    for (size_t at = 0; at < SIZE;) {
        size_t n = random_below(&r, 400), noise = random_below(&r, 3);
        for (; n > 0 && at < SIZE; n--, at++)
            text[at] = noise == 0 ? (char)random_next(&r) : "abcdefgh"[(at / 3 + noise) % 8];
    }
    return 0;
}

/* With every optional field of the header (RFC 1952): extra, name, comment, header CRC. */
#define HELLO     "hello, hello, hello\n"
#define RAW_HELLO "\xcb\x48\xcd\xc9\xc9\xd7\x51\xc8\x40\xa2\xb8\x00"
#define GZIP_HELLO                                                                                 \
    "\x1f\x8b\x08\x1e\x00\x00\x00\x00\x00\x03\x04\x00\x41\x42\x00\x00name\x00"                     \
    "comment\x00\xcd\x2e" RAW_HELLO "\xe7\x42\x6e\x52\x14\x00\x00\x00"

/* An input that gives at most `piece` bytes at a time and fails after `fail_at` bytes (SIZE_MAX:
 * never). */
struct dribble {
    struct input in;
    struct view rest;
    size_t piece, fail_at;
    bool *closed;
};

static bool dribble_read(struct input *in, void *to, size_t n, size_t *got, struct err *e)
{
    struct dribble *d = (struct dribble *)in;
    if (d->fail_at == 0)
        return err_set(e, ERR_INPUT, "the inner input failed");
    n = n < d->piece ? n : d->piece;
    n = n < d->rest.n ? n : d->rest.n;
    n = n < d->fail_at ? n : d->fail_at;
    if (n > 0)
        memcpy(to, d->rest.p, n);
    d->rest = (struct view){d->rest.p + n, d->rest.n - n};
    d->fail_at -= d->fail_at == SIZE_MAX ? 0 : n;
    *got = n;
    return true;
}

static void dribble_close(struct input *in)
{
    struct dribble *d = (struct dribble *)in;
    *d->closed = true;
    free(d);
}

static struct input *inflate_pieces(
    struct view v, size_t piece, size_t fail_at, enum inflate_form form, bool *closed)
{
    struct dribble *d = calloc(1, sizeof *d);
    assert_non_null(d);
    *closed = false;
    *d = (struct dribble){{dribble_read, dribble_close}, v, piece, fail_at, closed};
    return input_inflate_new(&d->in, form, "the.gz");
}

/* Reads at most `n` bytes at a time to the end or an error; true when the end came in order and
 * all before it was the beginning of `want`. Gives the bytes got, SIZE_MAX when they were
 * others. */
static bool drain(struct input *in, size_t n, struct view want, size_t *ret_got, struct err *e)
{
    static char to[SIZE];
    size_t at = 0, got = 1;
    bool ok = true, same = true;
    while (ok && got > 0) {
        ok = in->read(in, to, n, &got, e);
        if (!ok)
            break;
        same = same && got <= n && got <= want.n - at && memcmp(to, want.p + at, got) == 0;
        at += same ? got : 0;
    }
    *ret_got = same ? at : SIZE_MAX;
    return ok && same;
}

/* Inflates `v` in memory, through pieces and reads of those sizes. */
static bool inflates_to(
    struct view v, enum inflate_form form, size_t piece, size_t n, struct view want, struct err *e)
{
    size_t got;
    bool closed;
    e->text[0] = '\0'; /* what is asserted of it is of this time */
    struct input *in = inflate_pieces(v, piece, SIZE_MAX, form, &closed);
    bool ok = drain(in, n, want, &got, e);
    input_free(in);
    assert_true(closed); /* it took the inner input */
    return ok && got == want.n;
}

/* text[0..n] as gzip_file writes it, in a static buffer. */
static struct view gzipped(size_t n)
{
    static char packed[SIZE + 1000];
    struct err e;
    file_put("plain", (struct view){text, n});
    struct gzip *g = gzip_new();
    assert_true(gzip_file(g, "plain", "packed.gz", &e));
    gzip_free(g);
    FILE *in = fopen("packed.gz", "rb");
    assert_non_null(in);
    size_t got = fread(packed, 1, sizeof packed, in);
    assert_int_equal(fclose(in), 0);
    assert_int_equal(unlink("packed.gz"), 0);
    return (struct view){packed, got};
}

TEST(gzip_comes_back_whatever_the_pieces)
{
    static const size_t sizes[] = {0, 1, 100, 16384, 131072, SIZE}, pieces[] = {1, 7, 1000, SIZE};
    struct err e;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct view packed = gzipped(sizes[i]), want = {text, sizes[i]};
        for (size_t k = 0; k < COUNT(pieces) * COUNT(pieces); k++)
            assert_true(inflates_to(packed, INFLATE_GZIP, pieces[k % COUNT(pieces)],
                pieces[k / COUNT(pieces)], want, &e));
    }
    for (size_t n = 1; n < 30; n++)
        assert_true(inflates_to(V(GZIP_HELLO), INFLATE_GZIP, n, 30 - n, V(HELLO), &e));
}

TEST(gzip_files_are_opened_by_their_name)
{
    struct err e;
    struct input *in;
    size_t got;
    file_put("hello.gz", V(GZIP_HELLO));
    assert_true(input_open("hello.gz", &in, &e));
    assert_true(drain(in, 3, V(HELLO), &got, &e) && got == sizeof HELLO - 1);
    input_free(in);
    file_put("hello", V(GZIP_HELLO)); /* the name says it is plain */
    assert_true(input_open("hello", &in, &e));
    assert_true(drain(in, 3, V(GZIP_HELLO), &got, &e) && got == sizeof GZIP_HELLO - 1);
    input_free(in);
    file_put("not.gz", V(HELLO));
    assert_true(input_open("not.gz", &in, &e));
    assert_false(drain(in, 3, V(HELLO), &got, &e));
    assert_int_equal(e.kind, ERR_INPUT);
    assert_non_null(strstr(e.text, "not.gz is damaged"));
    input_free(in);
}

/* Raw streams have no trailer: after the last input byte zlib may still hold text, or only the
 * end mark. */
TEST(raw_streams_end_whatever_the_blocks)
{
    struct err e;
    for (size_t piece = 1; piece < 15; piece++)
        for (size_t n = 1; n < 25; n++)
            if (!inflates_to(V(RAW_HELLO), INFLATE_RAW, piece, n, V(HELLO), &e))
                fail_msg("pieces of %zu, reads of %zu: %s", piece, n, e.text);
    for (size_t size = 0; size < 3000; size += 1 + size / 50) {
        struct view packed = gzipped(size), want = {text, size};
        struct view raw = {packed.p + HEADER, packed.n - HEADER - TRAILER};
        static const size_t reads[] = {1, 2, 3, 64, 100, 128, 256, 1000, 4096};
        for (size_t i = 0; i < COUNT(reads); i++)
            assert_true(inflates_to(raw, INFLATE_RAW, SIZE, reads[i], want, &e));
        for (size_t parts = 1; size > 0 && parts < 5; parts++) /* the last read fits exactly */
            if (size % parts == 0)
                assert_true(inflates_to(raw, INFLATE_RAW, SIZE, size / parts, want, &e));
    }
}

TEST(a_read_of_nothing_ends)
{
    struct err e;
    bool closed;
    char to[4];
    size_t got = 77;
    struct input *in = inflate_pieces(V(GZIP_HELLO), 5, SIZE_MAX, INFLATE_GZIP, &closed);
    (void)alarm(20);
    assert_true(in->read(in, to, 0, &got, &e));
    (void)alarm(0);
    assert_int_equal(got, 0);
    assert_true(drain(in, 7, V(HELLO), &got, &e) && got == sizeof HELLO - 1);
    input_free(in);
}

TEST(cut_anywhere_it_is_an_error)
{
    struct view packed = gzipped(2000), want = {text, 2000};
    for (size_t n = 0; n < packed.n; n++) {
        struct err e;
        size_t got;
        bool closed;
        struct input *in =
            inflate_pieces((struct view){packed.p, n}, 100, SIZE_MAX, INFLATE_GZIP, &closed);
        assert_false(drain(in, 64, want, &got, &e));
        assert_true(got <= want.n); /* what came before was right */
        assert_int_equal(e.kind, ERR_INPUT);
        assert_non_null(strstr(e.text, "the.gz is truncated"));
        assert_false(in->read(in, &(char){0}, 1, &got, &e)); /* and it stays one */
        input_free(in);
    }
    for (size_t n = 0; n < sizeof RAW_HELLO - 1; n++) {
        struct err e;
        assert_false(inflates_to((struct view){RAW_HELLO, n}, INFLATE_RAW, 100, 64, V(HELLO), &e));
        assert_non_null(strstr(e.text, "the.gz is truncated"));
    }
}

/* gzip's CRC-32 sees every single changed bit of the text. Bits that mean nothing (time and
 * system in the header, what fills the stream's last byte) may change, the text never. */
TEST(no_changed_bit_changes_the_text)
{
    struct view packed = gzipped(3000), want = {text, 3000};
    char *copy = test_malloc(packed.n);
    size_t not_seen = 0;
    for (size_t bit = 0; bit < packed.n * 8; bit++) {
        struct err e = {.kind = ERR_NONE};
        memcpy(copy, packed.p, packed.n);
        copy[bit / 8] = (char)(copy[bit / 8] ^ (1 << bit % 8));
        if (inflates_to((struct view){copy, packed.n}, INFLATE_GZIP, SIZE, SIZE, want, &e))
            not_seen += bit / 8 >= HEADER;
        else if (e.kind != ERR_INPUT)
            fail_msg("bit %zu: another text and no error", bit);
    }
    assert_in_range(not_seen, 0, 7);
    test_free(copy);
}

TEST(noise_is_damaged)
{
    struct random r;
    random_init(&r, 20);
    for (int round = 0; round < 2000; round++) {
        char noise[200];
        struct err e;
        size_t n = 1 + random_below(&r, sizeof noise - 1), got;
        bool closed;
        for (size_t i = 0; i < n; i++)
            noise[i] = (char)random_next(&r);
        if (random_below(&r, 2) == 0 && n > 3)
            memcpy(noise, "\x1f\x8b\x08", 3);
        struct input *in =
            inflate_pieces((struct view){noise, n}, 50, SIZE_MAX, INFLATE_GZIP, &closed);
        static char to[300000];
        bool ok;
        while ((ok = in->read(in, to, sizeof to, &got, &e)) && got > 0)
            ;
        HOLDS(&r, !ok && e.kind == ERR_INPUT);
        input_free(in);
    }
}

TEST(the_inner_error_comes_through)
{
    struct view packed = gzipped(SIZE), want = {text, SIZE};
    static const size_t at[] = {0, 1, 10, 1000, 100000};
    for (size_t i = 0; i < COUNT(at); i++) {
        struct err e;
        size_t got;
        bool closed;
        struct input *in = inflate_pieces(packed, 4096, at[i], INFLATE_GZIP, &closed);
        assert_false(drain(in, 1000, want, &got, &e));
        assert_true(got < SIZE);
        assert_string_equal(e.text, "the inner input failed");
        input_free(in);
        assert_true(closed);
    }
}

/* RFC 1952, par. 2.2: a gzip file is a series of members. Parallel compressors write such files. */
TEST(joined_members_are_one_text)
{
    static const char joined[] = GZIP_HELLO GZIP_HELLO GZIP_HELLO, want[] = HELLO HELLO HELLO;
    struct err e;
    for (size_t piece = 1; piece < sizeof joined; piece++)
        for (size_t n = 1; n < 70; n += 23)
            assert_true(inflates_to(V(joined), INFLATE_GZIP, piece, n, V(want), &e));
    for (size_t n = sizeof GZIP_HELLO; n < sizeof joined - 1; n++) {
        if (n == 2 * (sizeof GZIP_HELLO - 1))
            continue; /* two whole members */
        assert_false(inflates_to((struct view){joined, n}, INFLATE_GZIP, 9, 50, V(want), &e));
        assert_int_equal(e.kind, ERR_INPUT);
    }
}

/* Tapes and block devices pad with zeros, and gzip(1) takes that; anything else is not what
 * somebody meant. */
TEST(what_follows_the_last_member)
{
    struct err e;
    for (size_t piece = 1; piece < 70; piece++) {
        assert_true(inflates_to(V(GZIP_HELLO "\0"), INFLATE_GZIP, piece, 50, V(HELLO), &e));
        assert_true(
            inflates_to(V(GZIP_HELLO "\0\0\0\0\0\0\0\0\0"), INFLATE_GZIP, piece, 50, V(HELLO), &e));
        assert_false(inflates_to(V(GZIP_HELLO "rest"), INFLATE_GZIP, piece, 50, V(HELLO), &e));
        assert_non_null(strstr(e.text, "the.gz is damaged"));
        assert_false(
            inflates_to(V(GZIP_HELLO "\0\0" GZIP_HELLO), INFLATE_GZIP, piece, 50, V(HELLO), &e));
        assert_non_null(strstr(e.text, "the.gz is damaged"));
    }
    /* Of a zip member only the stream itself is read. */
    assert_true(inflates_to(V(RAW_HELLO "rest"), INFLATE_RAW, 100, 50, V(HELLO), &e));
}

/* A file may end in a hole as large as any. */
TEST(zeros_behind_the_last_member_have_an_end)
{
    static const struct {
        off_t zeros;
        bool ok;
    } rows[] = {{64 << 20, true}, {(64 << 20) + 1, false}, {(off_t)1 << 40, false}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct input *in;
        struct err e;
        char to[100];
        size_t got;
        file_put("the.gz", V(GZIP_HELLO));
        assert_int_equal(truncate("the.gz", rows[i].zeros + (off_t)sizeof GZIP_HELLO - 1), 0);
        assert_true(input_open("the.gz", &in, &e));
        bool ok = input_read_full(in, to, sizeof to, &got, &e);
        input_free(in);
        assert_int_equal(ok, rows[i].ok);
        if (!ok)
            assert_non_null(strstr(e.text, "the.gz is damaged: over 67108864 zeros"));
    }
}

/* The linker puts this in the place of base's own (meson.build): when told to, there is no more
 * memory. */
void *__real_mem_alloc(size_t n);
void *__wrap_mem_alloc(size_t n);
static bool memory_is_exhausted;

void *__wrap_mem_alloc(size_t n)
{
    if (memory_is_exhausted)
        mem_exhausted();
    return __real_mem_alloc(n);
}

static void inflate_without_memory(void *payload)
{
    struct input *in = payload;
    struct err e;
    char to[100];
    size_t got;
    memory_is_exhausted = true; /* zlib makes its window at the first read */
    _exit(in->read(in, to, 5, &got, &e) ? 0 : 1);
}

/* Without memory good data must not be called damaged: it would be set aside. */
TEST(exhaustion_within_zlib_ends_the_process)
{
    bool closed;
    struct input *in = inflate_pieces(V(GZIP_HELLO), SIZE, SIZE_MAX, INFLATE_GZIP, &closed);
    struct child_end end = in_child(inflate_without_memory, in);
    input_free(in);
    assert_int_equal(end.code, 71);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder(gzip_comes_back_whatever_the_pieces),
        in_folder(gzip_files_are_opened_by_their_name),
        in_folder(raw_streams_end_whatever_the_blocks),
        cmocka_unit_test(a_read_of_nothing_ends),
        in_folder(cut_anywhere_it_is_an_error),
        in_folder(no_changed_bit_changes_the_text),
        cmocka_unit_test(noise_is_damaged),
        in_folder(the_inner_error_comes_through),
        cmocka_unit_test(joined_members_are_one_text),
        cmocka_unit_test(what_follows_the_last_member),
        in_folder(zeros_behind_the_last_member_have_an_end),
        cmocka_unit_test(exhaustion_within_zlib_ends_the_process),
    };
    return cmocka_run_group_tests(tests, make_text, NULL);
}
