/* Checkpoint: the log of a large commit goes into the database in a thread of its own, with a
 * connection of its own (private to this folder).
 *
 * SQLite does it within the commit, when the log has grown beyond LOG_PAGES: all that a first load
 * brought is read and written once more, and synced, before anything else can be done. What was
 * committed is safe in the log already; so files may be moved and the last indexes made meanwhile.
 * The next gathering waits for it (transaction.c), else the log would grow until the load ends.
 * It syncs the database, while it is written, and behind that even where SQLite leaves it to a
 * later one, so that this finds it done. Whatever fails here is left to whoever closes the database
 * last, as it is by SQLite; but where a sync failed, this connection takes no log over any more,
 * and leaves it where it is when it closes: whoever opens the database next begins with all of
 * it. */
#ifndef MOVIE_ETL_STORE_SQLITE_CHECKPOINT_H
#define MOVIE_ETL_STORE_SQLITE_CHECKPOINT_H

#include "store/sqlite/db.h"

enum {
    /* 64 MiB: how long the write-ahead log gets before it goes into the database */
    LOG_PAGES = 8192,
};

/* From here on it is done beside the connection; or as SQLite does it. */
void checkpoint_beside(struct sqlite *q, bool beside);
/* Waits for the one that is being done. */
void checkpoint_join(struct sqlite *q);

#endif
