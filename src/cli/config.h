/* The configuration: flags > environment > .env > defaults, key by key.
 *
 * A key that a place names with an empty value is unset there, and lower places are not asked. A
 * secret may come from a file: TMDB_API_KEY_FILE, SQL_PASS_FILE; naming both in one place is an
 * error. Secrets are read only when the command needs them. Two guards against a lost
 * configuration: SQL_USER, SQL_PASS, SQL_DB or SQL_SOCKET without SQL_HOST is an error; TMDB's own
 * hosts are never asked faster than they allow. */
#ifndef MOVIE_ETL_CLI_CONFIG_H
#define MOVIE_ETL_CLI_CONFIG_H

#include "cli/args.h"

enum { CONFIG_SECTIONS_MAX = 20 }; /* what append_to_response takes at most */

struct config {
    struct etl_config etl;
    struct arena arena;
    struct vec warnings;          /* const char *: what to tell before the work begins */
    const char *value[KEY_COUNT]; /* NULL: unset */
    const char *where[KEY_COUNT]; /* where it was set, for errors: "--rate", ".env:4: TMDB_RATE" */
    const char *sections[CONFIG_SECTIONS_MAX + 1];
};

void config_init(struct config *c);
void config_done(struct config *c);

/* `environment` is as environ. Reads .env in the working directory if there is one, or --env-file,
 * which must be there. Errors: CONFIG, naming the key and the place, never showing a secret. */
bool config_load(
    struct config *c, const struct cli_args *args, char *const *environment, struct err *e);

/* What the database is called before it is opened: "sqlite data/movies.db", "mysql movies on db1";
 * and the name to type when it is to be emptied: "movies.db", "movies". Both are in the arena. */
const char *config_store_name(struct config *c);
const char *config_store_word(struct config *c);

#endif
