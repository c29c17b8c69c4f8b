/* Stand-ins for the verbs: they note that they were called and with what, and do what a test told
 * them to. */
#ifndef MOVIE_ETL_TESTS_UNIT_CLI_FAKE_ETL_H
#define MOVIE_ETL_TESTS_UNIT_CLI_FAKE_ETL_H

#include "etl/etl.h"

struct fake_etl {
    const char *called; /* the verb's name; NULL: none was */
    struct etl_request request;
    struct etl_config config;
    int64_t ids[16];
    char *texts[24]; /* copies of what config and request point to; fake_etl_reset frees them */
    size_t text_n;

    /* What the verb is to do. */
    void (*act)(struct etl *x);
    enum err_kind fail; /* ERR_NONE: succeed */
    bool partial, more;
};
extern struct fake_etl fake_etl;

void fake_etl_reset(void);

#endif
