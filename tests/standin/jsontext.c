/*
 * See jsontext.h.
 */
#include "jsontext.h"

/* p is at a quote; the place after the closing one. */
static const char *skip_string(const char *p)
{
    for (p++; *p != '"' && *p != '\0'; p++)
        if (*p == '\\' && p[1] != '\0')
            p++;
    return *p == '"' ? p + 1 : p;
}

static const char *skip_value(const char *p)
{
    int depth = 0;

    do {
        if (*p == '"') {
            p = skip_string(p);
            continue;
        }
        if (depth == 0 && (*p == ',' || *p == '}' || *p == ']'))
            break;
        if (*p == '{' || *p == '[')
            depth++;
        else if (*p == '}' || *p == ']')
            depth--;
        p++;
    } while (*p != '\0' && (depth > 0 || (*p != ',' && *p != '}' && *p != ']')));
    return p;
}

void jsontext_compact(const char *text, size_t n, struct buf *out)
{
    bool quoted = false;

    for (size_t i = 0; i < n; i++) {
        char c = text[i];

        if (!quoted && (c == ' ' || c == '\t' || c == '\r' || c == '\n'))
            continue;
        if (quoted && c == '\\' && i + 1 < n) {
            buf_ch(out, c);
            c = text[++i];
        } else if (c == '"') {
            quoted = !quoted;
        }
        buf_ch(out, c);
    }
}

bool jsontext_next(const char **at, struct jsontext_member *m)
{
    const char *p = *at;

    if (*p != '{' && *p != ',')
        return false;
    p++;
    if (*p != '"')
        return false;
    m->key = p + 1;
    p = skip_string(p);
    m->key_length = (size_t)(p - 1 - m->key);
    if (*p != ':')
        return false;
    m->value = ++p;
    p = skip_value(p);
    m->value_length = (size_t)(p - m->value);
    *at = p;
    return true;
}

bool jsontext_element(const char **at, const char **value, size_t *length)
{
    const char *p = *at;

    if ((*p != '[' && *p != ',') || p[1] == ']')
        return false;
    *value = ++p;
    p = skip_value(p);
    *length = (size_t)(p - *value);
    *at = p;
    return true;
}
