/* Fill tree: the entries of a table or an index of a new database, kept in memory until they are
 * put in order and written as pages (private to fill.c and aside_fold.c). */
#ifndef MOVIE_ETL_STORE_SQLITE_FILL_TREE_H
#define MOVIE_ETL_STORE_SQLITE_FILL_TREE_H

#include "store/sqlite/fill_sort.h"
#include "store/sqlite/page_file.h"
#include "store/table.h"

struct fill_block;
struct leaves;

struct fill_tree {
    const struct table *table;
    const struct index *index;         /* NULL: the entries are the table's rows */
    size_t columns[TABLE_MAX_COLUMNS]; /* of an entry: their places in the table */
    size_t width, key_n;               /* how many; the first of them are its key */
    bool rowid;                        /* of a table that has one, which is its key */
    uint32_t root;
    struct fill_block *blocks, *last; /* of the entries, as they came */
    size_t room;                      /* bytes, in the last */
    size_t n;                         /* entries */
    struct fill_item *items;          /* the entries in order; NULL: not put in order yet */
    bool refused;                     /* an entry has no place in the order */
};

void fill_tree_init(struct fill_tree *t, const struct table *table, const struct index *index);
void fill_tree_done(struct fill_tree *t);
/* The entry of a whole row of the table, which has all of its key: NULL there is an error. */
bool fill_tree_add(struct fill_tree *t, const struct cell *row, struct err *e);
/* No more come: puts the entries in order; those with the same key stay as they came. False: they
 * make no tree, for one was refused or two have the same key. */
bool fill_tree_sort(struct fill_tree *t);
/* Row number i of a table, in that order, as many cells as it has columns; texts lie in the
 * tree. */
void fill_tree_row(const struct fill_tree *t, size_t i, struct cell *ret);
/* Writes its leaves, to their end. False: they are not to be had (leaves_add_record). */
bool fill_tree_leaves(const struct fill_tree *t, struct leaves *l);
/* Makes the tree on its root page, which is empty. */
bool fill_tree_write(const struct fill_tree *t, struct page_file *f, struct err *e);

#endif
