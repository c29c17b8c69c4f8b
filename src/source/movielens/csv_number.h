/* Numbers of a CSV field. The plain form is digits alone; the harmless damage that spreadsheets and
 * data-frame libraries do ("862.0", quoted, blanks around) is read and said; anything else is
 * bad. */
#ifndef MOVIE_ETL_SOURCE_MOVIELENS_CSV_NUMBER_H
#define MOVIE_ETL_SOURCE_MOVIELENS_CSV_NUMBER_H

#include "source/movielens/csv.h"

enum csv_number { NUMBER_PLAIN, NUMBER_FIXED, NUMBER_BAD };

enum csv_number csv_number_read(const struct csv_field *f, int64_t min, int64_t max, int64_t *ret);
/* A rating, 0.5 to 5.0 in half steps, as 1..10; the plain form is one digit, a point and one
 * digit. */
enum csv_number csv_number_half_stars(const struct csv_field *f, int64_t *ret);

/* Digits with ".0" and blanks taken off. */
struct view csv_number_bare(struct view v);

#endif
