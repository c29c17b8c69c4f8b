/* A movie as TMDB describes it: the field tables of the details and of every list that hangs on
 * them.
 *
 * One scalar is one F(...) line, one list one F-table and one L(...) line; everything else follows
 * (docs/fields.md). Types and emptiness as TMDB delivers them: "" and 0 for unknown stay in the
 * struct and in YAML, and become NULL only on the way into a table (cell.h). Sources of names,
 * types and limits: TMDB's API reference and recorded answers.
 *
 * F(type, member and column, TMDB key, flags, min, max) */
#ifndef MOVIE_ETL_MODEL_TMDB_H
#define MOVIE_ETL_MODEL_TMDB_H

#include "model/field.h"

#define ID_MAX    2147483647
#define MONEY_MAX 9007199254740991 /* 2^53 - 1: what every JSON reader keeps exactly */

#define TMDB_MOVIE_FIELDS(F)                                                                       \
    F(INT, tmdb_id, "id", F_KEY, 1, ID_MAX)                                                        \
    F(TEXT, imdb_id, "imdb_id", F_CODE, 0, 16)                                                     \
    F(TEXT, title, "title", F_REQUIRED, 1, 1000)                                                   \
    F(TEXT, original_title, "original_title", 0, 0, 1000)                                          \
    F(TEXT, original_language, "original_language", F_CODE, 0, 8)                                  \
    F(DATE, release_date, "release_date", 0, 0, 10)                                                \
    F(INT, runtime, "runtime", F_ZERO, 0, 100000)                                                  \
    F(TEXT, status, "status", 0, 0, 60)                                                            \
    F(TEXT, tagline, "tagline", F_LONG, 0, 10000)                                                  \
    F(TEXT, overview, "overview", F_LONG, 0, 100000)                                               \
    F(TEXT, homepage, "homepage", F_LONG, 0, 4000)                                                 \
    F(INT, budget, "budget", F_ZERO, 0, MONEY_MAX)                                                 \
    F(INT, revenue, "revenue", F_ZERO, -MONEY_MAX, MONEY_MAX)                                      \
    F(REAL, popularity, "popularity", 0, 0, 100000000)                                             \
    F(REAL, vote_average, "vote_average", F_ZERO, 0, 10)                                           \
    F(INT, vote_count, "vote_count", 0, 0, ID_MAX)                                                 \
    F(BOOL, adult, "adult", 0, 0, 1)                                                               \
    F(BOOL, video, "video", 0, 0, 1)                                                               \
    F(BOOL, softcore, "softcore", 0, 0, 1)                                                         \
    F(TEXT, poster_path, "poster_path", 0, 0, 500)                                                 \
    F(TEXT, backdrop_path, "backdrop_path", 0, 0, 500)                                             \
    F(TEXT, wikidata_id, "external_ids.wikidata_id", 0, 0, 100)                                    \
    F(TEXT, facebook_id, "external_ids.facebook_id", 0, 0, 300)                                    \
    F(TEXT, instagram_id, "external_ids.instagram_id", 0, 0, 300)                                  \
    F(TEXT, twitter_id, "external_ids.twitter_id", 0, 0, 300)

#define GENRE_FIELDS(F)                                                                            \
    F(INT, genre_id, "id", F_KEY, 1, ID_MAX)                                                       \
    F(TEXT, name, "name", 0, 0, 200)

#define ORIGIN_COUNTRY_FIELDS(F) F(TEXT, country, "country", F_KEY | F_CODE, 1, 8)

#define COLLECTION_FIELDS(F)                                                                       \
    F(INT, collection_id, "id", F_KEY | F_OWN_KEY, 1, ID_MAX)                                      \
    F(TEXT, name, "name", F_OWN, 0, 1000)                                                          \
    F(TEXT, poster_path, "poster_path", F_OWN, 0, 500)                                             \
    F(TEXT, backdrop_path, "backdrop_path", F_OWN, 0, 500)

#define COMPANY_FIELDS(F)                                                                          \
    F(INT, company_id, "id", F_KEY | F_OWN_KEY, 1, ID_MAX)                                         \
    F(TEXT, name, "name", F_OWN, 0, 1000)                                                          \
    F(TEXT, logo_path, "logo_path", F_OWN, 0, 500)                                                 \
    F(TEXT, origin_country, "origin_country", F_OWN | F_CODE, 0, 8)

#define COUNTRY_FIELDS(F)                                                                          \
    F(TEXT, country, "iso_3166_1", F_KEY | F_OWN_KEY | F_CODE, 1, 8)                               \
    F(TEXT, name, "name", F_OWN, 0, 200)

#define LANGUAGE_FIELDS(F)                                                                         \
    F(TEXT, language, "iso_639_1", F_KEY | F_OWN_KEY | F_CODE, 1, 8)                               \
    F(TEXT, english_name, "english_name", F_OWN, 0, 200)                                           \
    F(TEXT, name, "name", F_OWN, 0, 200)

/* Cast and crew: one row per credit_id, the only key that holds (one person has many jobs and
 * roles). TMDB gives some credits without a person: credited_name keeps the name then, and always
 * (one key, read into two fields). */
#define CREDIT_FIELDS(F)                                                                           \
    F(TEXT, credit_id, "credit_id", F_KEY | F_CODE, 1, 32)                                         \
    F(TEXT, credited_name, "name", 0, 0, 1000)                                                     \
    F(INT, person_id, "id", F_OWN_KEY | F_ZERO, 0, ID_MAX)                                         \
    F(TEXT, name, "name", F_OWN, 0, 1000)                                                          \
    F(TEXT, original_name, "original_name", F_OWN, 0, 1000)                                        \
    F(INT, gender, "gender", F_OWN, 0, 100)                                                        \
    F(BOOL, adult, "adult", F_OWN, 0, 1)                                                           \
    F(TEXT, known_for_department, "known_for_department", F_OWN, 0, 200)                           \
    F(REAL, popularity, "popularity", F_OWN, 0, 100000000)                                         \
    F(TEXT, profile_path, "profile_path", F_OWN, 0, 500)                                           \
    F(TEXT, character, "character", F_LONG, 0, 10000)                                              \
    F(INT, cast_order, "order", 0, 0, ID_MAX)                                                      \
    F(INT, cast_id, "cast_id", 0, 0, ID_MAX)                                                       \
    F(TEXT, department, "department", 0, 0, 200)                                                   \
    F(TEXT, job, "job", 0, 0, 300)

#define KEYWORD_FIELDS(F)                                                                          \
    F(INT, keyword_id, "id", F_KEY | F_OWN_KEY, 1, ID_MAX)                                         \
    F(TEXT, name, "name", F_OWN, 0, 1000)

#define VIDEO_FIELDS(F)                                                                            \
    F(TEXT, video_id, "id", F_KEY | F_CODE, 1, 32)                                                 \
    F(TEXT, language, "iso_639_1", F_CODE, 0, 8)                                                   \
    F(TEXT, country, "iso_3166_1", F_CODE, 0, 8)                                                   \
    F(TEXT, name, "name", F_LONG, 0, 2000)                                                         \
    F(TEXT, video_key, "key", 0, 0, 300)                                                           \
    F(TEXT, site, "site", 0, 0, 100)                                                               \
    F(INT, size, "size", 0, 0, 1000000)                                                            \
    F(TEXT, type, "type", 0, 0, 100)                                                               \
    F(BOOL, official, "official", 0, 0, 1)                                                         \
    F(INSTANT, published_at, "published_at", 0, 0, 40)

#define REVIEW_FIELDS(F)                                                                           \
    F(TEXT, review_id, "id", F_KEY | F_CODE, 1, 32)                                                \
    F(TEXT, author, "author", 0, 0, 500)                                                           \
    F(TEXT, author_name, "author_details.name", 0, 0, 500)                                         \
    F(TEXT, author_username, "author_details.username", 0, 0, 500)                                 \
    F(TEXT, author_avatar_path, "author_details.avatar_path", F_LONG, 0, 2000)                     \
    F(REAL, author_rating, "author_details.rating", 0, 0, 10)                                      \
    F(TEXT, content, "content", F_LONG, 0, 1000000)                                                \
    F(TEXT, url, "url", F_LONG, 0, 2000)                                                           \
    F(INSTANT, created_at, "created_at", 0, 0, 40)                                                 \
    F(INSTANT, changed_at, "updated_at", 0, 0, 40)

#define RELEASE_DATE_FIELDS(F)                                                                     \
    F(TEXT, country, "iso_3166_1", F_KEY | F_CODE | F_GROUP, 1, 8)                                 \
    F(INT, type, "type", 0, 0, 100)                                                                \
    F(INSTANT, released_at, "release_date", 0, 0, 40)                                              \
    F(TEXT, certification, "certification", 0, 0, 100)                                             \
    F(TEXT, language, "iso_639_1", F_CODE, 0, 8)                                                   \
    F(TEXT, note, "note", F_LONG, 0, 4000)                                                         \
    F(JSON, descriptors, "descriptors", 0, 0, 4000)

#define WATCH_LINK_FIELDS(F)                                                                       \
    F(TEXT, country, "country", F_KEY | F_CODE | F_GROUP, 1, 8)                                    \
    F(TEXT, link, "link", F_LONG, 0, 2000)

#define WATCH_PROVIDER_FIELDS(F)                                                                   \
    F(TEXT, country, "country", F_KEY | F_CODE | F_GROUP, 1, 8)                                    \
    F(TEXT, kind, "kind", F_KEY | F_CODE | F_GROUP, 1, 20)                                         \
    F(INT, provider_id, "provider_id", F_KEY | F_OWN_KEY, 1, ID_MAX)                               \
    F(TEXT, name, "provider_name", F_OWN, 0, 300)                                                  \
    F(TEXT, logo_path, "logo_path", F_OWN, 0, 500)                                                 \
    F(INT, display_priority, "display_priority", 0, 0, ID_MAX)

#define ALTERNATIVE_TITLE_FIELDS(F)                                                                \
    F(TEXT, country, "iso_3166_1", F_CODE, 0, 8)                                                   \
    F(TEXT, title, "title", 0, 0, 1000)                                                            \
    F(TEXT, type, "type", 0, 0, 500)

#define TRANSLATION_FIELDS(F)                                                                      \
    F(TEXT, language, "iso_639_1", F_KEY | F_CODE, 1, 8)                                           \
    F(TEXT, country, "iso_3166_1", F_KEY | F_CODE, 1, 8)                                           \
    F(TEXT, name, "name", 0, 0, 200)                                                               \
    F(TEXT, english_name, "english_name", 0, 0, 200)                                               \
    F(TEXT, title, "data.title", 0, 0, 1000)                                                       \
    F(TEXT, overview, "data.overview", F_LONG, 0, 100000)                                          \
    F(TEXT, tagline, "data.tagline", F_LONG, 0, 10000)                                             \
    F(TEXT, homepage, "data.homepage", F_LONG, 0, 4000)                                            \
    F(INT, runtime, "data.runtime", F_ZERO, 0, 100000)

#define IMAGE_FIELDS(F)                                                                            \
    F(TEXT, file_path, "file_path", F_KEY | F_CODE, 1, 255)                                        \
    F(TEXT, language, "iso_639_1", F_CODE, 0, 8)                                                   \
    F(TEXT, country, "iso_3166_1", F_CODE, 0, 8)                                                   \
    F(INT, width, "width", 0, 0, 1000000)                                                          \
    F(INT, height, "height", 0, 0, 1000000)                                                        \
    F(REAL, aspect_ratio, "aspect_ratio", 0, 0, 1000000)                                           \
    F(REAL, vote_average, "vote_average", F_ZERO, 0, 10)                                           \
    F(INT, vote_count, "vote_count", 0, 0, ID_MAX)

/* E(struct tag, FIELDS macro, own table or NULL) */
#define TMDB_ENTITIES(E)                                                                           \
    E(tmdb_genre, GENRE_FIELDS, NULL)                                                              \
    E(tmdb_origin_country, ORIGIN_COUNTRY_FIELDS, NULL)                                            \
    E(tmdb_collection, COLLECTION_FIELDS, "collections")                                           \
    E(tmdb_company, COMPANY_FIELDS, "companies")                                                   \
    E(tmdb_country, COUNTRY_FIELDS, "countries")                                                   \
    E(tmdb_language, LANGUAGE_FIELDS, "languages")                                                 \
    E(tmdb_credit, CREDIT_FIELDS, "people")                                                        \
    E(tmdb_keyword, KEYWORD_FIELDS, "keywords")                                                    \
    E(tmdb_video, VIDEO_FIELDS, NULL)                                                              \
    E(tmdb_review, REVIEW_FIELDS, NULL)                                                            \
    E(tmdb_release_date, RELEASE_DATE_FIELDS, NULL)                                                \
    E(tmdb_watch_link, WATCH_LINK_FIELDS, NULL)                                                    \
    E(tmdb_watch_provider, WATCH_PROVIDER_FIELDS, "providers")                                     \
    E(tmdb_alternative_title, ALTERNATIVE_TITLE_FIELDS, NULL)                                      \
    E(tmdb_translation, TRANSLATION_FIELDS, NULL)                                                  \
    E(tmdb_image, IMAGE_FIELDS, NULL)

/* L(member, element, path, section, table, fixed column, fixed value, seq) */
#define TMDB_LISTS(L)                                                                              \
    L(genres, tmdb_genre, "genres[]", NULL, "tmdb_genres", NULL, NULL, false)                      \
    L(origin_countries, tmdb_origin_country, "origin_country[=country]", NULL,                     \
        "movie_origin_countries", NULL, NULL, false)                                               \
    L(collection, tmdb_collection, "belongs_to_collection", NULL, "movie_collections", NULL, NULL, \
        false)                                                                                     \
    L(companies, tmdb_company, "production_companies[]", NULL, "movie_companies", NULL, NULL,      \
        false)                                                                                     \
    L(countries, tmdb_country, "production_countries[]", NULL, "movie_countries", NULL, NULL,      \
        false)                                                                                     \
    L(languages, tmdb_language, "spoken_languages[]", NULL, "movie_languages", NULL, NULL, false)  \
    L(cast, tmdb_credit, "credits.cast[]", "credits", "credits", "kind", "cast", false)            \
    L(crew, tmdb_credit, "credits.crew[]", "credits", "credits", "kind", "crew", false)            \
    L(keywords, tmdb_keyword, "keywords.keywords[]", "keywords", "movie_keywords", NULL, NULL,     \
        false)                                                                                     \
    L(videos, tmdb_video, "videos.results[]", "videos", "videos", NULL, NULL, false)               \
    L(reviews, tmdb_review, "reviews.results[]", "reviews", "reviews", NULL, NULL, false)          \
    L(release_dates, tmdb_release_date, "release_dates.results[iso_3166_1].release_dates[]",       \
        "release_dates", "release_dates", NULL, NULL, true)                                        \
    L(watch_links, tmdb_watch_link, "watch/providers.results{country}", "watch/providers",         \
        "watch_links", NULL, NULL, false)                                                          \
    L(watch_providers, tmdb_watch_provider, "watch/providers.results{country}{kind}[]",            \
        "watch/providers", "watch_providers", NULL, NULL, false)                                   \
    L(alternative_titles, tmdb_alternative_title, "alternative_titles.titles[]",                   \
        "alternative_titles", "alternative_titles", NULL, NULL, true)                              \
    L(translations, tmdb_translation, "translations.translations[]", "translations",               \
        "translations", NULL, NULL, false)                                                         \
    L(backdrops, tmdb_image, "images.backdrops[]", "images", "images", "kind", "backdrop", false)  \
    L(posters, tmdb_image, "images.posters[]", "images", "images", "kind", "poster", false)        \
    L(logos, tmdb_image, "images.logos[]", "images", "images", "kind", "logo", false)

#define AS_MEMBER(type, name, key, flags, min, max) FIELD_C_##type name;

#define AS_STRUCT(tag, FIELDS, own)                                                                \
    struct tag {                                                                                   \
        struct record record;                                                                      \
        FIELDS(AS_MEMBER)                                                                          \
    };
TMDB_ENTITIES(AS_STRUCT)
#undef AS_STRUCT

struct tmdb_movie {
    struct record record;
    TMDB_MOVIE_FIELDS(AS_MEMBER)
#define AS_ROWS(member, element, path, section, table, fixed, value, seq) struct rows member;
    TMDB_LISTS(AS_ROWS)
#undef AS_ROWS
    /* What no table knows, as a JSON object from JSON pointers (RFC 6901) to values; absent:
     * nothing. */
    struct view extra;
};

enum tmdb_field {
#define AS_INDEX(type, name, key, flags, min, max) TMDB_##name,
    TMDB_MOVIE_FIELDS(AS_INDEX)
#undef AS_INDEX
        TMDB_FIELD_COUNT
};

enum tmdb_list {
#define AS_INDEX(member, element, path, section, table, fixed, value, seq) TMDB_LIST_##member,
    TMDB_LISTS(AS_INDEX)
#undef AS_INDEX
        TMDB_LIST_COUNT
};

extern const struct entity tmdb_movie_entity;
extern const struct list tmdb_lists[TMDB_LIST_COUNT];

static inline struct rows *tmdb_rows(const struct list *l, struct tmdb_movie *m)
{
    return (struct rows *)((char *)m + l->offset);
}

static inline const struct rows *tmdb_rows_in(const struct list *l, const struct tmdb_movie *m)
{
    return (const struct rows *)((const char *)m + l->offset);
}

/* Keys of an answer that are left out on purpose (dotted; a name covers all below it),
 * NULL-terminated, with the reason: printed in docs/fields.md, checked by a test over recorded
 * answers. */
struct tmdb_ignored {
    const char *key, *why;
};
extern const struct tmdb_ignored tmdb_ignored[];

/* The sections of one request: name for append_to_response and whether it is asked for by
 * default. */
struct tmdb_section {
    const char *name;
    bool by_default;
};
extern const struct tmdb_section tmdb_sections[]; /* ends with name == NULL */

/* A record as it is staged: a movie, or the word that TMDB has it no longer. */
struct staged_record {
    bool gone;
    int64_t tmdb_id;
    int64_t at;              /* fetched_at or seen_at, seconds UTC */
    int64_t status_code;     /* gone: TMDB's own code (34) */
    struct view review;      /* "rejected": a person set it aside */
    struct tmdb_movie movie; /* not gone */
    struct place place;
    /* What stands for the text of the movie, above 0; 0: it is not known, or the text is not only
     * good but remarkable (it has findings), so that it is to be read every time. */
    int64_t content;
    bool unchanged; /* the text is what was loaded before, so of `movie` only imdb_id is decoded */
};

#endif
