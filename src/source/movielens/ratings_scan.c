/* Ratings: a piece of the file into a batch of rows. See ratings.h.
 *
 * All whole lines are scanned with plain.h; a line it refuses goes to the careful reader alone. The
 * rows are then settled in loops of their own: does the movie exist, is the order kept, count for
 * the movie. Apart, because each look-up is a cache miss, and in a short loop the processor has
 * dozens of them under way at once; together with the scanning it waits for each (three times
 * slower). */
#include "source/movielens/ratings.h"

#include "base/mem.h"

#include <inttypes.h>

/* Rows are settled after so many, while they are in the nearest cache. */
enum { SETTLE = 2048 };

void ratings_note_repeated(struct place *p, const struct batch *b, size_t i)
{
    p->user_id = b->user_id[i];
    p->movielens_id = b->movielens_id[i];
    note(p, RULE_ML_DUPLICATE, 0, NULL, "the row before has the same user and movie");
}

static void note_orphan(struct place *p, const struct batch *b, size_t i)
{
    p->user_id = b->user_id[i];
    p->movielens_id = b->movielens_id[i];
    note(p, RULE_ML_ORPHAN, 0, "movieId",
        "movies.csv has no movie %" PRId64 ", or its row was left out", p->movielens_id);
}

/* The first row of the batch, on that line, is accepted. */
static void remember_first(struct scanner *s, uint64_t order, uint64_t line)
{
    s->b->first = order;
    s->b->first_line = line;
    s->b->first_finding = s->b->findings.kept.n;
}

/* Drops the rows among the unsettled ones that must be left out; the rare way of settle(). */
static void drop_refused(struct scanner *s)
{
    struct batch *b = s->b;
    size_t to = s->settled;
    for (size_t i = s->settled; i < b->n; i++) {
        uint64_t order = order_of(b, i);
        s->place.line = s->unsettled_line + (i - s->settled);
        if (b->movie[i] == KNOWN_NOT) {
            note_orphan(&s->place, b, i);
            continue;
        }
        if (order == b->last) {
            ratings_note_repeated(&s->place, b, i);
            continue;
        }
        if (to == 0)
            remember_first(s, order, s->place.line);
        b->last = order;
        b->user_id[to] = b->user_id[i];
        b->movielens_id[to] = b->movielens_id[i];
        b->half_stars[to] = b->half_stars[i];
        b->rated_at[to] = b->rated_at[i];
        b->movie[to] = b->movie[i];
        to++;
    }
    b->n = to;
}

/* Adds the counts to the statistics. */
static void add_counts(const struct scanner *s)
{
    struct vec *stats = queue_take(s->r->stats);
    for (size_t i = 0; i < stats->n; i++) {
        struct rating_stats *to = vec_at(stats, i);
        for (int64_t k = 0; k < STEPS; k++) {
            int64_t n = (int64_t)s->rounds[i][k] * (UINT8_MAX + 1) + s->counts[i][k];
            to->histogram[k] += n;
            to->count += n;
            to->sum_half_stars += n * (k + 1);
        }
    }
    (void)queue_put(s->r->stats, stats);
}

/* Counts the rows from `from` on for their movies. */
static void count(struct scanner *s, const struct batch *b, size_t from)
{
    for (size_t i = from; i < b->n; i++) {
        uint32_t movie = b->movie[i], step = b->half_stars[i] - 1u;
        if (++s->counts[movie][step] == 0)
            s->rounds[movie][step]++;
    }
}

/* Judges the rows read since the last time, and counts them for their movies. */
static void settle(struct scanner *s)
{
    struct batch *b = s->b;
    const struct numbers numbers = s->r->m->numbers;
    uint64_t last = b->last;
    bool all_good = true;
    for (size_t i = s->settled; i < b->n; i++) {
        uint64_t order = order_of(b, i);
        uint32_t movie = numbers_of(&numbers, b->movielens_id[i]);
        all_good &= (movie != KNOWN_NOT) & (order > last);
        b->movie[i] = movie;
        last = order;
    }
    if (!all_good) {
        drop_refused(s);
    } else {
        if (s->settled == 0 && b->n > 0)
            remember_first(s, order_of(b, 0), s->unsettled_line);
        b->last = last;
    }
    count(s, b, s->settled);
    s->settled = b->n;
}

static inline void put_row(struct batch *b, size_t n, const struct rating *x)
{
    b->user_id[n] = (int32_t)x->user_id;
    b->movielens_id[n] = (int32_t)x->movielens_id;
    b->half_stars[n] = (uint8_t)x->half_stars;
    b->rated_at[n] = x->rated_at;
}

/* Reads a line of n bytes, without its line end, by the careful way. */
static void read_line(struct scanner *s, const char *at, size_t n, bool unended)
{
    struct rating x;
    settle(s); /* so that findings come in the order of lines */
    s->place.line = s->unsettled_line = s->line_now++;
    s->place.user_id = s->place.movielens_id = 0;
    size_t kept = n < sizeof s->line ? n : sizeof s->line; /* too long is too long */
    memcpy(s->line, at, kept);
    if (ratings_careful(&s->place, s->line, kept, unended, &x))
        put_row(s->b, s->b->n++, &x);
}

/* The fast way: rows in the plain form from `at` on, until `end` is reached, enough are there to be
 * settled, or a row is not plain. Returns where it stopped. `end` is just behind a line feed, so no
 * row reaches over it. */
static const char *scan_plain(
    struct scanner *s, struct plain_user *user, const char *at, const char *end)
{
    struct batch *b = s->b;
    size_t n = b->n, enough = s->settled + SETTLE;
    if (n == s->settled)
        s->unsettled_line = s->line_now;
    while (at < end && n < enough) {
        struct rating x;
        const char *next = plain_rating(at, user, &x);
        if (next == NULL || x.user_id == 0 || x.movielens_id == 0 || x.rated_at > ML_TIME_MAX)
            break;
        put_row(b, n++, &x);
        at = next;
    }
    s->line_now += n - b->n;
    b->n = n;
    return at;
}

static void scan_lines(struct scanner *s, const char *at, const char *end)
{
    struct plain_user user = {0};
    while (at < end) {
        at = scan_plain(s, &user, at, end);
        if (at < end && s->b->n - s->settled < SETTLE) {
            size_t n = view_find((struct view){at, (size_t)(end - at)}, 0, '\n');
            read_line(s, at, n, false);
            at += n + 1;
        }
        if (s->b->n - s->settled >= SETTLE)
            settle(s);
    }
}

static size_t behind_header(const struct piece *p)
{
    size_t end = view_find((struct view){p->bytes, p->n}, 0, '\n');
    return end < p->n ? end + 1 : end;
}

static void begin_batch(struct scanner *s, struct batch *b)
{
    if (b->user_id == NULL) { /* a small file needs but one */
        b->user_id = mem_alloc(RATINGS_BATCH * sizeof *b->user_id);
        b->movielens_id = mem_alloc(RATINGS_BATCH * sizeof *b->movielens_id);
        b->movie = mem_alloc(RATINGS_BATCH * sizeof *b->movie);
        b->half_stars = mem_alloc(RATINGS_BATCH * sizeof *b->half_stars);
        b->rated_at = mem_alloc(RATINGS_BATCH * sizeof *b->rated_at);
    }
    b->n = 0;
    b->first = b->last = 0;
    s->b = b;
    s->place = release_place(s->r->m, ML_RATINGS, &b->findings);
    s->line_now = s->settled = 0;
}

static void scan_piece(struct scanner *s, const struct piece *p, struct batch *b)
{
    size_t from = p->number == 0 ? behind_header(p) : p->lines;
    begin_batch(s, b);
    if (from < p->cut)
        scan_lines(s, p->bytes + from, p->bytes + p->cut);
    size_t rest = from > p->cut ? from : p->cut;
    if (p->rest != REST_NONE && rest < p->n)
        read_line(s, p->bytes + rest, p->n - rest, p->rest == REST_UNENDED);
    settle(s);
    b->lines = s->line_now;
}

void ratings_scan(void *scanner)
{
    struct scanner *s = scanner;
    thread_give_way();
    for (struct piece *p; (p = queue_take(s->r->work)) != NULL;) {
        struct batch *b = &s->r->batches[p->index];
        if (!p->failed)
            scan_piece(s, p, b);
        (void)queue_put(b->done, p);
        ahead_release(s->r->ahead, p);
    }
    add_counts(s);
}
