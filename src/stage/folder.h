/* What lies in the folders (private to stage). */
#ifndef MOVIE_ETL_STAGE_FOLDER_H
#define MOVIE_ETL_STAGE_FOLDER_H

#include "base/input.h"
#include "stage/part.h"

enum { BATCH_MAX_FILES = 1000000 };

/* Paths (const char *) of the unfinished batch files in raw/, oldest first. */
bool batch_list_unfinished(const char *data_dir, struct arena *a, struct vec *ret, struct err *e);
/* Gives every record with an id in one complete batch file to `visit` (its text is absent); one
 * that cannot be read in full still counts when its id can be told. */
bool batch_ids_of_file(const char *path, const struct part_visit *visit, struct err *e);
bool batch_ids_of_input(struct input *in_take, const struct part_visit *visit, struct err *e);

#endif
