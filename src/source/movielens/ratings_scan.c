/* Ratings: a piece of the file into a batch of rows. See ratings.h.
 *
 * All whole lines are scanned with plain.h, and judged as they come: does the movie exist, does it
 * repeat the row before. Where a line is refused the careful reader has it alone, who finds out why
 * and says so. Rows are counted for their movies in a loop of its own: each count is a cache miss,
 * and in a short loop the processor has dozens of them under way at once; together with the
 * scanning it waits for each (half as fast). */
#include "source/movielens/ratings.h"

#include <inttypes.h>

/* Rows are counted after so many, while they are in the nearest cache. */
enum { TOGETHER = 2048 };

static inline uint64_t order_of(const struct rating *x)
{
    return (uint64_t)x->user_id << 32 | (uint64_t)x->movielens_id;
}

static void note_repeated(struct place *p)
{
    note(p, RULE_ML_DUPLICATE, 0, NULL, "the row before has the same user and movie");
}

static void note_orphan(struct place *p)
{
    note(p, RULE_ML_ORPHAN, 0, "movieId",
        "movies.csv has no movie %" PRId64 ", or its row was left out", p->movielens_id);
}

/* Counts the rows for their movies that are not counted yet. */
static void count(struct ratings *r)
{
    const struct batch b = r->b;
    uint8_t(*counts)[STEPS] = r->counts;
    for (size_t i = r->counted; i < b.n; i++) {
        uint32_t movie = b.movie[i], step = b.half_stars[i] - 1u;
        if (++counts[movie][step] == 0)
            r->rounds[movie][step]++;
    }
    r->counted = b.n;
}

static inline void put_row(const struct batch *b, size_t n, const struct rating *x, uint32_t movie)
{
    b->user_id[n] = (int32_t)x->user_id;
    b->movielens_id[n] = (int32_t)x->movielens_id;
    b->movie[n] = movie;
    b->half_stars[n] = (uint8_t)x->half_stars;
    b->rated_at[n] = x->rated_at;
}

/* A row that the careful reader has read, unless it is to be left out. */
static void take_row(struct ratings *r, const struct rating *x)
{
    uint32_t movie = numbers_of(&r->m->numbers, x->movielens_id);
    uint64_t order = order_of(x);
    if (movie == KNOWN_NOT) {
        note_orphan(&r->place);
    } else if (order == r->last) {
        note_repeated(&r->place);
    } else {
        put_row(&r->b, r->b.n++, x, movie);
        r->last = order;
    }
}

/* Reads a line of n bytes, without its line end, by the careful way. */
static void read_line(struct ratings *r, const char *at, size_t n, bool unended)
{
    struct rating x;
    r->place.line = r->line_now++;
    r->place.user_id = r->place.movielens_id = 0;
    size_t kept = n < sizeof r->line ? n : sizeof r->line; /* too long is too long */
    memcpy(r->line, at, kept);
    if (ratings_careful(&r->place, r->line, kept, unended, &x))
        take_row(r, &x);
}

/* The fast way: rows in the plain form from `at` on, until `end` is reached or a row is not plain
 * or not to be accepted. Returns where it stopped. `end` is just behind a line feed, so no row
 * reaches over it. */
static const char *scan_plain(
    struct ratings *r, struct plain_before *before, const char *at, const char *end)
{
    struct batch *b = &r->b;
    const struct batch to = *b;
    const struct numbers numbers = r->m->numbers;
    size_t n = b->n, enough = r->counted + TOGETHER;
    uint64_t last = r->last;
    while (at < end && n < enough) {
        struct rating x;
        const char *next = plain_rating(at, before, &x);
        if (next == NULL || x.rated_at > ML_TIME_MAX)
            break;
        uint32_t movie = numbers_of(&numbers, x.movielens_id);
        uint64_t order = order_of(&x);
        if (movie == KNOWN_NOT || order == last)
            break;
        put_row(&to, n++, &x, movie);
        last = order;
        at = next;
    }
    r->line_now += n - b->n;
    b->n = n;
    r->last = last;
    return at;
}

static void scan_lines(struct ratings *r, const char *at, const char *end)
{
    struct plain_before before = PLAIN_NOTHING;
    while (at < end) {
        at = scan_plain(r, &before, at, end);
        if (at < end && r->b.n - r->counted < TOGETHER) {
            size_t n = view_find((struct view){at, (size_t)(end - at)}, 0, '\n');
            read_line(r, at, n, false);
            at += n + 1;
        }
        if (r->b.n - r->counted >= TOGETHER)
            count(r);
    }
}

static size_t behind_header(const struct piece *p)
{
    size_t end = view_find((struct view){p->bytes, p->n}, 0, '\n');
    return end < p->n ? end + 1 : end;
}

void ratings_scan(struct ratings *r, const struct piece *p, struct findings *findings)
{
    size_t from = p->lines;
    if (r->line_now == 1) {
        from = behind_header(p);
        r->line_now++;
    }
    r->place = release_place(r->m, ML_RATINGS, findings);
    r->b.n = r->counted = 0;
    if (from < p->cut)
        scan_lines(r, p->bytes + from, p->bytes + p->cut);
    size_t rest = from > p->cut ? from : p->cut;
    if (p->rest != REST_NONE && rest < p->n)
        read_line(r, p->bytes + rest, p->n - rest, p->rest == REST_UNENDED);
    count(r);
}

void ratings_add_counts(const struct ratings *r)
{
    const struct vec *stats = &r->m->stats;
    for (size_t i = 0; i < stats->n; i++) {
        struct rating_stats *to = vec_at(stats, i);
        for (int64_t k = 0; k < STEPS; k++) {
            int64_t n = (int64_t)r->rounds[i][k] * (UINT8_MAX + 1) + r->counts[i][k];
            to->histogram[k] += n;
            to->count += n;
            to->sum_half_stars += n * (k + 1);
        }
    }
}
