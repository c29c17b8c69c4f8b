/* Movie index: see movie_index.h. */
#include "store/sqlite/movie_index.h"

#include "base/mem.h"
#include "store/sqlite/btree.h"

enum { NARROWER = 16 }; /* a bucket than all movies that come before it */

#define MOST_ROWS (UINT32_MAX / 2)

void movie_index_init(struct movie_index *ix, enum movie_index_kind kind, const int32_t *movies,
    size_t movie_n, size_t memory)
{
    *ix = (struct movie_index){.kind = kind,
        .movies = movies,
        .movie_n = movie_n,
        .steps = kind == INDEX_OF_RATINGS ? MOVIE_INDEX_STEPS : 1,
        .memory = memory};
    vec_init(&ix->users, sizeof(int32_t), UINT32_MAX);
}

struct bucket_room *movie_index_take_room(struct movie_index *ix)
{
    struct bucket_room *room = ix->room;
    ix->room = NULL;
    return room;
}

void movie_index_done(struct movie_index *ix)
{
    bucket_room_free(movie_index_take_room(ix));
    vec_done(&ix->users);
    mem_free(ix->buckets);
    mem_free(ix->places);
    ix->buckets = NULL;
    ix->places = NULL;
    ix->bucket_n = 0;
}

/* The movie with which the next bucket begins. Those with low ids have most of the rows. */
static size_t behind(const struct movie_index *ix, size_t first)
{
    size_t width = first / NARROWER, most = BUCKET_PAIRS / ix->steps;
    width = (width < most ? width : most) / MOVIE_INDEX_GROUP * MOVIE_INDEX_GROUP;
    width = width == 0 ? MOVIE_INDEX_GROUP : width;
    return width < ix->movie_n - first ? first + width : ix->movie_n;
}

static size_t groups(const struct movie_index *ix)
{
    return (ix->movie_n + MOVIE_INDEX_GROUP - 1) / MOVIE_INDEX_GROUP;
}

static void make_buckets(struct movie_index *ix)
{
    for (size_t first = 0; first < ix->movie_n; first = behind(ix, first))
        ix->bucket_n++;
    ix->room = bucket_room_new();
    ix->buckets = mem_alloc(ix->bucket_n * sizeof *ix->buckets);
    ix->places = mem_grow(NULL, groups(ix), sizeof *ix->places);
    for (size_t i = 0, first = 0, end; first < ix->movie_n; i++, first = end) {
        end = behind(ix, first);
        ix->buckets[i].first = (uint32_t)first;
        for (size_t m = first; m < end; m += MOVIE_INDEX_GROUP)
            ix->places[m / MOVIE_INDEX_GROUP] = (uint16_t)i;
    }
}

size_t movie_index_fixed(const struct movie_index *ix)
{
    return bucket_room_bytes(ix->blocks) + ix->bucket_n * sizeof *ix->buckets +
           groups(ix) * sizeof *ix->places + ix->users.cap * sizeof(int32_t) * 2 +
           MOVIE_INDEX_THREADS * BUCKET_PAIRS * sizeof(uint32_t);
}

static void give_up(struct movie_index *ix)
{
    movie_index_done(ix);
    ix->over = true;
}

static bool make_room(struct movie_index *ix, struct bucket *b, uint32_t user)
{
    ix->blocks++;
    if (ix->memory < movie_index_fixed(ix) || ix->rows > MOST_ROWS)
        return false;
    bucket_add_block(b, ix->room, user);
    return true;
}

/* Rows of the user who came last. False: memory does not suffice. */
static bool add_rows(
    struct movie_index *ix, const uint32_t *movie, const uint8_t *half_stars, size_t n)
{
    uint32_t user = (uint32_t)ix->users.n - 1;
    for (size_t i = 0; i < n; i++) {
        struct bucket *b = &ix->buckets[ix->places[movie[i] / MOVIE_INDEX_GROUP]];
        uint32_t pair = (movie[i] - b->first) * ix->steps;
        if (!bucket_has_room(b, user) && !make_room(ix, b, user))
            return false;
        bucket_add(b, pair + (half_stars == NULL ? 0 : half_stars[i] - 1u), user);
    }
    ix->rows += n;
    return true;
}

static bool add_user(struct movie_index *ix, int32_t user)
{
    const int32_t *last = ix->users.n == 0 ? NULL : vec_at(&ix->users, ix->users.n - 1);
    if (last != NULL && *last == user)
        return true;
    int32_t *slot = vec_add(&ix->users);
    if (slot != NULL)
        *slot = user;
    return slot != NULL;
}

/* What these take as values. */
static uint64_t half_bytes(const uint8_t *half_stars, size_t n)
{
    uint64_t halves = 0, ones = 0;
    for (size_t i = 0; i < n; i++) {
        halves += half_stars[i] & 1;
        ones += half_stars[i] == 2;
    }
    return halves * value_half(1).size + (n - halves - ones) * value_half(4).size;
}

void movie_index_add(struct movie_index *ix, const uint32_t *movie, const uint8_t *half_stars,
    const int32_t *user_id, size_t n)
{
    if (ix->buckets == NULL && !ix->over && n > 0)
        make_buckets(ix);
    if (half_stars != NULL)
        ix->value_bytes += half_bytes(half_stars, n);
    for (size_t from = 0, to = 0; !ix->over && from < n; from = to) {
        while (to < n && user_id[to] == user_id[from])
            to++;
        if (!add_user(ix, user_id[from]) ||
            !add_rows(ix, movie + from, half_stars == NULL ? NULL : half_stars + from, to - from))
            give_up(ix);
        else
            ix->value_bytes += (to - from) * value_int(user_id[from]).size;
    }
}
