/* Retry-After: how long a server asks to be left alone (RFC 9110 par. 10.2.3): seconds or an HTTP
 * date. */
#ifndef MOVIE_ETL_SOURCE_TMDB_RETRY_AFTER_H
#define MOVIE_ETL_SOURCE_TMDB_RETRY_AFTER_H

#include "base/view.h"

#include <stdint.h>

enum { RETRY_AFTER_MIN_MS = 1000, RETRY_AFTER_MAX_MS = 60000 };

/* Milliseconds, never outside the two bounds (TMDB has sent 0, and a wrong clock may ask for
 * years); -1 when `value` is empty or unreadable. A date is counted from `date`, the answer's own
 * Date header, so that a wrong clock here does not matter; from `now` (seconds) when there is
 * none. */
int64_t retry_after_ms(struct view value, struct view date, int64_t now);

/* The three forms of RFC 9110 par. 5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94
 * 08:49:37 GMT", "Sun Nov  6 08:49:37 1994". */
bool http_date_parse(struct view v, int64_t *ret_seconds);

#endif
