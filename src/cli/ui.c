/* What is printed, where and when: see ui.h. What it looks like is in ui_show.c and progress.c. */
#include "cli/ui.h"

#include "base/date.h"
#include "base/sys.h"
#include "base/thread.h"
#include "cli/shown.h"
#include "cli/ui_show.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { OUT_FLUSH = 32768, OUT_MAX = 65536, LINE_MAX_BYTES = 64 * 1024 * 1024 };

static const char *variable(char *const *environment, const char *name)
{
    size_t n = strlen(name);
    for (; environment != NULL && *environment != NULL; environment++)
        if (strncmp(*environment, name, n) == 0 && (*environment)[n] == '=')
            return *environment + n + 1;
    return "";
}

struct ui_options ui_options_of(const struct cli_args *a, char *const *environment)
{
    bool known = a->command != COMMAND_COUNT, terminal = isatty(STDERR_FILENO) == 1;
    return (struct ui_options){
        .command = known ? cli_commands[a->command].name : NULL,
        .json = a->format == LOG_JSON,
        .quiet = a->quiet,
        .verbose = a->verbose,
        .progress = !a->no_progress && !a->quiet,
        .product = known && (cli_commands[a->command].flags & C_PRODUCT) != 0,
        .out_fd = STDOUT_FILENO,
        .err_fd = STDERR_FILENO,
        .out_terminal = isatty(STDOUT_FILENO) == 1,
        .err_terminal = terminal,
        .colour = terminal && variable(environment, "NO_COLOR")[0] == '\0' &&
                  strcmp(variable(environment, "TERM"), "dumb") != 0,
    };
}

static void show_progress(struct ui *u, const struct etl_progress *p);
static void show_found(struct ui *u, const struct finding *f);

static void say(void *payload, const char *line)
{
    struct ui *u = payload;
    lock_take(u->one);
    ui_say(u, line);
    lock_give(u->one);
}

static void log_it(void *payload, enum log_level level, const char *text)
{
    struct ui *u = payload;
    lock_take(u->one);
    ui_log(u, level, text);
    lock_give(u->one);
}

static void take_progress(void *payload, const struct etl_progress *p)
{
    struct ui *u = payload;
    lock_take(u->one);
    show_progress(u, p);
    lock_give(u->one);
}

static void take_finding(void *payload, const struct finding *f)
{
    struct ui *u = payload;
    lock_take(u->one);
    show_found(u, f);
    lock_give(u->one);
}

void ui_init(struct ui *u, const struct ui_options *o)
{
    *u = (struct ui){.o = *o, .started_ms = sys_mono_ms()};
    u->etl = (struct etl_ui){say, take_progress, take_finding, u};
    u->sink = (struct log_sink){log_it, u};
    u->one = lock_new();
    str_init(&u->out, OUT_MAX);
    arena_init(&u->scratch);
}

void ui_done(struct ui *u)
{
    str_done(&u->out);
    arena_done(&u->scratch);
    lock_free(u->one);
}

size_t terminal_width(int fd)
{
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return 80;
    return size.ws_col > PROGRESS_WIDTH_MAX ? PROGRESS_WIDTH_MAX : size.ws_col;
}

/* Failures are not reported: there is nowhere left to report them. */
static void write_err(const struct ui *u, struct view v)
{
    if (v.n > 0)
        (void)sys_write_all(u->o.err_fd, v.p, v.n);
}

/* Overwrites the progress line with blanks, which works on every terminal; also the "^C" that the
 * terminal may have written behind it. */
static void clear_line(struct ui *u)
{
    struct str s;
    size_t width = terminal_width(u->o.err_fd) - 1;
    size_t columns = u->drawn_columns + (sys_stop_asked() ? 2 : 0);
    if (u->drawn_columns == 0)
        return;
    str_init(&s, PROGRESS_WIDTH_MAX + 2);
    str_addc(&s, '\r');
    str_add_repeat(&s, ' ', columns > width ? width : columns);
    str_addc(&s, '\r');
    write_err(u, str_view(&s));
    str_done(&s);
    u->drawn_columns = 0;
}

/* The time of an event; valid until the next one. */
static struct view now_text(struct ui *u)
{
    arena_reset(&u->scratch);
    return instant_print(&u->scratch, sys_now());
}

static void put(struct ui *u, struct str *s)
{
    clear_line(u);
    write_err(u, str_view(s));
    str_done(s);
}

static void out_write(struct ui *u, struct view v)
{
    if (u->out_errno != 0 || v.n == 0 || sys_write_all(u->o.out_fd, v.p, v.n) == 0)
        return;
    u->out_errno = errno;
    if (u->o.product) /* nobody takes what this command is run for: end it */
        sys_stop_set();
}

static void out_flush(struct ui *u)
{
    out_write(u, str_view(&u->out));
    str_clear(&u->out);
}

static void out_line(struct ui *u, struct view line)
{
    if (line.n + 1 > OUT_MAX - u->out.n)
        out_flush(u);
    if (line.n + 1 > OUT_MAX) {
        out_write(u, line);
        out_write(u, view_of("\n"));
        return;
    }
    str_add(&u->out, line);
    str_addc(&u->out, '\n');
    if (!u->o.product || u->o.out_terminal || u->out.n >= OUT_FLUSH)
        out_flush(u);
}

void ui_say(struct ui *u, const char *line)
{
    struct str s;
    if (u->o.quiet && !u->o.product)
        return;
    str_init(&s, LINE_MAX_BYTES);
    if (u->o.json && !u->o.product) {
        event_begin(&s, now_text(u), "info", "line");
        event_z(&s, "text", line);
        event_end(&s);
        clear_line(u);
        write_err(u, str_view(&s));
        str_clear(&s);
    }
    if (u->o.out_terminal) {
        clear_line(u);
        add_shown(&s, view_of(line), "\n\t");
        out_line(u, str_view(&s));
    } else {
        out_line(u, view_of(line));
    }
    str_done(&s);
}

void ui_log(struct ui *u, enum log_level level, const char *text)
{
    static const char *const names[] = {"warning", "info", "detail"};
    struct str s;
    if ((level == LOG_DETAIL && !u->o.verbose) || (level != LOG_WARNING && u->o.quiet))
        return;
    str_init(&s, LINE_MAX_BYTES);
    if (u->o.json) {
        event_begin(&s, now_text(u), names[level], "log");
        event_z(&s, "text", text);
        event_end(&s);
    } else if (level == LOG_WARNING) {
        show_warning(text, u->o.colour, &s);
    } else {
        add_shown(&s, view_of(text), "");
        str_addc(&s, '\n');
    }
    put(u, &s);
}

/* The first sign of life after a signal says that it was heard. */
static void say_stopping(struct ui *u)
{
    if (u->stop_said || u->out_errno != 0 || !sys_stop_asked())
        return;
    u->stop_said = true;
    ui_log(u, LOG_INFO, "stopping at the next safe point; a second signal stops at once");
}

static void draw_progress(struct ui *u)
{
    struct str s;
    size_t width = terminal_width(u->o.err_fd) - 1, before = u->drawn_columns;
    if (u->progress.now_ms - u->drawn_ms < PROGRESS_DRAW_MS)
        return;
    str_init(&s, 8192);
    str_addc(&s, '\r');
    progress_print(&u->progress, width, &s);
    u->drawn_columns = columns_of(view_slice(str_view(&s), 1, s.n));
    u->drawn_ms = u->progress.now_ms;
    if (before > u->drawn_columns)
        str_add_repeat(&s, ' ', (before > width ? width : before) - u->drawn_columns);
    write_err(u, str_view(&s));
    str_done(&s);
}

static void line_of_progress(struct ui *u, bool ended)
{
    struct str s;
    u->printed_ms = u->progress.now_ms;
    u->printed_done = u->progress.done;
    u->printed = true;
    str_init(&s, 8192);
    if (u->o.json) {
        event_progress(&s, now_text(u), &u->progress, ended);
    } else {
        progress_print(&u->progress, PROGRESS_WIDTH_MAX, &s);
        str_addc(&s, '\n');
    }
    put(u, &s);
}

/* As a line, a phase that did nothing is not worth one. */
static bool is_worth_a_line(const struct ui *u)
{
    bool idle = u->progress.done == 0 && u->progress.total == 0;
    return u->o.json || (!idle && (!u->printed || u->printed_done != u->progress.done));
}

static bool draws(const struct ui *u)
{
    return u->o.err_terminal && !u->o.json;
}

static void end_phase(struct ui *u)
{
    if (!u->progress.active)
        return;
    if (draws(u))
        clear_line(u);
    else if (is_worth_a_line(u))
        line_of_progress(u, true);
    progress_end(&u->progress);
}

static void show_progress(struct ui *u, const struct etl_progress *p)
{
    int64_t now = sys_mono_ms();
    say_stopping(u);
    if (!u->o.progress)
        return;
    bool begins = !u->progress.active;
    if (!progress_take(&u->progress, p->what, p->done, p->total, p->detail, now)) {
        end_phase(u);
        begins = progress_take(&u->progress, p->what, p->done, p->total, p->detail, now);
    }
    if (begins) {
        u->printed_ms = now;
        u->printed = false;
    }
    if (draws(u))
        draw_progress(u);
    else if (now - u->printed_ms >= PROGRESS_LINE_MS)
        line_of_progress(u, false);
}

static void show_found(struct ui *u, const struct finding *f)
{
    struct str s;
    uint64_t most = u->o.json ? FINDINGS_KEPT_PER_RULE : FINDINGS_SHOWN;
    say_stopping(u);
    if (u->o.quiet && finding_severity(f) == SEVERITY_FIXED)
        return;
    if (u->seen[f->rule]++ >= most)
        return;
    str_init(&s, LINE_MAX_BYTES);
    if (u->o.json)
        event_finding(&s, now_text(u), f);
    else
        show_finding(f, u->o.colour, &s);
    put(u, &s);
}

/* A verb keeps at most FINDINGS_KEPT_PER_RULE findings of a rule and only counts the rest:
 * `counted` may be more than was ever given to take_finding. */
static void say_more(struct ui *u, enum rule rule, uint64_t counted)
{
    struct str s;
    uint64_t most = u->o.json ? FINDINGS_KEPT_PER_RULE : FINDINGS_SHOWN, seen = u->seen[rule];
    uint64_t all = seen > counted || seen == 0 ? seen : counted, shown = seen < most ? seen : most;
    if (all <= shown)
        return;
    str_init(&s, 8192);
    if (u->o.json)
        event_more(&s, now_text(u), rule, all - shown);
    else
        show_more(rule, all - shown, &s);
    put(u, &s);
}

void ui_start(struct ui *u)
{
    struct str s;
    if (!u->o.json)
        return;
    str_init(&s, 8192);
    event_begin(&s, now_text(u), "info", "start");
    event_z(&s, "command", u->o.command);
    event_z(&s, "version", MOVIE_ETL_VERSION);
    event_end(&s);
    put(u, &s);
}

void ui_error(struct ui *u, const struct err *e)
{
    struct str s;
    str_init(&s, LINE_MAX_BYTES);
    if (u->o.json)
        event_error(&s, now_text(u), e);
    else
        show_error(e, u->o.colour, &s);
    put(u, &s);
}

void ui_note(struct ui *u, enum err_kind kind)
{
    struct err e;
    struct str s;
    if (u->o.quiet || u->o.json) /* the end event says it */
        return;
    err_set(&e, kind, "%s", cli_exits[kind].meaning);
    str_init(&s, 8192);
    str_addf(&s, "movie-etl: %s (exit code %d)\nhint: %s\n", e.text, err_exit_code(kind),
        err_hint_of(&e));
    put(u, &s);
}

void ui_end_work(struct ui *u, const struct findings *all)
{
    end_phase(u);
    for (enum rule r = 0; r < RULE_COUNT; r++)
        say_more(u, r, all->per_rule[r]);
}

bool ui_flush(struct ui *u, struct err *e)
{
    out_flush(u);
    if (u->out_errno == 0)
        return true;
    return err_errno(e, ERR_FAILED, u->out_errno, "cannot write standard output");
}

void ui_end(struct ui *u, enum err_kind kind)
{
    struct str s;
    int64_t ms = sys_mono_ms() - u->started_ms;
    clear_line(u);
    if (!u->o.json)
        return;
    str_init(&s, 8192);
    event_begin(&s, now_text(u), "info", "end");
    event_z(&s, "result", err_name(kind));
    event_count(&s, "exit_code", (uint64_t)err_exit_code(kind));
    event_real(&s, "seconds", (double)ms / 1000);
    event_end(&s);
    put(u, &s);
}
