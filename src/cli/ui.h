/* What is printed. Results go to standard output; log, progress, findings and errors to standard
 * error.
 *
 * As text for people: findings as "file:line:column: severity: text [rule] (key, field)", at most
 * FINDINGS_SHOWN of a rule and then how many more there were; progress as one line that is redrawn
 * ten times a second on a terminal, else as a line every ten seconds and at the end of each phase.
 * As JSON (--log-format json): one object per event and line on standard error, docs/log.md; result
 * lines still go to standard output as well.
 *
 * Whatever comes from files and servers is shown harmless (shown.h). A failure to write standard
 * output is remembered and becomes the exit code; standard error is written as well as can be. */
#ifndef MOVIE_ETL_CLI_UI_H
#define MOVIE_ETL_CLI_UI_H

#include "base/log.h"
#include "cli/args.h"
#include "cli/progress.h"
#include "etl/etl.h"

enum {
    FINDINGS_SHOWN = 20,
    PROGRESS_DRAW_MS = 100,
    PROGRESS_LINE_MS = 10000,
    LOG_SCHEMA_VERSION = 1
};

struct ui_options {
    const char *command; /* for the start event; NULL: none */
    bool json, quiet, verbose, progress;
    bool product; /* result lines: shown in spite of quiet, buffered, not repeated as events */
    int out_fd, err_fd;
    bool out_terminal, err_terminal, colour;
};

struct ui {
    struct ui_options o;
    struct etl_ui etl;    /* to give to the verbs */
    struct log_sink sink; /* to install */
    /* verbs may log from several threads: held in what `etl` and `sink` call */
    struct lock *one;
    int64_t started_ms;
    struct str out; /* result lines not yet written */
    int out_errno;  /* why standard output could not be written; 0: it could */
    struct progress progress;
    int64_t drawn_ms;      /* when progress was shown last on the terminal, */
    int64_t printed_ms;    /* ... as a line (or when the phase began) */
    uint64_t printed_done; /* how far it was in that line */
    bool printed;          /* this phase has had a line */
    size_t drawn_columns;  /* of the line that stands on the terminal; 0: none does */
    uint64_t seen[RULE_COUNT];
    bool stop_said;
    struct arena scratch;
};

/* The options for this process: looks whether the streams are terminals, at NO_COLOR and TERM. */
struct ui_options ui_options_of(const struct cli_args *a, char *const *environment);

/* Keeps pointers into itself: do not move it. */
void ui_init(struct ui *u, const struct ui_options *o);
void ui_done(struct ui *u);

void ui_start(struct ui *u);
void ui_say(struct ui *u, const char *line);
void ui_log(struct ui *u, enum log_level level, const char *text);
void ui_error(struct ui *u, const struct err *e);
/* Finished, but with the exit code PARTIAL or MORE. */
void ui_note(struct ui *u, enum err_kind kind);
/* The verb has ended: the last progress, and how many of `all` findings were not shown. */
void ui_end_work(struct ui *u, const struct findings *all);
/* Writes what is pending; false when standard output could not be written, now or before. */
bool ui_flush(struct ui *u, struct err *e);
/* The end event. */
void ui_end(struct ui *u, enum err_kind kind);

/* The width of the terminal on fd, or COLUMNS' usual 80. */
size_t terminal_width(int fd);

#endif
