/* Checks of struct tmdb_config (private to client.c). Every error names the setting and says what it may be. */
#ifndef MOVIE_ETL_SOURCE_TMDB_CONFIG_H
#define MOVIE_ETL_SOURCE_TMDB_CONFIG_H

#include "source/tmdb/tmdb.h"

enum { CONFIG_CONNECTIONS_MAX = 20, CONFIG_SECTIONS_MAX = 20, CONFIG_RATE_MAX = 40 };

/* A v3 key is 32 hex digits, a v4 token has two dots; anything else is AUTH. The key is never shown. */
enum key_form { KEY_V3, KEY_V4 };
bool config_key(const char *key, enum key_form *ret, struct err *e);

/* http or https, a host, no user, no query. *ret: the URL without slashes at the end. `name` is the setting's. */
bool config_url(
    const char *name, const char *url, struct arena *a, const char **ret, struct err *e);
/* Whether the URL's host is themoviedb.org, tmdb.org or below one of them. */
bool config_is_tmdb(const char *url);
/* The rate to keep to: on TMDB's own hosts at most CONFIG_RATE_MAX, and never unlimited. */
bool config_rate(const char *base_url, double rate, double *ret, struct err *e);
bool config_language(const char *language, struct err *e);
bool config_sections(const char *const *sections, struct err *e);
/* Connections, time limit, tries. */
bool config_numbers(const struct tmdb_config *config, struct err *e);

#endif
