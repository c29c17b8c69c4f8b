/* MovieLens releases: reading the four files of a folder or of the zip it is distributed as.
 *
 * Streaming: a file is read ahead by threads of its own, a fixed number of pieces at most (under 64
 * MiB in all), and one entry per movie is held; nothing grows with the number of rows. One thread
 * at a time calls this interface; what it gets does not depend on how the others run. Every row is
 * checked (digits, ranges, half-star steps, repetition, the movie exists); a bad row is a
 * finding with file and line and is left out, the rest goes on. A file that cannot be read to its
 * end, or whose header is not the one documented, is an error. docs/movielens.md lists what real
 * releases hold and what is made of it. */
#ifndef MOVIE_ETL_SOURCE_MOVIELENS_H
#define MOVIE_ETL_SOURCE_MOVIELENS_H

#include "base/err.h"
#include "model/finding.h"
#include "model/movielens.h"

struct movielens;

/* `path`: a folder with movies.csv links.csv ratings.csv tags.csv, or a zip that holds such a
 * folder. All four must be there; without `with_ratings`, ratings.csv need not, and is not looked
 * at. */
bool movielens_open(const char *path, bool with_ratings, struct movielens **ret, struct err *e);
void movielens_free(struct movielens *m);

/* movies.csv and links.csv joined, in the order of movies.csv. `take` borrows the movie for the
 * call; false from it ends the reading with its error. Must be called before the other two: it
 * learns which movies exist. */
bool movielens_movies(struct movielens *m, struct findings *findings,
    bool (*take)(void *payload, const struct ml_movie *movie, struct err *e), void *payload,
    struct err *e);

/* ratings.csv, a block at a time; ret->n == 0 is the end. Blocks stay valid until the next call.
 * Rows come in file order, as a rule that of user and movie. One that repeats the one before it is
 * dropped with a finding; other duplicates are the store's to find. */
bool movielens_ratings_next(
    struct movielens *m, struct findings *findings, struct rating_block *ret, struct err *e);
/* After the end of the ratings: one entry per movie that has any, by movielens_id. Owned by `m`. */
const struct rating_stats *movielens_stats(const struct movielens *m, size_t *ret_n);

/* tags.csv, one at a time; *ret_end at the end. The text is valid until the next call. */
bool movielens_tag_next(struct movielens *m, struct findings *findings, struct ml_tag *ret,
    bool *ret_end, struct err *e);

/* Size of ratings.csv, not compressed, as its folder or the archive says; 0: it does not, or was
 * opened without it. */
uint64_t movielens_ratings_bytes(const struct movielens *m);

/* Name, checksums and counts. The checksums of files are known once they were read to their end;
 * files whose MD5 differs from the release's own checksums.txt got a finding then. Owned by `m`. */
const struct ml_release *movielens_release(const struct movielens *m);

/* SHA-256 of the four files, or of the three, without parsing them: tells whether this is the
 * release that is loaded already. */
bool movielens_fingerprint(
    const char *path, bool with_ratings, struct arena *a, struct ml_release *ret, struct err *e);

#endif
