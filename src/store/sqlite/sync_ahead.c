/* Sync ahead: see sync_ahead.h. */
#include "store/sqlite/sync_ahead.h"

#include "base/mem.h"
#include "base/sys.h"
#include "base/thread.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>

struct sync_ahead {
    int fd, errnum;         /* the thread's, until it is joined; 0: nothing failed */
    _Atomic size_t written; /* in all */
    atomic_bool asked;      /* for a sync that has not begun */
    struct queue *asks;     /* one at most */
    struct thread *thread;  /* NULL: there is none */
};

static void sync_when_asked(void *payload)
{
    struct sync_ahead *a = payload;
    while (queue_take(a->asks) != NULL) {
        atomic_store(&a->asked, false);
        if (sys_fsync(a->fd) != 0 && a->errnum == 0)
            a->errnum = errno;
    }
}

struct sync_ahead *sync_ahead_new(int fd)
{
    struct err ignored;
    struct sync_ahead *a = mem_alloc(sizeof *a);
    a->fd = fd;
    a->asks = queue_new(1);
    (void)thread_start(sync_when_asked, a, &a->thread, &ignored);
    return a;
}

void sync_ahead_begin(struct sync_ahead *a)
{
    if (a->thread != NULL && !atomic_exchange(&a->asked, true))
        (void)queue_put(a->asks, a);
}

void sync_ahead_wrote(struct sync_ahead *a, size_t bytes)
{
    size_t before = atomic_fetch_add(&a->written, bytes);
    if (before / SYNC_AHEAD_BYTES != (before + bytes) / SYNC_AHEAD_BYTES)
        sync_ahead_begin(a);
}

int sync_ahead_end(struct sync_ahead *a)
{
    if (a == NULL)
        return 0;
    (void)queue_take_now(a->asks); /* whoever ends this syncs the rest, or needs no sync */
    queue_close(a->asks);
    thread_join(a->thread);
    int errnum = a->errnum;
    queue_free(a->asks);
    mem_free(a);
    return errnum;
}
