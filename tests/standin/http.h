/*
 * HTTP/1.1 as far as a JSON API needs it: reading requests (keep-alive, pipelining, bodies with a
 * Content-Length), and writing answers, whole or broken on purpose.
 */
#ifndef STANDIN_HTTP_H
#define STANDIN_HTTP_H

#include "buf.h"

#include <stdbool.h>

enum {
    HTTP_HEAD_MAX = 32768, /* request line and headers */
    HTTP_PARAMS_MAX = 40,
    HTTP_TARGET_MAX = 8192
};
#define HTTP_BODY_MAX ((size_t)64 << 20)

struct http_param {
    const char *name;
    const char *value;
};

struct http_request {
    char method[16];
    char target[HTTP_TARGET_MAX];   /* as sent */
    char path[HTTP_TARGET_MAX];     /* decoded, without the query */
    char text[HTTP_TARGET_MAX + 1]; /* what params point into */
    struct http_param params[HTTP_PARAMS_MAX];
    unsigned param_count;
    char authorization[2048];
    char if_none_match[128];
    bool keep_alive;
    bool accepts_gzip;
    bool expects_continue;
    bool is_1_0;
    size_t head_length;
    const char *body; /* points into the bytes given to http_parse */
    size_t body_length;
};

enum http_parsed {
    HTTP_DONE,     /* a whole request stands in *req */
    HTTP_HEAD,     /* the head is complete, the body is not: *req is filled but for the body */
    HTTP_MORE,     /* not even the head is complete */
    HTTP_BAD,      /* answer 400 and close */
    HTTP_TOO_LARGE /* answer 431 or 413 and close */
};

/* Reads one request at the start of p; HTTP_DONE uses up head_length + body_length bytes. */
enum http_parsed http_parse(const char *p, size_t n, struct http_request *req);

/* The value of a query parameter, or NULL. */
const char *http_param(const struct http_request *req, const char *name);

/* An answer before it is put on the wire. */
struct http_answer {
    int status;
    const char *type; /* NULL: TMDB's JSON */
    int max_age;      /* for Cache-Control; negative: no-store */
    bool no_etag;     /* also: no gzip, no 304 */
    struct buf body;
    struct buf headers; /* further header lines, each with its CRLF */
};

void http_answer_init(struct http_answer *a);
void http_answer_done(struct http_answer *a);

/* Ways to spoil an answer on the wire. */
enum http_spoil {
    HTTP_WHOLE,
    HTTP_LENGTH_TOO_LONG,  /* Content-Length promises more than comes */
    HTTP_LENGTH_TOO_SHORT, /* Content-Length promises half of what comes */
    HTTP_CUT_MIDWAY,       /* half of the body, then the connection breaks */
    HTTP_CUT_GZIP,         /* a gzip stream that ends early, with a Content-Length that fits */
    HTTP_ENDLESS           /* chunks without end */
};

struct http_writer; /* the gzip state, kept between answers */

struct http_writer *http_writer_new(bool chunked);
void http_writer_free(struct http_writer *w);

/* Writes the answer to wire. False when the connection cannot be used for another request. */
bool http_write(struct http_writer *w, const struct http_request *req, const struct http_answer *a,
    enum http_spoil spoil, struct buf *wire);

/* gzip of a whole buffer at the given level, appended to out. */
void http_gzip(struct http_writer *w, const struct buf *in, struct buf *out);

const char *http_reason(int status);

#endif
