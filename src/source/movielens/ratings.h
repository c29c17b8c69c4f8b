/* Ratings: the inside of their reader, shared by its parts: ratings.c hands out the batches in
 * order, ratings_scan.c makes a batch of a piece, ratings_careful.c reads a line that is not in the
 * plain form. */
#ifndef MOVIE_ETL_SOURCE_MOVIELENS_RATINGS_H
#define MOVIE_ETL_SOURCE_MOVIELENS_RATINGS_H

#include "source/movielens/plain.h"
#include "source/movielens/release.h"

enum {
    RATINGS_SCANNERS = 2, /* threads */
    RATINGS_ROW_MIN = 8,  /* bytes of the shortest row, "1,1,1,1" and its line feed */
    RATINGS_BATCH = AHEAD_PIECE / RATINGS_ROW_MIN + 1, /* rows; a last row may lack the line feed */
    STEPS = 10,                                        /* half stars */
};

/* What was made of one piece, as if nothing stood before it. */
struct batch {
    struct queue *done; /* the piece, when it was scanned */
    size_t n;
    int32_t *user_id, *movielens_id;
    uint32_t *movie; /* its number */
    uint8_t *half_stars;
    int64_t *rated_at;
    uint64_t lines;           /* of the file */
    uint64_t first, last;     /* user and movie (order_of) of its first and last row; 0: none */
    struct findings findings; /* lines in them are counted from 0 */
    /* When its first row was accepted: its line, and how many findings were kept: there belongs
     * what only who knows the batch before can find. */
    uint64_t first_line;
    size_t first_finding;
};

/* One of the threads that scan. */
struct scanner {
    struct ratings *r;
    struct thread *thread;
    /* Rows per movie, not yet in the statistics. Bytes, for the caches: where one has gone round,
     * `rounds` tells how often. */
    uint8_t (*counts)[STEPS];
    uint32_t (*rounds)[STEPS];
    /* the careful way changes it, and others read the piece at the same time */
    char line[AHEAD_LINE_MAX + 1];
    /* of the piece that is scanned */
    struct batch *b;
    struct place place;
    uint64_t line_now; /* of the row that comes next */
    size_t counted;    /* rows of the batch */
};

struct ratings {
    struct movielens *m;
    struct ahead *ahead;
    struct queue *work;                 /* pieces to be scanned */
    struct batch batches[AHEAD_PIECES]; /* by the index of the piece */
    struct scanner *scanners[RATINGS_SCANNERS];
    /* Holds the statistics (struct vec) while nobody adds to them: who takes them has them to
     * himself. */
    struct queue *stats;
    /* the caller's */
    struct piece *given; /* whose rows he has; NULL: none */
    uint64_t line;       /* of the first line of the next piece */
    uint64_t last;       /* user and movie of the last row given */
    bool begun, ended;
    bool failed;
    struct err e; /* of `failed`, for whoever asks again */
};

/* One number that rises with user, then movie. */
static inline uint64_t order_of_ids(int64_t user_id, int64_t movielens_id)
{
    return (uint64_t)user_id << 32 | (uint64_t)movielens_id;
}

static inline uint64_t order_of(const struct batch *b, size_t i)
{
    return order_of_ids(b->user_id[i], b->movielens_id[i]);
}

/* A thread's life: scans the pieces of r->work until it is closed. Its counts are in the statistics
 * then. */
void ratings_scan(void *scanner);

/* A row, whose line and key the place says, repeats the one before it. */
void ratings_note_repeated(struct place *p);

/* Reads one line (without its line end; `unended`: the file has none after it) that is not in the
 * plain form. False, with a finding, when it is no rating; also for a blank line, without one. */
bool ratings_careful(struct place *p, char *line, size_t n, bool unended, struct rating *ret);

#endif
