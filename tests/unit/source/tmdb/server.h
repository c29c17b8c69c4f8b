/* The stand-in TMDB server as a child process of a test, and any other program as one. */
#ifndef TESTS_TMDB_SERVER_H
#define TESTS_TMDB_SERVER_H

#include "test.h"

#include <sys/types.h>

/* Starts words[0] in the background, its output going nowhere. It ends with this process, however
 * that ends: a failed assertion leaves nothing running. */
pid_t child_start(const char *const words[]);
void child_stop(pid_t pid);

struct server {
    pid_t pid;
    int64_t port;
    char base[64], exports[64]; /* URLs */
    struct http *control;       /* an engine of its own for /_control */
};

/* Starts `binary` with the options in `spec`, separated by blanks (a value may hold '~' for a
 * blank). */
void server_start(struct server *s, const char *binary, const char *spec);
void server_stop(struct server *s); /* fine when it is stopped */

/* A number in /_control/stats: "total", or "by_status.429" and the like; 0 when it is not there. */
int64_t server_stat(struct server *s, const char *dotted);

#endif
