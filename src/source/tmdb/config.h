/* Checks of struct tmdb_config beyond those in tmdb.h (private to client.c). */
#ifndef MOVIE_ETL_SOURCE_TMDB_CONFIG_H
#define MOVIE_ETL_SOURCE_TMDB_CONFIG_H

#include "source/tmdb/tmdb.h"

enum { CONFIG_CONNECTIONS_MAX = 20, CONFIG_SECTIONS_MAX = 20, CONFIG_RATE_MAX = 40 };

/* Of a key that tmdb_setting_key took. */
enum key_form { KEY_V3, KEY_V4 };
enum key_form config_key_form(const char *key);
/* A URL that tmdb_setting_url took, without slashes at the end. */
const char *config_url(const char *url, struct arena *a);
/* Whether the URL's host is themoviedb.org, tmdb.org or below one of them. */
bool config_is_tmdb(const char *url);
bool config_sections(const char *const *sections, struct err *e);
/* Connections, time limit, tries. */
bool config_numbers(const struct tmdb_config *config, struct err *e);

#endif
