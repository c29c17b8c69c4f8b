/* Live: what the database holds, read once (private to store). */
#ifndef MOVIE_ETL_STORE_LIVE_H
#define MOVIE_ETL_STORE_LIVE_H

#include "store/sql.h"

/* Names are compared without case: engines differ in that. */
struct live {
    struct arena arena;
    struct vec objects;  /* struct object */
    struct vec registry; /* struct registered */
    bool has_registry;
    int64_t version; /* the highest migration recorded */
};

struct registered {
    struct view name; /* without the prefix */
    struct view definition;
};

/* ERR_FOREIGN when something of our name is not ours. */
bool live_read(struct store *s, struct live *ret, struct err *e);
void live_done(struct live *l);

/* The table, view or index of ours with that name (without the prefix), or NULL. */
const struct object *live_find(const struct store *s, const struct live *l, const char *name);
const struct registered *live_registered(const struct live *l, struct view name);

/* A row for each column of a table, with its name; `table` is named as it lives there. */
bool live_each_column(
    struct store *s, struct view table, row_fn *row, void *payload, struct err *e);

#endif
