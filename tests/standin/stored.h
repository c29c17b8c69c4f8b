/*
 * Stored movie documents: recorded TMDB answers, kept as text and served as they are.
 */
#ifndef STANDIN_STORED_H
#define STANDIN_STORED_H

#include "buf.h"
#include "gen.h"
#include "sections.h"

#include <stdbool.h>

struct stored {
    uint32_t id;
    char *base;                    /* the object without its sections and its closing brace */
    char *sections[SECTION_COUNT]; /* NULL: the document lacks it */
    char *imdb;                    /* NULL: null or not there */
    char language[3];
    struct gen_facts facts; /* language is not set */
};

/* Takes a document apart; on false, error says why. */
bool stored_read(const char *text, size_t n, struct stored *ret, struct buf *error);
void stored_done(struct stored *d);

/* Replaces popularity and vote_count in the text. */
void stored_set_votes(struct stored *d, int64_t popularity_e4, int32_t vote_count);

/* One member of the base: its JSON text is appended, fallback if there is none. */
void stored_member(const struct stored *d, const char *key, const char *fallback, struct buf *out);
/* A row as discover and find show it. */
void stored_list_row(const struct stored *d, struct buf *out);

/* A section as asked for with page=N: lists of more than 20 results are cut into pages. */
void stored_page(const struct stored *d, enum section s, uint32_t page, struct buf *out);

#endif
