/* Choice: which of the rows that wait go into their tables as pages (private to aside_pages.c). */
#ifndef MOVIE_ETL_STORE_SQLITE_ASIDE_CHOICE_H
#define MOVIE_ETL_STORE_SQLITE_ASIDE_CHOICE_H

#include "store/sqlite/aside_stream.h"
#include "store/sqlite/aside_tree.h"

enum { CHOICE_TREES = 64 };

struct page_tree {
    struct tree tree;
    struct stream *stream;
    const char *name; /* of the table or index, as the database has it */
    int64_t bytes;    /* of its entries in the file where they wait */
    /* Of the table: */
    int64_t table_bytes;
    bool has_indexes; /* that are written with it */
    size_t place;     /* among those that were chosen */
    uint32_t root;    /* page */
    bool is_written;
};

/* Those of one table lie side by side, its own first. First come tables with indexes; of either
 * kind the smallest first. */
struct choice {
    struct page_tree *trees[CHOICE_TREES];
    size_t n;
};

/* Whether the table's rows may go as pages: those of lists. A thing that is named comes many times
 * with one key, and has a rowid mostly: a tree of another kind. */
bool choice_suits(const struct table *t);
/* `indexes`: the late indexes of the tables that are chosen are made, empty, and chosen as well.
 * The streams stay where they are. */
bool choice_make(struct store *s, struct stream *streams, size_t n, bool indexes,
    struct choice *ret, struct err *e);
void choice_done(struct choice *c);
bool choice_has(const struct choice *c, const struct stream *t);
/* Columns of the stream's rows; returns how many. */
size_t choice_columns(const struct stream *t, size_t ret[TABLE_MAX_COLUMNS]);
/* Behind the last tree of the table whose first one is number `first`. */
size_t choice_table_end(const struct choice *c, size_t first);

#endif
