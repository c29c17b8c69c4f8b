/* Hosts: the value of SQL_HOST, taken apart (private to this folder). */
#ifndef MOVIE_ETL_STORE_MYSQL_HOSTS_H
#define MOVIE_ETL_STORE_MYSQL_HOSTS_H

#include "base/arena.h"
#include "base/err.h"

enum { HOSTS_MAX = 16, DEFAULT_PORT = 3306 };

struct host {
    const char *name; /* without brackets */
    int port;         /* 0: none was named */
};

struct hosts {
    struct host items[HOSTS_MAX];
    size_t n;
};

/* "host[:port][,host[:port]...]", an IPv6 address with a port in brackets: "[::1]:3306". Names live
 * in `a`. ERR_CONFIG for anything else. */
bool hosts_parse(const char *text, struct arena *a, struct hosts *ret, struct err *e);

#endif
