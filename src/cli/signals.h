/* Signals: SIGINT and SIGTERM ask for a stop at the next safe point (sys_stop_asked); the second
 * one ends the process at once with exit code 130, which is as safe as kill -9, and that is safe.
 * SIGPIPE and SIGXFSZ are ignored: a closed pipe, and a file that may not grow any more
 * (ulimit -f), are errors of the write that finds it so. */
#ifndef MOVIE_ETL_CLI_SIGNALS_H
#define MOVIE_ETL_CLI_SIGNALS_H

void signals_install(void);

/* Gives a closed standard stream a descriptor on which every read or write fails, so that no file
 * of ours is opened as number 0, 1 or 2 and then written to by mistake. */
void streams_occupy(void);

#endif
