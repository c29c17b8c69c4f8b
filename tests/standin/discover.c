/*
 * /discover/movie: a filter and an order over all movies, 20 rows a page, 500 pages at most;
 * total_pages and total_results are not capped, as in the real API.
 *
 * Understood: primary_release_date.gte/.lte, with_original_language (a|b), vote_count.gte/.lte,
 * include_adult, include_video, sort_by, page. Other parameters are ignored without a word.
 *
 * A walk over 500 pages asks the same question 500 times: the last few results are kept, as
 * places of movies, until something in the world changes.
 */
#include "api.h"

#include "text.h"

#include <stdlib.h>

enum { ROWS_PER_PAGE = 20, RESULTS_KEPT = 12, LANGUAGES_MAX = 8 };

enum order {
    BY_POPULARITY,
    BY_DATE,
    BY_VOTE_COUNT,
    BY_VOTE_AVERAGE,
    BY_REVENUE,
    BY_TITLE,
    BY_ORIGINAL_TITLE
};

struct filter {
    int32_t from;
    int32_t to;
    int32_t votes_min;
    int32_t votes_max;
    enum order order;
    int descending;
    int dated; /* a date filter is given */
    int adult;
    int video;
    int language_count; /* -1: any */
    char languages[LANGUAGES_MAX][2];
};

struct result {
    struct filter filter;
    uint64_t version; /* of the world it is true for */
    uint64_t used;
    uint32_t *places;
    size_t count;
};

struct discover {
    struct result results[RESULTS_KEPT];
    uint64_t clock;
    uint32_t *by_date; /* places of dated movies, by (day, id) */
    size_t dated;
    uint64_t version;
};

struct sort_key {
    int64_t key;
    uint32_t id;
    uint32_t place;
};

struct discover *discover_new(void)
{
    struct discover *d = mem_take(NULL, sizeof *d);

    *d = (struct discover){0};
    return d;
}

void discover_free(struct discover *d)
{
    if (d == NULL)
        return;
    for (unsigned i = 0; i < RESULTS_KEPT; i++)
        free(d->results[i].places);
    free(d->by_date);
    free(d);
}

static int compare_keys(const void *a, const void *b)
{
    const struct sort_key *x = a;
    const struct sort_key *y = b;

    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

/* The first eight bytes of a title, which is as far as this order looks. */
static int64_t title_key(const struct world *w, const struct movie *m, bool original)
{
    struct buf title;
    uint64_t key = 0;

    buf_init(&title, BUF_MAX_ANSWER);
    world_title(w, m, original, &title);
    for (size_t i = 1; i <= 8; i++)
        key = key << 8 | (i < title.len ? (unsigned char)title.p[i] : 0);
    buf_done(&title);
    return (int64_t)(key >> 1);
}

static int64_t sort_value(const struct world *w, const struct movie *m, enum order order)
{
    switch (order) {
    case BY_POPULARITY:
        return m->popularity_e4;
    case BY_DATE:
        return m->day;
    case BY_VOTE_COUNT:
        return m->vote_count;
    case BY_VOTE_AVERAGE:
        return m->vote_average_e3;
    case BY_REVENUE:
        return world_revenue(w, m);
    case BY_TITLE:
        return title_key(w, m, false);
    case BY_ORIGINAL_TITLE:
        return title_key(w, m, true);
    }
    return 0;
}

/* Keeps by_date up with the world. */
static void index_dates(struct discover *d, const struct world *w)
{
    struct sort_key *keys;

    if (d->version == w->version)
        return;
    keys = mem_take(NULL, w->count * sizeof *keys);
    d->dated = 0;
    for (size_t i = 0; i < w->count; i++)
        if (w->movies[i].day != DAY_NONE)
            keys[d->dated++] = (struct sort_key){w->movies[i].day, w->movies[i].id, (uint32_t)i};
    qsort(keys, d->dated, sizeof *keys, compare_keys);
    d->by_date = mem_take(d->by_date, d->dated * sizeof *d->by_date);
    for (size_t i = 0; i < d->dated; i++)
        d->by_date[i] = keys[i].place;
    free(keys);
    d->version = w->version;
}

/* The first place in by_date whose movie is not before day. */
static size_t first_from(const struct discover *d, const struct world *w, int32_t day)
{
    size_t low = 0;
    size_t high = d->dated;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (w->movies[d->by_date[middle]].day < day)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool matches(const struct filter *f, const struct movie *m)
{
    bool spoken = f->language_count < 0;

    if (m->gone != DAY_NONE || (!f->adult && (m->flags & MOVIE_ADULT) != 0) ||
        (!f->video && (m->flags & MOVIE_VIDEO) != 0) || m->vote_count < f->votes_min ||
        m->vote_count > f->votes_max)
        return false;
    for (int i = 0; i < f->language_count; i++)
        spoken = spoken || memcmp(f->languages[i], m->language, 2) == 0;
    return spoken;
}

static void search(struct discover *d, const struct world *w, struct result *r)
{
    const struct filter *f = &r->filter;
    struct sort_key *keys;
    size_t first = 0;
    size_t last = w->count;

    if (f->dated) {
        index_dates(d, w);
        first = first_from(d, w, f->from);
        last = f->to == INT32_MAX ? d->dated : first_from(d, w, f->to + 1);
    }
    r->count = 0;
    keys = mem_take(NULL, (last > first ? last - first : 0) * sizeof *keys);
    for (size_t i = first; i < last; i++) {
        uint32_t place = f->dated ? d->by_date[i] : (uint32_t)i;
        const struct movie *m = &w->movies[place];

        if (!matches(f, m))
            continue;
        keys[r->count] = (struct sort_key){sort_value(w, m, f->order), m->id, place};
        if (f->descending)
            keys[r->count].key = -keys[r->count].key;
        r->count++;
    }
    qsort(keys, r->count, sizeof *keys, compare_keys);
    r->places = mem_take(r->places, r->count * sizeof *r->places);
    for (size_t i = 0; i < r->count; i++)
        r->places[i] = keys[i].place;
    free(keys);
    r->version = w->version;
}

/* The result from the kept ones, or a new one in the place of the one not used for longest. */
static const struct result *find_result(
    struct discover *d, const struct world *w, const struct filter *f)
{
    struct result *oldest = &d->results[0];

    d->clock++;
    for (unsigned i = 0; i < RESULTS_KEPT; i++) {
        struct result *r = &d->results[i];

        if (r->version == w->version && memcmp(&r->filter, f, sizeof *f) == 0) {
            r->used = d->clock;
            return r;
        }
        if (r->used < oldest->used)
            oldest = r;
    }
    memcpy(&oldest->filter, f, sizeof *f);
    oldest->used = d->clock;
    search(d, w, oldest);
    return oldest;
}

static void read_order(const char *text, struct filter *f)
{
    static const struct {
        const char *name;
        enum order order;
    } orders[] = {{"popularity", BY_POPULARITY}, {"primary_release_date", BY_DATE},
        {"vote_count", BY_VOTE_COUNT}, {"vote_average", BY_VOTE_AVERAGE}, {"revenue", BY_REVENUE},
        {"title", BY_TITLE}, {"original_title", BY_ORIGINAL_TITLE}};
    size_t length = strcspn(text, ".");

    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        if (strlen(orders[i].name) != length || memcmp(orders[i].name, text, length) != 0)
            continue;
        if (strcmp(text + length, ".asc") == 0 || strcmp(text + length, ".desc") == 0) {
            f->order = orders[i].order;
            f->descending = text[length + 1] == 'd';
        }
    }
}

/* a|b or a,b; what is no two-letter code matches nothing, as "en-US" does in the real API. */
static void read_languages(const char *text, struct filter *f)
{
    if (text == NULL || text[0] == '\0')
        return;
    f->language_count = 0;
    while (*text != '\0') {
        size_t length = strcspn(text, "|,");

        if (length == 2 && f->language_count < LANGUAGES_MAX)
            memcpy(f->languages[f->language_count++], text, 2);
        text += length;
        text += *text != '\0';
    }
}

/* A bad number gives no rows rather than an error. */
static void read_votes(const char *text, int32_t bad, int32_t *ret)
{
    uint64_t n;

    if (text != NULL && text[0] != '\0')
        *ret = text_number(text, INT32_MAX, &n) ? (int32_t)n : bad;
}

static bool is_true(const char *text)
{
    return text != NULL && strcmp(text, "true") == 0;
}

static bool read_filter(struct call *c, struct filter *f)
{
    const char *order = http_param(c->req, "sort_by");

    memset(f, 0, sizeof *f); /* compared with memcmp: no stray padding */
    f->from = INT32_MIN + 1;
    f->to = f->votes_max = INT32_MAX;
    f->order = BY_POPULARITY;
    f->descending = 1;
    f->language_count = -1;
    if (!call_date(c, "primary_release_date.gte", &f->from) ||
        !call_date(c, "primary_release_date.lte", &f->to))
        return false;
    f->dated = f->from != INT32_MIN + 1 || f->to != INT32_MAX;
    f->adult = is_true(http_param(c->req, "include_adult"));
    f->video = is_true(http_param(c->req, "include_video"));
    read_votes(http_param(c->req, "vote_count.gte"), INT32_MAX, &f->votes_min);
    read_votes(http_param(c->req, "vote_count.lte"), -1, &f->votes_max);
    read_languages(http_param(c->req, "with_original_language"), f);
    if (order != NULL)
        read_order(order, f);
    return true;
}

void discover_answer(struct discover *d, struct call *c)
{
    struct filter filter;
    const struct result *r;
    uint32_t page;
    size_t first;
    size_t count;

    if (!call_page(c, &page) || !read_filter(c, &filter))
        return;
    r = find_result(d, c->world, &filter);
    count = call_slice(c, r->count, page, ROWS_PER_PAGE, &first);
    buf_fmt(&c->answer->body, "{\"page\":%u,\"results\":[", page);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buf_ch(&c->answer->body, ',');
        world_list_row(c->world, &c->world->movies[r->places[first + i]], &c->answer->body);
    }
    BUF_LIT(&c->answer->body, "]");
    call_end_list(c, r->count, ROWS_PER_PAGE);
}
