/* Seen: which rows of named things (people, keywords, companies) this store has written, so that
 * the same person is not written for every film (private to store).
 *
 * A row is left out when exactly it was written, less than a day before by its `fetched_at`. So
 * that column of the own tables is right to a day: it only decides which of two mentions is newer,
 * and a dump leaves it out. All else comes out as if every row had been written: only rows that are
 * newer than all that was stored when the notes began are noted, for of these it is known that they
 * are what is stored now.
 *
 * A fixed table of 2^20 places (32 MiB when all are used), a few for each key's hash: when those
 * are taken, who comes later takes one, and the other is written once more. Of a table that was
 * empty when the notes began it is also known which keys are in it, by a bit for each (8 MiB at
 * most), for a row that is new costs an engine less. Forgotten at every rollback. */
#ifndef MOVIE_ETL_STORE_SEEN_H
#define MOVIE_ETL_STORE_SEEN_H

#include "model/layout.h"

struct seen;

/* `floor`: nothing that is stored was fetched later. */
struct seen *seen_new(int64_t floor);
void seen_free(struct seen *s);

/* Whether writing the row, fetched `at`, can be left out; if not, it is noted as written. `table`
 * is a number of the table's own; the key is the first cell. */
bool seen_row(struct seen *s, size_t table, const struct cell *row, size_t width, int64_t at);

/* That row comes soon: memory may bring its place. */
void seen_expect(const struct seen *s, size_t table, const struct cell *row, size_t width);

/* The table has no rows yet. */
void seen_empty(struct seen *s, size_t table);
/* Whether a row with this key may be there. From now on it is. */
bool seen_key(struct seen *s, size_t table, const struct cell *key);

#endif
