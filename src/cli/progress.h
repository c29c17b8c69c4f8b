/* Progress: how fast, how long still, and the one line that says it. No clock and no terminal in
 * here: both are given, so that the line can be tested as text. */
#ifndef MOVIE_ETL_CLI_PROGRESS_H
#define MOVIE_ETL_CLI_PROGRESS_H

#include "base/str.h"
#include "base/view.h"

enum { PROGRESS_SAMPLES = 11, PROGRESS_TEXT = 160, PROGRESS_WIDTH_MAX = 500 };

struct progress_sample {
    int64_t at_ms;
    uint64_t done;
};

/* One phase ("ratings"): what was reported last, and a sample per second of the last ten. */
struct progress {
    bool active;
    char what[PROGRESS_TEXT], detail[PROGRESS_TEXT]; /* cut where longer */
    uint64_t done, total;                            /* total 0: unknown */
    int64_t now_ms;
    struct progress_sample samples[PROGRESS_SAMPLES];
    size_t sample_n; /* ever taken; the newest at (sample_n - 1) % PROGRESS_SAMPLES */
};

/* Takes a report made at `now_ms`. Returns false when it belongs to another phase than the one that
 * is active: the caller ends that with progress_end first, then calls again. */
bool progress_take(struct progress *p, const char *what, uint64_t done, uint64_t total,
    const char *detail, int64_t now_ms);
void progress_end(struct progress *p);

/* Items per second over the last ten seconds, or since the phase began; 0: not known yet. */
double progress_rate(const struct progress *p);
/* Seconds until done at that rate; -1: not known. */
int64_t progress_left(const struct progress *p);

/* "ratings: 1,234,567 of 32,000,204 (3 %), 410,000/s, 1 min left, detail", at most `width`
 * columns. */
void progress_print(const struct progress *p, size_t width, struct str *to);

void print_count(struct str *to, uint64_t n);        /* 1,234,567 */
void print_seconds(struct str *to, int64_t seconds); /* 45 s, 12 min, 3 h 20 min, 2 d 4 h */

#endif
