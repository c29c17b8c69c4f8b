/* Tree: the b-tree of a table or an index, written as pages (btree.h) from the runs of its rows
 * (private to aside_pages.c). Several may be written at once, each by one thread. */
#ifndef MOVIE_ETL_STORE_SQLITE_ASIDE_TREE_H
#define MOVIE_ETL_STORE_SQLITE_ASIDE_TREE_H

#include "store/sqlite/aside_fold.h"
#include "store/sqlite/aside_merge.h"
#include "store/sqlite/btree.h"
#include "store/table.h"

struct tree {
    struct merge_source from; /* the columns that are wanted are the key: they have to rise */
    struct leaves leaves;
    struct fold *fold; /* rows with one key are made one, all their columns being wanted; or NULL */
    /* Its rows do not rise, or one is too long: it is not whole, and to be thrown away. */
    bool refused;
    bool failed;
    struct err e;
    struct cell last[TABLE_MAX_COLUMNS]; /* the key of the last row; texts in: */
    char last_bytes[RUN_MAX_ROW];
};

void tree_init(struct tree *t, const struct merge_source *from, struct page_file *file);
/* The same for a table of things that are named, with whose rows one index (NULL: none) is written
 * into a tree of its own, for which only this is called. */
void tree_init_folded(struct tree *t, const struct merge_source *from, struct page_file *file,
    const struct table *table, const struct index *index, struct tree *index_tree);
/* Writes its leaves; whether that went well stands in `failed` and `refused`. */
void tree_write(struct tree *t);
void tree_done(struct tree *t);

#endif
