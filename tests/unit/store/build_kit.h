/* Releases that are loaded by every way there is, and what is said on the way. */
#ifndef MOVIE_ETL_TEST_BUILD_KIT_H
#define MOVIE_ETL_TEST_BUILD_KIT_H

#include "kit.h"

#include "generated.h"

enum { RATINGS = 60000 };

/* What was said since build_begin. */
extern char build_said[2000];
void build_note(const char *text);
void build_says(const char *text); /* fails the test when it is not in there */

/* Perhaps out of order. */
struct build_source {
    struct generated g;
    bool stop_behind;       /* when the last row was given, a stop is asked for */
    uint64_t disorder_from; /* from this row on, blocks are given backwards */
    int32_t users[GENERATED_BLOCK], movies[GENERATED_BLOCK];
    uint32_t numbers[GENERATED_BLOCK];
    uint8_t half_stars[GENERATED_BLOCK];
    int64_t times[GENERATED_BLOCK];
    uint64_t given;
};
extern struct build_source build_source;

struct ml_source build_begin(uint64_t ratings, uint64_t disorder_from);
/* Loads RATINGS of them. */
void build_load(struct kit *k, uint64_t disorder_from);
/* The dump of a database built of them in order. */
struct view built_dump(struct kit *k);

int build_set_up(void **state);
int build_tear_down(void **state);
#define BUILD_TEST(name) cmocka_unit_test_setup_teardown(name, build_set_up, build_tear_down)

#endif
