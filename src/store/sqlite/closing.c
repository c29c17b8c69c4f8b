/* Closing: see closing.h. */
#include "store/sqlite/closing.h"

#include "base/mem.h"
#include "base/sys.h"
#include "base/thread.h"

struct closing {
    struct closing *next;
    struct thread *thread;
    int fd;
};

static void close_it(void *payload)
{
    const struct closing *c = payload;
    (void)sys_close(c->fd);
}

/* Without a thread, it is closed here. */
void closing_begin(struct sqlite *q, int fd)
{
    struct err ignored;
    struct closing *c = mem_alloc(sizeof *c);
    *c = (struct closing){.next = q->closing, .fd = fd};
    if (!thread_start(close_it, c, &c->thread, &ignored)) {
        close_it(c);
        mem_free(c);
        return;
    }
    q->closing = c;
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
