/* Pages: see pages.h. */
#include "source/tmdb/pages.h"

#include "base/mem.h"

#include <stdio.h>

enum { QUESTION_MAX = 700 };

struct page {
    struct ask ask;
    struct arena arena;
    int64_t number;
    char question[QUESTION_MAX];
    bool busy;
};

void pages_init(struct pages *p, struct tmdb_client *c)
{
    *p = (struct pages){.c = c};
    arena_init(&p->arena);
}

void pages_done(struct pages *p)
{
    arena_done(&p->arena);
}

static bool has_int(const struct node *body, const char *key, int64_t *ret)
{
    const struct node *n = node_get(body, key);
    if (n == NULL || n->kind != NODE_INT || n->i < 0)
        return false;
    *ret = n->i;
    return true;
}

static bool page_fits(const struct ask *q, struct err *e)
{
    const struct page *page = q->owner;
    const struct node *results = node_get(q->body, "results");
    int64_t pages, rows, number;
    if (results == NULL || results->kind != NODE_LIST)
        return err_set(e, ERR_DATA, "it holds no list of results");
    if (!has_int(q->body, "total_pages", &pages) || !has_int(q->body, "total_results", &rows))
        return err_set(e, ERR_DATA, "it does not say how many pages and results there are");
    if (has_int(q->body, "page", &number) && number != page->number)
        return err_set(e, ERR_DATA, "it is page %lld", (long long)number);
    return true;
}

static void ask_page(struct pages *p, struct page *page, int64_t number)
{
    page->number = number;
    page->busy = true;
    (void)snprintf(
        page->ask.what, sizeof page->ask.what, "%s, page %lld", p->what, (long long)number);
    (void)snprintf(
        page->question, sizeof page->question, "%s&page=%lld", p->query, (long long)number);
    client_ask(p->c, &page->ask, "%s", page->question);
}

static void page_init(struct page *page)
{
    arena_init(&page->arena);
    ask_init(&page->ask, &page->arena);
    page->ask.owner = page;
    page->ask.fits = page_fits;
    page->ask.fresh = true;
    page->ask.patience = ASK_PATIENT;
}

static void page_done(struct page *page)
{
    ask_done(&page->ask);
    arena_done(&page->arena);
}

/* A list that is "not found" is no empty list. */
static bool is_answer(const struct ask *q, struct err *e)
{
    if (q->verdict == VERDICT_OK)
        return true;
    *e = q->why;
    return false;
}

/* Rows without an id (null, 0) are none. */
static void read_page(const struct node *body, struct arena *a, struct tmdb_page *ret)
{
    const struct node *results = node_get(body, "results");
    int64_t *ids = arena_take_array(a, results->n, sizeof *ids);
    *ret = (struct tmdb_page){.ids = ids};
    (void)has_int(body, "total_pages", &ret->total_pages);
    (void)has_int(body, "total_results", &ret->total_results);
    for (const struct node *row = results->first; row != NULL; row = row->next) {
        const struct node *id = node_get(row, "id");
        if (id != NULL && id->kind == NODE_INT && id->i >= 1 && id->i <= ID_MAX)
            ids[ret->n++] = id->i;
    }
}

static bool recall(const struct pages *p, int64_t number, struct arena *a, struct tmdb_page *ret)
{
    const struct tmdb_memory *m = &p->c->memory;
    char question[QUESTION_MAX];
    (void)snprintf(question, sizeof question, "%s&page=%lld", p->query, (long long)number);
    return m->recall != NULL && m->recall(m->payload, question, a, ret);
}

/* An answer that came: it is read, and kept in mind. */
static bool take_answer(const struct pages *p, const struct page *page, struct arena *a,
    struct tmdb_page *ret, struct err *e)
{
    const struct tmdb_memory *m = &p->c->memory;
    if (!is_answer(&page->ask, e))
        return false;
    read_page(page->ask.body, a, ret);
    return m->keep == NULL || m->keep(m->payload, page->question, ret, e);
}

static bool give(struct pages *p, const struct tmdb_page *page, struct err *e)
{
    if (page->total_pages > p->total_pages)
        p->total_pages = page->total_pages;
    for (size_t i = 0; i < page->n; i++)
        if (!p->take(p->payload, page->ids[i], e))
            return false;
    return true;
}

static bool ask_first(struct pages *p, struct err *e)
{
    struct page page = {.number = 1};
    page_init(&page);
    ask_page(p, &page, 1);
    bool ok =
        asker_only(&p->c->asker, &page.ask, e) && take_answer(p, &page, &p->arena, &p->first, e);
    page_done(&page);
    return ok;
}

bool pages_look(struct pages *p, struct err *e)
{
    arena_reset(&p->arena);
    if (!recall(p, 1, &p->arena, &p->first) && !ask_first(p, e))
        return false;
    p->total_pages = p->first.total_pages;
    p->total_results = p->first.total_results;
    return true;
}

bool pages_first(struct pages *p, struct err *e)
{
    return give(p, &p->first, e);
}

/* The pages of one walk that must be asked for. */
struct unknown {
    int64_t numbers[TMDB_PAGES_MAX];
    size_t n, next;
};

/* Gives what the memory holds; the rest is to be asked for. */
static bool give_known(
    struct pages *p, int64_t from, int64_t to, struct unknown *ret, struct err *e)
{
    struct tmdb_page known;
    struct arena a;
    bool ok = true;
    ret->n = ret->next = 0;
    arena_init(&a);
    for (int64_t number = from; ok && number <= to; number++) {
        arena_reset(&a);
        if (recall(p, number, &a, &known))
            ok = give(p, &known, e);
        else
            ret->numbers[ret->n++] = number;
    }
    arena_done(&a);
    return ok;
}

static bool take_page(struct pages *p, struct page *page, struct err *e)
{
    struct tmdb_page answer;
    page->busy = false;
    return take_answer(p, page, &page->arena, &answer, e) && give(p, &answer, e);
}

static bool walk(
    struct pages *p, struct page *pages, size_t n, struct unknown *unknown, struct err *e)
{
    struct asker *asker = &p->c->asker;
    for (;;) {
        struct ask *q;
        for (size_t i = 0; i < n && unknown->next < unknown->n; i++) {
            if (!pages[i].busy) {
                ask_page(p, &pages[i], unknown->numbers[unknown->next++]);
                asker_put(asker, &pages[i].ask);
            }
        }
        if (!asker_next(asker, &q, e))
            return false;
        if (q == NULL)
            return true;
        if (!take_page(p, q->owner, e))
            return false;
    }
}

bool pages_from(struct pages *p, int64_t from, int64_t to, struct err *e)
{
    struct unknown unknown;
    if (to > TMDB_PAGES_MAX)
        to = TMDB_PAGES_MAX;
    if (!give_known(p, from, to, &unknown, e))
        return false;
    size_t n = unknown.n < p->c->connections ? unknown.n : p->c->connections;
    if (n == 0)
        return true;
    struct page *pages = mem_grow(NULL, n, sizeof *pages);
    memset(pages, 0, n * sizeof *pages);
    for (size_t i = 0; i < n; i++)
        page_init(&pages[i]);
    bool ok = walk(p, pages, n, &unknown, e);
    for (size_t i = 0; i < n; i++) {
        asker_drop(&p->c->asker, &pages[i].ask);
        page_done(&pages[i]);
    }
    mem_free(pages);
    return ok;
}
