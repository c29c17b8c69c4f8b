/*
 * The growable buffer: see buf.h.
 */
#include "buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { EXIT_NO_MEMORY = 71 };

static void out_of_memory(const char *what)
{
    fprintf(stderr, "tmdb-standin: %s\n", what);
    exit(EXIT_NO_MEMORY);
}

void *mem_take(void *old, size_t n)
{
    void *p = realloc(old, n > 0 ? n : 1);
    if (p == NULL)
        out_of_memory("out of memory");
    return p;
}

char *mem_strndup(const char *s, size_t n)
{
    char *copy = mem_take(NULL, n + 1);
    memcpy(copy, s, n);
    copy[n] = '\0';
    return copy;
}

void buf_init(struct buf *b, size_t max)
{
    *b = (struct buf){.max = max};
}

void buf_done(struct buf *b)
{
    free(b->p);
    *b = (struct buf){.max = b->max};
}

void buf_grow(struct buf *b, size_t more)
{
    size_t cap = b->cap > 0 ? b->cap : 1024;

    if (more > b->max || b->len > b->max - more)
        out_of_memory("an answer is larger than its limit");
    while (cap - b->len < more)
        cap *= 2;
    b->p = mem_take(b->p, cap);
    b->cap = cap;
}

void buf_uint(struct buf *b, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;

    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    buf_add(b, digits + at, sizeof digits - at);
}

void buf_int(struct buf *b, int64_t value)
{
    if (value < 0)
        buf_ch(b, '-');
    buf_uint(b, value < 0 ? (uint64_t)0 - (uint64_t)value : (uint64_t)value);
}

void buf_fixed(struct buf *b, int64_t value, unsigned digits)
{
    uint64_t unit = 1;
    uint64_t rest;
    uint64_t whole = value < 0 ? (uint64_t)0 - (uint64_t)value : (uint64_t)value;

    for (unsigned i = 0; i < digits; i++)
        unit *= 10;
    if (value < 0)
        buf_ch(b, '-');
    buf_uint(b, whole / unit);
    buf_ch(b, '.');
    rest = whole % unit;
    do {
        unit /= 10;
        buf_ch(b, (char)(unit > 0 ? '0' + rest / unit : '0'));
        if (unit > 0)
            rest %= unit;
    } while (rest > 0);
}

void buf_hex(struct buf *b, uint64_t value, unsigned width)
{
    while (width > 0)
        buf_ch(b, "0123456789abcdef"[(value >> (4 * --width)) & 15]);
}

void buf_json(struct buf *b, const char *s, size_t n)
{
    buf_ch(b, '"');
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];

        if (c == '"' || c == '\\') {
            buf_ch(b, '\\');
            buf_ch(b, (char)c);
        } else if (c < 0x20) {
            BUF_LIT(b, "\\u00");
            buf_hex(b, c, 2);
        } else {
            buf_ch(b, (char)c);
        }
    }
    buf_ch(b, '"');
}

void buf_drop(struct buf *b, size_t n)
{
    if (n >= b->len) {
        b->len = 0;
        return;
    }
    memmove(b->p, b->p + n, b->len - n);
    b->len -= n;
}

const char *buf_cstr(struct buf *b)
{
    buf_ch(b, '\0');
    b->len--;
    return b->p;
}

void buf_fmt(struct buf *b, const char *format, ...)
{
    char text[2048];
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n > 0)
        buf_add(b, text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
}
