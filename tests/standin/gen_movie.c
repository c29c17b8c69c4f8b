/*
 * Titles, the scalar part of the details, and list rows of generated movies. See gen.h.
 */
#include "gen.h"

#include "gen_words.h"
#include "text.h"

static void english_title(const struct gen *g, uint32_t id, struct buf *out)
{
    struct rng r;
    const char *adjective;
    const char *noun;
    const char *other;

    gen_rng(g, id, 10, &r);
    adjective = words_adjectives[rng_below(&r, WORDS_ADJECTIVES)];
    noun = words_nouns[rng_below(&r, WORDS_NOUNS)];
    other = words_nouns[rng_below(&r, WORDS_NOUNS)];
    switch (rng_below(&r, 7)) {
    case 0:
        buf_fmt(out, "The %s %s", adjective, noun);
        break;
    case 1:
        buf_fmt(out, "%s of the %s", noun, other);
        break;
    case 2:
        buf_fmt(out, "%s %s", adjective, noun);
        break;
    case 3:
        buf_fmt(out, "%s & %s: The %s %s", noun, other, adjective, "Years");
        break;
    case 4:
        buf_fmt(out, "%s %s %u", adjective, noun, 2 + rng_below(&r, 3));
        break;
    case 5:
        buf_fmt(out, "A %s for the %s %s", noun, adjective, other);
        break;
    default:
        buf_str(out, noun);
        break;
    }
}

static const char *trap_title(uint32_t id)
{
    return id % 37 == 0 ? words_traps[id / 37 % WORDS_TRAPS] : NULL;
}

void gen_title(const struct gen *g, uint32_t id, struct buf *out)
{
    if (trap_title(id) != NULL)
        buf_str(out, trap_title(id));
    else
        english_title(g, id, out);
}

void gen_original_title(const struct gen *g, uint32_t id, unsigned language, struct buf *out)
{
    const struct word_language *l = &words_languages[language];
    struct rng r;

    if (l->join == NULL || trap_title(id) != NULL) {
        gen_title(g, id, out);
        return;
    }
    gen_rng(g, id, 11, &r);
    buf_str(out, l->first[rng_below(&r, WORDS_NATIVE)]);
    buf_str(out, l->join);
    buf_str(out, l->second[rng_below(&r, WORDS_NATIVE)]);
}

void gen_overview(const struct gen *g, uint32_t id, struct buf *out)
{
    struct rng r;
    uint32_t sentences;

    gen_rng(g, id, 12, &r);
    sentences = g->small ? 1 + rng_below(&r, 2) : 3 + rng_below(&r, 7);
    if (rng_one_in(&r, 12))
        sentences = 0;
    for (uint32_t i = 0; i < sentences; i++) {
        if (i > 0)
            buf_ch(out, ' ');
        buf_str(out, words_sentences[rng_below(&r, WORDS_SENTENCES)]);
    }
    if (id % 11 == 3)
        buf_str(out, words_odd[id / 11 % WORDS_ODD]);
}

void gen_path(const struct gen *g, uint32_t id, unsigned kind, struct buf *out)
{
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    struct rng r;
    char text[] = "\"/aaaaaaaaaaaaaaaaaaaaaaaaaaa.jpg\"";

    gen_rng(g, id, kind, &r);
    if (rng_one_in(&r, 6)) {
        BUF_LIT(out, "null");
        return;
    }
    for (unsigned i = 0; i < 27; i += 3) {
        uint32_t x = rng_next(&r);
        text[2 + i] = digits[x % 62];
        text[3 + i] = digits[x / 62 % 62];
        text[4 + i] = digits[x / 3844 % 62];
    }
    buf_add(out, text, sizeof text - 1);
}

static void write_bool(bool value, struct buf *out)
{
    if (value)
        BUF_LIT(out, "true");
    else
        BUF_LIT(out, "false");
}

static void write_day(int32_t day, struct buf *out)
{
    char text[11];

    buf_ch(out, '"');
    if (day != DAY_NONE) {
        text_day(day, text);
        buf_add(out, text, 10);
    }
    buf_ch(out, '"');
}

static void write_votes(const struct gen_facts *f, struct buf *out)
{
    BUF_LIT(out, ",\"vote_average\":");
    buf_fixed(out, f->vote_average_e3, 3);
    BUF_LIT(out, ",\"vote_count\":");
    buf_int(out, f->vote_count);
}

static void write_titles(const struct gen *g, uint32_t id, unsigned language, struct buf *out)
{
    BUF_LIT(out, ",\"original_language\":\"");
    buf_str(out, words_languages[language].code);
    BUF_LIT(out, "\",\"original_title\":\"");
    gen_original_title(g, id, language, out);
    BUF_LIT(out, "\",\"overview\":\"");
    gen_overview(g, id, out);
    BUF_LIT(out, "\",\"popularity\":");
}

/* belongs_to_collection, budget, genres */
static void write_collection(const struct gen *g, uint32_t id, struct rng *r, struct buf *out)
{
    unsigned char genres[4];
    unsigned n = gen_genres(g, id, genres);

    BUF_LIT(out, ",\"belongs_to_collection\":");
    if (rng_one_in(r, 20)) {
        uint32_t collection = rng_below(r, 400);
        buf_fmt(out,
            "{\"id\":%u,\"name\":\"%s %s Collection\",\"poster_path\":", 10000 + collection,
            words_adjectives[collection % WORDS_ADJECTIVES], words_nouns[collection % WORDS_NOUNS]);
        gen_path(g, collection, 20, out);
        BUF_LIT(out, ",\"backdrop_path\":null}");
    } else {
        BUF_LIT(out, "null");
    }
    BUF_LIT(out, ",\"budget\":");
    buf_uint(out, rng_below(r, 100) < 70 ? 0 : rng_below(r, 1u << (10 + rng_below(r, 18))));
    BUF_LIT(out, ",\"genres\":[");
    for (unsigned i = 0; i < n; i++)
        buf_fmt(out, "%s{\"id\":%u,\"name\":\"%s\"}", i > 0 ? "," : "", words_genres[genres[i]].id,
            words_genres[genres[i]].name);
    BUF_LIT(out, "]");
}

static void write_production(struct rng *r, struct buf *out)
{
    uint32_t companies = rng_below(r, 4);
    uint32_t first = rng_below(r, WORDS_COMPANIES);
    uint32_t countries = rng_below(r, 3);
    uint32_t country = rng_below(r, WORDS_COUNTRIES);

    BUF_LIT(out, ",\"production_companies\":[");
    for (uint32_t i = 0; i < companies; i++) {
        const struct word_company *c = &words_companies[(first + 3 * i) % WORDS_COMPANIES];
        buf_fmt(out, "%s{\"id\":%u,\"logo_path\":%s,\"name\":\"%s\",\"origin_country\":\"%s\"}",
            i > 0 ? "," : "", c->id, c->logo, c->name, c->country);
    }
    BUF_LIT(out, "],\"production_countries\":[");
    for (uint32_t i = 0; i < countries; i++) {
        const struct word_country *c = &words_countries[(country + 7 * i) % WORDS_COUNTRIES];
        buf_fmt(
            out, "%s{\"iso_3166_1\":\"%s\",\"name\":\"%s\"}", i > 0 ? "," : "", c->code, c->name);
    }
    BUF_LIT(out, "]");
}

static const char *status_word(int32_t day, struct rng *r)
{
    /* everything after this day is still to come; a fixed day, because movies do not depend on
       today */
    int32_t horizon = text_civil(2026, 11, 1);
    static const char *const coming[] = {"Rumored", "Planned", "In Production", "Post Production"};

    if (rng_one_in(r, 300))
        return "Canceled";
    if (day > horizon || (day == DAY_NONE && rng_one_in(r, 2)))
        return coming[rng_below(r, 4)];
    return "Released";
}

static void write_languages(struct rng *r, unsigned language, struct buf *out)
{
    uint32_t more = rng_below(r, 3);

    BUF_LIT(out, ",\"spoken_languages\":[");
    for (uint32_t i = 0; i <= more; i++) {
        const struct word_language *l = &words_languages[(language + 5 * i) % WORDS_LANGUAGES];
        buf_fmt(out, "%s{\"english_name\":\"%s\",\"iso_639_1\":\"%s\",\"name\":\"%s\"}",
            i > 0 ? "," : "", l->english_name, l->code, l->name);
    }
    BUF_LIT(out, "]");
}

void gen_details(const struct gen *g, uint32_t id, const struct gen_facts *f, struct buf *out)
{
    char imdb[GEN_IMDB_SIZE];
    struct rng r;

    gen_rng(g, id, 21, &r);
    BUF_LIT(out, "{\"adult\":");
    write_bool(f->flags & MOVIE_ADULT, out);
    BUF_LIT(out, ",\"backdrop_path\":");
    gen_path(g, id, 22, out);
    write_collection(g, id, &r, out);
    BUF_LIT(out, ",\"homepage\":\"");
    if (rng_one_in(&r, 5))
        buf_fmt(out, "https://www.example.org/films/%u?a=1&b=2", id);
    buf_fmt(out, "\",\"id\":%u,\"imdb_id\":", id);
    if (gen_imdb(g, id, imdb))
        buf_fmt(out, "\"%s\"", imdb);
    else
        BUF_LIT(out, "null");
    buf_fmt(out, ",\"origin_country\":[\"%s\"]", words_languages[f->language].country);
    write_titles(g, id, f->language, out);
    buf_fixed(out, f->popularity_e4, 4);
    BUF_LIT(out, ",\"poster_path\":");
    gen_path(g, id, 23, out);
    write_production(&r, out);
    BUF_LIT(out, ",\"release_date\":");
    write_day(f->day, out);
    BUF_LIT(out, ",\"revenue\":");
    buf_int(out, gen_revenue(g, id));
    BUF_LIT(out, ",\"runtime\":");
    if (rng_one_in(&r, 100))
        BUF_LIT(out, "null");
    else
        buf_uint(out, rng_one_in(&r, 10) ? 0 : 1 + rng_below(&r, 200));
    BUF_LIT(out, ",\"softcore\":");
    write_bool(f->flags & MOVIE_SOFTCORE, out);
    write_languages(&r, f->language, out);
    buf_fmt(out, ",\"status\":\"%s\",\"tagline\":\"", status_word(f->day, &r));
    if (rng_one_in(&r, 2))
        buf_str(out, words_sentences[rng_below(&r, WORDS_SENTENCES)]);
    BUF_LIT(out, "\",\"title\":\"");
    gen_title(g, id, out);
    BUF_LIT(out, "\",\"video\":");
    write_bool(f->flags & MOVIE_VIDEO, out);
    write_votes(f, out);
}

void gen_list_row(const struct gen *g, uint32_t id, const struct gen_facts *f, struct buf *out)
{
    unsigned char genres[4];
    unsigned n = gen_genres(g, id, genres);

    BUF_LIT(out, "{\"adult\":");
    write_bool(f->flags & MOVIE_ADULT, out);
    BUF_LIT(out, ",\"backdrop_path\":");
    gen_path(g, id, 22, out);
    BUF_LIT(out, ",\"genre_ids\":[");
    for (unsigned i = 0; i < n; i++) {
        if (i > 0)
            buf_ch(out, ',');
        buf_uint(out, words_genres[genres[i]].id);
    }
    buf_fmt(out, "],\"id\":%u,\"title\":\"", id);
    gen_title(g, id, out);
    BUF_LIT(out, "\"");
    write_titles(g, id, f->language, out);
    buf_fixed(out, f->popularity_e4, 4);
    BUF_LIT(out, ",\"poster_path\":");
    gen_path(g, id, 23, out);
    /* in lists an unknown date is "" or not there at all */
    if (f->day != DAY_NONE || id % 2 == 0) {
        BUF_LIT(out, ",\"release_date\":");
        write_day(f->day, out);
    }
    BUF_LIT(out, ",\"softcore\":");
    write_bool(f->flags & MOVIE_SOFTCORE, out);
    BUF_LIT(out, ",\"video\":");
    write_bool(f->flags & MOVIE_VIDEO, out);
    write_votes(f, out);
    BUF_LIT(out, "}");
}
