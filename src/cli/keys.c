/* Configuration keys: see keys.h. */
#include "cli/keys.h"

#include "base/num.h"
#include "base/text.h"
#include "cli/dotenv.h"
#include "cli/values.h"
#include "etl/etl.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* What a rate may be depends on whom it is for: config_build.c. */
static bool check_rate(struct view v, struct err *e)
{
    double ignored;
    return num_real(v, &ignored) ||
           err_set(e, ERR_CONFIG, "'%.*s' is not a number of requests per second, like 35 or 0.5",
               VIEW_ARG(v));
}

static bool check_sections(struct view v, struct err *e)
{
    for (size_t from = 0; from <= v.n;) {
        size_t end = view_find(v, from, ',');
        struct view name = view_trim(view_slice(v, from, end));
        if (!view_is(name, "translations") && !view_is(name, "images"))
            return err_set(e, ERR_CONFIG,
                "'%.*s' is not a section that can be added: translations, images", VIEW_ARG(name));
        from = end + 1;
    }
    return true;
}

static bool check_port(struct view v, struct err *e)
{
    int64_t port;
    return num_i64_in(v, 1, 65535, &port) ||
           err_set(e, ERR_CONFIG, "'%.*s' is not a port from 1 to 65535", VIEW_ARG(v));
}

/* host, host:port, [v6], [v6]:port */
static bool check_one_host(struct view v, struct err *e)
{
    size_t end = v.n > 0 && v.p[0] == '[' ? view_find(v, 0, ']') : view_find(v, 0, ':');
    bool v6 = v.n > 0 && v.p[0] == '[';
    if (v.n == 0 || end == 0 || (v6 && (end < 2 || end == v.n)))
        return err_set(
            e, ERR_CONFIG, "'%.*s' is not a host, host:port or [IPv6 address]:port", VIEW_ARG(v));
    for (size_t i = v6; i < end; i++)
        if (v6 ? !is_hex(v.p[i]) && strchr(":.%", v.p[i]) == NULL
               : !is_letter(v.p[i]) && !is_digit(v.p[i]) && strchr(".-_", v.p[i]) == NULL)
            return err_set(
                e, ERR_CONFIG, "'%.*s' is not the name or address of a host", VIEW_ARG(v));
    if (v6 && view_find(v, 0, ':') > end)
        return err_set(e, ERR_CONFIG, "'%.*s' is not the name or address of a host", VIEW_ARG(v));
    end += v6;
    if (end == v.n)
        return true;
    if (v.p[end] != ':' || view_find(v, end + 1, ':') < v.n)
        return err_set(
            e, ERR_CONFIG, "'%.*s': an IPv6 address stands in brackets: [::1]:3306", VIEW_ARG(v));
    return check_port(view_slice(v, end + 1, v.n), e);
}

static bool check_host(struct view v, struct err *e)
{
    for (size_t from = 0; from <= v.n;) {
        size_t end = view_find(v, from, ',');
        if (!check_one_host(view_slice(v, from, end), e))
            return false;
        from = end + 1;
    }
    return true;
}

/* The words are the store's own; a CA file may follow those that check the certificate. */
static bool check_tls(struct view v, struct err *e)
{
    struct view word = view_slice(v, 0, view_find(v, 0, ':'));
    bool alone = word.n == v.n;
    bool checks = view_is(word, "verify-ca") || view_is(word, "verify-full");
    bool ok = (alone && (view_is(v, "off") || view_is(v, "prefer") || view_is(v, "require") ||
                            view_is(v, "verify"))) ||
              (checks && (alone || v.n > word.n + 1)) || view_find(word, 0, '/') < word.n;
    return ok || err_set(e, ERR_CONFIG,
                     "'%.*s' is not off, prefer, require, verify-ca:CAFILE, verify-full[:CAFILE] "
                     "or the path "
                     "of a CA file",
                     VIEW_ARG(v));
}

static bool check_prefix(struct view v, struct err *e)
{
    bool ok = v.n <= 16;
    for (size_t i = 0; ok && i < v.n; i++)
        ok = is_letter(v.p[i]) || is_digit(v.p[i]) || v.p[i] == '_';
    return ok || err_set(e, ERR_CONFIG,
                     "'%.*s' is not a prefix of at most 16 letters, digits and _", VIEW_ARG(v));
}

static bool check_either(struct view v, const char *a, const char *b, struct err *e)
{
    return view_is(v, a) || view_is(v, b) ||
           err_set(e, ERR_CONFIG, "'%.*s' is not %s or %s", VIEW_ARG(v), a, b);
}

bool key_check(enum key k, const char *value, struct err *e)
{
    struct view v = view_of(value);
    if (v.n > VALUE_MAX)
        return err_set(e, ERR_CONFIG, "the value is longer than %d bytes", VALUE_MAX);
    if (!utf8_is_valid(v) && cli_keys[k].kind != VALUE_PATH && cli_keys[k].kind != VALUE_TEXT)
        return err_set(e, ERR_CONFIG, "the value is not UTF-8");
    switch (cli_keys[k].kind) {
    case VALUE_API:
        return tmdb_setting_key(v, e);
    case VALUE_URL:
        return tmdb_setting_url(v, e);
    case VALUE_RATE:
        return check_rate(v, e);
    case VALUE_LANGUAGE:
        return tmdb_setting_language(v, e);
    case VALUE_ADULT:
        return check_either(v, "exclude", "include", e);
    case VALUE_IP:
        return check_either(v, "any", "v4", e);
    case VALUE_SECTIONS:
        return check_sections(v, e);
    case VALUE_HOST:
        return check_host(v, e);
    case VALUE_PORT:
        return check_port(v, e);
    case VALUE_TLS:
        return check_tls(v, e);
    case VALUE_PREFIX:
        return check_prefix(v, e);
    case VALUE_FOREIGN:
        return check_either(v, "auto", "off", e);
    case VALUE_TEXT:
    case VALUE_PATH:
        break;
    }
    return true;
}

/* Names that other tools use for what ours mean. */
static const char *const others[][2] = {
    {"SQL_PASSWORD", "SQL_PASS"},
    {"SQL_USERNAME", "SQL_USER"},
    {"SQL_DATABASE", "SQL_DB"},
    {"SQL_DBNAME", "SQL_DB"},
    {"SQL_NAME", "SQL_DB"},
    {"SQL_SERVER", "SQL_HOST"},
    {"TMDB_KEY", "TMDB_API_KEY"},
    {"TMDB_TOKEN", "TMDB_API_KEY"},
    {"TMDB_API_TOKEN", "TMDB_API_KEY"},
    {"TMDB_URL", "TMDB_BASE_URL"},
    {"TMDB_LANG", "TMDB_LANGUAGE"},
    {"DATA_PATH", "DATA_DIR"},
    {"MOVIELENS_DIR", "MOVIELENS_PATH"},
};

static bool is_nocase_start(struct view name, char c)
{
    return name.n > 0 && (name.p[0] | 32) == (c | 32);
}

const char *key_meant(struct view name)
{
    struct nearest near;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (view_is_nocase(name, others[i][0]))
            return others[i][1];
    nearest_init(&near, name);
    for (enum key k = 0; k < KEY_COUNT; k++) {
        if (view_is_nocase(name, cli_keys[k].name))
            return cli_keys[k].name;
        if (is_nocase_start(name, cli_keys[k].name[0]) &&
            edit_distance(name, view_of(cli_keys[k].name)) <= 2)
            nearest_try(&near, cli_keys[k].name);
    }
    return near.name;
}
