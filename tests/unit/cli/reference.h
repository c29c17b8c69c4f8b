/* The parts of man page and docs that say what the tables say: printed here, held against the files
 * by test_docs.c. */
#ifndef MOVIE_ETL_TESTS_UNIT_CLI_REFERENCE_H
#define MOVIE_ETL_TESTS_UNIT_CLI_REFERENCE_H

#include "base/str.h"

/* scdoc, for man/movie-etl.1.scd */
void reference_man_commands(struct str *to);
void reference_man_options(struct str *to);
void reference_man_environment(struct str *to);
void reference_man_exits(struct str *to);
void reference_man_examples(struct str *to);

/* Markdown, for docs/ */
void reference_keys(struct str *to);
void reference_exits(struct str *to);

#endif
