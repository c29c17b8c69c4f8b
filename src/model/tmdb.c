/* TMDB's field tables as data: see tmdb.h. */
#include "model/tmdb.h"

#define AS_FIELD(type, name, key, flags, min, max)                                                \
    {#name, key, FIELD_##type, flags, min, max, offsetof(struct SELF, name), sizeof key - 1},

#define SELF tmdb_genre
static const struct field tmdb_genre_fields[] = {GENRE_FIELDS(AS_FIELD)};
#undef SELF
#define SELF tmdb_origin_country
static const struct field tmdb_origin_country_fields[] = {ORIGIN_COUNTRY_FIELDS(AS_FIELD)};
#undef SELF
#define SELF tmdb_collection
static const struct field tmdb_collection_fields[] = {COLLECTION_FIELDS(AS_FIELD)};
#undef SELF
#define SELF tmdb_company
static const struct field tmdb_company_fields[] = {COMPANY_FIELDS(AS_FIELD)};
#undef SELF
#define SELF tmdb_country
static const struct field tmdb_country_fields[] = {COUNTRY_FIELDS(AS_FIELD)};
#undef SELF
#define SELF tmdb_language
static const struct field tmdb_language_fields[] = {LANGUAGE_FIELDS(AS_FIELD)};
#undef SELF
#define SELF tmdb_credit
static const struct field tmdb_credit_fields[] = {CREDIT_FIELDS(AS_FIELD)};
#undef SELF
#define SELF tmdb_keyword
static const struct field tmdb_keyword_fields[] = {KEYWORD_FIELDS(AS_FIELD)};
#undef SELF
#define SELF tmdb_video
static const struct field tmdb_video_fields[] = {VIDEO_FIELDS(AS_FIELD)};
#undef SELF
#define SELF tmdb_review
static const struct field tmdb_review_fields[] = {REVIEW_FIELDS(AS_FIELD)};
#undef SELF
#define SELF tmdb_release_date
static const struct field tmdb_release_date_fields[] = {RELEASE_DATE_FIELDS(AS_FIELD)};
#undef SELF
#define SELF tmdb_watch_link
static const struct field tmdb_watch_link_fields[] = {WATCH_LINK_FIELDS(AS_FIELD)};
#undef SELF
#define SELF tmdb_watch_provider
static const struct field tmdb_watch_provider_fields[] = {WATCH_PROVIDER_FIELDS(AS_FIELD)};
#undef SELF
#define SELF tmdb_alternative_title
static const struct field tmdb_alternative_title_fields[] = {ALTERNATIVE_TITLE_FIELDS(AS_FIELD)};
#undef SELF
#define SELF tmdb_translation
static const struct field tmdb_translation_fields[] = {TRANSLATION_FIELDS(AS_FIELD)};
#undef SELF
#define SELF tmdb_image
static const struct field tmdb_image_fields[] = {IMAGE_FIELDS(AS_FIELD)};
#undef SELF
#define SELF tmdb_movie
static const struct field tmdb_movie_fields[] = {TMDB_MOVIE_FIELDS(AS_FIELD)};
#undef SELF

/* One presence bit each (struct record), and a layout with room for tmdb_id, a fixed column and
 * seq. */
#define FITS(tag)                                                                                 \
    _Static_assert(sizeof tag##_fields / sizeof tag##_fields[0] <= 37, #tag " has too many fields")

#define AS_ENTITY(tag, FIELDS, own)                                                               \
    FITS(tag);                                                                                    \
    static const struct entity tag##_entity = {                                                   \
        #tag, tag##_fields, sizeof tag##_fields / sizeof tag##_fields[0], sizeof(struct tag), own};
TMDB_ENTITIES(AS_ENTITY)

const struct entity tmdb_movie_entity = {
    "tmdb_movie", tmdb_movie_fields, TMDB_FIELD_COUNT, sizeof(struct tmdb_movie), NULL};

#define AS_LIST(member, element, path, section, table, fixed, value, seq)                         \
    {#member, path, section, &element##_entity, table, fixed, value, seq,                         \
        offsetof(struct tmdb_movie, member)},

const struct list tmdb_lists[TMDB_LIST_COUNT] = {TMDB_LISTS(AS_LIST)};

const struct tmdb_ignored tmdb_ignored[] = {
    {"credits.id", "the movie's own id again"},
    {"keywords.id", "the movie's own id again"},
    {"videos.id", "the movie's own id again"},
    {"release_dates.id", "the movie's own id again"},
    {"watch/providers.id", "the movie's own id again"},
    {"external_ids.id", "the movie's own id again"},
    {"external_ids.imdb_id", "the movie's imdb_id again"},
    {"alternative_titles.id", "the movie's own id again"},
    {"translations.id", "the movie's own id again"},
    {"images.id", "the movie's own id again"},
    {"reviews.id", "the movie's own id again"},
    {"reviews.page", "how the answer was paged, not what it says"},
    {"reviews.total_pages", "how the answer was paged, not what it says"},
    {"reviews.total_results", "how the answer was paged, not what it says"},
    {"recommendations", "computed by TMDB from day to day; not asked for"},
    {"similar", "computed by TMDB from day to day; not asked for"},
    {"lists", "users' lists; not asked for"},
    {"account_states", "the key owner's own state; not asked for"},
    {"releases", "a section of older API versions; not asked for (release_dates is)"},
    {"trailers", "a section of older API versions; not asked for (videos is)"},
    {"changes", "the change log; read by its own endpoint"},
    {NULL, NULL},
};

const struct tmdb_section tmdb_sections[] = {
    {"credits", true},
    {"keywords", true},
    {"videos", true},
    {"reviews", true},
    {"release_dates", true},
    {"watch/providers", true},
    {"external_ids", true},
    {"alternative_titles", true},
    {"translations", false},
    {"images", false},
    {NULL, false},
};
