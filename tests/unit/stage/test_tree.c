/* One document: values, places, and every refusal at its exact line and column. */
#include "box.h"
#include "jsonnode.h"

#include "base/text.h"
#include "stage/tree.h"

static struct tree parse(struct box *b, struct view text)
{
    struct tree t;
    tree_parse(text, 100, &b->a, &b->a, &t);
    return t;
}

/* `yaml` says the same as `json`. */
static void reads_as(struct box *b, const char *yaml, const char *json)
{
    struct tree t = parse(b, view_of(yaml));
    struct str s;
    str_init(&s, 100000);
    if (t.problem_n > 0)
        fail_msg("%s: %s", yaml, t.first->text);
    node_add_json(&s, t.root);
    struct node *want = json_nodez(&b->a, json);
    if (want == NULL)
        fail_msg("no JSON: %s", json);
    if (!node_eq(t.root, want))
        fail_msg("%s was read as %s", yaml, str_z(&s));
    str_done(&s);
}

static void test_values(void **state)
{
    reads_as(*state, "---\na: 1\nb: no\nc: \"1\"\nd: ~\ne:\nf: 'it''s'\n",
        "{\"a\": 1, \"b\": \"no\", \"c\": \"1\", \"d\": null,"
        " \"e\": null, \"f\": \"it's\"}");
    reads_as(*state, "--- {a: [1, 2.5, true, 'x'], b: {}, c: []} # comment\n",
        "{\"a\": [1, 2.5, true, \"x\"], \"b\": {}, \"c\": []}");
    reads_as(*state, "- a\n-\n  - b\n- - c\n- k: v\n  l: w\n",
        "['a', ['b'], ['c'], {'k': 'v', 'l': 'w'}]");
    reads_as(*state, "a: |\n  one\n  two\nb: >-\n  one\n  two\n",
        "{\"a\": \"one\\ntwo\\n\", \"b\": \"one two\"}");
    reads_as(*state, "a: |\n  text\n   --- not a marker\n  # not a comment\n",
        "{\"a\": \"text\\n --- not a marker\\n# not a comment\\n\"}");
    reads_as(*state, "- \"\\u0085\\u2028\\x41\\U0001F600\\0\\e\"\n",
        "[\"\\u0085\\u2028A\xF0\x9F\x98\x80\\u0000\\u001b\"]");
    reads_as(*state, "? a\n: 1\n\"b c\": 2\n12: 3\n", "{'a': 1, 'b c': 2, '12': 3}");
    reads_as(*state, "a: 12:30\nb: 1999-10-15\nc: 1776\n",
        "{'a': '12:30', 'b': '1999-10-15', 'c': 1776}");
    reads_as(*state, "{a: 1, 'b':2, \"c\":3}\r\n", "{'a': 1, 'b': 2, 'c': 3}");
    reads_as(*state, "a: 1\n...\n# after\n", "{'a': 1}");
}

static void test_nothing(void **state)
{
    static const char *const empty[] = {
        "", "\n", "---\n", "---", "--- # c\n", "# c\n\n", "---\n...\n"};
    for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) {
        struct tree t = parse(*state, view_of(empty[i]));
        assert_int_equal(t.problem_n, 0);
        assert_true(t.root == NULL || t.root->kind == NODE_NULL);
    }
}

static void test_places(void **state)
{
    struct tree t = parse(*state, view_of("---\nmovie:\n  id: 550\n  title:   \"F\"\n  g:\n  - "
                                          "{id: 1, n: x}\n  \xC3\xA9\xC3\xA9: z\n"));
    const struct node *movie = node_get(t.root, "movie"), *title = node_get(movie, "title");
    assert_int_equal(movie->line, 102);
    assert_int_equal(movie->column, 3);
    assert_int_equal(movie->key_line, 101);
    assert_int_equal(movie->key_column, 1);
    assert_int_equal(title->line, 103);
    assert_int_equal(title->column, 12);
    assert_int_equal(title->key_column, 3);
    const struct node *g = node_get(movie, "g")->first;
    assert_int_equal(g->line, 105);
    assert_int_equal(g->column, 5);
    assert_int_equal(node_get(g, "n")->column, 16);
    assert_int_equal(node_get(g, "n")->key_column, 13);
    assert_int_equal(node_get(movie, "\xC3\xA9\xC3\xA9")->column, 7); /* in characters */
}

static void test_source_of_unquoted_scalars(void **state)
{
    struct tree t = parse(*state, view_of("a: 007\nb: '007'\nc: True\nd: ~\ne: text\nf: 1e3\n"));
    assert_view(node_get(t.root, "a")->source, "007");
    assert_null(node_get(t.root, "b")->source.p);
    assert_view(node_get(t.root, "c")->source, "True");
    assert_null(node_get(t.root, "d")->source.p);
    assert_null(node_get(t.root, "e")->source.p);
    assert_view(node_get(t.root, "f")->source, "1e3");
}

struct refusal {
    const char *yaml;
    enum rule rule;
    unsigned line, column; /* in the text, from 1 */
    const char *says;
};

static const struct refusal refusals[] = {
    {"a: &x 1\n", RULE_SYNTAX, 1, 4, "anchor"},
    {"a: 1\nb: &x\n  c: 2\n", RULE_SYNTAX, 2, 4, "anchor (&x)"},
    {"a: 1\nb: &long [1]\n", RULE_SYNTAX, 2, 4, "anchor"},
    {"a: 1\nb:  *x\n", RULE_SYNTAX, 2, 5, "alias (*x)"},
    {"a: !!str 1\n", RULE_SYNTAX, 1, 4, "tag"},
    {"a: ! x\n", RULE_SYNTAX, 1, 4, "tag"},
    {"a: !mine {b: 1}\n", RULE_SYNTAX, 1, 4, "tag (!mine)"},
    {"a: !!seq []\n", RULE_SYNTAX, 1, 4, "tag"},
    {"&k a: 1\n", RULE_SYNTAX, 1, 1, "anchor"},
    {"*k : 1\n", RULE_SYNTAX, 1, 1, "alias"},
    {"a: 1\nb: 2\na: 3\n", RULE_DUPLICATE_KEY, 3, 1, "line 100"},
    {"x:\n  a: 1\n  'a': 2\n", RULE_DUPLICATE_KEY, 3, 3, "line 101"},
    {"x: {a: 1, b: 2, \"a\": 3}\n", RULE_DUPLICATE_KEY, 1, 17, "line 100"},
    {"{a1: 1, a2: 1, a3: 1, a4: 1, a5: 1, a6: 1, a7: 1, a8: 1,\n a9: 1, a10: 1, a3: 1}\n",
        RULE_DUPLICATE_KEY, 2, 17, "line 100"},
    {"? [a]\n: 1\n", RULE_SYNTAX, 1, 3, "key must be a text"},
    {"{a: 1}: 2\n", RULE_SYNTAX, 1, 1, "key must be a text"},
    {"a: 'one\nb: 2\n", RULE_SYNTAX, 3, 1, "begins in line 100"},
    {"a: \"one\nb: 2\n", RULE_SYNTAX, 3, 1, "begins in line 100"},
    {"a: [1, 2\nb: 3\n", RULE_SYNTAX, 2, 2, "flow sequence"},
    {"a: {b: 1\n", RULE_SYNTAX, 2, 1, "flow mapping"},
    {"a: 1\n b: 2\n", RULE_SYNTAX, 2, 3, "mapping values are not allowed"},
    {"a:\n  b: 1\n c: 2\n", RULE_SYNTAX, 3, 2, "did not find expected key"},
    {"a:\n\tb: 1\n", RULE_SYNTAX, 2, 1, "a tab; YAML is indented by blanks"},
    {"a: 1\nnonsense\nb: 2\n", RULE_SYNTAX, 3, 1, "':'"},
    {"a: @x\n", RULE_SYNTAX, 1, 4, "a text that begins so goes in double quotes"},
    {"a: b: c\n", RULE_SYNTAX, 1, 5, "a text that holds ': ' goes in double quotes"},
    {"a: \"\\q\"\n", RULE_SYNTAX, 1, 5, "a backslash is written \\\\"},
    {"a: 'It's'\nb: 1\n", RULE_SYNTAX, 1, 8, "the quotes here and in the line before"},
    {"a: \"\\ud83d\\ude00\"\n", RULE_SYNTAX, 1, 7, "write the character itself"},
    {"a: \"x\" y\n", RULE_SYNTAX, 1, 8, "expected"},
    {"a: 1\n...\nb: 2\n", RULE_SYNTAX, 3, 1, "document start"},
    {"%FOO bar\na: 1\n", RULE_SYNTAX, 1, 5, "unknown directive"},
    {"a: \xFF\n", RULE_SYNTAX, 1, 4, "not UTF-8"},
    {"a: 1\nb: x\xC3\xA9y\xC0\xAF\n", RULE_SYNTAX, 2, 7, "not UTF-8"},
    {"a: \"\xED\xA0\x80\"\n", RULE_SYNTAX, 1, 5, "not UTF-8"},
    {"a: 1\nb: \x01\n", RULE_SYNTAX, 2, 4, "control character"},
    {"a: 1\nb: \x7f\n", RULE_SYNTAX, 2, 4, "control character"},
    {"a: \"x\xC2\x85y\"\n", RULE_SYNTAX, 1, 6, "control character"},
    {"a: \"x\xE2\x80\xA8y\"\n", RULE_SYNTAX, 1, 6, "U+2028"},
    {"# \xE2\x80\xA9\na: 1\n", RULE_SYNTAX, 1, 3, "U+2029"},
    {"a: \xEF\xBF\xBE\n", RULE_SYNTAX, 1, 4, "U+FFFE"},
    {"a: 1\rb: 2\n", RULE_SYNTAX, 1, 5, "carriage return"},
};

static void test_refusals(void **state)
{
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        const struct refusal *r = &refusals[i];
        struct tree t = parse(*state, view_of(r->yaml));
        if (t.problem_n == 0)
            fail_msg("%s was accepted", r->yaml);
        if (t.first->rule != r->rule || t.first->line != r->line + 99 ||
            t.first->column != r->column || strstr(t.first->text, r->says) == NULL)
            fail_msg("%s: %s at %llu:%llu: %s", r->yaml, rule_info(t.first->rule)->id,
                (unsigned long long)t.first->line - 99, (unsigned long long)t.first->column,
                t.first->text);
    }
}

static void test_a_zero_byte(void **state)
{
    static const char text[] = "a: x\0y\n";
    struct tree t = parse(*state, (struct view){text, sizeof text - 1});
    assert_int_equal(t.problem_n, 1);
    assert_int_equal(t.first->column, 5);
}

static void test_all_problems_of_a_document_are_named(void **state)
{
    struct tree t = parse(*state, view_of("a: &x 1\nb: *x\na: !t 2\nc: {d: 1, d: 2}\n"));
    assert_int_equal(t.problem_n, 5);
    assert_int_equal(t.first->rule, RULE_SYNTAX);
    assert_int_equal(t.first->next->line, 101);
    assert_int_equal(t.last->rule, RULE_DUPLICATE_KEY); /* of a: known when its mapping ends */
    assert_int_equal(t.last->line, 102);
    assert_string_equal(t.last->field, "a");
}

static void test_what_was_read_before_a_problem_is_kept(void **state)
{
    struct tree t = parse(*state, view_of("movie:\n  id: 550\n  title: \"open\n"));
    assert_int_equal(t.problem_n, 1);
    assert_int_equal(node_path(t.root, "movie.id")->i, 550);
    t = parse(*state, view_of("movie:\n  id: 550\n  title: \xFF\n"));
    assert_int_equal(t.problem_n, 1);
    assert_int_equal(node_path(t.root, "movie.id")->i, 550);
}

static void nest(struct box *b, size_t depth, const char *open, const char *close, struct tree *ret)
{
    struct str s;
    str_init(&s, 10000000);
    str_addz(&s, "a: ");
    for (size_t i = 0; i < depth; i++)
        str_addz(&s, open);
    for (size_t i = 0; i < depth; i++)
        str_addz(&s, close);
    str_addc(&s, '\n');
    *ret = parse(b, arena_dup(&b->a, str_view(&s)));
    str_done(&s);
}

static void test_depth(void **state)
{
    struct tree t;
    nest(*state, NODE_MAX_DEPTH, "[", "]", &t);
    assert_int_equal(t.problem_n, 0);
    nest(*state, NODE_MAX_DEPTH + 1, "[", "]", &t);
    assert_int_equal(t.problem_n, 1);
    assert_int_equal(t.first->rule, RULE_DEPTH);
    assert_int_equal(t.first->column, 4 + NODE_MAX_DEPTH);
    nest(*state, 1000000, "{b: ", "}", &t);
    assert_int_equal(t.first->rule, RULE_DEPTH);
}

static void test_number_of_values(void **state)
{
    struct box *b = *state;
    struct str s;
    str_init(&s, 32000000);
    str_addz(&s, "a: [\n");
    for (int i = 0; i < TREE_MAX_NODES; i++)
        str_addz(&s, i % 100 == 99 ? "1,\n" : "1,");
    str_addz(&s, "]\n");
    struct tree t = parse(b, str_view(&s));
    assert_int_equal(t.problem_n, 1);
    assert_int_equal(t.first->rule, RULE_DEPTH);
    str_done(&s);
}

static void test_many_problems_are_counted_not_kept(void **state)
{
    struct box *b = *state;
    struct str s;
    str_init(&s, 1000000);
    for (int i = 0; i < 1000; i++)
        str_addz(&s, "- !t x\n");
    struct tree t = parse(b, arena_dup(&b->a, str_view(&s)));
    size_t n = 0;
    for (const struct tree_problem *p = t.first; p != NULL; p = p->next)
        n++;
    assert_int_equal(t.problem_n, 1000);
    assert_int_equal(n, TREE_MAX_PROBLEMS);
    str_done(&s);
}

static void test_many_keys(void **state)
{
    struct box *b = *state;
    struct str s;
    str_init(&s, 10000000);
    for (int i = 0; i < 200000; i++)
        str_addf(&s, "k%d: 1\n", i);
    str_addz(&s, "k77: 2\n");
    struct tree t = parse(b, str_view(&s));
    assert_int_equal(t.problem_n, 1);
    assert_int_equal(t.first->rule, RULE_DUPLICATE_KEY);
    assert_int_equal(t.first->line, 100 + 200000);
    str_done(&s);
}

/* A tag may hold any character, escaped; what is shown of a long one ends between two. */
static void test_long_tags_are_cut_between_characters(void **state)
{
    struct box *b = *state;
    struct str s;
    str_init(&s, 10000);
    str_addz(&s, "a: !x");
    for (int i = 0; i < 100; i++)
        str_addz(&s, "%C3%A9");
    str_addz(&s, " 1\n");
    struct tree t = parse(b, str_view(&s));
    assert_int_equal(t.problem_n, 1);
    assert_true(utf8_is_valid(view_of(t.first->text)));
    assert_non_null(strstr(t.first->text, "\xC3\xA9"));
    str_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOX_TEST(test_values),
        BOX_TEST(test_nothing),
        BOX_TEST(test_places),
        BOX_TEST(test_source_of_unquoted_scalars),
        BOX_TEST(test_refusals),
        BOX_TEST(test_a_zero_byte),
        BOX_TEST(test_all_problems_of_a_document_are_named),
        BOX_TEST(test_what_was_read_before_a_problem_is_kept),
        BOX_TEST(test_depth),
        BOX_TEST(test_number_of_values),
        BOX_TEST(test_many_problems_are_counted_not_kept),
        BOX_TEST(test_many_keys),
        BOX_TEST(test_long_tags_are_cut_between_characters),
    };
    return cmocka_run_group_tests_name("stage/tree", tests, NULL, NULL);
}
