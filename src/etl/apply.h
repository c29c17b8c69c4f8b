/* Applying staged records to the database (private to etl): read, merge, write only the difference,
 * note what changed.
 *
 * The one path by which TMDB data gets into the tables; a dry run takes it too, up to the
 * writing. */
#ifndef MOVIE_ETL_ETL_APPLY_H
#define MOVIE_ETL_ETL_APPLY_H

#include "base/map.h"
#include "etl/link.h"

struct apply_counts {
    uint64_t added, updated, unchanged, stale, adult, gone, back, skipped;
    uint64_t marked; /* stored records marked as gone */
};

/* A staged record; of a movie also its rows. */
struct laid_out {
    const struct staged_record *staged;
    const struct record_rows *rows;
};

struct apply {
    struct work *w;
    struct map gone;         /* tmdb_id -> first_at: what etl_gone holds */
    struct map known;        /* see unchanged.h; the feed's while it runs */
    struct vec fetched;      /* struct id_pair, by id: when those known were fetched, as far as
                                documents told that are unchanged, written or gathered */
    bool gone_uncommitted;   /* `gone` has changes of a transaction that is not committed */
    uint64_t records;        /* in tmdb_movies when the run began */
    struct touched touched;  /* since the last apply_link */
    struct arena arena;      /* for the touched IMDb ids and what is pending; reset by apply_link */
    struct pending *pending; /* compared, to be written together */
    size_t pending_n, pending_cap;
    struct map changed_ids; /* tmdb_id -> 1: of this call of apply_records, written or pending */
    struct vec changes;     /* struct change, in the order of the records; to be written too */
    struct apply_counts counts;
    struct apply_counts settled; /* what they were when the store last settled */
    struct findings *findings;
    struct gathered *gathered; /* see gather.h; NULL: nothing yet */
};

bool apply_init(struct apply *a, struct work *w, struct findings *findings, struct err *e);
void apply_done(struct apply *a);

/* Records of which none is unchanged, in their order, inside the caller's transaction (a dry run:
 * no transaction, nothing is written). They are read together and written together; what they leave
 * behind is not less than if it was done one by one. */
bool apply_records(
    struct apply *a, const struct laid_out *records, size_t n, struct err *e);
/* Links what the records since the last call touched. Same transaction. */
bool apply_link(struct apply *a, struct err *e);
/* Before a transaction is made (again): forgets what an attempt that was rolled back touched,
 * counted and noted. */
bool apply_again(struct apply *a, const struct apply_counts *before, struct err *e);
/* After its commit. */
void apply_committed(struct apply *a);

#endif
