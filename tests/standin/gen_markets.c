/*
 * What differs from country to country: release dates with certifications, and where a generated
 * movie can be watched. See gen.h.
 */
#include "gen.h"

#include "gen_words.h"
#include "text.h"

static void write_release(const struct word_country *c, int32_t day, unsigned type, struct rng *r,
    bool first, struct buf *out)
{
    char text[11];

    text_day(day, text);
    if (!first)
        buf_ch(out, ',');
    BUF_LIT(out, "{\"certification\":\"");
    if (rng_below(r, 3) > 0)
        buf_str(out, c->certifications[rng_below(r, 4)]);
    BUF_LIT(out, "\",\"descriptors\":");
    if (rng_one_in(r, 12))
        BUF_LIT(out, "[\"Violence\",\"Strong Language\"]");
    else
        BUF_LIT(out, "[]");
    BUF_LIT(out, ",\"iso_639_1\":\"\",\"note\":\"");
    if (type == 1)
        BUF_LIT(out, "Toronto International Film Festival");
    else if (type == 4 && rng_one_in(r, 2))
        BUF_LIT(out, "Netflix");
    BUF_LIT(out, "\",\"release_date\":\"");
    buf_add(out, text, 10);
    BUF_LIT(out, "T00:00:00.000Z\",\"type\":");
    buf_uint(out, type);
    buf_ch(out, '}');
}

static void write_country(const struct word_country *c, int32_t day, struct rng *r, struct buf *out)
{
    /* a premiere, then theatres, then digital, then a disc; the same type may come twice */
    BUF_LIT(out, "{\"iso_3166_1\":\"");
    buf_str(out, c->code);
    BUF_LIT(out, "\",\"release_dates\":[");
    write_release(c, day, rng_one_in(r, 6) ? 1 : 3, r, true, out);
    if (rng_one_in(r, 4))
        write_release(c, day + 30 + (int32_t)rng_below(r, 200), 4, r, false, out);
    if (rng_one_in(r, 8))
        write_release(c, day + 90 + (int32_t)rng_below(r, 300), 5, r, false, out);
    if (rng_one_in(r, 20))
        write_release(c, day + 3650, 3, r, false, out);
    BUF_LIT(out, "]}");
}

void gen_release_dates(const struct gen *g, uint32_t id, const struct gen_facts *f, struct buf *out)
{
    struct rng r;
    uint32_t percent;
    bool any = false;

    gen_rng(g, id, 60, &r);
    percent = g->small ? 3 : 10 + rng_below(&r, 35);
    BUF_LIT(out, "{\"results\":[");
    for (unsigned i = 0; i < WORDS_COUNTRIES && f->day != DAY_NONE; i++) {
        const struct word_country *c = &words_countries[i];
        bool home = strcmp(c->code, words_languages[f->language].country) == 0;

        if (!home && strcmp(c->code, "US") != 0 && rng_below(&r, 100) >= percent)
            continue;
        if (any)
            buf_ch(out, ',');
        any = true;
        write_country(c, f->day + (home ? 0 : (int32_t)rng_below(&r, 120)), &r, out);
    }
    BUF_LIT(out, "]}");
}

static void write_offers(
    const struct gen *g, const char *kind, uint32_t first, uint32_t count, struct buf *out)
{
    BUF_LIT(out, ",\"");
    buf_str(out, kind);
    BUF_LIT(out, "\":[");
    for (uint32_t i = 0; i < count; i++) {
        const struct word_id *p = &words_providers[(first + i) % WORDS_PROVIDERS];

        if (i > 0)
            buf_ch(out, ',');
        BUF_LIT(out, "{\"logo_path\":");
        gen_path(g, p->id, 61, out);
        BUF_LIT(out, ",\"provider_id\":");
        buf_uint(out, p->id);
        BUF_LIT(out, ",\"provider_name\":\"");
        buf_str(out, p->name);
        BUF_LIT(out, "\",\"display_priority\":");
        buf_uint(out, p->id % 60);
        buf_ch(out, '}');
    }
    BUF_LIT(out, "]");
}

static void write_market(
    const struct gen *g, uint32_t id, const char *country, struct rng *r, struct buf *out)
{
    uint32_t first = rng_below(r, WORDS_PROVIDERS);
    uint32_t shops = 1 + rng_below(r, 2);

    BUF_LIT(out, "\"");
    buf_str(out, country);
    BUF_LIT(out, "\":{\"link\":\"https://www.themoviedb.org/movie/");
    buf_uint(out, id);
    BUF_LIT(out, "/watch?locale=");
    buf_str(out, country);
    BUF_LIT(out, "\"");
    switch (rng_below(r, 8)) {
    case 0:
    case 1:
    case 2:
        write_offers(g, "flatrate", first, shops, out);
        break;
    case 3:
        write_offers(g, "ads", first, 1, out);
        break;
    case 4:
        write_offers(g, "free", first, 1, out);
        break;
    default: /* what can be bought can mostly be rented from the same shops */
        write_offers(g, "rent", first, shops, out);
        write_offers(g, "buy", first, shops, out);
        break;
    }
    BUF_LIT(out, "}");
}

void gen_watch_providers(const struct gen *g, uint32_t id, struct buf *out)
{
    struct rng r;
    uint32_t percent;
    bool any = false;

    gen_rng(g, id, 62, &r);
    percent = rng_one_in(&r, 3) ? 0 : 10 + rng_below(&r, 40);
    if (g->small)
        percent = percent / 20;
    BUF_LIT(out, "{\"results\":{");
    for (unsigned i = 0; i < WORDS_COUNTRIES; i++) {
        if (rng_below(&r, 100) >= percent)
            continue;
        if (any)
            buf_ch(out, ',');
        any = true;
        write_market(g, id, words_countries[i].code, &r, out);
    }
    BUF_LIT(out, "}}");
}
