/* HTTP: one exchange of request and answer, and the engine that carries it (private to
 * source/tmdb).
 *
 * The engine is a small table of functions, so that tests can put a scripted one in libcurl's
 * place; http.c is the only file that knows libcurl. It holds no queue and no policy: who may ask
 * when, and what an answer means, is ask.c's business. An exchange belongs to its caller and stays
 * put from submit until poll returns it or cancel takes it back. One thread. */
#ifndef MOVIE_ETL_SOURCE_TMDB_HTTP_H
#define MOVIE_ETL_SOURCE_TMDB_HTTP_H

#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

enum { HTTP_BODY_MAX = 16 * 1024 * 1024 }; /* bytes of one answer, unpacked */

enum http_end {
    HTTP_ANSWERED,      /* status and body are there */
    HTTP_NO_HOST,       /* the name was not resolved */
    HTTP_NO_CONNECTION, /* refused, unreachable */
    HTTP_NO_TLS,        /* no secure connection: certificate, version */
    HTTP_TIMED_OUT,     /* no complete answer in time, or it came too slowly */
    HTTP_BROKEN,        /* the answer was cut or is no HTTP */
    HTTP_TOO_LARGE,     /* over HTTP_BODY_MAX */
    HTTP_SINK_FAILED,   /* the sink refused the bytes */
};

/* Takes the body of a 200 as it comes, instead of `body`. */
struct http_sink {
    bool (*begin)(void *payload); /* before every try: forget what came */
    bool (*put)(void *payload, struct view bytes);
    void *payload;
};

struct http_exchange {
    /* The request. The texts stay valid until the exchange is over. */
    const char *url;           /* with the key, if that goes there: never to be shown */
    const char *authorization; /* a whole header line, or NULL */
    const struct http_sink *sink;
    int64_t timeout_ms;
    /* The answer. */
    enum http_end end;
    int status;
    struct str body; /* made by http_exchange_init, reused */
    char content_type[80], retry_after[64], date[64];
    char why
        /* the engine's own words when end is not HTTP_ANSWERED; may hold anything: show redacted */
        [260];
    uint64_t bytes; /* of the body on the wire */
    unsigned
        /* how often the request went out: libcurl repeats it when a kept connection turns out
         * dead */
        sends;
    void *engine; /* the engine's */
};

struct http {
    bool (*submit)(struct http *h, struct http_exchange *x, struct err *e);
    /* Waits at most `wait_ms` for one exchange to be over; *ret is NULL when none was. Returns
     * early on a signal. */
    bool (*poll)(struct http *h, int64_t wait_ms, struct http_exchange **ret, struct err *e);
    void (*cancel)(struct http *h, struct http_exchange *x); /* fine when it is not on the way */
    void (*free)(struct http *h);
};

/* The engine over libcurl: HTTP/2 over TLS where offered, else HTTP/1.1 with keep-alive; compressed
 * answers; no redirects; proxy from the environment; certificates from SSL_CERT_FILE or
 * CURL_CA_BUNDLE when set. */
struct http_options {
    unsigned connections;
    bool ipv4_only;
};
bool http_curl_new(const struct http_options *o, struct http **ret, struct err *e);

static inline void http_exchange_init(struct http_exchange *x)
{
    *x = (struct http_exchange){.url = NULL};
    str_init(&x->body, HTTP_BODY_MAX);
}

static inline void http_exchange_done(struct http_exchange *x)
{
    str_done(&x->body);
}

/* Forgets the last answer; a body that grew large gives its memory back. */
void http_exchange_reset(struct http_exchange *x);

#endif
