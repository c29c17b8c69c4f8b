/* A parsed command line. Texts are borrowed from argv. */
#ifndef MOVIE_ETL_CLI_ARGS_H
#define MOVIE_ETL_CLI_ARGS_H

#include "cli/options.h"
#include "etl/etl.h"

enum log_format { LOG_TEXT, LOG_JSON };

struct cli_args {
    enum command command; /* COMMAND_COUNT: none was given */
    bool given[OPTION_COUNT];
    bool load_movielens, fetch_tmdb, full; /* init: exactly one */
    bool force, yes, export, quiet, verbose, no_progress, help, version;
    enum log_format format;
    const char *env_file, *ids_file; /* NULL: not given */
    const char *keys[KEY_COUNT];     /* values given by options; NULL: not given */
    struct vec words;                /* const char *: what is not an option; files of --file, too */
    struct vec ids;                  /* int64_t, each once; request.ids points here */
    struct etl_request request;      /* complete after args_ids */
};

enum { YEAR_MIN = 1874, YEAR_MAX = 2100, DAYS_MAX = 3650, IDS_MAX = 10000000 };

void args_init(struct cli_args *a);
void args_done(struct cli_args *a);

/* Reads argv (argv[0] is skipped) and checks everything that can be checked without looking at
 * files: which options go with the command and with each other, and their values. With --help or
 * --version the rest is not checked. Errors: USAGE. Even on failure `format` is set if argv asks
 * for a format. */
bool args_parse(struct cli_args *a, int argc, char *const *argv, struct err *e);

/* Reads the ids of `update` and of --ids into the request. Errors: USAGE, INPUT (with
 * file:line). */
bool args_ids(struct cli_args *a, struct err *e);
/* One id a line, blanks and # comments allowed; `name` for messages. Ids already in `to` are left
 * out. */
bool ids_parse(struct view text, const char *name, struct vec *to, struct map *seen, struct err *e);

/* What the command needs besides its flags: C_TMDB falls away for init --load-movielens. */
unsigned args_needs(const struct cli_args *a);

#endif
