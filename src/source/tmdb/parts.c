/* The parts of an answer: see parts.h. */
#include "source/tmdb/parts.h"

#include "model/decode.h"
#include "source/tmdb/json.h"

bool parts_has(const struct node *body, const char *section)
{
    const struct node *n = node_get(body, section);
    return n != NULL && n->kind != NODE_NULL;
}

void parts_drop(struct node *body, const char *section)
{
    struct node *first = body->first;
    struct view name = view_of(section);
    body->first = body->last = NULL;
    body->n = 0;
    for (struct node *c = first, *next; c != NULL; c = next) {
        next = c->next;
        if (!view_eq(c->key, name))
            node_add(body, c);
    }
}

void parts_put(struct node *body, const char *section, struct node *answer)
{
    parts_drop(body, section);
    node_put(body, view_of(section), answer);
}

int64_t parts_review_pages(const struct node *body)
{
    const struct node *pages = node_get(node_get(body, "reviews"), "total_pages");
    return pages != NULL && pages->kind == NODE_INT ? pages->i : 0;
}

static bool has_review(const struct node *list, const struct node *review)
{
    const struct node *id = node_get(review, "id");
    if (id == NULL || id->kind != NODE_TEXT)
        return false; /* left to the decoder to complain about */
    for (const struct node *c = list->first; c != NULL; c = c->next) {
        const struct node *other = node_get(c, "id");
        if (other != NULL && other->kind == NODE_TEXT && view_eq(other->text, id->text))
            return true;
    }
    return false;
}

/* Reviews move between pages while they are read; at most 50 pages of 20, so looking through all is
 * cheap. */
void parts_add_reviews(struct node *body, struct node *page)
{
    struct node *to = node_get(node_get(body, "reviews"), "results");
    struct node *from = node_get(page, "results");
    if (to == NULL || to->kind != NODE_LIST || from == NULL || from->kind != NODE_LIST)
        return;
    for (struct node *c = from->first, *next; c != NULL; c = next) {
        next = c->next;
        if (!has_review(to, c))
            node_add(to, c);
    }
}

bool parts_is_of(const struct node *body, int64_t id, bool required, struct err *e)
{
    const struct node *said = node_get(body, "id");
    if (said == NULL && !required)
        return true;
    if (said == NULL || said->kind != NODE_INT)
        return err_set(e, ERR_DATA, "it carries no id");
    if (said->i != id)
        return err_set(e, ERR_DATA, "it is about id %lld", (long long)said->i);
    return true;
}

static const struct finding *first_error(const struct findings *f)
{
    for (size_t i = 0; i < f->kept.n; i++) {
        const struct finding *x = vec_at(&f->kept, i);
        if (finding_severity(x) == SEVERITY_ERROR)
            return x;
    }
    return NULL;
}

bool parts_decode(struct node *body, int64_t id, struct arena *a, struct tmdb_movie *ret,
    struct findings *findings, struct err *e)
{
    struct findings mine;
    findings_init(&mine);
    bool ok = tmdb_decode(body, arena_print(a, "tmdb %lld", (long long)id), a, ret, &mine);
    const struct finding *why = ok ? NULL : first_error(&mine);
    if (!ok)
        err_set(e, ERR_DATA,
            "TMDB's answer does not have the form this version knows, at %.*s: %.*s",
            VIEW_ARG(why == NULL ? view_of("?") : why->field),
            VIEW_ARG(why == NULL ? view_of("?") : why->text));
    if (findings != NULL)
        findings_merge(findings, &mine);
    findings_done(&mine);
    return ok;
}

bool tmdb_decode_body(struct view json, struct arena *a, struct tmdb_movie *ret,
    struct findings *findings, struct err *e)
{
    struct node *body;
    if (!json_read(json, a, &body, e))
        return err_in(e, "the body cannot be read as JSON");
    const struct node *id = node_get(body, "id");
    return parts_decode(body, id != NULL && id->kind == NODE_INT ? id->i : 0, a, ret, findings, e);
}
