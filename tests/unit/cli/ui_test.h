/* A user interface that writes to two files, for test_ui.c and test_json.c: `s` is the one at
 * hand. */
#ifndef MOVIE_ETL_TESTS_UNIT_CLI_UI_TEST_H
#define MOVIE_ETL_TESTS_UNIT_CLI_UI_TEST_H

#include "cli_test.h"

#include "cli/ui.h"

#include <stdio.h>

struct setting {
    struct ui ui;
    FILE *out, *err;
    char text[70000];
};
extern struct setting s;

/* Opens the files; the options may be changed before begin(). */
struct ui_options plain(void);
void begin(struct ui_options o);
void done(void);
/* All that was written to s.out or s.err; valid until the next call. */
const char *text_of(FILE *f);

/* What a verb does. */
struct finding finding(enum rule rule, const char *file, uint64_t line, uint64_t column,
    const char *key, const char *field, const char *text);
void find(struct finding f);
void progress(const char *what, uint64_t done_n, uint64_t total, const char *detail);
void end_work(void);

size_t count(const char *text, const char *part);

#endif
