/*
 * Names and empty shapes of the sections: see sections.h.
 */
#include "sections.h"

#define EMPTY_PAGE "{\"page\":1,\"results\":[],\"total_pages\":0,\"total_results\":0}"

static const struct {
    const char *name;
    const char *empty;
} table[SECTION_COUNT] = {
    [SECTION_ALTERNATIVE_TITLES] = {"alternative_titles", "{\"titles\":[]}"},
    [SECTION_CHANGES] = {"changes", "{\"changes\":[]}"},
    [SECTION_CREDITS] = {"credits", "{\"cast\":[],\"crew\":[]}"},
    [SECTION_EXTERNAL_IDS] = {"external_ids", ""},
    [SECTION_IMAGES] = {"images", "{\"backdrops\":[],\"logos\":[],\"posters\":[]}"},
    [SECTION_KEYWORDS] = {"keywords", "{\"keywords\":[]}"},
    [SECTION_LISTS] = {"lists", EMPTY_PAGE},
    [SECTION_RECOMMENDATIONS] = {"recommendations", EMPTY_PAGE},
    [SECTION_RELEASE_DATES] = {"release_dates", "{\"results\":[]}"},
    [SECTION_RELEASES] = {"releases", "{\"countries\":[]}"},
    [SECTION_REVIEWS] = {"reviews", EMPTY_PAGE},
    [SECTION_SIMILAR] = {"similar", EMPTY_PAGE},
    [SECTION_TRAILERS] = {"trailers", "{\"quicktime\":[],\"youtube\":[]}"},
    [SECTION_TRANSLATIONS] = {"translations", "{\"translations\":[]}"},
    [SECTION_VIDEOS] = {"videos", "{\"results\":[]}"},
    [SECTION_WATCH_PROVIDERS] = {"watch/providers", "{\"results\":{}}"},
};

enum section section_find(const char *name, size_t n)
{
    for (int s = 0; s < SECTION_COUNT; s++)
        if (strlen(table[s].name) == n && memcmp(table[s].name, name, n) == 0)
            return (enum section)s;
    return SECTION_COUNT;
}

const char *section_name(enum section s)
{
    return table[s].name;
}

void section_empty(enum section s, const char *imdb_id, struct buf *out)
{
    if (s != SECTION_EXTERNAL_IDS) {
        buf_str(out, table[s].empty);
        return;
    }
    BUF_LIT(out, "{\"imdb_id\":");
    if (imdb_id != NULL)
        buf_json(out, imdb_id, strlen(imdb_id));
    else
        BUF_LIT(out, "null");
    BUF_LIT(out, ",\"wikidata_id\":null,\"facebook_id\":null,\"instagram_id\":null,"
                 "\"twitter_id\":null}");
}
