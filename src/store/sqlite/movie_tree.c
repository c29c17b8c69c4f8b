/* Movie tree: the pages of an index by movie, of what movie_index.c has remembered; see
 * movie_index.h. */
#include "base/mem.h"
#include "base/thread.h"
#include "store/sqlite/btree.h"
#include "store/sqlite/movie_index.h"

enum {
    ROWS_FOR_THREADS = 10000,
    CELL_OF_THREE = 2 + 3 + 2, /* an entry but for its values, and its place on the page */
};

/* ---- building */

/* What one thread does: the buckets [from, to). */
struct half {
    struct movie_index *ix;
    size_t from, to;
    uint32_t most;  /* in one of them */
    int32_t *users; /* of one of them, in order */
    uint32_t *ends; /* per pair of it: where its users end */
    struct leaves leaves;
};

static void add_ratings(struct half *h, uint32_t movie, uint32_t step, uint32_t from, uint32_t to)
{
    struct value v[] = {value_int(h->ix->movies[movie]), value_half(step + 1), value_int(0)};
    leaves_add_lasts(&h->leaves, v, h->users + from, to - from);
}

static void add_tags(struct half *h, uint32_t movie, uint32_t from, uint32_t to)
{
    const int32_t *user = h->users;
    struct value v[] = {value_int(h->ix->movies[movie]), value_int(0), value_int(0)};
    for (uint32_t i = from, number = 0; i < to; i++) {
        number = i > from && user[i] == user[i - 1] ? number + 1 : 0;
        v[1] = value_int(user[i]);
        v[2] = value_int(number);
        leaves_add(&h->leaves, v, 3);
    }
}

/* Of the bucket whose first movie this is. */
static void add_entries(struct half *h, uint32_t movie, uint32_t pairs)
{
    uint32_t from = 0, steps = h->ix->steps;
    for (uint32_t p = 0; p < pairs; from = h->ends[p++])
        if (h->ix->kind == INDEX_OF_RATINGS)
            add_ratings(h, movie + p / steps, p % steps, from, h->ends[p]);
        else
            add_tags(h, movie + p, from, h->ends[p]);
}

/* Behind its last movie. */
static uint32_t bucket_stop(const struct movie_index *ix, size_t i)
{
    return i + 1 < ix->bucket_n ? ix->buckets[i + 1].first : (uint32_t)ix->movie_n;
}

static void build_half(void *payload)
{
    struct half *h = payload;
    for (size_t i = h->from; i < h->to && !h->leaves.failed; i++) {
        const struct bucket *b = &h->ix->buckets[i];
        uint32_t pairs = (bucket_stop(h->ix, i) - b->first) * h->ix->steps;
        bucket_sort(b, h->ix->users.items, pairs, h->users, h->ends);
        add_entries(h, b->first, pairs);
    }
    leaves_end(&h->leaves);
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

/* What making the tree takes. */
struct index_work {
    struct half halves[MOVIE_INDEX_THREADS];
    size_t n;                                    /* halves */
    struct thread *threads[MOVIE_INDEX_THREADS]; /* theirs, while the caller goes on */
};

/* The bucket with which the second half begins; 0: there is to be none. */
static size_t cut(const struct movie_index *ix)
{
    uint64_t before = 0;
    for (size_t i = 0; ix->rows >= ROWS_FOR_THREADS && i < ix->bucket_n; i++) {
        if (before + ix->buckets[i].rows / 2 >= ix->rows / 2 && before > 0 &&
            ix->rows - before >= 2)
            return i;
        before += ix->buckets[i].rows;
    }
    return 0;
}

static void set_half(struct half *h, struct movie_index *ix, size_t from, size_t to)
{
    *h = (struct half){.ix = ix, .from = from, .to = to};
    for (size_t i = from; i < to; i++)
        h->most = h->most < ix->buckets[i].rows ? ix->buckets[i].rows : h->most;
}

static void work_free(struct movie_index *ix)
{
    struct index_work *w = ix->work;
    ix->work = NULL;
    for (size_t i = 0; i < w->n; i++) {
        mem_free(w->halves[i].users);
        mem_free(w->halves[i].ends);
        leaves_done(&w->halves[i].leaves);
    }
    mem_free(w);
}

/* False: memory does not suffice. */
static bool plan(struct movie_index *ix, size_t memory)
{
    struct index_work *w = ix->work = mem_alloc(sizeof *w);
    for (size_t i = 0; i < ix->bucket_n; i++)
        bucket_end(&ix->buckets[i]);
    size_t middle = cut(ix), need = movie_index_fixed(ix);
    w->n = middle == 0 ? 1 : 2;
    set_half(&w->halves[0], ix, 0, w->n == 1 ? ix->bucket_n : middle);
    set_half(&w->halves[1], ix, middle, w->n == 1 ? middle : ix->bucket_n);
    for (size_t i = 0; i < w->n; i++)
        need += w->halves[i].most * sizeof(int32_t);
    if (need > memory)
        work_free(ix);
    return need <= memory;
}

static void begin(struct movie_index *ix, struct page_file *f)
{
    for (size_t i = 0; i < ix->work->n; i++) {
        struct half *h = &ix->work->halves[i];
        h->users = mem_grow(NULL, h->most, sizeof *h->users);
        h->ends = mem_grow(NULL, BUCKET_PAIRS, sizeof *h->ends);
        leaves_init(&h->leaves, f, i > 0);
    }
}

bool movie_index_end(struct movie_index *ix, struct page_file *f, uint32_t root, struct err *e)
{
    struct index_work *w = ix->work;
    struct leaves parts[MOVIE_INDEX_THREADS];
    movie_index_wait(ix);
    for (size_t i = 0; i < w->n; i++)
        parts[i] = w->halves[i].leaves;
    bool ok = btree_build(f, root, parts, w->n, e);
    for (size_t i = 0; i < w->n; i++)
        w->halves[i].leaves = parts[i];
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
    struct half *halves = ix->work->halves;
    run_both(build_half, &halves[0], ix->work->n == 2 ? &halves[1] : NULL);
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
        *ret_pages = leaves_pages(f, entry_bytes(ix), (uint32_t)ix->work->n);
}

static void build_beside(void *half)
{
    thread_give_way();
    build_half(half);
}

void movie_index_begin(struct movie_index *ix, struct page_file *f)
{
    struct index_work *w = ix->work;
    struct err ignored;
    begin(ix, f);
    for (size_t i = 0; i < w->n; i++)
        if (!thread_start(build_beside, &w->halves[i], &w->threads[i], &ignored))
            build_half(&w->halves[i]);
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
