/* Threads and queues: see thread.h. */
#include "base/thread.h"

#include "base/mem.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

struct thread {
    pthread_t id;
    void (*run)(void *payload);
    void *payload;
};

static void *run_thread(void *arg)
{
    const struct thread *t = arg;
    t->run(t->payload);
    return NULL;
}

/* A new thread inherits the mask of its maker: so all signals are blocked while it is made. */
bool thread_start(void (*run)(void *payload), void *payload, struct thread **ret, struct err *e)
{
    sigset_t all, before;
    struct thread *t = mem_alloc(sizeof *t);
    t->run = run;
    t->payload = payload;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int r = pthread_create(&t->id, NULL, run_thread, t);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (r != 0) {
        mem_free(t);
        err_errno(e, ERR_FAILED, r, "cannot start a thread");
        return err_hint(e,
            "The system allows no more of them (ulimit -u, or the container's limit). "
            "Raise that limit and run it again.");
    }
    *ret = t;
    return true;
}

/* POSIX says that nice() is for the process; on Linux each thread has its own. */
void thread_give_way(void)
{
#ifdef __linux__
    enum { STEPS_BACK = 6 }; /* a quarter of the time that one in front gets */
    (void)!nice(STEPS_BACK);
#endif
}

void thread_join(struct thread *t)
{
    if (t == NULL)
        return;
    (void)pthread_join(t->id, NULL);
    mem_free(t);
}

struct lock {
    pthread_mutex_t mutex;
};

struct lock *lock_new(void)
{
    struct lock *l = mem_alloc(sizeof *l);
    (void)pthread_mutex_init(&l->mutex, NULL);
    return l;
}

void lock_free(struct lock *l)
{
    if (l == NULL)
        return;
    (void)pthread_mutex_destroy(&l->mutex);
    mem_free(l);
}

void lock_take(struct lock *l)
{
    (void)pthread_mutex_lock(&l->mutex);
}

void lock_give(struct lock *l)
{
    (void)pthread_mutex_unlock(&l->mutex);
}

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t room, filled;
    size_t cap, n, at; /* pointers held, the oldest at items[at] */
    bool closed;
    void *items[];
};

struct queue *queue_new(size_t cap)
{
    struct queue *q = mem_alloc(sizeof *q + cap * sizeof q->items[0]);
    (void)pthread_mutex_init(&q->lock, NULL);
    (void)pthread_cond_init(&q->room, NULL);
    (void)pthread_cond_init(&q->filled, NULL);
    q->cap = cap;
    return q;
}

void queue_free(struct queue *q)
{
    if (q == NULL)
        return;
    (void)pthread_cond_destroy(&q->room);
    (void)pthread_cond_destroy(&q->filled);
    (void)pthread_mutex_destroy(&q->lock);
    mem_free(q);
}

bool queue_put(struct queue *q, void *p)
{
    (void)pthread_mutex_lock(&q->lock);
    while (q->n == q->cap && !q->closed)
        (void)pthread_cond_wait(&q->room, &q->lock);
    bool ok = !q->closed;
    if (ok) {
        q->items[(q->at + q->n++) % q->cap] = p;
        (void)pthread_cond_signal(&q->filled);
    }
    (void)pthread_mutex_unlock(&q->lock);
    return ok;
}

static void *take(struct queue *q, bool wait)
{
    void *p = NULL;
    (void)pthread_mutex_lock(&q->lock);
    while (wait && q->n == 0 && !q->closed)
        (void)pthread_cond_wait(&q->filled, &q->lock);
    if (q->n > 0) {
        p = q->items[q->at];
        q->at = (q->at + 1) % q->cap;
        q->n--;
        (void)pthread_cond_signal(&q->room);
    }
    (void)pthread_mutex_unlock(&q->lock);
    return p;
}

void *queue_take(struct queue *q)
{
    return take(q, true);
}

void *queue_take_now(struct queue *q)
{
    return take(q, false);
}

void queue_close(struct queue *q)
{
    (void)pthread_mutex_lock(&q->lock);
    q->closed = true;
    (void)pthread_cond_broadcast(&q->room);
    (void)pthread_cond_broadcast(&q->filled);
    (void)pthread_mutex_unlock(&q->lock);
}
