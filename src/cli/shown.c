/* Shown text: see shown.h. */
#include "cli/shown.h"

#include "base/text.h"

/* The length of the well-formed character at v.p[at], 0 when the byte there begins none. */
static size_t char_length(struct view v, size_t at)
{
    unsigned char c = (unsigned char)v.p[at];
    size_t n = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    if (at + n > v.n || !utf8_is_valid(view_slice(v, at, at + n)))
        return 0;
    return n;
}

static bool is_control(const char *p)
{
    const unsigned char *u = (const unsigned char *)p;
    return u[0] < 0x20 || u[0] == 0x7F || (u[0] == 0xC2 && u[1] < 0xA0);
}

static bool is_wide(const char *p, size_t n)
{
    const unsigned char *u = (const unsigned char *)p;
    return n == 4 || (n == 3 && (u[0] > 0xE1 || (u[0] == 0xE1 && u[1] >= 0x84)));
}

/* Adds what shows the character (or bad byte) at `at`; returns how many bytes of `v` that was. */
static size_t add_char(struct str *to, struct view v, size_t at, const char *keep)
{
    size_t n = char_length(v, at);
    if (n > 0 && (!is_control(v.p + at) || (v.p[at] != '\0' && strchr(keep, v.p[at]) != NULL))) {
        str_add(to, view_slice(v, at, at + n));
        return n;
    }
    unsigned char c = (unsigned char)(n == 2 ? v.p[at + 1] : v.p[at]); /* C1: U+0080 + (c & 0x1f) */
    str_addf(to, "\\x%02x", c);
    return n == 0 ? 1 : n;
}

void add_shown(struct str *to, struct view v, const char *keep)
{
    for (size_t at = 0; at < v.n;)
        at += add_char(to, v, at, keep);
}

size_t columns_of(struct view v)
{
    size_t columns = 0;
    for (size_t at = 0; at < v.n;) {
        size_t n = char_length(v, at);
        columns += n > 0 && is_wide(v.p + at, n) ? 2 : 1;
        at += n == 0 ? 1 : n;
    }
    return columns;
}

void add_cut(struct str *to, struct view v, size_t width)
{
    struct str one;
    size_t used = 0;
    str_init(&one, 16);
    for (size_t at = 0; at < v.n;) {
        str_clear(&one);
        size_t n = add_char(&one, v, at, "");
        used += columns_of(str_view(&one));
        if (used > width)
            break;
        str_add(to, str_view(&one));
        at += n;
    }
    str_done(&one);
}

void add_json(struct str *to, struct view v)
{
    str_addc(to, '"');
    while (v.n > 0) {
        size_t bad = utf8_bad_at(v);
        text_add_escaped(to, view_slice(v, 0, bad));
        if (bad < v.n)
            str_addz(to, "\xEF\xBF\xBD");
        v = view_slice(v, bad < v.n ? bad + 1 : bad, v.n);
    }
    str_addc(to, '"');
}
