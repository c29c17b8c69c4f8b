/* Hosts: see hosts.h. */
#include "store/mysql/hosts.h"

#include "base/num.h"

static bool bad(struct view entry, const char *why, struct err *e)
{
    err_set(e, ERR_CONFIG, "SQL_HOST: '%.*s' %s", VIEW_ARG(entry), why);
    return err_hint(e, "Write host[:port], several with commas between them; an IPv6 address goes "
                       "into brackets: [::1]:3306.");
}

static bool parse_port(struct view entry, struct view v, int *ret, struct err *e)
{
    int64_t port;
    if (!num_i64_in(v, 1, 65535, &port))
        return bad(entry, "has no port between 1 and 65535 behind its colon", e);
    *ret = (int)port;
    return true;
}

/* What stands before the port, and where the colon of the port is (or the end). */
static bool split(struct view entry, struct view *ret_name, size_t *ret_colon, struct err *e)
{
    size_t colon = view_find(entry, 0, ':');
    if (entry.n > 0 && entry.p[0] == '[') {
        size_t close = view_find(entry, 0, ']');
        if (close == entry.n || (close + 1 < entry.n && entry.p[close + 1] != ':'))
            return bad(entry, "has a bracket that is not closed before the port", e);
        *ret_name = view_slice(entry, 1, close);
        *ret_colon = close + 1;
    } else if (colon < entry.n && view_find(entry, colon + 1, ':') < entry.n) {
        return bad(entry, "has several colons", e);
    } else {
        *ret_name = view_slice(entry, 0, colon);
        *ret_colon = colon;
    }
    return ret_name->n > 0 || bad(entry, "names no host", e);
}

static bool parse_one(struct view entry, struct arena *a, struct host *ret, struct err *e)
{
    struct view name;
    size_t colon = 0;
    *ret = (struct host){0};
    if (!split(entry, &name, &colon, e))
        return false;
    ret->name = arena_dup(a, name).p;
    return colon == entry.n ||
           parse_port(entry, view_slice(entry, colon + 1, entry.n), &ret->port, e);
}

bool hosts_parse(const char *text, struct arena *a, struct hosts *ret, struct err *e)
{
    struct view v = view_of(text);
    struct hosts hosts = {.n = 0};
    for (size_t at = 0; at <= v.n;) {
        size_t end = view_find(v, at, ',');
        if (hosts.n == HOSTS_MAX)
            return err_set(e, ERR_CONFIG, "SQL_HOST names more than %d hosts", HOSTS_MAX);
        if (!parse_one(view_trim(view_slice(v, at, end)), a, &hosts.items[hosts.n++], e))
            return false;
        at = end + 1;
    }
    *ret = hosts;
    return true;
}
