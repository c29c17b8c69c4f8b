/* Fetching movies: see tmdb_fetch_movies in tmdb.h.
 *
 * A slot is one movie under way: its question, its arena (reset for the next movie) and the step it
 * is at. There are SLOTS_PER_CONNECTION slots for each connection, so that movies which wait for
 * their next try do not keep the connections idle. A movie is one request, and further ones only
 * for a section that is missing from the answer (once each) and for further pages of reviews. */
#include "base/log.h"
#include "base/mem.h"
#include "base/sys.h"
#include "source/tmdb/client.h"
#include "source/tmdb/parts.h"

#include <stdio.h>

enum { SLOTS_PER_CONNECTION = 2, UNREADABLE_MAX = 50 };

enum step { AT_DETAILS, AT_SECTION, AT_REVIEWS };

struct slot {
    struct ask ask;
    struct arena arena;
    struct slot *next_idle;
    int64_t id, at;
    enum step step;
    size_t section;      /* the next configured section to look for */
    int64_t page, pages; /* of reviews: the last one asked for, how many there are */
    struct node *body;
};

struct fetch {
    struct tmdb_client *c;
    const struct tmdb_fetch *with;
    struct findings *findings;
    struct slot *slots;
    struct slot *idle; /* those without a movie */
    size_t slot_n;
    bool at_end;         /* `next` has no more */
    unsigned unreadable; /* answers in a row that could not be decoded */
};

static bool give(struct fetch *f, struct tmdb_result *r, struct err *e)
{
    struct tmdb_counts *counts = &f->c->asker.counts;
    counts->movies += r->outcome == TMDB_MOVIE;
    counts->gone += r->outcome == TMDB_GONE;
    counts->failed += r->outcome == TMDB_FAILED;
    return f->with->take(f->with->payload, r, e);
}

static bool give_failed(struct fetch *f, int64_t id, const struct err *why, struct err *e)
{
    struct tmdb_result *r = mem_alloc(sizeof *r);
    r->tmdb_id = id;
    r->outcome = TMDB_FAILED;
    r->why = *why;
    bool ok = give(f, r, e);
    mem_free(r);
    return ok;
}

static bool details_fit(const struct ask *q, struct err *e)
{
    const struct slot *s = q->owner;
    return parts_is_of(q->body, s->id, true, e);
}

static bool section_fits(const struct ask *q, struct err *e)
{
    const struct slot *s = q->owner;
    return parts_is_of(q->body, s->id, false, e);
}

static bool reviews_fit(const struct ask *q, struct err *e)
{
    const struct slot *s = q->owner;
    const struct node *results = node_get(q->body, "results");
    if (results == NULL || results->kind != NODE_LIST)
        return err_set(e, ERR_DATA, "it holds no list of reviews");
    return parts_is_of(q->body, s->id, false, e);
}

static void ask_details(struct fetch *f, struct slot *s, int64_t id)
{
    const struct tmdb_client *c = f->c;
    s->id = id;
    s->step = AT_DETAILS;
    s->section = 0;
    s->page = 1;
    s->pages = 0;
    s->body = NULL;
    s->ask.patience = 1;
    s->ask.fresh = true;
    s->ask.fits = details_fit;
    (void)snprintf(s->ask.what, sizeof s->ask.what, "movie %lld", (long long)id);
    client_ask(c, &s->ask, "/movie/%lld?language=%s%s%s%s", (long long)id, c->language,
        c->sections[0] == NULL ? "" : "&append_to_response=", c->sections_joined, c->more);
    asker_put(&f->c->asker, &s->ask);
}

static void ask_section(struct fetch *f, struct slot *s, const char *section)
{
    s->step = AT_SECTION;
    s->ask.patience = ASK_PATIENT; /* without it the movie is staged with a hole */
    s->ask.fresh = false;          /* the tree so far is in the arena */
    s->ask.fits = section_fits;
    (void)snprintf(s->ask.what, sizeof s->ask.what, "movie %lld, %s", (long long)s->id, section);
    client_ask(f->c, &s->ask, "/movie/%lld/%s?language=%s%s", (long long)s->id, section,
        f->c->language, f->c->more);
    asker_put_first(&f->c->asker, &s->ask);
}

static void ask_reviews(struct fetch *f, struct slot *s)
{
    s->step = AT_REVIEWS;
    s->page++;
    s->ask.patience = ASK_PATIENT;
    s->ask.fresh = false;
    s->ask.fits = reviews_fit;
    (void)snprintf(s->ask.what, sizeof s->ask.what, "movie %lld, reviews page %lld",
        (long long)s->id, (long long)s->page);
    client_ask(f->c, &s->ask, "/movie/%lld/reviews?language=%s&page=%lld", (long long)s->id,
        f->c->language, (long long)s->page);
    asker_put_first(&f->c->asker, &s->ask);
}

static void finish(struct fetch *f, struct slot *s)
{
    arena_reset(&s->arena);
    s->next_idle = f->idle;
    f->idle = s;
}

/* When TMDB changed its format every movie would fail, one by one, for hours. */
static bool too_many_unreadable(struct fetch *f, const struct err *why, struct err *e)
{
    if (++f->unreadable < UNREADABLE_MAX)
        return false;
    *e = *why;
    e->kind = ERR_SERVICE;
    err_in(e, "%d answers in a row could not be read; the last", UNREADABLE_MAX);
    err_hint(e, "TMDB may have changed its format: look for a newer version of movie-etl. Nothing "
                "was lost.");
    return true;
}

static bool give_decoded(struct fetch *f, struct slot *s, struct tmdb_result *r, struct err *e)
{
    r->tmdb_id = s->id;
    r->record.tmdb_id = s->id;
    r->record.at = s->at;
    if (!parts_decode(s->body, s->id, &s->arena, &r->record.movie, f->findings, &r->why)) {
        r->outcome = TMDB_FAILED;
        r->record = (struct staged_record){0};
        err_in(&r->why, "movie %lld", (long long)s->id);
        return give(f, r, e) && !too_many_unreadable(f, &r->why, e);
    }
    f->unreadable = 0;
    r->outcome = TMDB_MOVIE;
    if (r->record.movie.adult != 0 && !f->c->include_adult) {
        r->outcome = TMDB_ADULT;
        r->record = (struct staged_record){0};
    }
    return give(f, r, e);
}

/* The tree is complete: decode it and hand it over. */
static bool give_movie(struct fetch *f, struct slot *s, struct err *e)
{
    struct tmdb_result *r = mem_alloc(sizeof *r); /* too large for every stack */
    bool ok = give_decoded(f, s, r, e);
    mem_free(r);
    finish(f, s);
    return ok;
}

/* GONE and ADULT: no more than that is known. */
static bool give_bare(struct fetch *f, struct slot *s, enum tmdb_outcome outcome, struct err *e)
{
    struct tmdb_result *r = mem_alloc(sizeof *r);
    r->tmdb_id = s->id;
    r->outcome = outcome;
    if (outcome == TMDB_GONE)
        r->record = (struct staged_record){
            .gone = true, .tmdb_id = s->id, .at = s->ask.at, .status_code = s->ask.code};
    bool ok = give(f, r, e);
    mem_free(r);
    finish(f, s);
    return ok;
}

static bool is_adult(const struct node *body)
{
    const struct node *adult = node_get(body, "adult");
    return adult != NULL && adult->kind == NODE_BOOL && adult->b;
}

/* What is still missing is asked for; when nothing is, the movie is handed over. */
static bool go_on(struct fetch *f, struct slot *s, struct err *e)
{
    const char *const *sections = f->c->sections;
    if (is_adult(s->body) && !f->c->include_adult)
        return give_bare(f, s, TMDB_ADULT, e);
    while (sections[s->section] != NULL) {
        const char *section = sections[s->section++];
        if (!parts_has(s->body, section)) {
            ask_section(f, s, section);
            return true;
        }
    }
    if (s->page == 1)
        s->pages = parts_review_pages(s->body);
    if (s->page < s->pages && s->page < PARTS_REVIEW_PAGES_MAX) {
        ask_reviews(f, s);
        return true;
    }
    if (s->pages > PARTS_REVIEW_PAGES_MAX)
        log_line(LOG_WARNING, "movie %lld has %lld pages of reviews; the first %d were read",
            (long long)s->id, (long long)s->pages, PARTS_REVIEW_PAGES_MAX);
    return give_movie(f, s, e);
}

static void take_section(const struct fetch *f, struct slot *s)
{
    const char *section = f->c->sections[s->section - 1];
    if (s->ask.verdict == VERDICT_OK)
        parts_put(s->body, section, s->ask.body);
    else
        log_line(LOG_WARNING,
            "movie %lld: '%s' is missing from the answer, and not to be had alone: %s",
            (long long)s->id, section, s->ask.why.text);
}

/* A list of reviews with a hole in it would be taken for the whole list: better none. */
static void take_reviews(struct slot *s)
{
    if (s->ask.verdict == VERDICT_OK) {
        parts_add_reviews(s->body, s->ask.body);
        return;
    }
    log_line(LOG_WARNING, "movie %lld: its reviews count as not fetched, for want of page %lld: %s",
        (long long)s->id, (long long)s->page, s->ask.why.text);
    parts_drop(s->body, "reviews");
    s->pages = 0;
}

static bool answered(struct fetch *f, struct slot *s, struct err *e)
{
    if (s->step == AT_DETAILS) {
        if (s->ask.verdict == VERDICT_GONE)
            return give_bare(f, s, TMDB_GONE, e);
        if (s->ask.verdict != VERDICT_OK) {
            finish(f, s);
            return give_failed(f, s->id, &s->ask.why, e);
        }
        s->body = s->ask.body;
        s->at = s->ask.at;
    } else if (s->step == AT_SECTION) {
        take_section(f, s);
    } else {
        take_reviews(s);
    }
    return go_on(f, s, e);
}

/* Gives every idle slot a movie. */
static bool fill_slots(struct fetch *f, struct err *e)
{
    while (!f->at_end && !sys_stop_asked() && f->idle != NULL) {
        int64_t id;
        if (!f->with->next(f->with->payload, &id)) {
            f->at_end = true;
        } else if (id < 1 || id > ID_MAX) {
            struct err why;
            err_set(&why, ERR_INPUT, "%lld is no TMDB id: they are 1 to %d", (long long)id, ID_MAX);
            if (!give_failed(f, id, &why, e))
                return false;
        } else {
            struct slot *s = f->idle;
            f->idle = s->next_idle;
            ask_details(f, s, id);
        }
    }
    return true;
}

static bool run(struct fetch *f, struct err *e)
{
    for (;;) {
        struct ask *q;
        if (!fill_slots(f, e) || !asker_next(&f->c->asker, &q, e))
            return false;
        if (q == NULL)
            return true;
        if (!answered(f, q->owner, e))
            return false;
    }
}

bool tmdb_fetch_movies(
    struct tmdb_client *c, const struct tmdb_fetch *fetch, struct findings *findings, struct err *e)
{
    struct fetch f = {.c = c, .with = fetch, .findings = findings};
    f.slot_n = (size_t)c->connections * SLOTS_PER_CONNECTION;
    f.slots = mem_grow(NULL, f.slot_n, sizeof *f.slots);
    memset(f.slots, 0, f.slot_n * sizeof *f.slots);
    for (size_t i = 0; i < f.slot_n; i++) {
        struct slot *s = &f.slots[i];
        arena_init(&s->arena);
        ask_init(&s->ask, &s->arena);
        s->ask.owner = s;
        s->next_idle = f.idle;
        f.idle = s;
    }
    bool ok = run(&f, e);
    for (size_t i = 0; i < f.slot_n; i++) {
        asker_drop(&c->asker, &f.slots[i].ask);
        ask_done(&f.slots[i].ask);
        arena_done(&f.slots[i].arena);
    }
    mem_free(f.slots);
    return ok;
}
