/* Pages: one paged list (discover, changes) read as far as TMDB lets it be read (private to
 * source/tmdb).
 *
 * The first page is looked at alone, because what it announces decides what happens next; the
 * others are asked for several at a time and come in any order. A page that cannot be had fails the
 * walk. A page that the client's memory holds (tmdb_remember) is not asked for: a walk over the
 * same answers takes the same way. */
#ifndef MOVIE_ETL_SOURCE_TMDB_PAGES_H
#define MOVIE_ETL_SOURCE_TMDB_PAGES_H

#include "source/tmdb/client.h"

struct pages {
    struct tmdb_client *c;
    const char
        *query; /* path and query without page, such as "/movie/changes?start_date=2026-01-01" */
    const char *what; /* for messages, short */
    bool (*take)(void *payload, int64_t id, struct err *e);
    void *payload;
    int64_t total_results; /* as page 1 announced it */
    int64_t total_pages;   /* the most that any answer since pages_look spoke of */
    struct arena arena;    /* of the first page */
    struct tmdb_page first;
};

void pages_init(struct pages *p, struct tmdb_client *c);
void pages_done(struct pages *p);
/* Asks for page 1 and keeps it. */
bool pages_look(struct pages *p, struct err *e);
/* Gives the ids of the kept page 1. */
bool pages_first(struct pages *p, struct err *e);
/* Gives the ids of the pages `from` to `to`, none above TMDB_PAGES_MAX. Entries without an id are
 * passed over. */
bool pages_from(struct pages *p, int64_t from, int64_t to, struct err *e);

#endif
