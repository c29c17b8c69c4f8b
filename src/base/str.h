/* Str: a growable text with a compulsory maximum.
 *
 * Appending beyond the maximum leaves the text as it is and sets `over`, which stays set: a
 * chain of appends needs one check at its end (str_ok). The bytes are always NUL-terminated. */
#ifndef MOVIE_ETL_BASE_STR_H
#define MOVIE_ETL_BASE_STR_H

#include "base/view.h"

#include <stdint.h>

struct str {
    char *p;
    size_t n, cap, max;
    bool over;
};

void str_init(struct str *s, size_t max); /* max: bytes of text, at least 1 */
void str_done(struct str *s);
void str_clear(struct str *s); /* keeps the memory, clears `over` */

void str_grow(struct str *s, struct view v); /* str_add where the text must grow, or may not */
void str_addf(struct str *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void str_add_i64(struct str *s, int64_t i);
void str_add_repeat(struct str *s, char c, size_t count);
/* Makes room for n more bytes and returns where they go (NULL when over); then str_used(n'). */
char *str_room(struct str *s, size_t n);
void str_used(struct str *s, size_t n);

/* Inline: writers call these several times per value of every movie. */
static inline void str_add(struct str *s, struct view v)
{
    if (s->over || v.n >= s->cap - s->n) {
        str_grow(s, v);
        return;
    }
    if (v.n > 0)
        memcpy(s->p + s->n, v.p, v.n);
    s->n += v.n;
    s->p[s->n] = '\0';
}

static inline void str_addz(struct str *s, const char *z)
{
    str_add(s, view_of(z));
}

static inline void str_addc(struct str *s, char c)
{
    str_add(s, (struct view){&c, 1});
}

static inline bool str_ok(const struct str *s)
{
    return !s->over;
}

static inline struct view str_view(const struct str *s)
{
    return (struct view){s->p == NULL ? "" : s->p, s->n};
}

static inline const char *str_z(const struct str *s)
{
    return s->p == NULL ? "" : s->p;
}

#endif
