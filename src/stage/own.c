/* The structure of the writer's own form: see own.h. */
#include "stage/own.h"

#include "stage/own_scalar.h"
#include "stage/tree.h"

/* A value takes a byte at least: within OWN_MAX there are never more than TREE_MAX_NODES. libyaml
 * looks for the colon of a key within 1,024 characters. */
enum {
    OWN_MAX = TREE_MAX_NODES,
    KEY_MAX = 1000,
    MEMBERS_MAX = 256,
    STEP = 2,
    SLAB = 64, /* nodes taken from the arena at once */
    AT_END = -1
};

struct own {
    struct own_cursor at;
    struct arena *nodes;
    struct node *slab;
    size_t slab_n;
    uint64_t line;
    int64_t indent; /* of the line the cursor is in; AT_END behind the last */
    unsigned depth;
};

static struct node *new_node(struct own *o, enum node_kind kind)
{
    if (o->slab_n == 0) {
        o->slab = arena_take_array(o->nodes, SLAB, sizeof *o->slab);
        o->slab_n = SLAB;
    }
    struct node *n = o->slab++;
    o->slab_n--;
    n->kind = kind;
    n->line = (uint32_t)o->line;
    n->column = own_column(&o->at);
    return n;
}

static void append(struct node *to, struct node *child)
{
    if (to->last == NULL)
        to->first = child;
    else
        to->last->next = child;
    to->last = child;
    to->n++;
}

/* ---- keys */

/* A key that was read, and the bits of those before it in the same mapping. */
struct keys {
    uint64_t seen;
    struct view key;
    uint32_t line, column;
};

static bool read_key(struct own *o, struct keys *k)
{
    const char *from = o->at.p;
    k->line = (uint32_t)o->line;
    k->column = own_column(&o->at);
    if (*from == '"' ? !own_text(&o->at, &k->key) : !own_word(&o->at, &k->key))
        return false;
    return o->at.p - from <= KEY_MAX && *o->at.p++ == ':';
}

/* Whether the mapping may have the key already: one bit of 64 by its length and some of its bytes.
 */
static bool may_be_seen(struct keys *k)
{
    const unsigned char *p = (const unsigned char *)k->key.p;
    size_t n = k->key.n;
    uint32_t mix = n == 0 ? 0 : p[0] * 131u + p[n / 2] * 31u + p[n - 1] * 7u + (uint32_t)n;
    uint64_t bit = (uint64_t)1 << (mix * 0x9E3779B1u >> 26);
    bool seen = (k->seen & bit) != 0;
    k->seen |= bit;
    return seen;
}

static bool add_member(struct node *object, struct keys *k, struct node *child)
{
    if (may_be_seen(k))
        for (const struct node *c = object->first; c != NULL; c = c->next)
            if (view_eq(c->key, k->key))
                return false;
    child->key = k->key;
    child->key_line = k->line;
    child->key_column = k->column;
    append(object, child);
    return object->n <= MEMBERS_MAX;
}

/* ---- values on one line */

static struct node *read_value(struct own *o);

static struct node *enter(struct own *o, enum node_kind kind)
{
    return o->depth++ > NODE_MAX_DEPTH ? NULL : new_node(o, kind);
}

/* Passes ", " (*ret_more) or the closing bracket. */
static bool pass_separator(struct own *o, char closing, bool *ret_more)
{
    *ret_more = o->at.p[0] == ',' && o->at.p[1] == ' ';
    bool closes = o->at.p[0] == closing;
    o->at.p += *ret_more ? 2 : 1;
    return *ret_more || closes;
}

static struct node *read_flow(struct own *o, enum node_kind kind, char closing)
{
    struct node *n = enter(o, kind);
    struct keys k = {.seen = 0};
    bool more = *++o->at.p != closing;
    if (n == NULL)
        return NULL;
    if (!more)
        o->at.p++;
    while (more) {
        if (kind == NODE_OBJECT && (!read_key(o, &k) || *o->at.p++ != ' '))
            return NULL;
        struct node *child = read_value(o);
        if (child == NULL || !pass_separator(o, closing, &more))
            return NULL;
        if (kind == NODE_LIST)
            append(n, child);
        else if (!add_member(n, &k, child))
            return NULL;
    }
    o->depth--;
    return n;
}

static struct node *read_value(struct own *o)
{
    if (*o->at.p == '{')
        return read_flow(o, NODE_OBJECT, '}');
    if (*o->at.p == '[')
        return read_flow(o, NODE_LIST, ']');
    struct node *n = new_node(o, NODE_TEXT);
    bool ok = *o->at.p == '"' ? own_text(&o->at, &n->text) : own_plain(&o->at, n);
    return ok ? n : NULL;
}

/* ---- blocks */

/* From a line's end to the first byte of the next one that is no blank. */
static bool next_line(struct own *o)
{
    if (*o->at.p != '\n')
        return false;
    o->at.margin = ++o->at.p;
    o->line++;
    while (*o->at.p == ' ')
        o->at.p++;
    o->indent = o->at.p - o->at.margin;
    if (o->at.p == o->at.end)
        o->indent = AT_END; /* blanks before it are of a line without an end, which the caller must
                               not be in */
    return o->at.p != o->at.end || o->at.p == o->at.margin;
}

static struct node *read_line_value(struct own *o)
{
    struct node *n = read_value(o);
    return n != NULL && next_line(o) ? n : NULL;
}

static bool at_dash(const struct own *o)
{
    return o->at.p[0] == '-' && o->at.p[1] == ' ';
}

static struct node *read_list(struct own *o, int64_t indent);

/* The cursor is at the first key, `indent` blanks from the margin; afterwards in the line behind
 * the mapping. */
static struct node *read_object(struct own *o, int64_t indent)
{
    struct node *n = enter(o, NODE_OBJECT), *child;
    struct keys k = {.seen = 0};
    if (n == NULL)
        return NULL;
    do {
        if (!read_key(o, &k))
            return NULL;
        if (*o->at.p == ' ') {
            o->at.p++;
            child = read_line_value(o);
        } else if (!next_line(o)) {
            return NULL;
        } else if (o->indent == indent && at_dash(o)) {
            child = read_list(o, indent);
        } else {
            child =
                o->indent == indent + STEP && !at_dash(o) ? read_object(o, indent + STEP) : NULL;
        }
        if (child == NULL || !add_member(n, &k, child))
            return NULL;
    } while (o->indent == indent);
    o->depth--;
    return n;
}

/* Whether a key and its colon stand here, not a value. */
static bool at_member(const struct own *o)
{
    struct own_cursor ahead = o->at;
    struct view word;
    if (*ahead.p != '"')
        return own_word(&ahead, &word) && *ahead.p == ':';
    const char *end = own_text_end(ahead.p + 1);
    return end != NULL && end[1] == ':';
}

/* The cursor is at the first "- ", `indent` blanks from the margin; afterwards in the line behind
 * the list. */
static struct node *read_list(struct own *o, int64_t indent)
{
    struct node *n = enter(o, NODE_LIST), *child;
    if (n == NULL)
        return NULL;
    do {
        o->at.p += STEP;
        if (at_dash(o))
            child = read_list(o, indent + STEP);
        else
            child = at_member(o) ? read_object(o, indent + STEP) : read_line_value(o);
        if (child == NULL)
            return NULL;
        append(n, child);
    } while (o->indent == indent && at_dash(o));
    o->depth--;
    return n;
}

bool own_parse(
    struct view text, uint64_t line, struct arena *texts, struct arena *nodes, struct node **ret)
{
    if (text.n > OWN_MAX || text.n == 0)
        return false;
    size_t marker = view_starts(text, "---\n") ? 4 : 0;
    const char *from = text.p + marker;
    struct own o = {.at = {from, text.p + text.n, from, texts},
        .nodes = nodes,
        .line = line + (marker > 0)};
    *ret = read_object(&o, 0);
    return *ret != NULL && o.indent == AT_END;
}
