/* Checksums: see checksums.h. A line in none of the three forms, or for another file, is passed
 * over. */
#include "source/movielens/checksums.h"

enum { MD5_DIGITS = 32 };

static bool read_md5(struct view v, struct checksum *ret)
{
    if (v.n != MD5_DIGITS)
        return false;
    for (size_t i = 0; i < MD5_DIGITS; i++) {
        char c = v.p[i];
        bool upper = c >= 'A' && c <= 'F';
        if (!upper && !(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f'))
            return false;
        ret->z[i] = upper ? (char)(c - 'A' + 'a') : c;
    }
    ret->z[MD5_DIGITS] = '\0';
    return true;
}

static bool names(struct view path, const char *name)
{
    size_t base = path.n;
    while (
        base > 0 && path.p[base - 1] != '/' && path.p[base - 1] != '\\' && path.p[base - 1] != '*')
        base--;
    return view_is(view_slice(path, base, path.n), name);
}

static bool read_line(struct view line, const char *name, struct checksum *ret)
{
    if (view_starts(line, "MD5 (")) {
        size_t end = view_find(line, 0, ')');
        struct view rest = view_slice(line, end, line.n);
        return view_starts(rest, ") = ") && names(view_slice(line, 5, end), name) &&
               read_md5(view_slice(rest, 4, rest.n), ret);
    }
    size_t colon = view_find(line, 0, ':'), blank = view_find(line, 0, ' ');
    if (colon < line.n)
        return names(view_slice(line, 0, colon), name) &&
               read_md5(view_trim(view_slice(line, colon + 1, line.n)), ret);
    return names(view_trim(view_slice(line, blank, line.n)), name) &&
           read_md5(view_slice(line, 0, blank), ret);
}

struct checksum checksums_find(struct view text, const char *name)
{
    struct checksum found;
    for (size_t at = 0; at < text.n;) {
        size_t end = view_find(text, at, '\n');
        if (read_line(view_trim(view_slice(text, at, end)), name, &found))
            return found;
        at = end + 1;
    }
    return (struct checksum){{0}};
}
