/* HTTP over libcurl: see http.h. The only file that knows libcurl; written to the interface of
 * 7.81.
 *
 * At most `connections` easy handles exist, each kept for the life of the engine; the caller never
 * submits more exchanges than that at a time. */
#include "source/tmdb/http.h"

#include "base/mem.h"
#include "base/sys.h"

#include <curl/curl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    CONNECT_MS = 10000,
    SLOW_BYTES = 64,
    SLOW_MS = 20000,
    HEAD_MAX = 256 * 1024,
    KEPT_BODY = 1024 * 1024
};

struct handle {
    CURL *easy;
    struct curl_slist *headers;
    struct http_exchange *x; /* NULL: free */
    size_t head_bytes;
    bool too_large, sink_failed, head_too_large;
    char why[CURL_ERROR_SIZE];
};

struct engine {
    struct http http;
    CURLM *multi;
    struct handle *handles;
    unsigned n;
};

void http_exchange_reset(struct http_exchange *x)
{
    if (x->body.cap > KEPT_BODY)
        str_done(&x->body);
    str_clear(&x->body);
    x->end = HTTP_BROKEN;
    x->status = 0;
    x->content_type[0] = x->retry_after[0] = x->date[0] = x->why[0] = '\0';
    x->bytes = 0;
    x->sends = 0;
}

/* NOSIGNAL keeps libcurl's hands off signals, SIGPIPE included, and a TLS library writes without
 * MSG_NOSIGNAL. So the signal is blocked around every call that may write, and eaten when one
 * came. */
struct pipe_guard {
    sigset_t before;
    bool was_pending;
};

static bool pipe_is_pending(void)
{
    sigset_t pending;
    return sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
}

static void guard_pipe(struct pipe_guard *g)
{
    sigset_t pipe;
    (void)sigemptyset(&pipe);
    (void)sigaddset(&pipe, SIGPIPE);
    g->was_pending = pipe_is_pending();
    (void)pthread_sigmask(SIG_BLOCK, &pipe, &g->before);
}

static void unguard_pipe(const struct pipe_guard *g)
{
    if (!g->was_pending && pipe_is_pending()) {
        sigset_t pipe;
        int eaten;
        (void)sigemptyset(&pipe);
        (void)sigaddset(&pipe, SIGPIPE);
        (void)sigwait(&pipe, &eaten);
    }
    (void)pthread_sigmask(SIG_SETMASK, &g->before, NULL);
}

static long status_of(CURL *easy)
{
    long status = 0;
    (void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

/* libcurl's callback: anything but `size * n` ends the transfer. */
static size_t on_body(char *p, size_t size, size_t n, void *payload)
{
    struct handle *h = payload;
    struct view bytes = {p, size * n};
    if (h->x->sink != NULL && status_of(h->easy) == 200) {
        h->sink_failed = !h->x->sink->put(h->x->sink->payload, bytes);
        return h->sink_failed ? 0 : bytes.n;
    }
    str_add(&h->x->body, bytes);
    h->too_large = !str_ok(&h->x->body);
    return h->too_large ? 0 : bytes.n;
}

static void take_header(struct view line, const char *name, char *to, size_t size)
{
    size_t colon = view_find(line, 0, ':');
    if (colon == line.n || !view_is_nocase(view_slice(line, 0, colon), name))
        return;
    struct view value = view_trim(view_slice(line, colon + 1, line.n));
    (void)snprintf(to, size, "%.*s", VIEW_ARG(value));
}

/* A status line begins a new head: what an interim answer (1xx) said does not count. */
static size_t on_header(char *p, size_t size, size_t n, void *payload)
{
    struct handle *h = payload;
    struct http_exchange *x = h->x;
    struct view line = {p, size * n};
    h->head_bytes += line.n;
    if (h->head_bytes > HEAD_MAX) {
        h->head_too_large = true;
        return 0;
    }
    if (view_starts(line, "HTTP/"))
        x->content_type[0] = x->retry_after[0] = x->date[0] = '\0';
    take_header(line, "content-type", x->content_type, sizeof x->content_type);
    take_header(line, "retry-after", x->retry_after, sizeof x->retry_after);
    take_header(line, "date", x->date, sizeof x->date);
    return line.n;
}

/* libcurl's callback before each request it writes. */
static int on_send(void *payload, char *ip, char *local_ip, int port, int local_port)
{
    struct handle *h = payload;
    (void)ip;
    (void)local_ip;
    (void)port;
    (void)local_port;
    h->x->sends++;
    return CURL_PREREQFUNC_OK;
}

static void only_http(CURL *c)
{
#if LIBCURL_VERSION_NUM >= 0x075500
    (void)curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    (void)curl_easy_setopt(c, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
}

static void set_certificates(CURL *c)
{
    const char *file = getenv("CURL_CA_BUNDLE");
    if (file == NULL || file[0] == '\0')
        file = getenv("SSL_CERT_FILE");
    if (file != NULL && file[0] != '\0')
        (void)curl_easy_setopt(c, CURLOPT_CAINFO, file);
}

/* What is the same for every exchange. */
static void prepare(struct handle *h, const struct http_options *o)
{
    CURL *c = h->easy;
    (void)curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
    (void)curl_easy_setopt(c, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    (void)curl_easy_setopt(c, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    (void)curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    (void)curl_easy_setopt(c, CURLOPT_PIPEWAIT, 1L);
    (void)curl_easy_setopt(c, CURLOPT_TCP_KEEPALIVE, 1L);
    (void)curl_easy_setopt(c, CURLOPT_MAXLIFETIME_CONN, 900L);
    (void)curl_easy_setopt(c, CURLOPT_USERAGENT, "movie-etl/" MOVIE_ETL_VERSION);
    (void)curl_easy_setopt(c, CURLOPT_ERRORBUFFER, h->why);
    (void)curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
    (void)curl_easy_setopt(c, CURLOPT_WRITEDATA, h);
    (void)curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
    (void)curl_easy_setopt(c, CURLOPT_HEADERDATA, h);
    (void)curl_easy_setopt(c, CURLOPT_PREREQFUNCTION, on_send);
    (void)curl_easy_setopt(c, CURLOPT_PREREQDATA, h);
    (void)curl_easy_setopt(c, CURLOPT_PRIVATE, h);
    (void)curl_easy_setopt(
        c, CURLOPT_IPRESOLVE, (long)(o->ipv4_only ? CURL_IPRESOLVE_V4 : CURL_IPRESOLVE_WHATEVER));
    only_http(c);
    set_certificates(c);
}

static long timeout(int64_t ms)
{
    int64_t real = sys_timeout_ms(ms);
    return real > 86400000 ? 86400000L : (long)real;
}

static void set_headers(struct handle *h, const struct http_exchange *x)
{
    curl_slist_free_all(h->headers);
    h->headers =
        curl_slist_append(NULL, x->sink == NULL ? "Accept: application/json" : "Accept: */*");
    if (h->headers != NULL && x->authorization != NULL) {
        struct curl_slist *more = curl_slist_append(h->headers, x->authorization);
        if (more == NULL)
            (void)mem_grow(NULL, (size_t)-1, 2); /* memory exhausted: ends the process */
        h->headers = more;
    }
    (void)curl_easy_setopt(h->easy, CURLOPT_HTTPHEADER, h->headers);
}

/* What differs from exchange to exchange. A file is asked for as it lies there, everything else
 * packed. */
static void aim(struct handle *h, struct http_exchange *x)
{
    CURL *c = h->easy;
    long slow = (timeout(x->sink == NULL ? SLOW_MS : 3 * SLOW_MS) + 999) / 1000;
    h->x = x;
    h->head_bytes = 0;
    h->too_large = h->sink_failed = h->head_too_large = false;
    h->why[0] = '\0';
    set_headers(h, x);
    (void)curl_easy_setopt(c, CURLOPT_URL, x->url);
    (void)curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, x->sink == NULL ? "" : NULL);
    (void)curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, timeout(x->timeout_ms));
    (void)curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS,
        timeout(x->timeout_ms < CONNECT_MS ? x->timeout_ms : CONNECT_MS));
    (void)curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_BYTES);
    (void)curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, slow);
}

static bool submit(struct http *http, struct http_exchange *x, struct err *e)
{
    struct engine *g = (struct engine *)http;
    struct handle *h = g->handles;
    while (h < g->handles + g->n && h->x != NULL)
        h++;
    if (h == g->handles + g->n)
        return err_set(e, ERR_BUG, "more than %u requests at a time", g->n);
    if (x->sink != NULL && !x->sink->begin(x->sink->payload))
        return err_set(e, ERR_DISK, "cannot begin the file that TMDB's answer goes to");
    aim(h, x);
    x->engine = h;
    CURLMcode r = curl_multi_add_handle(g->multi, h->easy);
    if (r != CURLM_OK) {
        h->x = NULL;
        return err_set(e, ERR_FAILED, "cannot begin a request: %s", curl_multi_strerror(r));
    }
    return true;
}

static enum http_end end_of(CURLcode r, const struct handle *h)
{
    if (h->too_large)
        return HTTP_TOO_LARGE;
    if (h->sink_failed)
        return HTTP_SINK_FAILED;
    switch (r) {
    case CURLE_OK:
        return HTTP_ANSWERED;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return HTTP_NO_HOST;
    case CURLE_COULDNT_CONNECT:
        return HTTP_NO_CONNECTION;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
        return HTTP_NO_TLS;
    case CURLE_OPERATION_TIMEDOUT:
        return HTTP_TIMED_OUT;
    default:
        return HTTP_BROKEN;
    }
}

static struct http_exchange *finish(struct engine *g, struct handle *h, CURLcode r)
{
    struct http_exchange *x = h->x;
    curl_off_t bytes = 0;
    (void)curl_easy_getinfo(h->easy, CURLINFO_SIZE_DOWNLOAD_T, &bytes);
    x->end = end_of(r, h);
    x->status = (int)status_of(h->easy);
    x->bytes = bytes > 0 ? (uint64_t)bytes : 0;
    if (x->end == HTTP_TOO_LARGE)
        (void)snprintf(x->why, sizeof x->why, "over %d bytes", HTTP_BODY_MAX);
    else if (h->head_too_large)
        (void)snprintf(x->why, sizeof x->why, "headers of over %d bytes", HEAD_MAX);
    else if (r != CURLE_OK)
        (void)snprintf(
            x->why, sizeof x->why, "%s", h->why[0] != '\0' ? h->why : curl_easy_strerror(r));
    (void)curl_multi_remove_handle(g->multi, h->easy);
    x->engine = NULL;
    h->x = NULL;
    return x;
}

static struct http_exchange *first_done(struct engine *g)
{
    CURLMsg *m;
    int left;
    while ((m = curl_multi_info_read(g->multi, &left)) != NULL) {
        char *h = NULL;
        if (m->msg != CURLMSG_DONE)
            continue;
        CURLcode r = m->data.result; /* gone when the handle is removed */
        (void)curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &h);
        return finish(g, (struct handle *)(void *)h, r);
    }
    return NULL;
}

/* Done ones first, then whatever can be done at once, then waiting. */
static CURLMcode step(struct engine *g, int64_t wait_ms, struct http_exchange **ret)
{
    int running;
    *ret = first_done(g);
    if (*ret != NULL)
        return CURLM_OK;
    CURLMcode r = curl_multi_perform(g->multi, &running);
    if (r == CURLM_OK && (*ret = first_done(g)) == NULL) {
        r = curl_multi_poll(g->multi, NULL, 0, (int)sys_real_ms(wait_ms), NULL);
        if (r == CURLM_OK)
            r = curl_multi_perform(g->multi, &running);
        if (r == CURLM_OK)
            *ret = first_done(g);
    }
    return r;
}

static bool poll_engine(
    struct http *http, int64_t wait_ms, struct http_exchange **ret, struct err *e)
{
    struct pipe_guard guard;
    guard_pipe(&guard);
    CURLMcode r = step((struct engine *)http, wait_ms, ret);
    unguard_pipe(&guard);
    if (r != CURLM_OK)
        return err_set(e, ERR_FAILED, "the HTTP engine failed: %s", curl_multi_strerror(r));
    return true;
}

static void cancel(struct http *http, struct http_exchange *x)
{
    struct engine *g = (struct engine *)http;
    struct handle *h = x->engine;
    struct pipe_guard guard;
    if (h == NULL)
        return;
    guard_pipe(&guard);
    (void)curl_multi_remove_handle(g->multi, h->easy);
    unguard_pipe(&guard);
    h->x = NULL;
    x->engine = NULL;
}

static void free_engine(struct http *http)
{
    struct engine *g = (struct engine *)http;
    struct pipe_guard guard;
    guard_pipe(&guard);
    for (unsigned i = 0; i < g->n; i++) {
        if (g->handles[i].x != NULL)
            (void)curl_multi_remove_handle(g->multi, g->handles[i].easy);
        curl_easy_cleanup(g->handles[i].easy);
        curl_slist_free_all(g->handles[i].headers);
    }
    (void)curl_multi_cleanup(g->multi);
    curl_global_cleanup();
    unguard_pipe(&guard);
    mem_free(g->handles);
    mem_free(g);
}

static bool make_handles(struct engine *g, const struct http_options *o)
{
    for (unsigned i = 0; i < o->connections; i++) {
        g->handles[i].easy = curl_easy_init();
        if (g->handles[i].easy == NULL)
            return false;
        g->n = i + 1;
        prepare(&g->handles[i], o);
    }
    return true;
}

bool http_curl_new(const struct http_options *o, struct http **ret, struct err *e)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return err_set(e, ERR_FAILED, "libcurl cannot be started");
    struct engine *g = mem_alloc(sizeof *g);
    g->http = (struct http){submit, poll_engine, cancel, free_engine};
    g->handles = mem_grow(NULL, o->connections, sizeof *g->handles);
    memset(g->handles, 0, o->connections * sizeof *g->handles);
    g->multi = curl_multi_init();
    if (g->multi == NULL || !make_handles(g, o)) {
        free_engine(&g->http);
        return err_set(e, ERR_FAILED, "libcurl cannot be started");
    }
    (void)curl_multi_setopt(g->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
    (void)curl_multi_setopt(g->multi, CURLMOPT_MAXCONNECTS, (long)o->connections);
    *ret = &g->http;
    return true;
}
