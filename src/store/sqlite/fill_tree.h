/* Fill tree: the entries of a table or an index of a new database, kept in memory until they are
 * put in order and written as pages (private to fill.c). */
#ifndef MOVIE_ETL_STORE_SQLITE_FILL_TREE_H
#define MOVIE_ETL_STORE_SQLITE_FILL_TREE_H

#include "base/arena.h"
#include "base/vec.h"
#include "store/sqlite/page_file.h"
#include "store/table.h"

struct fill_tree {
    const struct table *table;
    const struct index *index;         /* NULL: the entries are the table's rows */
    size_t columns[TABLE_MAX_COLUMNS]; /* of an entry: their places in the table */
    size_t width, key_n;               /* how many; the first of them are its key */
    bool rowid;                        /* of a table that has one, which is its key */
    uint32_t root;
    struct vec items;   /* struct fill_item */
    struct arena bytes; /* the entries */
    uint8_t *at;        /* where the next one goes, with room for so many: */
    size_t room;
    bool refused; /* an entry is too long for its page, or has no place in the order */
};

void fill_tree_init(struct fill_tree *t, const struct table *table, const struct index *index);
void fill_tree_done(struct fill_tree *t);
/* The entry of a whole row of the table, which has all of its key: NULL there is an error. */
bool fill_tree_add(struct fill_tree *t, const struct cell *row, struct err *e);
/* Row number i of a table, as many cells as it has columns; texts lie in the tree. */
void fill_tree_row(const struct fill_tree *t, size_t i, struct cell *ret);
/* Puts the entries in order; those with the same key stay as they came. False: they make no tree,
 * for one was refused or two have the same key. */
bool fill_tree_sort(struct fill_tree *t);
/* Makes the tree on its root page, which is empty. */
bool fill_tree_write(const struct fill_tree *t, struct page_file *f, struct err *e);

#endif
