/* Store: the database, whichever engine it is. What the verbs need, in the terms of the data model;
 * no SQL leaves this folder.
 *
 * Tables come from three sources, all printed by one piece of code for each dialect: the field
 * tables (model/layout.h), and the plain tables of schema.c. Correctness never depends on foreign
 * keys. One store is one connection and one thread. Reads give rows to a callback or into the
 * caller's arena; what a callback is given is borrowed for the call, and it must not call the
 * store: a connection runs one query at a time. Every function that writes must be called between
 * store_begin and store_commit, unless it says otherwise. */
#ifndef MOVIE_ETL_STORE_H
#define MOVIE_ETL_STORE_H

#include "base/err.h"
#include "base/map.h"
#include "base/vec.h"
#include "model/finding.h"
#include "model/exchange.h"

struct store;

/* ---- opening */

struct store_config {
    const char *path; /* the embedded file; used when host is NULL */
    const char *host; /* "db1", "db1:3306,db2:3306"; NULL: embedded */
    int port;         /* 0: the default */
    const char *user, *pass, *db, *tls, *socket;
    const char *prefix; /* of every table name, may be "" */
    /* a folder of this process alone, where rows on their way to a server may wait; NULL: none
     * do */
    const char *folder;
    bool foreign_keys;
};

enum store_mode {
    STORE_READ,   /* the database must exist; nothing is written */
    STORE_WRITE,  /* the database must exist; schema brought up to date */
    STORE_CREATE, /* only init: creates database and tables that are missing */
    /* as CREATE; but a database that is not there gets its name with the first load of a release:
     * when none ends well before store_close, there is none afterwards (a server's is made at
     * once) */
    STORE_BUILD,
};

/* Errors: NO_DATABASE (it or our tables are not there), FOREIGN (a table of ours that we did not
 * create), STORE. */
bool store_open(
    const struct store_config *config, enum store_mode mode, struct store **ret, struct err *e);
void store_close(struct store *s);
/* "sqlite /abs/path" or "mysql app@db1/movies"; owned by `s`. */
const char *store_name(const struct store *s);

bool store_begin(struct store *s, struct err *e);
bool store_commit(struct store *s, struct err *e);
void store_rollback(struct store *s);
/* A transaction around `work`, made again as a whole when a server's passing trouble ends it (a
 * deadlock, a lost connection): so `work` must be able to run twice. */
bool store_transact(
    struct store *s, bool (*work)(void *payload, struct err *e), void *payload, struct err *e);

/* ---- MovieLens */

/* The loaded release; *ret_exists false when there is none or its load did not finish. */
bool store_release(
    struct store *s, struct arena *a, struct ml_release *ret, bool *ret_exists, struct err *e);

enum { LOAD_MEMORY = 448 * 1024 * 1024, LOAD_MEMORY_LEAST = 64 * 1024 * 1024 };

/* Loads a release: one call, one outcome. The store pulls; every callback returns false with its
 * error to end the load. On success all of it is in, replacing what an earlier release left in
 * movielens_movies, ratings and tags; on failure (or kill) the database is as it was. Not inside a
 * transaction of the caller's. `movielens_movies.movie_id` and the `movies` table are not touched:
 * the caller links, within the load where `link` or `link_stored` is called, else afterwards. */
struct ml_source {
    /* Calls `take` for every movie. */
    bool (*movies)(void *payload, bool (*take)(void *to, const struct ml_movie *m, struct err *e),
        void *to, struct err *e);
    bool (*ratings)(void *payload, struct rating_block *ret, struct err *e); /* n == 0: the end */
    bool (*tag)(void *payload, struct ml_tag *ret, bool *ret_end, struct err *e);
    /* After the end of the ratings. */
    const struct rating_stats *(*stats)(void *payload, size_t *ret_n);
    /* After the end of everything. */
    const struct ml_release *(*release)(void *payload);
    void *payload;
    /* of ratings.csv, not compressed: how much disk its rows may need. 0: not known */
    uint64_t ratings_bytes;
    /* KEPT_ROWS; otherwise `ratings` gives no row, and `stats` is believed as it is */
    enum ml_kept kept;
    /* bytes the process may take; 0: LOAD_MEMORY. Less than LOAD_MEMORY_LEAST counts as that */
    int64_t memory;
    /* Called, inside the load, with all movies before they are written, when the database is being
     * built (STORE_BUILD), or its tables were made when the store was opened, and they are not too
     * many to wait in memory: it writes the movies they belong to, and sets each row's movie_id.
     * The database is blank (store_is_blank) before. So the release comes with its links. `whole`:
     * all else that is written comes with it too; otherwise only movies and their genres do. NULL:
     * the caller does not link. */
    bool (*link)(void *payload, struct ml_row *rows, size_t n, bool whole, struct err *e);
    /* Where `link` was not: called inside the load's transaction when all else is stored, and links
     * what is there, so that nobody sees a release without its movies. Not on a server, which
     * cannot have all of a load in one transaction. NULL: the caller does not link. */
    bool (*link_stored)(void *payload, struct err *e);
};
struct ml_load_result {
    uint64_t movies, ratings, tags;
    /* rows left out because an earlier one has their key */
    uint64_t duplicate_ratings, duplicate_tags;
    bool linked; /* `link` or `link_stored` was called */
};
bool store_load_movielens(
    struct store *s, const struct ml_source *source, struct ml_load_result *ret, struct err *e);

/* Which rows: all when every list is empty and there is no range, else those that match any. */
struct store_filter {
    int64_t movielens_first, movielens_last; /* a range; last 0: none */
    const int64_t *movielens_ids, *tmdb_ids, *movie_ids;
    size_t movielens_n, tmdb_n, movie_n;
    const struct view *imdb_ids;
    size_t imdb_n;
};
bool store_each_movielens(struct store *s, const struct store_filter *which,
    bool (*take)(void *payload, const struct ml_row *row, struct err *e), void *payload,
    struct err *e);
/* Every movielens_id, in order. */
bool store_each_movielens_id(struct store *s,
    bool (*take)(void *payload, int64_t movielens_id, struct err *e), void *payload, struct err *e);
/* Rows of movielens_movies (`id`) get their movie (`to`). */
bool store_set_links(struct store *s, const struct id_pair *links, size_t n, struct err *e);

/* ---- TMDB */

/* The id export's popularity, for a record that is loaded; fetched_at stays, and the text it came
 * in is another now. */
bool store_set_popularity(struct store *s, int64_t tmdb_id, double popularity, struct err *e);
/* By tmdb_ids and imdb_ids of the filter; all when both are empty. */
bool store_each_tmdb(struct store *s, const struct store_filter *which,
    bool (*take)(void *payload, const struct tmdb_facts *facts, struct err *e), void *payload,
    struct err *e);
/* Every known id, cheaply, in order of id. */
struct tmdb_known {
    int64_t tmdb_id, fetched_at;
    int64_t gone_at; /* 0: it is not gone */
    int64_t content; /* 0: none is noted */
    bool adult;
};
bool store_each_tmdb_id(struct store *s,
    bool (*take)(void *payload, const struct tmdb_known *known, struct err *e), void *payload,
    struct err *e);

/* Whether a first load of batch files of so many bytes can fit where the database lies, as far as
 * that can be said before; true when there are records. */
bool store_check_room(struct store *s, int64_t batch_bytes, struct err *e);
/* Around the first load of TMDB records: while there are none, indexes on their tables that loading
 * does not need are dropped, and made at the end in one go, which is faster than row by row. A
 * missing index is the note of what is left to do: when the process ends between the two, the next
 * that gets the write lease makes it as it takes that, as also after an end without `indexes`, for
 * who is in a hurry. When there are records nothing is dropped or made. */
bool store_begin_first_load(struct store *s, struct err *e);
bool store_end_first_load(struct store *s, bool indexes, struct err *e);
/* Between the two a store may gather transactions, of later loads too: what is committed may still
 * be lost (killed, disk full), the newest first, until it is settled. To be called between
 * transactions now and then; settles when it is time (store_is_due), or when it has to be `now`.
 * *ret_settled: all that was committed will stay. */
bool store_is_due(const struct store *s);
bool store_settle(struct store *s, bool now, bool *ret_settled, struct err *e);
/* After a failure, `why`: whether what was committed and not settled is lost, and may be done again
 * between the same two, from where it was settled last. Then nothing is gathered any more. Says
 * so once, and why. */
bool store_again(struct store *s, const struct err *why);

/* The records with these ids, none twice, in their order: n of them into `ret`, texts in the
 * arena. */
bool store_read_tmdb(struct store *s, const int64_t *tmdb_ids, size_t n, struct arena *a,
    struct tmdb_stored *ret, struct err *e);
/* Records that are there (`id`) were fetched again, and at what time (`to`). */
bool store_set_fetched(struct store *s, const struct id_pair *fetched, size_t n, struct err *e);
/* The rows of one list of one movie, sorted by key as rows_of_list sorts them. */
bool store_read_rows(struct store *s, const struct list *l, int64_t tmdb_id, struct arena *a,
    struct row_set *ret, struct err *e);

/* Writes n records, none twice, table by table. What is known of a named thing (a person) is not
 * written again when this store has written exactly that less than a day before, by its fetched_at:
 * see seen.h. */
bool store_write_tmdb(struct store *s, const struct tmdb_write *const *w, size_t n, struct err *e);

/* "TMDB has it no longer": one sighting. Updates etl_gone (first_at, last_at, times); a sighting at
 * or before last_at changes nothing. Sets gone_at on a stored record only when `confirm`. */
bool store_see_gone(struct store *s, int64_t tmdb_id, int64_t at, bool confirm, struct err *e);
struct gone_row {
    int64_t tmdb_id, first_at, last_at, times;
};
bool store_each_gone(struct store *s,
    bool (*take)(void *payload, const struct gone_row *row, struct err *e), void *payload,
    struct err *e);
/* The record is back (it was fetched): forgets etl_gone and gone_at. */
bool store_clear_gone(struct store *s, int64_t tmdb_id, struct err *e);

/* ---- the movie */

/* Whether no movie, redirect, conflict or TMDB record is there: at most a release, unlinked. */
bool store_is_blank(struct store *s, bool *ret, struct err *e);

/* Inserts or updates movies (none of them twice) and movie_genres; *ret_changed: how many differed
 * (only theirs updated_at and run_id move). `blank`: it was (store_is_blank) before movies were
 * put, and these are others than those put since; so there is nothing to compare them with. */
bool store_put_movies(struct store *s, const struct movie *movies, size_t n, bool blank,
    int64_t run_id, int64_t now, size_t *ret_changed, struct err *e);
/* Movies (`id`) that are now part of other ones (`to`), which exist and are not among them: removes
 * each, leaves a redirect (redirects to it follow). `to` 0: it is part of none; removes it and the
 * redirects to it. MovieLens rows linked to it are linked to the other, or none. */
bool store_redirect_movies(struct store *s, const struct id_pair *moves, size_t n, struct err *e);
/* Ids of `movies` rows that neither a TMDB record nor a MovieLens row supports. */
bool store_each_unsupported(struct store *s, bool (*take)(void *payload, int64_t id, struct err *e),
    void *payload, struct err *e);
/* Ids of those that a TMDB record alone supports, but of which something is not as it says: perhaps
 * as a MovieLens row said that is gone. */
bool store_each_left(struct store *s, bool (*take)(void *payload, int64_t id, struct err *e),
    void *payload, struct err *e);

/* ---- what is ours */

bool store_begin_run(struct store *s, const char *command, int64_t now, int64_t *ret_run_id,
    struct err *e); /* a transaction of its own */
bool store_end_run(struct store *s, int64_t run_id, int64_t now, int exit_code, const char *summary,
    struct err *e); /* a transaction of its own */

enum file_state {
    FILE_STAGED,
    FILE_LOADING,
    FILE_LOADED,
    FILE_LOST, /* vanished before it was loaded; what it held was fetched again */
};
struct file_row {
    struct view batch_id, name, sha256, type, scope;
    enum file_state state;
    int64_t records_done; /* documents whose effect is committed */
    int64_t records, rejected, run_id, updated_at;
};
bool store_get_file(struct store *s, struct view batch_id, struct arena *a, struct file_row *ret,
    bool *ret_exists, struct err *e);
bool store_put_file(struct store *s, const struct file_row *row, struct err *e);
bool store_each_file(struct store *s,
    bool (*take)(void *payload, const struct file_row *row, struct err *e), void *payload,
    struct err *e);

/* Cursors by name ("changes.fetched", "changes.loaded", "missing.fetched", ...): a day, days since
 * 1970. */
bool store_get_cursor(
    struct store *s, const char *name, int64_t *ret_day, bool *ret_exists, struct err *e);
bool store_set_cursor(struct store *s, const char *name, int64_t day, int64_t now, struct err *e);

bool store_add_findings(
    struct store *s, int64_t run_id, const struct findings *f, int64_t now, struct err *e);

/* Keyed by (movielens_id, tmdb_id, field, rule): seeing one again updates its values. */
bool store_put_conflicts(struct store *s, int64_t run_id, const struct conflict *conflicts,
    size_t n, int64_t now, struct err *e);
/* Forgets the conflicts of MovieLens rows before they are looked at again. */
bool store_clear_conflicts(struct store *s, const int64_t *movielens_ids, size_t n, struct err *e);
/* Forgets those of rows that are gone. */
bool store_drop_conflicts(struct store *s, struct err *e);

bool store_add_changes(struct store *s, int64_t run_id, const struct change *changes, size_t n,
    int64_t now, struct err *e);

/* tmdb_ids that etl_changes names since (and with) that run, each once, in order. */
bool store_each_changed_id(struct store *s, int64_t since_run_id,
    bool (*take)(void *payload, int64_t tmdb_id, struct err *e), void *payload, struct err *e);

/* The write lease: one row, an owner, a token, an expiry. store_begin fails with LOCKED when the
 * token it holds is no longer the one in the table. An owner may take its own lease again at once
 * (it died and is back), so the name must stand for something that only one process can hold: etl
 * names the DATA_DIR whose lock it has. Who gets it makes what somebody's first load left to do
 * (store_begin_first_load). Transactions of their own. */
bool store_take_lease(struct store *s, const char *owner, int64_t seconds, struct err *e);
bool store_drop_lease(struct store *s, struct err *e);

/* ---- looking */

struct table_count {
    const char *table;
    int64_t rows;
    bool ours; /* etl_*: bookkeeping */
};
bool store_counts(struct store *s,
    bool (*take)(void *payload, const struct table_count *c, struct err *e), void *payload,
    struct err *e);

struct store_status {
    int64_t movies, with_tmdb, with_both, movielens_only, tmdb_records, gone, ratings, tags,
        credits, people;
    int64_t oldest_fetched_at, newest_fetched_at;
    int64_t ratings_covered; /* ratings whose movie has a TMDB record */
    int64_t conflicts, findings;
};
bool store_status(struct store *s, struct store_status *ret, struct err *e);
struct run_row {
    int64_t run_id, started_at, ended_at, exit_code; /* ended_at 0: it did not end */
    struct view command, summary;
};
bool store_each_run(struct store *s, size_t newest,
    bool (*take)(void *payload, const struct run_row *row, struct err *e), void *payload,
    struct err *e);
bool store_each_cursor(struct store *s,
    bool (*take)(void *payload, const char *name, int64_t day, struct err *e), void *payload,
    struct err *e);

/* The canonical dump: every data table (no etl_*) by name, a line "# TABLE<tab>COLUMN..." and then
 * its rows by primary key, one line each (without line end), tab-separated, reals as %.17g, texts
 * JSON-escaped, NULL as \N, without instants of our own making. Names are without the prefix. Equal
 * dumps mean "the same database". */
bool store_dump(struct store *s, bool (*line)(void *payload, struct view text, struct err *e),
    void *payload, struct err *e);

/* Empties every registered table; the structure stays, and with it the genre vocabulary and the
 * lease. One transaction of its own. */
bool store_clear(struct store *s, uint64_t *ret_rows, struct err *e);

#endif
