/* The form of what is written, line by line. */
#include "box.h"
#include "jsonnode.h"

#include "stage/emit.h"

static struct node *tree(struct box *b, const char *json)
{
    struct node *n = json_nodez(&b->a, json);
    assert_non_null(n);
    return n;
}

static void block(struct box *b, const char *json, const char *want)
{
    struct str s;
    str_init(&s, 100000);
    emit_member(&s, "m", tree(b, json));
    assert_string_equal(str_z(&s), want);
    str_done(&s);
}

static void line(struct box *b, const char *json, const char *want)
{
    struct str s;
    str_init(&s, 100000);
    emit_line(&s, "m", tree(b, json));
    assert_string_equal(str_z(&s), want);
    str_done(&s);
}

static void test_scalars(void **state)
{
    block(*state, "null", "m: null\n");
    block(*state, "true", "m: true\n");
    block(*state, "false", "m: false\n");
    block(*state, "-9223372036854775808", "m: -9223372036854775808\n");
    block(*state, "24.5", "m: 24.5\n");
    block(*state, "5.0", "m: 5.0\n");
    block(*state, "'no'", "m: \"no\"\n");
    block(*state, "''", "m: \"\"\n");
    block(*state, "[]", "m: []\n");
    block(*state, "{}", "m: {}\n");
}

/* Without the point YAML 1.1 readers take them for texts. */
static void test_reals_have_a_point(void **state)
{
    block(*state, "1e20", "m: 1.0e+20\n");
    block(*state, "-1e-7", "m: -1.0e-07\n");
    block(*state, "1e-300", "m: 1.0e-300\n");
    block(*state, "1.5e300", "m: 1.5e+300\n");
    block(*state, "-0.0", "m: -0.0\n");
}

static void test_texts_are_escaped(void **state)
{
    struct box *b = *state;
    struct str s;
    str_init(&s, 1000);
    static const char text[] =
        "\"\\/"
        "\n\r\t\b\f\x01\x7f\0\xC2\x85\xE2\x80\xA8\xE2\x80\xA9\xEF\xBB\xBF\xEF\xBF\xBE\xEF\xBF\xBF"
        "\xC3\xA9\xF0\x9F\x98\x80";
    emit_member(&s, "m", node_text(&b->a, (struct view){text, sizeof text - 1}));
    assert_string_equal(str_z(&s),
        "m: \"\\\"\\\\/\\n\\r\\t\\b\\f\\u0001\\u007f\\u0000\\u0085\\u2028\\u2029\\ufeff\\ufffe"
        "\\uffff\xC3\xA9\xF0\x9F\x98\x80\"\n");
    str_done(&s);
}

static void test_objects_are_blocks(void **state)
{
    block(*state, "{'a': 1, 'b': {'c': 'x', 'd': {'e': null}}}",
        "m:\n  a: 1\n  b:\n    c: \"x\"\n    d:\n      e: null\n");
    block(*state, "{'a': {'b': [], 'c': {}}, 'd': {}}", "m:\n  a: {b: [], c: {}}\n  d: {}\n");
    block(*state, "{'a': {'b': [], 'c': 1}}", "m:\n  a:\n    b: []\n    c: 1\n");
}

static void test_list_elements_have_a_line_each(void **state)
{
    block(*state,
        "{'g': [{'id': 18, 'name': 'Drama'}, {'id': 53, 'x': [1, 'a'], 'w': [], 'z': {}}]}",
        "m:\n  g:\n  - {id: 18, name: \"Drama\"}\n  - {id: 53, x: [1, \"a\"], w: [], z: {}}\n");
    block(*state, "['US', 'NO', null, 5]", "m:\n- \"US\"\n- \"NO\"\n- null\n- 5\n");
    block(*state, "[[], {}, [1, 2], [[1], [2]]]", "m:\n- []\n- {}\n- [1, 2]\n- - [1]\n  - [2]\n");
}

static void test_deep_elements_are_blocks(void **state)
{
    block(*state, "{'r': [{'id': 'x', 'who': {'name': 'n'}, 'z': 1}, {'who': {'a': 1}}]}",
        "m:\n  r:\n  - id: \"x\"\n    who:\n      name: \"n\"\n    z: 1\n  - who:\n      a: 1\n");
    block(*state, "[{'c': 'US', 'd': [{'t': 3}, {'t': 4}]}]",
        "m:\n- c: \"US\"\n  d:\n  - {t: 3}\n  - {t: 4}\n");
    block(*state, "[[{'a': {'b': 1}}]]", "m:\n- - a:\n      b: 1\n");
}

static void test_long_lists_of_scalars_are_blocks(void **state)
{
    block(*state, "[{'a': [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]}]",
        "m:\n- {a: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]}\n");
    block(*state, "[{'a': [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]}]",
        "m:\n- a:\n  - 1\n  - 2\n  - 3\n  - 4\n  - 5\n  - 6\n  - 7\n  - 8\n  - 9\n  - 10\n  - 11\n "
        " - 12\n  - 13\n  - 14\n"
        "  - 15\n  - 16\n  - 17\n");
}

static void test_keys_are_plain_only_when_nobody_can_mistake_them(void **state)
{
    block(*state, "{'a_1': 1, '_': 2, 'A': 3}", "m:\n  a_1: 1\n  _: 2\n  A: 3\n");
    block(*state, "{'watch/providers': 1, '1a': 2, '': 3, 'a b': 4, 'a-b': 5, '<<': 6}",
        "m:\n  \"watch/providers\": 1\n  \"1a\": 2\n  \"\": 3\n  \"a b\": 4\n  \"a-b\": 5\n  "
        "\"<<\": 6\n");
    block(*state, "{'NO': 1, 'y': 2, 'True': 3, 'nUlL': 4, 'off': 5, 'none': 6, 'yess': 7}",
        "m:\n  \"NO\": 1\n  \"y\": 2\n  \"True\": 3\n  \"nUlL\": 4\n  \"off\": 5\n  none: 6\n  "
        "yess: 7\n");
}

/* Readers look for the colon of a plain key within 1,024 characters. */
static void test_long_keys(void **state)
{
    struct box *b = *state;
    char key[102];
    memset(key, 'k', 101);
    key[101] = '\0';
    block(b, arena_print(&b->a, "{'%s': {'a': 1}, 'b': [{'%s': [1]}]}", key, key).p,
        arena_print(
            &b->a, "m:\n  ? \"%s\"\n  :\n    a: 1\n  b:\n  - ? \"%s\"\n    :\n    - 1\n", key, key)
            .p);
    key[100] = '\0';
    block(b, arena_print(&b->a, "{'%s': 1}", key).p, arena_print(&b->a, "m:\n  %s: 1\n", key).p);
}

static void test_one_line(void **state)
{
    line(*state, "{'a': 1, 'b': 'x', 'c': null, 'NO': [1, {'d': 2}]}",
        "m: {a: 1, b: \"x\", c: null, \"NO\": [1, {d: 2}]}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOX_TEST(test_scalars),
        BOX_TEST(test_reals_have_a_point),
        BOX_TEST(test_texts_are_escaped),
        BOX_TEST(test_objects_are_blocks),
        BOX_TEST(test_list_elements_have_a_line_each),
        BOX_TEST(test_deep_elements_are_blocks),
        BOX_TEST(test_long_lists_of_scalars_are_blocks),
        BOX_TEST(test_keys_are_plain_only_when_nobody_can_mistake_them),
        BOX_TEST(test_long_keys),
        BOX_TEST(test_one_line),
    };
    return cmocka_run_group_tests_name("stage/emit", tests, NULL, NULL);
}
