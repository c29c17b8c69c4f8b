/*
 * From a request to an answer: count it, ask the fault rules, ask the API, spoil the outcome if
 * that is wanted. See server.h.
 */
#include "server.h"

#include "text.h"

#include <errno.h>
#include <time.h>

int64_t server_clock(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static bool read_spec(const char *path, struct buf *text)
{
    FILE *f = fopen(path, "r");
    char piece[4096];
    size_t n;

    if (f == NULL)
        return false;
    while ((n = fread(piece, 1, sizeof piece, f)) > 0)
        buf_add(text, piece, n);
    fclose(f);
    return true;
}

bool server_load_faults(struct server *s, struct buf *error)
{
    struct buf spec;
    bool ok;

    buf_init(&spec, 1 << 20);
    if (s->options.faults_file != NULL && !read_spec(s->options.faults_file, &spec)) {
        buf_fmt(error, "%s: %s", s->options.faults_file, strerror(errno));
        buf_done(&spec);
        return false;
    }
    BUF_LIT(&spec, "\n");
    if (s->options.faults != NULL)
        buf_str(&spec, s->options.faults);
    ok = faults_set(s->faults, spec.p, spec.len, error);
    buf_done(&spec);
    return ok;
}

bool server_init(struct server *s, const struct options *o)
{
    struct buf error;
    bool ok;

    *s = (struct server){
        .options = *o, .writer = http_writer_new(o->chunked), .faults = faults_new()};
    buf_init(&error, 65536);
    ok = world_init(&s->world, o, &error);
    ok = ok && server_load_faults(s, &error);
    if (ok && o->log_file != NULL) {
        s->log = fopen(o->log_file, "a");
        if (s->log == NULL)
            buf_fmt(&error, "%s: %s", o->log_file, strerror(errno));
        ok = s->log != NULL;
    }
    s->stats = stats_new(s->log);
    s->api = api_new(&s->world, s->writer, &s->options);
    if (!ok)
        fprintf(stderr, "tmdb-standin: %s\n", buf_cstr(&error));
    buf_done(&error);
    return ok;
}

void server_done(struct server *s)
{
    api_free(s->api);
    stats_free(s->stats);
    faults_free(s->faults);
    http_writer_free(s->writer);
    world_done(&s->world);
    if (s->log != NULL)
        fclose(s->log);
    *s = (struct server){0};
}

static enum reply_end end_of(const struct fault *fault, bool keep)
{
    switch (fault->action) {
    case FAULT_RESET:
    case FAULT_RESET_MID_BODY:
        return REPLY_RESET;
    case FAULT_STALL:
        return REPLY_STALL;
    case FAULT_HUGE:
        return REPLY_ENDLESS;
    default:
        return keep ? REPLY_KEEP : REPLY_CLOSE;
    }
}

/* The status that really stands on the wire: http_write may make 304 of 200. */
static int status_on_wire(const struct buf *wire, size_t start)
{
    uint64_t status = 0;

    if (wire->len >= start + 12)
        text_uint(wire->p + start + 9, 3, 999, &status);
    return (int)status;
}

static void handle_api(struct server *s, uint64_t connection, const struct http_request *req,
    struct http_answer *answer, struct buf *wire, struct reply *reply)
{
    int64_t now = server_clock();
    size_t start = wire->len;
    struct route route;
    struct fault fault;
    struct api_twist twist;
    uint64_t recent;
    bool keep = true;

    api_route(req->path, &route);
    recent = stats_request(s->stats, req, route.endpoint, now);
    faults_pick(s->faults, req, route.endpoint, recent, &fault);
    if (!fault_replaces(&fault, answer)) {
        fault_twist(&fault, &twist);
        api_answer(s->api, req, &route, &twist, answer);
        fault_edits(&fault, answer);
    }
    if (fault.action != FAULT_STALL && fault.action != FAULT_RESET)
        keep = http_write(s->writer, req, answer, fault_spoils(&fault), wire);
    reply->end = end_of(&fault, keep);
    reply->delay_ms = s->options.delay_ms + fault.delay_ms;
    if (fault.action == FAULT_SLOW)
        reply->bytes_per_second = (uint32_t)fault.number;
    stats_answer(
        s->stats, req, connection, now, status_on_wire(wire, start), wire->len - start, &fault);
}

void server_handle(struct server *s, uint64_t connection, const struct http_request *req,
    struct buf *wire, struct reply *reply)
{
    struct http_answer answer;

    *reply = (struct reply){.end = REPLY_KEEP};
    http_answer_init(&answer);
    if (control_is(req->path)) {
        control_answer(s, req, &answer);
        if (!http_write(s->writer, req, &answer, HTTP_WHOLE, wire))
            reply->end = REPLY_CLOSE;
    } else {
        handle_api(s, connection, req, &answer, wire, reply);
    }
    http_answer_done(&answer);
}

void server_reject(struct server *s, int status, struct buf *wire)
{
    struct http_request req = {.method = "GET"};
    struct http_answer answer;

    http_answer_init(&answer);
    answer.status = status;
    answer.type = "text/plain";
    answer.no_etag = true;
    buf_fmt(&answer.body, "%s\n", http_reason(status));
    http_write(s->writer, &req, &answer, HTTP_WHOLE, wire);
    http_answer_done(&answer);
}
