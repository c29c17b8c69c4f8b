/* Sql: statements with our names in them (private to store).
 *
 * Texts are written with tables in braces, "SELECT id FROM {movies} WHERE tmdb_id = ?": the braces
 * become the quoted name with the store's prefix. This is the only way a table, index or view gets
 * its name. Column names that some engine reserves go through the dialect's `name`, that is,
 * through generated text (ddl.c, upsert.c). */
#ifndef MOVIE_ETL_STORE_SQL_H
#define MOVIE_ETL_STORE_SQL_H

#include "store/engine.h"

enum { SQL_MAX = 1024 * 1024 };

/* Arguments for the functions below: CELLS(cell_int(1), cell_text(v)). */
#define CELLS(...)                                                                                 \
    (const struct cell[]){__VA_ARGS__},                                                            \
        sizeof((const struct cell[]){__VA_ARGS__}) / sizeof(struct cell)
#define NO_CELLS NULL, 0

/* The tables of a MovieLens release, and where s->shadows_movies what linking makes of it, parents
 * before children; ends with NULL. While s->shadow is set, their names stand for others, made by
 * putting it before them. */
const char *const *sql_shadowed(const struct store *s);

/* Appends the quoted, prefixed name of a table, index or view. */
void sql_name(const struct store *s, struct str *to, const char *name);
/* The name as the database knows it: prefixed, not quoted; in `a`. */
struct view sql_bare_name(const struct store *s, struct arena *a, const char *name);
void sql_column(const struct store *s, struct str *to, const char *column);
/* Appends `text` with its braces replaced. */
void sql_expand(const struct store *s, struct str *to, const char *text);

/* A value read: 0 and absent stand for NULL. */
int64_t cell_get_int(const struct cell *c);
struct view cell_get_text(const struct cell *c);
/* 0 and absent become NULL. */
struct cell cell_of_id(int64_t i);
struct cell *cells_of_ids(struct arena *a, const int64_t *ids, size_t n);

/* Runs a statement that changes rows; ERR_BUG outside store_begin and store_commit. *ret_rows may
 * be NULL. */
bool db_exec(struct store *s, const char *text, const struct cell *args, size_t n,
    int64_t *ret_rows, struct err *e);
/* Runs a statement that gives rows. */
bool db_query(struct store *s, const char *text, const struct cell *args, size_t n, row_fn *row,
    void *payload, struct err *e);
/* The integers of the first row (at most `want` of them; NULL gives 0); *ret_exists may be NULL.
 * Untouched when there is no row. */
bool db_get_ints(struct store *s, const char *text, const struct cell *args, size_t n, int64_t *ret,
    size_t want, bool *ret_exists, struct err *e);
/* False with ERR_BUG unless a transaction for writing is open. */
bool db_may_write(const struct store *s, struct err *e);
/* False with ERR_BUG when one is, or when the store was opened for reading. */
bool db_may_begin(const struct store *s, struct err *e);

/* A transaction of its own around `work`. */
bool db_once(struct store *s, bool (*work)(struct store *s, void *payload, struct err *e),
    void *payload, struct err *e);
/* The same, made again as often as the engine thinks right when it fails for a passing reason. */
bool db_alone(struct store *s, bool (*work)(struct store *s, void *payload, struct err *e),
    void *payload, struct err *e);
/* Everything `work` reads is of one moment. */
bool db_snapshot(struct store *s, bool (*work)(struct store *s, void *payload, struct err *e),
    void *payload, struct err *e);

/* Runs `text` with each of the values as its argument list, which stands where `text` has "%":
 * "WHERE x IN (%)". Texts and integers alike; the values go in portions. */
bool db_query_in(struct store *s, const char *text, const struct cell *values, size_t n,
    row_fn *row, void *payload, struct err *e);
/* The same for a statement that changes rows. */
bool db_exec_in(
    struct store *s, const char *text, const struct cell *values, size_t n, struct err *e);

#endif
