/* The inside of `struct movielens`, shared by the readers of the four files. */
#ifndef MOVIE_ETL_SOURCE_MOVIELENS_RELEASE_H
#define MOVIE_ETL_SOURCE_MOVIELENS_RELEASE_H

#include "source/movielens/ahead.h"
#include "source/movielens/csv.h"
#include "source/movielens/files.h"
#include "source/movielens/known.h"
#include "source/movielens/movielens.h"
#include "source/movielens/note.h"
#include "source/movielens/numbers.h"

enum {
    ML_ID_MAX = 2147483647,
    ML_TEXT_MAX = 10000, /* bytes of a title or tag */
    /* bytes of a list of genres; the longest real one, of ten, has under 100 */
    ML_GENRES_MAX = 1000,
};
#define ML_TIME_MAX INT64_C(4102444800) /* 2100-01-01 */
/* MovieLens's first ratings are from 1995. A last row without a line end that is older than this
 * was cut off. */
#define ML_TIME_CUT INT64_C(631152000) /* 1990-01-01 */

struct ratings;
struct tags;

struct movielens {
    struct files files;
    struct digests digests[ML_FILES]; /* of those that were read to their end */
    struct ml_release release;
    struct known known;
    struct numbers numbers; /* when all movies are known */
    struct vec stats;       /* struct rating_stats per movie, by its number */
    bool movies_done;
    struct ratings *ratings;
    struct tags *tags;
};

/* Begins to read a file; see ahead_start. */
bool release_read(const struct files *f, enum ml_file which, struct ahead **ret, struct err *e);
/* Begins a CSV file: opens it and checks its header. csv_done is needed after success only. */
bool release_begin(struct movielens *m, enum ml_file which, struct csv *ret, struct err *e);
/* Checks a header row; used by release_begin and for the ratings, which are not read with csv.h. */
bool release_check_header(
    const struct movielens *m, enum ml_file which, const struct csv_row *row, struct err *e);
/* A file was read to its end: keeps its digest, and compares it with the release's own. */
void release_end(struct movielens *m, enum ml_file which, struct findings *findings);

struct place release_place(
    const struct movielens *m, enum ml_file which, struct findings *findings);

/* A number field; false (with a finding) when it is bad. `name` is the column's. */
bool field_number(struct place *p, const struct csv_field *f, const char *name, int64_t min,
    int64_t max, int64_t *ret);
/* A text field is UTF-8 without NUL and not too long; false (with a finding) when not. */
bool field_text(struct place *p, const struct csv_field *f, const char *name, size_t max);
/* A row of `n` fields; false (with a finding) when it has another number of them or is CSV_BAD. */
bool row_shape(struct place *p, const struct csv_row *row, size_t n);

void ratings_free(struct ratings *r);
void tags_free(struct tags *t);

#endif
