/* Waiting rows into empty tables as pages (private to aside.c).
 *
 * SQLite's INSERT looks for the place of each row, and making an index sorts it all again. Where a
 * table is empty, its b-tree and those of its indexes are written as pages instead (aside_tree.h),
 * in a file beside the database (side.h), by a thread; SQLite copies the entries from there into
 * the database, table by table as they are there, inside the transaction at hand: for INSERT ...
 * SELECT * between two tables of one definition it takes them as they are, a third of the work.
 * Nothing but SQLite writes into the database itself, so readers, crashes and rollbacks are its
 * business as ever.
 *
 * What does not suit is left to INSERT: tables that have rows, few rows, long ones, and lists of
 * which two rows have the same key. Of things that are named, one row is made of those of each
 * (aside_fold.h). */
#ifndef MOVIE_ETL_STORE_SQLITE_ASIDE_PAGES_H
#define MOVIE_ETL_STORE_SQLITE_ASIDE_PAGES_H

#include "store/sqlite/aside_stream.h"

struct aside_pages;

/* Chooses among the streams, whose runs lie in the file, and begins to write pages in a thread.
 * `indexes`: those of the tables that are chosen are made as well. The streams stay where they
 * are until the end. */
bool aside_pages_begin(struct store *s, int fd, struct stream *streams, size_t n, bool indexes,
    struct aside_pages **ret, struct err *e);
bool aside_pages_chose(const struct aside_pages *p, const struct stream *t);
/* Waits, and takes the rows over: what is in its table then counts as brought. Of the streams that
 * were chosen some may be left. `ok` false: there is no need any more. Frees it; NULL is fine. The
 * file beside remains until side_drop, after the transaction. */
bool aside_pages_end(struct aside_pages *p, bool ok, struct err *e);

#endif
