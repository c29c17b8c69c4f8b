/* The typed confirmation of `clear`. */
#ifndef MOVIE_ETL_CLI_CONFIRM_H
#define MOVIE_ETL_CLI_CONFIRM_H

#include "cli/config.h"

/* True when nothing is at stake (--dry-run) or the user means it: --force with --yes, or --force
 * and the database's name or "yes" typed on the terminal. Asks on `err_fd` and reads `in_fd`, which
 * must be a terminal for that. Errors: REFUSED, INTERRUPTED. */
bool confirm_clear(
    const struct cli_args *a, struct config *c, int in_fd, int err_fd, struct err *e);

#endif
