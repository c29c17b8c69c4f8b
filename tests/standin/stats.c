/*
 * See stats.h. The log is kept in memory up to a limit, then its older half is forgotten; the file
 * gets everything. Credentials are never written.
 */
#include "stats.h"

#include "counts.h"

#include <stdlib.h>

enum { STATUS_MAX = 600, SECOND = 1000000, IN_FLIGHT = 200000 /* microseconds */ };
#define LOG_MAX ((size_t)64 << 20)

struct stats {
    FILE *log_file;
    uint64_t total;
    uint64_t by_endpoint[ENDPOINT_COUNT];
    uint64_t by_status[STATUS_MAX];
    uint64_t by_fault[FAULT_COUNT];
    uint64_t bearer;
    uint64_t api_key;
    uint64_t no_credential;
    uint64_t bytes;
    uint64_t during_retry_after;
    uint64_t open;
    uint64_t open_max;
    uint64_t opened;
    int64_t first_at;
    int64_t quiet_from; /* between these two nobody should ask */
    int64_t quiet_until;
    struct counts seen;
    int64_t *recent; /* times of the last second's requests, a ring */
    size_t recent_cap;
    size_t recent_first;
    size_t recent_count;
    size_t recent_max;
    struct buf log;
};

struct stats *stats_new(FILE *log)
{
    struct stats *s = mem_take(NULL, sizeof *s);

    *s = (struct stats){.log_file = log, .recent_cap = 1024};
    s->recent = mem_take(NULL, s->recent_cap * sizeof *s->recent);
    buf_init(&s->log, LOG_MAX + 65536);
    return s;
}

void stats_free(struct stats *s)
{
    if (s == NULL)
        return;
    counts_done(&s->seen);
    free(s->recent);
    buf_done(&s->log);
    free(s);
}

void stats_reset(struct stats *s)
{
    struct stats old = *s;

    counts_done(&s->seen);
    s->log.len = 0;
    *s = (struct stats){.log_file = old.log_file,
        .log = s->log,
        .recent = old.recent,
        .recent_cap = old.recent_cap,
        .open = old.open,
        .open_max = old.open};
}

/* Puts now into the ring and drops what is older than a second. */
static size_t count_recent(struct stats *s, int64_t now)
{
    while (s->recent_count > 0 && s->recent[s->recent_first] <= now - SECOND) {
        s->recent_first = (s->recent_first + 1) % s->recent_cap;
        s->recent_count--;
    }
    if (s->recent_count == s->recent_cap) {
        int64_t *bigger = mem_take(NULL, 2 * s->recent_cap * sizeof *bigger);

        for (size_t i = 0; i < s->recent_count; i++)
            bigger[i] = s->recent[(s->recent_first + i) % s->recent_cap];
        free(s->recent);
        s->recent = bigger;
        s->recent_first = 0;
        s->recent_cap *= 2;
    }
    s->recent[(s->recent_first + s->recent_count++) % s->recent_cap] = now;
    if (s->recent_count > s->recent_max)
        s->recent_max = s->recent_count;
    return s->recent_count;
}

uint64_t stats_request(
    struct stats *s, const struct http_request *req, enum endpoint endpoint, int64_t now)
{
    bool key = http_param(req, "api_key") != NULL;

    if (s->total++ == 0)
        s->first_at = now;
    s->by_endpoint[endpoint]++;
    s->bearer += req->authorization[0] != '\0';
    s->api_key += key;
    s->no_credential += !key && req->authorization[0] == '\0';
    if (now > s->quiet_from && now < s->quiet_until)
        s->during_retry_after++;
    counts_add(&s->seen, counts_key(req));
    return count_recent(s, now);
}

/* The target with the value of api_key hidden. */
static void write_target(const struct http_request *req, struct buf *out)
{
    const char *at = req->target;
    const char *key;

    while ((key = strstr(at, "api_key=")) != NULL) {
        key += 8;
        buf_add(out, at, (size_t)(key - at));
        BUF_LIT(out, "***");
        at = key + strcspn(key, "&");
    }
    buf_str(out, at);
}

static void forget_old_lines(struct buf *log)
{
    const char *middle = log->p + log->len / 2;
    const char *newline = memchr(middle, '\n', (size_t)(log->p + log->len - middle));

    buf_drop(log, newline != NULL ? (size_t)(newline + 1 - log->p) : log->len);
}

void stats_answer(struct stats *s, const struct http_request *req, uint64_t connection, int64_t now,
    int status, size_t bytes, const struct fault *fault)
{
    bool key = http_param(req, "api_key") != NULL;
    bool bearer = req->authorization[0] != '\0';
    uint32_t quiet = fault_quiet_seconds(fault);
    size_t start;

    s->by_status[status >= 0 && status < STATUS_MAX ? status : 0]++;
    s->by_fault[fault->action]++;
    s->bytes += bytes;
    if (quiet > 0) {
        s->quiet_from = now + IN_FLIGHT;
        s->quiet_until = now + (int64_t)quiet * SECOND;
    }
    if (s->log.len > LOG_MAX)
        forget_old_lines(&s->log);
    start = s->log.len;
    buf_uint(&s->log, s->total);
    buf_ch(&s->log, ' ');
    buf_uint(&s->log, (uint64_t)(now - s->first_at) / 1000);
    buf_ch(&s->log, ' ');
    buf_uint(&s->log, connection);
    buf_ch(&s->log, ' ');
    buf_str(&s->log, req->method);
    buf_ch(&s->log, ' ');
    write_target(req, &s->log);
    buf_ch(&s->log, ' ');
    buf_int(&s->log, status);
    buf_ch(&s->log, ' ');
    buf_uint(&s->log, bytes);
    buf_ch(&s->log, ' ');
    buf_str(&s->log, fault->action != FAULT_NONE ? fault_name(fault->action) : "-");
    buf_ch(&s->log, ' ');
    buf_str(&s->log, bearer && key ? "both" : bearer ? "bearer" : key ? "api_key" : "-");
    buf_ch(&s->log, '\n');
    if (s->log_file != NULL) {
        fwrite(s->log.p + start, 1, s->log.len - start, s->log_file);
        fflush(s->log_file);
    }
}

void stats_opened(struct stats *s)
{
    s->opened++;
    if (++s->open > s->open_max)
        s->open_max = s->open;
}

void stats_closed(struct stats *s)
{
    s->open--;
}

static void write_number(struct buf *out, const char *name, uint64_t value)
{
    buf_fmt(out, "%s\"%s\":%llu", out->p[out->len - 1] == '{' ? "" : ",", name,
        (unsigned long long)value);
}

void stats_write_json(const struct stats *s, struct buf *out)
{
    BUF_LIT(out, "{");
    write_number(out, "total", s->total);
    write_number(out, "distinct", s->seen.used);
    write_number(out, "duplicates", s->total - s->seen.used);
    write_number(out, "max_per_second", s->recent_max);
    write_number(out, "bytes", s->bytes);
    write_number(out, "during_retry_after", s->during_retry_after);
    BUF_LIT(out, ",\"by_endpoint\":{");
    for (int i = 0; i < ENDPOINT_COUNT; i++)
        if (s->by_endpoint[i] > 0)
            write_number(out, endpoint_name((enum endpoint)i), s->by_endpoint[i]);
    BUF_LIT(out, "},\"by_status\":{");
    for (int i = 0; i < STATUS_MAX; i++) {
        char status[16];

        snprintf(status, sizeof status, "%d", i);
        if (s->by_status[i] > 0)
            write_number(out, status, s->by_status[i]);
    }
    BUF_LIT(out, "},\"by_fault\":{");
    for (int i = FAULT_NONE + 1; i < FAULT_COUNT; i++)
        if (s->by_fault[i] > 0)
            write_number(out, fault_name((enum fault_action)i), s->by_fault[i]);
    BUF_LIT(out, "},\"auth\":{");
    write_number(out, "bearer", s->bearer);
    write_number(out, "api_key", s->api_key);
    write_number(out, "none", s->no_credential);
    BUF_LIT(out, "},\"connections\":{");
    write_number(out, "open", s->open);
    write_number(out, "max", s->open_max);
    write_number(out, "opened", s->opened);
    BUF_LIT(out, "}}\n");
}

void stats_write_log(const struct stats *s, struct buf *out)
{
    buf_add(out, s->log.p, s->log.len);
}
