/* Fetching: ids in, a YAML batch out (private to etl). What init, missing, changes and update
 * share.
 *
 * Which ids a verb wants is its own business; here they are thinned (staged, loaded, gone), counted
 * against the bounds, fetched, staged, and what could not be had is told. Interrupted at any point,
 * the next run goes on: complete files count as staged, an unfinished one is continued. */
#ifndef MOVIE_ETL_ETL_FETCH_H
#define MOVIE_ETL_ETL_FETCH_H

#include "base/map.h"
#include "etl/work.h"

enum skip_rule {
    SKIP_KNOWN = 1,  /* loaded already */
    SKIP_STAGED = 2, /* in a file in raw/ */
    SKIP_GONE = 4,   /* seen gone within the last 30 days */
};

/* What is known before anything is asked. */
struct fetcher {
    struct work *w;
    struct tmdb_client *client;
    struct batch_notes *notes;  /* NULL: none are kept */
    struct map known;           /* tmdb_id -> fetched_at */
    struct map marked;          /* of these, marked as gone */
    struct map staged;          /* of complete files in raw/ */
    struct map gone;            /* tmdb_id -> last_at */
    int64_t deadline_ms;        /* of --max-time; 0: none */
    uint64_t fetched;           /* against --limit */
    uint64_t announced, listed; /* by discover, over all windows */
    char summary[240];          /* of the run, for etl_runs; set by fetcher_end */
    uint64_t adult;
    struct vec failures; /* struct failure: the first few that could not be had */
};

/* `verb`: under which notes are kept for the next run of the same command (notes.h); NULL: none
 * are. */
bool fetcher_init(struct fetcher *f, struct work *w, const char *verb, struct err *e);
/* The command is over, `ok`: without an error. Says what was fetched and what could not be; sets
 * partial. */
bool fetcher_end(struct fetcher *f, bool ok, struct err *e);
void fetcher_done(struct fetcher *f);

/* A set of ids in the order they are to be asked for. */
struct id_set {
    struct vec ids;       /* int64_t */
    struct map seen;      /* value: the last day the feed of changes names the id, or 1 */
    struct map ratings;   /* tmdb_id -> MovieLens ratings, when known: how much a movie matters */
    uint64_t ratings_all; /* of the whole release; 0: not known */
    uint64_t ratings_had; /* of movies that need not be asked for */
};
void id_set_init(struct id_set *s);
void id_set_done(struct id_set *s);
bool id_set_add(struct id_set *s, int64_t id, struct err *e); /* once */
/* Adapter for the callbacks of source/tmdb. */
bool id_set_take(void *payload, int64_t tmdb_id, struct err *e);

bool fetch_skips(const struct fetcher *f, int64_t tmdb_id, unsigned rules);
/* Takes out what need not be asked for; `rules` are skip_rule bits. */
void fetch_thin(const struct fetcher *f, struct id_set *s, unsigned rules);

/* One batch: type, scope, what was asked, and the cursor it moves when everything in it was had. */
struct fetch_batch {
    enum batch_type type;
    const char *scope, *query;
    const char *cursor; /* name, or NULL */
    int64_t cursor_day;
};
/* Fetches the ids into one batch. A dry run says how many. */
bool fetch_ids(
    struct fetcher *f, const struct fetch_batch *b, const struct id_set *ids, struct err *e);

#endif
