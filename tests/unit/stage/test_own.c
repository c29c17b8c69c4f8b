/* The quick reader: what it takes, what it leaves to libyaml, and that both read the same. */
#include "alike.h"
#include "box.h"
#include "jsonnode.h"
#include "randmovie.h"

#include "model/decode.h"
#include "model/encode.h"
#include "stage/emit.h"
#include "stage/own.h"

enum { MOVIES = 300, CHANGES_EACH = 60 };

static bool is_own(struct box *b, struct view text)
{
    bool own;
    const char *why = alike_difference(text, &b->a, &own);
    if (why != NULL)
        fail_msg("%s in:\n%.*s", why, VIEW_ARG(text));
    return own;
}

static void takes(struct box *b, const char *text)
{
    if (!is_own(b, view_of(text)))
        fail_msg("left to libyaml:\n%s", text);
}

static void leaves(struct box *b, const char *text)
{
    if (is_own(b, view_of(text)))
        fail_msg("taken:\n%s", text);
}

static void test_the_form(void **state)
{
    struct box *b = *state;
    takes(b, "---\na: 1\n");
    takes(b, "a: 1\n");
    takes(b, "a: null\nb: true\nc: false\nd: \"x\"\ne: -5\nf: 0.5\ng: -1.0e-07\nh: 1.5e+300\n");
    takes(b, "a: {}\nb: []\nc: {d: [], e: {f: 1, \"g h\": [1, 2.5, \"\"]}}\n");
    takes(b, "a:\n  b:\n    c: 1\n  d: 2\ne:\n- 1\n- \"x\"\n- {a: 1, b: [2]}\n- []\n");
    takes(b, "a:\n  b:\n  - id: \"x\"\n    who:\n      name: \"n\"\n    of:\n    - {a: 1}\n    - "
             "{a: 2}\n"
             "  - id: 2\n  c: 3\n");
    takes(b, "m:\n- - [1]\n  - [2]\n- - - 1\n  - a:\n      b: 1\n    c:\n    - 1\n");
    takes(b, "a:\n- \"b\": 1\n- \"b\\\": \"\n- \"b\\\\\": 1\n  c: 1\n- \"b\"\n");
    takes(b, "\"NO\":\n  \"watch/providers\": {\"\": 1}\n");
    takes(b, "a: \"\\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f\\u0085\\u2028\\ufffe/\"\n");
    takes(b, "a: {b: \"\xC3\xA9\xF0\x9F\x98\x80\", c: 1}\n\"\xE4\xB8\xAD\": {d: 1}\n");
    takes(b, "a: 999999999999999999\nb: -9223372036854775808\nc: 0.1234567890123456789\nd: -0\n");
}

static void test_beside_the_form(void **state)
{
    static const char *const beside[] = {"", "---\n", "- 1\n", "1\n", "a: 1", "---\na: 1\n---\n",
        "a: 1\n...\n", "a: 1\n\n", "\na: 1\n", "a: 1 \n", "a: 1\n ", "a: 1\n  ", "a:  1\n",
        "a : 1\n", "a:1\n", "a: 1 # c\n", "# c\na: 1\n", "a: 1\r\n", "a:\t1\n", "--- a\n", "a:\n",
        "a:\nb: 1\n", "a:\n b: 1\n", "a:\n    b: 1\n", "a:\n  - 1\n", "a:\n  b: 1\n c: 2\n",
        "a:\n  b: 1\n   c: 2\n", "a: 1\n  b: 2\n", "a: 1\n  2\n", "a:\n- 1\n  - 2\n", "a:\n-  1\n",
        "a:\n-\n", "a:\n- b: 1\n   c: 2\n", "a:\n- \"b\n\": 1\n", "a:\n- \"b\\", "a:\n- \"b",
        "a: {b: 1\n", "a: {b: 1,c: 2}\n", "a: {b:1}\n", "a: {b: 1, }\n", "a: {b: 1,\n  c: 2}\n",
        "a: { b: 1}\n", "a: {b: 1 }\n", "a: [1 2]\n", "a: [1,2]\n", "a: []]\n", "a: [\n", "a: no\n",
        "a: ~\n", "a: True\n", "a: nullx\n", "a: 1x\n", "a: 007\n", "a: +1\n", "a: .5\n", "a: 5.\n",
        "a: 1e5\n", "a: 1E+5\n", "a: 0x1f\n", "a: -\n", "a: 1.5e+\n", "a: 1.0e+999\n",
        "a: 9223372036854775808\n", "a: 'x'\n", "a: x\n", "a: |\n  x\n", "a: &b 1\n", "a: *b\n",
        "a: !t 1\n", "? a\n: 1\n", "a: 1\na: 2\n", "a: {b: 1, b: 2}\n", "a: {b: 1, \"b\": 2}\n",
        "a: \"\\x41\"\n", "a: \"\\/\"\n", "a: \"\\u00E9\"\n", "a: \"\\ud83d\\ude00\"\n",
        "a: \"\\u12\"\n", "a: \"\\\"\n", "a: \"x\n", "a: \"x\n  y\"\n", "a: \"\t\"\n",
        "a: \"\x01\"\n", "a: \"\x7F\"\n", "a: \"\xC2\x85\"\n", "a: \"\xE2\x80\xA8\"\n",
        "a: \"\xE2\x80\xA9\"\n", "a: \"\xEF\xBB\xBF\"\n", "a: \"\xEF\xBF\xBE\"\n", "a: \"\xC3\"\n",
        "a: \"\xC3", "a: \"\xFF\"\n", "a: \"\xED\xA0\x80\"\n", "a: \"\xF0\x9F\x98",
        "\xEF\xBB\xBF"
        "a: 1\n",
        "a-b: 1\n", "1a: 1\n", "a: 1\n- 2\n", "a: \"x\" y\n", "a: {b: 1} c\n", "a: {b: 1}: 2\n",
        "\"a\"b: 1\n", "<<: 1\n", "a: - 1\n", NULL};
    for (const char *const *text = beside; *text != NULL; text++)
        leaves(*state, *text);
    assert_false(is_own(*state, (struct view){"a: \"\0\"\n", 8}));
    assert_false(is_own(*state, (struct view){"a: 1\n\0", 6}));
    assert_false(is_own(*state, (struct view){"\0a: 1\n", 6}));
}

/* n repetitions of a text. */
static const char *times(struct box *b, size_t n, const char *text)
{
    struct str s;
    str_init(&s, 10 * 1000 * 1000);
    while (n-- > 0)
        str_addz(&s, text);
    struct view v = arena_dup(&b->a, str_view(&s));
    str_done(&s);
    return v.p;
}

static const char *members(struct box *b, int n)
{
    struct str s;
    str_init(&s, 100000);
    for (int i = 0; i < n; i++)
        str_addf(&s, "k%d: 1\n", i);
    struct view v = arena_dup(&b->a, str_view(&s));
    str_done(&s);
    return v.p;
}

static void test_limits(void **state)
{
    struct box *b = *state;
    takes(b, arena_print(&b->a, "a: %s1%s\n", times(b, 32, "["), times(b, 32, "]")).p);
    leaves(b, arena_print(&b->a, "a: %s1%s\n", times(b, 33, "["), times(b, 33, "]")).p);
    takes(b, arena_print(&b->a, "a:\n%s1\n", times(b, 32, "- ")).p);
    leaves(b, arena_print(&b->a, "a:\n%s1\n", times(b, 33, "- ")).p);
    takes(b, arena_print(&b->a, "\"%s\": 1\n", times(b, 998, "k")).p);
    leaves(b, arena_print(&b->a, "\"%s\": 1\n", times(b, 999, "k")).p);
    takes(b, members(b, 256));
    leaves(b, members(b, 257));
    struct str s;
    str_init(&s, 3 * 1000 * 1000);
    str_addf(&s, "a: \"%s\"\n", times(b, 1999994, "x"));
    assert_true(is_own(b, str_view(&s)));
    str_clear(&s);
    str_addf(&s, "a: \"%s\"\n", times(b, 1999995, "x"));
    assert_false(is_own(b, str_view(&s)));
    str_done(&s);
}

static struct view document(struct box *b, struct rng *r, int64_t id)
{
    struct tmdb_movie m;
    struct str s;
    str_init(&s, 64 * 1024 * 1024);
    if (!tmdb_decode(random_body(r, id, &b->a), view_of("k"), &b->a, &m, &b->f))
        fail_msg("no movie %lld", (long long)id);
    str_addz(&s, "---\netl: {fetched_at: \"2026-11-22T10:00:07Z\", review: null}\n");
    emit_member(&s, "movie", tmdb_encode(&m, &b->a));
    struct view v = arena_dup(&b->a, str_view(&s));
    str_done(&s);
    return v;
}

/* Whether a line begins with "? ", as that of a key over 100 bytes does. */
static bool has_long_key(struct view v)
{
    for (size_t at = 0, end; at < v.n; at = end + 1) {
        end = view_find(v, at, '\n');
        while (v.p[at] == ' ' || v.p[at] == '-')
            at++;
        if (view_starts(view_slice(v, at, end), "? \""))
            return true;
    }
    return false;
}

/* Whatever the writer writes is the reader's, but for keys over 100 bytes, which no movie has
 * outside of tests. */
static void test_what_is_written_is_taken(void **state)
{
    struct box *b = *state;
    struct rng r = {1};
    int own = 0;
    for (int64_t id = 1; id <= MOVIES; id++) {
        struct view v = document(b, &r, id);
        bool taken = is_own(b, v);
        own += taken;
        if (taken == has_long_key(v))
            fail_msg("taken or left against its form: movie %lld", (long long)id);
        arena_reset(&b->a);
    }
    assert_true(own > MOVIES / 4);
}

/* A few bytes changed, removed, doubled or put in: whoever reads it, it is read alike. */
static struct view changed(struct box *b, struct rng *r, struct view v)
{
    static const char bytes[] =
        "\"\\{}[],:- \n#'&*!|>%@`?~0159.eEnulltrue\t\r\xC3\xA9\xE2\x80\xA8\x7F";
    char *p = arena_take(&b->a, v.n + 16);
    size_t at = (size_t)rng_below(r, v.n), gone = (size_t)rng_below(r, 3), n = 0;
    gone = gone > v.n - at ? v.n - at : gone;
    memcpy(p, v.p, at);
    n = at;
    for (uint64_t more = rng_below(r, 3); more > 0; more--)
        p[n++] =
            rng_below(r, 4) == 0 ? v.p[rng_below(r, v.n)] : bytes[rng_below(r, sizeof bytes - 1)];
    memcpy(p + n, v.p + at + gone, v.n - at - gone);
    return (struct view){p, n + v.n - at - gone};
}

static void test_changed_documents_are_read_alike(void **state)
{
    struct box *b = *state;
    struct rng r = {2};
    uint64_t own = 0, left = 0;
    for (int64_t id = 1; id <= MOVIES; id++) {
        struct view v = document(b, &r, id);
        for (int i = 0; i < CHANGES_EACH; i++) {
            struct view w = changed(b, &r, v);
            if (rng_below(&r, 3) == 0)
                w = changed(b, &r, w);
            bool taken = is_own(b, w);
            own += taken;
            left += !taken;
        }
        arena_reset(&b->a);
    }
    assert_true(own > 1000 && left > 1000); /* else the changes try nothing */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOX_TEST(test_the_form),
        BOX_TEST(test_beside_the_form),
        BOX_TEST(test_limits),
        BOX_TEST(test_what_is_written_is_taken),
        BOX_TEST(test_changed_documents_are_read_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
