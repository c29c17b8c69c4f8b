/* What kit.c asks for when the store is on a server (kit.h says what each is). */
#ifndef MOVIE_ETL_TESTS_STORE_KIT_SERVER_H
#define MOVIE_ETL_TESTS_STORE_KIT_SERVER_H

#include "kit.h"

void kit_server_config(struct kit *k); /* a database that does not exist yet */
void kit_server_drop(struct kit *k);
void kit_server_sql(struct kit *k, const char *sql);
const char *kit_server_text(struct kit *k, const char *sql);
void kit_server_sound(struct kit *k);

#endif
