/* Ratings by the million, the fastest way that is safe here.
 *
 * Pages of both b-trees are written past SQLite (rating_pages.h) into a file that nobody else has:
 * the database itself while it is being built and has no name yet, else a file beside it (side.c),
 * from which SQLite takes them over in the load's transaction. INSERT INTO ratings SELECT * FROM
 * side.ratings is then one of those where SQLite copies entry by entry of table and index, without
 * taking them apart or sorting (its "transfer optimization"). What the page writer leaves, and what
 * it does not cover at all, goes through SQLite (blocks.c) into the same file, with the index made
 * afterwards. */
#include "store/sqlite/blocks.h"
#include "store/sqlite/closing.h"
#include "store/sqlite/rating_pages.h"
#include "store/sqlite/roots.h"
#include "store/sqlite/side.h"

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/ddl.h"

/* What linking the movies and writing them takes: rows and entries that wait (fill.h). */
enum { BESIDE_MEMORY = 64 * 1024 * 1024 };

static const struct index *by_movie(void)
{
    return ddl_find_index("ratings", "movielens_id");
}

static void say_safe_way(const char *why)
{
    log_line(LOG_INFO, "ratings are loaded through SQLite, which takes longer: %s", why);
}

/* All that is left of the source, into a table whose index is made anew. */
static bool insert_rest(struct store *s, struct rating_pull *p, bool sort, uint64_t before,
    struct load_count *ret, struct err *e)
{
    uint64_t stored = 0;
    if (!ddl_drop_index(s, by_movie(), e) || (!p->end && !blocks_insert(s, p, sort, &stored, e)) ||
        !ddl_create_index(s, by_movie(), e))
        return false;
    *ret = (struct load_count){p->pulled, before + stored};
    return true;
}

/* ---- through pages */

static const struct shape_known shape = {"ratings",
    "user_id INTEGER 1,movielens_id INTEGER 2,rating REAL 0,rated_at INTEGER 0",
    "movielens_id BINARY 0,rating BINARY 0,user_id BINARY 0"};

/* Until the source ends, or a row does not follow in order: it is the next one of p->block then. */
static bool write_rows(struct rating_pages *pages, struct rating_pull *p, struct err *e)
{
    do {
        if (!p->source->next(p->source->payload, &p->block, e) ||
            !rating_pages_add(pages, &p->block, &p->at, e))
            return false;
        p->pulled += p->block.n;
        p->end = p->block.n == 0;
    } while (!p->end && p->at == p->block.n);
    return true;
}

/* Looks for some of the rows in table and index, by SQLite: whether what was written is what it
 * reads. */
static bool check_samples(struct store *s, const struct rating_pages *pages, struct err *e)
{
    const char *sql =
        "SELECT count(*) FROM {ratings} r WHERE user_id = ? AND movielens_id = ? AND rating = ?"
        " AND rated_at = ? AND EXISTS (SELECT 1 FROM {ratings} x INDEXED BY "
        "{ix_ratings_movielens_id} WHERE x.movielens_id ="
        " r.movielens_id AND x.rating = r.rating AND x.user_id = r.user_id)";
    for (size_t i = 0; i < pages->pages.sample_n; i++) {
        const struct rating_sample *x = &pages->samples[i];
        int64_t n = 0;
        if (!db_get_ints(s, sql,
                CELLS(cell_int(x->user_id), cell_int(x->movielens_id),
                    cell_real(x->half_stars / 2.0), cell_int(x->rated_at)),
                &n, 1, NULL, e))
            return false;
        if (n != 1)
            return err_set(e, ERR_BUG,
                "the rating of user %d for movie %d is not where it was written", (int)x->user_id,
                (int)x->movielens_id);
    }
    return true;
}

/* The rest of the source, and a look at what is there. */
static bool go_on(struct store *s, const struct rating_pages *pages, struct rating_pull *p,
    bool indexed, struct load_count *ret, struct err *e)
{
    if (!p->end)
        say_safe_way("they do not come in order of user and movie");
    else if (!indexed)
        say_safe_way("their index needs more memory than is allowed");
    return (p->end || side_forget_journal(s, e)) && sqlite_begin(s, BEGIN_WRITE, e) &&
           (indexed || insert_rest(s, p, true, pages->pages.rows, ret, e)) &&
           check_samples(s, pages, e);
}

/* As pages, unless *ret_why says why not. What is left to do for the index goes on behind this when
 * the database is being built: its movies are counted, linked and written meanwhile. */
static bool fill_pages(struct store *s, struct rating_pages *pages, struct rating_pull *p,
    const struct table_place *place, const char **ret_why, struct load_count *ret, struct err *e)
{
    struct sqlite *q = sqlite_of(s);
    bool indexed = false;
    if (!rating_pages_begin(pages, place, ret_why, e))
        return false;
    if (*ret_why != NULL)
        return true;
    bool ok = write_rows(pages, p, e) && rating_pages_end(pages, p->end, &indexed, e);
    *ret = (struct load_count){p->pulled, pages->pages.rows};
    if (ok && pages->pages.going) {
        q->rest = pages;
        return sqlite_begin(s, BEGIN_WRITE, e);
    }
    table_pages_close(&pages->pages);
    return ok && go_on(s, pages, p, indexed, ret, e);
}

/* Into the file of the connection at hand, which nobody else has; without a transaction, and leaves
 * with one open. */
static bool fill(struct store *s, const char *path, const struct rating_source *source,
    struct load_count *ret, struct err *e)
{
    struct sqlite *q = sqlite_of(s);
    struct rating_pull p = {.source = source};
    struct table_place place = {.path = path,
        .kind = INDEX_OF_RATINGS,
        .movies = source->movies,
        .movie_n = source->movie_n,
        .memory = source->memory,
        .sync = side_sync_ahead(q),
        .beside = q->building ? BESIDE_MEMORY : 0};
    const char *why = NULL;
    bool right, ok;
    if (!roots_find(s, &shape, &place, &right, e))
        return false;
    if (right) {
        struct rating_pages *pages = mem_alloc(sizeof *pages);
        ok = fill_pages(s, pages, &p, &place, &why, ret, e);
        if (q->rest == NULL)
            mem_free(pages);
        if (why == NULL)
            return ok;
    }
    say_safe_way(why == NULL ? "the tables are not as this program makes them" : why);
    return sqlite_begin(s, BEGIN_WRITE, e) && insert_rest(s, &p, false, 0, ret, e);
}

bool sqlite_ratings_join(struct store *s, struct err *e)
{
    struct sqlite *q = sqlite_of(s);
    struct rating_pages *pages = q->rest;
    if (pages == NULL)
        return true;
    bool ok = sqlite_commit(s, e) && table_pages_join(&pages->pages, e);
    if (ok) {
        closing_begin_room(q, movie_index_take_room(&pages->pages.index));
        table_pages_close(&pages->pages);
        q->rest = NULL;
        sync_ahead_begin(side_sync_ahead(q));
        ok = sqlite_begin(s, BEGIN_WRITE, e) && check_samples(s, pages, e);
        mem_free(pages);
    }
    return ok;
}

void sqlite_ratings_drop(struct sqlite *q)
{
    if (q->rest == NULL)
        return;
    table_pages_close(&q->rest->pages);
    mem_free(q->rest);
    q->rest = NULL;
}

/* ---- disk */

/* Table and index take about 1.4 times what the CSV file does. */
static int64_t size_in_database(const struct rating_source *source)
{
    return source->csv_bytes + source->csv_bytes / 2;
}

/* ---- the whole */

struct filling {
    const struct rating_source *source;
    struct load_count *ret;
};

static bool fill_side(struct store *s, const char *path, void *payload, struct err *e)
{
    const struct filling *f = payload;
    return fill(s, path, f->source, f->ret, e);
}

static bool fill_beside(struct store *s, struct filling *f, struct err *e)
{
    const char *names[] = {arena_print(&s->scratch, "%sratings", s->prefix).p,
        arena_print(&s->scratch, "%six_ratings_movielens_id", s->prefix).p};
    return side_claim(sqlite_of(s), e) && side_fill(s, names, 2, fill_side, f, e);
}

/* A database that others may be using: beside it, then into it. Three times on the disk: there, in
 * the log, here. */
static bool load_live(struct store *s, const struct rating_source *source, int64_t free,
    struct load_count *ret, struct err *e)
{
    struct filling f = {source, ret};
    struct rating_pull p = {.source = source};
    int64_t one = size_in_database(source);
    if (!sqlite_has_room(sqlite_of(s), "ratings", 2 * one, free, e))
        return false;
    if (free >= 3 * one)
        return fill_beside(s, &f, e) && side_take_over(s, ret->stored, e);
    say_safe_way("the disk has no room for a file beside the database");
    return insert_rest(s, &p, false, 0, ret, e);
}

bool sqlite_load_ratings(
    struct store *s, const struct rating_source *source, struct load_count *ret, struct err *e)
{
    struct sqlite *q = sqlite_of(s);
    int64_t free = 0;
    if (!file_free_space(sqlite_file(q), &free, e))
        return false;
    if (!q->building)
        return load_live(s, source, free, ret, e);
    if (!sqlite_has_room(q, "ratings", size_in_database(source), free, e) ||
        !sqlite_commit(s, e) || !fill(s, sqlite_file(q), source, ret, e))
        return false;
    if (q->rest == NULL)
        sync_ahead_begin(side_sync_ahead(q));
    return true;
}
