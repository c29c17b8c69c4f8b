/* Show: what of a URL or of a stranger's text may be shown. Every URL and every word of a server or
 * of libcurl that goes into an error or a log line comes through here. */
#ifndef MOVIE_ETL_SOURCE_TMDB_SHOW_H
#define MOVIE_ETL_SOURCE_TMDB_SHOW_H

#include "base/str.h"

/* Appends `url` without secrets: what stands before '@' in the host part and the values of the
 * query's keys that carry a credential (api_key, session_id, ...) become "***". */
void show_url(struct str *to, struct view url);
/* Appends at most `max` bytes of `text` on one line: control characters become blanks, bytes that
 * are not UTF-8 '?', and every occurrence of `key` (also without regard to case) "***". */
void show_text(struct str *to, struct view text, struct view key, size_t max);

#endif
