/*
 * The server: everything that lives as long as the process, and the way from a request to the
 * bytes and the manner in which they are sent.
 */
#ifndef STANDIN_SERVER_H
#define STANDIN_SERVER_H

#include "api.h"
#include "faults.h"
#include "options.h"
#include "stats.h"
#include "world.h"

#include <signal.h>

/* How a connection goes on when the answer is sent. */
enum reply_end {
    REPLY_KEEP,
    REPLY_CLOSE,
    REPLY_RESET,
    REPLY_STALL,  /* nothing is sent, the connection stays until the client leaves it */
    REPLY_ENDLESS /* chunks without end follow */
};

struct reply {
    enum reply_end end;
    uint32_t delay_ms;
    uint32_t bytes_per_second; /* 0: as fast as it goes */
};

struct server {
    struct options options;
    struct world world;
    struct http_writer *writer;
    struct api *api;
    struct faults *faults;
    struct stats *stats;
    FILE *log;
};

/* On false a message is on stderr; server_done must be called in either case. */
bool server_init(struct server *s, const struct options *o);
void server_done(struct server *s);

/* Appends the answer to wire and says how to send it. */
void server_handle(struct server *s, uint64_t connection, const struct http_request *req,
    struct buf *wire, struct reply *reply);
/* The answer to what is not HTTP; the connection is closed afterwards. */
void server_reject(struct server *s, int status, struct buf *wire);

/* Microseconds on a clock that only goes forward. */
int64_t server_clock(void);

/* /_control/...: lets a test change the server while it runs. */
bool control_is(const char *path);
void control_answer(struct server *s, const struct http_request *req, struct http_answer *answer);
/* The rules from the command line; on false error says why. */
bool server_load_faults(struct server *s, struct buf *error);

/* Serves until *stop is set, which a signal handler may do. */
bool loop_run(struct server *s, int listener, const volatile sig_atomic_t *stop);

#endif
