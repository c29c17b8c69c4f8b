/* Show: see show.h. */
#include "source/tmdb/show.h"

#include "base/text.h"

static bool is_secret(struct view name)
{
    static const char *const names[] = {"api_key", "access_token", "session_id", "guest_session_id",
        "request_token", "password", "token", "key", NULL};
    for (const char *const *n = names; *n != NULL; n++)
        if (view_is_nocase(name, *n))
            return true;
    return false;
}

static void show_parameter(struct str *to, struct view p)
{
    size_t equals = view_find(p, 0, '=');
    if (equals == p.n || !is_secret(view_slice(p, 0, equals))) {
        str_add(to, p);
        return;
    }
    str_add(to, view_slice(p, 0, equals + 1));
    str_addz(to, "***");
}

/* Where the host part ends: at the first '/', '?' or '#' behind "://". */
static size_t authority_end(struct view url, size_t from)
{
    size_t at = from;
    while (at < url.n && strchr("/?#", url.p[at]) == NULL)
        at++;
    return at;
}

void show_url(struct str *to, struct view url)
{
    size_t colon = view_find(url, 0, ':');
    bool has_host = colon + 3 <= url.n && memcmp(url.p + colon, "://", 3) == 0;
    size_t from = has_host ? colon + 3 : 0;
    size_t end = has_host ? authority_end(url, from) : 0;
    str_add(to, view_slice(url, 0, from));
    for (size_t i = end; i > from; i--) {
        if (url.p[i - 1] == '@') {
            str_addz(to, "***@");
            from = i;
            break;
        }
    }
    size_t query = view_find(url, end, '?');
    str_add(to, view_slice(url, from, query));
    for (size_t at = query; at < url.n;) {
        str_addc(to, at == query ? '?' : '&');
        size_t next = view_find(url, at + 1, '&');
        show_parameter(to, view_slice(url, at + 1, next));
        at = next;
    }
}

static bool starts_with_key(struct view text, size_t at, struct view key)
{
    if (key.n == 0 || text.n - at < key.n)
        return false;
    char a[2] = {0}, b[2] = {0};
    for (size_t i = 0; i < key.n; i++) {
        a[0] = text.p[at + i];
        b[0] = key.p[i];
        if (a[0] != b[0] && !view_is_nocase((struct view){a, 1}, b))
            return false;
    }
    return true;
}

void show_text(struct str *to, struct view text, struct view key, size_t max)
{
    size_t start = to->n, bad = utf8_bad_at(text);
    for (size_t i = 0; i < text.n; i++) {
        if (to->n - start >= max && (text.p[i] & 0xc0) != 0x80) {
            str_addz(to, "...");
            return;
        }
        if (starts_with_key(text, i, key)) {
            str_addz(to, "***");
            i += key.n - 1;
        } else if ((unsigned char)text.p[i] < 0x20 || text.p[i] == 0x7f) {
            str_addc(to, ' ');
        } else {
            str_addc(to, i >= bad && (text.p[i] & 0x80) != 0 ? '?' : text.p[i]);
        }
    }
}
