/* --help, --version and completion, printed from the tables. Lines are at most HELP_WIDTH
 * columns. */
#ifndef MOVIE_ETL_CLI_HELP_H
#define MOVIE_ETL_CLI_HELP_H

#include "base/str.h"
#include "cli/options.h"

enum { HELP_WIDTH = 100 };

void help_program(struct str *to);
void help_command(enum command c, struct str *to);
/* "bash", "zsh" or "fish"; false for another shell. */
bool completion_print(struct view shell, struct str *to);

/* Adds `text` broken at blanks: the first line begins at column `at`, the others at `indent`; ends
 * with a newline. */
void add_wrapped(struct str *to, size_t at, size_t indent, const char *text);

#endif
