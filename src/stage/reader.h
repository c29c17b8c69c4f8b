/* Reading a batch from any input (private to stage: the fuzz target and tests read from memory). */
#ifndef MOVIE_ETL_STAGE_READER_H
#define MOVIE_ETL_STAGE_READER_H

#include "base/input.h"
#include "stage/stage.h"

/* As batch_open, from `in`, which it takes. `name` stands for the path in findings. */
bool batch_open_input(struct input *in_take, const char *name, struct findings *findings,
    struct batch_reader **ret, struct err *e);

#endif
