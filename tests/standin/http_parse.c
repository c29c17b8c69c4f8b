/*
 * Reading a request: see http.h.
 *
 * Only what a test may want to see is kept; header names are compared without case, obsolete line
 * folding and request bodies with Transfer-Encoding are refused.
 */
#include "http.h"

#include "text.h"

#include <stdio.h>
#include <strings.h>

const char *http_param(const struct http_request *req, const char *name)
{
    for (unsigned i = 0; i < req->param_count; i++)
        if (strcmp(req->params[i].name, name) == 0)
            return req->params[i].value;
    return NULL;
}

/* Splits the query into req->params; those beyond the table are ignored, as unknown ones are. */
static void parse_query(const char *query, struct http_request *req)
{
    char *out = req->text;

    while (*query != '\0' && req->param_count < HTTP_PARAMS_MAX) {
        size_t length = strcspn(query, "&");
        const char *equals = memchr(query, '=', length);
        size_t name_length = equals != NULL ? (size_t)(equals - query) : length;
        struct http_param *param = &req->params[req->param_count];

        text_url_decode(query, name_length, true, out);
        param->name = out;
        out += strlen(out) + 1;
        /* "a" without "=" has an empty value, which stands in the NUL just written */
        param->value = out - 1;
        if (equals != NULL) {
            text_url_decode(equals + 1, length - name_length - 1, true, out);
            param->value = out;
            out += strlen(out) + 1;
        }
        if (length > 0)
            req->param_count++;
        query += length;
        query += *query == '&';
    }
}

/* METHOD SP TARGET SP HTTP/1.x */
static bool parse_request_line(const char *line, size_t n, struct http_request *req)
{
    const char *first = memchr(line, ' ', n);
    const char *target = first != NULL ? first + 1 : NULL;
    const char *second = first != NULL ? memchr(target, ' ', n - (size_t)(target - line)) : NULL;
    size_t method_length;
    size_t target_length;
    size_t path_length;

    if (second == NULL || line + n - second != 9)
        return false;
    method_length = (size_t)(first - line);
    target_length = (size_t)(second - target);
    if (method_length == 0 || method_length >= sizeof req->method || target_length == 0 ||
        target_length >= sizeof req->target || target[0] != '/')
        return false;
    if (memcmp(second, " HTTP/1.1", 9) == 0)
        req->is_1_0 = false;
    else if (memcmp(second, " HTTP/1.0", 9) == 0)
        req->is_1_0 = true;
    else
        return false;
    memcpy(req->method, line, method_length);
    req->method[method_length] = '\0';
    memcpy(req->target, target, target_length);
    req->target[target_length] = '\0';
    path_length = strcspn(req->target, "?");
    text_url_decode(req->target, path_length, false, req->path);
    if (req->target[path_length] == '?')
        parse_query(req->target + path_length + 1, req);
    return true;
}

static void copy_value(const char *value, size_t n, char *out, size_t size)
{
    size_t length = n < size ? n : size - 1;

    memcpy(out, value, length);
    out[length] = '\0';
}

static bool contains_word(const char *list, const char *word)
{
    size_t n = strlen(word);

    while (*list != '\0') {
        list += strspn(list, " \t,");
        if (strncasecmp(list, word, n) == 0 && strchr(" \t,;", list[n]) != NULL)
            return true;
        list += strcspn(list, ",");
    }
    return false;
}

/* gzip named, and not with q=0. */
static bool accepts_gzip(const char *value)
{
    const char *at = value;

    while (*at != '\0') {
        size_t length;

        at += strspn(at, " \t,");
        length = strcspn(at, ",");
        if (strncasecmp(at, "gzip", 4) == 0 && strchr(" \t,;", at[4]) != NULL) {
            const char *q = strstr(at, "q=0");

            if (q == NULL || q > at + length)
                return true;
            q += q[3] == '.' ? 4 : 3;
            q += strspn(q, "0");
            return strchr("123456789", *q) != NULL && *q != '\0';
        }
        at += length;
    }
    return false;
}

/* One header line; false when it makes the request unusable. */
static bool parse_header(const char *line, size_t n, struct http_request *req)
{
    const char *colon = memchr(line, ':', n);
    size_t name_length;
    size_t value_length;
    const char *value;
    char text[512];

    if (colon == NULL || colon == line || line[0] == ' ' || line[0] == '\t')
        return false;
    name_length = (size_t)(colon - line);
    value = colon + 1;
    value_length = n - name_length - 1;
    while (value_length > 0 && (*value == ' ' || *value == '\t')) {
        value++;
        value_length--;
    }
    while (value_length > 0 && (value[value_length - 1] == ' ' || value[value_length - 1] == '\t'))
        value_length--;
    copy_value(value, value_length, text, sizeof text);
#define IS(name) (name_length == sizeof(name) - 1 && strncasecmp(line, name, name_length) == 0)
    if (IS("Connection")) {
        req->keep_alive =
            req->is_1_0 ? contains_word(text, "keep-alive") : !contains_word(text, "close");
    } else if (IS("Accept-Encoding")) {
        req->accepts_gzip = accepts_gzip(text);
    } else if (IS("Authorization")) {
        copy_value(value, value_length, req->authorization, sizeof req->authorization);
    } else if (IS("If-None-Match")) {
        copy_value(value, value_length, req->if_none_match, sizeof req->if_none_match);
    } else if (IS("Expect")) {
        req->expects_continue = strcasecmp(text, "100-continue") == 0;
    } else if (IS("Transfer-Encoding")) {
        return false;
    } else if (IS("Content-Length")) {
        uint64_t length;
        if (!text_uint(value, value_length, UINT32_MAX, &length))
            return false;
        req->body_length = (size_t)length;
    }
#undef IS
    return true;
}

/* The length of the head with its empty line, 0 when it is not complete. */
static size_t head_length(const char *p, size_t n)
{
    const char *at = p;
    const char *end = p + n;

    while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        at++;
        if (end - at >= 1 && at[0] == '\n')
            return (size_t)(at + 1 - p);
        if (end - at >= 2 && at[0] == '\r' && at[1] == '\n')
            return (size_t)(at + 2 - p);
    }
    return 0;
}

enum http_parsed http_parse(const char *p, size_t n, struct http_request *req)
{
    size_t skipped = 0;
    size_t length;
    bool first = true;

    /* RFC 9112 2.2: an empty line before the request line is passed over */
    while (skipped < n && (p[skipped] == '\r' || p[skipped] == '\n'))
        skipped++;
    length = head_length(p + skipped, n - skipped);
    if (length == 0)
        return n - skipped > HTTP_HEAD_MAX ? HTTP_TOO_LARGE : HTTP_MORE;
    if (length > HTTP_HEAD_MAX)
        return HTTP_TOO_LARGE;
    req->param_count = 0;
    req->authorization[0] = req->if_none_match[0] = '\0';
    req->keep_alive = true;
    req->accepts_gzip = req->expects_continue = false;
    req->body_length = 0;
    req->head_length = skipped + length;
    for (const char *line = p + skipped, *end = line + length; line < end;) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        size_t n_line = (size_t)(newline - line);

        if (n_line > 0 && line[n_line - 1] == '\r')
            n_line--;
        if (n_line > 0 && memchr(line, '\0', n_line) != NULL)
            return HTTP_BAD;
        if (first && !parse_request_line(line, n_line, req))
            return HTTP_BAD;
        if (first)
            req->keep_alive = !req->is_1_0;
        else if (n_line > 0 && !parse_header(line, n_line, req))
            return HTTP_BAD;
        first = false;
        line = newline + 1;
    }
    if (req->body_length > HTTP_BODY_MAX)
        return HTTP_TOO_LARGE;
    req->body = p + req->head_length;
    return n - req->head_length >= req->body_length ? HTTP_DONE : HTTP_HEAD;
}
