/*
 * Reviews of generated movies: most have none, one in fifty has more than one page of 20. Authors,
 * avatars, ratings and both time formats as TMDB sends them.
 */
#include "gen.h"

#include "gen_words.h"
#include "text.h"

enum { REVIEWS_PER_PAGE = 20 };

static uint32_t review_total(const struct gen *g, uint32_t id)
{
    struct rng r;
    uint32_t kind;

    gen_rng(g, id, 50, &r);
    if (gen_is_bare(g, id))
        return 0;
    kind = rng_below(&r, 100);
    if (kind < 2)
        return 21 + rng_below(&r, 50);
    if (g->small)
        return kind < 12 ? 1 : 0;
    if (kind < 8)
        return 5 + rng_below(&r, 8);
    return kind < 35 ? 1 + rng_below(&r, 4) : 0;
}

/* milliseconds in one of four, as the documentation shows them; recordings have none */
static void write_time(int32_t day, struct rng *r, struct buf *out)
{
    char text[11];
    uint32_t second = rng_below(r, 86400);
    const char *zone = rng_one_in(r, 4) ? ".359Z" : "Z";

    text_day(day, text);
    buf_fmt(out, "%sT%02u:%02u:%02u%s", text, second / 3600, second / 60 % 60, second % 60, zone);
}

/* Each draw is a statement of its own: compilers differ in the order of a call's arguments. */
static void write_review(const struct gen *g, uint32_t id, uint32_t index, struct buf *out)
{
    struct rng r;
    const char *given;
    uint32_t parts;
    uint32_t number;
    int32_t day;

    gen_rng(g, id ^ (index << 26), 51, &r);
    given = words_given[rng_below(&r, WORDS_GIVEN)];
    number = rng_below(&r, 1000);
    buf_fmt(out,
        "{\"author\":\"%s%u\",\"author_details\":{\"name\":\"%s\",\"username\":\"%s%u\","
        "\"avatar_path\":",
        given, number, rng_one_in(&r, 2) ? given : "", given, number);
    if (rng_one_in(&r, 4))
        buf_fmt(out, "\"/https://secure.gravatar.com/avatar/%016llx.jpg\"",
            (unsigned long long)mix64(number));
    else
        gen_path(g, number, 52, out);
    BUF_LIT(out, ",\"rating\":");
    if (rng_one_in(&r, 4))
        BUF_LIT(out, "null");
    else
        buf_fixed(out, 5 + 5 * rng_below(&r, 20), 1);
    BUF_LIT(out, "},\"content\":\"");
    parts = 2 + rng_below(&r, g->small ? 2 : 8);
    for (uint32_t i = 0; i < parts; i++) {
        if (i > 0)
            buf_ch(out, ' ');
        buf_str(out, words_review_parts[rng_below(&r, WORDS_REVIEW_PARTS)]);
    }
    BUF_LIT(out, "\",\"created_at\":\"");
    day = text_civil(2014, 1, 1) + (int32_t)rng_below(&r, 4300);
    write_time(day, &r, out);
    BUF_LIT(out, "\",\"id\":\"");
    gen_object_id(id, 0xac, index, out);
    BUF_LIT(out, "\",\"updated_at\":\"");
    day += (int32_t)rng_below(&r, 300);
    write_time(day, &r, out);
    BUF_LIT(out, "\",\"url\":\"https://www.themoviedb.org/review/");
    gen_object_id(id, 0xac, index, out);
    BUF_LIT(out, "\"}");
}

void gen_reviews(const struct gen *g, uint32_t id, uint32_t page, struct buf *out)
{
    uint32_t total = review_total(g, id);
    uint32_t first = (page - 1) * REVIEWS_PER_PAGE;

    buf_fmt(out, "{\"page\":%u,\"results\":[", page);
    for (uint32_t i = first; i < total && i < first + REVIEWS_PER_PAGE; i++) {
        if (i > first)
            buf_ch(out, ',');
        write_review(g, id, i, out);
    }
    buf_fmt(out, "],\"total_pages\":%u,\"total_results\":%u}",
        (total + REVIEWS_PER_PAGE - 1) / REVIEWS_PER_PAGE, total);
}
