/* View: see view.h. */
#include "base/view.h"

int view_cmp(struct view a, struct view b)
{
    if (a.p == NULL || b.p == NULL)
        return (a.p != NULL) - (b.p != NULL);
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n == 0 ? 0 : memcmp(a.p, b.p, n);
    return c != 0 ? c : (a.n > b.n) - (a.n < b.n);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct view view_trim_blanks(struct view v)
{
    while (v.n > 0 && is_blank(v.p[0])) {
        v.p++;
        v.n--;
    }
    while (v.n > 0 && is_blank(v.p[v.n - 1]))
        v.n--;
    return v;
}

size_t view_find(struct view v, size_t from, char c)
{
    if (v.p == NULL || from >= v.n)
        return v.n;
    const char *hit = memchr(v.p + from, c, v.n - from);
    return hit == NULL ? v.n : (size_t)(hit - v.p);
}

size_t view_fit(struct view v, size_t max)
{
    size_t n = max;
    if (v.n <= max)
        return v.n;
    while (n > 0 && max - n < 3 &&
           ((unsigned char)v.p[n] & 0xC0) == 0x80) /* v.p[n] is the first to go */
        n--;
    return n;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool view_is_nocase(struct view a, const char *z)
{
    if (a.p == NULL || a.n != strlen(z))
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(z[i]))
            return false;
    return true;
}
