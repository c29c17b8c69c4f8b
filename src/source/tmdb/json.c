/* JSON: see json.h. The text is copied once, and texts are unescaped where they stand in the copy, which a NUL ends: the
 * loops need no other bound. RFC 8259. */
#include "source/tmdb/json.h"

#include "base/map.h"
#include "base/num.h"
#include "base/text.h"

enum { KEYS_LOOKED_THROUGH = 64 }; /* an object with more is checked by a map */

struct reader {
    char *at; /* on false: where it went wrong */
    const char *why;
    struct arena *arena;
    unsigned depth;
    unsigned values;
};

static struct node *read_value(struct reader *r);

static bool wrong(struct reader *r, char *at, const char *why)
{
    r->at = at;
    r->why = why;
    return false;
}

static struct node *no_node(struct reader *r, char *at, const char *why)
{
    (void)wrong(r, at, why);
    return NULL;
}

static void skip_blanks(struct reader *r)
{
    while (*r->at == ' ' || *r->at == '\n' || *r->at == '\r' || *r->at == '\t')
        r->at++;
}

/* ---- texts */

static bool read_hex(const char *p, uint32_t *ret)
{
    *ret = 0;
    for (int i = 0; i < 4; i++) {
        char c = p[i];
        uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                         : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a') + 10
                         : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A') + 10
                                                : 16;
        if (digit == 16)
            return false;
        *ret = *ret * 16 + digit;
    }
    return true;
}

/* Shorter than the escapes it stood for, always. */
static char *put_utf8(char *to, uint32_t c)
{
    if (c < 0x80) {
        *to++ = (char)c;
    } else if (c < 0x800) {
        *to++ = (char)(0xC0 | c >> 6);
        *to++ = (char)(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        *to++ = (char)(0xE0 | c >> 12);
        *to++ = (char)(0x80 | (c >> 6 & 0x3F));
        *to++ = (char)(0x80 | (c & 0x3F));
    } else {
        *to++ = (char)(0xF0 | c >> 18);
        *to++ = (char)(0x80 | (c >> 12 & 0x3F));
        *to++ = (char)(0x80 | (c >> 6 & 0x3F));
        *to++ = (char)(0x80 | (c & 0x3F));
    }
    return to;
}

/* "\uXXXX", or two of them for what lies beyond U+FFFF; r->at is on the first. */
static bool read_code_point(struct reader *r, uint32_t *ret)
{
    uint32_t low;
    char *at = r->at;
    if (!read_hex(at + 2, ret))
        return wrong(r, at, "four hex digits belong behind \\u");
    r->at += 6;
    if (*ret == 0)
        return wrong(r, at, "\\u0000 cannot be kept");
    if (*ret < 0xD800 || *ret > 0xDFFF)
        return true;
    if (*ret > 0xDBFF || at[6] != '\\' || at[7] != 'u' || !read_hex(at + 8, &low) || low < 0xDC00 ||
        low > 0xDFFF)
        return wrong(r, at, "half a character (a surrogate without its other half)");
    *ret = 0x10000 + ((*ret - 0xD800) << 10) + (low - 0xDC00);
    r->at += 6;
    return true;
}

static bool read_escape(struct reader *r, char **to)
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    const char *name = r->at[1] == '\0' ? NULL : strchr(names, r->at[1]);
    uint32_t c;
    if (name != NULL) {
        *(*to)++ = values[name - names];
        r->at += 2;
        return true;
    }
    if (r->at[1] != 'u')
        return wrong(r, r->at, "no such escape");
    if (!read_code_point(r, &c))
        return false;
    *to = put_utf8(*to, c);
    return true;
}

static bool is_plain(char c)
{
    return (unsigned char)c >= 0x20 && c != '"' && c != '\\';
}

/* r->at is behind the opening quote. */
static bool read_text(struct reader *r, struct view *ret)
{
    char *from = r->at, *to;
    while (is_plain(*r->at))
        r->at++;
    for (to = r->at; *r->at != '"';) {
        if (*r->at == '\\') {
            if (!read_escape(r, &to))
                return false;
        } else if ((unsigned char)*r->at < 0x20) {
            return wrong(r, r->at, "a text does not end, or a control character stands in it");
        } else {
            *to++ = *r->at++;
        }
    }
    r->at++;
    *to = '\0';
    *ret = (struct view){from, (size_t)(to - from)};
    return true;
}

/* ---- numbers and words */

static struct node *read_number(struct reader *r)
{
    char *from = r->at;
    bool whole = true;
    struct node *n = node_new(r->arena, NODE_INT);
    while ((*r->at >= '0' && *r->at <= '9') || *r->at == '-' || *r->at == '+' || *r->at == '.' ||
           *r->at == 'e' || *r->at == 'E') {
        whole = whole && *r->at != '.' && *r->at != 'e' && *r->at != 'E';
        r->at++;
    }
    struct view v = {from, (size_t)(r->at - from)};
    size_t sign = v.p[0] == '-';
    if (whole) {
        bool zeros = v.n > sign + 1 && v.p[sign] == '0';
        return !zeros && num_i64(v, &n->i)
                   ? n
                   : no_node(r, from, "no number, or an integer over 64 bits");
    }
    n->kind = NODE_REAL;
    return num_real(v, &n->r) ? n : no_node(r, from, "no number, or one without end");
}

static struct node *read_word(struct reader *r, const char *word, enum node_kind kind, bool b)
{
    size_t n = strlen(word);
    if (strncmp(r->at, word, n) != 0)
        return no_node(r, r->at, "no value");
    r->at += n;
    struct node *node = node_new(r->arena, kind);
    if (kind == NODE_BOOL)
        node->b = b;
    return node;
}

/* ---- lists and objects */

/* Behind a value: true when another one follows. */
static bool goes_on(struct reader *r, char close, bool *ret_wrong)
{
    skip_blanks(r);
    char c = *r->at;
    if (c == ',' || c == close) {
        r->at++;
        return c == ',';
    }
    *ret_wrong = true;
    return wrong(r, r->at, "a comma or the end of the list or object belongs here");
}

static struct node *read_list(struct reader *r)
{
    struct node *list = node_new(r->arena, NODE_LIST);
    bool bad = false;
    r->at++;
    skip_blanks(r);
    if (*r->at == ']') {
        r->at++;
        return list;
    }
    do {
        struct node *value = read_value(r);
        if (value == NULL)
            return NULL;
        node_add(list, value);
    } while (goes_on(r, ']', &bad));
    return bad ? NULL : list;
}

/* Whether the object has that key; `map` is made use of once it has many. */
static bool has_key(const struct node *object, struct view key, struct textmap *map)
{
    if (object->n < KEYS_LOOKED_THROUGH)
        return node_find(object, key) != NULL;
    if (map->n == 0)
        for (const struct node *c = object->first; c != NULL; c = c->next)
            (void)textmap_put(map, c->key, 1);
    if (textmap_get(map, key) != NULL)
        return true;
    (void)textmap_put(map, key, 1);
    return false;
}

static bool read_member(struct reader *r, struct node *object, struct textmap *map)
{
    struct view key;
    skip_blanks(r);
    char *at = r->at;
    if (*r->at != '"')
        return wrong(r, at, "a key in quotes belongs here");
    r->at++;
    if (!read_text(r, &key))
        return false;
    if (has_key(object, key, map))
        return wrong(r, at, "a key that stands in this object already");
    skip_blanks(r);
    if (*r->at != ':')
        return wrong(r, r->at, "a colon belongs here");
    r->at++;
    struct node *value = read_value(r);
    if (value != NULL)
        node_put(object, key, value);
    return value != NULL;
}

static struct node *read_object(struct reader *r)
{
    struct node *object = node_new(r->arena, NODE_OBJECT);
    struct textmap map;
    bool ok = true, bad = false;
    r->at++;
    skip_blanks(r);
    if (*r->at == '}') {
        r->at++;
        return object;
    }
    textmap_init(&map, JSON_VALUES_MAX);
    do {
        ok = read_member(r, object, &map);
    } while (ok && goes_on(r, '}', &bad));
    textmap_done(&map);
    return ok && !bad ? object : NULL;
}

static struct node *read_nested(struct reader *r)
{
    if (r->depth == NODE_MAX_DEPTH)
        return no_node(r, r->at, "it is nested too deep");
    r->depth++;
    struct node *n = *r->at == '{' ? read_object(r) : read_list(r);
    r->depth--;
    return n;
}

static struct node *read_value(struct reader *r)
{
    struct view text;
    skip_blanks(r);
    if (++r->values > JSON_VALUES_MAX)
        return no_node(r, r->at, "it holds too many values");
    switch (*r->at) {
    case '{':
    case '[':
        return read_nested(r);
    case '"':
        r->at++;
        return read_text(r, &text) ? node_text(r->arena, text) : NULL;
    case 't':
        return read_word(r, "true", NODE_BOOL, true);
    case 'f':
        return read_word(r, "false", NODE_BOOL, false);
    case 'n':
        return read_word(r, "null", NODE_NULL, false);
    default:
        return *r->at == '-' || (*r->at >= '0' && *r->at <= '9') ? read_number(r)
                                                                 : no_node(r, r->at, "no value");
    }
}

static bool fail_at(struct view text, size_t offset, const char *why, struct err *e)
{
    size_t line = 1, begin = 0;
    for (size_t i = 0; i < offset; i++)
        if (text.p[i] == '\n') {
            line++;
            begin = i + 1;
        }
    return err_set(e, ERR_DATA, "line %zu, column %zu: %s", line, offset - begin + 1, why);
}

bool json_read(struct view text, struct arena *a, struct node **ret, struct err *e)
{
    if (text.p == NULL || text.n == 0)
        return err_set(e, ERR_DATA, "it is empty");
    size_t bad = utf8_bad_at(text);
    if (bad < text.n)
        return fail_at(text, bad, "no UTF-8", e);
    char *copy = arena_take(a, text.n + 1);
    memcpy(copy, text.p, text.n);
    struct reader r = {.at = copy, .arena = a};
    skip_blanks(&r);
    struct node *root = *r.at == '{' || *r.at == '['
                            ? read_value(&r)
                            : no_node(&r, r.at, "neither an object nor a list");
    if (root != NULL) {
        skip_blanks(&r);
        if (r.at != copy + text.n)
            root = no_node(&r, r.at, "more text behind the value");
    }
    if (root == NULL)
        return fail_at(text, (size_t)(r.at - copy), r.why, e);
    *ret = root;
    return true;
}
