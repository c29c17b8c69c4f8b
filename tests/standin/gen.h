/*
 * The generator: every movie is a pure function of (seed, id), printed when it is asked for, so
 * that a million movies cost no memory. Lists, exports and details read the same facts and
 * therefore agree with each other.
 *
 * Rules a test may lean on:
 * - ids divisible by 37 carry the trap titles in order (entry (id / 37) % WORDS_TRAPS);
 * - ids with id % 11 == 3 have an odd piece of text in their overview;
 * - the IMDb number of an ordinary movie is 1,000,000 + 3 * id.
 */
#ifndef STANDIN_GEN_H
#define STANDIN_GEN_H

#include "buf.h"
#include "links.h"
#include "sections.h"

#include <stdbool.h>

enum { MOVIE_ADULT = 1, MOVIE_VIDEO = 2, MOVIE_SOFTCORE = 4 };

struct gen {
    uint64_t seed;
    bool small;       /* details of about 4 KB instead of 25 KB */
    int32_t pile_day; /* pile_percent of all movies come out on this day */
    uint32_t pile_percent;
    const struct links *links; /* IMDb ids that are given, or NULL */
};

struct gen_facts {
    int32_t day; /* DAY_NONE: no release date */
    int32_t vote_count;
    int32_t vote_average_e3; /* thousandths */
    int64_t popularity_e4;   /* ten-thousandths */
    unsigned char language;  /* place in words_languages */
    unsigned char flags;
};

void gen_facts(const struct gen *g, uint32_t id, struct gen_facts *ret);

enum { GEN_IMDB_SIZE = 16 };
/* The imdb_id field: false for null; may be "" or malformed, as TMDB's are now and then. */
bool gen_imdb(const struct gen *g, uint32_t id, char out[static GEN_IMDB_SIZE]);
/* The movies that carry this IMDb id, at most 2; whether they exist is the caller's question. */
unsigned gen_find_imdb(const struct gen *g, const char *imdb, uint32_t ids[static 2]);

/* JSON text without quotes. */
void gen_title(const struct gen *g, uint32_t id, struct buf *out);
void gen_original_title(const struct gen *g, uint32_t id, unsigned language, struct buf *out);
void gen_overview(const struct gen *g, uint32_t id, struct buf *out);
int64_t gen_revenue(const struct gen *g, uint32_t id);
/* "/abc.jpg" in quotes, or null; kind keeps posters and backdrops apart. */
void gen_path(const struct gen *g, uint32_t id, unsigned kind, struct buf *out);
/* Up to 4 places in words_genres. */
unsigned gen_genres(const struct gen *g, uint32_t id, unsigned char out[static 4]);
/* The body of a person: adult ... profile_path, without braces. null_id prints "id":null. */
void gen_person(const struct gen *g, uint32_t person, bool null_id, struct buf *out);

/* The details without sections and without the closing brace. */
void gen_details(const struct gen *g, uint32_t id, const struct gen_facts *f, struct buf *out);
/* A row as discover, find and recommendations show it, with its braces. */
void gen_list_row(const struct gen *g, uint32_t id, const struct gen_facts *f, struct buf *out);
/* One section; page is what the query string says and matters to reviews. */
void gen_section(const struct gen *g, uint32_t id, const struct gen_facts *f, enum section s,
    uint32_t page, struct buf *out);

/* The parts gen_section is made of, by file. */
void gen_credits(const struct gen *g, uint32_t id, struct buf *out);
void gen_reviews(const struct gen *g, uint32_t id, uint32_t page, struct buf *out);
void gen_release_dates(
    const struct gen *g, uint32_t id, const struct gen_facts *f, struct buf *out);
void gen_watch_providers(const struct gen *g, uint32_t id, struct buf *out);

/* A random sequence of its own for each use. */
struct rng;
void gen_rng(const struct gen *g, uint32_t id, unsigned use, struct rng *ret);
/* True for the movies TMDB knows next to nothing about: all their sections are empty. */
bool gen_is_bare(const struct gen *g, uint32_t id);
/* 24 hexadecimal digits that no other (id, kind, index) has. */
void gen_object_id(uint32_t id, unsigned kind, uint32_t index, struct buf *out);

#endif
