/* Exchange: what store and merge hand each other, through etl: rows as they stand, and what to
 * change. All texts are borrowed from an arena of the caller's. */
#ifndef MOVIE_ETL_MODEL_EXCHANGE_H
#define MOVIE_ETL_MODEL_EXCHANGE_H

#include "model/layout.h"
#include "model/movie.h"
#include "model/movielens.h"

/* A row of movielens_movies with what hangs on it. */
struct ml_row {
    struct ml_movie movie;
    int64_t movie_id;                 /* of `movies`; 0: not linked yet */
    int64_t rating_count, rating_sum; /* half stars */
};

/* What the third layer needs of a TMDB record. */
struct tmdb_facts {
    int64_t tmdb_id;
    struct view imdb_id, title, original_title, release_date; /* absent = unknown */
    int64_t runtime;
    int64_t genre_ids[MOVIE_MAX_GENRES]; /* TMDB's own */
    size_t genre_n;
    /* TMDB has it no longer: it stays, but takes in no MovieLens row that a living record claims */
    bool gone;
};

/* One record as stored. */
struct tmdb_stored {
    bool exists;
    int64_t fetched_at, gone_at;
    int64_t content;                       /* as in struct staged_record; 0: none is noted */
    struct cell cells[LAYOUT_MAX_COLUMNS]; /* in the order of layout_of_movie */
    /* content hash per list (list_hash); absent: never fetched */
    struct view hashes[TMDB_LIST_COUNT];
};

/* What to change for one movie; only what differs. */
struct list_write {
    const struct list *list;
    struct row_set put;    /* rows to insert or update (whole rows) */
    struct row_set remove; /* keys of rows to delete: width = the layout's key_n */
    struct row_set own;    /* rows for the own table (people): put where fetched_at is not older */
    struct view hash;      /* the list's new content hash */
};

struct tmdb_write {
    int64_t tmdb_id, fetched_at;
    int64_t content;                       /* of the text that the row comes from; 0: none */
    struct cell cells[LAYOUT_MAX_COLUMNS]; /* the whole row as it is to stand */
    const struct list_write *lists;
    size_t list_n;
    bool is_new; /* nothing of it is stored: no row of its lists can be there */
};

/* Two sources contradict each other; which rule decided. */
struct conflict {
    int64_t movie_id, movielens_id, tmdb_id; /* 0: not involved */
    const char *field, *rule;                /* "title", "link.by-imdb" */
    struct view movielens_value, tmdb_value;
};

/* An id, and the one that takes its place or belongs to it (0: none). */
struct id_pair {
    int64_t id, to;
};

/* What a run changed: one scalar, or the rows of one list. */
struct change {
    int64_t tmdb_id;
    const char *section;              /* a list's name, or "movie" */
    const char *kind;                 /* "added" "updated" "removed" "gone" "back" */
    const char *field;                /* scalars: the field; lists: NULL */
    struct view old_value, new_value; /* scalars */
    int64_t added, updated, removed;  /* lists: rows */
};

#endif
