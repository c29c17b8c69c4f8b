/* Ratings: ratings.csv in blocks of columns. See movielens.h.
 *
 * The file is read ahead in pieces of whole lines (ahead.h); here, on the caller's thread, a batch
 * of rows is made of each (ratings_scan.c). With storing them it takes about as long as the reader
 * does with its digest, and the rows are used in the cache that they were made in. Memory does not
 * grow with the rows: AHEAD_PIECES pieces, one batch, and an entry of counts per movie. */
#include "source/movielens/ratings.h"

#include "base/mem.h"

void ratings_free(struct ratings *r)
{
    if (r == NULL)
        return;
    ahead_free(r->ahead);
    mem_free(r->b.user_id);
    mem_free(r->b.movielens_id);
    mem_free(r->b.movie);
    mem_free(r->b.half_stars);
    mem_free(r->b.rated_at);
    mem_free(r->counts);
    mem_free(r->rounds);
    mem_free(r);
}

static struct ratings *ratings_new(struct movielens *m)
{
    struct ratings *r = mem_alloc(sizeof *r);
    r->m = m;
    r->line_now = 1;
    r->b.user_id = mem_alloc(RATINGS_BATCH * sizeof *r->b.user_id);
    r->b.movielens_id = mem_alloc(RATINGS_BATCH * sizeof *r->b.movielens_id);
    r->b.movie = mem_alloc(RATINGS_BATCH * sizeof *r->b.movie);
    r->b.half_stars = mem_alloc(RATINGS_BATCH * sizeof *r->b.half_stars);
    r->b.rated_at = mem_alloc(RATINGS_BATCH * sizeof *r->b.rated_at);
    r->counts = mem_alloc(m->stats.n * sizeof *r->counts);
    r->rounds = mem_alloc(m->stats.n * sizeof *r->rounds);
    return r;
}

static bool begin(struct movielens *m, struct err *e)
{
    if (!m->movies_done)
        return err_set(e, ERR_BUG, "movielens_ratings_next was called before movielens_movies");
    if (!m->files.with_ratings)
        return err_set(e, ERR_BUG, "movielens_ratings_next was called on a release opened without");
    struct ratings *r = ratings_new(m);
    bool ok = release_read(&m->files, ML_RATINGS, &r->ahead, e);
    if (ok)
        m->ratings = r;
    else
        ratings_free(r);
    return ok;
}

static bool check_header(const struct movielens *m, const struct piece *p, struct err *e)
{
    struct csv_row row = {.state = CSV_END};
    struct view text = {p->bytes, p->n};
    if (view_starts(text, "\xEF\xBB\xBF"))
        text = view_slice(text, 3, text.n);
    size_t n = view_find(text, 0, '\n');
    size_t kept = n <= AHEAD_LINE_MAX ? n : AHEAD_LINE_MAX + 1; /* too long is too long */
    char *line = mem_alloc(kept);
    memcpy(line, text.p, kept);
    if (text.n > 0)
        csv_split(line, kept, &row);
    row.line = 1;
    bool ok = release_check_header(m, ML_RATINGS, &row, e);
    mem_free(line);
    return ok;
}

/* Keeps only the movies that have ratings. */
static void thin_stats(struct vec *stats)
{
    size_t kept = 0;
    for (size_t i = 0; i < stats->n; i++) {
        const struct rating_stats *s = vec_at(stats, i);
        if (s->count > 0)
            *(struct rating_stats *)vec_at(stats, kept++) = *s;
    }
    stats->n = kept;
}

static void end(struct movielens *m, struct findings *findings)
{
    struct ratings *r = m->ratings;
    r->ended = true;
    m->digests[ML_RATINGS] = ahead_digests(r->ahead);
    ratings_add_counts(r);
    thin_stats(&m->stats);
    release_end(m, ML_RATINGS, findings);
}

/* The next batch, with or without rows. */
static bool next_batch(struct movielens *m, struct findings *findings, struct err *e)
{
    struct ratings *r = m->ratings;
    struct piece *p = ahead_take(r->ahead);
    bool last = p->last;
    if (p->failed)
        r->e = p->e;
    r->failed = p->failed || (r->line_now == 1 && !check_header(m, p, &r->e));
    if (r->failed)
        *e = r->e;
    else
        ratings_scan(r, p, findings);
    ahead_release(r->ahead, p);
    if (!r->failed && last)
        end(m, findings);
    return !r->failed;
}

bool movielens_ratings_next(
    struct movielens *m, struct findings *findings, struct rating_block *ret, struct err *e)
{
    if (m->ratings == NULL && !begin(m, e))
        return false;
    struct ratings *r = m->ratings;
    if (r->failed) {
        *e = r->e;
        return false;
    }
    r->b.n = 0;
    while (!r->ended && r->b.n == 0)
        if (!next_batch(m, findings, e))
            return false;
    m->release.ratings += (int64_t)r->b.n;
    *ret = (struct rating_block){
        r->b.user_id, r->b.movielens_id, r->b.movie, r->b.half_stars, r->b.rated_at, r->b.n};
    return true;
}

const struct rating_stats *movielens_stats(const struct movielens *m, size_t *ret_n)
{
    bool ended = m->ratings != NULL && m->ratings->ended;
    *ret_n = ended ? m->stats.n : 0;
    return ended ? m->stats.items : NULL;
}
