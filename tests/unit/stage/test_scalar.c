/* What an unquoted scalar is taken for: YAML 1.2's core schema. */
#include "stage/scalar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct row {
    const char *text, *json; /* json NULL: the text itself */
};

static const struct row rows[] = {
    {"", "null"}, {"~", "null"}, {"null", "null"}, {"Null", "null"}, {"NULL", "null"},
    {"nULL", NULL}, {"none", NULL}, {"true", "true"}, {"True", "true"}, {"TRUE", "true"},
    {"tRUE", NULL}, {"false", "false"}, {"False", "false"}, {"yes", NULL}, {"no", NULL},
    {"NO", NULL}, {"on", NULL}, {"off", NULL}, {"y", NULL}, {"0", "0"}, {"-0", "0"}, {"12", "12"},
    {"+12", "12"}, {"-12", "-12"}, {"007", "7"}, {"08", "8"}, {"0x1f", "31"}, {"0xFF", "255"},
    {"0x", NULL}, {"0xg", NULL}, {"-0x1", NULL}, {"0o17", "15"}, {"0o8", NULL},
    {"0x7fffffffffffffff", "9223372036854775807"}, {"0x8000000000000000", NULL},
    {"9223372036854775807", "9223372036854775807"},
    {"-9223372036854775808", "-9223372036854775808"},
    {"9223372036854775808", "9.223372036854776e+18"}, {"1_000", NULL}, {"1,000", NULL},
    {"12:30", NULL}, {"190:20:30", NULL}, {"1.5", "1.5"}, {"+1.5", "1.5"}, {"-1.5", "-1.5"},
    {".5", "0.5"}, {"-.5", "-0.5"}, {"5.", "5.0"}, {"5.e2", "500.0"}, {"1e3", "1000.0"},
    {"1E+3", "1000.0"}, {"1e-3", "0.001"}, {"00.5", "0.5"}, {"1e", NULL}, {"1e+", NULL},
    {"e3", NULL}, {".", NULL}, {"-", NULL}, {"+", NULL}, {"-.", NULL}, {"..5", NULL},
    {"1.2.3", NULL}, {".e3", NULL}, {"1e400", NULL}, {".inf", NULL}, {"-.Inf", NULL},
    {".nan", NULL}, {"1999-10-15", NULL}, {"2026-11-22T10:00:00Z", NULL}, {"a", NULL}, {"<<", NULL},
    {"=", NULL}, {"0b11", NULL}, {"1 2", NULL}, {" 1", NULL}, {"--", NULL},
    {"000000000000000000000000000000000000000000000000000000000001", "1"},
    {"0000000000000000000000000000000000000000000000000000000000001",
        NULL}, /* longer than anyone writes */
};

static void test_core_schema(void **state)
{
    struct arena a;
    (void)state;
    arena_init(&a);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct str s;
        struct node *n = scalar_node(&a, view_of(rows[i].text));
        str_init(&s, 100);
        node_add_json(&s, n);
        if (rows[i].json == NULL) {
            if (n->kind != NODE_TEXT || !view_is(n->text, rows[i].text))
                fail_msg("%s became %s", rows[i].text, str_z(&s));
            assert_null(n->source.p);
        } else {
            if (strcmp(str_z(&s), rows[i].json) != 0)
                fail_msg("%s became %s", rows[i].text, str_z(&s));
            /* what is no null can still be taken as a text */
            assert_true(
                n->kind == NODE_NULL ? n->source.p == NULL : view_is(n->source, rows[i].text));
        }
        str_done(&s);
    }
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_core_schema)};
    return cmocka_run_group_tests_name("stage/scalar", tests, NULL, NULL);
}
