/* The verbs: what the program does, one function per command. The only folder that knows more than
 * one sibling.
 *
 * cli fills a request, gives a config and a user interface, calls a verb, and turns the result into
 * an exit code. Verbs never print: they say lines and report progress through the interface. */
#ifndef MOVIE_ETL_ETL_H
#define MOVIE_ETL_ETL_H

#include "base/err.h"
#include "base/vec.h"
#include "model/finding.h"
#include "source/tmdb/tmdb.h"
#include "stage/stage.h"
#include "store/store.h"

struct etl_config {
    struct store_config store;
    struct tmdb_config tmdb;    /* key may be NULL: then verbs that need it fail with CONFIG */
    const char *data_dir;       /* "data" */
    const char *movielens_path; /* NULL: not configured */
};

struct etl_progress {
    const char *what;     /* "ratings", "fetching movies" */
    uint64_t done, total; /* total 0: unknown */
    const char *detail;   /* for people, may be NULL: "12 retries, 62.1 % of all ratings covered" */
};

struct etl_ui {
    void (*say)(void *payload, const char *line); /* a line of the result */
    /* as often as anything moves; the ui thins it out */
    void (*progress)(void *payload, const struct etl_progress *p);
    void (*finding)(void *payload, const struct finding *f);
    void *payload;
};

/* Everything the options of all commands can say; each verb reads what is its own. */
struct etl_request {
    bool dry_run;
    uint64_t limit;      /* --limit N: movies to fetch at most; 0: no bound */
    int64_t max_seconds; /* --max-time T; 0: no bound */
    const int64_t *ids;  /* --ids FILE|-, or the ids of `update` */
    size_t id_n;
    bool ids_given;
    int start_year, end_year; /* --start-year, --end-year; 0: not given */
    bool after_given;
    int64_t after_day; /* --after-date */
    int days;          /* --days N; 0: since the cursor */
    bool only_known;   /* --only-known */
    bool type_given;
    enum batch_type type;     /* --batch-type */
    const char *const *files; /* --file F..., or the files of `validate` */
    size_t file_n;
    bool replace_release; /* --replace-release */
    enum ml_kept ratings; /* --ratings rows|stats|none */
    /* --memory: bytes for a MovieLens load; 0: the store's own bound */
    int64_t memory;
    uint64_t max_errors;     /* --max-errors N; UINT64_MAX: no bound */
    double max_error_share;  /* --max-errors P%, 0..1; 1: no bound */
    bool json;               /* status --json */
    const char *changed_ids; /* sync --changed-ids FILE; NULL: not given */
};

struct etl {
    const struct etl_config *config;
    const struct etl_request *request;
    const struct etl_ui *ui;
    struct findings findings; /* of the whole command */
    /* Set by the verb; a verb that returned true may still have these: some records could not be
     * obtained or loaded (exit code PARTIAL); it ended at a bound (MORE). */
    bool partial, more;
    bool store_found;     /* a store was opened */
    bool store_named;     /* the store has been said: once per command is enough */
    int64_t first_run_id; /* of the runs that this command began; 0: none */
};

void etl_init_env(struct etl *x, const struct etl_config *config, const struct etl_request *request,
    const struct etl_ui *ui);
void etl_done(struct etl *x);

bool etl_init_movielens(struct etl *x, struct err *e); /* init --load-movielens */
bool etl_init_tmdb(struct etl *x, struct err *e);      /* init --fetch-tmdb */
bool etl_init_full(struct etl *x, struct err *e);      /* init --full */
bool etl_missing(struct etl *x, struct err *e);
bool etl_changes(struct etl *x, struct err *e);
bool etl_update(struct etl *x, struct err *e);
bool etl_process(struct etl *x, struct err *e);
bool etl_sync(struct etl *x, struct err *e);
bool etl_verify(struct etl *x, struct err *e);   /* verify --export */
bool etl_validate(struct etl *x, struct err *e); /* touches no database */
bool etl_status(struct etl *x, struct err *e);
bool etl_clear(struct etl *x, struct err *e); /* cli has asked for the confirmation */
bool etl_dump(struct etl *x, struct err *e);  /* the canonical dump, line by line through ui->say */

#endif
