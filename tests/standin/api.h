/*
 * The API: from a path to an answer. One struct call is one request under way; the handlers below
 * fill its answer.
 */
#ifndef STANDIN_API_H
#define STANDIN_API_H

#include "http.h"
#include "world.h"

enum endpoint {
    ENDPOINT_MOVIE,
    ENDPOINT_SECTION, /* /movie/ID/credits and its like */
    ENDPOINT_REVIEWS,
    ENDPOINT_MOVIE_CHANGES,
    ENDPOINT_CHANGES,
    ENDPOINT_DISCOVER,
    ENDPOINT_FIND,
    ENDPOINT_GENRES,
    ENDPOINT_PROVIDERS,
    ENDPOINT_CONFIGURATION,
    ENDPOINT_AUTHENTICATION,
    ENDPOINT_EXPORT,
    ENDPOINT_OTHER,
    ENDPOINT_COUNT
};

const char *endpoint_name(enum endpoint e);
/* ENDPOINT_COUNT for a name that is none. */
enum endpoint endpoint_find(const char *name);

struct route {
    enum endpoint endpoint;
    char id[64]; /* of a movie, an external id, or the name of an export */
    enum section section;
};

void api_route(const char *path, struct route *ret);

/* What a fault wants changed in an answer that is otherwise right. */
struct api_twist {
    const char *drop_section; /* NULL or the section to leave out */
    bool wrong_id;            /* another movie's document */
    int32_t drift;            /* rows that seem to have come in at the front of a list */
};

struct api;

struct call {
    struct api *api;
    struct world *world;
    const struct http_request *req;
    struct route route;
    struct api_twist twist;
    struct http_answer *answer;
};

struct api *api_new(struct world *w, struct http_writer *writer, const struct options *o);
void api_free(struct api *api);
/* Answers a request for one of the endpoints, the check of the credential included. */
void api_answer(struct api *api, const struct http_request *req, const struct route *route,
    const struct api_twist *twist, struct http_answer *answer);

/* TMDB's error body and the HTTP status that goes with its code. */
void call_fail(struct call *c, int tmdb_code);
/* The page parameter, 1..500 and 1 by default; on false the answer is the error. */
bool call_page(struct call *c, uint32_t *ret);
/* A date parameter; *ret is left alone when it is absent. */
bool call_date(struct call *c, const char *name, int32_t *ret);

/* Which elements of a list of count a page shows: *first and the return value elements. */
size_t call_slice(const struct call *c, size_t count, uint32_t page, size_t size, size_t *first);
/* ,"total_pages":..,"total_results":..} */
void call_end_list(struct call *c, size_t count, size_t size);

void details_answer(struct call *c); /* movie, sections, reviews */
void find_answer(struct call *c);
void catalogue_answer(struct call *c); /* genres, providers, configuration, authentication */

struct discover *discover_new(void);
void discover_free(struct discover *d);
void discover_answer(struct discover *d, struct call *c);

struct changes *changes_new(void);
void changes_free(struct changes *l);
void changes_answer(struct changes *l, struct call *c);
/* The section "changes" of one movie, between two days. */
void changes_of_movie(
    const struct world *w, const struct movie *m, int32_t from, int32_t to, struct buf *out);
/* start_date and end_date as both feeds read them; on false the answer is the error. */
bool changes_range(struct call *c, int32_t *from, int32_t *to);

struct exports *exports_new(struct http_writer *writer);
void exports_free(struct exports *e);
void exports_answer(struct exports *e, struct call *c);

#endif
