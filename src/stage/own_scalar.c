/* Texts, numbers and words of the writer's own form: see own_scalar.h. */
#include "stage/own_scalar.h"

#include "base/num.h"
#include "base/text.h"

/* What a byte inside double quotes is. */
enum { RAW, STOP, ESCAPE, SEVERAL };

#define STOP_16                                                                                    \
    STOP, STOP, STOP, STOP, STOP, STOP, STOP, STOP, STOP, STOP, STOP, STOP, STOP, STOP, STOP, STOP
#define SEVERAL_16                                                                                 \
    SEVERAL, SEVERAL, SEVERAL, SEVERAL, SEVERAL, SEVERAL, SEVERAL, SEVERAL, SEVERAL, SEVERAL,      \
        SEVERAL, SEVERAL, SEVERAL, SEVERAL, SEVERAL, SEVERAL

static const unsigned char KIND[256] = {STOP_16,
    STOP_16, ['"'] = STOP, ['\\'] = ESCAPE, [0x7F] = STOP, [0x80] = SEVERAL_16, SEVERAL_16,
    SEVERAL_16, SEVERAL_16, SEVERAL_16, SEVERAL_16, SEVERAL_16, SEVERAL_16};

/* The bytes of the character at p, which has more than one; 0: not UTF-8, or must not stand there
 * raw (tree.h). */
static size_t character(const char *z, size_t at_most)
{
    const unsigned char *p = (const unsigned char *)z;
    size_t n = utf8_sequence(z, at_most);
    if (n == 2 && p[0] == 0xC2 && p[1] < 0xA0)
        return 0;
    if (n == 3 && p[0] == 0xE2 && p[1] == 0x80 && (p[2] == 0xA8 || p[2] == 0xA9))
        return 0;
    if (n == 3 && p[0] == 0xEF &&
        ((p[1] == 0xBB && p[2] == 0xBF) || (p[1] == 0xBF && p[2] >= 0xBE)))
        return 0;
    return n;
}

static bool hex4(const char *p, unsigned *ret)
{
    *ret = 0;
    for (int i = 0; i < 4; i++) {
        unsigned digit = (unsigned char)p[i] - (unsigned)'0';
        if (digit > 9)
            digit = p[i] >= 'a' && p[i] <= 'f' ? (unsigned)(p[i] - 'a') + 10 : 16;
        if (digit > 15)
            return false;
        *ret = *ret << 4 | digit;
    }
    return *ret < 0xD800 || *ret > 0xDFFF;
}

static size_t put_utf8(unsigned code, char *to)
{
    if (code < 0x80) {
        to[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        to[0] = (char)(0xC0 | code >> 6);
        to[1] = (char)(0x80 | (code & 63));
        return 2;
    }
    to[0] = (char)(0xE0 | code >> 12);
    to[1] = (char)(0x80 | (code >> 6 & 63));
    to[2] = (char)(0x80 | (code & 63));
    return 3;
}

/* The escape at p into `to`; both go on. */
static bool escape(const char **p, char **to)
{
    static const char letters[] = "\"\\bfnrt", values[] = "\"\\\b\f\n\r\t";
    char letter = (*p)[1];
    unsigned code;
    const char *known = letter == '\0' ? NULL : strchr(letters, letter);
    if (known != NULL) {
        *(*to)++ = values[known - letters];
        *p += 2;
        return true;
    }
    if (letter != 'u' || !hex4(*p + 2, &code))
        return false;
    *to += put_utf8(code, *to);
    *p += 6;
    return true;
}

const char *own_text_end(const char *p)
{
    for (; *p != '"'; p++)
        if (*p == '\0' || (*p == '\\' && *++p == '\0'))
            return NULL;
    return p;
}

/* Eight bytes, the first one lowest. */
static uint64_t word_at(const char *p)
{
    const unsigned char *b = (const unsigned char *)p;
    return (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24 |
           (uint64_t)b[4] << 32 | (uint64_t)b[5] << 40 | (uint64_t)b[6] << 48 |
           (uint64_t)b[7] << 56;
}

/* The first byte from p on that is not RAW: eight at once, while so many are left. In `other` the
 * highest bit is set of each byte that is less than a blank, a quote, a backslash, or over '~'. A
 * borrow can make that of bytes behind such a one only. */
static const char *pass_raw(const char *p, const char *end)
{
    const uint64_t each = 0x0101010101010101u;
    while ((size_t)(end - p) >= sizeof each) {
        uint64_t w = word_at(p), other = (w - each * ' ') | ((w ^ each * '"') - each) |
                                         ((w ^ each * '\\') - each) | (w + each) | w;
        other &= each * 0x80;
        if (other != 0)
            return p + (unsigned)__builtin_ctzll(other) / 8;
        p += sizeof each;
    }
    while (KIND[(unsigned char)*p] == RAW)
        p++;
    return p;
}

/* The first byte that cannot be a text's as it stands: its end, an escape, or one that is not in
 * the form. */
static const char *pass_plain(struct own_cursor *c, const char *p)
{
    while (KIND[(unsigned char)*(p = pass_raw(p, c->end))] == SEVERAL) {
        size_t n = character(p, 4); /* the NUL behind the end is no part of any */
        if (n == 0)
            break;
        c->margin += n - 1;
        p += n;
    }
    return p;
}

/* The text from..., of which the first escape is at p, as it is meant. */
static bool unescape(struct own_cursor *c, const char *from, const char *p, struct view *ret)
{
    const char *end = own_text_end(p), *next;
    if (end == NULL)
        return false;
    char *text = arena_take_unset(c->texts, (size_t)(end - from), 1), *to = text;
    for (next = p, p = from;; next = pass_plain(c, p)) {
        memcpy(to, p, (size_t)(next - p));
        to += next - p;
        p = next;
        if (KIND[(unsigned char)*p] != ESCAPE)
            break;
        if (!escape(&p, &to))
            return false;
    }
    c->p = p + 1;
    *ret = (struct view){text, (size_t)(to - text)};
    return *p == '"';
}

bool own_text(struct own_cursor *c, struct view *ret)
{
    const char *from = c->p + 1, *p = pass_plain(c, from);
    if (*p == '\\')
        return unescape(c, from, p, ret);
    c->p = p + 1;
    *ret = (struct view){from, (size_t)(p - from)};
    return *p == '"';
}

static bool is_letter(char c)
{
    return ((unsigned char)(c | 0x20) - (unsigned)'a') < 26 || c == '_';
}

static bool is_digit(char c)
{
    return (unsigned char)c - (unsigned)'0' < 10;
}

bool own_word(struct own_cursor *c, struct view *ret)
{
    const char *from = c->p;
    if (!is_letter(*c->p))
        return false;
    while (is_letter(*c->p) || is_digit(*c->p))
        c->p++;
    *ret = (struct view){from, (size_t)(c->p - from)};
    return true;
}

static bool is_word_value(struct view word, struct node *n)
{
    if (view_is(word, "null")) {
        n->kind = NODE_NULL;
        return true;
    }
    n->kind = NODE_BOOL;
    n->b = view_is(word, "true");
    n->source = word;
    return n->b || view_is(word, "false");
}

/* The digits at p, the first of which may be a zero only when it is the only one; *ret: their
 * value, when there are not too many for it. */
static const char *digits(const char *p, bool whole, uint64_t *ret)
{
    const char *from = p;
    uint64_t u = 0;
    for (; is_digit(*p); p++)
        u = u * 10 + (uint64_t)(*p - '0');
    *ret = u;
    return p == from || (whole && *from == '0' && p - from > 1) ? NULL : p;
}

/* What scalar_node makes of it too. Whole numbers of more than 64 bits are left to that. */
static bool number(struct own_cursor *c, struct node *n)
{
    enum { SAFE_DIGITS = 18, LONGEST = 60 };
    uint64_t u, ignored;
    bool negative = *c->p == '-';
    const char *from = c->p, *first = from + negative, *end = digits(first, true, &u);
    if (end == NULL)
        return false;
    if (*end != '.' && *end != 'e') {
        n->kind = NODE_INT;
        n->source = (struct view){from, (size_t)(end - from)};
        c->p += n->source.n;
        if (end - first > SAFE_DIGITS)
            return n->source.n <= LONGEST && num_i64(n->source, &n->i);
        n->i = negative ? -(int64_t)u : (int64_t)u;
        return true;
    }
    if (*end == '.' && (end = digits(end + 1, false, &ignored)) == NULL)
        return false;
    if (*end == 'e' &&
        ((end[1] != '+' && end[1] != '-') || (end = digits(end + 2, false, &ignored)) == NULL))
        return false;
    n->kind = NODE_REAL;
    n->source = (struct view){from, (size_t)(end - from)};
    c->p += n->source.n;
    return n->source.n <= LONGEST && num_real(n->source, &n->r);
}

bool own_plain(struct own_cursor *c, struct node *n)
{
    struct view word;
    if (own_word(c, &word))
        return is_word_value(word, n);
    return number(c, n);
}
