/* What a body holds that no table knows: kept word for word for a later version. See decode_value.h. */
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

static bool is_ignored(const char *dotted)
{
    for (const struct tmdb_ignored *i = tmdb_ignored; i->key != NULL; i++)
        if (strcmp(i->key, dotted) == 0)
            return true;
    return false;
}

static void add_leaf(struct leftovers *l, const struct node *n)
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

/* Back to the first n bytes; room again after an overflow. */
static void cut(struct str *s, size_t n)
{
    s->over = false;
    if (s->p != NULL) {
        s->n = n;
        s->p[n] = '\0';
    }
}

static void look_below(struct leftovers *l, struct node *n);

static void look_at_child(struct leftovers *l, const struct node *parent, struct node *c, size_t index)
{
    size_t pointer = l->pointer.n, dotted = l->dotted.n;
    str_addc(&l->pointer, '/');
    if (l->dotted.n > 0)
        str_addc(&l->dotted, '.');
    if (parent->kind == NODE_OBJECT) {
        add_pointer_key(&l->pointer, c->key);
        str_add(&l->dotted, c->key);
    } else {
        str_add_i64(&l->pointer, (int64_t)index);
        str_add_i64(&l->dotted, (int64_t)index);
    }
    if (!str_ok(&l->pointer))
        findings_add(l->d->findings, RULE_DEPTH, c->key_line, c->key_column, l->d->key, "extra",
            "keys that no table knows are over %d bytes long", POINTER_MAX_BYTES);
    else if (!str_ok(&l->dotted) || !is_ignored(str_z(&l->dotted)))
        look_below(l, c);
    cut(&l->pointer, pointer);
    cut(&l->dotted, dotted);
}

/* A node nobody took goes out whole; below a node that was taken, each child is looked at. */
static void look_below(struct leftovers *l, struct node *n)
{
    size_t index = 0;
    if (!n->taken) {
        add_leaf(l, n);
        return;
    }
    if (n->kind == NODE_LIST || n->kind == NODE_OBJECT)
        for (struct node *c = n->first; c != NULL; c = c->next)
            look_at_child(l, n, c, index++);
}

/* The members of a JSON object given as text, without its braces; absent when it has none around it. */
static struct view members_of(struct view json)
{
    json = view_trim(json);
    if (json.n < 2 || json.p[0] != '{' || json.p[json.n - 1] != '}')
        return (struct view){NULL, 0};
    return view_trim(view_slice(json, 1, json.n - 1));
}

/* What an earlier decoding kept goes on as it is. A text of that name that TMDB itself sent is a key like others. */
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
    look_below(&l, body);
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
