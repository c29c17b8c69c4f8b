/* A scripted TMDB that holds a small world of movies, for what lists ids. */
#ifndef TESTS_TMDB_WORLD_H
#define TESTS_TMDB_WORLD_H

#include "test.h"

#include "base/date.h"
#include "base/map.h"
#include "base/vec.h"

struct movie {
    int64_t id, day, votes;
    char language[3];
};

struct world {
    struct vec movies; /* struct movie, in the order the lists show them */
    uint64_t requests, over_cap, too_late;
    uint64_t insert_at;    /* before this request a movie is put in front of all others; 0: never */
    uint64_t insert_every; /* and again after so many more */
    int64_t next_id;
    bool adult_asked, video_asked, sort_is_date;
    /* changes */
    int64_t feed_pages, feed_grows_to;
    bool feed_fails;
    char url[300];
};

extern struct world world;
extern struct fake fake;
extern struct tmdb_client *client;
extern struct map taken; /* ids that take_listed got */
extern uint64_t taken_twice;

struct movie *world_add(int64_t id, int64_t day, const char *language, int64_t votes);
/* Payload: an id at which it fails, or NULL. */
bool take_listed(void *payload, int64_t id, struct err *e);
int64_t day(int y, int m, int d);
void expect_all_taken(const struct tmdb_listing *l);

int world_set_up(void **state);
int world_tear_down(void **state);
#define WORLD_TEST(f) cmocka_unit_test_setup_teardown(f, world_set_up, world_tear_down)

#endif
