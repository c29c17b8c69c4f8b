/* Journal mode: how the database is journalled (private to this folder).
 *
 * SQLite changes it only when nobody else is in the way: to give the write-ahead log up nobody may
 * have the database open, to take it up nobody may be reading. That somebody is, is no error here:
 * it stays as it is. */
#ifndef MOVIE_ETL_STORE_SQLITE_JOURNAL_MODE_H
#define MOVIE_ETL_STORE_SQLITE_JOURNAL_MODE_H

#include "store/sqlite/db.h"

/* Not inside a transaction. */
bool journal_mode_give_up_log(struct store *s, struct err *e);
bool journal_mode_take_up_log(struct store *s, int wait_ms, struct err *e);
bool journal_mode_is_log(struct store *s, bool *ret, struct err *e);

#endif
