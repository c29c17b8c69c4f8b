/* Configuration keys one by one: what each value must look like. Nothing here shows a secret or a
 * URL (it may hold one): errors tell lengths and positions instead. Errors: CONFIG; the caller says
 * which key and where. */
#ifndef MOVIE_ETL_CLI_KEYS_H
#define MOVIE_ETL_CLI_KEYS_H

#include "base/err.h"
#include "cli/options.h"

bool key_check(enum key k, const char *value, struct err *e);

/* A name in .env that is not ours but was probably meant to be; NULL: it is somebody else's. */
const char *key_meant(struct view name);

#endif
