/* What must hold between options, words and the command. */
#ifndef MOVIE_ETL_CLI_ARGS_CHECK_H
#define MOVIE_ETL_CLI_ARGS_CHECK_H

#include "cli/args.h"

/* There is a command, and every option given goes with it. Before values are read: a wrong option
 * with a wrong value is best told about the option. */
bool args_check_options(const struct cli_args *a, struct err *e);
/* The words and values that belong together; completes the request but for the ids. */
bool args_check(struct cli_args *a, struct err *e);

#endif
