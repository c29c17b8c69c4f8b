/* Tests of base/node: building, finding, comparing, and JSON that another reader takes back. */
#include "help.h"

#include "base/node.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static struct arena arena;

static int begin(void **state)
{
    (void)state;
    arena_init(&arena);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static void check_json(const struct node *n, const char *want)
{
    struct str s;
    str_init(&s, 100000);
    node_add_json(&s, n);
    if (!str_ok(&s) || !view_is(str_view(&s), want))
        fail_msg("%s, not %s", str_z(&s), want);
    str_done(&s);
}

TEST(makers_make_what_they_say)
{
    struct node *n = node_new(&arena, NODE_OBJECT);
    assert_int_equal(n->kind, NODE_OBJECT);
    assert_true(n->n == 0 && n->first == NULL && n->next == NULL && n->line == 0 && !n->taken &&
                n->key.p == NULL && n->source.p == NULL);
    n = node_int(&arena, INT64_MIN);
    assert_true(n->kind == NODE_INT && n->i == INT64_MIN);
    n = node_real(&arena, 0.5);
    assert_true(n->kind == NODE_REAL && n->r == 0.5);
    n = node_bool(&arena, true);
    assert_true(n->kind == NODE_BOOL && n->b);
    n = node_text(&arena, V(""));
    assert_true(n->kind == NODE_TEXT && n->text.n == 0 && n->text.p != NULL);
    assert_int_equal(node_text(&arena, absent)->kind, NODE_NULL);
}

TEST(children_keep_their_order)
{
    struct node *list = node_new(&arena, NODE_LIST);
    for (int64_t i = 0; i < 1000; i++) {
        struct node *child = node_int(&arena, i);
        child->next = list; /* whatever was there does not matter */
        node_add(list, child);
    }
    assert_int_equal(list->n, 1000);
    int64_t i = 0;
    for (const struct node *c = list->first; c != NULL; c = c->next)
        assert_int_equal(c->i, i++);
    assert_int_equal(i, 1000);
    assert_int_equal(list->last->i, 999);
}

TEST(children_are_found_by_key)
{
    struct node *o = node_new(&arena, NODE_OBJECT), *in = node_new(&arena, NODE_OBJECT);
    struct node *list = node_new(&arena, NODE_LIST);
    node_put(in, V("c"), node_int(&arena, 3));
    node_put(in, V(""), node_int(&arena, 4));
    node_put(o, V("a"), node_int(&arena, 1));
    node_put(o, V("b"), in);
    node_put(o, V("l"), list);
    node_put(o, V("a"), node_int(&arena, 2)); /* no check for duplicates: the first is found */
    node_put(o, V("nul\0key"), node_int(&arena, 5));
    assert_int_equal(node_get(o, "a")->i, 1);
    assert_int_equal(node_find(o, V("nul\0key"))->i, 5);
    assert_null(node_get(o, "nul"));
    assert_null(node_get(o, "A"));
    assert_null(node_find(o, absent));
    assert_null(node_get(NULL, "a"));
    assert_null(node_get(list, "a"));
    assert_null(node_get(node_int(&arena, 1), "a"));
    assert_ptr_equal(node_path(o, "b"), in);
    assert_int_equal(node_path(o, "b.c")->i, 3);
    assert_int_equal(node_path(o, "b.")->i, 4);
    static const char *const none[] = {"", ".", "b.c.d", "a.c", "x.c", ".b", "b..c", "l.0", "b.c."};
    for (size_t i = 0; i < COUNT(none); i++)
        assert_null(node_path(o, none[i]));
    assert_null(node_path(NULL, "a"));
}

TEST(kinds_have_names)
{
    for (int kind = NODE_NULL; kind <= NODE_OBJECT; kind++)
        for (int other = NODE_NULL; other < kind; other++)
            assert_string_not_equal(
                node_kind_name((enum node_kind)kind), node_kind_name((enum node_kind)other));
    assert_string_equal(node_kind_name(NODE_NULL), "null");
    assert_string_equal(node_kind_name(NODE_OBJECT), "object");
}

TEST(json_of_every_kind)
{
    struct node *o = node_new(&arena, NODE_OBJECT), *list = node_new(&arena, NODE_LIST);
    check_json(node_new(&arena, NODE_NULL), "null");
    check_json(node_bool(&arena, true), "true");
    check_json(node_bool(&arena, false), "false");
    check_json(node_int(&arena, INT64_MIN), "-9223372036854775808");
    check_json(node_real(&arena, 1), "1.0");
    check_json(node_real(&arena, -0.0), "-0.0");
    check_json(node_real(&arena, 1e300), "1e+300");
    check_json(node_text(&arena, V("a\"\n\xC2\x85\xF0\x9F\x98\x80")),
        "\"a\\\"\\n\\u0085\xF0\x9F\x98\x80\"");
    check_json(o, "{}");
    check_json(list, "[]");
    node_add(list, node_int(&arena, 1));
    node_add(list, node_new(&arena, NODE_LIST));
    node_add(list, node_text(&arena, V("")));
    node_put(o, V("k\"ey"), list);
    node_put(o, V(""), node_new(&arena, NODE_NULL));
    check_json(o, "{\"k\\\"ey\":[1,[],\"\"],\"\":null}");
    struct str s;
    str_init(&s, 10);
    node_add_json(&s, o);
    assert_false(str_ok(&s));
    str_done(&s);
}

static struct node *random_tree(struct random *r, int depth)
{
    static const char *const texts[] = {"", "a", "b", "\xC3\xA9", "\"\\\n", "\xE2\x80\xA8"};
    switch (random_below(r, depth > 5 ? 5 : 8)) {
    case 0:
        return node_new(&arena, NODE_NULL);
    case 1:
        return node_bool(&arena, random_below(r, 2) == 0);
    case 2:
        return node_int(&arena, (int64_t)random_next(r) >> random_below(r, 64));
    case 3:
        return node_real(
            &arena, ldexp((double)(int64_t)random_next(r), (int)random_below(r, 200) - 150));
    case 4:
        return node_text(&arena, view_of(texts[random_below(r, COUNT(texts))]));
    default:
        break;
    }
    bool object = random_below(r, 2) == 0;
    struct node *n = node_new(&arena, object ? NODE_OBJECT : NODE_LIST);
    for (uint64_t i = random_below(r, 6); i > 0; i--)
        if (object)
            node_put(n, arena_print(&arena, "k%d", (int)i), random_tree(r, depth + 1));
        else
            node_add(n, random_tree(r, depth + 1));
    return n;
}

/* A copy whose objects have their members in the opposite order. */
static struct node *mirrored(const struct node *n)
{
    struct node *copy = node_new(&arena, n->kind), *children[8];
    size_t count = 0;
    *copy = *n;
    if (n->kind != NODE_LIST && n->kind != NODE_OBJECT)
        return copy;
    copy->first = copy->last = NULL;
    copy->n = 0;
    for (const struct node *c = n->first; c != NULL; c = c->next)
        children[count++] = mirrored(c);
    for (size_t i = 0; i < count; i++)
        node_add(copy, n->kind == NODE_OBJECT ? children[count - 1 - i] : children[i]);
    return copy;
}

/* Some scalar of the tree, or NULL. */
static struct node *some_scalar(struct random *r, struct node *n)
{
    if (n->kind != NODE_LIST && n->kind != NODE_OBJECT)
        return n;
    if (n->n == 0)
        return NULL;
    struct node *c = n->first;
    for (uint64_t i = random_below(r, n->n); i > 0; i--)
        c = c->next;
    return some_scalar(r, c);
}

TEST(equal_trees_are_equal_and_no_others)
{
    struct random r;
    random_init(&r, 24);
    for (int step = 0; step < 20000; step++) {
        struct node *n = random_tree(&r, 0), *m = mirrored(n);
        HOLDS(&r, node_eq(n, n) && node_eq(n, m) && node_eq(m, n));
        m->line = m->key_line = 7; /* neither the place is data, nor how it was written */
        m->source = V("007");
        HOLDS(&r, node_eq(n, m));
        struct node *change = some_scalar(&r, m);
        if (change != NULL) {
            if (change->kind == NODE_INT && random_below(&r, 2) == 0)
                change->i ^= 1;
            else
                change->kind = change->kind == NODE_NULL ? NODE_LIST : NODE_NULL;
            if (change->kind == NODE_LIST)
                *change =
                    (struct node){.kind = NODE_LIST, .key = change->key, .next = change->next};
            HOLDS(&r, !node_eq(n, m) && !node_eq(m, n));
        } else if (m->kind == NODE_LIST || m->kind == NODE_OBJECT) {
            node_put(m, V("new"), node_new(&arena, NODE_NULL));
            HOLDS(&r, !node_eq(n, m) && !node_eq(m, n));
        }
        arena_reset(&arena);
    }
}

TEST(what_looks_alike_is_not_equal)
{
    struct node *some[] = {node_new(&arena, NODE_NULL), node_bool(&arena, false),
        node_int(&arena, 0), node_real(&arena, 0), node_text(&arena, V("")),
        node_text(&arena, V("0")), node_text(&arena, V("null")), node_new(&arena, NODE_LIST),
        node_new(&arena, NODE_OBJECT), node_int(&arena, 1), node_real(&arena, 1),
        node_bool(&arena, true)};
    for (size_t i = 0; i < COUNT(some); i++)
        for (size_t k = 0; k < COUNT(some); k++)
            assert_int_equal(node_eq(some[i], some[k]), i == k);
}

TEST(equality_goes_both_ways_with_duplicates_too)
{
    struct node *twice = node_new(&arena, NODE_OBJECT), *both = node_new(&arena, NODE_OBJECT);
    node_put(twice, V("a"), node_int(&arena, 1));
    node_put(twice, V("a"), node_int(&arena, 1));
    node_put(both, V("a"), node_int(&arena, 1));
    node_put(both, V("b"), node_int(&arena, 1));
    assert_false(node_eq(twice, both));
    assert_false(node_eq(both, twice));
    assert_true(node_eq(twice, twice));
}

/* A reader of JSON as small as can be, to see that the text means the tree: at `at`, comparing
 * as it goes. */
static size_t read_json(const char *z, size_t at, const struct node *n);

static size_t read_literal(const char *z, size_t at, const char *word)
{
    return strncmp(z + at, word, strlen(word)) == 0 ? at + strlen(word) : SIZE_MAX;
}

static size_t read_text(const char *z, size_t at, struct view want)
{
    size_t got = 0;
    if (z[at++] != '"')
        return SIZE_MAX;
    for (; z[at] != '"' && z[at] != '\0'; at++, got++) {
        char c = z[at];
        if (c == '\\' && z[at + 1] == 'u') { /* of the texts above: U+2028 only */
            if (got + 3 > want.n || strncmp(z + at, "\\u2028", 6) != 0 ||
                memcmp(want.p + got, "\xE2\x80\xA8", 3) != 0)
                return SIZE_MAX;
            at += 5;
            got += 2;
            continue;
        }
        if (c == '\\')
            c = z[++at] == 'n' ? '\n' : z[at];
        if (got >= want.n || want.p[got] != c)
            return SIZE_MAX;
    }
    return got == want.n && z[at] == '"' ? at + 1 : SIZE_MAX;
}

static size_t read_children(const char *z, size_t at, const struct node *n)
{
    bool object = n->kind == NODE_OBJECT;
    if (z[at++] != (object ? '{' : '['))
        return SIZE_MAX;
    for (const struct node *c = n->first; c != NULL; c = c->next) {
        if (c != n->first && z[at++] != ',')
            return SIZE_MAX;
        if (object && ((at = read_text(z, at, c->key)) == SIZE_MAX || z[at++] != ':'))
            return SIZE_MAX;
        if ((at = read_json(z, at, c)) == SIZE_MAX)
            return SIZE_MAX;
    }
    return z[at] == (object ? '}' : ']') ? at + 1 : SIZE_MAX;
}

static size_t read_json(const char *z, size_t at, const struct node *n)
{
    char *after;
    switch (n->kind) {
    case NODE_NULL:
        return read_literal(z, at, "null");
    case NODE_BOOL:
        return read_literal(z, at, n->b ? "true" : "false");
    case NODE_INT:
        return strtoll(z + at, &after, 10) == n->i ? (size_t)(after - z) : SIZE_MAX;
    case NODE_REAL:
        return strtod(z + at, &after) == n->r ? (size_t)(after - z) : SIZE_MAX;
    case NODE_TEXT:
        return read_text(z, at, n->text);
    case NODE_LIST:
    case NODE_OBJECT:
        return read_children(z, at, n);
    }
    return SIZE_MAX;
}

TEST(json_of_random_trees_means_them)
{
    struct random r;
    struct str s;
    random_init(&r, 25);
    str_init(&s, 1 << 20);
    for (int step = 0; step < 20000; step++) {
        struct node *n = random_tree(&r, 0);
        str_clear(&s);
        node_add_json(&s, n);
        HOLDS(&r, str_ok(&s));
        HOLDS(&r, read_json(str_z(&s), 0, n) == s.n);
        arena_reset(&arena);
    }
    str_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(makers_make_what_they_say, begin, end),
        cmocka_unit_test_setup_teardown(children_keep_their_order, begin, end),
        cmocka_unit_test_setup_teardown(children_are_found_by_key, begin, end),
        cmocka_unit_test(kinds_have_names),
        cmocka_unit_test_setup_teardown(json_of_every_kind, begin, end),
        cmocka_unit_test_setup_teardown(equal_trees_are_equal_and_no_others, begin, end),
        cmocka_unit_test_setup_teardown(what_looks_alike_is_not_equal, begin, end),
        cmocka_unit_test_setup_teardown(equality_goes_both_ways_with_duplicates_too, begin, end),
        cmocka_unit_test_setup_teardown(json_of_random_trees_means_them, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
