/* Pages: see pages.h. */
#include "source/tmdb/pages.h"

#include "base/mem.h"

#include <stdio.h>

struct page {
    struct ask ask;
    struct arena arena;
    int64_t number;
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
    client_ask(p->c, &page->ask, "%s&page=%lld", p->query, (long long)number);
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

static bool give_rows(struct pages *p, const struct node *body, struct err *e)
{
    const struct node *results = node_get(body, "results");
    int64_t pages;
    if (has_int(body, "total_pages", &pages) && pages > p->total_pages)
        p->total_pages = pages;
    for (const struct node *row = results->first; row != NULL; row = row->next)
        if (!p->row(p->payload, row, e))
            return false;
    return true;
}

bool pages_look(struct pages *p, struct err *e)
{
    struct page page = {.number = 1};
    page_init(&page);
    ask_page(p, &page, 1);
    bool ok = asker_only(&p->c->asker, &page.ask, e) && is_answer(&page.ask, e);
    if (ok) {
        arena_done(&p->arena); /* the page's tree moves over with its arena */
        p->arena = page.arena;
        arena_init(&page.arena);
        p->first = page.ask.body;
        (void)has_int(p->first, "total_pages", &p->total_pages);
        (void)has_int(p->first, "total_results", &p->total_results);
    }
    page_done(&page);
    return ok;
}

bool pages_first(struct pages *p, struct err *e)
{
    return give_rows(p, p->first, e);
}

static bool walk(
    struct pages *p, struct page *pages, size_t n, int64_t next, int64_t to, struct err *e)
{
    struct asker *asker = &p->c->asker;
    for (;;) {
        struct ask *q;
        for (size_t i = 0; i < n && next <= to; i++) {
            if (!pages[i].busy) {
                ask_page(p, &pages[i], next++);
                asker_put(asker, &pages[i].ask);
            }
        }
        if (!asker_next(asker, &q, e))
            return false;
        if (q == NULL)
            return true;
        if (!is_answer(q, e) || !give_rows(p, q->body, e))
            return false;
        ((struct page *)q->owner)->busy = false;
    }
}

bool pages_from(struct pages *p, int64_t from, int64_t to, struct err *e)
{
    size_t n = p->c->connections;
    if (to > TMDB_PAGES_MAX)
        to = TMDB_PAGES_MAX;
    if (to < from)
        return true;
    if (n > (size_t)(to - from) + 1)
        n = (size_t)(to - from) + 1;
    struct page *pages = mem_grow(NULL, n, sizeof *pages);
    memset(pages, 0, n * sizeof *pages);
    for (size_t i = 0; i < n; i++)
        page_init(&pages[i]);
    bool ok = walk(p, pages, n, from, to, e);
    for (size_t i = 0; i < n; i++) {
        asker_drop(&p->c->asker, &pages[i].ask);
        page_done(&pages[i]);
    }
    mem_free(pages);
    return ok;
}
