/* View: a borrowed piece of text; whoever made the bytes keeps them alive. `p == NULL` means "no
 * value", which is not the same as the empty text. Not NUL-terminated unless a maker says so. */
#ifndef MOVIE_ETL_BASE_VIEW_H
#define MOVIE_ETL_BASE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct view {
    const char *p;
    size_t n;
};

/* printf("%.*s", VIEW_ARG(v)): at most its first 4000 bytes. */
#define VIEW_ARG(v) (int)((v).n > 4000 ? 4000 : (v).n), ((v).p == NULL ? "" : (v).p)

static inline struct view view_of(const char *z)
{
    return (struct view){z, z == NULL ? 0 : strlen(z)};
}

/* The bytes from..to-1, with from <= to <= v.n; the slice of an absent view is absent. */
static inline struct view view_slice(struct view v, size_t from, size_t to)
{
    return (struct view){v.p == NULL ? NULL : v.p + from, to - from};
}

static inline bool view_eq(struct view a, struct view b)
{
    return a.n == b.n && (a.p == NULL) == (b.p == NULL) && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool view_is(struct view a, const char *z)
{
    return a.p != NULL && a.n == strlen(z) && memcmp(a.p, z, a.n) == 0;
}

/* Inline: most of what is looked for is as short as it is well known. */
static inline bool view_starts(struct view v, const char *prefix)
{
    size_t n = strlen(prefix);
    return v.p != NULL && v.n >= n && memcmp(v.p, prefix, n) == 0;
}

static inline bool view_ends(struct view v, const char *suffix)
{
    size_t n = strlen(suffix);
    return v.p != NULL && v.n >= n && memcmp(v.p + v.n - n, suffix, n) == 0;
}

/* Byte order; a shorter text that is a prefix comes first, an absent one before everything. */
int view_cmp(struct view a, struct view b);
struct view view_trim_blanks(struct view v); /* view_trim, where there are some */
/* Without ASCII blanks (space, tab, CR, LF) at both ends. Inline: nearly no text has any. */
static inline struct view view_trim(struct view v)
{
    bool none = v.n == 0 || ((unsigned char)v.p[0] > ' ' && (unsigned char)v.p[v.n - 1] > ' ');
    return none ? v : view_trim_blanks(v);
}
/* Index of the first `c` at or after `from`, or v.n. */
size_t view_find(struct view v, size_t from, char c);
/* How many bytes of `v`, `max` at most, can stay when it is cut between two characters of UTF-8. */
size_t view_fit(struct view v, size_t max);
/* ASCII letters compared without case. */
bool view_is_nocase(struct view a, const char *z);

#endif
