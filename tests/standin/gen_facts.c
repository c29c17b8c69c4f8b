/*
 * What is decided about a generated movie before anything is printed: dates, votes, language,
 * flags, IMDb id. See gen.h.
 *
 * The proportions follow TMDB: most movies have no votes, two fifths no IMDb id, one in forty no
 * release date; a good many come out on the first of January, because that is what people enter
 * when they know the year only. Nothing depends on today, so that a movie stays the same movie.
 */
#include "gen.h"

#include "gen_words.h"
#include "text.h"

#include <stdio.h>

enum { IMDB_FIRST = 1000000, IMDB_STEP = 3 };

void gen_rng(const struct gen *g, uint32_t id, unsigned use, struct rng *ret)
{
    ret->state = mix64(g->seed ^ mix64(((uint64_t)id << 8) | use));
}

static int32_t release_day(struct rng *r)
{
    uint32_t kind = rng_below(r, 5000);
    uint32_t a = rng_below(r, 27);
    uint32_t b = rng_below(r, 27);
    int year;

    if (kind == 0)
        year = 1874 + (int)rng_below(r, 26);
    else if (kind < 25)
        year = 2027 + (int)rng_below(r, 3);
    else if (kind < 250)
        year = 1900 + (int)rng_below(r, 50);
    else if (kind < 1700)
        year = 1950 + (int)rng_below(r, 50);
    else
        year = 2000 + (int)(a > b ? a : b);
    return text_civil(year, 1, 1) + (rng_below(r, 100) < 6 ? 0 : (int32_t)rng_below(r, 365));
}

void gen_facts(const struct gen *g, uint32_t id, struct gen_facts *ret)
{
    struct rng r;

    gen_rng(g, id, 0, &r);
    *ret = (struct gen_facts){.day = DAY_NONE};
    if (rng_below(&r, 100) < g->pile_percent)
        ret->day = g->pile_day;
    else if (!rng_one_in(&r, 40))
        ret->day = release_day(&r);
    if (rng_one_in(&r, 33))
        ret->flags |= MOVIE_ADULT;
    if (rng_one_in(&r, 33))
        ret->flags |= MOVIE_VIDEO;
    if (rng_one_in(&r, 100))
        ret->flags |= MOVIE_SOFTCORE;
    if (rng_below(&r, 100) >= 45)
        ret->language = (unsigned char)(1 + rng_below(&r, WORDS_LANGUAGES - 1));
    if (rng_below(&r, 100) < 55) {
        ret->vote_count = (int32_t)(1 + rng_below(&r, 1u << (1 + rng_below(&r, 15))));
        ret->vote_average_e3 = (int32_t)(1000 + rng_below(&r, 8500));
        if (ret->vote_count < 5) /* few votes make round averages */
            ret->vote_average_e3 -= ret->vote_average_e3 % 500;
    }
    if (!rng_one_in(&r, 20))
        ret->popularity_e4 = 100 + rng_below(&r, 1u << (10 + rng_below(&r, 12)));
}

/* What gen_imdb does when links.csv does not say. */
enum imdb_kind { IMDB_OWN, IMDB_NULL, IMDB_EMPTY, IMDB_MALFORMED, IMDB_OF_PREVIOUS };

static enum imdb_kind imdb_kind(const struct gen *g, uint32_t id)
{
    struct rng r;
    uint32_t kind;

    gen_rng(g, id, 1, &r);
    kind = rng_below(&r, 1000);
    if (kind < 390)
        return IMDB_NULL;
    if (kind < 394)
        return IMDB_EMPTY;
    if (kind < 395)
        return IMDB_MALFORMED;
    return kind < 397 && id > 1 ? IMDB_OF_PREVIOUS : IMDB_OWN;
}

static void print_imdb(uint64_t number, char out[static GEN_IMDB_SIZE])
{
    snprintf(out, GEN_IMDB_SIZE, "tt%07llu", (unsigned long long)number);
}

bool gen_imdb(const struct gen *g, uint32_t id, char out[static GEN_IMDB_SIZE])
{
    const struct link_pair *link = g->links != NULL ? links_of_tmdb(g->links, id) : NULL;

    out[0] = '\0';
    if (link != NULL) {
        print_imdb(link->imdb, out);
        return true;
    }
    switch (imdb_kind(g, id)) {
    case IMDB_NULL:
        return false;
    case IMDB_EMPTY:
        return true;
    case IMDB_MALFORMED:
        snprintf(out, GEN_IMDB_SIZE, "tt%u", id % 1000);
        return true;
    case IMDB_OF_PREVIOUS:
        id--;
        break;
    case IMDB_OWN:
        break;
    }
    print_imdb(IMDB_FIRST + (uint64_t)IMDB_STEP * id, out);
    return true;
}

unsigned gen_find_imdb(const struct gen *g, const char *imdb, uint32_t ids[static 2])
{
    uint64_t number;
    uint32_t candidates[3];
    unsigned n_candidates = 0;
    unsigned n = 0;
    const struct link_pair *link;

    if (strncmp(imdb, "tt", 2) != 0 || !text_number(imdb + 2, 99999999999, &number))
        return 0;
    link =
        g->links != NULL && number <= UINT32_MAX ? links_of_imdb(g->links, (uint32_t)number) : NULL;
    if (link != NULL)
        candidates[n_candidates++] = link->tmdb_id;
    if (number > IMDB_FIRST && (number - IMDB_FIRST) % IMDB_STEP == 0 &&
        (number - IMDB_FIRST) / IMDB_STEP < UINT32_MAX - 1) {
        candidates[n_candidates++] = (uint32_t)((number - IMDB_FIRST) / IMDB_STEP);
        candidates[n_candidates++] = (uint32_t)((number - IMDB_FIRST) / IMDB_STEP) + 1;
    }
    for (unsigned i = 0; i < n_candidates && n < 2; i++) {
        char text[GEN_IMDB_SIZE];

        if (n > 0 && ids[0] == candidates[i])
            continue;
        if (gen_imdb(g, candidates[i], text) && strcmp(text, imdb) == 0)
            ids[n++] = candidates[i];
    }
    return n;
}

bool gen_is_bare(const struct gen *g, uint32_t id)
{
    struct rng r;

    gen_rng(g, id, 2, &r);
    return rng_one_in(&r, 16);
}

unsigned gen_genres(const struct gen *g, uint32_t id, unsigned char out[static 4])
{
    struct rng r;
    unsigned wanted;
    unsigned n = 0;

    gen_rng(g, id, 3, &r);
    wanted = rng_below(&r, 5);
    for (unsigned i = 0; i < wanted; i++) {
        unsigned char genre = (unsigned char)rng_below(&r, WORDS_GENRES);
        bool known = false;

        for (unsigned k = 0; k < n; k++)
            known = known || out[k] == genre;
        if (!known)
            out[n++] = genre;
    }
    return n;
}

int64_t gen_revenue(const struct gen *g, uint32_t id)
{
    struct rng r;

    gen_rng(g, id, 4, &r);
    if (rng_below(&r, 100) < 75)
        return 0;
    /* one in 200 of these passes 2^31, where a 32-bit column overflows */
    if (rng_one_in(&r, 200))
        return 2147483648 + (int64_t)rng_below(&r, 700000000);
    return 1 + (int64_t)rng_below(&r, 1u << (8 + rng_below(&r, 21)));
}
