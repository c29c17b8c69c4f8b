/* Arena: see arena.h. Chunks form a stack, the newest on top; each is twice the size of the one
 * below, from 16 KiB to 1 MiB, or as large as one request needs. Memory is zeroed when it is taken,
 * not a chunk at once: it is in the processor's cache then for whoever fills it. */
#include "base/arena.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { FIRST_CHUNK = 16 * 1024, LARGEST_CHUNK = 1024 * 1024, KEPT = 32, ALIGN = 16 };

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
    free_chunks(a->spare);
    *a = (struct arena){0};
}

/* Takes the lowest chunks off the stack, those first used, in this order; frees huge ones, so that
 * no huge request is held for ever, and those over KEPT. */
static struct arena_chunk *keep_chunks(struct arena_chunk *top, struct arena_chunk *spare)
{
    struct arena_chunk *kept = spare;
    size_t n = 0;
    for (struct arena_chunk *c = top, *below; c != NULL; c = below) {
        below = c->below;
        if (c->size > LARGEST_CHUNK) {
            mem_free(c);
            continue;
        }
        c->below = kept;
        kept = c;
    }
    for (struct arena_chunk *c = kept; c != NULL; c = c->below)
        if (++n == KEPT) {
            free_chunks(c->below);
            c->below = NULL;
        }
    return kept;
}

void arena_reset(struct arena *a)
{
    struct arena_chunk *kept = keep_chunks(a->top, a->spare);
    *a = (struct arena){.top = kept};
    if (kept == NULL)
        return;
    a->spare = kept->below;
    kept->below = NULL;
    kept->used = 0;
}

struct arena_mark arena_mark(const struct arena *a)
{
    return (struct arena_mark){a->top, a->top == NULL ? 0 : a->top->used, a->used};
}

/* As in a reset, huge chunks are freed. */
void arena_back(struct arena *a, const struct arena_mark *m)
{
    while (a->top != m->top) {
        struct arena_chunk *c = a->top;
        a->top = c->below;
        if (c->size > LARGEST_CHUNK) {
            mem_free(c);
            continue;
        }
        c->below = a->spare;
        a->spare = c;
    }
    if (a->top != NULL)
        a->top->used = m->in_top;
    a->used = m->used;
}

/* The first spare chunk that n bytes fit into, or NULL. */
static struct arena_chunk *take_spare(struct arena *a, size_t n)
{
    struct arena_chunk **at = &a->spare;
    while (*at != NULL && (*at)->size < n)
        at = &(*at)->below;
    struct arena_chunk *c = *at;
    if (c != NULL)
        *at = c->below;
    return c;
}

static struct arena_chunk *new_chunk(const struct arena *a, size_t n)
{
    size_t size = FIRST_CHUNK;
    if (a->top != NULL)
        size = a->top->size * 2 > LARGEST_CHUNK ? LARGEST_CHUNK : a->top->size * 2;
    if (size < n)
        size = n;
    struct arena_chunk *c = mem_grow(NULL, sizeof *c + size, 1);
    c->size = size;
    return c;
}

static void add_chunk(struct arena *a, size_t n)
{
    struct arena_chunk *c = take_spare(a, n);
    if (c == NULL)
        c = new_chunk(a, n);
    c->used = 0;
    c->below = a->top;
    a->top = c;
}

/* Memory as it is. */
static void *take_raw(struct arena *a, size_t n)
{
    if (n > SIZE_MAX / 2)
        n = SIZE_MAX / 2; /* as impossible as what was asked for, and no sum with it wraps round */
    size_t rounded = (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    if (a->top == NULL || a->top->size - a->top->used < rounded)
        add_chunk(a, rounded);
    void *p = a->top->bytes + a->top->used;
    a->top->used += rounded;
    a->used += rounded;
    return p;
}

void *arena_take(struct arena *a, size_t n)
{
    return memset(take_raw(a, n), 0, n);
}

void *arena_take_unset(struct arena *a, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / 2 / size)
        return mem_alloc(SIZE_MAX / 2); /* ends the process: memory exhausted */
    return take_raw(a, count * size);
}

void *arena_take_array(struct arena *a, size_t count, size_t size)
{
    return memset(arena_take_unset(a, count, size), 0, count * size);
}

struct view arena_dup(struct arena *a, struct view v)
{
    if (v.p == NULL)
        return v;
    char *p = take_raw(a, v.n + 1);
    memcpy(p, v.p, v.n);
    p[v.n] = '\0';
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
    char *p = take_raw(a, len + 1);
    p[0] = '\0';
    (void)vsnprintf(p, len + 1, fmt, again);
    va_end(again);
    return (struct view){p, len};
}
