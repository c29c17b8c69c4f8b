/* Ratings: ratings.csv in blocks of columns. See movielens.h.
 *
 * The file is read ahead in pieces of whole lines (ahead.h), and a thread makes a batch of rows of
 * each, in order (ratings_scan.c); here, on the caller's thread, they are handed out with their
 * findings. Memory does not grow with the number of rows: AHEAD_PIECES pieces and batches, and an
 * entry of counts per movie. */
#include "source/movielens/ratings.h"

#include "base/mem.h"

void ratings_free(struct ratings *r)
{
    if (r == NULL)
        return;
    if (r->ahead != NULL)
        ahead_stop(r->ahead);
    thread_join(r->scanner.thread);
    ahead_free(r->ahead);
    for (size_t i = 0; i < AHEAD_PIECES; i++) {
        struct batch *b = &r->batches[i];
        mem_free(b->user_id);
        mem_free(b->movielens_id);
        mem_free(b->movie);
        mem_free(b->half_stars);
        mem_free(b->rated_at);
        findings_done(&b->findings);
    }
    queue_free(r->scanned);
    mem_free(r->scanner.counts);
    mem_free(r->scanner.rounds);
    mem_free(r);
}

static struct ratings *ratings_new(struct movielens *m)
{
    struct ratings *r = mem_alloc(sizeof *r);
    r->m = m;
    r->scanned = queue_new(AHEAD_PIECES);
    for (size_t i = 0; i < AHEAD_PIECES; i++)
        findings_init(&r->batches[i].findings);
    struct scanner *s = &r->scanner;
    s->r = r;
    s->counts = mem_alloc(m->stats.n * sizeof *s->counts);
    s->rounds = mem_alloc(m->stats.n * sizeof *s->rounds);
    return r;
}

static bool begin(struct movielens *m, struct err *e)
{
    if (!m->movies_done)
        return err_set(e, ERR_BUG, "movielens_ratings_next was called before movielens_movies");
    if (!m->files.with_ratings)
        return err_set(e, ERR_BUG, "movielens_ratings_next was called on a release opened without");
    struct ratings *r = ratings_new(m);
    bool ok = release_read(&m->files, ML_RATINGS, &r->ahead, e) &&
              thread_start(ratings_scan, &r->scanner, &r->scanner.thread, e);
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

static void take_findings(struct batch *b, struct findings *findings)
{
    findings_merge(findings, &b->findings);
    if (b->findings.kept.n > 0) {
        findings_done(&b->findings);
        findings_init(&b->findings);
    }
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
    thread_join(r->scanner.thread);
    r->scanner.thread = NULL;
    m->digests[ML_RATINGS] = ahead_digests(r->ahead);
    thin_stats(&m->stats);
    release_end(m, ML_RATINGS, findings);
}

/* The next batch, with or without rows. */
static bool next_batch(
    struct movielens *m, struct findings *findings, struct rating_block *ret, struct err *e)
{
    struct ratings *r = m->ratings;
    struct piece *p = queue_take(r->scanned);
    struct batch *b = &r->batches[p->index];
    r->given = p;
    r->failed = p->failed || (p->first && !check_header(m, p, &p->e));
    if (r->failed) {
        *e = r->e = p->e;
        return false;
    }
    take_findings(b, findings);
    *ret = (struct rating_block){
        b->user_id, b->movielens_id, b->movie, b->half_stars, b->rated_at, b->n};
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
