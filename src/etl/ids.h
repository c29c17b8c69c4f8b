/* Where ids come from, and the days cursors stand at (private to etl). */
#ifndef MOVIE_ETL_ETL_IDS_H
#define MOVIE_ETL_ETL_IDS_H

#include "etl/fetch.h"

/* tmdb_ids of all MovieLens rows, the most rated first. *ret_latest_year: of any MovieLens movie,
 * 0: none loaded. */
bool ids_of_links(struct work *w, struct id_set *to, int *ret_latest_year, struct err *e);
/* Ids that discover lists for the days. Says what was announced and not seen. */
bool ids_of_discover(
    struct fetcher *f, int64_t from_day, int64_t to_day, struct id_set *to, struct err *e);
/* Ids of the newest daily id export that are not adult (unless included) nor videos, most popular
 * first; refreshes the popularity of all that are loaded on the way. A day without an export is not
 * an error: *ret_found. */
bool ids_of_export(struct fetcher *f, struct id_set *to, bool *ret_found, struct err *e);
bool ids_of_changes(
    struct fetcher *f, int64_t from_day, int64_t to_day, struct id_set *to, struct err *e);
/* --ids: keeps only those; without the option everything stays. */
bool ids_keep_requested(const struct etl *x, struct id_set *s, struct err *e);

int64_t today(void); /* days since 1970, UTC */

/* The day through which `type` is fetched. Files that were staged and neither loaded nor still
 * there pull it back before their first day, so that what they held is fetched again. */
bool cursor_fetched(
    struct work *w, enum batch_type type, int64_t *ret_day, bool *ret_exists, struct err *e);
/* What those files held was fetched again: they pull back no more. In the transaction that moves
 * the cursor. */
bool cursor_settle_lost(struct work *w, enum batch_type type, struct err *e);
/* When the last registered file of the type is loaded, everything that was fetched is: moves the
 * cursor that says so, in the transaction in which the file with that id becomes loaded. */
bool cursor_move_loaded(struct work *w, struct view batch_id, struct view type, struct err *e);

#endif
