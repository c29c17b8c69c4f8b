/* Findings, errors and progress as text and JSON: see ui_show.h. */
#include "cli/ui_show.h"

#include "base/num.h"
#include "cli/shown.h"
#include "cli/ui.h"

#include <inttypes.h>

static void paint(struct str *to, bool colour, const char *code, const char *text)
{
    if (colour)
        str_addf(to, "\033[%sm%s\033[0m", code, text);
    else
        str_addz(to, text);
}

static const char *severity_colour(enum severity s)
{
    return s == SEVERITY_ERROR ? "31" : s == SEVERITY_WARNING ? "33" : "36";
}

static void show_place(const struct finding *f, struct str *to)
{
    if (f->file.p == NULL)
        return;
    add_shown(to, f->file, "");
    if (f->line > 0)
        str_addf(to, ":%" PRIu64, f->line);
    if (f->line > 0 && f->column > 0)
        str_addf(to, ":%" PRIu64, f->column);
    str_addz(to, ": ");
}

void show_finding(const struct finding *f, bool colour, struct str *to)
{
    enum severity s = finding_severity(f);
    bool key = f->key.p != NULL && f->key.n > 0, field = f->field.p != NULL && f->field.n > 0;
    show_place(f, to);
    paint(to, colour, severity_colour(s), severity_name(s));
    str_addz(to, ": ");
    add_shown(to, f->text, "");
    str_addf(to, " [%s]", rule_info(f->rule)->id);
    if (key || field) {
        str_addz(to, " (");
        add_shown(to, f->key, "");
        str_addz(to, key && field ? ", " : "");
        add_shown(to, f->field, "");
        str_addc(to, ')');
    }
    str_addc(to, '\n');
}

void show_more(enum rule rule, uint64_t more, struct str *to)
{
    str_addz(to, "... and ");
    print_count(to, more);
    str_addf(to, " more like this [%s]\n", rule_info(rule)->id);
}

void show_error(const struct err *e, bool colour, struct str *to)
{
    const char *hint = err_hint_of(e);
    str_addz(to, "movie-etl: ");
    paint(to, colour, "31", "error");
    str_addz(to, ": ");
    add_shown(to, view_of(e->text), "");
    str_addc(to, '\n');
    if (hint[0] == '\0')
        return;
    str_addz(to, "hint: ");
    add_shown(to, view_of(hint), "");
    str_addc(to, '\n');
}

void show_warning(const char *text, bool colour, struct str *to)
{
    str_addz(to, "movie-etl: ");
    paint(to, colour, "33", "warning");
    str_addz(to, ": ");
    add_shown(to, view_of(text), "");
    str_addc(to, '\n');
}

void event_begin(struct str *to, struct view time, const char *level, const char *event)
{
    str_addf(to, "{\"schema_version\":%d,\"time\":\"", LOG_SCHEMA_VERSION);
    str_add(to, time);
    str_addf(to, "\",\"level\":\"%s\",\"event\":\"%s\"", level, event);
}

static void name_of(struct str *to, const char *name)
{
    str_addf(to, ",\"%s\":", name);
}

void event_text(struct str *to, const char *name, struct view value)
{
    name_of(to, name);
    if (value.p == NULL)
        str_addz(to, "null");
    else
        add_json(to, value);
}

void event_z(struct str *to, const char *name, const char *value)
{
    event_text(to, name, view_of(value));
}

void event_count(struct str *to, const char *name, uint64_t value)
{
    name_of(to, name);
    str_addf(to, "%" PRIu64, value);
}

void event_real(struct str *to, const char *name, double value)
{
    char digits[32];
    name_of(to, name);
    str_add(to, (struct view){digits, num_print_real(value, digits)});
}

void event_null(struct str *to, const char *name)
{
    name_of(to, name);
    str_addz(to, "null");
}

void event_bool(struct str *to, const char *name, bool value)
{
    name_of(to, name);
    str_addz(to, value ? "true" : "false");
}

void event_end(struct str *to)
{
    str_addz(to, "}\n");
}

static const char *severity_level(enum severity s)
{
    return s == SEVERITY_ERROR ? "error" : s == SEVERITY_WARNING ? "warning" : "info";
}

/* Lines and columns count from 1; 0 means unknown. */
static void event_place(struct str *to, const char *name, uint64_t value)
{
    if (value == 0)
        event_null(to, name);
    else
        event_count(to, name, value);
}

void event_finding(struct str *to, struct view time, const struct finding *f)
{
    event_begin(to, time, severity_level(finding_severity(f)), "finding");
    event_z(to, "rule", rule_info(f->rule)->id);
    event_z(to, "severity", severity_name(finding_severity(f)));
    event_text(to, "file", f->file);
    event_place(to, "line", f->line);
    event_place(to, "column", f->column);
    event_text(to, "key", f->key);
    event_text(to, "field", f->field);
    event_text(to, "text", f->text);
    event_end(to);
}

void event_more(struct str *to, struct view time, enum rule rule, uint64_t more)
{
    enum severity s = rule_info(rule)->severity;
    event_begin(to, time, severity_level(s), "finding");
    event_z(to, "rule", rule_info(rule)->id);
    event_z(to, "severity", severity_name(s));
    event_count(to, "more", more);
    event_end(to);
}

void event_progress(struct str *to, struct view time, const struct progress *p, bool ended)
{
    int64_t left = progress_left(p);
    event_begin(to, time, "info", "progress");
    event_z(to, "what", p->what);
    event_count(to, "done", p->done);
    event_place(to, "total", p->total);
    event_real(to, "rate", progress_rate(p));
    if (left < 0)
        event_null(to, "seconds_left");
    else
        event_count(to, "seconds_left", (uint64_t)left);
    event_z(to, "detail", p->detail[0] == '\0' ? NULL : p->detail);
    event_bool(to, "ended", ended);
    event_end(to);
}

void event_error(struct str *to, struct view time, const struct err *e)
{
    event_begin(to, time, "error", "error");
    event_z(to, "kind", err_name(e->kind));
    event_z(to, "text", e->text);
    event_z(to, "hint", err_hint_of(e));
    event_count(to, "exit_code", (uint64_t)err_exit_code(e->kind));
    event_end(to);
}
