/* Text: the one place that knows utf8proc. See text.h. */
#include "base/text.h"

#include "base/mem.h"

#include <stdlib.h>
#include <utf8proc.h>

/* As the Unicode Standard has it, table 3-7: no surrogates, nothing longer than need be. */
static size_t sequence_length(const unsigned char *p, size_t left)
{
    utf8proc_int32_t ignored;
    utf8proc_ssize_t n = utf8proc_iterate(p, (utf8proc_ssize_t)left, &ignored);
    return n > 0 ? (size_t)n : 0;
}

/* Most texts are, and of those that are not the bytes are looked at one by one. */
static bool is_ascii(struct view v)
{
    uint64_t word, all = 0;
    size_t i = 0;
    for (; i + sizeof word <= v.n; i += sizeof word) {
        memcpy(&word, v.p + i, sizeof word);
        all |= word;
    }
    for (; i < v.n; i++)
        all |= (unsigned char)v.p[i];
    return (all & 0x8080808080808080u) == 0;
}

size_t utf8_bad_at(struct view v)
{
    const unsigned char *p = (const unsigned char *)v.p;
    if (is_ascii(v))
        return v.n;
    for (size_t i = 0; i < v.n;) {
        size_t n = p[i] < 0x80 ? 1 : sequence_length(p + i, v.n - i);
        if (n == 0)
            return i;
        i += n;
    }
    return v.n;
}

size_t utf8_sequence(const char *p, size_t left)
{
    return sequence_length((const unsigned char *)p, left);
}

uint64_t utf8_length(struct view v)
{
    uint64_t n = 0;
    for (size_t i = 0; i < v.n; i++)
        n += ((unsigned char)v.p[i] & 0xC0) != 0x80;
    return n;
}

size_t utf8_fit(struct view v, uint64_t max)
{
    size_t i = 0;
    for (uint64_t n = 0; i < v.n; i++) {
        n += ((unsigned char)v.p[i] & 0xC0) != 0x80;
        if (n > max)
            break;
    }
    return i;
}

/* `change` may replace each code point before it is decomposed; NULL: none. */
static struct view map_text(
    struct arena *a, struct view v, unsigned options, utf8proc_custom_func change)
{
    utf8proc_uint8_t *out = NULL;
    if (v.p == NULL || v.n == 0)
        return v;
    utf8proc_ssize_t n = utf8proc_map_custom((const utf8proc_uint8_t *)v.p, (utf8proc_ssize_t)v.n,
        &out, (utf8proc_option_t)options, change, NULL);
    if (n == UTF8PROC_ERROR_NOMEM)
        mem_exhausted();
    if (n < 0)
        return v; /* not valid UTF-8 */
    struct view r = arena_dup(a, (struct view){(const char *)out, (size_t)n});
    free(out); /* utf8proc allocates with malloc */
    return r;
}

/* All code points below U+0300, the first combining mark, are in NFC whatever stands beside them
 * (NFC_Quick_Check in DerivedNormalizationProps.txt): most texts there are. It begins with 0xCC. */
static bool is_plainly_nfc(struct view v)
{
    if (is_ascii(v))
        return true;
    for (size_t i = 0; i < v.n; i++)
        if ((unsigned char)v.p[i] >= 0xCC)
            return false;
    return true;
}

struct view text_nfc(struct arena *a, struct view v)
{
    if (is_plainly_nfc(v))
        return v;
    return map_text(a, v, UTF8PROC_STABLE | UTF8PROC_COMPOSE, NULL);
}

static bool is_word(utf8proc_int32_t c)
{
    utf8proc_category_t k = utf8proc_category(c);
    return (k >= UTF8PROC_CATEGORY_LU && k <= UTF8PROC_CATEGORY_NO);
}

/* Besides white space what parts words as well: hyphens, dashes, the minus sign, the slash. */
static bool is_space(utf8proc_int32_t c)
{
    utf8proc_category_t k = utf8proc_category(c);
    return k == UTF8PROC_CATEGORY_ZS || k == UTF8PROC_CATEGORY_ZL || k == UTF8PROC_CATEGORY_ZP ||
           k == UTF8PROC_CATEGORY_CC || c == '-' || (c >= 0x2010 && c <= 0x2015) || c == 0x2212 ||
           c == '/';
}

/* NFKC makes a space and a combining mark of a spacing accent (the U+00B4 people type for an
 * apostrophe), and letters of the trade and service mark signs. They are symbols: an apostrophe
 * in their place goes as they should. */
static utf8proc_int32_t change_symbol(utf8proc_int32_t c, void *unused)
{
    (void)unused;
    bool symbol = utf8proc_category(c) == UTF8PROC_CATEGORY_SK || c == 0x2120 || c == 0x2122;
    return symbol ? '\'' : c;
}

struct view text_fold(struct arena *a, struct view v)
{
    if (!utf8_is_valid(v))
        return view_of("");
    /* NFC first: utf8proc folds U+0345 before it puts marks in order (its issue 3), so that the
     * order in which they come would show. */
    struct view folded = map_text(a, text_nfc(a, v),
        UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE,
        change_symbol);
    char *out = arena_take(a, folded.n + 2);
    size_t n = 0;
    bool gap = false;
    for (size_t at = 0; at < folded.n;) {
        utf8proc_int32_t c;
        utf8proc_ssize_t len = utf8proc_iterate(
            (const utf8proc_uint8_t *)folded.p + at, (utf8proc_ssize_t)(folded.n - at), &c);
        if (len <= 0)
            break;
        if (is_word(c)) {
            if (gap && n > 0)
                out[n++] = ' ';
            memcpy(out + n, folded.p + at, (size_t)len);
            n += (size_t)len;
            gap = false;
        } else if (is_space(c)) {
            gap = true;
        }
        at += (size_t)len;
    }
    return (struct view){out, n};
}

/* What text_add_escaped does at a byte: nothing; \u00 and its two digits; a letter that stands for
 * it; or a look at the character that begins there. */
enum { RAW, AS_HEX = 1, LOOK = 2 };
static const char AT_BYTE[256] = {
    [0x00] = AS_HEX,
    [0x01] = AS_HEX,
    [0x02] = AS_HEX,
    [0x03] = AS_HEX,
    [0x04] = AS_HEX,
    [0x05] = AS_HEX,
    [0x06] = AS_HEX,
    [0x07] = AS_HEX,
    ['\b'] = 'b',
    ['\t'] = 't',
    ['\n'] = 'n',
    [0x0B] = AS_HEX,
    ['\f'] = 'f',
    ['\r'] = 'r',
    [0x0E] = AS_HEX,
    [0x0F] = AS_HEX,
    [0x10] = AS_HEX,
    [0x11] = AS_HEX,
    [0x12] = AS_HEX,
    [0x13] = AS_HEX,
    [0x14] = AS_HEX,
    [0x15] = AS_HEX,
    [0x16] = AS_HEX,
    [0x17] = AS_HEX,
    [0x18] = AS_HEX,
    [0x19] = AS_HEX,
    [0x1A] = AS_HEX,
    [0x1B] = AS_HEX,
    [0x1C] = AS_HEX,
    [0x1D] = AS_HEX,
    [0x1E] = AS_HEX,
    [0x1F] = AS_HEX,
    ['"'] = '"',
    ['\\'] = '\\',
    [0x7F] = AS_HEX,
    [0xC2] = LOOK,
    [0xE2] = LOOK,
    [0xEF] = LOOK,
};

/* The code point at p, where LOOK stands, when it must be escaped, and its length in bytes; 0
 * length: leave it raw. Bytes that are no UTF-8 are never taken for one. */
static size_t must_escape(const unsigned char *p, size_t left, unsigned *ret)
{
    if (p[0] == 0xC2) {
        *ret = left > 1 ? p[1] : 0;
        return *ret >= 0x80 && *ret < 0xA0 ? 2 : 0;
    }
    if (sequence_length(p, left) != 3)
        return 0;
    *ret = (p[0] & 15u) << 12 | (p[1] & 63u) << 6 | (p[2] & 63u);
    bool hidden =
        *ret == 0x2028 || *ret == 0x2029 || *ret == 0xFEFF || *ret == 0xFFFE || *ret == 0xFFFF;
    return hidden ? 3 : 0;
}

static void add_escape(struct str *to, unsigned c)
{
    static const char hex[] = "0123456789abcdef";
    char letter = c < 0x80 ? AT_BYTE[c] : AS_HEX;
    char text[6] = {'\\', letter};
    size_t n = 2;
    if (letter == AS_HEX) {
        text[1] = 'u';
        for (int shift = 12; shift >= 0; shift -= 4)
            text[n++] = hex[c >> shift & 15u];
    }
    str_add(to, (struct view){text, n});
}

void text_add_escaped(struct str *to, struct view v)
{
    const unsigned char *p = (const unsigned char *)v.p;
    size_t plain = 0;
    for (size_t i = 0; i < v.n;) {
        unsigned c = p[i];
        size_t n = 1;
        if (AT_BYTE[c] == RAW ||
            (AT_BYTE[c] == LOOK && (n = must_escape(p + i, v.n - i, &c)) == 0)) {
            i++;
            continue;
        }
        str_add(to, view_slice(v, plain, i));
        add_escape(to, c);
        i += n;
        plain = i;
    }
    if (v.n > plain)
        str_add(to, view_slice(v, plain, v.n));
}
