/* Cleaning: see clean.h. One pass; the result is never longer than what was given. */
#include "source/movielens/clean.h"

#include "source/movielens/plain.h"

enum { ENTITY_MAX = 12 }; /* bytes between '&' and ';' that are looked at */

/* The code point at p (valid UTF-8) and its length. */
static size_t decode(const unsigned char *p, uint32_t *ret)
{
    if (p[0] < 0x80) {
        *ret = p[0];
        return 1;
    }
    size_t n = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    uint32_t c = p[0] & (0x7Fu >> n);
    for (size_t i = 1; i < n; i++)
        c = c << 6 | (p[i] & 63u);
    *ret = c;
    return n;
}

static size_t encode(uint32_t c, char to[4])
{
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n; i-- > 1; c >>= 6)
        to[i] = (char)(0x80 | (c & 63u));
    to[0] = (char)((0xF00u >> n & 0xFFu) | c);
    return n;
}

static unsigned digit_of(char c, unsigned base)
{
    unsigned d = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                 : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                 : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10
                                        : 99;
    return d < base ? d : 99;
}

/* The number of a numeric entity ("#354", "#x162"), or 0. */
static uint32_t numeric(struct view name)
{
    bool hex = name.n > 1 && (name.p[1] == 'x' || name.p[1] == 'X');
    uint32_t c = 0;
    for (size_t i = hex ? 2 : 1; i < name.n; i++) {
        unsigned d = digit_of(name.p[i], hex ? 16 : 10);
        if (d == 99 || c > 0x10FFFF)
            return 0;
        c = c * (hex ? 16 : 10) + d;
    }
    return c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF) || c < 0x20 ? 0 : c;
}

static uint32_t named(struct view name)
{
    static const struct {
        const char *name;
        uint32_t c;
    } names[] = {
        {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}, {"nbsp", 0xA0}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (view_is(name, names[i].name))
            return names[i].c;
    return 0;
}

/* The entity at v[0] == '&': what it stands for, and its length in bytes; 0: none. */
static size_t entity(struct view v, uint32_t *ret)
{
    struct view head = view_slice(v, 0, v.n < ENTITY_MAX ? v.n : ENTITY_MAX);
    size_t end = view_find(head, 1, ';');
    if (end == head.n || end < 3)
        return 0;
    struct view name = view_slice(head, 1, end);
    *ret = name.p[0] == '#' ? numeric(name) : named(name);
    return *ret == 0 ? 0 : end + 1;
}

static bool is_blank(uint32_t c)
{
    return c <= 0x20 || (c >= 0x7F && c <= 0xA0) || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
           c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

static bool is_nothing(uint32_t c)
{
    return c == 0x200B || c == 0x2060 || c == 0xFEFF;
}

static bool is_mark(uint32_t c)
{
    return c == 0xAD || (c >= 0x200C && c <= 0x200F);
}

/* Nearly all texts: nothing but visible ASCII and single blanks between, and no entity. False may
 * be said of such a text, too. Words overlap, so that of two blanks some word has both. */
static bool is_clean(struct view v)
{
    const uint64_t high = 0x8080808080808080u, blank = 0x2020202020202020u;
    uint64_t other = v.n < 8 || v.p[0] == ' ' || v.p[v.n - 1] == ' ';
    for (size_t at = 0; other == 0; at += 7) {
        at = at + 8 < v.n ? at : v.n - 8;
        uint64_t word = plain_word(v.p + at), blanks = plain_that_are(word, ' ');
        other = (word & high) | ((word - blank) & ~word & high) | plain_that_are(word, '&') |
                plain_that_are(word, 0x7F) | (blanks & blanks >> 8);
        if (at + 8 == v.n)
            break;
    }
    return other == 0;
}

struct view clean_text(struct arena *a, struct view v)
{
    if (is_clean(v))
        return v;
    char *to = arena_take(a, v.n + 1);
    size_t n = 0,
           end = 0; /* bytes written; bytes up to the last character that may stand at the end */
    bool gap = false;
    for (size_t at = 0; at < v.n;) {
        uint32_t c = 0;
        size_t used = v.p[at] == '&' ? entity(view_slice(v, at, v.n), &c) : 0;
        if (used == 0)
            used = decode((const unsigned char *)v.p + at, &c);
        at += used;
        if (is_nothing(c) || (is_mark(c) && end == 0))
            continue;
        if (is_blank(c)) {
            gap = end > 0;
            continue;
        }
        if (gap)
            to[n++] = ' ';
        gap = false;
        n += encode(c, to + n);
        if (!is_mark(c))
            end = n;
    }
    return (struct view){to, end};
}
