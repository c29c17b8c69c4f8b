/* Tags by the million: into a database that is being built, and which nobody else has, as pages
 * past SQLite (tag_pages.h), like ratings (ratings.c). What the page writer leaves, and all tags
 * for a database that has its name, go through SQLite, with the index made afterwards: they come by
 * user, so it would be written all over, row by row. */
#include "store/sqlite/roots.h"
#include "store/sqlite/side.h"
#include "store/sqlite/tag_pages.h"

#include "base/log.h"
#include "store/ddl.h"
#include "store/load.h"

static const struct shape_known shape = {"tags",
    "user_id INTEGER 1,movielens_id INTEGER 2,seq INTEGER 3,tag TEXT 0,tagged_at INTEGER 0",
    "movielens_id BINARY 0,user_id BINARY 0,seq BINARY 0"};

static void say_safe_way(const char *why)
{
    log_line(LOG_INFO, "tags are loaded through SQLite, which takes longer: %s", why);
}

/* What is pulled from the source. */
struct tag_pull {
    const struct tag_source *source;
    struct tag_block block;
    size_t at; /* the next row in the block */
};

/* All that is left of the source. */
static bool insert_rest(struct store *s, struct tag_pull *p, struct err *e)
{
    const struct index *by_movie = ddl_find_index("tags", "movielens_id");
    struct row_set *rows = &p->block.rows;
    if (p->at > 0)
        *rows = (struct row_set){row_set_at(rows, p->at), rows->width, rows->n - p->at};
    return ddl_drop_index(s, by_movie, e) && load_tag_rows(s, p->source, &p->block, e) &&
           ddl_create_index(s, by_movie, e);
}

/* Until there is a row that cannot be written so: it is the next one of p->block then, or the
 * source says that what follows is not in order. */
static bool write_rows(struct tag_pages *pages, struct tag_pull *p, struct err *e)
{
    do {
        if (!p->source->next(p->source->payload, &p->block, e) ||
            !tag_pages_add(pages, &p->block.rows, p->block.movie, &p->at, e))
            return false;
    } while (p->block.rows.n > 0 && p->at == p->block.rows.n);
    return true;
}

/* Looks for some of the rows in table and index, by SQLite: whether what was written is what it
 * reads. */
static bool check_samples(struct store *s, const struct tag_pages *pages, struct err *e)
{
    const char *sql =
        "SELECT count(*) FROM {tags} t WHERE user_id = ? AND movielens_id = ? AND seq = ?"
        " AND tag = ? AND tagged_at = ? AND EXISTS (SELECT 1 FROM {tags} x INDEXED BY"
        " {ix_tags_movielens_id} WHERE x.movielens_id = t.movielens_id AND x.user_id = t.user_id"
        " AND x.seq = t.seq)";
    for (size_t i = 0; i < pages->pages.sample_n; i++) {
        const struct cell *row = pages->samples[i];
        int64_t n = 0;
        if (!db_get_ints(s, sql, row, TAG_COLUMNS, &n, 1, NULL, e))
            return false;
        if (n != 1)
            return err_set(e, ERR_BUG,
                "the tag of user %lld for movie %lld is not where it was written",
                (long long)row[0].i, (long long)row[1].i);
    }
    return true;
}

/* The pages are done: the rest of the source, and a look at what is there. */
static bool go_on(
    struct store *s, struct tag_pages *pages, struct tag_pull *p, bool indexed, struct err *e)
{
    if (pages->too_long)
        say_safe_way("one is longer than fits on its page");
    else if (!p->block.ended)
        say_safe_way("they do not come in order of user and movie");
    else if (!indexed)
        say_safe_way("their index needs more memory than is allowed");
    return (p->block.ended || side_forget_journal(s, e)) && sqlite_begin(s, BEGIN_WRITE, e) &&
           (indexed || insert_rest(s, p, e)) && check_samples(s, pages, e);
}

/* Into the file of the connection at hand, which nobody else has. */
static bool fill(struct store *s, struct tag_pull *p, struct table_place *place, struct err *e)
{
    struct tag_pages pages;
    const char *why = NULL;
    bool indexed = false;
    if (!sqlite_commit(s, e) || !tag_pages_begin(&pages, place, &why, e))
        return false;
    if (why != NULL) {
        say_safe_way(why);
        return sqlite_begin(s, BEGIN_WRITE, e) && insert_rest(s, p, e);
    }
    bool ok = write_rows(&pages, p, e) && tag_pages_end(&pages, p->block.ended, &indexed, e) &&
              go_on(s, &pages, p, indexed, e);
    tag_pages_close(&pages);
    return ok;
}

bool sqlite_load_tags(struct store *s, const struct tag_source *source, struct err *e)
{
    struct sqlite *q = sqlite_of(s);
    struct tag_pull p = {.source = source};
    struct table_place place = {.path = sqlite_file(q),
        .kind = INDEX_OF_TAGS,
        .movies = source->movies,
        .movie_n = source->movie_n,
        .memory = source->memory,
        .sync = side_sync_ahead(q)};
    bool right = false;
    if (!sqlite_ratings_join(s, e))
        return false;
    if (q->building && !roots_find(s, &shape, &place, &right, e))
        return false;
    if (right)
        return fill(s, &p, &place, e);
    if (q->building)
        say_safe_way("the tables are not as this program makes them");
    return insert_rest(s, &p, e);
}
