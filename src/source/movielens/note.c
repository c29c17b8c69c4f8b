/* Notes: see note.h. */
#include "source/movielens/note.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

void note(struct place *p, enum rule rule, uint64_t column, const char *field, const char *fmt, ...)
{
    char text[600], key[80] = "";
    va_list ap;
    if (p->to->per_rule[rule] >= FINDINGS_KEPT_PER_RULE) { /* only counted: spare the formatting */
        findings_add(p->to, rule, 0, 0, (struct view){NULL, 0}, field, "%s", "");
        return;
    }
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (!view_is(p->to->file, p->path)) /* the path is copied once, not once a finding */
        findings_in_file(p->to, p->path);
    if (p->user_id > 0)
        (void)snprintf(
            key, sizeof key, "user %" PRId64 " movielens %" PRId64, p->user_id, p->movielens_id);
    else if (p->movielens_id > 0)
        (void)snprintf(key, sizeof key, "movielens %" PRId64, p->movielens_id);
    findings_add(p->to, rule, p->line, column,
        (struct view){key[0] == '\0' ? NULL : key, strlen(key)}, field, "%s", text);
}

struct shown shown(struct view v)
{
    enum { ROOM = 120 };
    struct shown s = {{0}};
    size_t n = 0, at = 0;
    while (at < v.n) {
        struct view rest = view_slice(v, at, at + 4 < v.n ? at + 4 : v.n);
        size_t len = 1;
        while (len < rest.n && !utf8_is_valid(view_slice(rest, 0, len)))
            len++;
        bool good = utf8_is_valid(view_slice(rest, 0, len));
        unsigned char c = (unsigned char)rest.p[0];
        bool control =
            good && (c < 0x20 || c == 0x7F || (c == 0xC2 && (unsigned char)rest.p[1] < 0xA0));
        len = good ? len : 1;
        if (n + len > ROOM - 3)
            break;
        if (!good || control)
            s.z[n++] = '?';
        else
            memcpy(s.z + n, rest.p, len), n += len;
        at += len;
    }
    if (at < v.n)
        memcpy(s.z + n, "...", 3);
    return s;
}
