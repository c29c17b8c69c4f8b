/* Numbers from text, strictly: the whole view must be the number, in ASCII, without blanks or a
 * leading '+'. False on anything else, overflow included; `*ret` is untouched then. */
#ifndef MOVIE_ETL_BASE_NUM_H
#define MOVIE_ETL_BASE_NUM_H

#include "base/view.h"

#include <stdint.h>

bool num_i64(struct view v, int64_t *ret); /* -?[0-9]+ */
bool num_real(struct view v, double *ret); /* JSON's number grammar; finite only */
bool num_i64_in(struct view v, int64_t min, int64_t max, int64_t *ret);
/* The first of %.15g, %.16g and %.17g that reads back as the finite `d`, with ".0" when it would
 * look like an integer: at most 24 bytes into `to`, "." always the point. (Shorter texts exist
 * for a few powers of two and below 1e-307; they are not worth the search.) */
size_t num_print_real(double d, char to[32]);

#endif
