/*
 * See world.h. Loading is in world_load.c.
 */
#include "world.h"

#include "gen_words.h"
#include "text.h"
#include "world_load.h"

#include <stdlib.h>

/* The place of id, or where it would stand. */
static size_t place_of(const struct world *w, uint32_t id)
{
    size_t low = 0;
    size_t high = w->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (w->movies[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct movie *world_find(const struct world *w, uint32_t id)
{
    size_t at = place_of(w, id);

    return at < w->count && w->movies[at].id == id ? &w->movies[at] : NULL;
}

struct movie *world_shown(const struct world *w, uint32_t id)
{
    struct movie *m = world_find(w, id);

    return m != NULL && m->gone == DAY_NONE ? m : NULL;
}

struct stored *world_stored(const struct world *w, const struct movie *m)
{
    return m->stored > 0 ? &w->docs[m->stored - 1] : NULL;
}

unsigned world_find_imdb(const struct world *w, const char *imdb, struct movie **ret, unsigned max)
{
    uint32_t ids[2];
    unsigned candidates = gen_find_imdb(&w->gen, imdb, ids);
    unsigned n = 0;

    for (size_t i = 0; i < w->doc_count && n < max; i++) {
        const struct stored *d = &w->docs[i];
        struct movie *m;

        if (d->imdb == NULL || strcmp(d->imdb, imdb) != 0)
            continue;
        m = world_shown(w, d->id);
        if (m != NULL && m->stored == i + 1)
            ret[n++] = m;
    }
    for (unsigned i = 0; i < candidates && n < max; i++) {
        struct movie *m = world_shown(w, ids[i]);
        if (m != NULL && m->stored == 0)
            ret[n++] = m;
    }
    return n;
}

void world_facts(const struct world *w, const struct movie *m, struct gen_facts *ret)
{
    gen_facts(&w->gen, m->id, ret);
    ret->popularity_e4 = m->popularity_e4;
    ret->vote_count = m->vote_count;
    ret->vote_average_e3 = m->vote_average_e3;
}

void world_list_row(const struct world *w, const struct movie *m, struct buf *out)
{
    struct gen_facts f;

    if (m->stored > 0) {
        stored_list_row(world_stored(w, m), out);
        return;
    }
    world_facts(w, m, &f);
    gen_list_row(&w->gen, m->id, &f, out);
}

int64_t world_revenue(const struct world *w, const struct movie *m)
{
    struct buf text;
    uint64_t value = 0;

    if (m->stored == 0)
        return gen_revenue(&w->gen, m->id);
    buf_init(&text, 4096);
    stored_member(world_stored(w, m), "revenue", "0", &text);
    if (!text_number(buf_cstr(&text), INT64_MAX, &value))
        value = 0;
    buf_done(&text);
    return (int64_t)value;
}

void world_title(const struct world *w, const struct movie *m, bool original, struct buf *out)
{
    struct gen_facts f;

    if (m->stored > 0) {
        stored_member(world_stored(w, m), original ? "original_title" : "title", "\"\"", out);
        return;
    }
    buf_ch(out, '"');
    if (original) {
        gen_facts(&w->gen, m->id, &f);
        gen_original_title(&w->gen, m->id, f.language, out);
    } else {
        gen_title(&w->gen, m->id, out);
    }
    buf_ch(out, '"');
}

bool world_touch(struct world *w, uint32_t id, int32_t day)
{
    struct movie *m = world_find(w, id);

    if (m == NULL)
        return false;
    m->popularity_e4 += 15000;
    m->vote_count += 10;
    if (m->vote_average_e3 == 0 && m->stored == 0)
        m->vote_average_e3 = 7000;
    if (m->touches < 255)
        m->touches++;
    if (m->stored > 0)
        stored_set_votes(world_stored(w, m), m->popularity_e4, m->vote_count);
    world_push_change(w, day, id);
    w->version++;
    return true;
}

bool world_set_gone(struct world *w, uint32_t id, bool gone)
{
    struct movie *m = world_find(w, id);

    if (m == NULL)
        return false;
    m->gone = gone ? w->today : DAY_NONE;
    w->version++;
    return true;
}

bool world_add(struct world *w, uint32_t id)
{
    if (world_find(w, id) != NULL)
        return false;
    world_insert(w, place_of(w, id), id)->added = w->today;
    world_push_change(w, w->today, id);
    w->version++;
    return true;
}

bool world_document(struct world *w, const char *text, size_t n, uint32_t *id, struct buf *error)
{
    struct stored d;
    struct movie *m;

    if (!stored_read(text, n, &d, error))
        return false;
    *id = d.id;
    m = world_find(w, d.id);
    if (m == NULL) {
        m = world_insert(w, place_of(w, d.id), d.id);
        m->added = w->today;
    }
    world_take_stored(w, m, &d);
    w->version++;
    return true;
}

void world_changed(struct world *w, uint32_t id, int32_t day)
{
    world_push_change(w, day, id);
    w->version++;
}

void world_set_today(struct world *w, int32_t today)
{
    w->today = today;
    w->version++;
}
