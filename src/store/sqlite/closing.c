/* Closing: see closing.h. */
#include "store/sqlite/closing.h"

#include "base/mem.h"
#include "base/sys.h"
#include "base/thread.h"

struct closing {
    struct closing *next;
    struct thread *thread;
    int fd;                   /* -1: none */
    struct bucket_room *room; /* NULL: none */
};

static void close_it(void *payload)
{
    const struct closing *c = payload;
    if (c->fd >= 0)
        (void)sys_close(c->fd);
    bucket_room_free(c->room);
}

/* Without a thread, it is closed here. */
static void begin(struct sqlite *q, int fd, struct bucket_room *room)
{
    struct err ignored;
    struct closing *c = mem_alloc(sizeof *c);
    *c = (struct closing){.next = q->closing, .fd = fd, .room = room};
    if (!thread_start(close_it, c, &c->thread, &ignored)) {
        close_it(c);
        mem_free(c);
        return;
    }
    q->closing = c;
}

void closing_begin(struct sqlite *q, int fd)
{
    begin(q, fd, NULL);
}

void closing_begin_room(struct sqlite *q, struct bucket_room *take)
{
    begin(q, -1, take);
}

void closing_join(struct sqlite *q)
{
    while (q->closing != NULL) {
        struct closing *c = q->closing;
        q->closing = c->next;
        thread_join(c->thread);
        mem_free(c);
    }
}
