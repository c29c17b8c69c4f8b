/* The JSON log, read back by a JSON parser. docs/log.md says what it promises; test_docs.c holds it
 * to that. */
#include "ui_test.h"

#include "base/thread.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Reads the events in standard error; every line must be an object with what every event has. */
static size_t events(json_t *to[], size_t most)
{
    size_t n = 0;
    char *at = (char *)(uintptr_t)text_of(s.err);
    for (char *end; (end = strchr(at, '\n')) != NULL && n < most; at = end + 1) {
        json_error_t problem;
        *end = '\0';
        to[n] = json_loads(at, JSON_REJECT_DUPLICATES, &problem);
        if (to[n] == NULL)
            fail_msg("%s: %s", problem.text, at);
        assert_int_equal(
            json_integer_value(json_object_get(to[n], "schema_version")), LOG_SCHEMA_VERSION);
        const char *time = json_string_value(json_object_get(to[n], "time"));
        assert_true(time != NULL && strlen(time) == 20 && time[10] == 'T' && time[19] == 'Z');
        assert_non_null(json_string_value(json_object_get(to[n], "level")));
        assert_non_null(json_string_value(json_object_get(to[n], "event")));
        n++;
    }
    assert_true(*at == '\0');
    return n;
}

static const char *field(const json_t *event, const char *name)
{
    const char *value = json_string_value(json_object_get(event, name));
    if (value == NULL)
        fail_msg("no text '%s'", name);
    return value;
}

static json_int_t number(const json_t *event, const char *name)
{
    assert_true(json_is_integer(json_object_get(event, name)));
    return json_integer_value(json_object_get(event, name));
}

static void assert_null_field(const json_t *event, const char *name)
{
    assert_true(json_is_null(json_object_get(event, name)));
}

static void assert_event(const json_t *event, const char *kind, const char *level)
{
    assert_string_equal(field(event, "event"), kind);
    assert_string_equal(field(event, "level"), level);
}

static void say_everything(void)
{
    struct err e;
    ui_start(&s.ui);
    s.ui.etl.say(s.ui.etl.payload, "a \"line\" \\ \xF0\x9F\x8E\xAC \xFF \x01 \xE2\x80\xA8");
    ui_log(&s.ui, LOG_WARNING, "beware");
    find(finding(RULE_TYPE, "a.yaml", 12, 5, "tmdb 550", "title", "expected \"text\"\n"));
    find(finding(RULE_TYPE_FIXED, NULL, 0, 0, NULL, NULL, "t"));
    progress("ratings", 5, 0, NULL);
    end_work();
    err_set(&e, ERR_LOCKED, "locked");
    ui_error(&s.ui, &e);
    ui_note(&s.ui, ERR_MORE); /* the end event says it */
    ui_end(&s.ui, ERR_LOCKED);
}

static void test_json(void **state)
{
    json_t *event[20];
    struct ui_options o = plain();
    (void)state;
    o.json = true;
    begin(o);
    say_everything();
    assert_int_equal(events(event, 20), 8);
    assert_event(event[0], "start", "info");
    assert_string_equal(field(event[0], "command"), "process");
    assert_string_equal(field(event[0], "version"), MOVIE_ETL_VERSION);
    assert_event(event[1], "line", "info");
    assert_string_equal(
        field(event[1], "text"), "a \"line\" \\ \xF0\x9F\x8E\xAC \xEF\xBF\xBD \x01 \xE2\x80\xA8");
    assert_event(event[2], "log", "warning");
    assert_event(event[3], "finding", "error");
    assert_string_equal(field(event[3], "rule"), "schema.type");
    assert_string_equal(field(event[3], "severity"), "error");
    assert_string_equal(field(event[3], "file"), "a.yaml");
    assert_int_equal(number(event[3], "line"), 12);
    assert_int_equal(number(event[3], "column"), 5);
    assert_string_equal(field(event[3], "key"), "tmdb 550");
    assert_string_equal(field(event[3], "field"), "title");
    assert_string_equal(field(event[3], "text"), "expected \"text\"\n");
    assert_event(event[4], "finding", "info");
    assert_null_field(event[4], "file");
    assert_null_field(event[4], "line");
    assert_null_field(event[4], "key");
    assert_event(event[5], "progress", "info");
    assert_int_equal(number(event[5], "done"), 5);
    assert_null_field(event[5], "total");
    assert_null_field(event[5], "seconds_left");
    assert_null_field(event[5], "detail");
    assert_true(json_is_real(json_object_get(event[5], "rate")) &&
                json_is_true(json_object_get(event[5], "ended")));
    assert_event(event[6], "error", "error");
    assert_string_equal(field(event[6], "kind"), "LOCKED");
    assert_int_equal(number(event[6], "exit_code"), 9);
    assert_true(strlen(field(event[6], "hint")) > 0);
    assert_event(event[7], "end", "info");
    assert_string_equal(field(event[7], "result"), "LOCKED");
    assert_int_equal(number(event[7], "exit_code"), 9);
    assert_true(json_is_real(json_object_get(event[7], "seconds")));
    for (size_t i = 0; i < 8; i++)
        json_decref(event[i]);
    assert_int_equal(count(text_of(s.out), "\n"), 1); /* the result line is there, too */
    done();
}

static void test_json_many_findings(void **state)
{
    enum { MANY = FINDINGS_KEPT_PER_RULE + 7 };
    json_t *event[20];
    struct ui_options o = plain();
    (void)state;
    o.json = true;
    o.err_fd = open("/dev/null", O_WRONLY);
    begin(o);
    for (int i = 0; i < MANY; i++)
        find(finding(RULE_TYPE, "a", 1, 1, NULL, NULL, "t"));
    (void)close(o.err_fd);
    s.ui.o.err_fd = fileno(s.err); /* only what comes now */
    end_work();
    assert_int_equal(events(event, 20), 1);
    assert_event(event[0], "finding", "error");
    assert_string_equal(field(event[0], "rule"), "schema.type");
    assert_int_equal(number(event[0], "more"), 7);
    json_decref(event[0]);
    done();
}

/* Connections log from threads of their own while the verb goes on (the thread sanitizer looks on,
 * too). */
enum { LINES = 300 };

static void log_lines(void *payload)
{
    for (int i = 0; i < LINES; i++)
        s.ui.sink.line(s.ui.sink.payload, LOG_WARNING, payload);
}

static void test_json_from_threads(void **state)
{
    struct ui_options o = plain();
    struct thread *t[2];
    struct err e;
    static json_t *event[3 * LINES + 10];
    char text[] = "trying again";
    (void)state;
    o.json = true;
    begin(o);
    for (int i = 0; i < 2; i++)
        assert_true(thread_start(log_lines, text, &t[i], &e));
    for (int i = 0; i < LINES / 30; i++)
        find(finding(RULE_TYPE, "a", 1, 1, NULL, NULL, "t"));
    for (int i = 0; i < LINES; i++)
        progress("ratings", 5, 0, NULL);
    for (int i = 0; i < 2; i++)
        thread_join(t[i]);
    assert_int_equal(events(event, 3 * LINES), 2 * LINES + LINES / 30);
    for (int i = 0; i < 2 * LINES + LINES / 30; i++)
        json_decref(event[i]);
    done();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_json_many_findings),
        cmocka_unit_test(test_json_from_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
