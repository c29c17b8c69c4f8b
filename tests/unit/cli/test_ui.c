/* What is printed, where and when: to files, as JSON (read back by a JSON parser), and on a terminal (a pty). */
#include "cli_test.h"

#include "base/sys.h"
#include "cli/ui.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* A user interface that writes to two files. */
struct setting {
    struct ui ui;
    FILE *out, *err;
    char text[70000];
};
static struct setting s;

static struct ui_options plain(void)
{
    s.out = tmpfile();
    s.err = tmpfile();
    assert_true(s.out != NULL && s.err != NULL);
    return (struct ui_options){.command = "process", .progress = true, .out_fd = fileno(s.out), .err_fd = fileno(s.err)};
}

static const char *text_of(FILE *f)
{
    struct err e;
    (void)ui_flush(&s.ui, &e);
    assert_int_equal(fseek(f, 0, SEEK_SET), 0);
    s.text[fread(s.text, 1, sizeof s.text - 1, f)] = '\0';
    return s.text;
}

static void done(void)
{
    ui_done(&s.ui);
    (void)fclose(s.out);
    (void)fclose(s.err);
}

static void begin(struct ui_options o)
{
    ui_init(&s.ui, &o);
}

static struct finding finding(enum rule rule, const char *file, uint64_t line, uint64_t column, const char *key,
    const char *field, const char *text)
{
    return (struct finding){rule, view_of(file), line, column, view_of(key), view_of(field), view_of(text)};
}

static void find(struct finding f)
{
    s.ui.etl.finding(s.ui.etl.payload, &f);
}

static void progress(const char *what, uint64_t done_n, uint64_t total, const char *detail)
{
    struct etl_progress p = {what, done_n, total, detail};
    s.ui.etl.progress(s.ui.etl.payload, &p);
}

static void end_work(void)
{
    struct findings none;
    findings_init(&none);
    ui_end_work(&s.ui, &none);
    findings_done(&none);
}

/* ---- text */

static void test_streams(void **state)
{
    struct err e;
    (void)state;
    begin(plain());
    s.ui.etl.say(s.ui.etl.payload, "store: sqlite /x");
    ui_log(&s.ui, LOG_INFO, "a note\033[2J");
    ui_log(&s.ui, LOG_WARNING, "beware");
    ui_log(&s.ui, LOG_DETAIL, "not without --verbose");
    err_set(&e, ERR_STORE, "cannot open \x01");
    ui_error(&s.ui, &e);
    err_set(&e, ERR_USAGE, "x");
    err_hint(&e, "Own hint.");
    ui_error(&s.ui, &e);
    ui_note(&s.ui, ERR_MORE);
    end_work();
    ui_end(&s.ui, ERR_NONE);
    assert_string_equal(text_of(s.out), "store: sqlite /x\n");
    assert_string_equal(text_of(s.err),
        "a note\\x1b[2J\nmovie-etl: warning: beware\n"
        "movie-etl: error: cannot open \\x01\nhint: Check that the database can be reached and written by this user.\n"
        "movie-etl: error: x\nhint: Own hint.\n"
        "movie-etl: ended at a bound that was asked for; there is more to do (exit code 7)\n"
        "hint: The bound was reached. Run the same command again to go on.\n");
    done();
}

static void test_findings(void **state)
{
    (void)state;
    begin(plain());
    find(finding(RULE_TYPE, "a.yaml", 12, 5, "tmdb 550", "title", "expected text"));
    find(finding(RULE_TYPE, "a.yaml", 12, 0, NULL, "title", "t"));
    find(finding(RULE_BATCH_EMPTY, "a.yaml", 0, 0, NULL, NULL, "t"));
    find(finding(RULE_TYPE_FIXED, NULL, 0, 7, "tmdb 1", NULL, "\033]0;t\a"));
    assert_string_equal(text_of(s.err),
        "a.yaml:12:5: error: expected text [schema.type] (tmdb 550, title)\n"
        "a.yaml:12: error: t [schema.type] (title)\n"
        "a.yaml: warning: t [batch.empty]\n"
        "fixed: \\x1b]0;t\\x07 [schema.type-fixed] (tmdb 1)\n");
    done();
}

static size_t count(const char *text, const char *part)
{
    size_t n = 0;
    for (; (text = strstr(text, part)) != NULL; text++)
        n++;
    return n;
}

static void test_many_findings(void **state)
{
    struct findings all;
    (void)state;
    begin(plain());
    findings_init(&all);
    for (int i = 0; i < 35; i++)
        find(finding(RULE_TYPE, "a", 1, 1, NULL, NULL, "t"));
    for (int i = 0; i < 20; i++)
        find(finding(RULE_RANGE, "a", 1, 1, NULL, NULL, "t"));
    for (int i = 0; i < 25; i++)
        find(finding(RULE_FORMAT, "a", 1, 1, NULL, NULL, "t"));
    all.per_rule[RULE_FORMAT] = 1234567; /* counted by the verb, not all given to us */
    ui_end_work(&s.ui, &all);
    const char *got = text_of(s.err);
    assert_int_equal(count(got, "error: t [schema.type]"), 20);
    assert_int_equal(count(got, "error: t [schema.range]"), 20);
    assert_int_equal(count(got, "... and "), 2);
    assert_holds(got, "... and 15 more like this [schema.type]\n");
    assert_holds(got, "... and 1,234,547 more like this [schema.format]\n");
    findings_done(&all);
    done();
}

static void test_quiet_and_verbose(void **state)
{
    struct ui_options o = plain();
    (void)state;
    o.quiet = true;
    o.progress = false;
    begin(o);
    s.ui.etl.say(s.ui.etl.payload, "line");
    ui_log(&s.ui, LOG_INFO, "info");
    ui_log(&s.ui, LOG_WARNING, "warning");
    find(finding(RULE_TYPE_FIXED, NULL, 0, 0, NULL, NULL, "cleaned"));
    find(finding(RULE_TYPE, NULL, 0, 0, NULL, NULL, "broken"));
    progress("x", 1, 2, NULL);
    ui_note(&s.ui, ERR_PARTIAL);
    end_work();
    assert_string_equal(text_of(s.out), "");
    assert_string_equal(text_of(s.err), "movie-etl: warning: warning\nerror: broken [schema.type]\n");
    done();

    o = plain();
    o.quiet = o.product = true; /* status --quiet: what it prints is why it is run */
    begin(o);
    s.ui.etl.say(s.ui.etl.payload, "line");
    assert_string_equal(text_of(s.out), "line\n");
    done();

    o = plain();
    o.verbose = true;
    begin(o);
    ui_log(&s.ui, LOG_DETAIL, "detail");
    assert_string_equal(text_of(s.err), "detail\n");
    done();
}

static void test_colour(void **state)
{
    struct ui_options o = plain();
    struct err e;
    (void)state;
    o.colour = true;
    begin(o);
    find(finding(RULE_TYPE, "a", 1, 1, NULL, NULL, "t"));
    err_set(&e, ERR_BUG, "x");
    ui_error(&s.ui, &e);
    const char *got = text_of(s.err);
    assert_holds(got, "a:1:1: \033[31merror\033[0m: t");
    assert_holds(got, "movie-etl: \033[31merror\033[0m: x\n");
    done();
}

static void test_colour_is_asked_for(void **state)
{
    static char no_color[] = "NO_COLOR=1", empty[] = "NO_COLOR=", dumb[] = "TERM=dumb", term[] = "TERM=xterm";
    struct {
        char *environment[3];
        bool colour;
    } rows[] = {{{term, NULL}, true}, {{term, no_color, NULL}, false}, {{empty, term, NULL}, true},
        {{dumb, NULL}, false}};
    struct cli_args a;
    int kept = dup(STDERR_FILENO), master = posix_openpt(O_RDWR | O_NOCTTY);
    (void)state;
    args_init(&a);
    assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    int slave = open(ptsname(master), O_RDWR | O_NOCTTY);
    assert_true(slave >= 0 && dup2(slave, STDERR_FILENO) == STDERR_FILENO);
    bool got[4];
    for (size_t i = 0; i < 4; i++)
        got[i] = ui_options_of(&a, rows[i].environment).colour;
    assert_true(dup2(open("/dev/null", O_WRONLY), STDERR_FILENO) == STDERR_FILENO);
    bool no_terminal = ui_options_of(&a, rows[0].environment).colour;
    (void)dup2(kept, STDERR_FILENO);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(got[i], rows[i].colour);
    assert_false(no_terminal);
    (void)close(slave);
    (void)close(master);
    args_done(&a);
}

/* ---- progress as lines */

/* Ten seconds pass. */
static void rest(void)
{
    s.ui.printed_ms -= PROGRESS_LINE_MS;
}

/* Time passes until the line may be drawn again. */
static void blink(void)
{
    s.ui.drawn_ms -= PROGRESS_DRAW_MS;
}

static void test_progress_lines(void **state)
{
    (void)state;
    begin(plain());
    progress("movies", 1, 100, NULL); /* soon after the beginning: nothing yet */
    assert_string_equal(text_of(s.err), "");
    rest();
    progress("movies", 50, 100, NULL);
    progress("movies", 51, 100, NULL);
    rest();
    progress("movies", 90, 100, "nearly");
    progress("movies", 100, 100, NULL);
    progress("tags", 5, 0, NULL); /* ends the phase before */
    s.ui.etl.say(s.ui.etl.payload, "done");
    end_work();
    const char *got = text_of(s.err);
    assert_int_equal(count(got, "\n"), 4);
    const char *tags = strstr(got, "tags: 5\n");
    assert_non_null(tags);
    assert_string_equal(tags, "tags: 5\n");
    assert_memory_equal(got, "movies: 50 of 100 (50 %)", 24);
    assert_holds(got, "\nmovies: 90 of 100 (90 %)");
    assert_holds(got, "\nmovies: 100 of 100 (100 %)");
    assert_lacks(got, "\r");
    done();
}

/* What the last line said is not said again at the end of the phase. */
static void test_progress_is_not_repeated(void **state)
{
    (void)state;
    begin(plain());
    progress("movies", 1, 2, NULL);
    rest();
    progress("movies", 2, 2, NULL);
    end_work();
    assert_int_equal(count(text_of(s.err), "\n"), 1);
    done();
}

static void test_no_progress(void **state)
{
    struct ui_options o = plain();
    (void)state;
    o.progress = false;
    begin(o);
    progress("movies", 1, 2, NULL);
    rest();
    progress("movies", 2, 2, NULL);
    end_work();
    assert_string_equal(text_of(s.err), "");
    done();
}

/* ---- progress on a terminal */

struct terminal {
    int master, slave;
    char raw[70000];
    size_t n;
};

static void terminal_open(struct terminal *t, unsigned short columns)
{
    struct winsize size = {.ws_row = 24, .ws_col = columns};
    t->n = 0;
    t->master = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(t->master >= 0 && grantpt(t->master) == 0 && unlockpt(t->master) == 0);
    t->slave = open(ptsname(t->master), O_RDWR | O_NOCTTY);
    assert_true(t->slave >= 0);
    assert_int_equal(ioctl(t->slave, TIOCSWINSZ, &size), 0);
    assert_int_equal(fcntl(t->master, F_SETFL, O_NONBLOCK), 0);
}

static void terminal_read(struct terminal *t)
{
    ssize_t got;
    while ((got = read(t->master, t->raw + t->n, sizeof t->raw - 1 - t->n)) > 0)
        t->n += (size_t)got;
    t->raw[t->n] = '\0';
}

static void terminal_close(struct terminal *t)
{
    (void)close(t->slave);
    (void)close(t->master);
}

/* What stands on the screen: lines without trailing blanks. Fails when a line is wider than the terminal. */
static void screen_of(const char *raw, size_t columns, char *to, size_t size)
{
    char row[300];
    size_t at = 0, end = 0, n = 0;
    for (;; raw++) {
        if (*raw == '\r') {
            at = 0;
        } else if (*raw == '\n' || *raw == '\0') {
            while (end > 0 && row[end - 1] == ' ')
                end--;
            n += (size_t)snprintf(to + n, size - n, "%.*s%s", (int)end, row, *raw == '\n' ? "\n" : "");
            at = end = 0;
            if (*raw == '\0')
                return;
        } else {
            assert_true(at < columns);
            row[at++] = *raw;
            end = at > end ? at : end;
        }
    }
}

static struct terminal term;

static struct ui_options on_terminal(unsigned short columns)
{
    struct ui_options o = plain();
    terminal_open(&term, columns);
    o.err_terminal = o.out_terminal = true;
    o.err_fd = o.out_fd = term.slave;
    return o;
}

static void test_terminal(void **state)
{
    char screen[2000];
    (void)state;
    begin(on_terminal(40));
    progress("fetching movies", 1, 1000, "a detail that does not fit into the line");
    terminal_read(&term);
    screen_of(term.raw, 40, screen, sizeof screen);
    assert_string_equal(screen, "fetching movies: 1 of 1,000 (0 %), a de"); /* one column is left free */
    blink();
    progress("fetching movies", 2, 1000, NULL);
    terminal_read(&term);
    screen_of(term.raw, 40, screen, sizeof screen);
    assert_memory_equal(screen, "fetching movies: 2 of 1,000 (0 %)", 33);
    s.ui.etl.say(s.ui.etl.payload, "a line");
    ui_log(&s.ui, LOG_INFO, "a note");
    terminal_read(&term);
    screen_of(term.raw, 40, screen, sizeof screen);
    assert_string_equal(screen, "a line\na note\n");
    blink();
    progress("fetching movies", 3, 1000, NULL);
    end_work();
    terminal_read(&term);
    screen_of(term.raw, 40, screen, sizeof screen);
    assert_string_equal(screen, "a line\na note\n"); /* nothing stays behind */
    done();
    terminal_close(&term);
}

/* However often a verb reports, the line is drawn ten times a second. */
static void test_terminal_is_not_flooded(void **state)
{
    (void)state;
    begin(on_terminal(80));
    int64_t from = sys_mono_ms();
    for (uint64_t i = 0; i < 20000; i++)
        progress("ratings", i, 20000, NULL);
    int64_t took = sys_mono_ms() - from;
    terminal_read(&term);
    size_t draws = count(term.raw, "\r");
    assert_true(draws >= 1 && draws <= (size_t)(took / PROGRESS_DRAW_MS) + 2);
    end_work();
    done();
    terminal_close(&term);
}

static void test_terminal_text_is_harmless(void **state)
{
    (void)state;
    begin(on_terminal(80));
    s.ui.etl.say(s.ui.etl.payload, "title \033[2J\ttab");
    terminal_read(&term);
    assert_lacks(term.raw, "\033");
    assert_holds(term.raw, "title \\x1b[2J");
    done();
    terminal_close(&term);
}

/* ---- JSON */

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
        assert_int_equal(json_integer_value(json_object_get(to[n], "schema_version")), LOG_SCHEMA_VERSION);
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
    assert_string_equal(field(event[1], "text"), "a \"line\" \\ \xF0\x9F\x8E\xAC \xEF\xBF\xBD \x01 \xE2\x80\xA8");
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
    assert_true(json_is_real(json_object_get(event[5], "rate")) && json_is_true(json_object_get(event[5], "ended")));
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

/* ---- standard output that cannot be written */

static void test_output_is_lost(void **state)
{
    struct err e;
    struct ui_options o = plain();
    (void)state;
    o.out_fd = open("/dev/full", O_WRONLY);
    if (o.out_fd < 0) {
        done();
        skip();
    }
    begin(o);
    s.ui.etl.say(s.ui.etl.payload, "line");
    s.ui.etl.say(s.ui.etl.payload, "line");
    assert_false(ui_flush(&s.ui, &e));
    assert_int_equal(e.kind, ERR_DISK);
    assert_string_equal(e.text, "cannot write standard output: No space left on device");
    assert_false(sys_stop_asked()); /* a load goes on: nobody may read its lines, but it has work to do */
    (void)close(o.out_fd);
    done();
}

static void test_long_lines(void **state)
{
    enum { LONG = 200000 };
    static char line[LONG + 1];
    struct ui_options o = plain();
    (void)state;
    o.product = true;
    begin(o);
    memset(line, 'x', LONG);
    s.ui.etl.say(s.ui.etl.payload, "before");
    s.ui.etl.say(s.ui.etl.payload, line);
    for (int i = 0; i < 10000; i++)
        s.ui.etl.say(s.ui.etl.payload, "0123456789");
    struct err e;
    assert_true(ui_flush(&s.ui, &e));
    assert_int_equal(lseek(o.out_fd, 0, SEEK_END), 7 + LONG + 1 + 11 * 10000);
    done();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_streams),
        cmocka_unit_test(test_findings),
        cmocka_unit_test(test_many_findings),
        cmocka_unit_test(test_quiet_and_verbose),
        cmocka_unit_test(test_colour),
        cmocka_unit_test(test_colour_is_asked_for),
        cmocka_unit_test(test_progress_lines),
        cmocka_unit_test(test_progress_is_not_repeated),
        cmocka_unit_test(test_no_progress),
        cmocka_unit_test(test_terminal),
        cmocka_unit_test(test_terminal_is_not_flooded),
        cmocka_unit_test(test_terminal_text_is_harmless),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_json_many_findings),
        cmocka_unit_test(test_output_is_lost),
        cmocka_unit_test(test_long_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
