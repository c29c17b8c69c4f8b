/*
 * The words that generated movies are made of. Every text is JSON text already (quotes and
 * backslashes escaped), so that the generator only copies.
 */
#ifndef STANDIN_GEN_WORDS_H
#define STANDIN_GEN_WORDS_H

#include <stddef.h>
#include <stdint.h>

#define WORD_COUNT(table) (sizeof(table) / sizeof((table)[0]))

enum {
    WORDS_ADJECTIVES = 48,
    WORDS_NOUNS = 48,
    WORDS_NATIVE = 8,
    WORDS_LANGUAGES = 16,
    WORDS_COUNTRIES = 60,
    WORDS_GENRES = 19,
    WORDS_JOBS = 28,
    WORDS_PROVIDERS = 24,
    WORDS_COMPANIES = 20,
    WORDS_TRAPS = 52,
    WORDS_ODD = 20,
    WORDS_SENTENCES = 24,
    WORDS_GIVEN = 40,
    WORDS_FAMILY = 48,
    WORDS_NATIVE_NAMES = 16,
    WORDS_CHARACTERS = 24,
    WORDS_KEYWORD_TRAPS = 12,
    WORDS_REVIEW_PARTS = 12,
    WORDS_VIDEO_TYPES = 7
};

struct word_language {
    char code[3];
    const char *english_name;
    const char *name;
    const char *country;
    const char *join; /* between the two words of a title; NULL: English titles */
    const char *first[WORDS_NATIVE];
    const char *second[WORDS_NATIVE];
};

struct word_country {
    char code[3];
    const char *name;
    const char *certifications[4]; /* "" where the country has fewer */
};

struct word_id {
    uint32_t id;
    const char *name;
};

struct word_pair {
    const char *a;
    const char *b;
};

struct word_company {
    uint32_t id;
    const char *name;
    const char *country;
    const char *logo; /* JSON: null or a string */
};

extern const char *const words_adjectives[WORDS_ADJECTIVES];
extern const char *const words_nouns[WORDS_NOUNS];
/* Entry 0 is English. */
extern const struct word_language words_languages[WORDS_LANGUAGES];
/* Sorted by code. */
extern const struct word_country words_countries[WORDS_COUNTRIES];
extern const struct word_id words_genres[WORDS_GENRES];
/* Department and job. */
extern const struct word_pair words_jobs[WORDS_JOBS];
extern const struct word_id words_providers[WORDS_PROVIDERS];
extern const struct word_company words_companies[WORDS_COMPANIES];
/* Titles that a careless reader of YAML, CSV or SQL gets wrong. */
extern const char *const words_traps[WORDS_TRAPS];
/* The same for overviews. */
extern const char *const words_odd[WORDS_ODD];
extern const char *const words_sentences[WORDS_SENTENCES];
extern const char *const words_given[WORDS_GIVEN];
extern const char *const words_family[WORDS_FAMILY];
/* Latin and native spelling of a name. */
extern const struct word_pair words_native_names[WORDS_NATIVE_NAMES];
extern const char *const words_characters[WORDS_CHARACTERS];
extern const char *const words_keyword_traps[WORDS_KEYWORD_TRAPS];
extern const char *const words_review_parts[WORDS_REVIEW_PARTS];
extern const char *const words_video_types[WORDS_VIDEO_TYPES];

#endif
