/* Arena: see arena.h. Chunks form a stack, the newest on top; each is twice the size of the one
 * below, from 16 KiB to 1 MiB, or as large as one request needs. */
#include "base/arena.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { FIRST_CHUNK = 16 * 1024, LARGEST_CHUNK = 1024 * 1024, ALIGN = 16 };

struct arena_chunk {
    struct arena_chunk *below;
    size_t size, used;
    _Alignas(ALIGN) char bytes[];
};

void arena_init(struct arena *a)
{
    *a = (struct arena){0};
}

static void free_chunks(struct arena_chunk *c)
{
    while (c != NULL) {
        struct arena_chunk *below = c->below;
        mem_free(c);
        c = below;
    }
}

void arena_done(struct arena *a)
{
    free_chunks(a->top);
    *a = (struct arena){0};
}

void arena_reset(struct arena *a)
{
    struct arena_chunk *keep = a->top;
    a->used = 0;
    while (keep != NULL && keep->size > LARGEST_CHUNK) { /* no huge request is held for ever */
        struct arena_chunk *below = keep->below;
        mem_free(keep);
        keep = below;
    }
    a->top = keep; /* the newest ordinary chunk, which is also the largest */
    if (keep == NULL)
        return;
    free_chunks(keep->below);
    keep->below = NULL;
    memset(keep->bytes, 0, keep->used);
    keep->used = 0;
}

static struct arena_chunk *add_chunk(struct arena *a, size_t n)
{
    size_t size = FIRST_CHUNK;
    if (a->top != NULL)
        size = a->top->size * 2 > LARGEST_CHUNK ? LARGEST_CHUNK : a->top->size * 2;
    if (size < n)
        size = n;
    struct arena_chunk *c = mem_alloc(sizeof *c + size);
    c->size = size;
    c->below = a->top;
    a->top = c;
    return c;
}

void *arena_take(struct arena *a, size_t n)
{
    if (n > SIZE_MAX / 2)
        n = SIZE_MAX / 2; /* as impossible as what was asked for, and no sum with it wraps round */
    size_t rounded = (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    struct arena_chunk *c = a->top;
    if (c == NULL || c->size - c->used < rounded)
        c = add_chunk(a, rounded);
    void *p = c->bytes + c->used;
    c->used += rounded;
    a->used += rounded;
    return p;
}

void *arena_take_array(struct arena *a, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / 2 / size)
        return mem_alloc(SIZE_MAX / 2); /* ends the process: memory exhausted */
    return arena_take(a, count * size);
}

struct view arena_dup(struct arena *a, struct view v)
{
    if (v.p == NULL)
        return v;
    char *p = arena_take(a, v.n + 1);
    memcpy(p, v.p, v.n);
    return (struct view){p, v.n};
}

struct view arena_print(struct arena *a, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    size_t len = n < 0 ? 0 : (size_t)n;
    char *p = arena_take(a, len + 1);
    (void)vsnprintf(p, len + 1, fmt, again);
    va_end(again);
    return (struct view){p, len};
}
