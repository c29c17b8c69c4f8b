/* Notes: findings of this folder. Texts from files are shown cut and with what a terminal or a
 * table cannot take replaced, because a bad row may hold anything. */
#ifndef MOVIE_ETL_SOURCE_MOVIELENS_NOTE_H
#define MOVIE_ETL_SOURCE_MOVIELENS_NOTE_H

#include "model/finding.h"

/* Where a finding belongs. */
struct place {
    struct findings *to;
    const char *path;
    uint64_t line;
    int64_t user_id,
        movielens_id; /* the key, as far as it is known: "user 1 movielens 31"; 0: not */
};

void note(struct place *p, enum rule rule, uint64_t column, const char *field, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

struct shown {
    char z[124]; /* at most 120 bytes of valid UTF-8 without control characters */
};
struct shown shown(struct view v);

#endif
