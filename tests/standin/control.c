/*
 * /_control/...: how a test looks at the server and changes it while it runs. Needs no credential
 * and is not counted; the list of calls is in README.md.
 */
#include "server.h"

#include "text.h"

#define CONTROL "/_control/"

bool control_is(const char *path)
{
    return strncmp(path, CONTROL, sizeof CONTROL - 1) == 0;
}

static void refuse(struct http_answer *a, int status, const char *why)
{
    a->status = status;
    a->body.len = 0;
    BUF_LIT(&a->body, "{\"error\":");
    buf_json(&a->body, why, strlen(why));
    BUF_LIT(&a->body, "}\n");
}

/* The id parameter; on false the answer is the error. */
static bool read_id(const struct http_request *req, struct http_answer *a, uint32_t *id)
{
    const char *text = http_param(req, "id");
    uint64_t n;

    if (text == NULL || !text_number(text, UINT32_MAX, &n) || n == 0) {
        refuse(a, 400, "id=N is needed");
        return false;
    }
    *id = (uint32_t)n;
    return true;
}

/* The date parameter, today without one. */
static bool read_date(
    const struct server *s, const struct http_request *req, struct http_answer *a, int32_t *day)
{
    const char *text = http_param(req, "date");

    *day = s->world.today;
    if (text == NULL || text_date(text, day))
        return true;
    refuse(a, 400, "date=YYYY-MM-DD is needed");
    return false;
}

static void set_faults(struct server *s, const struct http_request *req, struct http_answer *a)
{
    struct buf error;

    buf_init(&error, 65536);
    if (faults_set(s->faults, req->body, req->body_length, &error))
        buf_fmt(&a->body, "{\"rules\":%u}\n", faults_count(s->faults));
    else
        refuse(a, 400, buf_cstr(&error));
    buf_done(&error);
}

/* Everything as it was at the start; with only=stats the counters and the log alone. */
static void reset(struct server *s, const struct http_request *req, struct http_answer *a)
{
    const char *only = http_param(req, "only");
    struct buf error;
    bool ok = true;

    buf_init(&error, 65536);
    stats_reset(s->stats);
    if (only == NULL || strcmp(only, "stats") != 0) {
        uint64_t version = s->world.version;

        world_done(&s->world);
        ok = world_init(&s->world, &s->options, &error);
        s->world.version = version + 1; /* no cache may take the new world for the old one */
        ok = server_load_faults(s, &error) && ok;
    }
    if (ok)
        BUF_LIT(&a->body, "{\"reset\":true}\n");
    else
        refuse(a, 500, buf_cstr(&error));
    buf_done(&error);
}

static void set_today(struct server *s, const struct http_request *req, struct http_answer *a)
{
    const char *text = http_param(req, "date");
    char body[16] = "";
    int32_t day;

    if (text == NULL && req->body_length >= 10) {
        memcpy(body, req->body, 10);
        text = body;
    }
    if (text == NULL || !text_date(text, &day)) {
        refuse(a, 400, "YYYY-MM-DD is needed, as date= or as the body");
        return;
    }
    world_set_today(&s->world, day);
    BUF_LIT(&a->body, "{\"today\":true}\n");
}

static void set_gone(struct server *s, const struct http_request *req, struct http_answer *a)
{
    bool back = http_param(req, "back") != NULL;
    uint32_t id;

    if (!read_id(req, a, &id))
        return;
    if (!world_set_gone(&s->world, id, !back))
        refuse(a, 404, "no such movie");
    else
        buf_fmt(&a->body, "{\"id\":%u,\"gone\":%s}\n", id, back ? "false" : "true");
}

static void touch(struct server *s, const struct http_request *req, struct http_answer *a)
{
    uint32_t id;
    int32_t day;

    if (!read_id(req, a, &id) || !read_date(s, req, a, &day))
        return;
    if (!world_touch(&s->world, id, day))
        refuse(a, 404, "no such movie");
    else
        buf_fmt(&a->body, "{\"id\":%u,\"touched\":true}\n", id);
}

static void add_movie(struct server *s, const struct http_request *req, struct http_answer *a)
{
    uint32_t id;

    if (!read_id(req, a, &id))
        return;
    if (!world_add(&s->world, id))
        refuse(a, 409, "there is such a movie already");
    else
        buf_fmt(&a->body, "{\"id\":%u,\"added\":true}\n", id);
}

static void set_document(struct server *s, const struct http_request *req, struct http_answer *a)
{
    struct buf error;
    uint32_t id;
    int32_t day;

    if (!read_date(s, req, a, &day))
        return;
    buf_init(&error, 65536);
    if (!world_document(&s->world, req->body, req->body_length, &id, &error)) {
        refuse(a, 400, buf_cstr(&error));
    } else {
        if (http_param(req, "date") != NULL)
            world_changed(&s->world, id, day);
        buf_fmt(&a->body, "{\"id\":%u,\"stored\":true}\n", id);
    }
    buf_done(&error);
}

static void show_stats(struct server *s, const struct http_request *req, struct http_answer *a)
{
    (void)req;
    stats_write_json(s->stats, &a->body);
}

static void show_log(struct server *s, const struct http_request *req, struct http_answer *a)
{
    (void)req;
    a->type = "text/plain; charset=utf-8";
    stats_write_log(s->stats, &a->body);
}

void control_answer(struct server *s, const struct http_request *req, struct http_answer *answer)
{
    static const struct {
        const char *method;
        const char *name;
        void (*run)(struct server *, const struct http_request *, struct http_answer *);
    } calls[] = {{"GET", "stats", show_stats}, {"GET", "log", show_log},
        {"POST", "faults", set_faults}, {"POST", "reset", reset}, {"POST", "today", set_today},
        {"POST", "gone", set_gone}, {"POST", "touch", touch}, {"POST", "add", add_movie},
        {"POST", "document", set_document}};
    const char *name = req->path + sizeof CONTROL - 1;

    answer->max_age = -1;
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        if (strcmp(calls[i].name, name) != 0)
            continue;
        if (strcmp(calls[i].method, req->method) == 0)
            calls[i].run(s, req, answer);
        else
            refuse(answer, 405, calls[i].method);
        return;
    }
    refuse(answer, 404, "no such control call");
}
