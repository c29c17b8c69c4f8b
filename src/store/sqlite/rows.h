/* Rows: cells as a virtual table, so that one INSERT ... SELECT takes in many rows: binding and
 * stepping a statement for each took longer than storing it (private to this folder). */
#ifndef MOVIE_ETL_STORE_SQLITE_ROWS_H
#define MOVIE_ETL_STORE_SQLITE_ROWS_H

#include "store/sqlite/db.h"

/* Once per connection, before sqlite_put_rows. */
bool rows_set_up(struct sqlite *q, struct err *e);
/* "INSERT ... SELECT ... ON CONFLICT ..." over q->given. */
void rows_print(struct str *to, const struct put *p);

#endif
