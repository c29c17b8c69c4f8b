/* Configuration: see config.h, and tmdb_setting_* in tmdb.h. */
#include "source/tmdb/config.h"

#include <math.h>

enum { KEY_MAX = 2000, URL_MAX = 500, V3_DIGITS = 32 };
static const double RATE_MIN = 0.01,
                    RATE_MAX = 1e6; /* slower than one request in 100 s would look like a hang */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_small(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_capital(char c)
{
    return c >= 'A' && c <= 'Z';
}

/* ---- the key */

static bool bad_key(struct err *e)
{
    return err_hint(e,
        "TMDB_API_KEY must be a v3 key (32 hex digits) or a v4 read access token (three parts "
        "joined by dots). Both are shown at https://www.themoviedb.org/settings/api.");
}

static bool is_token(struct view v)
{
    size_t dots = 0;
    for (size_t i = 0; i < v.n; i++)
        dots += v.p[i] == '.';
    return dots == 2;
}

/* A JWT: three parts of base64url. */
static bool check_token(struct view v, struct err *e)
{
    size_t part = 0;
    for (size_t i = 0; i <= v.n; i++) {
        bool end = i == v.n || v.p[i] == '.';
        if (end ? part == 0
                : !is_small(v.p[i]) && !is_capital(v.p[i]) && !is_digit(v.p[i]) &&
                      memchr("-_=", v.p[i], 3) == NULL) {
            err_set(e, ERR_CONFIG, "not a v4 token: character %zu cannot stand there", i + 1);
            return bad_key(e);
        }
        part = end ? 0 : part + 1;
    }
    return true;
}

bool tmdb_setting_key(struct view v, struct err *e)
{
    if (v.n > KEY_MAX) {
        err_set(e, ERR_CONFIG, "longer than any key");
        return bad_key(e);
    }
    if (is_token(v))
        return check_token(v, e);
    if (v.n != V3_DIGITS) {
        err_set(e, ERR_CONFIG, "%zu characters where 32 hex digits are expected", v.n);
        return bad_key(e);
    }
    for (size_t i = 0; i < v.n; i++)
        if (!is_hex(v.p[i])) {
            err_set(e, ERR_CONFIG, "character %zu of 32 is not a hex digit", i + 1);
            return bad_key(e);
        }
    return true;
}

enum key_form config_key_form(const char *key)
{
    return is_token(view_of(key)) ? KEY_V4 : KEY_V3;
}

/* ---- URLs */

static size_t scheme_end(struct view v)
{
    if (v.n >= 8 && view_is_nocase(view_slice(v, 0, 8), "https://"))
        return 8;
    return v.n >= 7 && view_is_nocase(view_slice(v, 0, 7), "http://") ? 7 : 0;
}

/* Between "://" and the next '/', ':' or '?'; what stands in brackets is whole. Empty when there is
 * none. */
static struct view host_of(struct view v)
{
    size_t from = scheme_end(v), to = from;
    if (from == 0)
        return (struct view){"", 0};
    if (to < v.n && v.p[to] == '[')
        to = view_find(v, to, ']');
    if (to == v.n) /* nothing, or a bracket that does not close */
        return (struct view){"", 0};
    while (to < v.n && strchr("/:?#", v.p[to]) == NULL)
        to++;
    return view_slice(v, from, to);
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
    struct view host = host_of(view_of(url));
    return is_under(host, "themoviedb.org") || is_under(host, "tmdb.org");
}

static bool may_stand_in_url(char c)
{
    return (unsigned char)c > ' ' && (unsigned char)c < 0x7F && strchr("\"<>\\^`{|}", c) == NULL;
}

bool tmdb_setting_url(struct view v, struct err *e)
{
    struct arena a;
    if (v.n > URL_MAX)
        return err_set(e, ERR_CONFIG, "longer than any base URL");
    for (size_t i = 0; i < v.n; i++)
        if (!may_stand_in_url(v.p[i]))
            return err_set(e, ERR_CONFIG, "character %zu cannot stand in a URL", i + 1);
    if (host_of(v).n == 0)
        return err_set(e, ERR_CONFIG, "not a URL that begins with https:// or http://");
    if (view_find(v, 0, '@') < v.n)
        return err_set(e, ERR_CONFIG, "a user or password in a URL is not accepted");
    if (view_find(v, 0, '?') < v.n || view_find(v, 0, '#') < v.n)
        return err_set(e, ERR_CONFIG, "a URL with '?' or '#' cannot be a base");
    arena_init(&a);
    bool clear = scheme_end(v) == 7 && config_is_tmdb(arena_dup(&a, v).p);
    arena_done(&a);
    return !clear || err_set(e, ERR_CONFIG,
                         "TMDB's hosts are asked by https:// only, so that the key stays secret");
}

const char *config_url(const char *url, struct arena *a)
{
    struct view v = view_of(url);
    while (v.n > 0 && v.p[v.n - 1] == '/')
        v.n--;
    return arena_dup(a, v).p;
}

/* ---- rate, language, and what no person sets */

bool tmdb_setting_rate(double rate, const char *base_url, struct err *e)
{
    if (!isfinite(rate) || rate < 0 || rate > RATE_MAX || (rate > 0 && rate < RATE_MIN))
        return err_set(e, ERR_CONFIG, "not a number of requests per second, like 35 or 0.5");
    if (config_is_tmdb(base_url) && rate > CONFIG_RATE_MAX)
        return err_set(e, ERR_CONFIG, "%g requests per second where TMDB's hosts allow %d", rate,
            CONFIG_RATE_MAX);
    if (config_is_tmdb(base_url) && rate <= 0)
        return err_set(e, ERR_CONFIG, "0 (unlimited) is only for another TMDB_BASE_URL");
    return true;
}

/* ISO 639-1 and ISO 3166-1, as TMDB writes them. A bad value would not be an error at TMDB, only
 * another answer. */
bool tmdb_setting_language(struct view v, struct err *e)
{
    bool ok = (v.n == 2 || v.n == 5) && is_small(v.p[0]) && is_small(v.p[1]) &&
              (v.n == 2 || (v.p[2] == '-' && is_capital(v.p[3]) && is_capital(v.p[4])));
    return ok || err_set(e, ERR_CONFIG, "'%.*s' is not a language like en-US or de", VIEW_ARG(v));
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
