/* Threads, and queues of pointers between them: the one place that knows pthreads.
 *
 * Work moves along by handing objects over: whoever has taken a pointer out of a queue owns what it
 * points to until he puts it into the next one, and the queue orders memory between the two. So
 * nothing needs a lock of its own, and an object that carries a `struct err` carries errors from
 * one thread to another.
 *
 * Signals stay with the thread that started the others. A thread ends by itself when its queues are
 * closed; nothing is ever cancelled. */
#ifndef MOVIE_ETL_BASE_THREAD_H
#define MOVIE_ETL_BASE_THREAD_H

#include "base/err.h"

struct thread;

/* Runs run(payload) beside the caller. Every thread that was started must be joined. */
bool thread_start(void (*run)(void *payload), void *payload, struct thread **ret, struct err *e);
/* For the calling thread: lets others go first when there are more of them than processors. For
 * those that follow a thread on which everything waits. Where only whole processes can be told,
 * nothing happens. */
void thread_give_way(void);
/* Waits until it has ended, and frees it. NULL: does nothing. */
void thread_join(struct thread *t);

/* One thread at a time between take and give: for the few things that all threads reach and none
 * owns. */
struct lock;

struct lock *lock_new(void);
void lock_free(struct lock *l); /* NULL: does nothing */
void lock_take(struct lock *l);
void lock_give(struct lock *l);

/* First in, first out, at most `cap` pointers; any number of threads may put and take. */
struct queue;

struct queue *queue_new(size_t cap); /* at least 1 */
/* Nobody may use it any more. What is left in it is forgotten: the pointers' owner knows them. */
void queue_free(struct queue *q);
/* Waits for room. False, and `p` stays the caller's: the queue is closed. `p` is not NULL. */
bool queue_put(struct queue *q, void *p);
/* Waits for a pointer. NULL: the queue is closed and empty. */
void *queue_take(struct queue *q);
/* Does not wait. NULL: nothing is in it now. */
void *queue_take_now(struct queue *q);
/* Nothing can be put any more: all who wait are woken. What is in it can still be taken. */
void queue_close(struct queue *q);

#endif
