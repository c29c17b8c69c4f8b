/* Waiting: see waiting.h. */
#include "store/mysql/waiting.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/sys.h"
#include "base/thread.h"
#include "store/mysql/fresh.h"

#include <errno.h>
#include <stdlib.h>

#define NAME "/.waiting"

enum {
    TABLES = 64,
    BLOCK = 1024 * 1024,          /* so much is written at once */
    MOST_SPANS = 4 * 1000 * 1000, /* 96 MB */
    MOST_ROWS = 16 * 1000 * 1000,
    PORTION = 4 * 1024 * 1024, /* bytes of a LOAD DATA, and one span more */
    PIECE = 5000,              /* spans: what one connection takes at a time */
};

/* How large the file may get. */
#define MOST_BYTES ((int64_t)4 * 1024 * 1024 * 1024)

/* Rows of one record that lie together. */
struct span {
    int64_t id, at;
    uint32_t bytes, rows;
};

struct table_waiting {
    const struct put *put;
    size_t id_at;     /* the column of the record's id */
    struct vec spans; /* struct span */
};

struct waiting {
    int fd;
    struct str block; /* what is not yet in the file */
    int64_t written;  /* what is */
    struct table_waiting tables[TABLES];
    size_t n, spans;
    uint64_t rows;
};

/* ---- beginning and end */

/* A link of that name, or a file with something in it, is somebody's, and stays. */
bool waiting_new(const char *folder, struct waiting **ret, struct err *e)
{
    struct waiting *w = mem_alloc(sizeof *w);
    struct str path;
    w->fd = -1;
    str_init(&path, 4096 + sizeof NAME);
    str_addz(&path, folder);
    str_addz(&path, NAME);
    str_init(&w->block, BLOCK + (size_t)LOAD_MAX);
    bool ok = file_claim(str_z(&path), file_is_empty, &w->fd, e) && file_remove(str_z(&path), e);
    str_done(&path);
    if (ok)
        *ret = w;
    else
        waiting_free(w);
    return ok;
}

void waiting_free(struct waiting *w)
{
    if (w == NULL)
        return;
    for (size_t i = 0; i < w->n; i++)
        vec_done(&w->tables[i].spans);
    if (w->fd >= 0)
        (void)sys_close(w->fd);
    str_done(&w->block);
    mem_free(w);
}

void waiting_forget(struct waiting *w)
{
    for (size_t i = 0; i < w->n; i++)
        vec_clear(&w->tables[i].spans);
    str_clear(&w->block);
    w->written = 0;
    w->rows = w->spans = 0;
}

bool waiting_is_empty(const struct waiting *w)
{
    return w->rows == 0;
}

bool waiting_is_full(const struct waiting *w)
{
    return w->spans > MOST_SPANS || w->rows > MOST_ROWS || w->written > MOST_BYTES;
}

/* ---- rows that come */

static struct table_waiting *table_of(struct waiting *w, const struct put *p, struct err *e)
{
    for (size_t i = 0; i < w->n; i++)
        if (w->tables[i].put == p)
            return &w->tables[i];
    if (w->n == TABLES) {
        err_set(e, ERR_BUG, "rows of more than %d tables wait", TABLES);
        return NULL;
    }
    struct table_waiting *t = &w->tables[w->n++];
    *t = (struct table_waiting){
        .put = p, .id_at = (size_t)(table_column(p->table, "tmdb_id") - p->table->columns)};
    vec_init(&t->spans, sizeof(struct span), MOST_SPANS * 2);
    return t;
}

static bool write_block(struct waiting *w, struct err *e)
{
    if (w->block.n > 0 && sys_pwrite_all(w->fd, w->block.p, w->block.n, w->written) != 0)
        return err_errno(e, ERR_DISK, errno, "cannot keep rows that wait for the server");
    w->written += (int64_t)w->block.n;
    str_clear(&w->block);
    return true;
}

/* The rows from number `from` on that are the same record's; *ret_end: behind them. */
static bool put_span(struct store *s, struct waiting *w, struct table_waiting *t,
    const struct row_set *rows, size_t from, size_t *ret_end, struct err *e)
{
    struct str *to = &w->block;
    struct span *span = vec_add(&t->spans);
    size_t start = to->n, i = from;
    int64_t id = row_set_at(rows, from)[t->id_at].i;
    for (; i < rows->n && row_set_at(rows, i)[t->id_at].i == id; i++)
        server_lay_out_row(s, to, row_set_at(rows, i), rows->width);
    if (span == NULL || !str_ok(to))
        return err_set(e, ERR_STORE, "too many rows wait for %s", t->put->table->name);
    *span = (struct span){
        id, w->written + (int64_t)start, (uint32_t)(to->n - start), (uint32_t)(i - from)};
    w->rows += i - from;
    w->spans++;
    *ret_end = i;
    return to->n < BLOCK || write_block(w, e);
}

bool waiting_put(struct store *s, struct waiting *w, const struct put *p,
    const struct row_set *rows, struct err *e)
{
    struct table_waiting *t = table_of(w, p, e);
    bool ok = t != NULL;
    for (size_t i = 0; ok && i < rows->n;)
        ok = put_span(s, w, t, rows, i, &i, e);
    return ok;
}

/* ---- and go */

/* What one connection takes at a time, of one table. */
struct piece {
    const struct table_waiting *table;
    size_t from, to; /* spans */
};

/* Pieces in the order of tables and ids: one connection takes them from the front, the other from
 * the back, so that they hardly meet in one table. */
struct sharing {
    const struct waiting *w;
    struct lock *lock;
    struct vec pieces; /* struct piece */
    size_t first, last;
    bool failed;
};

struct loader {
    struct store *s;
    struct sharing *share;
    bool front;
    struct err why;
};

static int by_id(const void *x, const void *y)
{
    const struct span *a = x, *b = y;
    return a->id != b->id ? (a->id > b->id) - (a->id < b->id) : (a->at > b->at) - (a->at < b->at);
}

static bool add_pieces(struct sharing *share, struct table_waiting *t, struct err *e)
{
    size_t n = t->spans.n;
    if (n > 0)
        qsort(t->spans.items, n, sizeof(struct span), by_id);
    for (size_t from = 0; from < n; from += PIECE) {
        struct piece *p = vec_add(&share->pieces);
        if (p == NULL)
            return err_set(e, ERR_BUG, "more rows wait than were counted");
        *p = (struct piece){t, from, n - from < PIECE ? n : from + PIECE};
    }
    return true;
}

static const struct piece *take_piece(struct loader *l)
{
    struct sharing *share = l->share;
    const struct piece *p = NULL;
    lock_take(share->lock);
    if (!share->failed && share->first < share->last)
        p = vec_at(&share->pieces, l->front ? share->first++ : --share->last);
    lock_give(share->lock);
    return p;
}

static bool read_span(int fd, const struct span *span, struct str *to, struct err *e)
{
    char *room = str_room(to, span->bytes);
    size_t n = 0;
    while (room != NULL && n < span->bytes) {
        ssize_t got = sys_pread(fd, room + n, span->bytes - n, span->at + (int64_t)n);
        if (got <= 0)
            return err_errno(e, ERR_DISK, got == 0 ? EIO : errno, "cannot read the rows that wait");
        n += (size_t)got;
    }
    str_used(to, n);
    return str_ok(to) || err_set(e, ERR_BUG, "rows that wait are more than one LOAD DATA takes");
}

static bool load_portion(struct store *s, struct loading *l, struct err *e)
{
    bool ok = l->n == 0 || server_load(s, l, false, e);
    str_clear(&l->data);
    l->n = 0;
    return ok;
}

static bool load_piece(struct store *s, const struct waiting *w, const struct piece *p,
    struct loading *l, struct err *e)
{
    bool ok = true;
    l->put = p->table->put;
    for (size_t i = p->from; ok && i < p->to; i++) {
        const struct span *span = vec_at(&p->table->spans, i);
        ok = (l->data.n + span->bytes <= PORTION || load_portion(s, l, e)) &&
             read_span(w->fd, span, &l->data, e);
        l->n += span->rows;
    }
    return ok && load_portion(s, l, e);
}

static void load(void *payload)
{
    struct loader *l = payload;
    const struct piece *p;
    struct loading rows = {.n = 0};
    bool ok = true;
    str_init(&rows.data, LOAD_MAX);
    while (ok && (p = take_piece(l)) != NULL)
        ok = load_piece(l->s, l->share->w, p, &rows, &l->why) ||
             err_in(&l->why, "%s", p->table->put->table->name);
    str_done(&rows.data);
    if (ok)
        return;
    lock_take(l->share->lock);
    l->share->failed = true;
    lock_give(l->share->lock);
}

static bool share_out(struct store *s, struct store *twin, struct sharing *share, struct err *e)
{
    struct loader here = {.s = s, .share = share, .front = true};
    struct loader there = {.s = twin, .share = share};
    struct thread *thread = NULL;
    struct err ignored;
    if (twin != NULL)
        (void)thread_start(load, &there, &thread, &ignored); /* without it, `here` loads all */
    load(&here);
    thread_join(thread);
    if (share->failed)
        *e = here.why.kind != ERR_NONE ? here.why : there.why;
    return !share->failed;
}

bool waiting_load(struct store *s, struct store *twin, struct waiting *w, struct err *e)
{
    struct sharing share = {.w = w, .lock = lock_new()};
    bool ok = write_block(w, e);
    vec_init(&share.pieces, sizeof(struct piece), w->spans / PIECE + TABLES);
    for (size_t i = 0; ok && i < w->n; i++)
        ok = add_pieces(&share, &w->tables[i], e);
    share.last = share.pieces.n;
    ok = ok && share_out(s, twin, &share, e);
    vec_done(&share.pieces);
    lock_free(share.lock);
    waiting_forget(w);
    return ok;
}
