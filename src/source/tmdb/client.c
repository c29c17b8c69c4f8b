/* The client: see tmdb.h and client.h. */
#include "source/tmdb/client.h"

#include "base/mem.h"
#include "source/tmdb/config.h"

#include <stdarg.h>
#include <stdio.h>

enum { PATH_MAX_BYTES = 2000 };

static const char *dup(struct arena *a, const char *z)
{
    return arena_dup(a, view_of(z)).p;
}

static bool has_section(const struct tmdb_client *c, const char *name)
{
    for (size_t i = 0; c->sections[i] != NULL; i++)
        if (strcmp(c->sections[i], name) == 0)
            return true;
    return false;
}

static void keep_sections(struct tmdb_client *c, const char *const *sections)
{
    size_t n = 0;
    struct view joined = {"", 0};
    while (sections != NULL && sections[n] != NULL)
        n++;
    const char **mine = arena_take_array(&c->texts, n + 1, sizeof *mine);
    for (size_t i = 0; i < n; i++) {
        mine[i] = dup(&c->texts, sections[i]);
        joined = arena_print(&c->texts, "%s%s%s", joined.p, i == 0 ? "" : ",", mine[i]);
    }
    c->sections = mine;
    c->sections_joined = joined.p;
}

/* `language` filters images and videos too: without these two parameters most of them would be
 * missing. */
static void keep_more(struct tmdb_client *c)
{
    bool english = c->language[0] == 'e' && c->language[1] == 'n';
    const char *names[] = {"images", "image", "videos", "video"};
    struct view more = {"", 0};
    for (size_t i = 0; i < 4; i += 2)
        if (has_section(c, names[i]))
            more = arena_print(&c->texts, "%s&include_%s_language=%.2s%s,null", more.p,
                names[i + 1], c->language, english ? "" : ",en");
    c->more = more.p;
}

static void keep_key(struct tmdb_client *c, const char *key, enum key_form form)
{
    c->asker.key = arena_dup(&c->texts, view_of(key));
    c->key_parameter = form == KEY_V3 ? arena_print(&c->texts, "api_key=%s", key).p : "";
    if (form == KEY_V4)
        c->asker.authorization = arena_print(&c->texts, "Authorization: Bearer %s", key).p;
}

/* Every error names the setting. */
static bool named(bool ok, const char *name, struct err *e)
{
    return ok || err_in(e, "%s", name);
}

static bool check(const struct tmdb_config *c, struct err *e)
{
    return named(tmdb_setting_key(view_of(c->key), e), "TMDB_API_KEY", e) &&
           named(tmdb_setting_url(view_of(c->base_url), e), "TMDB_BASE_URL", e) &&
           named(tmdb_setting_url(view_of(c->export_url), e), "TMDB_EXPORT_URL", e) &&
           named(tmdb_setting_rate(c->rate, c->base_url, e), "TMDB_RATE", e) &&
           named(tmdb_setting_language(view_of(c->language), e), "TMDB_LANGUAGE", e) &&
           config_sections(c->sections, e) && config_numbers(c, e);
}

static bool set_up(struct tmdb_client *c, const struct tmdb_config *config, struct err *e)
{
    if (!check(config, e))
        return false;
    c->base_url = config_url(config->base_url, &c->texts);
    c->export_url = config_url(config->export_url, &c->texts);
    c->language = dup(&c->texts, config->language);
    c->include_adult = config->include_adult;
    c->connections = config->connections;
    keep_sections(c, config->sections);
    keep_more(c);
    keep_key(c, config->key, config_key_form(config->key));
    return true;
}

bool client_new_over(
    const struct tmdb_config *config, struct http *http, struct tmdb_client **ret, struct err *e)
{
    struct tmdb_client *c = mem_alloc(sizeof *c);
    arena_init(&c->texts);
    c->asker.http = http;
    if (!set_up(c, config, e)) {
        tmdb_client_free(c);
        return false;
    }
    struct asker kept = c->asker;
    asker_init(&c->asker, http, config->rate);
    c->asker.key = kept.key;
    c->asker.authorization = kept.authorization;
    c->asker.policy.tries = config->tries;
    c->asker.timeout_ms = config->timeout_ms;
    c->asker.max_on_way = config->connections;
    *ret = c;
    return true;
}

bool tmdb_client_new(const struct tmdb_config *config, struct tmdb_client **ret, struct err *e)
{
    struct http *http;
    struct http_options o = {config->connections, config->ipv4_only};
    if (!config_numbers(config, e) || !http_curl_new(&o, &http, e))
        return false;
    return client_new_over(config, http, ret, e);
}

void tmdb_client_free(struct tmdb_client *c)
{
    if (c == NULL)
        return;
    asker_done(&c->asker);
    arena_done(&c->texts);
    mem_free(c);
}

void client_ask(const struct tmdb_client *c, struct ask *q, const char *fmt, ...)
{
    char path[PATH_MAX_BYTES];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(path, sizeof path, fmt, ap);
    va_end(ap);
    str_clear(&q->url);
    str_addz(&q->url, c->base_url);
    str_addz(&q->url, path);
    if (c->key_parameter[0] != '\0') {
        str_addc(&q->url, strchr(path, '?') == NULL ? '?' : '&');
        str_addz(&q->url, c->key_parameter);
    }
}

void tmdb_remember(struct tmdb_client *c, const struct tmdb_memory *memory)
{
    c->memory = *memory;
}

void tmdb_counts(const struct tmdb_client *c, struct tmdb_counts *ret)
{
    *ret = c->asker.counts;
}

bool tmdb_check_key(struct tmdb_client *c, struct err *e)
{
    struct arena a;
    struct ask q;
    arena_init(&a);
    ask_init(&q, &a);
    (void)snprintf(q.what, sizeof q.what, "a check of the key");
    client_ask(c, &q, "/authentication");
    bool ok = asker_only(&c->asker, &q, e);
    if (ok && q.verdict == VERDICT_GONE) {
        *e = q.why;
        e->kind = ERR_CONFIG;
        ok = err_hint(e, "Check TMDB_BASE_URL: what answers there is not TMDB's API, version 3.");
    }
    ask_done(&q);
    arena_done(&a);
    return ok;
}
