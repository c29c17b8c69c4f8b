/*
 * The rules: reading them and choosing between them. Carrying them out is in fault_apply.c.
 */
#include "faults.h"

#include "counts.h"
#include "status.h"
#include "text.h"

#include <stdlib.h>

enum { RULES_MAX = 64, VALUE_MAX = 512 };

struct rule {
    /* match */
    char path[VALUE_MAX];
    bool path_is_prefix;
    char query_has[VALUE_MAX];
    char method[16];
    enum endpoint endpoint; /* ENDPOINT_COUNT: any */
    /* select; 0: no condition */
    uint64_t count;
    uint64_t every;
    uint64_t from;
    uint64_t to;
    uint64_t tries;
    uint64_t over;
    int64_t percent_e4; /* -1: no condition */
    uint64_t seed;
    /* action */
    struct fault fault;
    char text[VALUE_MAX];
    char retry_after[64];
    /* so far */
    uint64_t matched;
    uint64_t fired;
};

struct faults {
    struct rule *rules;
    unsigned count;
    struct counts tries; /* how often each path and query was asked for */
};

static const char *const action_names[FAULT_COUNT] = {
    [FAULT_NONE] = "none",
    [FAULT_STATUS] = "status",
    [FAULT_RESET] = "reset",
    [FAULT_RESET_MID_BODY] = "reset-mid-body",
    [FAULT_SLOW] = "slow",
    [FAULT_STALL] = "stall",
    [FAULT_WRONG_LENGTH] = "wrong-length",
    [FAULT_SHORT_LENGTH] = "short-length",
    [FAULT_HTML] = "html",
    [FAULT_HTML_403] = "html-403",
    [FAULT_TRUNCATED_GZIP] = "truncated-gzip",
    [FAULT_GARBAGE] = "garbage",
    [FAULT_TRUNCATED_JSON] = "truncated-json",
    [FAULT_SUCCESS_FALSE] = "success-false",
    [FAULT_EMPTY_200] = "empty-200",
    [FAULT_DROP_SECTION] = "drop-section",
    [FAULT_HUGE] = "huge",
    [FAULT_REDIRECT] = "redirect",
    [FAULT_BAD_UTF8] = "bad-utf8",
    [FAULT_WRONG_ID] = "wrong-id",
    [FAULT_DRIFT] = "drift",
    [FAULT_DELAY] = "delay-ms",
    [FAULT_MIX] = "mix",
};

const char *fault_name(enum fault_action action)
{
    return action_names[action];
}

struct faults *faults_new(void)
{
    struct faults *f = mem_take(NULL, sizeof *f);

    *f = (struct faults){0};
    return f;
}

void faults_free(struct faults *f)
{
    if (f == NULL)
        return;
    free(f->rules);
    counts_done(&f->tries);
    free(f);
}

unsigned faults_count(const struct faults *f)
{
    return f->count;
}

/* One word of a rule, NAME or NAME=VALUE or NAME="VALUE"; false at the end of the rule. */
static bool next_word(const char **at, const char *end, char name[static 64],
    char value[static VALUE_MAX], bool *has_value)
{
    const char *p = *at;
    size_t n = 0;

    while (p < end && strchr(" \t\r", *p) != NULL)
        p++;
    if (p == end)
        return false;
    while (p < end && strchr(" \t\r=", *p) == NULL) {
        if (n < 63)
            name[n++] = *p;
        p++;
    }
    name[n] = value[0] = '\0';
    *has_value = p < end && *p == '=';
    if (*has_value) {
        bool quoted = p + 1 < end && p[1] == '"';

        n = 0;
        for (p += quoted ? 2 : 1; p < end && (quoted ? *p != '"' : strchr(" \t\r", *p) == NULL);
             p++)
            if (n < VALUE_MAX - 1)
                value[n++] = *p;
        value[n] = '\0';
        if (quoted && p < end)
            p++;
    }
    *at = p;
    return true;
}

static void copy(const char *value, char *out, size_t size)
{
    size_t n = strlen(value) < size ? strlen(value) : size - 1;

    memcpy(out, value, n);
    out[n] = '\0';
}

/* 1: taken, 0: a bad value, -1: not a word of this kind. */
static int set_match(const char *name, const char *value, struct rule *r)
{
    if (strcmp(name, "path") == 0 || strcmp(name, "path-prefix") == 0) {
        r->path_is_prefix = name[4] == '-';
        copy(value, r->path, sizeof r->path);
        return value[0] == '/';
    }
    if (strcmp(name, "query-has") == 0) {
        copy(value, r->query_has, sizeof r->query_has);
        return value[0] != '\0';
    }
    if (strcmp(name, "method") == 0) {
        copy(value, r->method, sizeof r->method);
        return value[0] != '\0';
    }
    if (strcmp(name, "endpoint") == 0) {
        r->endpoint = endpoint_find(value);
        return r->endpoint != ENDPOINT_COUNT;
    }
    return -1;
}

static int set_select(const char *name, const char *value, struct rule *r)
{
    const struct {
        const char *name;
        uint64_t *at;
        uint64_t min;
    } numbers[] = {{"count", &r->count, 1}, {"every", &r->every, 1}, {"from", &r->from, 1},
        {"to", &r->to, 1}, {"tries", &r->tries, 1}, {"over", &r->over, 1}, {"seed", &r->seed, 0}};

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (strcmp(name, numbers[i].name) == 0)
            return text_number(value, UINT64_MAX, numbers[i].at) &&
                   *numbers[i].at >= numbers[i].min;
    if (strcmp(name, "percent") == 0)
        return text_e4(value, &r->percent_e4) && r->percent_e4 <= 1000000;
    return -1;
}

/* N, 0, date, date+N, or anything that is to be sent as it stands. */
static int set_retry_after(const char *value, struct rule *r)
{
    if (value[0] == '\0')
        return 0;
    copy(value, r->retry_after, sizeof r->retry_after);
    if (r->fault.action == FAULT_NONE) {
        r->fault.action = FAULT_STATUS;
        r->fault.status = 429;
    }
    return 1;
}

static int set_status(const char *name, const char *value, struct rule *r)
{
    uint64_t n;

    if (strcmp(name, "retry-after") == 0)
        return set_retry_after(value, r);
    if (strcmp(name, "status") == 0) {
        r->fault.action = FAULT_STATUS;
        if (!text_number(value, 599, &n) || n < 200)
            return 0;
        r->fault.status = (int)n;
        return 1;
    }
    if (strcmp(name, "code") == 0) {
        if (!text_number(value, 47, &n) || status_of_code((int)n) == NULL)
            return 0;
        r->fault.code = (int)n;
        if (r->fault.action == FAULT_NONE)
            r->fault.action = FAULT_STATUS;
        return 1;
    }
    if (strcmp(name, "delay-ms") == 0) {
        if (!text_number(value, 3600000, &n))
            return 0;
        r->fault.delay_ms = (uint32_t)n;
        return 1;
    }
    return -1;
}

static int set_action(const char *name, const char *value, bool has_value, struct rule *r)
{
    enum fault_action action = FAULT_RESET;
    bool negative = value[0] == '-';
    uint64_t n;

    if (strcmp(name, "action") == 0) {
        name = value;
        value = "";
        has_value = false;
    }
    while (
        action < FAULT_COUNT && (action == FAULT_DELAY || strcmp(action_names[action], name) != 0))
        action++;
    if (action == FAULT_COUNT)
        return -1;
    r->fault.action = action;
    switch (action) {
    case FAULT_DROP_SECTION:
        copy(value, r->text, sizeof r->text);
        return section_find(value, strlen(value)) != SECTION_COUNT;
    case FAULT_REDIRECT:
        copy(value, r->text, sizeof r->text);
        return value[0] != '\0';
    case FAULT_SLOW:
    case FAULT_DRIFT:
        if (!text_number(value + negative, INT32_MAX, &n) || n == 0 ||
            (negative && action == FAULT_SLOW))
            return 0;
        r->fault.number = negative ? -(int32_t)n : (int32_t)n;
        return 1;
    default:
        return !has_value;
    }
}

static bool parse_rule(const char *p, const char *end, struct rule *r, struct buf *error)
{
    char name[64];
    char value[VALUE_MAX];
    bool has_value;

    *r = (struct rule){.endpoint = ENDPOINT_COUNT, .percent_e4 = -1};
    while (next_word(&p, end, name, value, &has_value)) {
        int result = set_match(name, value, r);

        if (result < 0)
            result = set_select(name, value, r);
        if (result < 0)
            result = set_status(name, value, r);
        if (result < 0)
            result = set_action(name, value, has_value, r);
        if (result < 0)
            buf_fmt(error, "unknown word '%s'", name);
        else if (result == 0)
            buf_fmt(error, "cannot use '%s=%s'", name, value);
        if (result <= 0)
            return false;
    }
    if (r->fault.action == FAULT_NONE && r->fault.delay_ms > 0)
        r->fault.action = FAULT_DELAY;
    if (r->fault.action == FAULT_NONE) {
        BUF_LIT(error, "no action");
        return false;
    }
    if (r->fault.action == FAULT_STATUS && r->fault.status == 0)
        r->fault.status = status_of_code(r->fault.code)->http;
    if (r->fault.action == FAULT_STATUS && r->fault.code == 0)
        r->fault.code = status_code_for(r->fault.status);
    return true;
}

/* The end of the rule that starts at p: a newline, or a ';' or a comment outside quotes. */
static const char *rule_end(const char *p, const char *end)
{
    bool quoted = false;
    bool word_starts = true;

    for (; p < end && *p != '\n'; p++) {
        if (!quoted && (*p == ';' || (*p == '#' && word_starts)))
            break;
        if (*p == '"')
            quoted = !quoted;
        word_starts = *p == ' ' || *p == '\t';
    }
    return p;
}

/* Where the next rule may start; stop is where rule_end saw the last one end. */
static const char *next_rule(const char *stop, const char *end)
{
    if (stop < end && *stop == '#') /* a comment reaches to the end of its line, over any ';' */
        while (stop < end && *stop != '\n')
            stop++;
    return stop < end ? stop + 1 : end;
}

bool faults_set(struct faults *f, const char *spec, size_t n, struct buf *error)
{
    const char *end = spec + n;
    struct rule *rules = mem_take(NULL, RULES_MAX * sizeof *rules);
    unsigned count = 0;

    for (const char *p = spec; p < end;) {
        const char *stop = rule_end(p, end);

        while (p < stop && strchr(" \t\r", *p) != NULL)
            p++;
        if (p < stop) {
            buf_fmt(error, "rule %u: ", count + 1);
            if (count == RULES_MAX)
                BUF_LIT(error, "too many rules");
            if (count == RULES_MAX || !parse_rule(p, stop, &rules[count], error)) {
                free(rules);
                return false;
            }
            error->len = 0;
            count++;
        }
        p = next_rule(stop, end);
    }
    free(f->rules);
    counts_done(&f->tries);
    f->rules = rules;
    f->count = count;
    return true;
}

static bool rule_matches(
    const struct rule *r, const struct http_request *req, enum endpoint endpoint)
{
    const char *query = strchr(req->target, '?');
    size_t n = strlen(r->path);

    if (n > 0 &&
        (strncmp(req->path, r->path, n) != 0 || (!r->path_is_prefix && req->path[n] != '\0')))
        return false;
    if (r->query_has[0] != '\0' && (query == NULL || strstr(query, r->query_has) == NULL))
        return false;
    if (r->method[0] != '\0' && strcmp(r->method, req->method) != 0)
        return false;
    return r->endpoint == ENDPOINT_COUNT || r->endpoint == endpoint;
}

/* Whether a matching request is one of those the rule means; r->matched counts it already. */
static bool rule_selects(const struct rule *r, uint64_t lot, uint32_t tries, uint64_t recent)
{
    if (r->count > 0 && r->fired >= r->count)
        return false;
    if (r->every > 0 && r->matched % r->every != 0)
        return false;
    if (r->matched < r->from || (r->to > 0 && r->matched > r->to))
        return false;
    if ((r->tries > 0 && tries > r->tries) || (r->over > 0 && recent <= r->over))
        return false;
    return r->percent_e4 < 0 || (int64_t)(lot % 1000000) < r->percent_e4;
}

/* One of the faults that go away when one tries again. */
static void resolve_mix(uint64_t lot, struct fault *fault)
{
    static const struct {
        enum fault_action action;
        int status;
    } transient[] = {{FAULT_STATUS, 429}, {FAULT_STATUS, 500}, {FAULT_STATUS, 502},
        {FAULT_STATUS, 503}, {FAULT_STATUS, 504}, {FAULT_RESET, 0}, {FAULT_RESET_MID_BODY, 0},
        {FAULT_WRONG_LENGTH, 0}, {FAULT_SHORT_LENGTH, 0}, {FAULT_TRUNCATED_GZIP, 0},
        {FAULT_TRUNCATED_JSON, 0}, {FAULT_GARBAGE, 0}, {FAULT_HTML, 0}, {FAULT_HTML_403, 0},
        {FAULT_EMPTY_200, 0}};
    size_t i = (size_t)(lot / 1000000 % (sizeof transient / sizeof transient[0]));

    fault->action = transient[i].action;
    fault->status = transient[i].status;
    fault->code = status_code_for(fault->status);
    if (fault->status != 429)
        fault->retry_after = NULL;
    else if (fault->retry_after == NULL)
        fault->retry_after = "0";
}

void faults_pick(struct faults *f, const struct http_request *req, enum endpoint endpoint,
    uint64_t recent, struct fault *ret)
{
    uint64_t key;
    uint32_t tries;

    *ret = (struct fault){.action = FAULT_NONE};
    if (f->count == 0)
        return;
    key = counts_key(req);
    tries = counts_add(&f->tries, key);
    for (unsigned i = 0; i < f->count; i++) {
        struct rule *r = &f->rules[i];
        uint64_t lot = mix64(r->seed ^ mix64(key + tries));

        if (!rule_matches(r, req, endpoint))
            continue;
        r->matched++;
        if (!rule_selects(r, lot, tries, recent))
            continue;
        r->fired++;
        *ret = r->fault;
        ret->text = r->text;
        ret->retry_after = r->retry_after[0] != '\0' ? r->retry_after : NULL;
        if (ret->action == FAULT_MIX)
            resolve_mix(lot, ret);
        return;
    }
}
