/* Ratings: ratings.csv in blocks of columns. See movielens.h.
 *
 * All complete lines in the window are scanned with plain.h; a line it refuses goes to the careful
 * reader alone. The rows are then settled in loops of their own: does the movie exist, is the order
 * kept, count for the movie. Apart, because each look-up is a cache miss, and in a short loop the
 * processor has dozens of them under way at once; together with the scanning it waits for each
 * (three times slower). Memory does not grow with the number of rows. */
#include "source/movielens/ratings.h"

#include "base/mem.h"

#include <inttypes.h>

void ratings_free(struct ratings *r)
{
    if (r == NULL)
        return;
    window_done(&r->window);
    mem_free(r->counts);
    mem_free(r);
}

/* A row that is left out: its movie does not exist, or it repeats the one before it. */
static void note_refused(struct place *p, const struct ratings *r, size_t i)
{
    p->line = r->unsettled_line + (i - r->settled);
    p->user_id = r->user_id[i];
    p->movielens_id = r->movielens_id[i];
    if (r->movie[i] == KNOWN_NOT)
        note(p, RULE_ML_ORPHAN, 0, "movieId",
            "movies.csv has no movie %" PRId64 ", or its row was left out", p->movielens_id);
    else
        note(p, RULE_ML_DUPLICATE, 0, NULL, "the row before has the same user and movie");
}

static uint64_t order_of(const struct ratings *r, size_t i)
{
    return (uint64_t)(uint32_t)r->user_id[i] << 32 | (uint32_t)r->movielens_id[i];
}

/* Drops the rows among the unsettled ones that must be left out; the rare way of settle(). */
static void drop_refused(struct ratings *r, struct place *p)
{
    size_t to = r->settled;
    for (size_t i = r->settled; i < r->n; i++) {
        uint64_t order = order_of(r, i);
        if (r->movie[i] == KNOWN_NOT || order == r->last) {
            note_refused(p, r, i);
            continue;
        }
        r->sorted = r->sorted && order > r->last;
        r->last = order;
        r->user_id[to] = r->user_id[i];
        r->movielens_id[to] = r->movielens_id[i];
        r->half_stars[to] = r->half_stars[i];
        r->rated_at[to] = r->rated_at[i];
        r->movie[to] = r->movie[i];
        to++;
    }
    r->n = to;
}

/* Adds the counts to the statistics, and begins them again. */
static void move_counts(struct movielens *m)
{
    struct ratings *r = m->ratings;
    for (size_t i = 0; i < m->stats.n; i++) {
        struct rating_stats *s = vec_at(&m->stats, i);
        for (int64_t k = 0; k < 10; k++) {
            s->histogram[k] += r->counts[i][k];
            s->count += r->counts[i][k];
            s->sum_half_stars += r->counts[i][k] * (k + 1);
        }
    }
    memset(r->counts, 0, m->stats.n * sizeof *r->counts);
    r->counted = 0;
}

/* Judges the rows read since the last time, and counts them for their movies. */
static void settle(struct movielens *m, struct place *p)
{
    struct ratings *r = m->ratings;
    const struct known known = m->known;
    uint64_t last = r->last;
    bool all_good = true;
    for (size_t i = r->settled; i < r->n; i++) {
        uint64_t order = order_of(r, i);
        uint32_t movie = known_index(&known, r->movielens_id[i]);
        all_good = all_good && movie != KNOWN_NOT && order > last;
        r->movie[i] = movie;
        last = order;
    }
    if (all_good)
        r->last = last;
    else
        drop_refused(r, p);
    for (size_t i = r->settled; i < r->n; i++)
        r->counts[r->movie[i]][r->half_stars[i] - 1]++;
    r->counted += r->n - r->settled;
    if (r->counted > UINT32_MAX - RATINGS_BLOCK)
        move_counts(m);
    r->settled = r->n;
}

static inline void put_row(struct ratings *r, size_t n, const struct rating *x)
{
    r->user_id[n] = (int32_t)x->user_id;
    r->movielens_id[n] = (int32_t)x->movielens_id;
    r->half_stars[n] = (uint8_t)x->half_stars;
    r->rated_at[n] = x->rated_at;
}

/* Reads the line of n bytes at window.at by the careful way. */
static void read_line(struct movielens *m, struct place *p, size_t n, bool unended)
{
    struct ratings *r = m->ratings;
    struct rating x;
    settle(m, p); /* so that findings come in the order of lines */
    p->line = r->unsettled_line = r->line_now;
    if (ratings_careful(p, r->window.bytes + r->window.at, n, unended, &x))
        put_row(r, r->n++, &x);
}

/* The fast way: rows in the plain form from `at` on, until the block is full, `end` is reached, or
 * a row is not plain. Returns where it stopped. `end` is just behind a line feed, so no row reaches
 * over it. */
static const char *scan_plain(struct ratings *r, const char *at, const char *end)
{
    struct plain_user last = {0};
    size_t n = r->n;
    if (n == r->settled)
        r->unsettled_line = r->line_now;
    while (at < end && n < RATINGS_BLOCK) {
        struct rating x;
        const char *next = plain_rating(at, &last, &x);
        if (next == NULL || x.user_id == 0 || x.movielens_id == 0 || x.rated_at > ML_TIME_MAX)
            break;
        put_row(r, n++, &x);
        at = next;
    }
    r->line_now += n - r->n;
    r->n = n;
    return at;
}

/* All complete lines of the window, or as many as the block takes. */
static void scan_lines(struct movielens *m, struct place *p, size_t end)
{
    struct ratings *r = m->ratings;
    struct window *w = &r->window;
    if (r->skipping && w->at < end) { /* the tail of a line that was too long */
        w->at += view_find(window_rest(w), 0, '\n') + 1;
        r->line_now++;
        r->skipping = false;
    }
    while (w->at < end && r->n < RATINGS_BLOCK) {
        w->at = (size_t)(scan_plain(r, w->bytes + w->at, w->bytes + end) - w->bytes);
        if (w->at >= end || r->n >= RATINGS_BLOCK)
            return;
        size_t n = view_find(window_rest(w), 0, '\n');
        read_line(m, p, n, false);
        w->at += n + 1;
        r->line_now++;
    }
}

/* What is left in a full window, or at the end of the file, without a line feed. */
static void scan_tail(struct movielens *m, struct place *p)
{
    struct ratings *r = m->ratings;
    struct window *w = &r->window;
    if (w->ended && w->n > w->at && !r->skipping)
        read_line(m, p, w->n - w->at, true);
    else if (w->n - w->at > CSV_ROW_MAX && !r->skipping) {
        read_line(m, p, w->n - w->at, false);
        r->skipping = true;
    }
    settle(m, p);
    if (w->ended || r->skipping)
        w->at = w->n;
}

static size_t behind_last_line(const struct window *w)
{
    size_t end = w->n;
    while (end > w->at && w->bytes[end - 1] != '\n')
        end--;
    return end;
}

static bool fill_block(struct movielens *m, struct place *p, struct err *e)
{
    struct ratings *r = m->ratings;
    struct window *w = &r->window;
    while (r->n < RATINGS_BLOCK) {
        size_t end = behind_last_line(w);
        scan_lines(m, p, end);
        settle(m, p);
        if (r->n == RATINGS_BLOCK || (w->ended && w->at == w->n))
            return true;
        if (w->at < end)
            continue; /* the block was full, but rows were left out: there is room again */
        scan_tail(m, p);
        if (!window_fill(w, e))
            return false;
    }
    return true;
}

static bool read_header(struct movielens *m, struct err *e)
{
    struct ratings *r = m->ratings;
    struct csv_row row = {.state = CSV_END, .line = 1};
    if (!window_fill(&r->window, e))
        return false;
    window_pass_bom(&r->window);
    struct view rest = window_rest(&r->window);
    size_t n = view_find(rest, 0, '\n');
    if (rest.n > 0)
        csv_split(r->window.bytes + r->window.at, n, &row);
    row.line = 1;
    r->line_now = 2;
    r->window.at += n < rest.n ? n + 1 : n;
    return release_check_header(m, ML_RATINGS, &row, e);
}

static bool begin(struct movielens *m, struct err *e)
{
    if (!m->movies_done)
        return err_set(e, ERR_BUG, "movielens_ratings_next was called before movielens_movies");
    if (!files_read(&m->files, ML_RATINGS, &m->hashed[ML_RATINGS], e))
        return false;
    m->ratings = mem_alloc(sizeof *m->ratings);
    m->ratings->sorted = true;
    m->ratings->counts = mem_alloc(m->stats.n * sizeof *m->ratings->counts);
    window_init(&m->ratings->window, &m->hashed[ML_RATINGS].in, RATINGS_WINDOW);
    if (read_header(m, e))
        return true;
    ratings_free(m->ratings);
    m->ratings = NULL;
    return false;
}

static int by_id(const void *a, const void *b)
{
    const struct rating_stats *x = a, *y = b;
    return (x->movielens_id > y->movielens_id) - (x->movielens_id < y->movielens_id);
}

/* Keeps only the movies that have ratings, by id. */
static void order_stats(struct vec *stats)
{
    size_t kept = 0;
    for (size_t i = 0; i < stats->n; i++) {
        const struct rating_stats *s = vec_at(stats, i);
        if (s->count > 0)
            *(struct rating_stats *)vec_at(stats, kept++) = *s;
    }
    stats->n = kept;
    vec_sort(stats, by_id);
}

static void end(struct movielens *m, struct findings *findings)
{
    m->ratings->ended = true;
    move_counts(m);
    order_stats(&m->stats);
    release_end(m, ML_RATINGS, findings);
}

bool movielens_ratings_next(
    struct movielens *m, struct findings *findings, struct rating_block *ret, struct err *e)
{
    struct place p = release_place(m, ML_RATINGS, findings);
    if (m->ratings == NULL && !begin(m, e))
        return false;
    struct ratings *r = m->ratings;
    r->n = r->settled = 0;
    if (!r->ended && !fill_block(m, &p, e))
        return false;
    if (!r->ended && r->n == 0)
        end(m, findings);
    m->release.ratings += (int64_t)r->n;
    *ret = (struct rating_block){r->user_id, r->movielens_id, r->half_stars, r->rated_at, r->n};
    return true;
}

bool movielens_ratings_sorted(const struct movielens *m)
{
    return m->ratings != NULL && m->ratings->sorted;
}

const struct rating_stats *movielens_stats(const struct movielens *m, size_t *ret_n)
{
    bool ended = m->ratings != NULL && m->ratings->ended;
    *ret_n = ended ? m->stats.n : 0;
    return ended ? m->stats.items : NULL;
}
