/* Graft: b-trees that were written past SQLite become part of the live database with its own commit
 * (private to this folder).
 *
 * A first load fills empty tables with millions of rows. To have SQLite copy them from a file
 * beside, through its cache, into a log, and the log into the database, is as much work again as to
 * make them. So their pages are put into the database's file itself, behind all that SQLite knows
 * of, where nobody looks (page_file.h). What is left to do is little: the root page of each b-tree,
 * which SQLite has, gets another content, and the header another count of pages. These two are
 * exchanged when SQLite writes them at the commit (sqlite_vfs_exchange); to have it write them,
 * each table gets one of its rows by INSERT before.
 *
 * That is safe because all of it is SQLite's transaction. Its rollback journal
 * (https://www.sqlite.org/fileformat2.html, 3) has what the root pages and the header were, and how
 * long the file was, and is on the disk before any of them is written; its sync of the database
 * takes in all pages of the file; and the commit is the journal's end, and that of its folder's
 * sync. After a crash at any moment SQLite takes all of it back, whoever opens the database next.
 * Before the commit there is nothing to take back but room: pages behind the end, of which SQLite
 * knows nothing, and the next load cuts them off. (SQLite takes such a file for as long as it is:
 * a transaction that begins with it must not be the one that puts pages there.) Other connections,
 * and this one, see by the header that the file is another one, and read it anew.
 *
 * Why not with a write-ahead log: there the count of pages stands in the log and in the memory that
 * is shared with readers. So the log is given up for that transaction, which SQLite only does when
 * nobody else has the database open. Who opens it meanwhile reads what is there, and waits only
 * while it is committed; and if a reader does not end, the commit waits (transaction.c).
 *
 * Limits: not with auto_vacuum, whose maps of pages are not kept here; nor with an SQLite that was
 * built for file systems which write many pages at once (SQLITE_IOCAP_BATCH_ATOMIC): it would have
 * no journal (vfs.c). */
#ifndef MOVIE_ETL_STORE_SQLITE_GRAFT_H
#define MOVIE_ETL_STORE_SQLITE_GRAFT_H

#include "store/sqlite/page_file.h"

struct sqlite;
struct store;

/* Before the transaction: gives up the write-ahead log if nobody else has the database open. */
bool graft_prepare(struct store *s, struct err *e);
/* Whether the log was given up, and what follows is due. */
bool graft_is_on(const struct sqlite *q);
/* When the transaction has begun: cuts off what a load that was killed has left behind the
 * database's end. *ret_suits false: the transaction is to be taken back, and, if `*ret_again`,
 * begun again, for SQLite believes in what was there; else graft_end is due. */
bool graft_check(struct store *s, bool *ret_suits, bool *ret_again, struct err *e);

/* Pages that SQLite changes from here on stay in its cache until the commit writes them; it is to
 * change each root page that will be another one. */
bool graft_hold(struct store *s, struct err *e);
/* Then: the file, for pages behind those that SQLite has by now. Until the commit SQLite may change
 * pages, but needs no further one. */
bool graft_begin(struct store *s, struct page_file **ret, struct err *e);
/* Trees are built. The last thing before COMMIT; fine where nothing was begun. */
bool graft_ready(struct store *s, struct err *e);
/* Behind it: ERR_BUG if SQLite has not written what was to be exchanged. */
bool graft_is_taken_in(struct store *s, struct err *e);
/* When it failed: why, if the reason is here. */
void graft_explain(const struct sqlite *q, struct err *e);
/* Or else: what was begun is forgotten. It may be tried again. */
bool graft_withdraw(struct store *s, struct err *e);

/* Behind the transaction, however it ended: takes the log up again, if no reader is in the way for
 * seconds. Fine when it is not on. */
void graft_end(struct store *s, bool committed);
/* Behind the connection: closing a descriptor of the file ends all locks on it. NULL is fine. */
void graft_free(struct sqlite *q);

#endif
