/* Random whole records, new ones, as on a first load. */
#ifndef MOVIE_ETL_TEST_RECORDS_KIT_H
#define MOVIE_ETL_TEST_RECORDS_KIT_H

#include "aside_kit.h"

enum { MOVIES = 96, GROUP = 20 };

/* The same ones each time, with ids in no order. */
void random_records(struct kit *k, struct tmdb_write *ret[MOVIES]);
/* In groups. */
void write_all(struct kit *k, struct tmdb_write *records[MOVIES]);
/* The dump of the records written one group after the other, without waiting. */
struct view plain_dump(struct kit *k, struct tmdb_write *records[MOVIES]);

#endif
