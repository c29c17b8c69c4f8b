/* What a body holds that no table knows: kept word for word for a later version. See
 * decode_value.h. */
#include "model/decode_value.h"

#include "base/text.h"
#include "model/tmdb.h"

/* NAME_MAX_BYTES is only for comparing and showing: a longer name is cut. */
enum { EXTRA_MAX = 4 * 1024 * 1024, POINTER_MAX_BYTES = 1024 * 1024, NAME_MAX_BYTES = 1000 };

struct leftovers {
    struct decoder *d;
    struct str json;    /* members of the object, without its braces */
    struct str pointer; /* of the node at hand, RFC 6901 */
    struct str dotted;  /* the same, as tmdb_ignored writes it */
};

/* The way down to a node: names are spelt out only for what is left over, which is next to
 * nothing. */
struct trail {
    const struct trail *up; /* NULL: the body itself */
    const struct node *node;
    bool in_object;
    size_t index; /* in a list */
};

static bool is_ignored(const char *dotted)
{
    for (const struct tmdb_ignored *i = tmdb_ignored; i->key != NULL; i++)
        if (strcmp(i->key, dotted) == 0)
            return true;
    return false;
}

/* RFC 6901: '~' is written ~0 and '/' is written ~1. */
static void add_pointer_key(struct str *to, struct view key)
{
    for (size_t i = 0; i < key.n; i++) {
        if (key.p[i] == '~' || key.p[i] == '/')
            str_addz(to, key.p[i] == '~' ? "~0" : "~1");
        else
            str_addc(to, key.p[i]);
    }
}

static void spell(struct leftovers *l, const struct trail *t)
{
    if (t->up == NULL)
        return;
    spell(l, t->up);
    str_addc(&l->pointer, '/');
    if (l->dotted.n > 0)
        str_addc(&l->dotted, '.');
    if (t->in_object) {
        add_pointer_key(&l->pointer, t->node->key);
        str_add(&l->dotted, t->node->key);
    } else {
        str_add_i64(&l->pointer, (int64_t)t->index);
        str_add_i64(&l->dotted, (int64_t)t->index);
    }
}

static void keep(struct leftovers *l, const struct node *n)
{
    if (n->line != 0)
        findings_add(l->d->findings, RULE_UNKNOWN_KEY, n->key_line != 0 ? n->key_line : n->line,
            n->key_line != 0 ? n->key_column : n->column, l->d->key, str_z(&l->dotted),
            "no table knows this key; it is kept in extra");
    if (l->json.n > 0)
        str_addc(&l->json, ',');
    str_addc(&l->json, '"');
    text_add_escaped(&l->json, str_view(&l->pointer));
    str_addz(&l->json, "\":");
    node_add_json(&l->json, n);
}

static void look_at_left(struct leftovers *l, const struct trail *t)
{
    str_clear(&l->pointer);
    str_clear(&l->dotted);
    spell(l, t);
    if (!str_ok(&l->pointer))
        findings_add(l->d->findings, RULE_DEPTH, t->node->key_line, t->node->key_column, l->d->key,
            "extra", "keys that no table knows are over %d bytes long", POINTER_MAX_BYTES);
    else if (!str_ok(&l->dotted) || !is_ignored(str_z(&l->dotted)))
        keep(l, t->node);
}

/* Each child of a list or object that was taken: one that nobody took goes out whole, below others
 * each child is looked at. */
static void look_below(struct leftovers *l, const struct trail *t)
{
    struct trail below = {t, t->node->first, t->node->kind == NODE_OBJECT, 0};
    for (; below.node != NULL; below.node = below.node->next, below.index++)
        if (!below.node->taken)
            look_at_left(l, &below);
        else if (below.node->kind >= NODE_LIST)
            look_below(l, &below);
}

/* The members of a JSON object given as text, without its braces; absent when it has none around
 * it. */
static struct view members_of(struct view json)
{
    json = view_trim(json);
    if (json.n < 2 || json.p[0] != '{' || json.p[json.n - 1] != '}')
        return (struct view){NULL, 0};
    return view_trim(view_slice(json, 1, json.n - 1));
}

/* What an earlier decoding kept goes on as it is. A text of that name that TMDB itself sent is a
 * key like others. */
static void take_kept(struct leftovers *l, struct node *kept)
{
    struct view members = members_of(kept->text);
    if (members.p != NULL)
        str_add(&l->json, members);
    else if (kept->line != 0)
        findings_add(l->d->findings, RULE_FORMAT, kept->line, kept->column, l->d->key, "extra",
            "must be a JSON object, as the program wrote it");
    kept->taken = members.p != NULL || kept->line != 0;
}

struct view decode_extra(struct decoder *d, struct node *body)
{
    struct leftovers l = {.d = d};
    struct node *kept = node_get(body, "extra");
    str_init(&l.json, EXTRA_MAX);
    str_init(&l.pointer, POINTER_MAX_BYTES);
    str_init(&l.dotted, NAME_MAX_BYTES);
    if (kept != NULL && kept->kind == NODE_TEXT)
        take_kept(&l, kept);
    look_below(&l, &(struct trail){.node = body});
    if (!str_ok(&l.json))
        findings_add(d->findings, RULE_DEPTH, body->line, body->column, d->key, "extra",
            "keys that no table knows take over %d bytes", EXTRA_MAX);
    struct view extra = {NULL, 0};
    if (l.json.n > 0 && str_ok(&l.json))
        extra = arena_print(d->arena, "{%s}", str_z(&l.json));
    str_done(&l.json);
    str_done(&l.pointer);
    str_done(&l.dotted);
    return extra;
}
