/* The scripted engine: see test.h. */
#include "test.h"

#include "base/log.h"
#include "base/num.h"
#include "base/sys.h"

#include <stdio.h>

static bool submit(struct http *http, struct http_exchange *x, struct err *e)
{
    struct fake *f = (struct fake *)http;
    if (f->n == FAKE_MAX)
        return err_set(e, ERR_BUG, "too many at a time");
    f->queue[f->n++] = x;
    if (f->n > f->most)
        f->most = f->n;
    f->submitted++;
    f->with_key += fake_has(x, KEY_OF_V3) || fake_has(x, KEY_OF_V4);
    f->with_header += x->authorization != NULL;
    if (x->sink != NULL && !x->sink->begin(x->sink->payload))
        return err_set(e, ERR_DISK, "sink");
    x->engine = f;
    return true;
}

static void cancel(struct http *http, struct http_exchange *x)
{
    struct fake *f = (struct fake *)http;
    size_t kept = 0;
    for (size_t i = 0; i < f->n; i++)
        if (f->queue[i] != x)
            f->queue[kept++] = f->queue[i];
    f->n = kept;
}

static bool poll_fake(struct http *http, int64_t wait_ms, struct http_exchange **ret, struct err *e)
{
    struct fake *f = (struct fake *)http;
    (void)e;
    *ret = NULL;
    if (f->n == 0) {
        sys_sleep_ms(wait_ms);
        return true;
    }
    f->seed = f->seed * 1103515245 + 12345;
    *ret = f->queue[f->seed / 65536 % f->n];
    cancel(http, *ret);
    (*ret)->engine = NULL;
    f->answer(f->payload, *ret);
    (*ret)->bytes = (*ret)->body.n;
    return true;
}

static void free_fake(struct http *http)
{
    ((struct fake *)http)->freed = true;
}

void fake_init(
    struct fake *f, void (*answer)(void *payload, struct http_exchange *x), void *payload)
{
    *f = (struct fake){
        .http = {submit, poll_fake, cancel, free_fake}, .answer = answer, .payload = payload};
}

void fake_say(struct http_exchange *x, int status, const char *body)
{
    x->end = HTTP_ANSWERED;
    x->status = status;
    str_clear(&x->body);
    str_addz(&x->body, body);
    (void)snprintf(x->content_type, sizeof x->content_type, "%s",
        body[0] == '<' ? "text/html" : "application/json");
}

void fake_sayf(struct http_exchange *x, int status, const char *fmt, ...)
{
    char body[20000];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(body, sizeof body, fmt, ap);
    va_end(ap);
    fake_say(x, status, body);
}

struct tmdb_config fake_config(const char *const *sections)
{
    return (struct tmdb_config){
        .base_url = "http://127.0.0.1:9/3",
        .export_url = "http://127.0.0.1:9/exports",
        .key = KEY_OF_V3,
        .language = "en-US",
        .rate = 0,
        .connections = 4,
        .sections = sections,
        .timeout_ms = 30000,
        .tries = 5,
    };
}

struct tmdb_client *fake_client(struct fake *f, const char *const *sections)
{
    struct tmdb_config config = fake_config(sections);
    struct tmdb_client *c;
    struct err e;
    assert_true(client_new_over(&config, &f->http, &c, &e));
    return c;
}

bool fake_has(const struct http_exchange *x, const char *part)
{
    return strstr(x->url, part) != NULL;
}

int64_t fake_number(const struct http_exchange *x, const char *name)
{
    const char *at = strstr(x->url, name);
    int64_t n;
    if (at == NULL)
        return -1;
    at += strlen(name);
    return num_i64((struct view){at, strspn(at, "0123456789")}, &n) ? n : -1;
}

static struct sys_seam seam;

void fast_clock(double speed)
{
    seam = (struct sys_seam){.clock_speed = speed};
    sys_install(&seam);
}

void plain_clock(void)
{
    sys_install(NULL);
}

struct str logged;

static void keep_line(void *payload, enum log_level level, const char *text)
{
    (void)payload;
    (void)level;
    str_addz(&logged, text);
    str_addc(&logged, '\n');
}

void keep_log(void)
{
    static const struct log_sink sink = {keep_line, NULL};
    str_init(&logged, 1 << 20);
    log_install(&sink);
}

void drop_log(void)
{
    log_install(NULL);
    str_done(&logged);
}
