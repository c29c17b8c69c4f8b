/* Table: what a table of ours looks like, as data (private to store). One description serves DDL,
 * upserts, migration, counting, clearing and the dump, for every engine.
 *
 * Plain tables stand in schema.c; the tables of TMDB's records are derived from the layouts of the
 * field tables (model/layout.h): lists that share a table are merged into one, own tables (people)
 * get `fetched_at`. */
#ifndef MOVIE_ETL_STORE_TABLE_H
#define MOVIE_ETL_STORE_TABLE_H

#include "base/err.h"
#include "base/vec.h"
#include "model/layout.h"

/* Beside the flags of model/field.h, of which F_CODE and F_LONG matter here. */
enum column_flag {
    COL_REQUIRED = 1 << 16, /* NOT NULL */
    COL_LOCAL = 1 << 17,    /* of our own making (instants, run ids): not part of the dump */
};

struct column {
    const char *name;
    enum field_type type;
    unsigned flags;
    int64_t max; /* numbers: the largest value; texts: code points (bytes for F_CODE) */
    const char *to_table, *to_column; /* foreign key, or NULL */
};

enum { TABLE_MAX_COLUMNS = 48, INDEX_MAX_COLUMNS = 3 };

struct table {
    const char *name; /* without the prefix */
    bool ours;        /* etl_*: bookkeeping; not in the dump */
    bool kept;        /* not emptied by clear */
    size_t key_n;     /* the first key_n columns are the primary key */
    struct column columns[TABLE_MAX_COLUMNS];
    size_t n;
};

/* Indexes are named ix_TABLE_FIRSTCOLUMN. */
struct index {
    const char *table;
    const char *columns[INDEX_MAX_COLUMNS]; /* NULL after the last */
    bool unique;
    /* may be missing while TMDB's tables are filled for the first time: store_begin_first_load; a
     * table has one such index at most */
    bool late;
};

extern const struct table plain_tables[];  /* ends with name == NULL; n is not filled in */
extern const struct index plain_indexes[]; /* ends with table == NULL; of all tables */

/* Every table, parents before children. */
struct schema {
    struct vec tables; /* struct table */
};

/* Fails (ERR_BUG) when two lists disagree about the table they share. */
bool schema_build(struct schema *ret, struct err *e);
void schema_done(struct schema *s);
/* The table of that name, without the prefix; NULL when there is none. */
const struct table *schema_find(const struct schema *s, const char *name);
const struct column *table_column(const struct table *t, const char *name);
bool column_is_key(const struct table *t, const struct column *c);

#endif
