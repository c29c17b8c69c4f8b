/* Movie tree: the pages of an index by movie, of what movie_index.c has remembered; see
 * movie_index.h. */
#include "base/mem.h"
#include "base/thread.h"
#include "store/sqlite/btree.h"
#include "store/sqlite/movie_index.h"

#include <stdatomic.h>

enum {
    ROWS_FOR_THREADS = 10000,
    /* At most: each is worth a leaf that is not full, and threads end together. */
    RUNS = 64,
    CELL_OF_THREE = 2 + 3 + 2, /* an entry but for its values, and its place on the page */
};

/* ---- building */

/* What one thread has. */
struct maker {
    struct movie_index *ix;
    int32_t *users; /* of one bucket, in order */
    uint32_t *ends; /* per pair of it: where its users end */
    struct leaves leaves;
};

/* Buckets [from, to), a part of the tree. */
struct run {
    size_t from, to;
    struct part part; /* once it is made */
};

/* What making the tree takes. */
struct index_work {
    struct run runs[RUNS];
    size_t run_n;
    atomic_size_t next; /* the first run that no thread has taken */
    uint32_t most;      /* rows in one bucket */
    struct maker makers[MOVIE_INDEX_THREADS];
    size_t n;                                    /* makers */
    struct thread *threads[MOVIE_INDEX_THREADS]; /* theirs, while the caller goes on */
};

static void add_ratings(struct maker *m, uint32_t movie, uint32_t step, uint32_t from, uint32_t to)
{
    struct value v[] = {value_int(m->ix->movies[movie]), value_half(step + 1), value_int(0)};
    leaves_add_lasts(&m->leaves, v, m->users + from, to - from);
}

static void add_tags(struct maker *m, uint32_t movie, uint32_t from, uint32_t to)
{
    const int32_t *user = m->users;
    struct value v[] = {value_int(m->ix->movies[movie]), value_int(0), value_int(0)};
    for (uint32_t i = from, number = 0; i < to; i++) {
        number = i > from && user[i] == user[i - 1] ? number + 1 : 0;
        v[1] = value_int(user[i]);
        v[2] = value_int(number);
        leaves_add(&m->leaves, v, 3);
    }
}

/* Of the bucket whose first movie this is. */
static void add_entries(struct maker *m, uint32_t movie, uint32_t pairs)
{
    uint32_t from = 0, steps = m->ix->steps;
    for (uint32_t p = 0; p < pairs; from = m->ends[p++])
        if (m->ix->kind == INDEX_OF_RATINGS)
            add_ratings(m, movie + p / steps, p % steps, from, m->ends[p]);
        else
            add_tags(m, movie + p, from, m->ends[p]);
}

/* Behind its last movie. */
static uint32_t bucket_stop(const struct movie_index *ix, size_t i)
{
    return i + 1 < ix->bucket_n ? ix->buckets[i + 1].first : (uint32_t)ix->movie_n;
}

static void make_run(struct maker *m, const struct run *r)
{
    for (size_t i = r->from; i < r->to && !m->leaves.failed; i++) {
        const struct bucket *b = &m->ix->buckets[i];
        uint32_t pairs = (bucket_stop(m->ix, i) - b->first) * m->ix->steps;
        bucket_sort(b, m->ix->users.items, pairs, m->users, m->ends);
        add_entries(m, b->first, pairs);
    }
}

/* Each run that is left, until none is. */
static void make_runs(void *payload)
{
    struct maker *m = payload;
    struct index_work *w = m->ix->work;
    for (size_t i; !m->leaves.failed && (i = atomic_fetch_add(&w->next, 1)) < w->run_n;) {
        m->leaves.follows = i > 0;
        make_run(m, &w->runs[i]);
        if (w->run_n > 1)
            leaves_end_part(&m->leaves, &w->runs[i].part);
    }
    leaves_end(&m->leaves);
}

/* The second on a thread of its own; on this one too when there can be none. NULL: there is no
 * second. */
static void run_both(void (*run)(void *payload), void *first, void *second)
{
    struct thread *beside = NULL;
    struct err ignored;
    bool apart = second != NULL && thread_start(run, second, &beside, &ignored);
    run(first);
    if (apart)
        thread_join(beside);
    else if (second != NULL)
        run(second);
}

/* ---- the whole */

/* Each run has at least a share of the rows, so that it is worth its last leaf. */
static void cut(struct index_work *w, const struct movie_index *ix)
{
    uint64_t share = ix->rows < ROWS_FOR_THREADS ? ix->rows : ix->rows / RUNS, in_run = 0,
             left = ix->rows;
    for (size_t i = 0; i < ix->bucket_n; i++) {
        if (in_run >= share && left >= share) {
            w->runs[++w->run_n].from = i;
            in_run = 0;
        }
        w->runs[w->run_n].to = i + 1;
        in_run += ix->buckets[i].rows;
        left -= ix->buckets[i].rows;
        w->most = w->most < ix->buckets[i].rows ? ix->buckets[i].rows : w->most;
    }
    w->run_n++;
}

static void work_free(struct movie_index *ix)
{
    struct index_work *w = ix->work;
    ix->work = NULL;
    for (size_t i = 0; i < w->n; i++) {
        mem_free(w->makers[i].users);
        mem_free(w->makers[i].ends);
        leaves_done(&w->makers[i].leaves);
    }
    for (size_t i = 0; i < w->run_n; i++)
        dividers_done(&w->runs[i].part.dividers);
    mem_free(w);
}

/* False: memory does not suffice. */
static bool plan(struct movie_index *ix, size_t memory)
{
    struct index_work *w = ix->work = mem_alloc(sizeof *w);
    for (size_t i = 0; i < ix->bucket_n; i++)
        bucket_end(&ix->buckets[i]);
    cut(w, ix);
    w->n = w->run_n < MOVIE_INDEX_THREADS ? w->run_n : MOVIE_INDEX_THREADS;
    bool fits = movie_index_fixed(ix) + w->n * w->most * sizeof(int32_t) <= memory;
    if (!fits)
        work_free(ix);
    return fits;
}

static void begin(struct movie_index *ix, struct page_file *f)
{
    for (size_t i = 0; i < ix->work->n; i++) {
        struct maker *m = &ix->work->makers[i];
        m->ix = ix;
        m->users = mem_grow(NULL, ix->work->most, sizeof *m->users);
        m->ends = mem_grow(NULL, BUCKET_PAIRS, sizeof *m->ends);
        leaves_init(&m->leaves, f, false);
    }
}

/* Of several runs. */
static bool join_runs(struct index_work *w, struct page_file *f, uint32_t root, struct err *e)
{
    struct part parts[RUNS];
    for (size_t i = 0; i < w->n; i++)
        if (!leaves_ok(&w->makers[i].leaves, e))
            return false;
    for (size_t i = 0; i < w->n; i++)
        leaves_give_back(&w->makers[i].leaves);
    for (size_t i = 0; i < w->run_n; i++) {
        parts[i] = w->runs[i].part;
        w->runs[i].part = (struct part){0};
    }
    return btree_join(f, root, parts, w->run_n, e);
}

bool movie_index_end(struct movie_index *ix, struct page_file *f, uint32_t root, struct err *e)
{
    struct index_work *w = ix->work;
    movie_index_wait(ix);
    bool ok =
        w->run_n == 1 ? btree_build(f, root, &w->makers[0].leaves, e) : join_runs(w, f, root, e);
    work_free(ix);
    return ok;
}

bool movie_index_build(
    struct movie_index *ix, struct page_file *f, uint32_t root, bool *ret_done, struct err *e)
{
    *ret_done = !ix->over && (ix->rows == 0 || plan(ix, ix->memory));
    if (!*ret_done || ix->rows == 0)
        return true;
    begin(ix, f);
    struct maker *makers = ix->work->makers;
    run_both(make_runs, &makers[0], ix->work->n == 2 ? &makers[1] : NULL);
    return movie_index_end(ix, f, root, e);
}

/* ---- beside the caller */

/* Of the ids of a bucket's movies. */
static uint64_t longest_id(const struct movie_index *ix, size_t bucket)
{
    struct value first = value_int(ix->movies[ix->buckets[bucket].first]),
                 last = value_int(ix->movies[bucket_stop(ix, bucket) - 1]);
    return first.size < last.size ? last.size : first.size;
}

/* Bytes of all entries, with the places of their cells; or a little more. */
static uint64_t entry_bytes(const struct movie_index *ix)
{
    uint64_t bytes = ix->value_bytes + ix->rows * CELL_OF_THREE;
    for (size_t i = 0; i < ix->bucket_n; i++)
        bytes += ix->buckets[i].rows * longest_id(ix, i);
    return bytes;
}

void movie_index_plan(
    struct movie_index *ix, const struct page_file *f, size_t spare, uint32_t *ret_pages)
{
    bool worth = !ix->over && ix->rows >= ROWS_FOR_THREADS && ix->memory > spare;
    *ret_pages = 0;
    if (worth && plan(ix, ix->memory - spare))
        *ret_pages =
            leaves_pages(f, entry_bytes(ix), (uint32_t)ix->work->run_n, (uint32_t)ix->work->n);
}

static void make_beside(void *maker)
{
    thread_give_way();
    make_runs(maker);
}

void movie_index_begin(struct movie_index *ix, struct page_file *f)
{
    struct index_work *w = ix->work;
    struct err ignored;
    begin(ix, f);
    for (size_t i = 0; i < w->n; i++)
        if (!thread_start(make_beside, &w->makers[i], &w->threads[i], &ignored))
            make_runs(&w->makers[i]);
}

void movie_index_wait(struct movie_index *ix)
{
    for (size_t i = 0; i < ix->work->n; i++) {
        thread_join(ix->work->threads[i]);
        ix->work->threads[i] = NULL;
    }
}

void movie_index_drop(struct movie_index *ix)
{
    if (ix->work == NULL)
        return;
    movie_index_wait(ix);
    work_free(ix);
}
