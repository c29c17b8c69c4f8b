/* The set of rows, records and movies that one linking touches (private to etl; see link.h). */
#ifndef MOVIE_ETL_ETL_LINK_SET_H
#define MOVIE_ETL_ETL_LINK_SET_H

#include "base/map.h"
#include "merge/merge.h"
#include "store/store.h"

enum { LINK_MAX_SET = 4 * 1000 * 1000 };

struct set_row {
    struct ml_row row;
    struct link link;
    const struct tmdb_facts *contradicts; /* the record of the row's tmdb_id, or NULL */
    bool decided;                         /* else the row stays where it is */
};

struct set_record {
    struct tmdb_facts *facts;
    size_t other; /* 1 + index of the one before it with the same IMDb id; 0: none */
};

/* Rows that belong to one movie. */
struct set_group {
    const struct ml_row *const *rows;
    size_t n;
};

struct link_set {
    struct arena arena;
    bool blank;             /* as in struct touched */
    struct vec rows;        /* struct set_row, by insertion */
    struct map row_at;      /* movielens_id -> index in rows */
    struct vec records;     /* struct set_record */
    struct map record_at;   /* tmdb_id -> index in records, or ABSENT */
    struct vec wanted;      /* int64_t: tmdb_ids to load */
    struct vec wanted_imdb; /* struct view */
    struct textmap imdb_asked;
    /* imdb_id -> 1 + index of the last record that carries it and is not gone */
    struct textmap imdb_at;
    struct vec movie_ids; /* int64_t: every movie touched; in order once rows are grouped */
    struct map movie_at;  /* movie_id -> 1 when in movie_ids */
    const struct ml_row **grouped; /* rows sorted by (movie, movielens_id) */
    int64_t *group_ids;
};

void link_set_init(struct link_set *s, bool blank);
void link_set_done(struct link_set *s);

/* Adds the rows that match, and asks for the records they name. */
bool link_set_add_rows(
    struct link_set *s, struct store *store, const struct store_filter *f, struct err *e);
/* Adds these rows. */
bool link_set_take_rows(struct link_set *s, const struct ml_row *rows, size_t n, struct err *e);
void link_set_want_record(struct link_set *s, int64_t tmdb_id);
bool link_set_load_records(struct link_set *s, struct store *store, struct err *e);
/* Notes the movies that rows leave and join, and adds the other rows of these; *ret_more: there
 * were any. */
bool link_set_add_neighbours(
    struct link_set *s, struct store *store, bool *ret_more, struct err *e);

/* The row of that movielens_id, which is there. */
const struct set_row *link_set_row(const struct link_set *s, int64_t movielens_id);
const struct tmdb_facts *link_set_record(const struct link_set *s, int64_t tmdb_id);
/* Up to `max` records that carry the IMDb id and are not gone. */
size_t link_set_by_imdb(
    const struct link_set *s, struct view imdb_id, const struct tmdb_facts **ret, size_t max);

void link_set_group_rows(struct link_set *s);
struct set_group link_set_group(const struct link_set *s, int64_t movie_id);

#endif
