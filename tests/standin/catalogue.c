/*
 * The endpoints that say the same to everyone: genres, providers, configuration, authentication.
 */
#include "api.h"

#include "gen_words.h"
#include "status.h"

static void write_genres(struct buf *out)
{
    BUF_LIT(out, "{\"genres\":[");
    for (unsigned i = 0; i < WORDS_GENRES; i++)
        buf_fmt(out, "%s{\"id\":%u,\"name\":\"%s\"}", i > 0 ? "," : "", words_genres[i].id,
            words_genres[i].name);
    BUF_LIT(out, "]}");
}

static void write_providers(const struct gen *g, struct buf *out)
{
    BUF_LIT(out, "{\"results\":[");
    for (unsigned i = 0; i < WORDS_PROVIDERS; i++) {
        const struct word_id *p = &words_providers[i];

        buf_fmt(out,
            "%s{\"display_priorities\":{\"DE\":%u,\"US\":%u},\"display_priority\":%u,"
            "\"logo_path\":",
            i > 0 ? "," : "", p->id % 60, p->id % 60, p->id % 60);
        gen_path(g, p->id, 61, out);
        buf_fmt(out, ",\"provider_name\":\"%s\",\"provider_id\":%u}", p->name, p->id);
    }
    BUF_LIT(out, "]}");
}

static void write_configuration(struct buf *out)
{
    BUF_LIT(out,
        "{\"images\":{\"base_url\":\"http://image.tmdb.org/t/p/\","
        "\"secure_base_url\":\"https://image.tmdb.org/t/p/\","
        "\"backdrop_sizes\":[\"w300\",\"w780\",\"w1280\",\"original\"],"
        "\"logo_sizes\":[\"w45\",\"w92\",\"w154\",\"w185\",\"w300\",\"w500\",\"original\"],"
        "\"poster_sizes\":[\"w92\",\"w154\",\"w185\",\"w342\",\"w500\",\"w780\",\"original\"],"
        "\"profile_sizes\":[\"w45\",\"w185\",\"h632\",\"original\"],"
        "\"still_sizes\":[\"w92\",\"w185\",\"w300\",\"original\"]},"
        "\"change_keys\":[\"adult\",\"budget\",\"cast\",\"crew\",\"overview\",\"release_dates\","
        "\"softcore\",\"title\",\"videos\"]}");
}

void catalogue_answer(struct call *c)
{
    struct buf *body = &c->answer->body;

    c->answer->max_age = 14400;
    switch (c->route.endpoint) {
    case ENDPOINT_GENRES:
        write_genres(body);
        break;
    case ENDPOINT_PROVIDERS:
        write_providers(&c->world->gen, body);
        break;
    case ENDPOINT_CONFIGURATION:
        write_configuration(body);
        break;
    default:
        c->answer->max_age = 0;
        status_body(status_of_code(1), body);
        break;
    }
}
