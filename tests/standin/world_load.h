/*
 * Building the world, and the few steps that world.c shares with that.
 */
#ifndef STANDIN_WORLD_LOAD_H
#define STANDIN_WORLD_LOAD_H

#include "world.h"

/* Makes room at place `at` and fills it with the generated movie id. */
struct movie *world_insert(struct world *w, size_t at, uint32_t id);
/* Makes *d the document of m; *d is the world's from then on. */
void world_take_stored(struct world *w, struct movie *m, struct stored *d);
void world_push_change(struct world *w, int32_t day, uint32_t id);

#endif
