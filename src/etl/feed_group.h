/* Groups: records of a batch file on their way to the database (private to etl).
 *
 * A group holds what the database needs of a record, and no more: its rows, what apply.c asks about
 * it, and its text, which goes to rejected/ when it is refused. What the record was decoded into is
 * gone by then. Texts of the rows are pieces of the document and in no second place, so that a
 * thousand movies of 26 KB take some 70 MB.
 *
 * A file's groups are kept while it is surveyed, up to KEPT_BYTES in all: then it is read once, and
 * what is loaded is what was checked, whoever edits the file meanwhile. Of a larger file nothing is
 * kept; it is read a second time.
 *
 * Groups that were written are filled again: to be handed the same memory by the system anew took
 * as long as a twelfth of all reading. */
#ifndef MOVIE_ETL_ETL_FEED_GROUP_H
#define MOVIE_ETL_ETL_FEED_GROUP_H

#include "base/vec.h"
#include "etl/load.h"
#include "merge/merge.h"

enum {
    FEED_RECORDS = 250,
    FEED_BYTES = 32 * 1024 * 1024,  /* of one group, and one record more */
    KEPT_BYTES = 128 * 1024 * 1024, /* of all groups of a file, and one record more */
    FEED_SPARES = 2,
};

/* Groups to be filled again, for all threads that have to do with them. */
struct feed_spares;
struct feed_spares *feed_spares_new(void);
void feed_spares_free(struct feed_spares *s); /* after all groups; NULL: does nothing */

struct feed_record {
    /* Of a movie only title, adult and which fields were said: the rest is in the rows. */
    struct staged_record record;
    struct record_rows rows;  /* of a movie that is to be compared with what is stored */
    struct view document;     /* as it stands in the file; absent when it is unchanged */
    uint64_t index;           /* of the document in its file */
    bool bad;                 /* the survey refused it */
    struct findings findings; /* of a bad one */
};

struct feed_group {
    struct feed_spares *home; /* where it goes when it is freed */
    struct arena arena;
    struct feed_record records[FEED_RECORDS];
    size_t n;
    uint64_t finding_bytes; /* about what the findings of bad records take */
    bool last;              /* of its file */
};

struct feed_group *feed_group_new(struct feed_spares *home);
void feed_group_free(struct feed_group *g); /* NULL: does nothing */
bool feed_group_is_full(const struct feed_group *g);
/* Adds document number `index`. The texts of the record and its document are in the group's arena
 * already, all else is copied, but for `findings`, which a bad record takes: they are empty then.
 * The lists of its rows get their hashes by feed_group_hash. */
void feed_group_add(struct feed_group *g, const struct staged_record *r, enum mark mark,
    uint64_t index, struct view document, struct findings *findings);
/* When nothing is added any more. */
void feed_group_hash(struct feed_group *g);

struct feed_kept {
    struct feed_spares *home;
    struct vec groups; /* struct feed_group *, in their order; NULL: it was taken */
    size_t taken;
    uint64_t bytes; /* of those that are full */
    bool over;      /* the file is too large: there are none */
};

void feed_kept_init(struct feed_kept *k, struct feed_spares *home);
void feed_kept_done(struct feed_kept *k); /* frees the groups */
/* The group that the next record goes to, whose texts are to be in its arena; NULL when the file
 * is too large. */
struct feed_group *feed_kept_room(struct feed_kept *k);
/* After the last record: marks the last group, which is empty only when there is no other. */
void feed_kept_end(struct feed_kept *k);
/* The next group; NULL after the last. */
struct feed_group *feed_kept_take(struct feed_kept *k);

#endif
