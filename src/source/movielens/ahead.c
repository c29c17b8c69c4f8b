/* Ahead: see ahead.h. All queues have room for every piece there is, so only taking ever waits. */
#include "source/movielens/ahead.h"

#include "base/mem.h"

enum { LANES = 2 };

/* A digest, and the thread that makes it. */
struct lane {
    struct ahead *a;
    struct digest digest;
    struct queue *pieces; /* NULL: the reader makes it, which has no thread of its own then */
    struct thread *thread;
};

struct ahead {
    struct input *in;
    bool inflates;
    struct piece pieces[AHEAD_PIECES];
    struct queue *free, *out;
    struct lane lanes[LANES]; /* SHA-256 first */
    size_t lane_n;
    struct thread *reader;
    /* the reader's own */
    char tail[AHEAD_LINE_MAX]; /* the unfinished line of the piece before */
    size_t tail_n;
    bool skipping; /* within a line that was too long */
};

/* ---- the reader */

static bool fill(struct ahead *a, struct piece *p)
{
    if (p->bytes == NULL) /* a small file needs but one */
        p->bytes = mem_alloc(AHEAD_PIECE + AHEAD_SLACK);
    memcpy(p->bytes, a->tail, a->tail_n);
    p->fresh = p->n = a->tail_n;
    p->last = p->failed = false;
    while (!p->last && p->n < AHEAD_PIECE) {
        size_t got = 0;
        p->failed = !a->in->read(a->in, p->bytes + p->n, AHEAD_PIECE - p->n, &got, &p->e);
        if (p->failed)
            return false;
        p->n += got;
        p->last = got == 0;
    }
    return true;
}

static size_t behind_last_line(const struct piece *p)
{
    size_t end = p->n;
    while (end > p->lines && p->bytes[end - 1] != '\n')
        end--;
    return end;
}

/* Finds the whole lines, and keeps what is left for the next piece. */
static void cut(struct ahead *a, struct piece *p)
{
    p->lines = 0;
    if (a->skipping) {
        size_t end = view_find((struct view){p->bytes, p->n}, 0, '\n');
        a->skipping = end == p->n;
        p->lines = a->skipping ? end : end + 1;
    }
    p->cut = behind_last_line(p);
    size_t rest = p->n - p->cut;
    p->rest = REST_NONE;
    a->tail_n = 0;
    if (rest > AHEAD_LINE_MAX) {
        p->rest = REST_TOO_LONG;
        a->skipping = true;
    } else if (rest > 0 && p->last) {
        p->rest = REST_UNENDED;
    } else {
        a->tail_n = rest;
        memcpy(a->tail, p->bytes + p->cut, rest);
    }
}

static void digest_piece(struct lane *l, struct piece *p)
{
    if (!p->failed)
        digest_add(&l->digest, (struct view){p->bytes + p->fresh, p->n - p->fresh});
    ahead_release(l->a, p);
}

/* The reader's own digest comes last: the others begin meanwhile. False: they have gone. */
static bool hand_over(struct ahead *a, struct piece *p)
{
    atomic_store(&p->holders, (unsigned)(1 + a->lane_n));
    for (size_t i = 0; i < a->lane_n; i++)
        if (a->lanes[i].pieces != NULL)
            (void)queue_put(a->lanes[i].pieces, p); /* they end after the reader */
    bool ok = queue_put(a->out, p);
    if (!a->inflates)
        digest_piece(&a->lanes[0], p);
    return ok;
}

static void close_lanes(struct ahead *a)
{
    for (size_t i = 0; i < a->lane_n; i++)
        if (a->lanes[i].pieces != NULL)
            queue_close(a->lanes[i].pieces);
}

static void read_pieces(void *payload)
{
    struct ahead *a = payload;
    struct piece *p;
    bool more = true;
    while (more && (p = queue_take(a->free)) != NULL) {
        bool good = fill(a, p);
        if (good)
            cut(a, p);
        more = good && !p->last;
        more = hand_over(a, p) && more;
    }
    close_lanes(a);
}

/* ---- digests */

static void digest_pieces(void *payload)
{
    struct lane *l = payload;
    if (l->a->inflates)
        thread_give_way(); /* to the reader, which takes longest then */
    for (struct piece *p; (p = queue_take(l->pieces)) != NULL;)
        digest_piece(l, p);
}

static bool start_lane(struct ahead *a, enum digest_kind kind, bool own_thread, struct err *e)
{
    struct lane *l = &a->lanes[a->lane_n++];
    l->a = a;
    digest_init(&l->digest, kind);
    if (!own_thread)
        return true;
    l->pieces = queue_new(AHEAD_PIECES);
    return thread_start(digest_pieces, l, &l->thread, e);
}

static void join(struct ahead *a)
{
    thread_join(a->reader);
    a->reader = NULL;
    close_lanes(a); /* the reader does, where it was started */
    for (size_t i = 0; i < a->lane_n; i++) {
        thread_join(a->lanes[i].thread);
        a->lanes[i].thread = NULL;
    }
}

struct digests ahead_digests(struct ahead *a)
{
    struct digests d = {{{0}}, {{0}}};
    join(a);
    d.sha256 = digest_end(&a->lanes[0].digest);
    if (a->lane_n > 1)
        d.md5 = digest_end(&a->lanes[1].digest);
    return d;
}

/* ---- the whole */

bool ahead_start(struct input *in, bool inflates, bool with_md5, struct ahead **ret, struct err *e)
{
    struct ahead *a = mem_alloc(sizeof *a);
    a->in = in;
    a->inflates = inflates;
    a->free = queue_new(AHEAD_PIECES);
    a->out = queue_new(AHEAD_PIECES);
    for (size_t i = 0; i < AHEAD_PIECES; i++)
        (void)queue_put(a->free, &a->pieces[i]);
    bool ok = start_lane(a, DIGEST_SHA256, inflates, e) &&
              (!with_md5 || start_lane(a, DIGEST_MD5, true, e)) &&
              thread_start(read_pieces, a, &a->reader, e);
    if (ok)
        *ret = a;
    else
        ahead_free(a);
    return ok;
}

void ahead_free(struct ahead *a)
{
    if (a == NULL)
        return;
    queue_close(a->free);
    queue_close(a->out); /* the reader ends at its next piece */
    join(a);
    for (size_t i = 0; i < a->lane_n; i++) {
        digest_done(&a->lanes[i].digest);
        queue_free(a->lanes[i].pieces);
    }
    for (size_t i = 0; i < AHEAD_PIECES; i++)
        mem_free(a->pieces[i].bytes);
    queue_free(a->free);
    queue_free(a->out);
    input_free(a->in);
    mem_free(a);
}

struct piece *ahead_take(struct ahead *a)
{
    return queue_take(a->out);
}

void ahead_release(struct ahead *a, struct piece *p)
{
    if (atomic_fetch_sub(&p->holders, 1) == 1)
        (void)queue_put(a->free, p);
}

/* ---- as a stream */

struct ahead_input {
    struct input in;
    struct ahead *a;
    struct piece *now; /* NULL: none is held */
    size_t at;
    bool ended;
    struct digests *digests;
};

static bool ahead_read(struct input *in, void *to, size_t n, size_t *got, struct err *e)
{
    struct ahead_input *s = (struct ahead_input *)in;
    *got = 0;
    while (n > 0 && *got == 0 && !s->ended) {
        if (s->now == NULL) {
            s->now = ahead_take(s->a);
            s->at = s->now->fresh;
        }
        if (s->now->failed) { /* held on to: whoever asks again gets the same answer */
            *e = s->now->e;
            return false;
        }
        *got = s->now->n - s->at < n ? s->now->n - s->at : n;
        memcpy(to, s->now->bytes + s->at, *got);
        s->at += *got;
        if (s->at < s->now->n)
            continue;
        s->ended = s->now->last;
        ahead_release(s->a, s->now);
        s->now = NULL;
        if (s->ended)
            *s->digests = ahead_digests(s->a);
    }
    return true;
}

static void ahead_close(struct input *in)
{
    struct ahead_input *s = (struct ahead_input *)in;
    ahead_free(s->a);
    mem_free(s);
}

struct input *ahead_input_new(struct ahead *a, struct digests *digests)
{
    struct ahead_input *s = mem_alloc(sizeof *s);
    s->in = (struct input){ahead_read, ahead_close};
    s->a = a;
    s->digests = digests;
    return &s->in;
}
