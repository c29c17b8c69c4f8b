/* Arena: memory for one unit of work (a movie, a batch, a file), freed all at once.
 *
 * A chunked bump allocator. Pointers stay valid until arena_reset or arena_done; nothing is
 * freed singly. Memory is aligned for any type, and zeroed unless asked for unset. An arena keeps
 * its chunks of up to 1 MiB over a reset, 32 of them at most: a loop that resets it once per record
 * settles at a constant size, and the system need not hand out the same memory again and again,
 * which costs more than most of what is done in it. Not thread-safe: one per thread at a time. */
#ifndef MOVIE_ETL_BASE_ARENA_H
#define MOVIE_ETL_BASE_ARENA_H

#include "base/view.h"

#include <stddef.h>
#include <stdint.h>

struct arena_chunk;

struct arena {
    struct arena_chunk *top;
    struct arena_chunk *spare; /* kept over a reset, in the order in which they were used */
    uint64_t used; /* bytes handed out since the last reset */
};

void arena_init(struct arena *a);
void arena_done(struct arena *a);
void arena_reset(struct arena *a);

/* How full it is. */
struct arena_mark {
    struct arena_chunk *top;
    size_t in_top;
    uint64_t used;
};
struct arena_mark arena_mark(const struct arena *a);
/* Gives back what was taken since, with no reset between. */
void arena_back(struct arena *a, const struct arena_mark *m);

void *arena_take(struct arena *a, size_t n);
void *arena_take_array(struct arena *a, size_t count, size_t size);
/* The same, but holding anything, for who writes all of it before it is read: clearing what is
 * overwritten at once costs as much as much of what fills it. */
void *arena_take_unset(struct arena *a, size_t count, size_t size);
/* A copy of `v`, NUL-terminated behind its end; an absent view stays absent. */
struct view arena_dup(struct arena *a, struct view v);
/* printf into the arena. */
struct view arena_print(struct arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
