/* Map: 64-bit keys to 64-bit values, and texts to 64-bit values; open addressing, linear probing.
 *
 * `struct map` also serves as a set of ids (value ignored). `struct textmap` copies its keys
 * into an arena of its own. Both grow at 2/3 load up to a compulsory maximum number of keys. */
#ifndef MOVIE_ETL_BASE_MAP_H
#define MOVIE_ETL_BASE_MAP_H

#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>

struct map_slot {
    int64_t key;
    uint64_t value;
    bool used;
};

struct map {
    struct map_slot *slots;
    size_t n, cap, max;
};

void map_init(struct map *m, size_t max);
void map_done(struct map *m);
/* Sets key to value; false when the maximum is reached (nothing changed). */
bool map_put(struct map *m, int64_t key, uint64_t value);
/* The value of key, or NULL; valid until the next put. */
uint64_t *map_get(const struct map *m, int64_t key);
bool map_has(const struct map *m, int64_t key);

struct textmap_slot {
    struct view key;
    uint64_t value;
};

struct textmap {
    struct textmap_slot *slots;
    size_t n, cap, max;
    struct arena keys;
};

void textmap_init(struct textmap *m, size_t max);
void textmap_done(struct textmap *m);
/* As the map's; an absent key is the empty one. */
bool textmap_put(struct textmap *m, struct view key, uint64_t value);
uint64_t *textmap_get(const struct textmap *m, struct view key);

/* FNV-1a with a final mix; for tables in memory, not for anything stored. */
uint64_t hash_bytes(struct view v);

#endif
