/* Movie tree: the pages of an index by movie, of what movie_index.c has remembered; see
 * movie_index.h. */
#include "base/mem.h"
#include "base/thread.h"
#include "store/sqlite/btree.h"
#include "store/sqlite/movie_index.h"

enum {
    ROWS_FOR_THREADS = 10000,
    /* in more, putting users in their places is one cache miss after the other */
    MOST_PER_PASS = 8 * 1024 * 1024,
    CELL_OF_THREE = 2 + 3 + 2, /* an entry but for its values, and its place on the page */
};

/* ---- building */

/* What one thread does: the pairs [from, to), in passes. */
struct half {
    const struct movie_index *ix;
    const uint32_t *counts; /* rows per pair */
    uint32_t from, to;
    size_t most; /* rows in a pass */
    int32_t *users;
    uint32_t *place; /* per pair: where its next user goes */
    struct leaves leaves;
};

/* Puts the users of the rows whose pairs are in [from, to) in the order of the index. */
static void sort_users(struct half *h, uint32_t from, uint32_t to)
{
    uint32_t at = 0;
    for (uint32_t p = from; p < to; p++) {
        h->place[p] = at;
        at += h->counts[p];
    }
    const struct run *run = h->ix->runs.items;
    uint32_t left = run->rows;
    for (uint64_t row = 0; row < h->ix->rows;) {
        const uint32_t *pairs = *(uint32_t **)vec_at(&h->ix->portions, row / MOVIE_INDEX_PORTION);
        uint64_t end = h->ix->rows - row;
        end = end < MOVIE_INDEX_PORTION ? end : MOVIE_INDEX_PORTION;
        for (uint64_t i = 0; i < end;) {
            uint64_t stop = end - i < left ? end : i + left;
            left -= (uint32_t)(stop - i);
            for (; i < stop; i++)
                if (pairs[i] - from < to - from)
                    h->users[h->place[pairs[i]]++] = run->user;
            if (left == 0)
                left = (++run)->rows; /* one stands behind the last */
        }
        row += end;
    }
}

static const int32_t *add_ratings(struct half *h, uint32_t pair, const int32_t *user)
{
    struct value v[] = {value_int(h->ix->movies[pair / MOVIE_INDEX_STEPS]),
        value_half(pair % MOVIE_INDEX_STEPS + 1), value_int(0)};
    for (uint32_t i = 0; i < h->counts[pair]; i++) {
        v[2] = value_int(*user++);
        leaves_add(&h->leaves, v, 3);
    }
    return user;
}

static const int32_t *add_tags(struct half *h, uint32_t movie, const int32_t *user)
{
    struct value v[] = {value_int(h->ix->movies[movie]), value_int(0), value_int(0)};
    for (uint32_t i = 0, number = 0; i < h->counts[movie]; i++, user++) {
        number = i > 0 && user[0] == user[-1] ? number + 1 : 0;
        v[1] = value_int(*user);
        v[2] = value_int(number);
        leaves_add(&h->leaves, v, 3);
    }
    return user;
}

static void add_entries(struct half *h, uint32_t from, uint32_t to)
{
    const int32_t *user = h->users;
    for (uint32_t p = from; p < to; p++)
        user = h->ix->kind == INDEX_OF_RATINGS ? add_ratings(h, p, user) : add_tags(h, p, user);
}

static void build_half(void *payload)
{
    struct half *h = payload;
    for (uint32_t from = h->from; from < h->to && !h->leaves.failed;) {
        uint32_t to = from;
        size_t rows = 0;
        while (to < h->to && rows + h->counts[to] <= h->most)
            rows += h->counts[to++];
        sort_users(h, from, to);
        add_entries(h, from, to);
        from = to;
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

/* ---- counting */

/* What one thread counts: every MOVIE_INDEX_THREADS-th portion from `first` on. */
struct counting {
    const struct movie_index *ix;
    size_t first;
    uint32_t *counts;
};

static void count_portions(void *payload)
{
    const struct counting *c = payload;
    uint32_t *counts = c->counts;
    for (size_t k = c->first; k < c->ix->portions.n; k += MOVIE_INDEX_THREADS) {
        const uint32_t *pairs = *(uint32_t **)vec_at(&c->ix->portions, k);
        uint64_t left = c->ix->rows - (uint64_t)k * MOVIE_INDEX_PORTION;
        size_t n = left < MOVIE_INDEX_PORTION ? (size_t)left : MOVIE_INDEX_PORTION;
        for (size_t i = 0; i < n; i++)
            counts[pairs[i]]++;
    }
}

static uint32_t *count_pairs(const struct movie_index *ix)
{
    size_t pairs = ix->movie_n * ix->steps;
    struct counting first = {ix, 0, mem_alloc(pairs * sizeof(uint32_t))}, second = {ix, 1, NULL};
    if (ix->portions.n > 1)
        second.counts = mem_alloc(pairs * sizeof(uint32_t));
    run_both(count_portions, &first, second.counts == NULL ? NULL : &second);
    for (size_t i = 0; second.counts != NULL && i < pairs; i++)
        first.counts[i] += second.counts[i];
    mem_free(second.counts);
    return first.counts;
}

/* ---- the whole */

/* The pair at which the second half begins, 0 when there is to be none; what a pass takes must hold
 * any one pair. */
static uint32_t cut(
    const struct movie_index *ix, const uint32_t *counts, uint64_t *ret_rows, uint32_t *ret_biggest)
{
    uint32_t at = 0, biggest = 0;
    uint64_t before = 0;
    *ret_rows = ix->rows;
    for (uint32_t p = 0; p < ix->movie_n * ix->steps; p++) {
        biggest = counts[p] > biggest ? counts[p] : biggest;
        if (at == 0 && ix->rows >= ROWS_FOR_THREADS && before >= ix->rows / 2 &&
            ix->rows - before >= 2) {
            at = p;
            *ret_rows = before;
        }
        before += counts[p];
    }
    *ret_biggest = biggest;
    return at;
}

/* What making the tree takes. */
struct index_work {
    uint32_t *counts; /* rows per pair */
    struct half halves[MOVIE_INDEX_THREADS];
    uint64_t rows[MOVIE_INDEX_THREADS];          /* of each half */
    size_t n;                                    /* halves */
    struct thread *threads[MOVIE_INDEX_THREADS]; /* theirs, while the caller goes on */
};

static void work_free(struct movie_index *ix)
{
    struct index_work *w = ix->work;
    ix->work = NULL;
    for (size_t i = 0; i < w->n; i++) {
        mem_free(w->halves[i].users);
        mem_free(w->halves[i].place);
        leaves_done(&w->halves[i].leaves);
    }
    mem_free(w->counts);
    mem_free(w);
}

/* Users fill what memory is left, shared by the threads, up to a point. False: memory does not
 * suffice. */
static bool plan(struct movie_index *ix, size_t memory)
{
    struct index_work *w = ix->work = mem_alloc(sizeof *w);
    uint32_t biggest, pairs = (uint32_t)(ix->movie_n * ix->steps);
    size_t fixed = movie_index_fixed(ix), most;
    w->counts = count_pairs(ix);
    uint32_t middle = cut(ix, w->counts, &w->rows[0], &biggest);
    w->rows[1] = ix->rows - w->rows[0];
    w->n = middle == 0 ? 1 : 2;
    most = memory < fixed ? 0 : (memory - fixed) / sizeof(int32_t) / w->n;
    most = most > MOST_PER_PASS && biggest < MOST_PER_PASS ? MOST_PER_PASS : most;
    w->halves[0].to = w->n == 1 ? pairs : middle;
    w->halves[1].from = middle;
    w->halves[1].to = pairs;
    for (size_t i = 0; i < w->n; i++) {
        w->halves[i].ix = ix;
        w->halves[i].counts = w->counts;
        w->halves[i].most = most > w->rows[i] ? (size_t)w->rows[i] : most;
    }
    if (biggest > most)
        work_free(ix);
    return biggest <= most;
}

static void begin(struct movie_index *ix, struct page_file *f)
{
    struct run *end = vec_add(&ix->runs);
    *end = (struct run){0, 0};
    for (size_t i = 0; i < ix->work->n; i++) {
        struct half *h = &ix->work->halves[i];
        h->users = mem_grow(NULL, h->most + 1, sizeof *h->users);
        h->place = mem_alloc(ix->movie_n * ix->steps * sizeof *h->place);
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

/* Bytes of all entries, with the places of their cells. */
static uint64_t entry_bytes(const struct movie_index *ix)
{
    uint64_t bytes = 0;
    for (uint32_t p = 0; p < ix->movie_n * MOVIE_INDEX_STEPS; p++)
        bytes += (uint64_t)ix->work->counts[p] *
                 (uint64_t)(CELL_OF_THREE + value_int(ix->movies[p / MOVIE_INDEX_STEPS]).size +
                            value_half(p % MOVIE_INDEX_STEPS + 1).size);
    for (size_t i = 0; i < ix->runs.n; i++) {
        const struct run *run = vec_at(&ix->runs, i);
        bytes += (uint64_t)run->rows * value_int(run->user).size;
    }
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
