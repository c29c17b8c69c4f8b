/* Merge: see aside_merge.h. A heap of the runs' first rows. */
#include "store/sqlite/aside_merge.h"

#include "base/mem.h"

struct merge {
    const struct merge_source *from;
    const struct merge_taker *to;
    struct run_reader *readers;
    size_t *heap; /* indexes of readers, the one with the smallest row on top */
    size_t n;
};

/* Whether reader a is to give its row before reader b. */
static bool before(const struct merge *m, size_t a, size_t b)
{
    int c = 0;
    for (size_t i = 0; c == 0 && i < m->from->keys; i++)
        c = cell_cmp(&m->readers[a].row[i], &m->readers[b].row[i]);
    return c != 0 ? c < 0 : a < b;
}

static void sink(struct merge *m, size_t at)
{
    size_t moving = m->heap[at];
    for (size_t child; (child = 2 * at + 1) < m->n; at = child) {
        if (child + 1 < m->n && before(m, m->heap[child + 1], m->heap[child]))
            child++;
        if (!before(m, m->heap[child], moving))
            break;
        m->heap[at] = m->heap[child];
    }
    m->heap[at] = moving;
}

static bool let_go(const struct merge *m, struct err *e)
{
    return m->to->let_go == NULL || m->to->let_go(m->to->payload, e);
}

/* The reader gets its next row; *ret_ended: there is none. */
static bool step(const struct merge *m, struct run_reader *r, bool *ret_ended, struct err *e)
{
    *ret_ended = run_ended(r);
    if (*ret_ended)
        return true;
    if (!run_has_row(r) && (!let_go(m, e) || !run_fill(r, e)))
        return false;
    run_take_row(r);
    return true;
}

static bool begin(struct merge *m, struct err *e)
{
    bool ended;
    for (size_t i = 0; i < m->from->n; i++) {
        run_open(&m->readers[i], m->from->fd, &m->from->runs[i], m->from->width);
        if (!step(m, &m->readers[i], &ended, e))
            return false;
        if (!ended)
            m->heap[m->n++] = i;
    }
    for (size_t i = m->n / 2; i > 0; i--)
        sink(m, i - 1);
    return true;
}

/* Rows of a table with the same first column lie together in their run, so that it stays on
 * top. */
static bool take_top(struct merge *m, struct err *e)
{
    struct run_reader *r = &m->readers[m->heap[0]];
    struct cell first = r->row[0];
    bool ended, stays = m->from->keys == 1 && first.kind == CELL_INT;
    if (!m->to->take(m->to->payload, r, e) || !step(m, r, &ended, e))
        return false;
    if (ended)
        m->heap[0] = m->heap[--m->n];
    else if (stays && cell_eq(&first, &r->row[0]))
        return true;
    sink(m, 0);
    return true;
}

bool aside_merge(const struct merge_source *from, const struct merge_taker *to, struct err *e)
{
    struct merge m = {.from = from, .to = to};
    m.readers = mem_alloc(from->n * sizeof *m.readers);
    m.heap = mem_alloc(from->n * sizeof *m.heap);
    bool ok = begin(&m, e);
    while (ok && m.n > 0)
        ok = take_top(&m, e);
    ok = ok && let_go(&m, e);
    for (size_t i = 0; i < from->n; i++)
        run_close(&m.readers[i]);
    mem_free(m.heap);
    mem_free(m.readers);
    return ok;
}
