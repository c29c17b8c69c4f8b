/* Movie index: see movie_index.h. */
#include "store/sqlite/movie_index.h"

#include "base/mem.h"

#include <string.h>

enum {
    MAX_PORTIONS = 65536,   /* 2^32 rows */
    LEAST_PER_PASS = 65536, /* rows; below that it would never end */
};

void movie_index_init(struct movie_index *ix, enum movie_index_kind kind, const int32_t *movies,
    size_t movie_n, size_t memory)
{
    *ix = (struct movie_index){.kind = kind,
        .movies = movies,
        .movie_n = movie_n,
        .steps = kind == INDEX_OF_RATINGS ? MOVIE_INDEX_STEPS : 1,
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

/* Rows, runs (twice while they grow), a count per pair and thread. */
size_t movie_index_fixed(const struct movie_index *ix)
{
    return ix->portions.n * MOVIE_INDEX_PORTION * sizeof(uint32_t) +
           ix->runs.cap * sizeof(struct run) * 2 +
           ix->movie_n * ix->steps * sizeof(uint32_t) * (MOVIE_INDEX_THREADS + 1);
}

static void give_up(struct movie_index *ix)
{
    movie_index_done(ix);
    ix->over = true;
}

static bool add_portion(struct movie_index *ix)
{
    uint32_t **slot = vec_add(&ix->portions);
    if (slot == NULL || ix->memory < movie_index_fixed(ix) + LEAST_PER_PASS * sizeof(int32_t))
        return false;
    *slot = mem_grow(NULL, MOVIE_INDEX_PORTION, sizeof **slot);
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
        size_t at = ix->rows % MOVIE_INDEX_PORTION, some = n - from;
        if (at == 0 && !add_portion(ix)) {
            give_up(ix);
            return;
        }
        if (some > MOVIE_INDEX_PORTION - at)
            some = MOVIE_INDEX_PORTION - at;
        uint32_t *pairs = *(uint32_t **)vec_at(&ix->portions, ix->portions.n - 1) + at;
        if (half_stars == NULL)
            memcpy(pairs, movie + from, some * sizeof *pairs);
        else
            for (size_t i = 0; i < some; i++)
                pairs[i] = movie[from + i] * MOVIE_INDEX_STEPS + half_stars[from + i] - 1;
        add_runs(ix, user_id + from, some);
        ix->rows += some;
        from += some;
    }
}
