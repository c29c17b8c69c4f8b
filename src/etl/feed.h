/* Feed: reads batch files ahead of the database, in threads of its own (private to etl).
 *
 * Of each file first the survey, then, if that found it usable, its records in groups, decoded,
 * laid out, hashed and in their order. Whoever takes something owns it and frees it.
 *
 * Reading is what a first load waits for, so what can be done behind the reader is: a second thread
 * hashes the lists of each group, between two queues.
 *
 * At most one thing waits to be hashed and one is, FEED_AHEAD wait behind it, one is being written,
 * a file's groups are kept while it is surveyed, and FEED_SPARES groups are empty, but hold their
 * memory (feed_group.h): KEPT_BYTES and seven times FEED_BYTES, 352 MiB at most and one record
 * more. */
#ifndef MOVIE_ETL_ETL_FEED_H
#define MOVIE_ETL_ETL_FEED_H

#include "etl/feed_group.h"

enum { FEED_AHEAD = 2 };

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
/* Stops reading, and frees what nobody took. Groups that were taken are freed before. */
void feed_free(struct feed *f);

#endif
