/* Findings: see finding.h. */
#include "model/finding.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>

static const struct rule_info rules[RULE_COUNT] = {
#define RULE(name, id, level, severity, meaning) {id, level, severity, meaning},
#include "model/rules.def"
#undef RULE
};

const struct rule_info *rule_info(enum rule rule)
{
    return &rules[rule];
}

const char *severity_name(enum severity s)
{
    static const char *const names[] = {"fixed", "warning", "error"};
    return names[s];
}

void findings_init(struct findings *f)
{
    *f = (struct findings){.file = {NULL, 0}};
    arena_init(&f->texts);
    vec_init(&f->kept, sizeof(struct finding), (size_t)RULE_COUNT * FINDINGS_KEPT_PER_RULE);
}

void findings_done(struct findings *f)
{
    arena_done(&f->texts);
    vec_done(&f->kept);
}

void findings_in_file(struct findings *f, const char *path)
{
    f->file = path == NULL ? (struct view){NULL, 0} : arena_dup(&f->texts, view_of(path));
}

static bool count(struct findings *f, enum rule rule)
{
    f->per_severity[rules[rule].severity]++;
    return f->per_rule[rule]++ < FINDINGS_KEPT_PER_RULE;
}

void findings_add(struct findings *f, enum rule rule, uint64_t line, uint64_t column,
    struct view key, const char *field, const char *fmt, ...)
{
    char text[700];
    va_list ap;
    if (!count(f, rule))
        return;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    struct view shown = view_of(text);
    if (shown.n == sizeof text - 1) /* cut, perhaps inside a character */
        shown.n = utf8_bad_at(shown);
    struct finding *to = vec_add(&f->kept);
    if (to != NULL)
        *to = (struct finding){rule, f->file, line, column, arena_dup(&f->texts, key),
            arena_dup(&f->texts, view_of(field)), arena_dup(&f->texts, shown)};
}

void findings_copy(struct findings *to, const struct finding *x)
{
    struct finding *y = count(to, x->rule) ? vec_add(&to->kept) : NULL;
    if (y != NULL)
        *y = (struct finding){x->rule, arena_dup(&to->texts, x->file), x->line, x->column,
            arena_dup(&to->texts, x->key), arena_dup(&to->texts, x->field),
            arena_dup(&to->texts, x->text)};
}

static void merge_counts(struct findings *to, const struct findings *from)
{
    for (size_t r = 0; r < RULE_COUNT; r++)
        if (from->per_rule[r] > FINDINGS_KEPT_PER_RULE) {
            uint64_t more = from->per_rule[r] - FINDINGS_KEPT_PER_RULE;
            to->per_rule[r] += more;
            to->per_severity[rules[r].severity] += more;
        }
}

void findings_merge(struct findings *to, const struct findings *from)
{
    for (size_t i = 0; i < from->kept.n; i++)
        findings_copy(to, vec_at(&from->kept, i));
    merge_counts(to, from);
}
