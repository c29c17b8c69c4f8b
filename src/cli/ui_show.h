/* What single things look like, as text and as JSON events. Pure functions: no clock, no
 * terminal. */
#ifndef MOVIE_ETL_CLI_UI_SHOW_H
#define MOVIE_ETL_CLI_UI_SHOW_H

#include "base/err.h"
#include "base/str.h"
#include "cli/progress.h"
#include "model/finding.h"

/* ---- text, each with its newline */
void show_finding(const struct finding *f, bool colour, struct str *to);
void show_more(enum rule rule, uint64_t more, struct str *to);
void show_error(const struct err *e, bool colour, struct str *to);
void show_warning(const char *text, bool colour, struct str *to);

/* ---- events: event_begin, any number of fields, event_end */
void event_begin(struct str *to, struct view time, const char *level, const char *event);
void event_text(struct str *to, const char *name, struct view value); /* absent: null */
void event_z(struct str *to, const char *name, const char *value);    /* NULL: null */
void event_count(struct str *to, const char *name, uint64_t value);
void event_real(struct str *to, const char *name, double value);
void event_null(struct str *to, const char *name);
void event_bool(struct str *to, const char *name, bool value);
void event_end(struct str *to);

void event_finding(struct str *to, struct view time, const struct finding *f);
void event_more(struct str *to, struct view time, enum rule rule, uint64_t more);
void event_progress(struct str *to, struct view time, const struct progress *p, bool ended);
void event_error(struct str *to, struct view time, const struct err *e);

#endif
