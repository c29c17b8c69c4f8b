/*
 * Writing an answer with the headers TMDB's front shows (ETag weak, Cache-Control, Vary, gzip when
 * it is accepted), or spoiling it in one of the ways of enum http_spoil.
 *
 * gzip runs at its fastest level with one state kept for all answers: setting a state up costs as
 * much as compressing a movie.
 */
#include "http.h"

#include "text.h"

#include <stdlib.h>
#include <stdio.h>
#include <time.h>
#include <zlib.h>

struct http_writer {
    z_stream deflate;
    bool chunked;        /* Transfer-Encoding: chunked, as the real server sends */
    struct buf gz;       /* the compressed body of the answer in work */
    int64_t date_second; /* what date was printed for */
    char date[32];
};

struct http_writer *http_writer_new(bool chunked)
{
    struct http_writer *w = mem_take(NULL, sizeof *w);

    *w = (struct http_writer){.chunked = chunked};
    buf_init(&w->gz, (size_t)1 << 30);
    if (deflateInit2(&w->deflate, Z_BEST_SPEED, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) !=
        Z_OK) {
        fprintf(stderr, "tmdb-standin: zlib cannot be set up\n");
        exit(71);
    }
    return w;
}

void http_writer_free(struct http_writer *w)
{
    if (w == NULL)
        return;
    deflateEnd(&w->deflate);
    buf_done(&w->gz);
    free(w);
}

void http_answer_init(struct http_answer *a)
{
    *a = (struct http_answer){.status = 200, .max_age = 600};
    buf_init(&a->body, BUF_MAX_ANSWER);
    buf_init(&a->headers, 65536);
}

void http_answer_done(struct http_answer *a)
{
    buf_done(&a->body);
    buf_done(&a->headers);
}

const char *http_reason(int status)
{
    switch (status) {
    case 200:
        return "OK";
    case 302:
        return "Found";
    case 304:
        return "Not Modified";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 413:
        return "Content Too Large";
    case 422:
        return "Unprocessable Entity";
    case 429:
        return "Too Many Requests";
    case 431:
        return "Request Header Fields Too Large";
    case 500:
        return "Internal Server Error";
    case 502:
        return "Bad Gateway";
    case 503:
        return "Service Unavailable";
    case 504:
        return "Gateway Timeout";
    default:
        return "Status";
    }
}

void http_gzip(struct http_writer *w, const struct buf *in, struct buf *out)
{
    size_t taken = 0;

    deflateReset(&w->deflate);
    for (int code = Z_OK; code != Z_STREAM_END;) {
        /* zlib counts in unsigned int: larger bodies are fed in pieces */
        size_t left = in->len - taken;
        uInt piece = left > 1u << 30 ? 1u << 30 : (uInt)left;
        size_t room = deflateBound(&w->deflate, piece) + 64;

        if (out->cap - out->len < room)
            buf_grow(out, room);
        room = out->cap - out->len < 1u << 30 ? out->cap - out->len : 1u << 30;
        w->deflate.next_in = (Bytef *)in->p + taken;
        w->deflate.avail_in = piece;
        w->deflate.next_out = (Bytef *)out->p + out->len;
        w->deflate.avail_out = (uInt)room;
        code = deflate(&w->deflate, left == piece ? Z_FINISH : Z_NO_FLUSH);
        taken += piece - w->deflate.avail_in;
        out->len += room - w->deflate.avail_out;
    }
}

static void write_date(struct http_writer *w, struct buf *wire)
{
    int64_t now = (int64_t)time(NULL);

    if (now != w->date_second) {
        text_http_date(now, w->date);
        w->date_second = now;
    }
    BUF_LIT(wire, "Date: ");
    buf_str(wire, w->date);
    BUF_LIT(wire, "\r\n");
}

static void write_etag(const struct http_answer *a, char etag[static 40])
{
    uint64_t low = text_hash(a->body.p, a->body.len, 1);

    snprintf(etag, 40, "W/\"%016llx%016llx\"", (unsigned long long)low,
        (unsigned long long)mix64(low ^ a->body.len));
}

static void write_head(struct http_writer *w, const struct http_request *req,
    const struct http_answer *a, int status, const char *etag, struct buf *wire)
{
    BUF_LIT(wire, "HTTP/1.1 ");
    buf_int(wire, status);
    buf_ch(wire, ' ');
    buf_str(wire, http_reason(status));
    BUF_LIT(wire, "\r\nServer: openresty\r\n");
    write_date(w, wire);
    if (status != 304) {
        BUF_LIT(wire, "Content-Type: ");
        buf_str(wire, a->type != NULL ? a->type : "application/json;charset=utf-8");
        BUF_LIT(wire, "\r\n");
    }
    if (a->max_age >= 0) {
        BUF_LIT(wire, "Cache-Control: public, max-age=");
        buf_int(wire, a->max_age);
        BUF_LIT(wire, "\r\n");
    } else {
        BUF_LIT(wire, "Cache-Control: no-store\r\n");
    }
    if (etag[0] != '\0') {
        BUF_LIT(wire, "Vary: Accept-Encoding, Origin\r\nX-Cache: Miss from cloudfront\r\nETag: ");
        buf_str(wire, etag);
        BUF_LIT(wire, "\r\n");
    }
    if (a->headers.len > 0)
        buf_add(wire, a->headers.p, a->headers.len);
    if (!req->keep_alive)
        BUF_LIT(wire, "Connection: close\r\n");
    else if (req->is_1_0)
        BUF_LIT(wire, "Connection: keep-alive\r\n");
}

static void write_length(struct buf *wire, size_t length)
{
    BUF_LIT(wire, "Content-Length: ");
    buf_uint(wire, length);
    BUF_LIT(wire, "\r\n\r\n");
}

static void write_chunks(const char *p, size_t n, struct buf *wire)
{
    static const size_t chunk = 8192;

    BUF_LIT(wire, "Transfer-Encoding: chunked\r\n\r\n");
    for (size_t at = 0; at < n; at += chunk) {
        size_t size = n - at < chunk ? n - at : chunk;
        buf_hex(wire, size, size > 0xfff ? 4 : 3);
        BUF_LIT(wire, "\r\n");
        buf_add(wire, p + at, size);
        BUF_LIT(wire, "\r\n");
    }
    BUF_LIT(wire, "0\r\n\r\n");
}

/* The body as it stands on the wire, after compression; true when the connection may be kept. */
static bool write_body(struct http_writer *w, const struct http_request *req, const char *p,
    size_t n, enum http_spoil spoil, struct buf *wire)
{
    bool head_only = strcmp(req->method, "HEAD") == 0;

    switch (spoil) {
    case HTTP_LENGTH_TOO_LONG:
        write_length(wire, n + 1000);
        break;
    case HTTP_LENGTH_TOO_SHORT:
        write_length(wire, n / 2);
        break;
    case HTTP_CUT_MIDWAY:
        write_length(wire, n);
        n /= 2;
        break;
    case HTTP_CUT_GZIP:
        n /= 2;
        write_length(wire, n);
        break;
    case HTTP_ENDLESS:
        BUF_LIT(wire, "Transfer-Encoding: chunked\r\n\r\n");
        buf_fmt(wire, "%zx\r\n", n);
        buf_add(wire, p, n);
        BUF_LIT(wire, "\r\n");
        return false;
    case HTTP_WHOLE:
        if (w->chunked && !req->is_1_0 && !head_only) {
            write_chunks(p, n, wire);
            return req->keep_alive;
        }
        write_length(wire, n);
        break;
    }
    if (!head_only)
        buf_add(wire, p, n);
    return req->keep_alive && (spoil == HTTP_WHOLE || spoil == HTTP_CUT_GZIP);
}

bool http_write(struct http_writer *w, const struct http_request *req, const struct http_answer *a,
    enum http_spoil spoil, struct buf *wire)
{
    bool plain = a->no_etag || a->status != 200;
    bool gzip = spoil == HTTP_CUT_GZIP ||
                (req->accepts_gzip && !a->no_etag && a->body.len > 0 && spoil != HTTP_ENDLESS);
    char etag[40] = "";

    if (!plain)
        write_etag(a, etag);
    if (etag[0] != '\0' && spoil == HTTP_WHOLE && strstr(req->if_none_match, etag) != NULL) {
        write_head(w, req, a, 304, etag, wire);
        BUF_LIT(wire, "\r\n");
        return req->keep_alive;
    }
    write_head(w, req, a, a->status, etag, wire);
    if (!gzip)
        return write_body(w, req, a->body.p, a->body.len, spoil, wire);
    w->gz.len = 0;
    http_gzip(w, &a->body, &w->gz);
    BUF_LIT(wire, "Content-Encoding: gzip\r\n");
    return write_body(w, req, w->gz.p, w->gz.len, spoil, wire);
}
