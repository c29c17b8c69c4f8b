/* Configuration: see config.h. */
#include "source/tmdb/config.h"

#include "base/log.h"

#include <math.h>

enum { KEY_MAX = 2000, URL_MAX = 500 };

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool bad_key(struct err *e, const char *what)
{
    err_set(e, ERR_AUTH, "the TMDB key %s", what);
    return err_hint(e,
        "TMDB_API_KEY must be a v3 key (32 hex digits) or a v4 read access token (three parts "
        "joined by dots). Both are shown at https://www.themoviedb.org/settings/api.");
}

bool config_key(const char *key, enum key_form *ret, struct err *e)
{
    size_t hex = 0, dots = 0, n = key == NULL ? 0 : strlen(key);
    if (n == 0)
        return bad_key(e, "is not set");
    if (n > KEY_MAX)
        return bad_key(e, "is too long");
    for (size_t i = 0; i < n; i++) {
        hex += is_hex(key[i]);
        dots += key[i] == '.';
        if (!is_letter(key[i]) && !(key[i] >= '0' && key[i] <= '9') &&
            strchr("-_.=", key[i]) == NULL)
            return bad_key(e, "holds a character that no key has (a blank, a quote, a line end?)");
    }
    if (n == 32 && hex == n)
        *ret = KEY_V3;
    else if (dots == 2 && key[0] != '.' && key[n - 1] != '.')
        *ret = KEY_V4;
    else
        return bad_key(e, "has neither of the two forms");
    return true;
}

/* The host within a URL that config_url accepted: between "://" and the first '/' or ':'. */
static struct view host_of(const char *url)
{
    struct view v = view_of(url);
    size_t from = view_find(v, 0, ':') + 3, to = from;
    if (from > v.n)
        return (struct view){"", 0};
    if (url[from] == '[')
        to = view_find(v, from, ']') + 1;
    while (to < v.n && v.p[to] != '/' && v.p[to] != ':')
        to++;
    return view_slice(v, from, to > v.n ? v.n : to);
}

static bool is_under(struct view host, const char *domain)
{
    size_t n = strlen(domain);
    if (host.n > 0 && host.p[host.n - 1] == '.')
        host.n--;
    if (host.n < n || !view_is_nocase(view_slice(host, host.n - n, host.n), domain))
        return false;
    return host.n == n || host.p[host.n - n - 1] == '.';
}

bool config_is_tmdb(const char *url)
{
    struct view host = host_of(url);
    return is_under(host, "themoviedb.org") || is_under(host, "tmdb.org");
}

static bool bad_url(const char *name, const char *what, struct err *e)
{
    err_set(e, ERR_CONFIG, "%s %s", name, what);
    return err_hint(e,
        "%s is a URL such as https://api.themoviedb.org/3: http or https, a host, a path, and "
        "nothing else.",
        name);
}

static bool has_bad_character(struct view v)
{
    for (size_t i = 0; i < v.n; i++)
        if ((unsigned char)v.p[i] <= 0x20 || (unsigned char)v.p[i] >= 0x7f ||
            strchr("\"<>\\^`{|}", v.p[i]) != NULL)
            return true;
    return false;
}

bool config_url(const char *name, const char *url, struct arena *a, const char **ret, struct err *e)
{
    struct view v = view_of(url);
    if (v.n == 0 || v.n > URL_MAX)
        return bad_url(name, v.n == 0 ? "is not set" : "is too long", e);
    bool secure = v.n >= 8 && view_is_nocase(view_slice(v, 0, 8), "https://");
    if (!secure && !(v.n >= 7 && view_is_nocase(view_slice(v, 0, 7), "http://")))
        return bad_url(name, "begins neither with https:// nor with http://", e);
    if (has_bad_character(v))
        return bad_url(name, "holds a character that must not stand in a URL", e);
    if (view_find(v, 0, '@') < v.n)
        return bad_url(name, "holds a user name or an '@'", e);
    if (view_find(v, 0, '?') < v.n || view_find(v, 0, '#') < v.n)
        return bad_url(name, "holds a '?' or a '#'", e);
    if (host_of(url).n == 0)
        return bad_url(name, "names no host", e);
    if (!secure && config_is_tmdb(url))
        return bad_url(name, "would send the key to TMDB in clear text (http instead of https)", e);
    while (v.n > 0 && v.p[v.n - 1] == '/')
        v.n--;
    *ret = arena_dup(a, v).p;
    return true;
}

bool config_rate(const char *base_url, double rate, double *ret, struct err *e)
{
    if (!isfinite(rate) || rate < 0 || rate > 1000000) {
        err_set(e, ERR_CONFIG, "the rate of requests is no number of 0 or more");
        return err_hint(
            e, "TMDB_RATE is requests per second: 35 by default, at most 40 on TMDB's own hosts.");
    }
    if (rate > 0 && rate < 0.01)
        rate =
            0.01; /* one request in 100 s: slower than that is a mistake and would look like a hang */
    if (config_is_tmdb(base_url) && (rate <= 0 || rate > CONFIG_RATE_MAX)) {
        log_line(LOG_WARNING,
            "TMDB_RATE: on TMDB's own hosts at most %d requests per second are made",
            CONFIG_RATE_MAX);
        rate = CONFIG_RATE_MAX;
    }
    *ret = rate;
    return true;
}

/* "en" or "en-US" (ISO 639-1, ISO 3166-1). A bad value would not be an error at TMDB, only an empty answer. */
bool config_language(const char *z, struct err *e)
{
    size_t n = z == NULL ? 0 : strlen(z);
    bool ok = (n == 2 || n == 5) && is_letter(z[0]) && is_letter(z[1]) &&
              (n == 2 || (z[2] == '-' && is_letter(z[3]) && is_letter(z[4])));
    if (ok)
        return true;
    err_set(e, ERR_CONFIG, "the language for TMDB is not of the form en or en-US");
    return err_hint(
        e, "TMDB_LANGUAGE is two letters for the language, or those, '-' and two for the country.");
}

static bool is_known_section(const char *name)
{
    for (const struct tmdb_section *s = tmdb_sections; s->name != NULL; s++)
        if (strcmp(s->name, name) == 0)
            return true;
    return false;
}

bool config_sections(const char *const *sections, struct err *e)
{
    size_t n = 0;
    for (; sections != NULL && sections[n] != NULL; n++)
        if (!is_known_section(sections[n]))
            return err_set(e, ERR_CONFIG,
                "'%.60s' is no section of a movie that this program knows", sections[n]);
    if (n > CONFIG_SECTIONS_MAX)
        return err_set(e, ERR_CONFIG, "%zu sections: TMDB answers at most %d in one request", n,
            CONFIG_SECTIONS_MAX);
    return true;
}

bool config_numbers(const struct tmdb_config *config, struct err *e)
{
    if (config->connections < 1 || config->connections > CONFIG_CONNECTIONS_MAX)
        return err_set(e, ERR_CONFIG, "%u connections to TMDB: 1 to %d are possible",
            config->connections, CONFIG_CONNECTIONS_MAX);
    if (config->timeout_ms < 1 || config->timeout_ms > 3600000)
        return err_set(e, ERR_CONFIG, "the time limit of a request must be 1 ms to one hour");
    if (config->tries < 1 || config->tries > 100)
        return err_set(
            e, ERR_CONFIG, "%u tries for a request: 1 to 100 are possible", config->tries);
    return true;
}
