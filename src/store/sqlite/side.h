/* Side: the file beside the database, PATH.new (private to this folder).
 *
 * Nobody else has it: an flock on it keeps other processes away for as long as it is there, and
 * what a killed process left of it (empty, or with a mark in its header) is removed by the next
 * one; a file of that name that is anybody else's is neither removed nor followed. Two uses. A
 * database that does not exist yet is built in it and gets its name by a link, when it is whole:
 * nothing is ever overwritten. Beside one that exists, which others may have open, it takes in
 * ratings; SQLite then copies them into the live file within the load's transaction. */
#ifndef MOVIE_ETL_STORE_SQLITE_SIDE_H
#define MOVIE_ETL_STORE_SQLITE_SIDE_H

#include "store/sqlite/db.h"

/* file_claim and file_remove_unclaimed, for a name beside the database that is open. A second name
 * of it is not even opened: closing that would end the connection's locks. */
bool side_claim_name(
    const struct sqlite *q, const char *path, bool (*left)(int fd), int *ret_fd, struct err *e);
void side_clean_name(const struct sqlite *q, const char *path, bool (*left)(int fd));

bool side_claim(struct sqlite *q, struct err *e);
/* Takes it away (unless it got its name), detaches it before; fine without one. Not inside a
 * transaction. */
void side_drop(struct sqlite *q);
/* Removes what a killed process left. */
void side_clean(const struct sqlite *q);
/* A database that is being built bears a mark, so that what is left of it is known; one that has
 * its name alone does not. */
bool side_settle_mark(struct store *s, struct err *e);

/* What syncs the database that is being built while it is written, so that side_publish has little
 * left to wait for; begun when first asked for. NULL: none is being built. */
struct sync_ahead *side_sync_ahead(struct sqlite *q);
/* The database that is being built gets its name, synced, and the connection goes on with it. On
 * failure it remains as it is, or (when only the connection failed) the database is there all the
 * same. */
bool side_publish(struct store *s, struct err *e);

/* Without a journal, what fails cannot be rolled back: for files that are thrown away then. Not
 * inside a transaction. */
bool side_forget_journal(struct store *s, struct err *e);

/* Makes these tables and indexes in the side file, which is claimed, as the database has them and
 * empty, and lets `fill` work on it: the store's connection is one to it meanwhile. `fill` is
 * called without a transaction and leaves with one. */
bool side_fill(struct store *s, const char *const *names, size_t n,
    bool (*fill)(struct store *s, const char *path, void *payload, struct err *e), void *payload,
    struct err *e);
/* Copies the side file's ratings, `rows` of them, into the database's, inside its transaction. */
bool side_take_over(struct store *s, uint64_t rows, struct err *e);

#endif
