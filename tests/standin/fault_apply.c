/*
 * Carrying a fault out. See faults.h.
 */
#include "faults.h"

#include "status.h"
#include "text.h"

#include <time.h>

uint32_t fault_quiet_seconds(const struct fault *fault)
{
    const char *text = fault->retry_after;
    uint64_t seconds = 2; /* what "date" means */

    if (text == NULL)
        return 0;
    if (strncmp(text, "date", 4) == 0)
        text += text[4] == '+' ? 5 : 4;
    if (text[0] != '\0' && !text_number(text, 86400, &seconds))
        return 0;
    return (uint32_t)seconds;
}

static void write_retry_after(const struct fault *fault, struct buf *headers)
{
    BUF_LIT(headers, "Retry-After: ");
    if (strncmp(fault->retry_after, "date", 4) == 0) {
        char date[32];
        text_http_date((int64_t)time(NULL) + fault_quiet_seconds(fault), date);
        buf_str(headers, date);
    } else {
        buf_str(headers, fault->retry_after);
    }
    BUF_LIT(headers, "\r\n");
}

void fault_twist(const struct fault *fault, struct api_twist *ret)
{
    *ret =
        (struct api_twist){.drop_section = fault->action == FAULT_DROP_SECTION ? fault->text : NULL,
            .wrong_id = fault->action == FAULT_WRONG_ID,
            .drift = fault->action == FAULT_DRIFT ? fault->number : 0};
}

static void answer_status(const struct fault *fault, int status, struct http_answer *a)
{
    struct tmdb_status body = *status_of_code(fault->code > 0 ? fault->code : 11);

    a->status = status;
    a->max_age = -1;
    status_body(&body, &a->body);
    if (fault->retry_after != NULL)
        write_retry_after(fault, &a->headers);
}

static void answer_html(int status, struct http_answer *a)
{
    a->status = status;
    a->type = "text/html; charset=UTF-8";
    a->max_age = -1;
    a->no_etag = true;
    if (status == 403)
        BUF_LIT(&a->headers, "CF-Mitigated: challenge\r\n");
    buf_fmt(&a->body,
        "<!DOCTYPE html>\n<html><head><title>%s</title></head>\n<body><h1>%s</h1></body></html>\n",
        status == 403 ? "Just a moment..." : "Welcome to Hotel Wi-Fi",
        status == 403 ? "Checking your browser" : "Please accept the terms of use");
}

bool fault_replaces(const struct fault *fault, struct http_answer *a)
{
    switch (fault->action) {
    case FAULT_STATUS:
        answer_status(fault, fault->status, a);
        return true;
    case FAULT_SUCCESS_FALSE: {
        struct fault as_status = {.code = fault->code > 0 ? fault->code : 21};
        answer_status(&as_status, 200, a);
        return true;
    }
    case FAULT_HTML:
        answer_html(200, a);
        return true;
    case FAULT_HTML_403:
        answer_html(403, a);
        return true;
    case FAULT_GARBAGE:
        BUF_LIT(&a->body, "@@@ {this is: not] JSON,, \x01\x02 @@@");
        return true;
    case FAULT_EMPTY_200:
        return true;
    case FAULT_REDIRECT:
        a->status = 302;
        a->max_age = -1;
        BUF_LIT(&a->headers, "Location: ");
        buf_str(&a->headers, fault->text);
        BUF_LIT(&a->headers, "\r\n");
        return true;
    case FAULT_HUGE:
        BUF_LIT(&a->body, "{\"id\":1,\"overview\":\"");
        return true;
    case FAULT_STALL:
    case FAULT_RESET:
        return true;
    default:
        return false;
    }
}

/* Puts two bytes that are never UTF-8 into the first string of the body. */
static void break_utf8(struct buf *body)
{
    const char *at = NULL;
    struct buf broken;
    size_t head;

    for (size_t i = 0; i + 9 <= body->len && at == NULL; i++)
        if (memcmp(body->p + i, "\"title\":\"", 9) == 0)
            at = body->p + i + 9;
    for (size_t i = 0; i + 2 <= body->len && at == NULL; i++)
        if (memcmp(body->p + i, ":\"", 2) == 0)
            at = body->p + i + 2;
    if (at == NULL)
        return;
    head = (size_t)(at - body->p);
    buf_init(&broken, BUF_MAX_ANSWER);
    buf_add(&broken, body->p, head);
    BUF_LIT(&broken, "\xff\xfe");
    buf_add(&broken, at, body->len - head);
    body->len = 0;
    buf_add(body, broken.p, broken.len);
    buf_done(&broken);
}

void fault_edits(const struct fault *fault, struct http_answer *a)
{
    if (fault->action == FAULT_TRUNCATED_JSON)
        a->body.len /= 2;
    else if (fault->action == FAULT_BAD_UTF8)
        break_utf8(&a->body);
}

enum http_spoil fault_spoils(const struct fault *fault)
{
    switch (fault->action) {
    case FAULT_RESET_MID_BODY:
        return HTTP_CUT_MIDWAY;
    case FAULT_WRONG_LENGTH:
        return HTTP_LENGTH_TOO_LONG;
    case FAULT_SHORT_LENGTH:
        return HTTP_LENGTH_TOO_SHORT;
    case FAULT_TRUNCATED_GZIP:
        return HTTP_CUT_GZIP;
    case FAULT_HUGE:
        return HTTP_ENDLESS;
    default:
        return HTTP_WHOLE;
    }
}
