/*
 * The sections of a movie: what append_to_response may name, and what each looks like when TMDB
 * has nothing to say.
 */
#ifndef STANDIN_SECTIONS_H
#define STANDIN_SECTIONS_H

#include "buf.h"

enum section {
    SECTION_ALTERNATIVE_TITLES,
    SECTION_CHANGES,
    SECTION_CREDITS,
    SECTION_EXTERNAL_IDS,
    SECTION_IMAGES,
    SECTION_KEYWORDS,
    SECTION_LISTS,
    SECTION_RECOMMENDATIONS,
    SECTION_RELEASE_DATES,
    SECTION_RELEASES, /* older, still answered */
    SECTION_REVIEWS,
    SECTION_SIMILAR,
    SECTION_TRAILERS, /* older, still answered */
    SECTION_TRANSLATIONS,
    SECTION_VIDEOS,
    SECTION_WATCH_PROVIDERS,
    SECTION_COUNT
};

/* The section of that name, or SECTION_COUNT. account_states needs a session and is not one. */
enum section section_find(const char *name, size_t n);
const char *section_name(enum section s);
/* TMDB's own shape of "none"; imdb_id may be NULL and stands in external_ids only. */
void section_empty(enum section s, const char *imdb_id, struct buf *out);

#endif
