/* The characters of a document: see tree_text.h.
 *
 * YAML 1.1 takes U+0085, U+2028 and U+2029 for line breaks, YAML 1.2 does not, and libyaml turns a
 * raw U+0085 in a quoted text into a blank without a word: raw ones are refused (the writer escapes
 * them). So is a carriage return without a line feed. With these out, lines are what every editor
 * counts. */
#include "stage/tree_text.h"

#include "base/text.h"

/* Why the character that begins at p may not stand there raw, or NULL. */
static const char *objection(const unsigned char *p, size_t left)
{
    if (p[0] == '\r')
        return left > 1 && p[1] == '\n'
                   ? NULL
                   : "a carriage return without a line feed: write it as \\r in double quotes";
    if (p[0] < 0x20)
        return p[0] == '\t' || p[0] == '\n'
                   ? NULL
                   : "a control character: write it as \\xNN in double quotes";
    if (p[0] == 0x7F || (p[0] == 0xC2 && left > 1 && p[1] < 0xA0))
        return "a control character: write it as \\xNN in double quotes";
    if (left < 3)
        return NULL;
    if (p[0] == 0xE2 && p[1] == 0x80 && (p[2] == 0xA8 || p[2] == 0xA9))
        return "U+2028 or U+2029, which some YAML readers take for a new line: write it as \\u2028 "
               "or \\u2029 in "
               "double quotes";
    if (p[0] == 0xEF && p[1] == 0xBF && p[2] >= 0xBE)
        return "U+FFFE or U+FFFF: write it as \\ufffe or \\uffff in double quotes";
    return NULL;
}

static bool is_suspect(unsigned char c)
{
    return (c < 0x20 && c != '\n' && c != '\t') || c == 0x7F || c == 0xC2 || c == 0xE2 || c == 0xEF;
}

/* Index of the first objection, or v.n. */
static size_t objection_at(struct view v, const char **ret_text)
{
    const unsigned char *p = (const unsigned char *)v.p;
    for (size_t i = 0; i < v.n; i++)
        if (is_suspect(p[i]) && (*ret_text = objection(p + i, v.n - i)) != NULL)
            return i;
    return v.n;
}

bool tree_text_check(struct view text, struct text_problem *ret)
{
    const char *why = NULL;
    size_t bad = utf8_bad_at(text), at = objection_at(view_slice(text, 0, bad), &why);
    if (at == text.n)
        return true;
    *ret = (struct text_problem){.text = why != NULL ? why : "a byte that is not UTF-8"};
    for (size_t newline; (newline = view_find(text, ret->line_at, '\n')) < at; ret->line++)
        ret->line_at = newline + 1;
    ret->column = utf8_length(view_slice(text, ret->line_at, at));
    return false;
}
