/* Hash64: 64 bits that stand for a text of any length, the same on every machine and in every
 * version: fit to be stored.
 *
 * Sixteen bytes a step by one wide multiplication (the mixing step of wyhash, which is in the
 * public domain), for it goes over every byte that `process` reads. Not against people who look for
 * two texts with one hash: for that there is base/digest.h. For tables in memory there is
 * hash_bytes (base/map.h), whose values mean nothing to another version. */
#ifndef MOVIE_ETL_BASE_HASH64_H
#define MOVIE_ETL_BASE_HASH64_H

#include "base/view.h"

#include <stdint.h>

uint64_t hash64(uint64_t seed, struct view v);

#endif
