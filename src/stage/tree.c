/* Tree: see tree.h. The one place that knows libyaml; what own.h can read does not come here.
 *
 * libyaml's event parser gives structure and places; types are ours (scalar.h). Its own loader is
 * not used: it follows aliases and keeps no places. Text is checked before libyaml sees it
 * (tree_text.c), because libyaml takes U+0085 for a blank and gives no line for a bad byte. */
#include "stage/tree.h"

#include "base/map.h"
#include "base/mem.h"
#include "stage/own.h"
#include "stage/scalar.h"
#include "stage/tree_text.h"

#include <yaml.h>

enum { MAX_FRAMES = NODE_MAX_DEPTH + 1, FEW_KEYS = 8, SHOWN = 60 };

/* An open list or object, and the key that waits for its value. */
struct frame {
    struct node *node;
    bool has_key;
    struct view key;
    uint32_t key_line, key_column;
};

struct builder {
    struct tree *tree;
    struct arena *texts, *arena; /* arena: for everything but keys and texts */
    uint64_t line;               /* of the text's first line */
    struct frame frames[MAX_FRAMES];
    size_t depth, nodes;
    bool stop, quiet;
};

static void add_problem(
    struct builder *b, enum rule rule, const yaml_mark_t *at, const char *field, struct view text)
{
    struct tree *t = b->tree;
    t->problem_n++;
    if (b->quiet || t->problem_n > TREE_MAX_PROBLEMS)
        return;
    struct tree_problem *p = arena_take(b->arena, sizeof *p);
    *p = (struct tree_problem){rule, b->line + at->line, at->column + 1, field, text.p, NULL};
    if (t->last == NULL)
        t->first = p;
    else
        t->last->next = p;
    t->last = p;
}

static void set_place(
    const struct builder *b, const yaml_mark_t *at, uint32_t *line, uint32_t *column)
{
    *line = (uint32_t)(b->line + at->line);
    *column = (uint32_t)(at->column + 1);
}

/* Puts a finished scalar or a new container where the parent waits for it. */
static void attach(struct builder *b, struct node *n, const yaml_event_t *ev)
{
    set_place(b, &ev->start_mark, &n->line, &n->column);
    if (++b->nodes > TREE_MAX_NODES) {
        add_problem(b, RULE_DEPTH, &ev->start_mark, NULL,
            arena_print(b->arena, "over %d values in one document", TREE_MAX_NODES));
        b->stop = true;
        return;
    }
    if (b->depth == 0) {
        b->tree->root = n;
        return;
    }
    struct frame *f = &b->frames[b->depth - 1];
    if (f->node->kind == NODE_LIST) {
        node_add(f->node, n);
        return;
    }
    n->key_line = f->key_line;
    n->key_column = f->key_column;
    node_put(f->node, f->key, n);
    f->has_key = false;
}

static bool waits_for_key(const struct builder *b)
{
    return b->depth > 0 && b->frames[b->depth - 1].node->kind == NODE_OBJECT &&
           !b->frames[b->depth - 1].has_key;
}

/* How many bytes of a name a person is shown. */
static int shown(const yaml_char_t *name)
{
    return (int)view_fit(view_of((const char *)name), SHOWN);
}

static void refuse_mark(
    struct builder *b, const yaml_event_t *ev, const yaml_char_t *anchor, const yaml_char_t *tag)
{
    if (anchor != NULL)
        add_problem(b, RULE_SYNTAX, &ev->start_mark, NULL,
            arena_print(b->arena, "an anchor (&%.*s) is not allowed here", shown(anchor),
                (const char *)anchor));
    if (tag != NULL)
        add_problem(b, RULE_SYNTAX, &ev->start_mark, NULL,
            arena_print(
                b->arena, "a tag (%.*s) is not allowed here", shown(tag), (const char *)tag));
}

static void on_scalar(struct builder *b, const yaml_event_t *ev)
{
    struct view text = arena_dup(
        b->texts, (struct view){(const char *)ev->data.scalar.value, ev->data.scalar.length});
    bool plain = ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    refuse_mark(b, ev, ev->data.scalar.anchor, ev->data.scalar.tag);
    if (!waits_for_key(b)) {
        attach(b, plain ? scalar_node(b->arena, text) : node_text(b->arena, text), ev);
        return;
    }
    struct frame *f = &b->frames[b->depth - 1];
    f->key = text;
    f->has_key = true;
    set_place(b, &ev->start_mark, &f->key_line, &f->key_column);
}

static void on_open(struct builder *b, const yaml_event_t *ev, enum node_kind kind)
{
    if (waits_for_key(b)) {
        add_problem(b, RULE_SYNTAX, &ev->start_mark, NULL, view_of("a key must be a text"));
        b->stop = true;
    } else if (b->depth == MAX_FRAMES) {
        add_problem(b, RULE_DEPTH, &ev->start_mark, NULL,
            arena_print(b->arena, "nested more than %d deep", NODE_MAX_DEPTH));
        b->stop = true;
    } else {
        struct node *n = node_new(b->arena, kind);
        attach(b, n, ev);
        b->frames[b->depth++] = (struct frame){.node = n};
    }
}

static void report_duplicate(struct builder *b, const struct node *first, const struct node *second)
{
    yaml_mark_t at = {0, second->key_line - b->line, second->key_column - 1};
    add_problem(b, RULE_DUPLICATE_KEY, &at, arena_dup(b->arena, second->key).p,
        arena_print(b->arena, "the key stands in line %u already", (unsigned)first->key_line));
}

/* The member of `slots` (open addressing, `mask` + 1 of them) with that key, or the free place for
 * it. */
static const struct node **slot_of(const struct node **slots, size_t mask, struct view key)
{
    size_t at = (size_t)hash_bytes(key) & mask;
    while (slots[at] != NULL && !view_eq(slots[at]->key, key))
        at = (at + 1) & mask;
    return &slots[at];
}

static void find_duplicates(struct builder *b, const struct node *object)
{
    size_t cap = 16;
    while (cap < (size_t)object->n * 2)
        cap *= 2;
    const struct node **slots = arena_take_array(b->arena, cap, sizeof *slots);
    for (const struct node *c = object->first; c != NULL; c = c->next) {
        const struct node **slot = slot_of(slots, cap - 1, c->key);
        if (*slot == NULL)
            *slot = c;
        else
            report_duplicate(b, *slot, c);
    }
}

static void find_few_duplicates(struct builder *b, const struct node *object)
{
    for (const struct node *c = object->first; c != NULL; c = c->next)
        for (const struct node *d = object->first; d != c; d = d->next)
            if (view_eq(c->key, d->key)) {
                report_duplicate(b, d, c);
                break;
            }
}

static void on_close(struct builder *b)
{
    const struct node *n = b->frames[--b->depth].node;
    if (n->kind == NODE_OBJECT && n->n <= FEW_KEYS)
        find_few_duplicates(b, n);
    else if (n->kind == NODE_OBJECT)
        find_duplicates(b, n);
}

static void on_document(struct builder *b, const yaml_event_t *ev)
{
    if (b->tree->root == NULL)
        return;
    add_problem(b, RULE_SYNTAX, &ev->start_mark, NULL,
        view_of("a document must begin with a line of three hyphens"));
    b->stop = true;
}

static void on_alias(struct builder *b, const yaml_event_t *ev)
{
    const yaml_char_t *name = ev->data.alias.anchor;
    add_problem(b, RULE_SYNTAX, &ev->start_mark, NULL,
        arena_print(b->arena, "an alias (*%.*s) is not allowed: write the value itself",
            shown(name), (const char *)name));
    if (waits_for_key(b))
        b->stop = true;
    else
        attach(b, node_new(b->arena, NODE_NULL), ev);
}

static void on_event(struct builder *b, const yaml_event_t *ev)
{
    switch (ev->type) {
    case YAML_DOCUMENT_START_EVENT:
        on_document(b, ev);
        break;
    case YAML_SCALAR_EVENT:
        on_scalar(b, ev);
        break;
    case YAML_SEQUENCE_START_EVENT:
        refuse_mark(b, ev, ev->data.sequence_start.anchor, ev->data.sequence_start.tag);
        on_open(b, ev, NODE_LIST);
        break;
    case YAML_MAPPING_START_EVENT:
        refuse_mark(b, ev, ev->data.mapping_start.anchor, ev->data.mapping_start.tag);
        on_open(b, ev, NODE_OBJECT);
        break;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        on_close(b);
        break;
    case YAML_ALIAS_EVENT:
        on_alias(b, ev);
        break;
    case YAML_STREAM_END_EVENT:
        b->stop = true;
        break;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        break;
    }
}

/* What a person may do about libyaml's words; the parser stands at the byte it complains of. */
static const char *advice(const yaml_parser_t *p)
{
    static const struct {
        const char *problem, *advice;
    } all[] = {
        {"mapping values are not allowed", ": a text that holds ': ' goes in double quotes"},
        {"did not find expected key",
            ": look at the indentation here, and at the quotes here and in the line before"},
        {"could not find expected ':'", ": a key needs its colon, a text its double quotes"},
        {"unknown escape", ": in double quotes a backslash is written \\\\"},
        {"Unicode character escape", ": YAML has no surrogate pairs, write the character itself"},
        {"<document start>", ": a document begins with a line of three hyphens"},
    };
    const char *problem = p->problem == NULL ? "" : p->problem;
    if (strstr(problem, "cannot start any token") != NULL)
        return *p->buffer.pointer == '\t' ? ": a tab; YAML is indented by blanks"
                                          : ": a text that begins so goes in double quotes";
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (strstr(problem, all[i].problem) != NULL)
            return all[i].advice;
    return "";
}

static void on_error(struct builder *b, const yaml_parser_t *p)
{
    struct str s;
    if (p->error == YAML_MEMORY_ERROR)
        (void)mem_grow(NULL, (size_t)-1, 2); /* ends the process: memory exhausted */
    str_init(&s, 1000);
    str_addz(&s, p->problem != NULL ? p->problem : "cannot be read as YAML");
    if (p->context != NULL)
        str_addf(&s, " %s that begins in line %llu", p->context,
            (unsigned long long)(b->line + p->context_mark.line));
    str_addz(&s, advice(p));
    yaml_mark_t at = p->error == YAML_READER_ERROR ? p->mark : p->problem_mark;
    add_problem(b, RULE_SYNTAX, &at, NULL, arena_dup(b->arena, str_view(&s)));
    str_done(&s);
}

static void run(struct builder *b, struct view text)
{
    yaml_parser_t p;
    if (yaml_parser_initialize(&p) == 0)
        (void)mem_grow(NULL, (size_t)-1, 2); /* as above */
    yaml_parser_set_encoding(&p, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&p, (const unsigned char *)text.p, text.n);
    while (!b->stop) {
        yaml_event_t ev;
        if (yaml_parser_parse(&p, &ev) == 0) {
            on_error(b, &p);
            break;
        }
        on_event(b, &ev);
        yaml_event_delete(&ev);
    }
    yaml_parser_delete(&p);
}

void tree_parse(
    struct view text, uint64_t line, struct arena *texts, struct arena *nodes, struct tree *ret)
{
    *ret = (struct tree){0};
    if (own_parse(text, line, texts, nodes, &ret->root))
        return;
    tree_parse_any(text, line, texts, nodes, ret);
}

void tree_parse_any(
    struct view text, uint64_t line, struct arena *texts, struct arena *nodes, struct tree *ret)
{
    struct text_problem bad;
    struct builder b = {.tree = ret, .texts = texts, .arena = nodes, .line = line};
    *ret = (struct tree){0};
    if (!tree_text_check(text, &bad)) {
        yaml_mark_t at = {0, (size_t)bad.line, (size_t)bad.column};
        add_problem(&b, RULE_SYNTAX, &at, NULL, view_of(bad.text));
        b.quiet = true; /* the lines before it only tell whose document this is */
        text = view_slice(text, 0, bad.line_at);
    }
    run(&b, text);
}

void tree_report(const struct tree *t, struct view key, struct findings *f)
{
    for (const struct tree_problem *p = t->first; p != NULL; p = p->next)
        findings_add(f, p->rule, p->line, p->column, key, p->field, "%s", p->text);
}
