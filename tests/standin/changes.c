/*
 * /movie/changes and /movie/{id}/changes.
 *
 * Unless --changes says what changed, a lot drawn from (seed, id, day) does: on each day about
 * --change-rate of a thousand movies. A change by lot is an entry in the feed only; the movie says
 * what it said before. A touch changes both. As in the real feed the ids are not sorted, an id
 * stands once however many days are asked for, vanished movies stay in it with adult null, and
 * every few days there is an entry whose id is null.
 */
#include "api.h"

#include "text.h"

#include <stdlib.h>

enum { IDS_PER_PAGE = 100, DAYS_MAX = 14 };

struct entry {
    uint64_t order; /* sorts the feed into disorder */
    uint32_t id;    /* 0: null */
};

struct changes {
    struct entry *entries;
    size_t count;
    size_t cap;
    int32_t from;
    int32_t to;
    uint64_t version;
};

struct changes *changes_new(void)
{
    struct changes *l = mem_take(NULL, sizeof *l);

    *l = (struct changes){0};
    return l;
}

void changes_free(struct changes *l)
{
    if (l == NULL)
        return;
    free(l->entries);
    free(l);
}

static uint64_t lot(const struct world *w, uint64_t id, int32_t day)
{
    return mix64(w->gen.seed ^ mix64(id << 32 ^ (uint32_t)day));
}

static bool drawn(const struct world *w, const struct movie *m, int32_t day)
{
    return !w->changes_given && day <= w->today && (m->added == DAY_NONE || day >= m->added) &&
           lot(w, m->id, day) % 1000 < w->change_rate;
}

static void push(struct changes *l, uint64_t order, uint32_t id)
{
    if (l->count == l->cap) {
        l->cap = l->cap > 0 ? 2 * l->cap : 1024;
        l->entries = mem_take(l->entries, l->cap * sizeof *l->entries);
    }
    l->entries[l->count++] = (struct entry){order, id};
}

static int compare_entries(const void *a, const void *b)
{
    const struct entry *x = a;
    const struct entry *y = b;

    return (x->order > y->order) - (x->order < y->order);
}

static bool drawn_between(const struct world *w, const struct movie *m, int32_t from, int32_t to)
{
    for (int32_t day = from; day <= to; day++)
        if (drawn(w, m, day))
            return true;
    return false;
}

/* What is drawn by lot, the entries without an id included. */
static void collect_drawn(struct changes *l, const struct world *w, int32_t from, int32_t to)
{
    if (w->changes_given || w->change_rate == 0)
        return;
    for (size_t i = 0; i < w->count; i++)
        if (drawn_between(w, &w->movies[i], from, to))
            push(l, mix64(w->movies[i].id), w->movies[i].id);
    for (int32_t day = from; day <= to && day <= w->today; day++)
        if (lot(w, 0, day) % 3 == 0)
            push(l, lot(w, 1, day), 0);
}

static void collect_given(struct changes *l, const struct world *w, int32_t from, int32_t to)
{
    for (size_t i = 0; i < w->change_count; i++) {
        const struct world_change *c = &w->changes[i];

        if (c->day >= from && c->day <= to && c->day <= w->today)
            push(l, c->id > 0 ? mix64(c->id) : lot(w, i, c->day), c->id);
    }
}

/* Fills l with what changed from..to, both included: each id once, in disorder. */
static void collect(struct changes *l, const struct world *w, int32_t from, int32_t to)
{
    size_t kept = 0;

    if (l->version == w->version && l->from == from && l->to == to)
        return;
    l->count = 0;
    collect_drawn(l, w, from, to);
    collect_given(l, w, from, to);
    if (l->count > 0)
        qsort(l->entries, l->count, sizeof *l->entries, compare_entries);
    for (size_t i = 0; i < l->count; i++)
        if (kept == 0 || l->entries[i].order != l->entries[kept - 1].order)
            l->entries[kept++] = l->entries[i];
    l->count = kept;
    l->from = from;
    l->to = to;
    l->version = w->version;
}

bool changes_range(struct call *c, int32_t *from, int32_t *to)
{
    *from = *to = DAY_NONE;
    if (!call_date(c, "start_date", from) || !call_date(c, "end_date", to))
        return false;
    if (*to == DAY_NONE)
        *to = c->world->today;
    if (*from == DAY_NONE)
        *from = *to - 1;
    if (*to - *from > DAYS_MAX) {
        call_fail(c, 20);
        return false;
    }
    return true;
}

static void write_entry(const struct world *w, uint32_t id, struct buf *out)
{
    const struct movie *m = world_shown(w, id);

    BUF_LIT(out, "{\"id\":");
    if (id > 0)
        buf_uint(out, id);
    else
        BUF_LIT(out, "null");
    if (m != NULL)
        buf_fmt(out, ",\"adult\":%s,\"softcore\":%s}",
            (m->flags & MOVIE_ADULT) != 0 ? "true" : "false",
            (m->flags & MOVIE_SOFTCORE) != 0 ? "true" : "false");
    else
        BUF_LIT(out, ",\"adult\":null,\"softcore\":null}");
}

void changes_answer(struct changes *l, struct call *c)
{
    struct buf *body = &c->answer->body;
    int32_t from;
    int32_t to;
    uint32_t page;
    size_t first;
    size_t count;

    if (!call_page(c, &page) || !changes_range(c, &from, &to))
        return;
    collect(l, c->world, from, to);
    count = call_slice(c, l->count, page, IDS_PER_PAGE, &first);
    BUF_LIT(body, "{\"results\":[");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buf_ch(body, ',');
        write_entry(c->world, l->entries[first + i].id, body);
    }
    buf_fmt(body, "],\"page\":%u", page);
    call_end_list(c, l->count, IDS_PER_PAGE);
}

static void write_change(
    const struct world *w, const struct movie *m, int32_t day, bool first, struct buf *out)
{
    char text[11];
    uint64_t second = lot(w, m->id, day) / 1000 % 86400;

    text_day(day, text);
    if (!first)
        buf_ch(out, ',');
    BUF_LIT(out, "{\"id\":\"");
    gen_object_id(m->id, 0xcc, (uint32_t)day, out);
    buf_fmt(out,
        "\",\"action\":\"updated\",\"time\":\"%s %02u:%02u:%02u UTC\",\"iso_639_1\":\"en\","
        "\"iso_3166_1\":\"US\",\"value\":",
        text, (unsigned)(second / 3600), (unsigned)(second / 60 % 60), (unsigned)(second % 60));
    world_title(w, m, false, out);
    BUF_LIT(out, ",\"original_value\":\"\"}");
}

void changes_of_movie(
    const struct world *w, const struct movie *m, int32_t from, int32_t to, struct buf *out)
{
    bool first = true;

    BUF_LIT(out, "{\"changes\":[");
    for (int32_t day = from; day <= to && day <= w->today; day++) {
        bool changed = drawn(w, m, day);

        for (size_t i = 0; i < w->change_count && !changed; i++)
            changed = w->changes[i].day == day && w->changes[i].id == m->id;
        if (!changed)
            continue;
        if (first)
            BUF_LIT(out, "{\"key\":\"title\",\"items\":[");
        write_change(w, m, day, first, out);
        first = false;
    }
    if (!first)
        BUF_LIT(out, "]}");
    BUF_LIT(out, "]}");
}
