/*
 * /find/{external_id}: only IMDb ids of movies are known here. tt9900000 to tt9999999 stand for TV
 * series, because an IMDb id that MovieLens calls a movie may be one to TMDB.
 */
#include "api.h"

#include "text.h"

static bool is_tv(const char *imdb, uint64_t *number)
{
    return strncmp(imdb, "tt", 2) == 0 && strlen(imdb) == 9 &&
           text_number(imdb + 2, 9999999, number) && *number >= 9900000;
}

static void write_tv(uint64_t number, struct buf *out)
{
    buf_fmt(out,
        "{\"adult\":false,\"backdrop_path\":null,\"id\":%llu,\"name\":\"Series %llu\","
        "\"original_name\":\"Series %llu\",\"overview\":\"\",\"poster_path\":null,"
        "\"media_type\":\"tv\",\"original_language\":\"en\",\"genre_ids\":[18],\"popularity\":1.5,"
        "\"first_air_date\":\"2009-03-01\",\"softcore\":false,\"vote_average\":7.1,"
        "\"vote_count\":12,\"origin_country\":[\"US\"]}",
        (unsigned long long)(number % 100000), (unsigned long long)number,
        (unsigned long long)number);
}

static bool is_source(const char *text)
{
    static const char *const sources[] = {"imdb_id", "facebook_id", "instagram_id", "tvdb_id",
        "tiktok_id", "twitter_id", "wikidata_id", "youtube_id"};

    for (size_t i = 0; text != NULL && i < sizeof sources / sizeof sources[0]; i++)
        if (strcmp(sources[i], text) == 0)
            return true;
    return false;
}

void find_answer(struct call *c)
{
    const char *source = http_param(c->req, "external_source");
    struct buf *body = &c->answer->body;
    struct movie *movies[8];
    unsigned count = 0;
    uint64_t number = 0;

    if (!is_source(source)) {
        call_fail(c, 5);
        return;
    }
    if (strcmp(source, "imdb_id") == 0)
        count = world_find_imdb(c->world, c->route.id, movies, 8);
    BUF_LIT(body, "{\"movie_results\":[");
    for (unsigned i = 0; i < count; i++) {
        if (i > 0)
            buf_ch(body, ',');
        world_list_row(c->world, movies[i], body);
        body->len--; /* before the closing brace */
        BUF_LIT(body, ",\"media_type\":\"movie\"}");
    }
    BUF_LIT(body, "],\"person_results\":[],\"tv_results\":[");
    if (strcmp(source, "imdb_id") == 0 && count == 0 && is_tv(c->route.id, &number))
        write_tv(number, body);
    BUF_LIT(body, "],\"tv_episode_results\":[],\"tv_season_results\":[]}");
}
