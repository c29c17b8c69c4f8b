/* The client behind tmdb.h: the configuration, checked, and the asker (private to source/tmdb). */
#ifndef MOVIE_ETL_SOURCE_TMDB_CLIENT_H
#define MOVIE_ETL_SOURCE_TMDB_CLIENT_H

#include "source/tmdb/ask.h"

enum { TMDB_PAGES_MAX = 500 };

struct tmdb_client {
    struct arena texts;                /* of everything below */
    const char *base_url, *export_url; /* without a slash at the end */
    const char *key_parameter;         /* "api_key=...", or "" when the key goes into a header */
    const char *language;
    const char *sections_joined; /* "credits,keywords" */
    const char *const *sections; /* NULL-terminated */
    const char *more; /* parameters that go with the sections: "&include_image_language=..." */
    bool include_adult;
    unsigned connections;
    struct tmdb_memory memory;
    struct asker asker;
};

/* As tmdb_client_new, over another engine, which is taken. */
bool client_new_over(const struct tmdb_config *config, struct http *http_take,
    struct tmdb_client **ret, struct err *e);

/* Sets the question's URL: base_url, then the printed path and query (a query is begun in `fmt`),
 * then the key. */
void client_ask(const struct tmdb_client *c, struct ask *q, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
