/* Findings: what is wrong with data, as values. An error stops an action; a finding does not.
 *
 * Every finding names a rule of rules.def (its level and severity are the rule's), a place (file,
 * line, column; 0 = unknown), the record's key ("tmdb 550", "movielens 7789"), the field, and a
 * text. A collector keeps at most FINDINGS_KEPT_PER_RULE findings per rule and counts the rest, so
 * that a hopeless file cannot fill the memory. Texts are copied; the collector owns them. */
#ifndef MOVIE_ETL_MODEL_FINDING_H
#define MOVIE_ETL_MODEL_FINDING_H

#include "base/arena.h"
#include "base/vec.h"

#include <stdint.h>

enum { FINDINGS_KEPT_PER_RULE = 1000 };

enum severity { SEVERITY_FIXED, SEVERITY_WARNING, SEVERITY_ERROR };
enum level { LEVEL_SCHEMA, LEVEL_INTEGRITY, LEVEL_BATCH };

enum rule {
#define RULE(name, id, level, severity, meaning) RULE_##name,
#include "model/rules.def"
#undef RULE
    RULE_COUNT
};

struct rule_info {
    const char *id; /* "schema.type": stored and shown, stable */
    enum level level;
    enum severity severity;
    const char *meaning;
};

struct finding {
    enum rule rule;
    struct view file; /* the path as given; absent when the data came from elsewhere */
    uint64_t line, column;
    struct view key, field, text;
};

struct findings {
    struct arena texts;
    struct vec kept; /* struct finding */
    uint64_t per_rule[RULE_COUNT];
    uint64_t per_severity[SEVERITY_ERROR + 1];
    struct view file; /* given to every finding that is added; set by findings_in_file */
};

void findings_init(struct findings *f);
void findings_done(struct findings *f);
void findings_in_file(struct findings *f, const char *path); /* copied; NULL: no file */

void findings_add(struct findings *f, enum rule rule, uint64_t line, uint64_t column,
    struct view key, const char *field, const char *fmt, ...) __attribute__((format(printf, 7, 8)));
/* Adds all of `from` to `to`: what comes of it is as if they had been added there at first. */
void findings_merge(struct findings *to, const struct findings *from);
/* Adds one that another collector keeps. */
void findings_copy(struct findings *to, const struct finding *x);

const struct rule_info *rule_info(enum rule rule);
const char *severity_name(enum severity s);
static inline enum severity finding_severity(const struct finding *f)
{
    return rule_info(f->rule)->severity;
}
/* Findings of severity ERROR so far, kept or only counted. */
static inline uint64_t findings_errors(const struct findings *f)
{
    return f->per_severity[SEVERITY_ERROR];
}

#endif
