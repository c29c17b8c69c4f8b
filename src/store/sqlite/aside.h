/* Aside: rows of a first load wait in a file of their own until they go into their tables, in the
 * order of their keys (private to this folder).
 *
 * Records come in any order. Put into its table at once, each one's rows land on other pages than
 * those before, so that every page is looked for, filled and written a dozen times until the end.
 * Here rows are appended to a file as they come; what is put aside in one call is a run, in order
 * of its key. When they are wanted, the runs of a table are merged and inserted: each page is
 * filled once.
 *
 * The file has no name: nothing of it remains when the process ends. It belongs to one transaction,
 * whose savepoints are marks to go back to. Rows that a table could refuse are not taken
 * (aside_takes), so that who wrote them is told at once, while it is known what they belong to. Nor
 * are long ones, of reviews mostly: in memory are 16 bytes for each run, and while they are merged
 * RUN_MAX_ROW for each run of the two tables or indexes at hand, whatever is in them; and the
 * entries of the index on people's names, where these take no more than FOLDED_BYTES
 * (aside_choice.c). */
#ifndef MOVIE_ETL_STORE_SQLITE_ASIDE_H
#define MOVIE_ETL_STORE_SQLITE_ASIDE_H

#include "store/sqlite/db.h"

/* With a transaction, which is open: looks whether somebody has added to the tables what may refuse
 * rows; if so, none is taken. */
bool aside_new(struct store *s, struct aside **ret, struct err *e);
void aside_free(struct aside *a); /* NULL is fine */
/* Whether any row may wait. */
bool aside_is_open(const struct aside *a);
/* Removes the file's name where a process was killed before it did. */
void aside_clean(struct store *s);

/* Whether these may wait: all columns of their table, each with a value that it takes, and none too
 * long. */
bool aside_takes(const struct aside *a, const struct put *p, const struct row_set *rows);
/* Rows in the order of their keys; `p` stays where it is. */
bool aside_put(struct aside *a, const struct put *p, const struct row_set *rows, struct err *e);
/* All that wait go into their tables; of rows with the same key in their order. */
bool aside_bring_in(struct aside *a, struct err *e);
/* The same outside of savepoints, before the commit: as pages, where that can be (aside_pages.h).
 * `indexes`: with the late indexes of the tables that were empty. Then graft_ready is due. */
bool aside_finish(struct aside *a, bool indexes, struct err *e);
/* How many wait; UINT64_MAX: no more should. */
uint64_t aside_rows(const struct aside *a);

/* With a savepoint: it begins; it is rolled back. */
void aside_mark(struct aside *a);
void aside_go_back(struct aside *a);

#endif
