/* Str: see str.h. Grows by doubling, from 64 bytes to the maximum. */
#include "base/str.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>

void str_init(struct str *s, size_t max)
{
    *s = (struct str){
        .max = max < SIZE_MAX / 2 ? max : SIZE_MAX / 2}; /* so that max + 1 is a size */
}

void str_done(struct str *s)
{
    mem_free(s->p);
    *s = (struct str){.max = s->max};
}

void str_clear(struct str *s)
{
    s->n = 0;
    s->over = false;
    if (s->p != NULL)
        s->p[0] = '\0';
}

char *str_room(struct str *s, size_t n)
{
    if (s->over || n > s->max || s->n > s->max - n) {
        s->over = true;
        return NULL;
    }
    if (s->n + n + 1 > s->cap) {
        size_t cap = s->cap < 64 ? 64 : s->cap * 2;
        if (cap < s->n + n + 1)
            cap = s->n + n + 1;
        if (cap > s->max + 1)
            cap = s->max + 1;
        s->p = mem_grow(s->p, cap, 1);
        s->p[s->n] = '\0'; /* what str_used may never be called for */
        s->cap = cap;
    }
    return s->p + s->n;
}

void str_used(struct str *s, size_t n)
{
    s->n += n;
    s->p[s->n] = '\0';
}

void str_grow(struct str *s, struct view v)
{
    char *to = str_room(s, v.n);
    if (to == NULL)
        return;
    if (v.n > 0)
        memcpy(to, v.p, v.n);
    str_used(s, v.n);
}

void str_addf(struct str *s, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *to = str_room(s, n < 0 ? SIZE_MAX : (size_t)n); /* no text is over, as one too long is */
    if (to != NULL) {
        (void)vsnprintf(to, (size_t)n + 1, fmt, again);
        str_used(s, (size_t)n);
    }
    va_end(again);
}

void str_add_i64(struct str *s, int64_t i)
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t u = i < 0 ? 0 - (uint64_t)i : (uint64_t)i;
    do {
        digits[--at] = (char)('0' + u % 10);
        u /= 10;
    } while (u != 0);
    if (i < 0)
        digits[--at] = '-';
    str_add(s, (struct view){digits + at, sizeof digits - at});
}

void str_add_repeat(struct str *s, char c, size_t count)
{
    char *to = str_room(s, count);
    if (to == NULL)
        return;
    memset(to, c, count);
    str_used(s, count);
}
