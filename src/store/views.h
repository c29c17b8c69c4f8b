/* Views: what people query (private to store; docs/schema.md shows how). */
#ifndef MOVIE_ETL_STORE_VIEWS_H
#define MOVIE_ETL_STORE_VIEWS_H

#include "store/sql.h"

struct view_row {
    const char *name;
    void (*print)(const struct store *s, struct str *to); /* the SELECT */
};
extern const struct view_row view_rows[]; /* ends with name == NULL */

/* The CREATE VIEW statement, with names in braces (sql.h). */
struct view views_print(struct store *s, const struct view_row *v, struct arena *a);
/* Tells definitions apart; stored in etl_tables. */
struct view views_hash(struct view definition, struct arena *a);
bool views_drop(struct store *s, const struct view_row *v, struct err *e);

#endif
