/* Upsert: INSERT, SELECT and DELETE statements printed from table descriptions (private to store),
 * and the shapes of TMDB's tables with all of theirs. Texts live in the store's arena. */
#ifndef MOVIE_ETL_STORE_UPSERT_H
#define MOVIE_ETL_STORE_UPSERT_H

#include "store/sql.h"

/* An INSERT of rows with these columns (key columns first). */
void upsert_put(struct store *s, const struct table *t, const char *const *columns, size_t n,
    enum put_kind kind, struct put *ret);
/* An INSERT of whole rows, all columns in their order. */
const struct put *upsert_put_all(struct store *s, const struct table *t, enum put_kind kind);

/* Fills s->movie, s->lists and s->own. */
void upsert_shapes(struct store *s);

/* "cast=0123456789abcdef crew=...": names that no list has any more are forgotten. */
void tmdb_parse_hashes(struct view v, struct view ret[TMDB_LIST_COUNT]);

/* Writes rows; ERR_BUG outside store_begin and store_commit. */
bool db_put(struct store *s, const struct put *p, const struct row_set *rows, struct err *e);
/* The same for rows of new records: see engine.h. */
bool db_put_new(struct store *s, const struct put *p, const struct row_set *rows, struct err *e);
/* The same for rows that may wait, and the end of their waiting: see engine.h. */
bool db_put_aside(struct store *s, const struct put *p, const struct row_set *rows, struct err *e);
bool db_bring_in(struct store *s, struct err *e);
/* Writes one row of cells into a plain table: every column, in order. */
bool db_put_row(struct store *s, const char *table, enum put_kind kind, const struct cell *cells,
    size_t n, struct err *e);

/* Sets columns of rows that are there: cells are the values of `columns`, the last of them the key.
 * What is not there is left out. */
bool db_update(struct store *s, const char *table, const char *const *columns,
    const struct row_set *rows, struct err *e);
/* The same for one column of ids, found by `key`: the pairs' `to` (0: NULL) and `id`. */
bool db_update_ids(struct store *s, const char *table, const char *column, const char *key,
    const struct id_pair *pairs, size_t n, struct err *e);

/* "SELECT a, b, c FROM t ORDER BY key", texts by bytes; only columns without any flag of
 * `without`. */
struct view upsert_select_all(
    struct store *s, const struct table *t, unsigned without, struct arena *a);

#endif
