/* Blocks: ratings through SQLite: the blocks of the source as a virtual table, and one INSERT ...
 * SELECT over it, which spares binding and stepping a statement for each row. The safe way behind
 * the page writer (ratings.c). */
#include "store/sqlite/blocks.h"

#include "base/mem.h"
#include "store/sql.h"

#define MODULE "movie_etl_rating_blocks"

struct blocks_table {
    sqlite3_vtab base;
    struct rating_pull *pull;
};

struct blocks_cursor {
    sqlite3_vtab_cursor base;
    struct rating_pull *pull;
};

enum { COL_USER, COL_MOVIE, COL_RATING, COL_RATED_AT };

static struct rating_pull *pull_of(sqlite3_vtab_cursor *c)
{
    return ((struct blocks_cursor *)(void *)c)->pull;
}

static int blocks_connect(
    sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **ret, char **ret_text)
{
    (void)argc;
    (void)argv;
    (void)ret_text;
    int rc = sqlite3_declare_vtab(
        db, "CREATE TABLE x(user_id INTEGER, movielens_id INTEGER, rating REAL, rated_at INTEGER)");
    if (rc != SQLITE_OK)
        return rc;
    struct blocks_table *t = mem_alloc(sizeof *t);
    t->pull = aux;
    *ret = &t->base;
    return SQLITE_OK;
}

static int blocks_disconnect(sqlite3_vtab *t)
{
    mem_free(t);
    return SQLITE_OK;
}

static int blocks_plan(sqlite3_vtab *t, sqlite3_index_info *info)
{
    (void)t;
    info->estimatedCost = 1e9;
    info->estimatedRows = 100000000;
    return SQLITE_OK;
}

static int blocks_open(sqlite3_vtab *t, sqlite3_vtab_cursor **ret)
{
    struct blocks_cursor *c = mem_alloc(sizeof *c);
    c->pull = ((struct blocks_table *)(void *)t)->pull;
    *ret = &c->base;
    return SQLITE_OK;
}

static int blocks_close(sqlite3_vtab_cursor *c)
{
    mem_free(c);
    return SQLITE_OK;
}

static int next_block(struct rating_pull *p)
{
    p->at = 0;
    if (!p->source->next(p->source->payload, &p->block, p->e)) {
        p->failed = true;
        return SQLITE_ABORT;
    }
    p->end = p->block.n == 0;
    p->pulled += p->block.n;
    return SQLITE_OK;
}

static int blocks_filter(
    sqlite3_vtab_cursor *c, int plan, const char *text, int argc, sqlite3_value **argv)
{
    (void)plan;
    (void)text;
    (void)argc;
    (void)argv;
    struct rating_pull *p = pull_of(c);
    return p->at < p->block.n ? SQLITE_OK : next_block(p);
}

static int blocks_next(sqlite3_vtab_cursor *c)
{
    struct rating_pull *p = pull_of(c);
    return ++p->at < p->block.n ? SQLITE_OK : next_block(p);
}

static int blocks_end(sqlite3_vtab_cursor *c)
{
    return pull_of(c)->end;
}

static int blocks_column(sqlite3_vtab_cursor *c, sqlite3_context *to, int column)
{
    const struct rating_pull *p = pull_of(c);
    const struct rating_block *b = &p->block;
    switch (column) {
    case COL_USER:
        sqlite3_result_int(to, b->user_id[p->at]);
        break;
    case COL_MOVIE:
        sqlite3_result_int(to, b->movielens_id[p->at]);
        break;
    case COL_RATING:
        sqlite3_result_double(to, b->half_stars[p->at] / 2.0);
        break;
    default:
        sqlite3_result_int64(to, b->rated_at[p->at]);
        break;
    }
    return SQLITE_OK;
}

static int blocks_rowid(sqlite3_vtab_cursor *c, sqlite3_int64 *ret)
{
    const struct rating_pull *p = pull_of(c);
    *ret = (sqlite3_int64)(p->pulled - p->block.n + p->at); /* the order of the source */
    return SQLITE_OK;
}

static const sqlite3_module module = {.iVersion = 1,
    .xConnect = blocks_connect,
    .xDisconnect = blocks_disconnect,
    .xBestIndex = blocks_plan,
    .xOpen = blocks_open,
    .xClose = blocks_close,
    .xFilter = blocks_filter,
    .xNext = blocks_next,
    .xEof = blocks_end,
    .xColumn = blocks_column,
    .xRowid = blocks_rowid};

static bool insert_all(
    struct store *s, const struct rating_pull *p, bool sort, uint64_t *ret_stored, struct err *e)
{
    struct sqlite *q = sqlite_of(s);
    struct str sql;
    sqlite3_stmt *stmt = NULL;
    str_init(&sql, SQL_MAX);
    sql_expand(s, &sql,
        "INSERT INTO {ratings} (user_id, movielens_id, rating, rated_at)"
        " SELECT user_id, movielens_id, rating, rated_at FROM " MODULE " WHERE true");
    str_addz(&sql, sort ? " ORDER BY user_id, movielens_id, rowid" : "");
    str_addz(&sql, " ON CONFLICT DO NOTHING");
    int rc = sqlite3_prepare_v2(q->db, str_z(&sql), -1, &stmt, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    bool ok =
        rc == SQLITE_DONE || (!p->failed && sqlite_fail(q, rc, "cannot store the ratings", e));
    *ret_stored = (uint64_t)sqlite3_changes64(q->db);
    (void)sqlite3_finalize(stmt);
    str_done(&sql);
    return ok;
}

bool blocks_insert(
    struct store *s, struct rating_pull *p, bool sort, uint64_t *ret_stored, struct err *e)
{
    struct sqlite *q = sqlite_of(s);
    p->e = e;
    int rc = sqlite3_create_module_v2(q->db, MODULE, &module, p, NULL);
    if (rc != SQLITE_OK)
        return sqlite_fail(q, rc, "cannot set up the loading of ratings", e);
    bool ok = insert_all(s, p, sort, ret_stored, e);
    (void)sqlite3_create_module_v2(q->db, MODULE, NULL, NULL, NULL);
    return ok;
}
