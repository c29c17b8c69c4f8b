/* The .env grammar: what every form means, and every refusal with its place. */
#include "cli_test.h"

#include "cli/dotenv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What was read, as "line:key=<value>" joined by blanks. */
struct read {
    char text[4000];
    size_t n, longest;
};

static bool take(void *payload, struct view key, struct view value, uint64_t line, struct err *e)
{
    struct read *r = payload;
    (void)e;
    assert_true(key.p[key.n] == '\0' && value.p[value.n] == '\0');
    if (value.n > r->longest)
        r->longest = value.n;
    if (value.n > 100)
        value.n = 100;
    r->n += (size_t)snprintf(r->text + r->n, sizeof r->text - r->n, "%s%llu:%.*s=<%.*s>",
        r->n == 0 ? "" : " ", (unsigned long long)line, VIEW_ARG(key), VIEW_ARG(value));
    return true;
}

static bool read_text(struct view text, struct read *r, struct err *e)
{
    struct arena a;
    struct dotenv d = {".env", &a, take, r};
    *r = (struct read){.n = 0};
    arena_init(&a);
    /* A copy of just the right size, so that a sanitizer sees a byte read behind it. */
    char *copy = malloc(text.n == 0 ? 1 : text.n);
    assert_non_null(copy);
    memcpy(copy, text.p, text.n);
    bool ok = dotenv_parse(&d, (struct view){copy, text.n}, e);
    free(copy);
    arena_done(&a);
    return ok;
}

static void test_forms(void **state)
{
    static const char *const rows[][2] = {
        {"", ""},
        {"\n\n  \n\t\r\n", ""},
        {"# SQL_HOST=x\n   # indented\n", ""},
        {"A=b", "1:A=<b>"},
        {"A=b\r\nC=d\r\n", "1:A=<b> 2:C=<d>"},
        {"\xEF\xBB\xBF"
         "A=b\n",
            "1:A=<b>"},
        {"export A=b\nexport\tC=d\n  export  E = f ", "1:A=<b> 2:C=<d> 3:E=<f>"},
        {"exported=1\nexport=2", "1:exported=<1> 2:export=<2>"},
        {"A=\nB= \nC=''\nD=\"\"", "1:A=<> 2:B=<> 3:C=<> 4:D=<>"},
        {" A = b c \t", "1:A=<b c>"},
        {"A=b # comment\nB=b#c\nC=#c\nD= # c\nE=b\t#c #d",
            "1:A=<b> 2:B=<b#c> 3:C=<#c> 4:D=<> 5:E=<b>"},
        {"A='b # c' # d\nB=\"b # c\"# d", "1:A=<b # c> 2:B=<b # c>"},
        {"A='$HOME ${X} `x` \\n \"q\"'", "1:A=<$HOME ${X} `x` \\n \"q\">"},
        {"A=$HOME ${X} `x` \\n \"q\"", "1:A=<$HOME ${X} `x` \\n \"q\">"},
        {"A=\"$HOME \\$X \\\"q\\\" \\\\ a\\tb\\nc\\rd\"", "1:A=<$HOME $X \"q\" \\ a\tb\nc\rd>"},
        {"A=it's", "1:A=<it's>"},
        {"A='it''s'", NULL},
        {"A=b=c==", "1:A=<b=c==>"},
        {"A=  'x'  ", "1:A=<x>"},
        {"_A1=b\na_b=c", "1:_A1=<b> 2:a_b=<c>"},
        {"A=\xC3\xA4\xFF", "1:A=<\xC3\xA4\xFF>"},
        {"A=1\nA=2", "1:A=<1> 2:A=<2>"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct read r;
        struct err e = {.kind = ERR_NONE};
        bool ok = read_text(view_of(rows[i][0]), &r, &e);
        if (ok != (rows[i][1] != NULL) || (ok && strcmp(r.text, rows[i][1]) != 0))
            fail_msg("%s\ngives %s", rows[i][0], ok ? r.text : e.text);
    }
}

static void test_refusals(void **state)
{
    static const struct {
        const char *text;
        size_t n; /* 0: up to the NUL */
        const char *message;
    } rows[] = {
        {"A", 0, ".env:1: expected KEY=VALUE"},
        {"\n# x\nnonsense here\n", 0, ".env:3: expected KEY=VALUE"},
        {"=x", 0, ".env:1: expected KEY=VALUE"},
        {"1A=x", 0, ".env:1: expected KEY=VALUE"},
        {"A-B=x", 0, ".env:1: expected KEY=VALUE"},
        {"export =x", 0, ".env:1: expected KEY=VALUE"},
        {"export A", 0, ".env:1: expected KEY=VALUE"},
        {"A: x", 0, ".env:1: expected KEY=VALUE"},
        {"\xC3\xA4=x", 0, ".env:1: expected KEY=VALUE"},
        {"A=1\nSECRET=\"abc\n", 0, ".env:2: SECRET: the closing double quote is missing"},
        {"SECRET='abc", 0, ".env:1: SECRET: the closing single quote is missing"},
        {"SECRET=\"abc\\", 0,
            ".env:1: SECRET: column 5 of the value: only \\n \\r \\t \\\" \\\\ and \\$ are known "
            "in "
            "double quotes"},
        {"SECRET=\"a\\x41\"", 0,
            ".env:1: SECRET: column 3 of the value: only \\n \\r \\t \\\" \\\\ and \\$ are known "
            "in "
            "double quotes"},
        {"SECRET='abc'def", 0, ".env:1: SECRET: text behind the closing quote"},
        {"SECRET=\"abc\" def", 0, ".env:1: SECRET: text behind the closing quote"},
        {"SECRET=ab\0cd\n", 13, ".env:1: SECRET: the value holds a NUL byte"},
        {"SECRET='ab\0cd'\n", 15, ".env:1: SECRET: the value holds a NUL byte"},
        {"A=1\nA\0B=1", 9, ".env:2: expected KEY=VALUE"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct read r;
        struct err e = {.kind = ERR_NONE};
        struct view text = {rows[i].text, rows[i].n == 0 ? strlen(rows[i].text) : rows[i].n};
        if (read_text(text, &r, &e))
            fail_msg("row %zu gives %s", i, r.text);
        assert_int_equal(e.kind, ERR_CONFIG);
        assert_string_equal(e.text, rows[i].message);
        assert_lacks(e.text, "abc"); /* no value is ever shown */
    }
}

static void test_long_values(void **state)
{
    char *text = malloc(VALUE_MAX + 100);
    (void)state;
    assert_non_null(text);
    for (int quoted = 0; quoted < 2; quoted++)
        for (size_t over = 0; over < 2; over++) {
            struct read r;
            struct err e;
            int n = snprintf(text, 10, "%s", quoted ? "A='" : "A=");
            memset(text + n, 'x', VALUE_MAX + over);
            text[(size_t)n + VALUE_MAX + over] = '\'';
            struct view v = {text, (size_t)n + VALUE_MAX + over + (quoted ? 1 : 0)};
            assert_int_equal(read_text(v, &r, &e), over == 0);
            if (over == 0)
                assert_int_equal(r.longest, VALUE_MAX);
            else
                assert_string_equal(e.text, ".env:1: A: the value is longer than 65536 bytes");
        }
    free(text);
}

/* Whatever the bytes are, the parser ends, and says yes or names a line. */
static void test_random_bytes(void **state)
{
    static const char alphabet[] = "A=\"'\\ #\n\r$x\0\xEFn\t";
    uint64_t seed = 12345;
    (void)state;
    for (int round = 0; round < 20000; round++) {
        char text[40];
        size_t n = 0;
        struct read r;
        struct err e = {.kind = ERR_NONE};
        for (; n < sizeof text; n++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            text[n] = alphabet[(seed >> 33) % (sizeof alphabet - 1)];
        }
        if (!read_text((struct view){text, n}, &r, &e))
            assert_memory_equal(e.text, ".env:", 5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_long_values),
        cmocka_unit_test(test_random_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
