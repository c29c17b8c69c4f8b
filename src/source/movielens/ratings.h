/* Ratings: the inside of their reader, shared by its parts: ratings.c hands out the batches,
 * ratings_scan.c makes a batch of a piece, ratings_careful.c reads a line that is not in the plain
 * form. */
#ifndef MOVIE_ETL_SOURCE_MOVIELENS_RATINGS_H
#define MOVIE_ETL_SOURCE_MOVIELENS_RATINGS_H

#include "source/movielens/plain.h"
#include "source/movielens/release.h"

enum {
    RATINGS_ROW_MIN = 8, /* bytes of the shortest row, "1,1,1,1" and its line feed */
    RATINGS_BATCH = AHEAD_PIECE / RATINGS_ROW_MIN + 1, /* rows; a last row may lack the line feed */
    STEPS = 10,                                        /* half stars */
};

/* The rows of one piece, in columns. */
struct batch {
    size_t n;
    int32_t *user_id, *movielens_id;
    uint32_t *movie; /* its number */
    uint8_t *half_stars;
    int64_t *rated_at;
};

struct ratings {
    struct movielens *m;
    struct ahead *ahead;
    bool ended, failed;
    struct err e; /* of `failed`, for whoever asks again */
    /* Rows per movie, not yet in the statistics. Bytes, for the caches: where one has gone round,
     * `rounds` tells how often. */
    uint8_t (*counts)[STEPS];
    uint32_t (*rounds)[STEPS];
    /* the careful way changes it, and others read the piece at the same time */
    char line[AHEAD_LINE_MAX + 1];
    uint64_t line_now; /* of the row that comes next */
    uint64_t last;     /* user and movie, as one number, of the last row accepted; 0: none */
    /* of the piece that is scanned */
    struct batch b;
    struct place place;
    size_t counted; /* rows of the batch */
};

/* Makes r->b of a piece; with r->line_now 1 the header leads and is passed over. */
void ratings_scan(struct ratings *r, const struct piece *p, struct findings *findings);

/* After the last piece: adds what was counted to the statistics. */
void ratings_add_counts(const struct ratings *r);

/* Reads one line (without its line end; `unended`: the file has none after it) that is not in the
 * plain form. False, with a finding, when it is no rating; also for a blank line, without one. */
bool ratings_careful(struct place *p, char *line, size_t n, bool unended, struct rating *ret);

#endif
