/* The classes: every documented code, what HTTP says without one, Retry-After, and that
 * docs/tmdb.md says the same. */
#include "test.h"

#include "base/file.h"
#include "source/tmdb/json.h"
#include "source/tmdb/retry_after.h"

#include <stdio.h>

static const char *docs;

static struct class class_of_type(int status, const char *body, const char *type)
{
    struct http_exchange x;
    struct arena a;
    struct node *n = NULL;
    struct err e;
    arena_init(&a);
    http_exchange_init(&x);
    fake_say(&x, status, body);
    (void)snprintf(x.content_type, sizeof x.content_type, "%s", type);
    (void)json_read(view_of(body), &a, &n, &e);
    struct class c = classify(&x, n);
    http_exchange_done(&x);
    arena_done(&a);
    return c;
}

/* JSON by its type when it looks like it. */
static struct class class_of(int status, const char *body)
{
    return class_of_type(
        status, body, body[0] == '{' ? "application/json;charset=utf-8" : "text/html");
}

static struct class class_of_code(int status, int code)
{
    char body[200];
    bool fine = code == 1 || code == 12 || code == 13;
    (void)snprintf(body, sizeof body,
        "{\"success\":%s,\"status_code\":%d,\"status_message\":\"x\"}", fine ? "true" : "false",
        code);
    return class_of(status, body);
}

/* The table once more, by hand, from the facts: code, documented HTTP status, verdict, kind. */
static const struct {
    int code, http;
    enum verdict verdict;
    enum err_kind kind;
} expected[] = {
    {1, 200, VERDICT_OK, ERR_NONE},
    {2, 501, VERDICT_STOP, ERR_BUG},
    {3, 401, VERDICT_STOP, ERR_AUTH},
    {4, 405, VERDICT_STOP, ERR_BUG},
    {5, 422, VERDICT_ID, ERR_BUG},
    {6, 404, VERDICT_GONE, ERR_NONE},
    {7, 401, VERDICT_STOP, ERR_AUTH},
    {8, 403, VERDICT_ID, ERR_BUG},
    {9, 503, VERDICT_RETRY, ERR_SERVICE},
    {10, 401, VERDICT_STOP, ERR_AUTH},
    {11, 500, VERDICT_RETRY, ERR_SERVICE},
    {12, 201, VERDICT_OK, ERR_NONE},
    {13, 200, VERDICT_OK, ERR_NONE},
    {14, 401, VERDICT_STOP, ERR_AUTH},
    {15, 500, VERDICT_RETRY, ERR_SERVICE},
    {16, 401, VERDICT_STOP, ERR_AUTH},
    {17, 401, VERDICT_STOP, ERR_AUTH},
    {18, 400, VERDICT_ID, ERR_BUG},
    {19, 406, VERDICT_STOP, ERR_BUG},
    {20, 422, VERDICT_STOP, ERR_BUG},
    {21, 200, VERDICT_GONE, ERR_NONE},
    {22, 400, VERDICT_STOP, ERR_BUG},
    {23, 400, VERDICT_STOP, ERR_BUG},
    {24, 504, VERDICT_RETRY, ERR_SERVICE},
    {25, 429, VERDICT_THROTTLED, ERR_SERVICE},
    {26, 400, VERDICT_STOP, ERR_BUG},
    {27, 400, VERDICT_STOP, ERR_BUG},
    {28, 400, VERDICT_STOP, ERR_BUG},
    {29, 400, VERDICT_STOP, ERR_BUG},
    {30, 401, VERDICT_STOP, ERR_AUTH},
    {31, 401, VERDICT_STOP, ERR_AUTH},
    {32, 401, VERDICT_STOP, ERR_AUTH},
    {33, 401, VERDICT_STOP, ERR_AUTH},
    {34, 404, VERDICT_GONE, ERR_NONE},
    {35, 401, VERDICT_STOP, ERR_AUTH},
    {36, 401, VERDICT_STOP, ERR_AUTH},
    {37, 404, VERDICT_ID, ERR_SERVICE},
    {38, 401, VERDICT_STOP, ERR_AUTH},
    {39, 401, VERDICT_ID, ERR_SERVICE},
    {40, 200, VERDICT_ID, ERR_SERVICE},
    {41, 422, VERDICT_STOP, ERR_AUTH},
    {42, 405, VERDICT_STOP, ERR_BUG},
    {43, 502, VERDICT_RETRY, ERR_SERVICE},
    {44, 500, VERDICT_GONE, ERR_NONE},
    {45, 403, VERDICT_STOP, ERR_AUTH},
    {46, 503, VERDICT_RETRY, ERR_SERVICE},
    {47, 400, VERDICT_ID, ERR_BUG},
};

static void every_code_has_its_class(void **state)
{
    size_t n;
    (void)state;
    const struct code *all = codes_all(&n);
    assert_int_equal(n, 47);
    assert_int_equal(n, sizeof expected / sizeof expected[0]);
    for (size_t i = 0; i < n; i++) {
        struct class c = class_of_code(expected[i].http, expected[i].code);
        assert_int_equal(all[i].code, expected[i].code);
        assert_int_equal(all[i].http, expected[i].http);
        assert_int_equal(c.verdict, expected[i].verdict);
        assert_int_equal(c.kind, expected[i].kind);
        assert_int_equal(c.code, expected[i].code);
        assert_ptr_equal(c.row, &all[i]);
    }
}

static void no_401_and_no_404_is_asked_again(void **state)
{
    (void)state;
    for (int code = 0; code <= 60; code++) {
        enum verdict at_401 = class_of_code(401, code).verdict,
                     at_404 = class_of_code(404, code).verdict;
        assert_int_not_equal(at_401, VERDICT_RETRY);
        assert_int_not_equal(at_404, VERDICT_RETRY);
        assert_true(code == 25 || (at_401 != VERDICT_THROTTLED && at_404 != VERDICT_THROTTLED));
        assert_true(at_401 != VERDICT_OK && at_404 != VERDICT_OK);
    }
    assert_int_equal(class_of(401, "<html>").verdict, VERDICT_STOP);
    assert_int_equal(class_of(401, "<html>").kind, ERR_AUTH);
}

/* Nothing but TMDB's own word makes a movie gone. */
static void gone_needs_tmdbs_word(void **state)
{
    (void)state;
    assert_int_equal(class_of(404, "<html>not found</html>").verdict, VERDICT_ID);
    assert_int_equal(class_of(404, "").verdict, VERDICT_ID);
    assert_int_equal(class_of(404, "{}").verdict, VERDICT_ID);
    assert_int_equal(class_of(410, "gone").verdict, VERDICT_ID);
    assert_int_equal(class_of_code(503, 34).verdict, VERDICT_RETRY);
    assert_int_equal(class_of_code(500, 34).verdict, VERDICT_RETRY);
    assert_int_equal(class_of_code(500, 6).verdict, VERDICT_RETRY);
    assert_int_equal(class_of_code(200, 34).verdict, VERDICT_GONE);
    assert_int_equal(class_of_code(404, 21).verdict, VERDICT_GONE);
    assert_int_equal(class_of_code(500, 44).verdict, VERDICT_GONE);
    assert_int_equal(class_of_code(502, 44).verdict, VERDICT_RETRY);
}

/* A 404 that was cut on the way is not TMDB's 404; only that one is asked for again. */
static void a_damaged_answer_is_asked_again(void **state)
{
    (void)state;
    assert_int_equal(class_of(404, "{\"success\":fal").verdict, VERDICT_RETRY);
    assert_int_equal(class_of(400, "{\"succ").verdict, VERDICT_RETRY);
    assert_int_equal(class_of_type(404, "", "application/json").verdict, VERDICT_RETRY);
    assert_int_equal(class_of_type(404, "{\"success\":fal", "text/html").verdict, VERDICT_ID);
    assert_int_equal(class_of_type(404, "", "").verdict, VERDICT_ID);
    assert_int_equal(class_of(401, "{\"success\":fal").verdict, VERDICT_STOP);
    assert_int_equal(class_of(429, "{\"success\":fal").verdict, VERDICT_THROTTLED);
}

static void http_speaks_where_no_code_does(void **state)
{
    (void)state;
    static const struct {
        int status;
        enum verdict verdict;
    } rows[] = {{100, VERDICT_RETRY}, {204, VERDICT_RETRY}, {206, VERDICT_RETRY},
        {301, VERDICT_RETRY}, {302, VERDICT_RETRY}, {304, VERDICT_RETRY}, {400, VERDICT_ID},
        {402, VERDICT_ID}, {403, VERDICT_RETRY}, {405, VERDICT_ID}, {407, VERDICT_STOP},
        {408, VERDICT_RETRY}, {422, VERDICT_ID}, {425, VERDICT_RETRY}, {429, VERDICT_THROTTLED},
        {451, VERDICT_ID}, {500, VERDICT_RETRY}, {502, VERDICT_RETRY}, {503, VERDICT_RETRY},
        {504, VERDICT_RETRY}, {520, VERDICT_RETRY}, {599, VERDICT_RETRY}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(class_of(rows[i].status, "<html>").verdict, rows[i].verdict);
        assert_int_equal(class_of_code(rows[i].status, 999).verdict, rows[i].verdict);
    }
    assert_int_equal(class_of(403, "<title>Just a moment...</title>").verdict, VERDICT_RETRY);
    assert_int_equal(class_of_code(403, 45).verdict, VERDICT_STOP);
    assert_int_equal(
        class_of_code(500, 7).verdict, VERDICT_RETRY); /* a 5xx says nothing about the key */
    assert_int_equal(class_of_code(503, 25).verdict, VERDICT_THROTTLED);
}

static void a_200_must_be_an_answer(void **state)
{
    (void)state;
    assert_int_equal(class_of(200, "{\"id\":550}").verdict, VERDICT_OK);
    assert_int_equal(class_of(200, "{\"success\":true,\"status_code\":1}").verdict, VERDICT_OK);
    assert_int_equal(class_of(200, "{\"success\":false,\"status_code\":21}").verdict, VERDICT_GONE);
    assert_int_equal(class_of(200, "{\"success\":false,\"status_code\":7}").verdict, VERDICT_STOP);
    assert_int_equal(class_of(200, "{\"success\":false,\"status_code\":1}").verdict, VERDICT_RETRY);
    assert_int_equal(class_of(200, "{\"success\":false}").verdict, VERDICT_RETRY);
    assert_int_equal(class_of(200, "<html>Welcome to Hotel Wi-Fi</html>").verdict, VERDICT_RETRY);
    assert_int_equal(class_of(200, "").verdict, VERDICT_RETRY);
    assert_int_equal(class_of(200, "[]").verdict, VERDICT_RETRY);
    assert_int_equal(class_of(200, "{\"id\":550").verdict, VERDICT_RETRY);
}

static void no_answer_is_asked_again(void **state)
{
    struct http_exchange x;
    (void)state;
    http_exchange_init(&x);
    for (int end = HTTP_NO_HOST; end <= HTTP_TOO_LARGE; end++) {
        x.end = (enum http_end)end;
        x.status = 404; /* what came before the cut does not count */
        assert_int_equal(classify(&x, NULL).verdict, VERDICT_RETRY);
        assert_int_equal(classify_file(&x).verdict, VERDICT_RETRY);
    }
    http_exchange_done(&x);
}

static void files_have_their_own_rules(void **state)
{
    struct http_exchange x;
    (void)state;
    http_exchange_init(&x);
    fake_say(&x, 200, "");
    assert_int_equal(classify_file(&x).verdict, VERDICT_OK);
    fake_say(&x, 404, "<Error><Code>NoSuchKey</Code></Error>");
    assert_int_equal(classify_file(&x).verdict, VERDICT_GONE);
    fake_say(&x, 403, "<Error><Code>AccessDenied</Code></Error>");
    assert_int_equal(classify_file(&x).verdict, VERDICT_GONE);
    fake_say(&x, 403, "<title>Just a moment...</title>");
    assert_int_equal(classify_file(&x).verdict, VERDICT_RETRY);
    fake_say(&x, 401, "");
    assert_int_equal(
        classify_file(&x).verdict, VERDICT_ID); /* no key was sent: it is not the key */
    fake_say(&x, 500, "");
    assert_int_equal(classify_file(&x).verdict, VERDICT_RETRY);
    x.end = HTTP_SINK_FAILED;
    assert_int_equal(classify_file(&x).kind, ERR_DISK);
    http_exchange_done(&x);
}

enum { NOW = 784111777 }; /* Sun, 06 Nov 1994 08:49:37 GMT */

static void http_dates_in_all_forms(void **state)
{
    int64_t t;
    (void)state;
    static const char *const same[] = {"Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"};
    for (size_t i = 0; i < 3; i++) {
        t = 0;
        assert_true(http_date_parse(view_of(same[i]), &t));
        assert_int_equal(t, NOW);
    }
    static const char *const bad[] = {"", "tomorrow", "Sun, 31 Feb 2026 08:49:37 GMT",
        "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 06 Nov 1994", "1994-11-06T08:49:37Z", "08:49:37"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(http_date_parse(view_of(bad[i]), &t));
    assert_false(http_date_parse((struct view){NULL, 0}, &t));
}

static int64_t after(const char *value, const char *date)
{
    return retry_after_ms(view_of(value), view_of(date), NOW);
}

static void retry_after_in_all_forms(void **state)
{
    (void)state;
    assert_int_equal(after("5", ""), 5000);
    assert_int_equal(after(" 7 ", ""), 7000);
    assert_int_equal(after("0", ""), 1000);
    assert_int_equal(after("-3", ""), 1000);
    assert_int_equal(after("60", ""), 60000);
    assert_int_equal(after("61", ""), 60000);
    assert_int_equal(after("86400", ""), 60000);
    assert_int_equal(after("999999999999999999", ""), 60000);
    assert_int_equal(
        after("99999999999999999999", ""), -1); /* beyond 64 bits: no number, no date */
    assert_int_equal(after("Sun, 06 Nov 1994 08:49:47 GMT", ""), 10000);
    assert_int_equal(after("Sun, 06 Nov 1994 08:49:07 GMT", ""), 1000);
    /* our clock is a day off; the server's own Date counts */
    assert_int_equal(
        after("Mon, 07 Nov 1994 08:49:47 GMT", "Mon, 07 Nov 1994 08:49:37 GMT"), 10000);
    assert_int_equal(after("", ""), -1);
    assert_int_equal(after("soon", ""), -1);
    assert_int_equal(after("1.5", ""), -1);
    assert_int_equal(retry_after_ms((struct view){NULL, 0}, view_of(""), NOW), -1);
}

/* docs/tmdb.md has a line "| 34 | 404 | gone | not found |" for every code, and no other lines of
 * that form. */
static void docs_show_the_same_table(void **state)
{
    struct str text;
    struct err e;
    size_t n, lines = 0;
    (void)state;
    str_init(&text, 1 << 20);
    assert_true(file_read(docs, &text, &e));
    const struct code *all = codes_all(&n);
    for (size_t i = 0; i < n; i++) {
        char line[200];
        (void)snprintf(line, sizeof line, "\n| %d | %d | %s | %s |\n", all[i].code, all[i].http,
            verdict_name(all[i].verdict), all[i].meaning);
        if (strstr(str_z(&text), line) == NULL)
            fail_msg("docs/tmdb.md lacks this line:%s", line);
    }
    for (const char *at = str_z(&text); (at = strstr(at, "\n| ")) != NULL; at += 3) {
        size_t digits = strspn(at + 3, "0123456789");
        lines += digits > 0 && strncmp(at + 3 + digits, " | ", 3) == 0 && at[6 + digits] >= '0' &&
                 at[6 + digits] <= '9';
    }
    assert_int_equal(lines, n);
    str_done(&text);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_its_class),
        cmocka_unit_test(no_401_and_no_404_is_asked_again),
        cmocka_unit_test(gone_needs_tmdbs_word),
        cmocka_unit_test(a_damaged_answer_is_asked_again),
        cmocka_unit_test(http_speaks_where_no_code_does),
        cmocka_unit_test(a_200_must_be_an_answer),
        cmocka_unit_test(no_answer_is_asked_again),
        cmocka_unit_test(files_have_their_own_rules),
        cmocka_unit_test(http_dates_in_all_forms),
        cmocka_unit_test(retry_after_in_all_forms),
        cmocka_unit_test(docs_show_the_same_table),
    };
    docs = argc > 1 ? argv[1] : "docs/tmdb.md";
    return cmocka_run_group_tests_name("classify", tests, NULL, NULL);
}
