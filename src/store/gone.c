/* Ids that TMDB has no longer: see store.h. */
#include "store/upsert.h"

bool store_see_gone(struct store *s, int64_t tmdb_id, int64_t at, bool confirm, struct err *e)
{
    int64_t old[3] = {at, 0, 0}; /* first_at, last_at, times */
    bool exists = false;
    if (!db_may_write(s, e) ||
        !db_get_ints(s, "SELECT first_at, last_at, times FROM {etl_gone} WHERE tmdb_id = ?",
            CELLS(cell_int(tmdb_id)), old, 3, &exists, e))
        return false;
    if (exists && at <= old[1])
        return true;
    struct cell row[] = {cell_int(tmdb_id), cell_int(old[0]), cell_int(at), cell_int(old[2] + 1)};
    if (!db_put_row(s, "etl_gone", PUT_ROW, row, sizeof row / sizeof row[0], e))
        return false;
    return !confirm ||
           db_exec(s, "UPDATE {tmdb_movies} SET gone_at = ? WHERE tmdb_id = ? AND gone_at IS NULL",
               CELLS(cell_int(at), cell_int(tmdb_id)), NULL, e);
}

struct giving {
    bool (*take)(void *payload, const struct gone_row *row, struct err *e);
    void *payload;
};

static bool give(void *payload, const struct cell *c, size_t n, struct err *e)
{
    struct giving *g = payload;
    struct gone_row row = {c[0].i, c[1].i, c[2].i, c[3].i};
    (void)n;
    return g->take(g->payload, &row, e);
}

bool store_each_gone(struct store *s,
    bool (*take)(void *payload, const struct gone_row *row, struct err *e), void *payload,
    struct err *e)
{
    struct giving g = {take, payload};
    return db_query(s, "SELECT tmdb_id, first_at, last_at, times FROM {etl_gone} ORDER BY tmdb_id",
        NO_CELLS, give, &g, e);
}

bool store_clear_gone(struct store *s, int64_t tmdb_id, struct err *e)
{
    return db_exec(
               s, "DELETE FROM {etl_gone} WHERE tmdb_id = ?", CELLS(cell_int(tmdb_id)), NULL, e) &&
           db_exec(s,
               "UPDATE {tmdb_movies} SET gone_at = NULL WHERE tmdb_id = ? AND gone_at IS NOT NULL",
               CELLS(cell_int(tmdb_id)), NULL, e);
}
