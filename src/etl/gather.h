/* Gathered: records that have not changed, written together (private to etl).
 *
 * Such a record costs the database one date, so a transaction for each group would cost more than
 * all else: it waits for the disk, and writes pages that the next one writes again, for ids come in
 * no order. What moves is kept here, over files, and written in one transaction, in the order of
 * the ids, together with the positions of the files that it completes. Until then nothing of it
 * counts: no position passes it, and its files are not settled (store_settle), so they are not
 * called loaded, and not moved. What a run that is killed had gathered is read and compared
 * again. */
#ifndef MOVIE_ETL_ETL_GATHER_H
#define MOVIE_ETL_ETL_GATHER_H

#include "etl/apply.h"

/* Counts the records, which are `unchanged`, and keeps what moves; `others` of their group are
 * written meanwhile. */
bool gather_records(struct apply *a, const struct staged_record *const *records, size_t n,
    size_t others, struct err *e);
/* Whether the record is one that moves: another document of it must find that written. */
bool gather_moves(const struct apply *a, int64_t tmdb_id);
/* A file that is done when this is written, with the row that is to stand for it (copied). */
bool gather_file(struct apply *a, const struct file_row *row, struct err *e);
/* Whether something waits to be written. */
bool gather_waits(const struct apply *a);
/* Whether it is time; it is, too, when a transaction of the store's waits to be settled. */
bool gather_is_due(const struct apply *a);
/* Writes it, if anything waits (a dry run: forgets it). When that fails it still waits, so that its
 * files stay where they are; it may be tried again. */
bool gather_write(struct apply *a, struct err *e);
void gather_free(struct gathered *g);

#endif
