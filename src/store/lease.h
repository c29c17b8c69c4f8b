/* Lease: one writer at a time, whatever happens to it (private to store; the interface is in
 * store.h).
 *
 * One row of etl_locks: who, a random token, until when by the server's clock. Every writing
 * transaction first looks for its token and moves the expiry on (one that is gathered with others
 * leaves that to the last), so a process that was paused until its lease was taken over cannot
 * write any more. Needs nothing but rows, so it also holds on servers where locks are local to a
 * node. */
#ifndef MOVIE_ETL_STORE_LEASE_H
#define MOVIE_ETL_STORE_LEASE_H

#include "store/sql.h"

/* Inside a transaction: nothing when this store holds no lease; else ERR_LOCKED if it was lost, or
 * its expiry moved. */
bool lease_check(struct store *s, struct err *e);
/* The first half of it: ERR_LOCKED if it was lost by now. Locks nothing, so it may be lost a moment
 * later: transactions that begin with this end with the other. */
bool lease_look(struct store *s, struct err *e);
/* lease_check for who commits what was gathered, when store_commit is long over: to write the rows
 * that waited may have taken longer than the lease lasts. So it begins anew, before anybody else
 * gets the right to write. */
bool lease_renew(struct store *s, struct err *e);

#endif
