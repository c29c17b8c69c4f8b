/* Movie index: see movie_index.h. */
#include "store/sqlite/movie_index.h"

#include "base/mem.h"
#include "base/thread.h"
#include "store/sqlite/btree.h"

#include <string.h>

enum {
    STEPS = 10, /* half stars */
    PORTION_ROWS = 65536,
    MAX_PORTIONS = 65536, /* 2^32 rows */
    THREADS = 2,
    ROWS_FOR_THREADS = 10000,
    LEAST_PER_PASS = 65536, /* rows; below that it would never end */
    /* in more, putting users in their places is one cache miss after the other */
    MOST_PER_PASS = 4 * 1024 * 1024,
};

struct run {
    int32_t user;
    uint32_t rows;
};

void movie_index_init(struct movie_index *ix, enum movie_index_kind kind, const int32_t *movies,
    size_t movie_n, size_t memory)
{
    *ix = (struct movie_index){.kind = kind,
        .movies = movies,
        .movie_n = movie_n,
        .steps = kind == INDEX_OF_RATINGS ? STEPS : 1,
        .memory = memory};
    vec_init(&ix->portions, sizeof(uint32_t *), MAX_PORTIONS);
    vec_init(&ix->runs, sizeof(struct run), SIZE_MAX / sizeof(struct run));
}

void movie_index_done(struct movie_index *ix)
{
    for (size_t i = 0; i < ix->portions.n; i++)
        mem_free(*(uint32_t **)vec_at(&ix->portions, i));
    vec_done(&ix->portions);
    vec_done(&ix->runs);
}

/* What is needed besides the users being sorted: rows, runs (twice while they grow), a count per
 * pair and thread. */
static size_t fixed_memory(const struct movie_index *ix)
{
    return ix->portions.n * PORTION_ROWS * sizeof(uint32_t) +
           ix->runs.cap * sizeof(struct run) * 2 +
           ix->movie_n * ix->steps * sizeof(uint32_t) * (THREADS + 1);
}

static size_t rows_per_pass(const struct movie_index *ix)
{
    size_t fixed = fixed_memory(ix);
    return fixed < ix->memory ? (ix->memory - fixed) / sizeof(int32_t) : 0;
}

static void give_up(struct movie_index *ix)
{
    movie_index_done(ix);
    ix->over = true;
}

static bool add_portion(struct movie_index *ix)
{
    uint32_t **slot = vec_add(&ix->portions);
    if (slot == NULL || rows_per_pass(ix) < LEAST_PER_PASS)
        return false;
    *slot = mem_grow(NULL, PORTION_ROWS, sizeof **slot);
    return true;
}

static void add_runs(struct movie_index *ix, const int32_t *users, size_t n)
{
    struct run *last = ix->runs.n == 0 ? NULL : vec_at(&ix->runs, ix->runs.n - 1);
    for (size_t i = 0; i < n; i++) {
        if (last == NULL || last->user != users[i] || last->rows == UINT32_MAX) {
            last = vec_add(&ix->runs);
            *last = (struct run){users[i], 0};
        }
        last->rows++;
    }
}

void movie_index_add(struct movie_index *ix, const uint32_t *movie, const uint8_t *half_stars,
    const int32_t *user_id, size_t n)
{
    for (size_t from = 0; !ix->over && from < n;) {
        size_t at = ix->rows % PORTION_ROWS, some = n - from;
        if (at == 0 && !add_portion(ix)) {
            give_up(ix);
            return;
        }
        if (some > PORTION_ROWS - at)
            some = PORTION_ROWS - at;
        uint32_t *pairs = *(uint32_t **)vec_at(&ix->portions, ix->portions.n - 1) + at;
        if (half_stars == NULL)
            memcpy(pairs, movie + from, some * sizeof *pairs);
        else
            for (size_t i = 0; i < some; i++)
                pairs[i] = movie[from + i] * STEPS + half_stars[from + i] - 1;
        add_runs(ix, user_id + from, some);
        ix->rows += some;
        from += some;
    }
}

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
        const uint32_t *pairs = *(uint32_t **)vec_at(&h->ix->portions, row / PORTION_ROWS);
        uint64_t end = h->ix->rows - row < PORTION_ROWS ? h->ix->rows - row : PORTION_ROWS;
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
    struct value v[] = {
        value_int(h->ix->movies[pair / STEPS]), value_half(pair % STEPS + 1), value_int(0)};
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

/* What one thread counts: every THREADS-th portion from `first` on. */
struct counting {
    const struct movie_index *ix;
    size_t first;
    uint32_t *counts;
};

static void count_portions(void *payload)
{
    const struct counting *c = payload;
    uint32_t *counts = c->counts;
    for (size_t k = c->first; k < c->ix->portions.n; k += THREADS) {
        const uint32_t *pairs = *(uint32_t **)vec_at(&c->ix->portions, k);
        uint64_t left = c->ix->rows - (uint64_t)k * PORTION_ROWS;
        size_t n = left < PORTION_ROWS ? (size_t)left : PORTION_ROWS;
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

static void half_init(struct half *h, struct page_file *f, bool follows, uint64_t rows)
{
    h->most = h->most > rows ? (size_t)rows : h->most;
    h->users = mem_grow(NULL, h->most + 1, sizeof *h->users);
    h->place = mem_alloc(h->ix->movie_n * h->ix->steps * sizeof *h->place);
    leaves_init(&h->leaves, f, follows);
}

static void half_done(struct half *h)
{
    mem_free(h->users);
    mem_free(h->place);
    leaves_done(&h->leaves);
}

/* Whose users fill what memory is left, shared by the threads. */
static bool build(struct movie_index *ix, struct page_file *f, uint32_t root,
    const uint32_t *counts, bool *ret_done, struct err *e)
{
    uint32_t biggest, pairs = (uint32_t)(ix->movie_n * ix->steps);
    uint64_t first_rows;
    uint32_t middle = cut(ix, counts, &first_rows, &biggest);
    size_t n = middle == 0 ? 1 : 2, most = rows_per_pass(ix) / n;
    most = most > MOST_PER_PASS && biggest < MOST_PER_PASS ? MOST_PER_PASS : most;
    struct half halves[THREADS] = {
        {.ix = ix, .counts = counts, .to = n == 1 ? pairs : middle, .most = most},
        {.ix = ix, .counts = counts, .from = middle, .to = pairs, .most = most}};
    *ret_done = biggest <= most;
    if (!*ret_done)
        return true;
    for (size_t i = 0; i < n; i++)
        half_init(&halves[i], f, i > 0, i == 0 ? first_rows : ix->rows - first_rows);
    run_both(build_half, &halves[0], n == 2 ? &halves[1] : NULL);
    struct leaves parts[THREADS] = {halves[0].leaves, halves[1].leaves};
    bool ok = btree_build(f, root, parts, n, e);
    for (size_t i = 0; i < n; i++) {
        halves[i].leaves = parts[i];
        half_done(&halves[i]);
    }
    return ok;
}

bool movie_index_build(
    struct movie_index *ix, struct page_file *f, uint32_t root, bool *ret_done, struct err *e)
{
    *ret_done = !ix->over;
    if (ix->over || ix->rows == 0)
        return true;
    struct run *end = vec_add(&ix->runs);
    *end = (struct run){0, 0};
    uint32_t *counts = count_pairs(ix);
    bool ok = build(ix, f, root, counts, ret_done, e);
    mem_free(counts);
    return ok;
}
