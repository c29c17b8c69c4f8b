/* Script: what the proxy does when a certain statement comes by (see main.c). */
#ifndef MOVIE_ETL_TESTS_PROXY_SCRIPT_H
#define MOVIE_ETL_TESTS_PROXY_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

enum script_act {
    ACT_NONE,
    ACT_CLOSE,       /* the server never gets it */
    ACT_CLOSE_AFTER, /* the server does it, and its answer is lost */
    /* the server does it, and the second half of the first piece of its answer is lost */
    ACT_CLOSE_WITHIN,
    ACT_ERROR, /* the server never gets it, and seems to have answered with an error */
};

struct script {
    const char *on; /* the statement begins so; NULL: no script */
    enum script_act act;
    unsigned code;
    const char *text;
    unsigned long skip, times; /* so many are let by first; so many are met */
    bool alone; /* after a close no connection is taken until the statement comes again */
    bool shut;  /* it is so now */
};

/* "close", "close-alone", "close-after", "close-within", "CODE:TEXT". */
bool script_parse(struct script *s, const char *what);
/* What to do about a piece of what a client says. *ret_rest: how much of the statement is still to
 * come. */
enum script_act script_meet(struct script *s, const char *piece, size_t n, size_t *ret_rest);
void script_answer(const struct script *s, int client);

#endif
