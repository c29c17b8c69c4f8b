/* Ratings by the million, over two connections: servers use one core per connection, and two of
 * them take in rows nearly twice as fast. The caller's thread reads and checks; each connection has
 * a thread that takes chunks as they come, in the order of the primary key, so that both insert
 * near the table's end. More than two were not faster on two cores.
 *
 * The first chunk goes over the first connection alone: it shows whether the server allows LOAD
 * DATA LOCAL, and small releases need no second connection. Where there can be none, everything
 * goes over the first. From the first row on that is not above the one before it, chunks go one
 * after the other, because of rows with one key the first stays. */
#include "store/mysql/chunk.h"

#include "base/log.h"
#include "base/thread.h"
#include "store/sql.h"

enum {
    CONNECTIONS = 2,
    CHUNKS = CONNECTIONS + 2 /* one waits, one is being filled */
};

struct worker {
    struct team *team;
    struct store *s;
    struct thread *thread;
};

struct team {
    struct store *s;
    struct store *twin; /* NULL: there is one connection */
    struct worker workers[CONNECTIONS];
    struct chunk chunks[CHUNKS];
    struct queue *full, *done; /* NULL: not begun */
    struct chunk *idle[CHUNKS];
    size_t idle_n, out; /* chunks at rest, and those that are with the workers */
    bool disorder;
    int64_t last; /* the highest key so far: user and movie */
    struct load_count count;
};

/* After a chunk that could not be stored no other is tried: the load has failed, and trying may
 * take minutes. */
static void work(void *payload)
{
    struct worker *w = payload;
    struct chunk *c;
    struct err why;
    bool well = true;
    while ((c = queue_take(w->team->full)) != NULL) {
        c->stored = well = well && chunk_store(w->s, c, &why);
        if (!well)
            c->why = why;
        (void)queue_put(w->team->done, c);
    }
}

static bool begin(struct team *t, struct err *e)
{
    struct err why;
    t->full = queue_new(CHUNKS);
    t->done = queue_new(CHUNKS);
    if (!server_twin(t->s, &t->twin, &why)) {
        t->twin = NULL;
        log_line(LOG_INFO, "ratings go over one connection: %s", why.text);
    }
    for (size_t i = 0; i < CONNECTIONS; i++) {
        struct worker *w = &t->workers[i];
        *w = (struct worker){t, i == 0 ? t->s : t->twin, NULL};
        if (w->s != NULL && !thread_start(work, w, &w->thread, e))
            return false;
    }
    return true;
}

/* The workers end what they have in hand. */
static void end(struct team *t)
{
    if (t->full == NULL)
        return;
    queue_close(t->full);
    for (size_t i = 0; i < CONNECTIONS; i++)
        thread_join(t->workers[i].thread);
    queue_free(t->full);
    queue_free(t->done);
}

static void settle(struct team *t, struct chunk *c)
{
    t->count.pulled += c->n;
    t->count.stored += c->n - c->skipped;
    c->n = 0;
    t->idle[t->idle_n++] = c;
}

/* Waits until at most so many chunks are out. */
static bool wait_for(struct team *t, size_t out, struct err *e)
{
    while (t->out > out) {
        struct chunk *c = queue_take(t->done);
        t->out--;
        if (!c->stored) {
            *e = c->why;
            return false;
        }
        settle(t, c);
    }
    return true;
}

/* Hands the chunk on; *ret_next is one to fill. */
static bool hand_on(struct team *t, struct chunk *c, struct chunk **ret_next, struct err *e)
{
    bool first = t->count.pulled == 0 && t->out == 0;
    if (first) {
        if (!chunk_store(t->s, c, e))
            return false;
        settle(t, c);
    } else if ((t->full == NULL && !begin(t, e)) || (t->disorder && !wait_for(t, 0, e))) {
        return false;
    } else {
        t->out++;
        (void)queue_put(t->full, c);
    }
    if (t->idle_n == 0 && !wait_for(t, CHUNKS - 1, e))
        return false;
    *ret_next = t->idle[--t->idle_n];
    return true;
}

static void add(struct team *t, struct chunk *c, const struct rating_block *b, size_t i)
{
    int64_t key = (int64_t)b->user_id[i] << 32 | b->movielens_id[i];
    c->ratings[c->n++] =
        (struct rating){b->user_id[i], b->movielens_id[i], b->half_stars[i], b->rated_at[i]};
    t->disorder = t->disorder || key <= t->last;
    t->last = key;
}

static bool load_blocks(struct team *t, const struct rating_source *source, struct err *e)
{
    struct chunk *c = t->idle[--t->idle_n];
    for (;;) {
        struct rating_block b = {0};
        if (!source->next(source->payload, &b, e))
            return false;
        if (b.n == 0)
            return (c->n == 0 || hand_on(t, c, &c, e)) && wait_for(t, 0, e);
        for (size_t i = 0; i < b.n; i++) {
            add(t, c, &b, i);
            if (c->n == ROWS_PER_CHUNK && !hand_on(t, c, &c, e))
                return false;
        }
    }
}

/* Where a chunk was sent twice, the second time its rows may have been there: then they are
 * counted. */
static bool count_stored(const struct team *t, struct load_count *ret, struct err *e)
{
    bool replayed = server_of(t->s)->replayed || (t->twin != NULL && server_of(t->twin)->replayed);
    int64_t rows = 0;
    *ret = t->count;
    if (!replayed)
        return true;
    bool ok = db_get_ints(t->s, "SELECT count(*) FROM {ratings}", NO_CELLS, &rows, 1, NULL, e);
    ret->stored = (uint64_t)rows;
    return ok;
}

bool server_load_ratings(
    struct store *s, const struct rating_source *source, struct load_count *ret, struct err *e)
{
    struct team t = {.s = s, .last = INT64_MIN};
    for (size_t i = 0; i < CHUNKS; i++) {
        chunk_init(&t.chunks[i]);
        t.idle[t.idle_n++] = &t.chunks[i];
    }
    bool ok = load_blocks(&t, source, e);
    end(&t);
    ok = ok && count_stored(&t, ret, e);
    if (ok)
        ok = rating_index_begin(s, t.twin, ret->stored == ret->pulled, e);
    else
        server_twin_close(t.twin);
    for (size_t i = 0; i < CHUNKS; i++)
        chunk_done(&t.chunks[i]);
    return ok;
}
