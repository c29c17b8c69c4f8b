/* JSON: what is refused, and that what is accepted arrives whole. */
#include "test.h"

#include "source/tmdb/json.h"

#include <stdio.h>

struct reading {
    struct arena arena;
    struct node *node;
    struct err e;
};

static bool reads_n(struct reading *r, const char *p, size_t n)
{
    arena_init(&r->arena);
    r->node = NULL;
    return json_read((struct view){p, n}, &r->arena, &r->node, &r->e);
}

static bool reads(struct reading *r, const char *z)
{
    return reads_n(r, z, strlen(z));
}

static void refuse(const char *text)
{
    struct reading r;
    bool ok = reads(&r, text);
    if (ok)
        fail_msg("accepted: %s", text);
    assert_int_equal(r.e.kind, ERR_DATA);
    assert_true(r.e.text[0] != '\0');
    arena_done(&r.arena);
}

static void strictness(void **state)
{
    (void)state;
    static const char *const bad[] = {"", " ", "{", "[1,]", "{\"a\":1,}", "{a:1}", "{'a':1}", "nul",
        "1", "\"x\"", "true", "null", "{} {}", "{}x", "[1] // c", "/* c */ []", "[NaN]",
        "[Infinity]", "[-Infinity]", "[01]", "[+1]", "[.5]", "[1.]", "[1e]", "[0x10]", "[\"\t\"]",
        "[\"a\nb\"]", "[\"\\x41\"]", "[\"\\u12\"]", "\xef\xbb\xbf{}",
        /* twice the same key, at any depth */
        "{\"a\":1,\"a\":2}", "[{\"b\":{\"a\":1,\"a\":1}}]", "{\"a\":1,\"\\u0061\":2}",
        /* U+0000, in a value and in a key */
        "[\"a\\u0000b\"]", "{\"a\\u0000\":1}",
        /* integers over 64 bits, numbers without end */
        "[9223372036854775808]", "[-9223372036854775809]", "[99999999999999999999999]", "[1e999]",
        "[-1e999]",
        /* bad UTF-8: a lone byte, overlong, a surrogate, beyond U+10FFFF, cut off */
        "[\"\xff\"]", "[\"\xc0\x80\"]", "[\"\xed\xa0\x80\"]", "[\"\xf4\x90\x80\x80\"]",
        "[\"\xe2\x82\"]", "{\"\xff\":1}",
        /* surrogates that are no pair */
        "[\"\\ud800\"]", "[\"\\udc00\"]", "[\"\\ud800\\u0041\"]"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        refuse(bad[i]);
    struct reading r;
    assert_false(reads_n(&r, "[1]\0", 4)); /* a NUL behind the text is text */
    arena_done(&r.arena);
    assert_false(reads_n(&r, "[1\0]", 4)); /* and one within is none of a number */
    arena_done(&r.arena);
}

static void values_arrive_whole(void **state)
{
    struct reading r;
    (void)state;
    assert_true(
        reads(&r, "{\"i\":9223372036854775807,\"j\":-9223372036854775808,\"r\":24.1745,\"e\":1E2,"
                  "\"t\":\"\\u00e9\\ud83d\\ude00\\n\xc3\xa9\",\"b\":true,\"f\":false,\"n\":null,"
                  "\"l\":[1,[],{}],\"o\":{\"z\":1,\"a\":2},\"\":0}"));
    assert_int_equal(node_get(r.node, "i")->i, INT64_MAX);
    assert_int_equal(node_get(r.node, "j")->i, INT64_MIN);
    assert_true(node_get(r.node, "r")->r == 24.1745);
    assert_int_equal(node_get(r.node, "e")->kind, NODE_REAL);
    assert_true(view_is(node_get(r.node, "t")->text, "\xc3\xa9\xf0\x9f\x98\x80\n\xc3\xa9"));
    assert_true(node_get(r.node, "b")->b && !node_get(r.node, "f")->b);
    assert_int_equal(node_get(r.node, "n")->kind, NODE_NULL);
    assert_int_equal(node_get(r.node, "l")->n, 3);
    assert_true(view_is(node_get(r.node, "o")->first->key, "z")); /* the order stays */
    assert_int_equal(node_get(r.node, "")->i, 0);
    arena_done(&r.arena);
}

/* Texts are copies: the bytes the tree came from may go. */
static void texts_are_in_the_arena(void **state)
{
    char text[] = "{\"key\":\"value\"}";
    struct reading r;
    (void)state;
    assert_true(reads(&r, text));
    memset(text, 'x', sizeof text - 1);
    assert_true(view_is(node_get(r.node, "key")->text, "value"));
    arena_done(&r.arena);
}

/* Every prefix of a body is refused, and nothing is read behind its end. */
static void cut_off_anywhere(void **state)
{
    static const char whole[] =
        "{\"a\":[1,-2.5e-3,true,false,null,\"\\u00e9\\ud83d\\ude00\\nÃ©\"],\"b\":{\"c\":{}}}";
    struct reading r;
    (void)state;
    for (size_t n = 0; n < sizeof whole - 1; n++) {
        char *copy = malloc(n + 1);
        memcpy(copy, whole, n);
        assert_false(reads_n(&r, copy, n));
        arena_done(&r.arena);
        free(copy);
    }
    assert_true(reads(&r, whole));
    arena_done(&r.arena);
}

static bool reads_depth(int depth, char open, char close)
{
    char text[2 * NODE_MAX_DEPTH + 20];
    struct reading r;
    memset(text, open, (size_t)depth);
    memset(text + depth, close, (size_t)depth);
    bool ok = reads_n(&r, text, 2 * (size_t)depth);
    arena_done(&r.arena);
    return ok;
}

static void depth_is_limited(void **state)
{
    (void)state;
    assert_true(reads_depth(NODE_MAX_DEPTH, '[', ']'));
    assert_false(reads_depth(NODE_MAX_DEPTH + 1, '[', ']'));
    struct reading r;
    assert_true(reads(
        &r, "[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[[\"]")); /* brackets in a text */
    arena_done(&r.arena);
}

/* A small body must not become a large tree: refused before anything is built. */
static void values_are_limited(void **state)
{
    size_t n = 2 * (size_t)JSON_VALUES_MAX + 1000;
    char *text = malloc(n);
    struct reading r;
    (void)state;
    for (size_t i = 0; i < n; i++)
        text[i] = i % 2 == 0 ? '1' : ',';
    text[0] = '[';
    text[1] = '1';
    text[n - 1] = ']';
    text[n - 2] = '1';
    assert_false(reads_n(&r, text, n));
    assert_true(r.arena.used == 0);
    assert_non_null(strstr(r.e.text, "1000000"));
    arena_done(&r.arena);
    free(text);
}

static void errors_name_the_place(void **state)
{
    struct reading r;
    (void)state;
    assert_false(reads(&r, "{\"a\":1,\n \"b\":}"));
    assert_non_null(strstr(r.e.text, "line 2"));
    arena_done(&r.arena);
}

static void decodes_a_body(void **state)
{
    struct arena a;
    struct tmdb_movie m;
    struct findings f;
    struct err e;
    (void)state;
    arena_init(&a);
    findings_init(&f);
    assert_true(
        tmdb_decode_body(view_of("{\"id\":550,\"title\":\"Fight "
                                 "Club\",\"keywords\":{\"keywords\":[{\"id\":1,\"name\":\"k\"}]}}"),
            &a, &m, &f, &e));
    assert_int_equal(m.tmdb_id, 550);
    assert_int_equal(m.keywords.n, 1);
    assert_true(m.keywords.said && !m.cast.said);
    assert_int_equal(findings_errors(&f), 0);
    assert_false(tmdb_decode_body(view_of("{\"id\":550,\"title\":[]}"), &a, &m, &f, &e));
    assert_int_equal(e.kind, ERR_DATA);
    assert_non_null(strstr(e.text, "title"));
    assert_int_equal(findings_errors(&f), 1);
    assert_false(tmdb_decode_body(view_of("[]"), &a, &m, &f, &e));
    assert_false(tmdb_decode_body(view_of("nonsense"), &a, &m, &f, &e));
    assert_int_equal(e.kind, ERR_DATA);
    findings_done(&f);
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strictness),
        cmocka_unit_test(values_arrive_whole),
        cmocka_unit_test(texts_are_in_the_arena),
        cmocka_unit_test(cut_off_anywhere),
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(values_are_limited),
        cmocka_unit_test(errors_name_the_place),
        cmocka_unit_test(decodes_a_body),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
