/* init --load-movielens: a release into the database, then every row linked to its movie
 * (link_release.h). The load is one transaction of the store's. */
#include "etl/link_release.h"
#include "etl/work.h"

#include "source/movielens/movielens.h"

enum { TICK = 4096 };

/* The release being fed to the store. */
struct feed {
    struct work *w;
    struct movielens *m;
    struct findings findings;
    uint64_t movies, ratings, tags, linked;
};

struct movie_tap {
    struct feed *feed;
    bool (*take)(void *to, const struct ml_movie *m, struct err *e);
    void *to;
};

static bool tap_movie(void *payload, const struct ml_movie *movie, struct err *e)
{
    struct movie_tap *t = payload;
    if (++t->feed->movies % TICK == 0)
        etl_progress(t->feed->w->x, "movies", t->feed->movies, 0, NULL);
    return t->take(t->to, movie, e);
}

static bool feed_movies(void *payload,
    bool (*take)(void *to, const struct ml_movie *m, struct err *e), void *to, struct err *e)
{
    struct feed *f = payload;
    struct movie_tap tap = {f, take, to};
    bool ok = movielens_movies(f->m, &f->findings, tap_movie, &tap, e);
    etl_progress(f->w->x, "movies", f->movies, f->movies, NULL);
    return ok;
}

/* Where only their statistics are wanted, all of them are read here, and the store gets none. */
static bool feed_ratings(void *payload, struct rating_block *ret, struct err *e)
{
    struct feed *f = payload;
    enum ml_kept kept = f->w->x->request->ratings;
    *ret = (struct rating_block){.n = 0};
    if (kept == KEPT_NONE)
        return true;
    do {
        if (err_stopped(e) || !movielens_ratings_next(f->m, &f->findings, ret, e))
            return false;
        f->ratings += ret->n;
        etl_progress(f->w->x, "ratings", f->ratings, ret->n == 0 ? f->ratings : 0, NULL);
    } while (kept == KEPT_STATS && ret->n > 0);
    return true;
}

static bool feed_tag(void *payload, struct ml_tag *ret, bool *ret_end, struct err *e)
{
    struct feed *f = payload;
    if (!movielens_tag_next(f->m, &f->findings, ret, ret_end, e))
        return false;
    f->tags += !*ret_end;
    if (*ret_end || f->tags % TICK == 0)
        etl_progress(f->w->x, "tags", f->tags, *ret_end ? f->tags : 0, NULL);
    return true;
}

static const struct rating_stats *feed_stats(void *payload, size_t *ret_n)
{
    return movielens_stats(((struct feed *)payload)->m, ret_n);
}

static const struct ml_release *feed_release(void *payload)
{
    return movielens_release(((struct feed *)payload)->m);
}

static bool no_movie(void *to, const struct ml_movie *m, struct err *e)
{
    (void)to;
    (void)m;
    (void)e;
    return true;
}

static bool over_error_bound(const struct etl *x, const struct feed *f, struct err *e)
{
    uint64_t errors = findings_errors(&f->findings),
             rows = f->movies + f->ratings + f->tags + errors;
    bool too_many = errors > x->request->max_errors ||
                    (rows > 0 && (double)errors > x->request->max_error_share * (double)rows);
    if (too_many)
        err_set(e, ERR_DATA, "%llu of %llu rows have errors, more than --max-errors allows",
            (unsigned long long)errors, (unsigned long long)rows);
    return too_many;
}

/* --dry-run: parse, validate and count. */
static bool count_only(struct feed *f, struct ml_load_result *ret, struct err *e)
{
    struct rating_block block = {0};
    struct ml_tag tag;
    bool end = false;
    if (!feed_movies(f, no_movie, NULL, e))
        return false;
    do {
        if (!feed_ratings(f, &block, e))
            return false;
    } while (block.n > 0);
    while (!end)
        if (!feed_tag(f, &tag, &end, e))
            return false;
    if (over_error_bound(f->w->x, f, e))
        return false;
    *ret = (struct ml_load_result){.movies = f->movies, .ratings = f->ratings, .tags = f->tags};
    return true;
}

/* The last callback before the store commits: here a load with too many errors is refused. */
static bool feed_tag_checked(void *payload, struct ml_tag *ret, bool *ret_end, struct err *e)
{
    struct feed *f = payload;
    return feed_tag(f, ret, ret_end, e) && !(*ret_end && over_error_bound(f->w->x, f, e));
}

static bool feed_links(void *payload, struct ml_row *rows, size_t n, bool whole, struct err *e)
{
    struct feed *f = payload;
    f->linked = n;
    return link_release_rows(f->w, rows, n, whole, e);
}

static bool feed_stored_links(void *payload, struct err *e)
{
    struct feed *f = payload;
    return link_release_stored(f->w, &f->linked, e);
}

/* *ret_linked: how many rows were linked within the load. */
static bool load(struct work *w, struct ml_load_result *ret, uint64_t *ret_linked, struct err *e)
{
    struct feed f = {.w = w};
    enum ml_kept kept = w->x->request->ratings;
    struct ml_source source = {feed_movies, feed_ratings, feed_tag_checked, feed_stats,
        feed_release, &f, 0, kept, w->x->request->memory, feed_links, feed_stored_links};
    findings_init(&f.findings);
    bool ok = movielens_open(w->x->config->movielens_path, kept != KEPT_NONE, &f.m, e);
    if (ok && kept == KEPT_ROWS)
        source.ratings_bytes = movielens_ratings_bytes(f.m);
    if (ok)
        ok = w->x->request->dry_run ? count_only(&f, ret, e)
                                    : store_load_movielens(w->store, &source, ret, e);
    if (ok && kept == KEPT_STATS)
        ret->ratings = f.ratings;
    *ret_linked = f.linked;
    struct err later;
    if (!work_report(w, &f.findings, ok ? e : &later))
        ok = false;
    findings_done(&f.findings);
    movielens_free(f.m);
    return ok;
}

/* ---- the verb */

/* Where one of the two was looked at without its ratings, the other files decide. */
static bool same_release(const struct ml_release *a, const struct ml_release *b)
{
    return view_eq(a->movies_sha256, b->movies_sha256) &&
           view_eq(a->links_sha256, b->links_sha256) &&
           (a->ratings_sha256.n == 0 || b->ratings_sha256.n == 0 ||
               view_eq(a->ratings_sha256, b->ratings_sha256)) &&
           view_eq(a->tags_sha256, b->tags_sha256);
}

/* The same release: is there nothing to do? More of its ratings may be loaded at any time; less
 * only by request, for that takes rows away. */
static bool has_enough(const struct work *w, enum ml_kept have)
{
    enum ml_kept want = w->x->request->ratings;
    if (have > want || (have < want && w->x->request->replace_release))
        return false;
    if (have == want)
        etl_say(w->x, "this MovieLens release is loaded already");
    else
        etl_say(w->x,
            "this MovieLens release is loaded already, with %s; to keep less, add "
            "--replace-release",
            have == KEPT_ROWS ? "all its ratings" : "the statistics of its ratings");
    return true;
}

/* *ret_loaded: this very release is in the database. A different one is refused unless it may be
 * replaced. */
static bool compare_release(struct work *w, bool *ret_loaded, struct err *e)
{
    struct arena a;
    struct ml_release have = {.kept = KEPT_ROWS}, offered;
    bool exists = false, ok = true, same;
    *ret_loaded = false;
    arena_init(&a);
    if (w->store != NULL)
        ok = store_release(w->store, &a, &have, &exists, e);
    if (ok && exists) {
        bool with_ratings = w->x->request->ratings != KEPT_NONE && have.kept != KEPT_NONE;
        ok = movielens_fingerprint(w->x->config->movielens_path, with_ratings, &a, &offered, e);
        same = ok && same_release(&have, &offered);
        *ret_loaded = same && has_enough(w, have.kept);
        if (ok && !same && !w->x->request->replace_release) {
            ok = err_set(e, ERR_REFUSED,
                "the database holds the MovieLens release '%.*s'; '%.*s' is a different one",
                VIEW_ARG(have.name), VIEW_ARG(offered.name));
            err_hint(e,
                "Nothing was changed. User ids differ between releases, so two cannot be mixed. To "
                "put this one in the place of the other, add --replace-release.");
        }
    }
    arena_done(&a);
    return ok;
}

static void say_result(struct work *w, const struct ml_load_result *r)
{
    static const char *const before[] = {"", "the statistics of ", "no ratings, "};
    enum ml_kept kept = w->x->request->ratings;
    char a[32], b[32], c[32];
    etl_say(w->x, "%s: %s movies, %s%s%s%s tags", w->x->request->dry_run ? "would load" : "loaded",
        etl_count(r->movies, a), before[kept], kept == KEPT_NONE ? "" : etl_count(r->ratings, b),
        kept == KEPT_NONE ? "" : " ratings, ", etl_count(r->tags, c));
    if (r->duplicate_ratings + r->duplicate_tags > 0)
        etl_say(w->x, "left out: %s ratings and %s tags that repeat an earlier key",
            etl_count(r->duplicate_ratings, a), etl_count(r->duplicate_tags, b));
}

static void say_linked(struct work *w, uint64_t n)
{
    char digits[32];
    if (n > 0)
        etl_say(w->x, "linked: %s MovieLens movies", etl_count(n, digits));
}

static bool load_and_link(struct work *w, struct err *e)
{
    struct ml_load_result r = {0};
    bool loaded = false, dry_run = w->x->request->dry_run;
    uint64_t linked = 0;
    if (!compare_release(w, &loaded, e))
        return false;
    if (!loaded) {
        if (!(dry_run || link_release_begin(w, e)) || !load(w, &r, &linked, e))
            return false;
        say_result(w, &r);
        if (findings_errors(&w->x->findings) > 0)
            w->x->partial = true;
    }
    if (!dry_run && !(r.linked ? link_release_mark(w, e) : link_release_finish(w, &linked, e)))
        return false;
    say_linked(w, linked);
    return true;
}

bool etl_init_movielens(struct etl *x, struct err *e)
{
    struct work w;
    if (x->config->movielens_path == NULL) {
        err_set(e, ERR_CONFIG, "no MovieLens release is given");
        return err_hint(e,
            "Name the folder or the zip: --movielens PATH, or MOVIELENS_PATH in .env. Releases: "
            "https://grouplens.org/datasets/movielens/");
    }
    if (!work_begin(x, STORE_BUILD, "init --load-movielens", &w, e))
        return false;
    bool ok = load_and_link(&w, e);
    return work_end(&w, ok, "MovieLens", e);
}
