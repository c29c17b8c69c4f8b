/*
 * The smaller sections of generated movies, and the choice between all of them. See gen.h.
 */
#include "gen.h"

#include "gen_words.h"
#include "text.h"

enum { KEYWORDS = WORDS_ADJECTIVES * WORDS_NOUNS };

static void write_keyword(uint32_t keyword, struct buf *out)
{
    BUF_LIT(out, "{\"id\":");
    buf_uint(out, 100 + keyword);
    BUF_LIT(out, ",\"name\":\"");
    if (keyword < WORDS_KEYWORD_TRAPS) {
        buf_str(out, words_keyword_traps[keyword]);
    } else {
        buf_str(out, words_adjectives[keyword / WORDS_NOUNS]);
        buf_ch(out, ' ');
        buf_str(out, words_nouns[keyword % WORDS_NOUNS]);
    }
    BUF_LIT(out, "\"}");
}

static void write_keywords(const struct gen *g, uint32_t id, struct buf *out)
{
    struct rng r;
    uint32_t count;
    uint32_t keyword;

    gen_rng(g, id, 70, &r);
    count = rng_below(&r, g->small ? 4 : 22);
    keyword = rng_below(&r, rng_one_in(&r, 4) ? WORDS_KEYWORD_TRAPS : KEYWORDS);
    BUF_LIT(out, "{\"keywords\":[");
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0)
            buf_ch(out, ',');
        write_keyword((keyword + 97 * i) % KEYWORDS, out); /* 97 and KEYWORDS share no factor */
    }
    BUF_LIT(out, "]}");
}

static void write_video(
    const struct gen *g, uint32_t id, uint32_t i, struct rng *r, struct buf *out)
{
    char day[11];
    struct buf path;
    const char *type = words_video_types[i == 0 ? 0 : rng_below(r, WORDS_VIDEO_TYPES)];
    uint32_t second = rng_below(r, 86400);
    const char *site = rng_one_in(r, 20) ? "Vimeo" : "YouTube";
    const char *size = rng_one_in(r, 2) ? "1080" : "720";
    const char *official = rng_one_in(r, 5) ? "false" : "true";

    /* eleven characters of a picture's name make a YouTube key */
    buf_init(&path, 64);
    gen_path(g, id * 8 + i, 71, &path);
    text_day(text_civil(2009, 1, 1) + (int32_t)rng_below(r, 6500), day);
    buf_fmt(out,
        "{\"iso_639_1\":\"en\",\"iso_3166_1\":\"US\",\"name\":\"Official %s %u\","
        "\"key\":\"%.*s\",\"site\":\"%s\",\"size\":%s,\"type\":\"%s\",\"official\":%s,",
        type, i + 1, path.len > 20 ? 11 : 4, path.len > 20 ? path.p + 2 : path.p, site, size, type,
        official);
    buf_done(&path);
    /* TMDB changed this format at least once, and back */
    buf_fmt(out, "\"published_at\":\"%s%c%02u:%02u:%02u%s\",\"id\":\"", day,
        id % 16 == 5 ? ' ' : 'T', second / 3600, second / 60 % 60, second % 60,
        id % 16 == 5 ? " UTC" : ".000Z");
    gen_object_id(id, 0xee, i, out);
    BUF_LIT(out, "\"}");
}

static void write_videos(const struct gen *g, uint32_t id, struct buf *out)
{
    struct rng r;
    uint32_t count;

    gen_rng(g, id, 72, &r);
    count = rng_one_in(&r, 2) ? 0 : 1 + rng_below(&r, g->small ? 1 : 6);
    BUF_LIT(out, "{\"results\":[");
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0)
            buf_ch(out, ',');
        write_video(g, id, i, &r, out);
    }
    BUF_LIT(out, "]}");
}

static void write_external_ids(const struct gen *g, uint32_t id, struct buf *out)
{
    char imdb[GEN_IMDB_SIZE];
    struct rng r;

    gen_rng(g, id, 73, &r);
    BUF_LIT(out, "{\"imdb_id\":");
    if (gen_imdb(g, id, imdb))
        buf_fmt(out, "\"%s\"", imdb);
    else
        BUF_LIT(out, "null");
    BUF_LIT(out, ",\"wikidata_id\":");
    if (rng_one_in(&r, 2))
        buf_fmt(out, "\"Q%u\"", 1000000 + id);
    else
        BUF_LIT(out, "null");
    BUF_LIT(out, ",\"facebook_id\":");
    if (rng_one_in(&r, 6))
        buf_fmt(out, "\"film%u\"", id);
    else
        BUF_LIT(out, "null");
    BUF_LIT(out, ",\"instagram_id\":null,\"twitter_id\":null}");
}

static void write_alternative_titles(const struct gen *g, uint32_t id, struct buf *out)
{
    struct rng r;
    uint32_t count;

    gen_rng(g, id, 74, &r);
    count = rng_below(&r, g->small ? 2 : 8);
    BUF_LIT(out, "{\"titles\":[");
    for (uint32_t i = 0; i < count; i++) {
        const struct word_language *l = &words_languages[rng_below(&r, WORDS_LANGUAGES)];

        if (i > 0)
            buf_ch(out, ',');
        buf_fmt(out, "{\"iso_3166_1\":\"%s\",\"title\":\"", l->country);
        gen_original_title(g, id + (i << 20), (unsigned)(l - words_languages), out);
        buf_fmt(out, "\",\"type\":\"%s\"}", rng_one_in(&r, 4) ? "working title" : "");
    }
    BUF_LIT(out, "]}");
}

static void write_translations(const struct gen *g, uint32_t id, struct buf *out)
{
    struct rng r;
    uint32_t step;

    gen_rng(g, id, 75, &r);
    step = g->small ? 9 : 1 + rng_below(&r, 6);
    BUF_LIT(out, "{\"translations\":[");
    for (uint32_t i = 0; i < WORDS_LANGUAGES; i += step) {
        const struct word_language *l = &words_languages[i];

        buf_fmt(out,
            "%s{\"iso_3166_1\":\"%s\",\"iso_639_1\":\"%s\",\"name\":\"%s\","
            "\"english_name\":\"%s\",\"data\":{\"homepage\":\"\",\"overview\":\"",
            i > 0 ? "," : "", l->country, l->code, l->name, l->english_name);
        gen_overview(g, id, out);
        BUF_LIT(out, "\",\"runtime\":0,\"tagline\":\"\",\"title\":\"");
        if (i > 0) /* TMDB repeats nothing in the language of the original */
            gen_original_title(g, id, i, out);
        BUF_LIT(out, "\"}}");
    }
    BUF_LIT(out, "]}");
}

static void write_image(const struct gen *g, uint32_t id, unsigned kind, bool wide, struct buf *out)
{
    struct buf path;

    buf_init(&path, 64);
    gen_path(g, id, kind, &path);
    if (path.p[0] == '"') {
        buf_fmt(out,
            "{\"aspect_ratio\":%s,\"height\":%s,\"iso_639_1\":null,\"file_path\":%.*s,"
            "\"vote_average\":5.3,\"vote_count\":%u,\"width\":%s}",
            wide ? "1.778" : "0.667", wide ? "1080" : "1500", (int)path.len, path.p, id % 30,
            wide ? "1920" : "1000");
    }
    buf_done(&path);
}

static void write_images(const struct gen *g, uint32_t id, struct buf *out)
{
    BUF_LIT(out, "{\"backdrops\":[");
    write_image(g, id, 22, true, out);
    BUF_LIT(out, "],\"logos\":[],\"posters\":[");
    write_image(g, id, 23, false, out);
    BUF_LIT(out, "]}");
}

/* The few movies before this one, which exist unless they are gone. */
static void write_neighbours(const struct gen *g, uint32_t id, uint32_t step, struct buf *out)
{
    uint32_t count = 0;

    BUF_LIT(out, "{\"page\":1,\"results\":[");
    for (; count < 4 && id > step * (count + 1); count++) {
        struct gen_facts f;

        if (count > 0)
            buf_ch(out, ',');
        gen_facts(g, id - step * (count + 1), &f);
        gen_list_row(g, id - step * (count + 1), &f, out);
    }
    buf_fmt(out, "],\"total_pages\":1,\"total_results\":%u}", count);
}

void gen_section(const struct gen *g, uint32_t id, const struct gen_facts *f, enum section s,
    uint32_t page, struct buf *out)
{
    if (s != SECTION_EXTERNAL_IDS && s != SECTION_REVIEWS && gen_is_bare(g, id)) {
        section_empty(s, NULL, out);
        return;
    }
    switch (s) {
    case SECTION_CREDITS:
        gen_credits(g, id, out);
        break;
    case SECTION_KEYWORDS:
        write_keywords(g, id, out);
        break;
    case SECTION_VIDEOS:
        write_videos(g, id, out);
        break;
    case SECTION_REVIEWS:
        gen_reviews(g, id, page, out);
        break;
    case SECTION_RELEASE_DATES:
        gen_release_dates(g, id, f, out);
        break;
    case SECTION_WATCH_PROVIDERS:
        gen_watch_providers(g, id, out);
        break;
    case SECTION_EXTERNAL_IDS:
        write_external_ids(g, id, out);
        break;
    case SECTION_ALTERNATIVE_TITLES:
        write_alternative_titles(g, id, out);
        break;
    case SECTION_TRANSLATIONS:
        write_translations(g, id, out);
        break;
    case SECTION_IMAGES:
        write_images(g, id, out);
        break;
    case SECTION_RECOMMENDATIONS:
        write_neighbours(g, id, 1, out);
        break;
    case SECTION_SIMILAR:
        write_neighbours(g, id, 2, out);
        break;
    default:
        section_empty(s, NULL, out);
        break;
    }
}
