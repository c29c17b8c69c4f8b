/* Merge: identity, precedence and diff. Pure functions over the model: no store, no clock, no I/O.
 *
 * Which rule decides what is docs/merge.md; the numbers of the identity rules below are its
 * numbers. */
#ifndef MOVIE_ETL_MERGE_H
#define MOVIE_ETL_MERGE_H

#include "base/err.h"
#include "base/vec.h"
#include "model/exchange.h"

/* ---- identity: which movie a MovieLens row belongs to */

enum link_rule {
    /* (b) the link's record, whose IMDb id is the row's, or unknown on one side; but not when it is
     * gone and one living record carries the row's IMDb id */
    LINK_BY_TMDB_ID,
    LINK_BY_IMDB_ID,  /* (c) the only record that carries the row's IMDb id */
    LINK_BY_TITLE,    /* (d) the link's record although the IMDb ids differ: title and year agree */
    LINK_NONE,        /* (e) a movie of its own */
};

struct link {
    int64_t movie_id; /* a tmdb_id, or minus the movielens_id */
    enum link_rule rule;
    bool conflict; /* the two ids contradict each other: see merge_link_conflict */
};

/* `linked`: the record of the row's tmdb_id, or NULL when there is none (yet). `by_imdb`: records
 * that carry the row's IMDb id and are not gone; two of them are as good as many. `scratch` is used
 * and may be reset afterwards. */
struct link merge_link(const struct ml_movie *row, const struct tmdb_facts *linked,
    const struct tmdb_facts *const *by_imdb, size_t by_imdb_n, struct arena *scratch);

/* The year of a release date "YYYY-MM-DD", 0 when there is none. */
int64_t year_of_date(struct view date);
/* Folded titles agree: the MovieLens title, its part before the first parenthesis, or an
 * alternative inside parentheses (without "a.k.a.") against title or original title. */
bool titles_agree(struct view movielens_title, const struct tmdb_facts *t, struct arena *scratch);

/* ---- the movie: precedence per field */

enum { MERGE_MAX_CONFLICTS = 8 };

struct merged {
    struct movie movie;
    struct conflict conflicts[MERGE_MAX_CONFLICTS];
    size_t conflict_n;
};

/* Computes the movie `id` of its TMDB record (NULL: none) and the MovieLens rows linked to it (by
 * movielens_id; may be none, but not both). Texts are borrowed from the inputs or made in `a`. */
void merge_movie(int64_t id, const struct ml_row *const *rows, size_t row_n,
    const struct tmdb_facts *t, struct arena *a, struct merged *ret);

/* ---- a fetched record against what is stored */

/* A movie as the rows it is to be; of the lists that it says something about, with all their
 * rows and, once merge_hash was called, their hashes. Made without a look at what is stored, by
 * whoever has time for it; in its arena but for the texts, so that of the movie only these need
 * live as long. */
struct record_rows {
    struct cell cells[LAYOUT_MAX_COLUMNS]; /* in the order of layout_of_movie */
    struct list_write *lists;              /* `remove` is not set */
    size_t list_n;
};
void merge_lay_out(const struct tmdb_movie *m, struct arena *a, struct record_rows *ret);
/* Hashes every list, into the same arena: as much work as laying out, and needs the rows only. */
void merge_hash(struct record_rows *rows, struct arena *a);

struct record_diff {
    bool stale;      /* older than what is stored: nothing to write */
    bool touched;    /* something besides fetched_at differs */
    struct tmdb_write write;
    struct vec changes; /* struct change */
};

/* Rows of a list as they are stored; asked for only when the content hash differs. */
typedef bool merge_read_rows(void *payload, const struct list *l, int64_t tmdb_id, struct arena *a,
    struct row_set *ret, struct err *e);

/* What writing `r` (a movie), laid out as `rows` and hashed, over `stored` would change. Absent
 * fields and lists keep what is stored; null and empty ones replace it; relationship sets are
 * replaced as sets. An older record (r->at < stored->fetched_at) is stale. `ret` is in `a` but for
 * ret->changes (record_diff_done). */
bool merge_record(const struct staged_record *r, const struct record_rows *rows,
    const struct tmdb_stored *stored, merge_read_rows *read, void *payload, struct arena *a,
    struct record_diff *ret, struct err *e);
void record_diff_done(struct record_diff *d);

/* Rows of `fresh` that `old` lacks or has differently (put), keys of `old` that `fresh` lacks
 * (remove). Both sorted by their first key_n cells. */
struct row_diff {
    struct row_set put, remove;
    int64_t added, updated, removed;
};
void merge_rows(const struct row_set *old, const struct row_set *fresh, size_t key_n,
    struct arena *a, struct row_diff *ret);

#endif
