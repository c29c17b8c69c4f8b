/* Man page and docs say what the tables say: the parts between "begin NAME" and "end NAME" are
 * printed anew and compared. With UPDATE_DOCS=1 in the environment they are written instead, and
 * the test fails once to say so. The .env example of docs/configuration.md is read by the program
 * itself, as it stands and with every key set. */
#include "cli_test.h"

#include "base/file.h"
#include "cli/config.h"
#include "cli/ui.h"
#include "reference.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef SOURCE_ROOT
#error "the build says where man/ and docs/ lie"
#endif

enum { FILE_MAX = 1000000 };

static void read_doc(const char *name, struct str *to)
{
    struct err e;
    char path[1000];
    (void)snprintf(path, sizeof path, "%s/%s", SOURCE_ROOT, name);
    str_init(to, FILE_MAX);
    if (!file_read(path, to, &e))
        fail_msg("%s", e.text);
}

/* The part between two lines; their text depends on the file's comments. */
static bool find_part(
    const struct str *doc, const char *begin, const char *end, size_t *ret_from, size_t *ret_to)
{
    const char *from = strstr(str_z(doc), begin);
    const char *to = from == NULL ? NULL : strstr(from, end);
    if (to == NULL)
        return false;
    *ret_from = (size_t)(from - doc->p) + strlen(begin);
    *ret_to = (size_t)(to - doc->p);
    return true;
}

static void rewrite(
    const char *name, const struct str *doc, size_t from, size_t to, const struct str *part)
{
    char path[1000];
    struct str all;
    (void)snprintf(path, sizeof path, "%s/%s", SOURCE_ROOT, name);
    str_init(&all, FILE_MAX);
    str_add(&all, view_slice(str_view(doc), 0, from));
    str_add(&all, str_view(part));
    str_add(&all, view_slice(str_view(doc), to, doc->n));
    write_file(path, str_z(&all), all.n);
    str_done(&all);
    fail_msg("%s was rewritten; run the test again", name);
}

static void check(
    const char *name, const char *comment, const char *what, void (*print)(struct str *to))
{
    struct str doc, part;
    char begin[100], end[100];
    size_t from = 0, to = 0;
    read_doc(name, &doc);
    str_init(&part, FILE_MAX);
    print(&part);
    assert_true(str_ok(&part) && part.n > 0);
    bool scd = strcmp(comment, ";") == 0;
    (void)snprintf(begin, sizeof begin, "%s begin %s%s\n\n", comment, what, scd ? "" : " -->");
    (void)snprintf(
        end, sizeof end, "%s%s end %s%s\n", scd ? "" : "\n", comment, what, scd ? "" : " -->");
    if (!find_part(&doc, begin, end, &from, &to))
        fail_msg("%s has no part '%s'", name, what);
    struct view got = view_slice(str_view(&doc), from, to);
    if (!view_eq(got, str_view(&part))) {
        if (getenv("UPDATE_DOCS") != NULL)
            rewrite(name, &doc, from, to, &part);
        fail_msg(
            "%s, part '%s', is not what the tables say; UPDATE_DOCS=1 rewrites it", name, what);
    }
    str_done(&doc);
    str_done(&part);
}

static void test_man(void **state)
{
    (void)state;
    check("man/movie-etl.1.scd", ";", "commands", reference_man_commands);
    check("man/movie-etl.1.scd", ";", "options", reference_man_options);
    check("man/movie-etl.1.scd", ";", "environment", reference_man_environment);
    check("man/movie-etl.1.scd", ";", "exits", reference_man_exits);
    check("man/movie-etl.1.scd", ";", "examples", reference_man_examples);
}

static void test_errors(void **state)
{
    (void)state;
    check("docs/errors.md", "<!--", "exits", reference_exits);
}

static void test_keys(void **state)
{
    (void)state;
    check("docs/configuration.md", "<!--", "keys", reference_keys);
}

/* ---- the .env example */

static void example_of(struct str *to)
{
    struct str doc;
    size_t from = 0, end = 0;
    read_doc("docs/configuration.md", &doc);
    if (!find_part(&doc, "\n```sh\n# .env", "\n```\n", &from, &end))
        fail_msg("docs/configuration.md has no .env example");
    str_init(to, FILE_MAX);
    str_add(to, view_slice(str_view(&doc), from - strlen("# .env"), end + 1));
    str_done(&doc);
}

/* "#KEY=value" becomes "KEY=value"; "#KEY_FILE=...", the other way to say the same, stays. */
static void uncomment(const struct str *from, struct str *to)
{
    struct view v = str_view(from);
    str_init(to, FILE_MAX);
    for (size_t at = 0; at < v.n;) {
        size_t end = view_find(v, at, '\n');
        struct view line = view_slice(v, at, end);
        bool set = line.n > 1 && line.p[0] == '#' &&
                   key_find(view_slice(line, 1, view_find(line, 1, '='))) != KEY_COUNT;
        str_add(to, view_slice(line, set ? 1 : 0, line.n));
        str_addc(to, '\n');
        at = end + 1;
    }
}

static void load_example(const struct str *text, struct config *c, struct cli_args *a)
{
    struct line l;
    struct err e;
    char *environment[] = {NULL};
    write_file(".env", str_z(text), text->n);
    assert_true(line_parse(&l, "init --full", a, &e));
    config_init(c);
    if (!config_load(c, a, environment, &e))
        fail_msg("the example: %s", e.text);
    for (size_t i = 0; i < c->warnings.n; i++)
        fail_msg("the example: %s", *(const char *const *)vec_at(&c->warnings, i));
}

static void test_example(void **state)
{
    struct str text, full;
    struct config c;
    struct cli_args a;
    (void)state;
    example_of(&text);
    load_example(&text, &c, &a); /* copied as it stands, it works */
    assert_null(c.etl.store.host);
    config_done(&c);
    args_done(&a);

    uncomment(&text, &full);
    load_example(&full, &c, &a);
    for (enum key k = 0; k < KEY_COUNT; k++)
        if (strstr(c.where[k], ".env:") == NULL)
            fail_msg("the example does not set %s", cli_keys[k].name);
    config_done(&c);
    args_done(&a);
    for (enum key k = 0; k < KEY_COUNT; k++) {
        char name[60];
        (void)snprintf(name, sizeof name, "%s_FILE=", cli_keys[k].name);
        if ((cli_keys[k].flags & K_SECRET) != 0)
            assert_holds(str_z(&text), name);
    }
    str_done(&text);
    str_done(&full);
}

/* ---- the log: what docs/log.md says of every event, and what events the program writes */

static void write_every_event(FILE *to)
{
    struct ui u;
    struct err e;
    struct findings all;
    struct ui_options o = {
        .command = "missing", .json = true, .progress = true, .out_fd = -1, .err_fd = fileno(to)};
    struct finding f = {.rule = RULE_TYPE, .text = view_of("t")};
    struct etl_progress p = {"x", 1, 2, NULL};
    ui_init(&u, &o);
    findings_init(&all);
    ui_start(&u);
    ui_say(&u, "line");
    ui_log(&u, LOG_INFO, "log");
    u.etl.progress(u.etl.payload, &p);
    u.etl.finding(u.etl.payload, &f);
    all.per_rule[RULE_TYPE] = FINDINGS_KEPT_PER_RULE + 1;
    ui_end_work(&u, &all);
    err_set(&e, ERR_STORE, "x");
    ui_error(&u, &e);
    ui_end(&u, ERR_STORE);
    findings_done(&all);
    ui_done(&u);
    rewind(to);
}

/* The part of the text below the heading, up to the next one; `to` is as large as the text. */
static bool section(const char *text, const char *name, char *to)
{
    char heading[60];
    (void)snprintf(heading, sizeof heading, "\n## %s\n", name);
    const char *from = strstr(text, heading);
    if (from == NULL)
        return false;
    from += strlen(heading);
    const char *end = strstr(from, "\n## ");
    size_t n = end == NULL ? strlen(from) : (size_t)(end - from);
    memcpy(to, from, n);
    to[n] = '\0';
    return true;
}

static size_t rows_of(const char *text)
{
    size_t n = 0;
    for (; (text = strstr(text, "\n| `")) != NULL; text++)
        n++;
    return n;
}

static bool has_row(const char *text, const char *field)
{
    char row[60];
    (void)snprintf(row, sizeof row, "\n| `%s` |", field);
    return strstr(text, row) != NULL;
}

static void test_log(void **state)
{
    static char common[FILE_MAX], own[FILE_MAX];
    static const char *const names[] = {
        "start", "line", "log", "progress", "finding", "error", "end"};
    enum { EVENTS = sizeof names / sizeof names[0] };
    json_t *fields[EVENTS];
    struct str doc;
    char line[4000];
    FILE *f = tmpfile();
    (void)state;
    assert_non_null(f);
    read_doc("docs/log.md", &doc);
    write_every_event(f);
    for (size_t i = 0; i < EVENTS; i++)
        fields[i] = json_object();
    assert_true(section(str_z(&doc), "Every event", common));
    while (fgets(line, sizeof line, f) != NULL) { /* the fields of every kind of event, together */
        json_t *event = json_loads(line, 0, NULL);
        size_t i = 0;
        assert_non_null(event);
        while (
            i < EVENTS && strcmp(names[i], json_string_value(json_object_get(event, "event"))) != 0)
            i++;
        assert_true(i < EVENTS);
        assert_int_equal(json_object_update(fields[i], event), 0);
        json_decref(event);
    }
    for (size_t i = 0; i < EVENTS; i++) {
        const char *field;
        json_t *value;
        size_t n = 0;
        if (!section(str_z(&doc), names[i], own))
            fail_msg("docs/log.md has no section '%s'", names[i]);
        json_object_foreach(fields[i], field, value)
        {
            if (has_row(common, field))
                continue;
            n++;
            if (!has_row(own, field))
                fail_msg("docs/log.md, %s, does not name the field '%s'", names[i], field);
        }
        if (rows_of(own) != n)
            fail_msg("docs/log.md, %s, names fields that the event does not have", names[i]);
        json_decref(fields[i]);
    }
    (void)fclose(f);
    str_done(&doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_man),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_keys),
        IN_FOLDER(test_example),
        cmocka_unit_test(test_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
