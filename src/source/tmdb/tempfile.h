/* A file without a name in TMPDIR (or /tmp): it is gone when it is closed, or when the process ends
 * (private). */
#ifndef MOVIE_ETL_SOURCE_TMDB_TEMPFILE_H
#define MOVIE_ETL_SOURCE_TMDB_TEMPFILE_H

#include "base/err.h"
#include "base/input.h"

bool tempfile_open(int *ret_fd, struct err *e);
/* Reads it from the beginning. The descriptor stays the caller's. `name` is borrowed. */
struct input *tempfile_input(int fd, const char *name);

#endif
