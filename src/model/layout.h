/* Layout: how records become rows. Columns of the tables that the field tables describe, and rows
 * in that order.
 *
 * Four kinds of table come from the field tables: `tmdb_movies` (the scalars), one per list
 * (`videos`; key columns first: tmdb_id, the fixed column, seq or the F_KEY fields), and one per
 * thing that elements name (`people`; its key, then the F_OWN fields). store prints DDL and upserts
 * from a layout, merge diffs rows of one. */
#ifndef MOVIE_ETL_MODEL_LAYOUT_H
#define MOVIE_ETL_MODEL_LAYOUT_H

#include "model/cell.h"
#include "model/tmdb.h"

enum { LAYOUT_MAX_COLUMNS = 40 };

struct layout_column {
    const char *name;
    enum field_type type;
    unsigned flags;           /* of the field; F_KEY for key columns */
    int64_t max;              /* of the field */
    const struct field *field; /* NULL: tmdb_id, the fixed column, seq, extra */
    size_t index;             /* of the field in its entity */
};

struct layout {
    const char *table;
    struct layout_column columns[LAYOUT_MAX_COLUMNS];
    size_t n, key_n; /* the first key_n columns are the primary key */
};

/* `tmdb_movies`: the scalar fields, then `extra`. */
void layout_of_movie(struct layout *ret);
void layout_of_list(const struct list *l, struct layout *ret);
/* The own table of a list's entity; false when it has none. Several lists may share one. */
bool layout_of_own(const struct list *l, struct layout *ret);

/* Rows of one table: n rows of `width` cells each, sorted by key, keys distinct. */
struct row_set {
    struct cell *cells;
    size_t width, n;
};

static inline struct cell *row_set_at(const struct row_set *s, size_t i)
{
    return s->cells + i * s->width;
}

/* The list's rows for one movie (the first of several with one key is kept), in the layout of the
 * list. These and those below are in `a`, but for the texts, which are the movie's: who lets the
 * rows outlive it has its texts elsewhere. `extra` is copied, for that is made of many texts. */
void rows_of_list(
    const struct list *l, const struct tmdb_movie *m, struct arena *a, struct row_set *ret);
/* How many rows of a list without `seq` that would be. */
size_t rows_distinct(const struct list *l, const struct tmdb_movie *m, struct arena *scratch);
/* The own rows that the list's elements carry; elements without own key are left out. */
void rows_of_own(
    const struct list *l, const struct tmdb_movie *m, struct arena *a, struct row_set *ret);
/* The movie's scalars in the order of layout_of_movie. */
void row_of_movie(const struct tmdb_movie *m, struct arena *a, struct cell ret[LAYOUT_MAX_COLUMNS]);

/* Content hash of a list as stored (16 hex digits): rows that differ, or own rows that do, have
 * another. Covers the layouts, so that a new column changes it. It tells changes, and is no proof
 * against people (base/hash64.h): who could write a list to fit the hash of another could as well
 * leave the list as it is. Where another program's hash is stored, made some other way, the rows
 * are compared. */
struct view list_hash(
    const struct list *l, const struct row_set *rows, const struct row_set *own, struct arena *a);

#endif
