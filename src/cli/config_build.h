/* From single values to struct etl_config: what must hold between keys. */
#ifndef MOVIE_ETL_CLI_CONFIG_BUILD_H
#define MOVIE_ETL_CLI_CONFIG_BUILD_H

#include "cli/config.h"

/* Fills c->etl from c->value. The texts stay where they are. */
bool config_build(struct config *c, const struct cli_args *args, struct err *e);

#endif
