/* Check: validation rules over the model. Gives findings, never changes anything, never prints.
 *
 * Three levels: schema (required, ranges, lengths, formats of every field in the tables), integrity
 * (duplicates in a movie's lists, implausible dates, contradictions between records), batch (counts
 * and checksums: stage reports those while it reads). The limits come from the field tables, so
 * both engines reject the same records. */
#ifndef MOVIE_ETL_CHECK_H
#define MOVIE_ETL_CHECK_H

#include "base/map.h"
#include "model/finding.h"
#include "model/tmdb.h"

/* Schema and integrity of one record. True when it has no finding of severity ERROR. */
bool check_record(const struct staged_record *r, struct findings *findings);

/* Contradictions between records, over a run: feed every accepted movie. */
struct check_run {
    struct textmap imdb; /* imdb_id -> the first tmdb_id that carried it */
    struct map seen;     /* tmdb_id -> line of its first record in the file at hand */
};
void check_run_init(struct check_run *c);
void check_run_done(struct check_run *c);
void check_run_new_file(struct check_run *c);
void check_in_run(struct check_run *c, const struct staged_record *r, struct findings *findings);

#endif
