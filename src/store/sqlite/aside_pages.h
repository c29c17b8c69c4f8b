/* Waiting rows into empty tables as pages (private to aside.c).
 *
 * SQLite's INSERT looks for the place of each row, and making an index sorts it all again. Where a
 * table is empty, its b-tree and those of its indexes are written as pages instead (aside_tree.h)
 * by two threads, behind those of the live database, of which they become part with the commit of
 * the transaction at hand (graft.h).
 *
 * What does not suit is left to INSERT: tables that have rows, few rows, and lists of which two
 * rows have the same key. Of things that are named, one row is made of those of each
 * (aside_fold.h). */
#ifndef MOVIE_ETL_STORE_SQLITE_ASIDE_PAGES_H
#define MOVIE_ETL_STORE_SQLITE_ASIDE_PAGES_H

#include "store/sqlite/aside_choice.h"

/* Writes the trees that were chosen; their rows lie in the file. What SQLite does until the commit
 * is bound by graft_begin, and must not look at these tables. *ret_refused: rows of some made no
 * tree. These are not chosen any more, and nothing was written: when SQLite has inserted their
 * rows, this is called again with the others. */
bool aside_pages_write(
    struct store *s, int fd, struct choice *chosen, bool *ret_refused, struct err *e);

#endif
