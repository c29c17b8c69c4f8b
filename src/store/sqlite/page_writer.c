/* Page writer: see page_writer.h. */
#include "store/sqlite/page_writer.h"

#include "base/mem.h"
#include "base/thread.h"

struct chunk {
    uint32_t first, n;
    bool failed; /* to be written: `e` says how */
    struct err e;
};

struct page_writer {
    struct page_file *file;
    bool waits;     /* for the disk: there are all of the chunks, else one */
    uint8_t *pages; /* of one chunk after the other */
    struct chunk chunks[PAGE_WRITER_CHUNKS], *now;
    struct queue *empty, *full; /* with the thread */
    struct thread *thread;      /* NULL: there is none */
};

static uint8_t *pages_of(const struct page_writer *w, const struct chunk *c)
{
    return w->pages + (size_t)(c - w->chunks) * PAGE_WRITER_BYTES;
}

static void write_chunk(struct page_writer *w, struct chunk *c)
{
    c->failed = !page_file_write(w->file, c->first, c->n, pages_of(w, c), &c->e);
}

static void write_chunks(void *payload)
{
    struct page_writer *w = payload;
    for (struct chunk *c; (c = queue_take(w->full)) != NULL; (void)queue_put(w->empty, c))
        write_chunk(w, c);
}

static void start(struct page_writer *w)
{
    struct err ignored;
    w->empty = queue_new(PAGE_WRITER_CHUNKS);
    w->full = queue_new(PAGE_WRITER_CHUNKS);
    for (size_t i = 0; i < PAGE_WRITER_CHUNKS; i++)
        if (&w->chunks[i] != w->now)
            (void)queue_put(w->empty, &w->chunks[i]);
    (void)thread_start(write_chunks, w, &w->thread, &ignored);
}

static void join(struct page_writer *w)
{
    if (w->full != NULL)
        queue_close(w->full);
    thread_join(w->thread);
    w->thread = NULL;
}

struct page_writer *page_writer_new(struct page_file *file)
{
    struct page_writer *w = mem_alloc(sizeof *w);
    w->file = file;
    w->now = w->chunks;
    w->waits = page_file_waits(file);
    w->pages = mem_pages((size_t)PAGE_WRITER_BYTES * (w->waits ? PAGE_WRITER_CHUNKS : 1));
    return w;
}

void page_writer_free(struct page_writer *w)
{
    if (w == NULL)
        return;
    join(w);
    mem_free(w->pages);
    queue_free(w->empty);
    queue_free(w->full);
    mem_free(w);
}

uint8_t *page_writer_chunk(const struct page_writer *w)
{
    return pages_of(w, w->now);
}

/* To the thread; another chunk comes back. */
static void hand_over(struct page_writer *w)
{
    (void)queue_put(w->full, w->now);
    w->now = queue_take(w->empty);
}

bool page_writer_put(struct page_writer *w, uint32_t first, uint32_t n, struct err *e)
{
    w->now->first = first;
    w->now->n = n;
    if (w->full == NULL && w->waits)
        start(w);
    if (w->thread != NULL)
        hand_over(w);
    else
        write_chunk(w, w->now);
    if (w->now->failed)
        *e = w->now->e;
    return !w->now->failed;
}

bool page_writer_end(struct page_writer *w, uint32_t first, uint32_t n, struct err *e)
{
    w->now->first = first;
    w->now->n = n;
    write_chunk(w, w->now);
    join(w);
    for (size_t i = 0; i < PAGE_WRITER_CHUNKS; i++)
        if (w->chunks[i].failed) {
            *e = w->chunks[i].e;
            return false;
        }
    return true;
}
