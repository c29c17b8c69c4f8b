/* Values of options: texts to numbers, days, durations. Each says in its error what was expected
 * and shows what was given; the caller puts the option's name before. Errors: USAGE. */
#ifndef MOVIE_ETL_CLI_VALUES_H
#define MOVIE_ETL_CLI_VALUES_H

#include "base/err.h"
#include "base/view.h"

#include <stdint.h>

bool value_count(struct view v, uint64_t *ret, struct err *e); /* 1 or more */
bool value_int_in(
    struct view v, int64_t min, int64_t max, const char *what, int *ret, struct err *e);
bool value_day(struct view v, int64_t *ret_day, struct err *e); /* YYYY-MM-DD, years 1874 to 2100 */
bool value_duration(
    struct view v, int64_t *ret_seconds, struct err *e); /* 90 90s 15m 2h; 1 s to 30 days */
bool value_size(struct view v, int64_t min, int64_t *ret_bytes, struct err *e); /* 200M 1G; 1024s */
/* "N": *ret_n; "P%": *ret_share, 0..1; the other one is left as it is. */
bool value_errors(struct view v, uint64_t *ret_n, double *ret_share, struct err *e);
bool value_id(struct view v, int64_t *ret, struct err *e); /* 1 to 2147483647 */
bool value_choice(struct view v, const char *const *choices, size_t *ret, struct err *e);

/* The candidate nearest to a word that is not known; for "did you mean". */
struct nearest {
    struct view word;
    const char *name; /* NULL: none is near enough */
    size_t distance;
};
void nearest_init(struct nearest *n, struct view word);
void nearest_try(struct nearest *n, const char *candidate);
/* Edit distance with transpositions of neighbours; texts over 40 bytes are infinitely far
 * (SIZE_MAX). */
size_t edit_distance(struct view a, struct view b);

#endif
