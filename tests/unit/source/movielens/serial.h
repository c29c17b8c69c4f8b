/* Serial: ratings.csv read the plain way, line by line on one thread, to hold the reader with its
 * threads, pieces and fast scanning to: rows, findings with their texts and places, statistics,
 * order and digest must be the same. Shared by the unit tests and the fuzz target. */
#ifndef MOVIE_ETL_TESTS_SERIAL_H
#define MOVIE_ETL_TESTS_SERIAL_H

#include "base/view.h"

enum { SERIAL_MOVIES = 8 };

/* Reads the release in `folder`, which has at most SERIAL_MOVIES movies and `ratings` as its
 * ratings.csv, with a good header. NULL, or what differs. */
const char *serial_difference(const char *folder, struct view ratings);

#endif
