/* Gathered: the groups of a load of TMDB records as one transaction (private to this folder).
 *
 * What the store begins and commits meanwhile are parts of it; it is committed when it is settled:
 * after a quarter of a second (asked between groups), for each COMMIT waits for the server's disk,
 * and where little changed a run waited for nothing else as long.
 *
 * A first load is gathered for longer. Rows of records wait beside it (waiting.h), and go into
 * their tables in order at its end, over two connections: the second one's part is committed just
 * before the first's, while that still holds the lease's row, as in beside.h.
 *
 * Nothing of it can be taken back by itself. Whatever fails in it, a connection that is lost, a
 * deadlock, a row that the server refuses, ends it, and what it had is to be done again
 * (store_again): by transactions of a group each then, which know how to deal with any of that. On
 * a cluster, which has limits for transactions, nothing is gathered, nor is a first load where rows
 * cannot come by LOAD DATA. */
#ifndef MOVIE_ETL_STORE_MYSQL_GATHERED_H
#define MOVIE_ETL_STORE_MYSQL_GATHERED_H

#include "store/mysql/server.h"

/* The first load begins, or one later: from now on transactions are gathered, if that is
 * possible. */
void gathered_start(struct store *s);
void gathered_start_later(struct store *s);
/* It is over. What was not settled is lost. */
void gathered_stop(struct server *q);

/* Whether rows wait, for LOAD DATA; whether those of this table do. */
bool gathered_has_rows(const struct server *q);
bool gathered_takes(const struct server *q, const struct table *t);
bool gathered_put(struct store *s, const struct put *p, const struct row_set *rows, struct err *e);

/* Whether a transaction is open, of which the next one is a part. */
bool gathered_is_open(const struct server *q);
/* Before a transaction: whether one may begin. */
bool gathered_may_begin(const struct server *q, struct err *e);
void gathered_begun(struct server *q);
/* The transaction has ended, or is lost with its connection. */
void gathered_lose(struct server *q);

/* See engine.h. */
bool gathered_bring_in(struct store *s, struct err *e);
bool gathered_is_due(const struct store *s);
bool gathered_settle(struct store *s, bool now, bool *ret_settled, struct err *e);
bool gathered_again(struct store *s, const struct err *why);

#endif
