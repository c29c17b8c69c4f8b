/* Choice: which of the rows that wait go into their tables as pages (private to aside_pages.c). */
#ifndef MOVIE_ETL_STORE_SQLITE_ASIDE_CHOICE_H
#define MOVIE_ETL_STORE_SQLITE_ASIDE_CHOICE_H

#include "store/sqlite/aside_stream.h"
#include "store/sqlite/aside_tree.h"

enum { CHOICE_TREES = 64 };

struct page_tree {
    struct tree tree;
    struct stream *stream;     /* of an index that has none of its own: its table's */
    const struct index *index; /* NULL: it is the table's */
    struct page_tree *with;    /* the index that is written with this table; NULL: none is */
    bool is_beside;            /* it is written with its table */
    bool is_folded;            /* of rows with one key one is made */
    const char *name; /* of the table or index, as the database has it */
    int64_t bytes;    /* of its table's rows in the file where they wait */
    size_t place;     /* among those that were chosen */
    uint32_t root;    /* page */
};

/* Those of one table lie side by side, its own first; the largest table's first. */
struct choice {
    struct page_tree *trees[CHOICE_TREES];
    size_t n;
};

/* Whether the table's rows are those of lists, with which the entries of indexes wait. Of a thing
 * that is named many rows may wait, which are made one before anything is known of it
 * (aside_fold.h). */
bool choice_is_list(const struct table *t);
/* `indexes`: the late indexes of the tables that are chosen are made, empty, and chosen as well.
 * The streams stay where they are. */
bool choice_make(struct store *s, struct stream *streams, size_t n, bool indexes,
    struct choice *ret, struct err *e);
void choice_done(struct choice *c);
bool choice_has(const struct choice *c, const struct stream *t);
/* How many of the first columns of the tree's rows are its key. */
size_t choice_key(const struct page_tree *t);
/* The table whose rows turn out to make no trees is not chosen any more. */
void choice_drop(struct choice *c, const struct stream *t);

#endif
