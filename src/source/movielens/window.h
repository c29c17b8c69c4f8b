/* Window: the part of a file that is in memory while it is scanned, over any `struct input`.
 *
 * bytes[at..n) is what has been read and not used up. WINDOW_SLACK readable bytes lie behind n, so
 * that a scanner may load whole words without looking where the end is; what they hold means
 * nothing. */
#ifndef MOVIE_ETL_SOURCE_MOVIELENS_WINDOW_H
#define MOVIE_ETL_SOURCE_MOVIELENS_WINDOW_H

#include "base/input.h"

enum { WINDOW_SLACK = 64 };

struct window {
    struct input *in;
    char *bytes;
    size_t at, n, cap;
    bool ended; /* nothing comes after bytes[n] */
};

void window_init(struct window *w, struct input *in_take, size_t cap);
void window_done(struct window *w);

/* Moves what is not used up to the front and reads until the window is full or the input has
 * ended. */
bool window_fill(struct window *w, struct err *e);
/* At the start of a file: passes over a UTF-8 byte order mark. */
void window_pass_bom(struct window *w);

static inline struct view window_rest(const struct window *w)
{
    return (struct view){w->bytes + w->at, w->n - w->at};
}

#endif
