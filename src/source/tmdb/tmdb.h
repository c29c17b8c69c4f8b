/* TMDB: everything the program asks of the API, in the program's own terms.
 *
 * One client is one polite visitor: one token bucket, one retry policy, one circuit breaker for the
 * whole process. It believes nothing: every answer has limits on time and size, must be JSON, must
 * be what was asked for. Errors come in three classes (facts in docs/tmdb.md): retried here; for
 * this id only (an outcome); stop the run (an error: AUTH, SERVICE, BUG, INTERRUPTED). No key ever
 * appears in an error or a log line. */
#ifndef MOVIE_ETL_SOURCE_TMDB_H
#define MOVIE_ETL_SOURCE_TMDB_H

#include "base/err.h"
#include "base/vec.h"
#include "model/finding.h"
#include "model/tmdb.h"

struct tmdb_config {
    const char *base_url;   /* "https://api.themoviedb.org/3" */
    const char *export_url; /* "https://files.tmdb.org/p/exports" */
    const char *key;        /* v3: 32 hex digits; v4: a token with two dots */
    const char *language;   /* "en-US" */
    double rate;            /* requests per second; 0: unlimited */
    unsigned connections;   /* at most 20 */
    bool include_adult;
    const char *const *sections; /* asked for in one request, NULL-terminated */
    int64_t timeout_ms;          /* of one request */
    unsigned tries;              /* of one request, the first included */
    bool ipv4_only;
};

/* What the settings may be, one by one; nowhere else is it said. Errors (CONFIG) begin where the
 * setting's name ends ("character 3 cannot stand in a URL") and never show a key or a URL. */
bool tmdb_setting_key(struct view key, struct err *e);
bool tmdb_setting_url(
    struct view url, struct err *e); /* of either: http or https, a host, no user, no query */
bool tmdb_setting_language(struct view language, struct err *e);
/* On TMDB's own hosts at most 40 and never unlimited. */
bool tmdb_setting_rate(double rate, const char *base_url, struct err *e);

struct tmdb_client;

bool tmdb_client_new(const struct tmdb_config *config, struct tmdb_client **ret, struct err *e);
void tmdb_client_free(struct tmdb_client *c);

/* Counters since the client was made. */
struct tmdb_counts {
    uint64_t requests, retries, throttled, bytes, movies, gone, failed;
};
void tmdb_counts(const struct tmdb_client *c, struct tmdb_counts *ret);

/* One cheap request that tells whether the key is accepted. */
bool tmdb_check_key(struct tmdb_client *c, struct err *e);

enum tmdb_outcome {
    /* record.movie holds the details with all sections; further review pages were followed */
    TMDB_MOVIE,
    TMDB_GONE,   /* record.gone: TMDB answered "not found" */
    TMDB_ADULT,  /* adult while the configuration excludes it; nothing else is known */
    TMDB_FAILED, /* could not be obtained (tries exhausted, nonsense): `why` says what happened */
};

struct tmdb_result {
    int64_t tmdb_id;
    enum tmdb_outcome outcome;
    struct staged_record record; /* in an arena that lives for the call */
    struct err why;
};

/* Fetches movies, many at a time. `next` gives the next id or returns false when there is none (it
 * is not called again then); `take` gets each result as it completes, in any order; false from it
 * ends the fetch with its error. A stop request (sys_stop_asked) lets requests on the way finish,
 * then ends with ERR_INTERRUPTED. */
struct tmdb_fetch {
    bool (*next)(void *payload, int64_t *ret_tmdb_id);
    bool (*take)(void *payload, const struct tmdb_result *result, struct err *e);
    void *payload;
};
bool tmdb_fetch_movies(struct tmdb_client *c, const struct tmdb_fetch *fetch,
    struct findings *findings, struct err *e);

/* Ids of all movies whose primary release date lies in [from_day, to_day] (days since 1970): date
 * windows are bisected until each fits under TMDB's cap of 500 pages; ids are unique. */
struct tmdb_listing {
    uint64_t expected, seen, requests,
        windows; /* expected: sum of total_results over the final windows */
};
bool tmdb_discover(struct tmdb_client *c, int64_t from_day, int64_t to_day,
    bool (*take)(void *payload, int64_t tmdb_id, struct err *e), void *payload,
    struct tmdb_listing *ret, struct err *e);
/* Only the count that discover announces for the range (one request): for estimates. */
bool tmdb_discover_count(
    struct tmdb_client *c, int64_t from_day, int64_t to_day, uint64_t *ret, struct err *e);

/* Ids in the changes feed of one UTC day, unique, every page. */
bool tmdb_changes(struct tmdb_client *c, int64_t day,
    bool (*take)(void *payload, int64_t tmdb_id, struct err *e), void *payload,
    struct tmdb_listing *ret, struct err *e);

/* What an earlier run was told, so that a walk through a list that was cut short goes on where it
 * was: `recall` gives the oldest answer to the question (an address without base, key and host)
 * that was not given yet, `keep` gets every answer that came. Serves tmdb_discover and
 * tmdb_changes. */
struct tmdb_page {
    int64_t total_pages, total_results;
    const int64_t *ids;
    size_t n;
};
struct tmdb_memory {
    bool (*recall)(void *payload, const char *question, struct arena *a, struct tmdb_page *ret);
    bool (*keep)(void *payload, const char *question, const struct tmdb_page *page, struct err *e);
    void *payload;
};
void tmdb_remember(struct tmdb_client *c, const struct tmdb_memory *memory);

/* The movie that carries an IMDb id; *ret = 0 when there is none. */
bool tmdb_find(struct tmdb_client *c, const char *imdb_id, int64_t *ret_tmdb_id, struct err *e);

/* The daily id export of `day`, streamed. *ret_exists is false when that day's file is not
 * there. */
struct tmdb_export_row {
    int64_t tmdb_id;
    double popularity;
    bool adult, video;
    struct view original_title;
};
bool tmdb_export(struct tmdb_client *c, int64_t day,
    bool (*take)(void *payload, const struct tmdb_export_row *row, struct err *e), void *payload,
    bool *ret_exists, struct err *e);

/* One body of /movie/{id} decoded as the client does it; for tests and tools. */
bool tmdb_decode_body(struct view json, struct arena *a, struct tmdb_movie *ret,
    struct findings *findings, struct err *e);

#endif
