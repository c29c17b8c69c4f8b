/* Where documents begin and end, whatever the blocks in which the bytes arrive. */
#include "box.h"

#include "base/mem.h"
#include "base/sys.h"
#include "stage/split.h"

#include <sys/wait.h>
#include <unistd.h>

/* An input that gives a few bytes at a time. */
struct drip {
    struct input in;
    struct view rest;
    size_t step;
};

static bool drip_read(struct input *in, void *to, size_t n, size_t *got, struct err *e)
{
    struct drip *d = (struct drip *)in;
    (void)e;
    *got = d->rest.n < d->step ? d->rest.n : d->step;
    if (*got > n)
        *got = n;
    memcpy(to, d->rest.p, *got);
    d->rest = view_slice(d->rest, *got, d->rest.n);
    return true;
}

static void drip_close(struct input *in)
{
    (void)in;
}

/* Splits `text` in steps of `step` bytes; the documents are in `texts`. */
static size_t split_all(struct box *b, struct view text, size_t step, struct chunk *to, size_t max)
{
    struct drip d = {{drip_read, drip_close}, text, step};
    struct split s;
    struct err e;
    size_t n = 0;
    bool end = false;
    split_init(&s, &d.in, true);
    for (;;) {
        struct chunk c;
        must(split_next(&s, &c, &end, &e));
        if (end)
            break;
        assert_true(n < max);
        struct digest_hex before = digest_of(DIGEST_SHA256, view_slice(text, 0, (size_t)c.offset));
        assert_true(c.oversize || strcmp(digest_peek(&s.digest).z, before.z) == 0);
        c.text = arena_dup(&b->a, c.text);
        to[n++] = c;
    }
    assert_string_equal(digest_peek(&s.digest).z, digest_of(DIGEST_SHA256, text).z);
    split_done(&s);
    return n;
}

static void splits_by(struct box *b, const char *text, size_t step, const char *const *want)
{
    struct chunk c[20];
    size_t n = split_all(b, view_of(text), step, c, 20), at = 0;
    uint64_t line = 1;
    for (size_t i = 0; i < n; i++) {
        assert_non_null(want[i]);
        assert_view(c[i].text, want[i]);
        assert_int_equal(c[i].offset, at);
        assert_int_equal(c[i].line, line);
        assert_int_equal(c[i].first, i == 0);
        assert_int_equal(c[i].last, i == n - 1);
        assert_false(c[i].oversize);
        for (size_t k = 0; k < c[i].text.n; k++)
            line += c[i].text.p[k] == '\n';
        at += c[i].text.n;
    }
    assert_null(want[n]);
}

static void splits(struct box *b, const char *text, const char *const *want)
{
    for (size_t step = 1; step < 12; step++)
        splits_by(b, text, step, want);
}

#define SPLITS(text, ...) splits(*state, text, (const char *const[]){__VA_ARGS__, NULL})

static void test_documents(void **state)
{
    SPLITS("---\na: 1\n---\nb: 2\n", "---\na: 1\n", "---\nb: 2\n");
    SPLITS("# c\n\n---\na\n", "# c\n\n", "---\na\n");
    SPLITS("a\n---\nb", "a\n", "---\nb");
    SPLITS("---\n---\n---", "---\n", "---\n", "---");
    SPLITS("a\n--- b\n---\tc\n---\r\nd\r\n", "a\n", "--- b\n", "---\tc\n", "---\r\nd\r\n");
    SPLITS("a\n----\n---a\n ---\n-- -\n--\n", "a\n----\n---a\n ---\n-- -\n--\n");
    SPLITS("\n\n\n", "\n\n\n");
    SPLITS("x", "x");
}

/* Of a text so long that many bytes are passed at once: the marker wherever it may stand, with or
 * without a line that looks like one before it. */
static void test_long_documents(void **state)
{
    struct box *b = *state;
    for (size_t before = 1; before < 300; before++) {
        struct str s;
        str_init(&s, 2000);
        for (size_t i = 0; i < before; i++)
            str_addc(&s, i + 1 == before || i % 7 == before % 5 ? '\n' : 'a');
        if (before % 2 == 0)
            str_addz(&s, "--x\n-\n----\n");
        const char *first = arena_dup(&b->a, str_view(&s)).p;
        const char *second = arena_print(&b->a, "---\n%s%s", first, first).p;
        const char *text = arena_print(&b->a, "%s%s%s", first, second, second).p;
        const char *const want[] = {first, second, second, NULL};
        splits_by(b, text, 100000, want);
        splits_by(b, text, 70, want);
        str_done(&s);
    }
}

static void test_empty(void **state)
{
    struct chunk c[1];
    assert_int_equal(split_all(*state, view_of(""), 1, c, 1), 0);
}

static void test_byte_order_mark(void **state)
{
    struct chunk c[3];
    size_t n = split_all(*state, view_of("\xEF\xBB\xBF---\na\n---\nb\n"), 1, c, 3);
    assert_int_equal(n, 2);
    assert_view(c[0].text, "---\na\n");
    assert_int_equal(c[1].offset, 9);
}

static struct chunk chunk_of(const char *text)
{
    return (struct chunk){.text = view_of(text), .first = true};
}

static void test_kinds_of_chunks(void **state)
{
    struct chunk yes[] = {
        chunk_of(""), chunk_of("# a\n  # b\n\n%YAML 1.2\n \t\r\n#"), chunk_of("\n")};
    struct chunk no[] = {
        chunk_of("a"), chunk_of("# a\nb: 1\n"), chunk_of("---\n"), chunk_of(" %a\n")};
    (void)state;
    for (size_t i = 0; i < 3; i++)
        assert_true(chunk_is_preamble(&yes[i]));
    for (size_t i = 0; i < 4; i++)
        assert_false(chunk_is_preamble(&no[i]));
    struct chunk bare = chunk_of("---\na"), others[] = {chunk_of("---"), chunk_of("--- \na"),
                                                chunk_of("---\r\n"), chunk_of("a")};
    assert_true(chunk_has_bare_marker(&bare));
    for (size_t i = 0; i < 4; i++)
        assert_false(chunk_has_bare_marker(&others[i]));
}

/* A document too large is passed over without being kept; those around it are not harmed. */
static void test_oversize(void **state)
{
    struct box *b = *state;
    struct str s;
    struct chunk c[5];
    str_init(&s, 200000000);
    str_addz(&s, "---\na\n---\n");
    size_t big = s.n;
    while (s.n - big < 2u * DOCUMENT_MAX)
        str_addz(&s, "0123456789012345678901234567890123456789012345678901234567890123456789\n");
    str_addz(&s, "---\nb\n");
    size_t n = split_all(b, str_view(&s), 100000, c, 5);
    assert_int_equal(n, 3);
    assert_true(c[1].oversize && c[1].text.n == 0);
    assert_int_equal(c[1].line, 3);
    assert_view(c[2].text, "---\nb\n");
    assert_int_equal(c[2].line, 4 + (2u * DOCUMENT_MAX + 70) / 71);
    assert_int_equal(c[2].offset, s.n - 6);
    str_done(&s);
}

static void test_oversize_without_newlines_at_the_end(void **state)
{
    struct box *b = *state;
    struct str s;
    struct chunk c[5];
    str_init(&s, 200000000);
    str_addz(&s, "a\n---\n");
    str_add_repeat(&s, 'x', DOCUMENT_MAX + 1);
    size_t n = split_all(b, str_view(&s), 1000000, c, 5);
    assert_int_equal(n, 2);
    assert_true(c[1].oversize && c[1].last);
    str_done(&s);
}

/* The same byte for ever. */
static bool endless_read(struct input *in, void *to, size_t n, size_t *got, struct err *e)
{
    struct drip *d = (struct drip *)in;
    (void)e;
    memset(to, d->rest.p[0], n);
    *got = n;
    return true;
}

static void test_a_document_without_an_end(void **state)
{
    static const char *const bytes[] = {"", "\n"}; /* a hole in a file; lines */
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct drip d = {{endless_read, drip_close}, {bytes[i], 1}, 0};
        struct split s;
        struct chunk c;
        struct err e;
        bool end;
        split_init(&s, &d.in, true);
        must(split_next(&s, &c, &end, &e));
        assert_true(!end && c.first && c.last && c.oversize && c.endless);
        assert_int_equal(c.text.n, 0);
        assert_int_equal(c.line, 1);
        must(split_next(&s, &c, &end, &e));
        assert_true(end);
        split_done(&s);
    }
}

/* Exit code 0: it was interrupted. */
static void split_and_stop(void)
{
    enum { DOCUMENTS = 200 * 1000, BEFORE = 1000 };
    struct str text;
    struct err e;
    bool end, ok = true;
    str_init(&text, (size_t)4 * DOCUMENTS);
    for (int i = 0; i < DOCUMENTS; i++)
        str_addz(&text, "---\n");
    struct drip d = {{drip_read, drip_close}, str_view(&text), 4096};
    struct split s;
    split_init(&s, &d.in, false);
    for (int n = 0; ok && n < DOCUMENTS; n++) {
        struct chunk c;
        ok = split_next(&s, &c, &end, &e);
        if (n == BEFORE)
            sys_stop_set();
    }
    split_done(&s);
    str_done(&text);
    _exit(!ok && e.kind == ERR_INTERRUPTED ? 0 : 1);
}

static void test_a_stop_is_heard(void **state)
{
    int status = 0;
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        split_and_stop();
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOX_TEST(test_documents),
        BOX_TEST(test_long_documents),
        BOX_TEST(test_empty),
        BOX_TEST(test_byte_order_mark),
        BOX_TEST(test_kinds_of_chunks),
        BOX_TEST(test_oversize),
        BOX_TEST(test_oversize_without_newlines_at_the_end),
        BOX_TEST(test_a_document_without_an_end),
        BOX_TEST(test_a_stop_is_heard),
    };
    return cmocka_run_group_tests_name("stage/split", tests, NULL, NULL);
}
