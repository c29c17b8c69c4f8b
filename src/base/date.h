/* Dates and instants in the proleptic Gregorian calendar, UTC, without the C library's time zones.
 *
 * A day is a count of days since 1970-01-01; an instant is seconds since 1970-01-01T00:00:00Z.
 * Years 1 to 9999 are accepted. Any instant, and any day that instant_day gives, can be printed;
 * outside of these years nobody reads it back. */
#ifndef MOVIE_ETL_BASE_DATE_H
#define MOVIE_ETL_BASE_DATE_H

#include "base/arena.h"
#include "base/view.h"

#include <stdint.h>

struct civil {
    int year, month, day;
};

int64_t date_day(struct civil c);
struct civil date_civil(int64_t day);
bool date_is_valid(struct civil c);

/* "YYYY-MM-DD", a date that exists. */
bool date_parse(struct view v, int64_t *ret_day);
/* The forms TMDB has used: "YYYY-MM-DD[T ]HH:MM:SS[.fff][Z|+00:00| UTC]" and a date alone
 * (00:00:00). Offsets such as +02:00 are applied; fractions of a second are dropped; a leap
 * second (:60) is the second after it. What lies outside of the years 1 to 9999 in UTC is
 * refused. */
bool instant_parse(struct view v, int64_t *ret_seconds);

struct view date_print(struct arena *a, int64_t day);             /* 2026-11-22 */
struct view instant_print(struct arena *a, int64_t seconds);      /* 2026-11-22T10:00:00Z */
struct view instant_print_file(struct arena *a, int64_t seconds); /* 20261122_100000 */

static inline int64_t instant_day(int64_t seconds)
{
    return seconds / 86400 - (seconds % 86400 < 0);
}

#endif
