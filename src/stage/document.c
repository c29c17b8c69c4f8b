/* Document: see document.h. */
#include "stage/document.h"

#include "base/date.h"
#include "base/num.h"
#include "model/decode.h"

#include <stdio.h>

/* A mapping being read member by member. Findings carry `wrong` when it is set (a fault anywhere in
 * the header is a fault of the batch), else the rule that fits. */
struct reading {
    const struct node *from;
    const char *name; /* of the mapping: "etl" */
    struct findings *findings;
    struct view key;
    enum rule wrong;
    bool one_rule, ok;
};

static void refuse(
    struct reading *r, enum rule rule, const struct node *at, const char *member, const char *what)
{
    char field[200];
    (void)snprintf(field, sizeof field, "%s%s%s", r->name, r->name[0] == '\0' ? "" : ".", member);
    findings_add(r->findings, r->one_rule ? r->wrong : rule, at->line, at->column, r->key, field,
        "%s", what);
    r->ok = false;
}

/* The member, when it is there and not null; else NULL, an error when it is required. */
static const struct node *member(struct reading *r, const char *name, bool required)
{
    const struct node *n = node_get(r->from, name);
    if (n != NULL && n->kind != NODE_NULL)
        return n;
    if (required)
        refuse(r, RULE_REQUIRED, n != NULL ? n : r->from, name, "is missing");
    return NULL;
}

static void read_int(struct reading *r, const char *name, bool required, int64_t min, int64_t *ret)
{
    const struct node *n = member(r, name, required);
    int64_t i = 0;
    if (n == NULL)
        return;
    if (n->kind == NODE_INT)
        i = n->i;
    else if (n->kind != NODE_TEXT || !num_i64(n->text, &i)) {
        refuse(r, RULE_TYPE, n, name, "must be a whole number");
        return;
    }
    if (i < min || i > ID_MAX)
        refuse(r, RULE_RANGE, n, name, "is outside its range");
    else
        *ret = i;
}

static void read_text(struct reading *r, const char *name, bool required, struct view *ret)
{
    const struct node *n = member(r, name, required);
    if (n == NULL)
        return;
    if (n->kind == NODE_TEXT)
        *ret = n->text;
    else if (n->source.p != NULL)
        *ret = n->source; /* scope: 2023, without quotes */
    else
        refuse(r, RULE_TYPE, n, name, "must be a text");
}

static void read_instant(struct reading *r, const char *name, int64_t *ret)
{
    struct view v = {NULL, 0};
    read_text(r, name, true, &v);
    if (v.p != NULL && !instant_parse(v, ret))
        refuse(r, RULE_FORMAT, node_get(r->from, name), name,
            "must be an instant, as in \"2026-11-22T10:00:07Z\"");
}

/* Only these members may be there: a misspelt one would be passed over in silence. */
static void only(struct reading *r, const char *const *names, const char *hint)
{
    for (const struct node *c = r->from->first; c != NULL; c = c->next) {
        const char *const *n = names;
        while (*n != NULL && !view_is(c->key, *n))
            n++;
        if (*n == NULL) {
            struct node at = {.line = c->key_line, .column = c->key_column};
            char name[100];
            (void)snprintf(
                name, sizeof name, "%.*s", (int)view_fit(c->key, sizeof name - 1), c->key.p);
            refuse(r, RULE_FORMAT, &at, name, hint);
        }
    }
}

/* Goes into the mapping `name` of the document. */
static bool enter(struct reading *r, const struct node *root)
{
    const struct node *n = node_get(root, r->name);
    r->ok = n != NULL && n->kind == NODE_OBJECT;
    if (r->ok)
        r->from = n;
    else if (n != NULL)
        findings_add(r->findings, r->one_rule ? r->wrong : RULE_TYPE, n->line, n->column, r->key,
            r->name, "%s where object is expected", node_kind_name(n->kind));
    return r->ok;
}

enum doc_kind doc_kind(const struct node *root)
{
    static const struct {
        const char *key;
        enum doc_kind kind;
    } kinds[] = {{"batch", DOC_BATCH}, {"movie", DOC_MOVIE}, {"gone", DOC_GONE}, {"end", DOC_END}};
    if (root == NULL || root->kind == NODE_NULL)
        return DOC_EMPTY;
    if (root->kind == NODE_OBJECT)
        for (const struct node *c = root->first; c != NULL; c = c->next)
            for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
                if (view_is(c->key, kinds[i].key))
                    return kinds[i].kind;
    return DOC_UNKNOWN;
}

int64_t doc_id(const struct node *root)
{
    enum doc_kind kind = doc_kind(root);
    int64_t i = 0;
    if (kind != DOC_MOVIE && kind != DOC_GONE)
        return 0;
    const struct node *n = node_get(node_get(root, kind == DOC_MOVIE ? "movie" : "gone"), "id");
    if (n == NULL)
        return 0;
    if (n->kind == NODE_INT)
        i = n->i;
    else if (n->kind != NODE_TEXT || !num_i64(n->text, &i))
        return 0;
    return i > 0 && i <= ID_MAX ? i : 0;
}

struct view doc_key(int64_t id, struct arena *a)
{
    return id == 0 ? (struct view){NULL, 0} : arena_print(a, "tmdb %lld", (long long)id);
}

/* What stands at the margin: all of the document that `like` reads a mapping of. */
static bool has_only_top(const struct node *root, const char *const *keys, struct reading like)
{
    like.from = root;
    like.name = "";
    like.ok = true;
    only(&like, keys,
        "does not belong at the margin of this document: is it indented as it should be, or is a "
        "line of three hyphens missing?");
    return like.ok;
}

static bool is_hex(struct view v, size_t n)
{
    for (size_t i = 0; i < v.n; i++)
        if (!(v.p[i] >= '0' && v.p[i] <= '9') && !(v.p[i] >= 'a' && v.p[i] <= 'f'))
            return false;
    return v.n == n;
}

bool doc_read_batch(const struct node *root, struct findings *f, struct batch *ret)
{
    struct reading r = {
        .name = "batch", .findings = f, .wrong = RULE_BATCH_HEADER, .one_rule = true};
    struct view type = {NULL, 0}, source = {NULL, 0};
    int64_t format = 0;
    if (!enter(&r, root))
        return false;
    read_int(&r, "format", true, 1, &format);
    read_text(&r, "id", true, &ret->id);
    read_text(&r, "type", true, &type);
    read_text(&r, "scope", true, &ret->scope);
    read_text(&r, "source", true, &source);
    read_text(&r, "query", false, &ret->query);
    read_instant(&r, "created_at", &ret->created_at);
    if (format > BATCH_FORMAT)
        refuse(&r, RULE_BATCH_HEADER, node_get(r.from, "format"), "format",
            "is newer than this program");
    if (ret->id.p != NULL && !is_hex(ret->id, 16))
        refuse(&r, RULE_BATCH_HEADER, node_get(r.from, "id"), "id", "must be 16 hex digits");
    if (type.p != NULL && !batch_type_parse(type, &ret->type))
        refuse(&r, RULE_BATCH_HEADER, node_get(r.from, "type"), "type",
            "must be initial, missing or changes");
    if (source.p != NULL && !view_is(source, "tmdb"))
        refuse(&r, RULE_BATCH_HEADER, node_get(r.from, "source"), "source", "must be tmdb");
    return r.ok;
}

bool doc_batch_is_alone(const struct node *root, struct findings *f)
{
    static const char *const top[] = {"batch", NULL};
    return has_only_top(root, top, (struct reading){.findings = f});
}

static bool read_etl(
    const struct node *root, struct view key, struct findings *f, struct staged_record *ret)
{
    static const char *const members[] = {"fetched_at", "review", NULL};
    struct reading r = {.name = "etl", .findings = f, .key = key};
    if (node_get(root, "etl") == NULL) {
        findings_add(f, RULE_REQUIRED, root->line, root->column, key, "etl", "is missing");
        return false;
    }
    if (!enter(&r, root))
        return false;
    only(&r, members, "is no member of etl: fetched_at and review are");
    read_instant(&r, "fetched_at", &ret->at);
    read_text(&r, "review", false, &ret->review);
    if (ret->review.p != NULL && !view_is(ret->review, "rejected"))
        refuse(
            &r, RULE_FORMAT, node_get(r.from, "review"), "review", "must be null or \"rejected\"");
    return r.ok;
}

bool doc_read_movie(const struct node *root, struct view key, struct arena *a, struct findings *f,
    struct staged_record *ret)
{
    static const char *const top[] = {"etl", "movie", NULL};
    struct node *movie = node_get(root, "movie");
    bool ok = has_only_top(root, top, (struct reading){.findings = f, .key = key});
    ok = read_etl(root, key, f, ret) && ok;
    ok = tmdb_decode(movie, key, a, &ret->movie, f) && ok;
    ret->place = (struct place){movie->line, movie->column};
    return ok;
}

bool doc_read_gone(
    const struct node *root, struct view key, struct findings *f, struct staged_record *ret)
{
    static const char *const top[] = {"gone", NULL}, *const members[] = {
                                                         "id", "status_code", "seen_at", NULL};
    struct reading r = {.name = "gone", .findings = f, .key = key};
    bool ok = has_only_top(root, top, r);
    if (!enter(&r, root))
        return false;
    ret->gone = true;
    ret->place = (struct place){r.from->line, r.from->column};
    only(&r, members, "is no member of gone: id, status_code and seen_at are");
    read_int(&r, "id", true, 1, &ret->tmdb_id);
    read_int(&r, "status_code", false, 0, &ret->status_code);
    read_instant(&r, "seen_at", &ret->at);
    return r.ok && ok;
}

bool doc_read_end(const struct node *root, struct findings *f, struct doc_end *ret)
{
    struct reading r = {.name = "end", .findings = f, .wrong = RULE_BATCH_END, .one_rule = true};
    static const char *const top[] = {"end", NULL};
    *ret = (struct doc_end){0};
    bool ok = has_only_top(root, top, r);
    if (!enter(&r, root))
        return false;
    ret->at = (struct place){r.from->line, r.from->column};
    read_int(&r, "records", true, 0, &ret->records);
    read_int(&r, "gone", true, 0, &ret->gone);
    read_text(&r, "sha256", true, &ret->sha256);
    return r.ok && ok;
}

void doc_report_unknown(const struct node *root, uint64_t line, struct findings *f)
{
    struct view none = {NULL, 0};
    if (root->kind == NODE_OBJECT)
        findings_add(f, RULE_FORMAT, root->line, root->column, none, NULL,
            "a document of no known kind: it must have batch, movie, gone or end at the margin");
    else
        findings_add(f, RULE_TYPE, root->line == 0 ? line : root->line, root->column, none, NULL,
            "%s where a document with batch, movie, gone or end is expected",
            node_kind_name(root->kind));
}
