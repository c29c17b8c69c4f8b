/* Help for tests of MovieLens releases: a folder of its own, small files in it, zips written byte
 * by byte, and a whole load kept in memory. */
#ifndef MOVIE_ETL_TESTS_RELEASE_HELP_H
#define MOVIE_ETL_TESTS_RELEASE_HELP_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/str.h"
#include "source/movielens/movielens.h"

#define MOVIES_HEADER  "movieId,title,genres\r\n"
#define LINKS_HEADER   "movieId,imdbId,tmdbId\r\n"
#define RATINGS_HEADER "userId,movieId,rating,timestamp\r\n"
#define TAGS_HEADER    "userId,movieId,tag,timestamp\r\n"

/* cmocka setup and teardown: *state is the path of a fresh folder, removed with all in it. */
int box_setup(void **state);
int box_teardown(void **state);
const char *box_path(void **state, const char *name); /* valid until the next call */
void box_write(void **state, const char *name, struct view bytes);
void box_write_release(
    void **state, const char *movies, const char *links, const char *ratings, const char *tags);

/* ---- a load */

enum { LOAD_MAX = 200000 };

struct loaded {
    struct arena arena;
    struct findings findings;
    struct vec movies, ratings, tags; /* struct ml_movie, struct loaded_rating, struct ml_tag */
    struct vec stats;                 /* struct rating_stats */
    struct ml_release release;
};
struct loaded_rating {
    int64_t user_id, movielens_id, half_stars, rated_at;
};

bool load(const char *path, struct loaded *ret, struct err *e);
void load_good(const char *path, struct loaded *ret); /* fails the test with the error's text */
void loaded_done(struct loaded *l);

/* The only finding there is: rule, line, and a part of its text. */
void assert_one_finding(const struct loaded *l, enum rule rule, uint64_t line, const char *part);
void assert_no_finding(const struct loaded *l);
void assert_view(struct view v, const char *expected);
/* The load fails with ERR_INPUT; `part` is in the text, `hint` (or NULL) in the hint. */
void assert_load_fails(const char *path, const char *part, const char *hint);

/* ---- a zip */

struct zip_spec {
    const char *name;
    struct view bytes;
    bool deflated;
};
/* Appends an archive. */
void zip_print(struct str *to, const struct zip_spec *members, size_t n);
void put16(struct str *to, uint64_t x);
void put32(struct str *to, uint64_t x);
void put64(struct str *to, uint64_t x);
/* Raw deflate of `bytes`. */
void put_deflated(struct str *to, struct view bytes);

#endif
