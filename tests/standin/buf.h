/*
 * A growable byte buffer with a maximum, and the few writers the server needs to print JSON and
 * headers into it.
 *
 * The stand-in prints its answers by hand instead of building trees, because it has to be faster
 * than the program that is measured against it. When memory is exhausted or a maximum is passed
 * the process ends (exit code 71): this is a test tool, nothing it holds is worth saving.
 */
#ifndef STANDIN_BUF_H
#define STANDIN_BUF_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct buf {
    char *p;
    size_t len;
    size_t cap;
    size_t max; /* bytes this buffer may grow to */
};

#define BUF_MAX_ANSWER ((size_t)256 << 20)

/* Appends a string literal without measuring it at run time. */
#define BUF_LIT(b, literal) buf_add((b), (literal), sizeof(literal) - 1)

void buf_init(struct buf *b, size_t max);
void buf_done(struct buf *b);
void buf_grow(struct buf *b, size_t more);

static inline void buf_add(struct buf *b, const void *p, size_t n)
{
    if (b->cap - b->len < n)
        buf_grow(b, n);
    if (n > 0) /* memcpy may not be given NULL, which an empty buffer still holds */
        memcpy(b->p + b->len, p, n);
    b->len += n;
}

static inline void buf_ch(struct buf *b, char c)
{
    buf_add(b, &c, 1);
}

static inline void buf_str(struct buf *b, const char *s)
{
    buf_add(b, s, strlen(s));
}

void buf_uint(struct buf *b, uint64_t value);
void buf_int(struct buf *b, int64_t value);
/* value / 10^digits, without trailing zeros but with at least one digit after the point. */
void buf_fixed(struct buf *b, int64_t value, unsigned digits);
/* The low `width` hexadecimal digits of value, lower case. */
void buf_hex(struct buf *b, uint64_t value, unsigned width);
/* A JSON string with its quotes; s must be UTF-8, which is copied as it is. */
void buf_json(struct buf *b, const char *s, size_t n);
/* Removes n bytes at the front. */
void buf_drop(struct buf *b, size_t n);
/* Ends the text with a NUL that is not counted, so that p can be used as a C string. */
const char *buf_cstr(struct buf *b);
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void buf_fmt(struct buf *b, const char *format, ...);

/* malloc, realloc and strdup that end the process when there is no memory. */
void *mem_take(void *old, size_t n);
char *mem_strndup(const char *s, size_t n);

#endif
