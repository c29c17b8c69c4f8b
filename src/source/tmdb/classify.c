/* Classify: see classify.h. */
#include "source/tmdb/classify.h"

static const struct code table[] = {
#define CODE(code, http, verdict, kind, meaning)                                                   \
    {code, http, VERDICT_##verdict, ERR_##kind, meaning},
#include "source/tmdb/codes.def"
#undef CODE
};

const struct code *codes_all(size_t *ret_n)
{
    *ret_n = sizeof table / sizeof table[0];
    return table;
}

const struct code *code_of(int64_t code)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (table[i].code == code)
            return &table[i];
    return NULL;
}

const char *verdict_name(enum verdict v)
{
    static const char *const names[] = {
        "ok", "retry", "slow down", "this id only", "gone", "stop the run"};
    return names[v];
}

static struct class verdict(enum verdict v, enum err_kind kind)
{
    return (struct class){.verdict = v, .kind = kind};
}

/* What the HTTP status says where there is no code to go by. 403 is what a wall in front of TMDB
 * answers (a challenge page), 404 without TMDB's words what any web server says of a wrong path:
 * neither means that a movie is gone. */
static struct class by_status(int status)
{
    switch (status) {
    case 401:
        return verdict(VERDICT_STOP, ERR_AUTH);
    case 407:
        return verdict(VERDICT_STOP, ERR_CONFIG);
    case 429:
        return verdict(VERDICT_THROTTLED, ERR_SERVICE);
    case 403:
    case 408:
    case 425:
        return verdict(VERDICT_RETRY, ERR_SERVICE);
    default:
        return verdict(status >= 400 && status < 500 ? VERDICT_ID : VERDICT_RETRY, ERR_SERVICE);
    }
}

/* What the code says, unless the HTTP status contradicts it: 401 and 404 are never asked again, and
 * a 5xx does not prove that anything is gone or that the key is bad unless it is the status the
 * code is documented with (44 is). */
static struct class by_code(int status, const struct code *row)
{
    enum verdict v = row->verdict;
    if (v == VERDICT_RETRY && (status == 401 || status == 404))
        return by_status(status);
    if (v != VERDICT_THROTTLED && v != VERDICT_RETRY && status >= 500 && status != row->http)
        return by_status(status);
    if (v == VERDICT_OK && status != 200 && status != 201)
        return by_status(status);
    return verdict(v, row->kind);
}

static bool says_failure(const struct node *body)
{
    const struct node *success = node_get(body, "success");
    return success != NULL && success->kind == NODE_BOOL && !success->b;
}

/* An answer that calls itself JSON and is none was damaged on the way: what it wanted to say is not
 * known. */
static bool is_damaged(const struct http_exchange *x, const struct node *body)
{
    return body == NULL && strstr(x->content_type, "json") != NULL;
}

struct class classify(const struct http_exchange *x, const struct node *body)
{
    if (x->end != HTTP_ANSWERED)
        return verdict(VERDICT_RETRY, ERR_SERVICE);
    bool fine = x->status == 200 || x->status == 201;
    const struct node *code = node_get(body, "status_code");
    struct class c;
    if (fine && body != NULL && body->kind == NODE_OBJECT && !says_failure(body) && code == NULL)
        return verdict(VERDICT_OK, ERR_NONE);
    int64_t number = code != NULL && code->kind == NODE_INT ? code->i : 0;
    const struct code *row = code_of(number);
    if (row != NULL)
        c = by_code(x->status, row);
    else
        c = fine ? verdict(VERDICT_RETRY, ERR_SERVICE) : by_status(x->status);
    if ((c.verdict == VERDICT_OK && says_failure(body)) ||
        (c.verdict == VERDICT_ID && is_damaged(x, body)))
        c = verdict(VERDICT_RETRY, ERR_SERVICE);
    c.code = number;
    c.row = row;
    return c;
}

/* Object stores answer 403 AccessDenied for a file that is not there when listing is not
 * allowed. */
static bool is_missing_file(const struct http_exchange *x)
{
    return x->status == 404 ||
           (x->status == 403 && strstr(str_z(&x->body), "<Code>AccessDenied</Code>") != NULL);
}

struct class classify_file(const struct http_exchange *x)
{
    if (x->end == HTTP_SINK_FAILED)
        return verdict(VERDICT_ID, ERR_DISK);
    if (x->end != HTTP_ANSWERED)
        return verdict(VERDICT_RETRY, ERR_SERVICE);
    if (x->status == 200)
        return verdict(VERDICT_OK, ERR_NONE);
    if (is_missing_file(x))
        return verdict(VERDICT_GONE, ERR_NONE);
    struct class c = by_status(x->status);
    if (c.kind == ERR_AUTH) /* no key is sent for a file */
        c = verdict(VERDICT_ID, ERR_SERVICE);
    return c;
}
