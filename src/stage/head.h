/* Head: what the first lines of a movie's document say, when they are as the writer wrote them
 * (private to stage):
 *
 *   ---
 *   etl: {fetched_at: "2026-11-22T10:00:07Z", review: null}
 *   movie:
 *     id: 550
 *     imdb_id: "tt0137523"
 *
 * Enough to know the record by, and to see whether the rest is what was loaded before, without
 * reading it. */
#ifndef MOVIE_ETL_STAGE_HEAD_H
#define MOVIE_ETL_STAGE_HEAD_H

#include "base/view.h"

#include <stdbool.h>
#include <stdint.h>

struct head {
    int64_t tmdb_id, fetched_at;
    struct view imdb_id; /* absent: null; borrowed from the text */
    int64_t content;     /* of all from "movie:" on, and of the version: above 0 */
};

/* False: the document begins otherwise, or is no movie's; it may be a good one. `version`:
 * tables_version(). */
bool head_read(struct view document, uint64_t version, struct head *ret);

#endif
