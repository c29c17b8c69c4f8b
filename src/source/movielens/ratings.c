/* Ratings: ratings.csv in blocks of columns. See movielens.h.
 *
 * The file is read ahead in pieces of whole lines (ahead.h), and each piece is made a batch of rows
 * by one of RATINGS_SCANNERS threads (ratings_scan.c), as if nothing stood before it. Here, on the
 * caller's thread, the batches are handed out in the order of the file, and what needs the batch
 * before is put right: line numbers, whether the first row repeats the last one, whether the order
 * is kept. So rows, findings and statistics are the same however many threads there are and however
 * they run. Memory does not grow with the number of rows: AHEAD_PIECES pieces and batches, and an
 * entry of counts per movie and scanner. */
#include "source/movielens/ratings.h"

#include "base/mem.h"

/* Everything stops, wherever it stands: the scanners first, for they give pieces back to the
 * reader. */
static void stop_threads(struct ratings *r)
{
    queue_close(r->work);
    for (size_t i = 0; i < RATINGS_SCANNERS; i++) {
        if (r->scanners[i] != NULL)
            thread_join(r->scanners[i]->thread);
        if (r->scanners[i] != NULL)
            r->scanners[i]->thread = NULL;
    }
}

void ratings_free(struct ratings *r)
{
    if (r == NULL)
        return;
    stop_threads(r);
    ahead_free(r->ahead);
    for (size_t i = 0; i < RATINGS_SCANNERS; i++) {
        if (r->scanners[i] != NULL) {
            mem_free(r->scanners[i]->counts);
            mem_free(r->scanners[i]->rounds);
        }
        mem_free(r->scanners[i]);
    }
    for (size_t i = 0; i < AHEAD_PIECES; i++) {
        struct batch *b = &r->batches[i];
        queue_free(b->done);
        mem_free(b->user_id);
        mem_free(b->movielens_id);
        mem_free(b->movie);
        mem_free(b->half_stars);
        mem_free(b->rated_at);
        findings_done(&b->findings);
    }
    queue_free(r->work);
    queue_free(r->stats);
    mem_free(r);
}

static struct ratings *ratings_new(struct movielens *m)
{
    struct ratings *r = mem_alloc(sizeof *r);
    r->m = m;
    r->line = 2;
    r->work = queue_new(AHEAD_PIECES);
    r->stats = queue_new(1);
    (void)queue_put(r->stats, &m->stats);
    for (size_t i = 0; i < AHEAD_PIECES; i++) {
        struct batch *b = &r->batches[i];
        b->done = queue_new(1);
        findings_init(&b->findings);
    }
    return r;
}

static bool start_scanner(struct ratings *r, struct scanner **to, struct err *e)
{
    struct scanner *s = *to = mem_alloc(sizeof *s);
    s->r = r;
    s->counts = mem_alloc(r->m->stats.n * sizeof *s->counts);
    s->rounds = mem_alloc(r->m->stats.n * sizeof *s->rounds);
    return thread_start(ratings_scan, s, &s->thread, e);
}

static bool begin(struct movielens *m, struct err *e)
{
    if (!m->movies_done)
        return err_set(e, ERR_BUG, "movielens_ratings_next was called before movielens_movies");
    if (!m->files.with_ratings)
        return err_set(e, ERR_BUG, "movielens_ratings_next was called on a release opened without");
    struct ratings *r = ratings_new(m);
    bool ok = release_read(&m->files, ML_RATINGS, r->work, &r->ahead, e);
    for (size_t i = 0; ok && i < RATINGS_SCANNERS; i++)
        ok = start_scanner(r, &r->scanners[i], e);
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

/* The first row of the batch repeats the last one of the batch before: it goes, and with it its
 * count. */
static void drop_first(struct ratings *r, struct batch *b, struct findings *findings)
{
    struct place p = release_place(r->m, ML_RATINGS, findings);
    p.line = r->line + b->first_line;
    p.user_id = b->user_id[0];
    p.movielens_id = b->movielens_id[0];
    ratings_note_repeated(&p);
    struct vec *stats = queue_take(r->stats);
    struct rating_stats *s = vec_at(stats, b->movie[0]);
    s->histogram[b->half_stars[0] - 1]--;
    s->count--;
    s->sum_half_stars -= b->half_stars[0];
    (void)queue_put(r->stats, stats);
}

/* Puts the batch behind those before it; *ret is what is left of it. */
static void join_batch(
    struct ratings *r, struct batch *b, struct findings *findings, struct rating_block *ret)
{
    struct findings *its = &b->findings;
    size_t at = 0, first = b->n > 0 ? b->first_finding : 0;
    findings_merge_kept(findings, its, 0, first, r->line);
    if (b->n > 0 && b->first == r->last) {
        drop_first(r, b, findings);
        at = 1;
    }
    findings_merge_kept(findings, its, first, its->kept.n, r->line);
    findings_merge_counts(findings, its);
    if (its->kept.n > 0) {
        findings_done(its);
        findings_init(its);
    }
    r->last = b->n > 0 ? b->last : r->last;
    r->line += b->lines;
    *ret = (struct rating_block){b->user_id + at, b->movielens_id + at, b->movie + at,
        b->half_stars + at, b->rated_at + at, b->n - at};
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
    stop_threads(r);
    m->digests[ML_RATINGS] = ahead_digests(r->ahead);
    thin_stats(&m->stats);
    release_end(m, ML_RATINGS, findings);
}

/* The next batch, with or without rows. */
static bool next_batch(
    struct movielens *m, struct findings *findings, struct rating_block *ret, struct err *e)
{
    struct ratings *r = m->ratings;
    struct piece *p = ahead_take(r->ahead);
    struct batch *b = &r->batches[p->index];
    (void)queue_take(b->done);
    r->given = p;
    r->failed = p->failed || (p->number == 0 && !check_header(m, p, &p->e));
    if (r->failed) {
        *e = r->e = p->e;
        return false;
    }
    join_batch(r, b, findings, ret);
    return true;
}

static bool give_back(struct ratings *r)
{
    bool last = r->given != NULL && r->given->last;
    if (r->given != NULL)
        ahead_release(r->ahead, r->given);
    r->given = NULL;
    return last;
}

bool movielens_ratings_next(
    struct movielens *m, struct findings *findings, struct rating_block *ret, struct err *e)
{
    struct rating_block block = {.n = 0};
    if (m->ratings == NULL && !begin(m, e))
        return false;
    struct ratings *r = m->ratings;
    if (r->failed) {
        *e = r->e;
        return false;
    }
    while (!r->ended && block.n == 0) {
        if (give_back(r))
            end(m, findings);
        else if (!next_batch(m, findings, &block, e))
            return false;
    }
    m->release.ratings += (int64_t)block.n;
    *ret = block;
    return true;
}

const struct rating_stats *movielens_stats(const struct movielens *m, size_t *ret_n)
{
    bool ended = m->ratings != NULL && m->ratings->ended;
    *ret_n = ended ? m->stats.n : 0;
    return ended ? m->stats.items : NULL;
}
