/* What the tests of the command line share. */
#ifndef MOVIE_ETL_TESTS_UNIT_CLI_CLI_TEST_H
#define MOVIE_ETL_TESTS_UNIT_CLI_CLI_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/args.h"

enum { LINE_WORDS = 40 };

/* A command line as typed, without the program's name: words are what blanks separate, "~" is an
 * empty word. */
struct line {
    char text[2000];
    char *argv[LINE_WORDS];
    int argc;
};
void line_split(struct line *l, const char *text);

/* Splits and parses; `l` holds the words while `a` is in use. */
bool line_parse(struct line *l, const char *text, struct cli_args *a, struct err *e);

/* A test in a new folder, which is the working directory meanwhile and is removed with what it
 * holds, however the test ends. */
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_setup, folder_teardown)
int folder_setup(void **state);
int folder_teardown(void **state);
void write_file(const char *path, const char *text, size_t n);
void write_text(const char *path, const char *text);

/* A pseudo-terminal. A machine that has none (a bare chroot) skips the test, and says so. */
void open_terminal(int *ret_master, int *ret_slave);

/* All of `text` holds `part`, else the test fails and shows both. */
void assert_holds(const char *text, const char *part);
void assert_lacks(const char *text, const char *part);

#endif
