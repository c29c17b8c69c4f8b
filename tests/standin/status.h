/*
 * TMDB's own status codes, which its error bodies carry beside the HTTP status.
 */
#ifndef STANDIN_STATUS_H
#define STANDIN_STATUS_H

#include "buf.h"

struct tmdb_status {
    int code;
    int http;
    const char *message;
};

/* The entry of one code, or NULL. */
const struct tmdb_status *status_of_code(int code);
/* The code that TMDB would send with this HTTP status, the likeliest one; 11 for unknown ones. */
int status_code_for(int http);
/* {"success":...,"status_code":...,"status_message":"..."} */
void status_body(const struct tmdb_status *status, struct buf *body);

#endif
