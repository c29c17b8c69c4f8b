/* Pages kit: a database file made by SQLite, ratings written into it by the page writer, and the
 * same rows inserted by SQLite into another; and how the two compare. */
#ifndef MOVIE_ETL_TESTS_STORE_SQLITE_PAGES_KIT_H
#define MOVIE_ETL_TESTS_STORE_SQLITE_PAGES_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "store/sqlite/rating_pages.h"

#include <sqlite3.h>

enum { WORTH_A_THREAD = 10000 }; /* rows */

/* What rows look like. */
struct row_kind {
    size_t rows;
    uint64_t seed;
    int32_t movies;     /* how many there are */
    int32_t movie_step; /* ids lie so far apart at most */
    int32_t user_step;
    int64_t last_time;     /* instants from minus that to that, of every width between */
    uint32_t most_of_user; /* ratings */
};

/* Few movies, small ids; and ids far apart. */
struct row_kind usual_rows(size_t rows, uint64_t seed, int32_t movies);
struct row_kind sparse_rows(size_t rows, uint64_t seed);

struct row_list {
    int32_t *users, *movies;
    uint8_t *half_stars;
    int64_t *times;
    uint32_t *ranks;
    int32_t *ids; /* of all movies */
    size_t n, movie_n;
};

struct pages_kit {
    char dir[64];
    int dir_fd;
    struct sync_ahead *sync; /* NULL: not begun */
    struct row_list rows;
    size_t beside; /* of the table_place */
    struct rating_pages pages;
    const char *why;
    struct err e;
};

int pages_kit_set_up(void **state);
int pages_kit_tear_down(void **state);
/* Of the table_place, begun when it is asked for; syncs the folder. */
struct sync_ahead *kit_sync(struct pages_kit *k);
/* With its thread: before a seam goes. */
void kit_end_sync(struct pages_kit *k);
#define PAGES_TEST(name)                                                                           \
    cmocka_unit_test_setup_teardown(name, pages_kit_set_up, pages_kit_tear_down)

/* Numbers by chance, the same for the same n: the first is drawn from pages_seed(n). */
uint64_t pages_seed(uint64_t n);
uint64_t pages_random(uint64_t *x);

void make_rows(struct pages_kit *k, const struct row_kind *shape);
void free_rows(struct pages_kit *k);

const char *pages_path(struct pages_kit *k, const char *name); /* of the last few calls */
sqlite3 *open_db(struct pages_kit *k, const char *name);
void run_sql(sqlite3 *db, const char *sql);
int64_t sql_int(sqlite3 *db, const char *sql);

/* An empty database called `name`. */
void make_empty(struct pages_kit *k, const char *name, int page_size, int reserved);
/* Begins on that database; k->why says when it may not. */
void begin_pages(struct pages_kit *k, const char *name);
/* All rows, in blocks of `block`; they are in order. Then the end: whether there is an index too.
 * The pages are to be closed. */
bool write_rows(struct pages_kit *k, size_t block);
/* integrity_check and foreign_key_check find nothing. */
void sound(sqlite3 *db);
/* What is selected from the database at hand and from the one attached as "plain" is the same, row
 * by row, and the tree that is read has that order by itself. */
void same_rows(sqlite3 *db, const char *columns, const char *from, const char *order);
/* All of it into "plain.db", by SQL; and "direct.db" by pages too. */
void write_plain(struct pages_kit *k, int page_size, int reserved);
void write_both(struct pages_kit *k, int page_size, int reserved, size_t block);
/* direct.db is sound and holds what plain.db holds, in table and index. */
void compare_written(struct pages_kit *k);
/* And so it does after both were changed alike. */
void compare_both(struct pages_kit *k);

#endif
