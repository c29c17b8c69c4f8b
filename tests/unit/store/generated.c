/* Generated ratings: see generated.h. */
#include "generated.h"

#include "base/mem.h"

#include <signal.h>
#include <stdio.h>

static uint64_t next_random(struct generated *g)
{
    uint64_t x = g->random;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return g->random = x;
}

void generated_init(struct generated *g, uint64_t ratings, int32_t movies, uint64_t seed)
{
    *g = (struct generated){
        .ratings = ratings, .movies = movies, .seed = seed, .random = seed * 2 + 1};
    g->stats = mem_alloc((size_t)movies * sizeof *g->stats);
    for (int32_t i = 0; i < movies; i++)
        g->stats[i].movielens_id = i + 1;
    g->release = (struct ml_release){view_of("ml-generated"), view_of("m"), view_of("l"),
        view_of("r"), view_of("t"), movies, movies, (int64_t)ratings, 0, KEPT_ROWS};
}

void generated_done(struct generated *g)
{
    mem_free(g->stats);
    *g = (struct generated){0};
}

static bool give_movies(void *payload,
    bool (*take)(void *to, const struct ml_movie *m, struct err *e), void *to, struct err *e)
{
    struct generated *g = payload;
    for (int32_t i = 1; i <= g->movies; i++) {
        char raw[60], title[40], imdb[20];
        (void)snprintf(title, sizeof title, "Film %d of %llu", i, (unsigned long long)g->seed);
        (void)snprintf(raw, sizeof raw, "%s (%d)", title, 1900 + i % 120);
        (void)snprintf(imdb, sizeof imdb, "tt%07d", i);
        struct ml_movie m = {i, view_of(raw), view_of(title), 1900 + i % 120,
            view_of("Drama|Comedy"), view_of(imdb), i % 10 == 0 ? 0 : i * 3};
        if (!take(to, &m, e))
            return false;
    }
    return true;
}

static void next_rating(struct generated *g, size_t at)
{
    if (g->left == 0 || g->movie > g->movies - 64) {
        g->user++;
        g->left = 20 + (int64_t)(next_random(g) % 281);
        g->movie = 0;
    }
    uint64_t r = next_random(g);
    int64_t stride = g->movies / g->left > 0 ? g->movies / g->left : 1;
    g->movie += 1 + (int32_t)(r % (uint64_t)(2 * (stride > 32 ? 32 : stride)));
    if (g->movie > g->movies)
        g->movie = g->movies;
    g->left--;
    g->user_ids[at] = g->user;
    g->movie_ids[at] = g->movie;
    g->numbers[at] = (uint32_t)g->movie - 1;
    g->half_stars[at] = (uint8_t)(1 + (r >> 32) % 10);
    g->rated_at[at] = 800000000 + (int64_t)((r >> 20) % 900000000);
    struct rating_stats *s = &g->stats[g->movie - 1];
    s->count++;
    s->sum_half_stars += g->half_stars[at];
    s->histogram[g->half_stars[at] - 1]++;
}

bool generated_next(struct generated *g, struct rating_block *ret, struct err *e)
{
    size_t n = 0;
    if (g->fail_at != 0 && g->given >= g->fail_at)
        return err_set(e, ERR_INPUT, "the generated release ends here");
    if (g->kill_at != 0 && g->given >= g->kill_at)
        (void)raise(SIGKILL);
    while (n < GENERATED_BLOCK && g->given < g->ratings) {
        next_rating(g, n++);
        g->given++;
    }
    *ret =
        (struct rating_block){g->user_ids, g->movie_ids, g->numbers, g->half_stars, g->rated_at, n};
    return true;
}

static bool give_ratings(void *payload, struct rating_block *ret, struct err *e)
{
    return generated_next(payload, ret, e);
}

static bool give_tag(void *payload, struct ml_tag *ret, bool *ret_end, struct err *e)
{
    static const char *const words[] = {
        "slow", "007", "no", "based on a book", "\"artsy\"", " ", "\xC3\xA9t\xC3\xA9"};
    struct generated *g = payload;
    uint64_t i = g->tags_given++;
    (void)e;
    *ret_end = i >= g->tags;
    if (!*ret_end)
        *ret = (struct ml_tag){(int64_t)(i / 7 + 1), (int64_t)(i / 3 % (uint64_t)g->movies + 1),
            view_of(words[i % 7]), 900000000 + (int64_t)i};
    return true;
}

static const struct rating_stats *give_stats(void *payload, size_t *ret_n)
{
    struct generated *g = payload;
    *ret_n = (size_t)g->movies;
    return g->stats;
}

static const struct ml_release *give_release(void *payload)
{
    return &((struct generated *)payload)->release;
}

struct ml_source generated_source(struct generated *g)
{
    return (struct ml_source){give_movies, give_ratings, give_tag, give_stats, give_release, g, 0,
        KEPT_ROWS, g->memory, NULL, NULL};
}

void generated_load(struct kit *k, uint64_t ratings, uint64_t seed)
{
    struct generated g;
    struct ml_load_result r;
    generated_init(&g, ratings, 300, seed);
    g.tags = 500;
    struct ml_source source = generated_source(&g);
    must(store_load_movielens(k->s, &source, &r, &k->e));
    assert_int_equal(r.ratings + r.duplicate_ratings, ratings);
    assert_int_equal(r.tags, 500);
    generated_done(&g);
}
