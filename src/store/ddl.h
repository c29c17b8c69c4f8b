/* Ddl: CREATE and ALTER statements printed from table descriptions (private to store). Foreign keys
 * are printed when the store was opened with them. */
#ifndef MOVIE_ETL_STORE_DDL_H
#define MOVIE_ETL_STORE_DDL_H

#include "store/sql.h"

/* A transaction for writing must be open. Each runs one statement; but on engines whose CREATE
 * TABLE has no place for indexes, each of these (late ones too) has one of its own behind it. */
bool ddl_create_table(struct store *s, const struct table *t, bool indexes, struct err *e);
/* Added columns allow NULL, whatever their description says: the rows that are there have no
 * value. */
bool ddl_add_column(struct store *s, const struct table *t, const struct column *c, struct err *e);
bool ddl_create_index(struct store *s, const struct index *ix, struct err *e);
/* The same index by another name (without the prefix). */
bool ddl_create_index_as(struct store *s, const struct index *ix, const char *name, struct err *e);
bool ddl_drop_index(struct store *s, const struct index *ix, struct err *e);

/* Appends the statement for that. */
void ddl_print_index(
    const struct store *s, struct str *to, const struct index *ix, const char *name);

/* Appends "ADD FOREIGN KEY ..." of the column's reference. */
void ddl_add_key(const struct store *s, struct str *to, const struct column *c);

/* "ix_ratings_movielens_id", without the prefix. */
struct view ddl_index_name(struct arena *a, const struct index *ix);
/* The index of that table that begins with that column. */
const struct index *ddl_find_index(const char *table, const char *column);

#endif
