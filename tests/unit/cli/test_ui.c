/* What is printed, where and when: to files and on a terminal (a pty). JSON: test_json.c. */
#include "ui_test.h"

#include "base/sys.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

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
        "movie-etl: error: cannot open \\x01\nhint: Check that the database can be reached and "
        "written by this user.\n"
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
    assert_string_equal(
        text_of(s.err), "movie-etl: warning: warning\nerror: broken [schema.type]\n");
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
    static char no_color[] = "NO_COLOR=1", empty[] = "NO_COLOR=", dumb[] = "TERM=dumb",
                term[] = "TERM=xterm";
    struct {
        char *environment[3];
        bool colour;
    } rows[] = {{{term, NULL}, true}, {{term, no_color, NULL}, false}, {{empty, term, NULL}, true},
        {{dumb, NULL}, false}};
    struct cli_args a;
    int kept, master, slave;
    (void)state;
    open_terminal(&master, &slave);
    kept = dup(STDERR_FILENO);
    args_init(&a);
    assert_true(dup2(slave, STDERR_FILENO) == STDERR_FILENO);
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

static void test_idle_phases_are_not_told(void **state)
{
    (void)state;
    begin(plain());
    progress("listing", 0, 0, NULL);
    progress("movies", 0, 2, NULL);
    end_work();
    assert_string_equal(text_of(s.err), "movies: 0 of 2 (0 %)\n");
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
    open_terminal(&t->master, &t->slave);
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

/* What stands on the screen: lines without trailing blanks. Fails when a line is wider than the
 * terminal. */
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
            n += (size_t)snprintf(
                to + n, size - n, "%.*s%s", (int)end, row, *raw == '\n' ? "\n" : "");
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
    assert_string_equal(
        screen, "fetching movies: 1 of 1,000 (0 %), a de"); /* one column is left free */
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
    ui_log(&s.ui, LOG_INFO, "second");
    blink();
    progress("fetching movies", 4, 1000, NULL);
    find(finding(RULE_TYPE, "a", 1, 0, NULL, NULL, "t"));
    blink();
    progress("fetching movies", 5, 1000, NULL);
    end_work();
    terminal_read(&term);
    screen_of(term.raw, 40, screen, sizeof screen);
    assert_string_equal(
        screen, "a line\na note\nsecond\na:1: error: t [schema.type]\n"); /* nothing stays behind */
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
    assert_false(
        sys_stop_asked()); /* a load goes on: nobody may read its lines, but it has work to do */
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
        cmocka_unit_test(test_idle_phases_are_not_told),
        cmocka_unit_test(test_no_progress),
        cmocka_unit_test(test_terminal),
        cmocka_unit_test(test_terminal_is_not_flooded),
        cmocka_unit_test(test_terminal_text_is_harmless),
        cmocka_unit_test(test_output_is_lost),
        cmocka_unit_test(test_long_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
