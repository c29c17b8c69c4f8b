/* Unchanged records (private to etl): those whose document says, byte for byte, what was loaded
 * from the one before.
 *
 * tmdb_movies.content stands for the text that a row comes from. The feed's thread compares
 * (batch_know), so an unchanged document is neither parsed nor checked nor compared with the rows:
 * only its fetched_at moves. What is stored when the run begins is read once, some 60 bytes a
 * record, and nobody else writes meanwhile (the lease).
 *
 * Not known, so read in full every time: records that are gone or in etl_gone (they come back),
 * that would be left out as adult, that something else than a document changed (the id export),
 * whose document had findings (they are reported by every run), or that an earlier document of this
 * run changed. */
#ifndef MOVIE_ETL_ETL_UNCHANGED_H
#define MOVIE_ETL_ETL_UNCHANGED_H

#include "etl/apply.h"

enum { MAX_KNOWN = 4 * 1000 * 1000 }; /* records beyond it are read in full */

/* Fills a->known, a->fetched and a->records; a->gone is filled. */
bool unchanged_known(struct apply *a, struct err *e);
/* For records that are `unchanged`: counts them, and puts those whose fetched_at is to move into
 * `moves` (tmdb_id -> fetched_at), which may hold others that are not written yet. */
bool unchanged_moves(struct apply *a, const struct staged_record *const *records, size_t n,
    struct map *moves, struct err *e);
/* In a transaction. */
bool unchanged_write(struct apply *a, const struct map *moves, struct err *e);

#endif
