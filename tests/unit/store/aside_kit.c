/* See aside_kit.h. */
#include "aside_kit.h"

struct group {
    struct kit *k;
    struct tmdb_write **records;
    size_t n;
    bool fails;
};

static bool write_them(void *payload, struct err *e)
{
    const struct group *g = payload;
    return store_write_tmdb(g->k->s, (const struct tmdb_write *const *)g->records, g->n, e) &&
           (!g->fails || err_set(e, ERR_DATA, "it shall fail"));
}

bool aside_write(struct kit *k, struct tmdb_write **records, size_t n, bool fails)
{
    return store_transact(k->s, write_them, &(struct group){k, records, n, fails}, &k->e);
}

void aside_settle(struct kit *k)
{
    bool settled = false;
    must(store_settle(k->s, true, &settled, &k->e));
    assert_true(settled);
}

sqlite3 *aside_watch(struct kit *k)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(k->config.path, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db, "SELECT count(*) FROM tmdb_movies", NULL, NULL, NULL), SQLITE_OK);
    return db;
}
