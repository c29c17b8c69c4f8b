/* Feed: reads batch files ahead of the database, in a thread of its own (private to etl).
 *
 * Of each file first the survey, then, if that found it usable, its records in groups, decoded and
 * in their order. Whoever takes something owns it and frees it. At most FEED_AHEAD things wait,
 * each group of FEED_RECORDS records or FEED_BYTES bytes at most (and one record): some 130 MB
 * together with the one being read and the one being written. */
#ifndef MOVIE_ETL_ETL_FEED_H
#define MOVIE_ETL_ETL_FEED_H

#include "base/vec.h"
#include "etl/load.h"
#include "merge/merge.h"

enum { FEED_AHEAD = 2, FEED_RECORDS = 250, FEED_BYTES = 32 * 1024 * 1024 };

struct feed_record {
    struct staged_record record;
    struct record_rows rows; /* of a movie that is to be compared with what is stored */
    struct view document;     /* as it stands in the file, for rejected/ */
    uint64_t index;           /* of the document in its file */
    bool bad;                 /* the survey refused it */
    struct findings findings; /* of a bad one */
};

struct feed_group {
    struct arena arena;
    struct feed_record records[FEED_RECORDS];
    size_t n;
    bool last; /* of its file */
};
void feed_group_free(struct feed_group *g);

/* A file, surveyed; `failed`: it cannot be read, `err` says why, and nothing comes after it. */
struct feed_file {
    const char *path; /* borrowed from the list */
    struct survey survey;
    struct findings findings;
    bool failed;
    struct err err;
};
void feed_file_free(struct feed_file *f);

struct feed;

/* Begins to read the files (const char *, borrowed). `known`: see batch_know; nobody else may use
 * it until feed_free. */
bool feed_new(const struct vec *files, struct map *known, struct feed **ret, struct err *e);
/* The next file; NULL after the last. Groups of the one before that were not taken are passed
 * over. */
struct feed_file *feed_next_file(struct feed *f);
/* The next group of the file taken last, which is usable, until one that is the last. */
bool feed_next_group(struct feed *f, struct feed_group **ret, struct err *e);
/* Stops reading, and frees what nobody took. */
void feed_free(struct feed *f);

#endif
