/* Window: see window.h. */
#include "source/movielens/window.h"

#include "base/mem.h"

void window_init(struct window *w, struct input *in, size_t cap)
{
    *w = (struct window){.in = in, .bytes = mem_alloc(cap + WINDOW_SLACK), .cap = cap};
}

void window_done(struct window *w)
{
    input_free(w->in);
    mem_free(w->bytes);
    *w = (struct window){.ended = true};
}

bool window_fill(struct window *w, struct err *e)
{
    size_t rest = w->n - w->at;
    if (w->at > 0 && rest > 0)
        memmove(w->bytes, w->bytes + w->at, rest);
    w->at = 0;
    w->n = rest;
    while (!w->ended && w->n < w->cap) {
        size_t got = 0;
        if (!w->in->read(w->in, w->bytes + w->n, w->cap - w->n, &got, e))
            return false;
        w->n += got;
        w->ended = got == 0;
    }
    return true;
}

void window_pass_bom(struct window *w)
{
    if (view_starts(window_rest(w), "\xEF\xBB\xBF"))
        w->at += 3;
}
