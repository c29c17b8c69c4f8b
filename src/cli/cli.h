/* Cli: the command line. Options, configuration, signals, and everything that is printed.
 *
 * The only folder that prints. It turns argv, the environment and .env into a request and a config,
 * calls one verb of etl/etl.h, shows what the verb says, and turns the outcome into an exit code of
 * base/err.def. */
#ifndef MOVIE_ETL_CLI_CLI_H
#define MOVIE_ETL_CLI_CLI_H

/* The whole program: returns the exit code. Call it once per process (it installs signal handlers
 * and the log sink); whoever wants a seam calls sys_install first. */
int cli_main(int argc, char **argv);

#endif
