/* Migrate: sees that the live schema is the one the tables describe (private to store).
 *
 * A registry (`etl_tables`) says which tables and views are ours; one of our names that it does not
 * list belongs to somebody else and stops everything. What is missing is added: tables, columns,
 * indexes (late ones: first_load.h), views whose definition changed, the genre vocabulary. Any
 * other change of the schema is a numbered migration, recorded in `etl_schema_migrations`; a
 * database with a higher number than the program knows is refused. */
#ifndef MOVIE_ETL_STORE_MIGRATE_H
#define MOVIE_ETL_STORE_MIGRATE_H

#include "store/sql.h"

/* A numbered change: what no comparison of schemas can find out. Numbers rise; never change one
 * that was released. */
struct migration {
    int64_t number;
    const char *what;
    bool (*run)(struct store *s, struct err *e);
};

bool migrate(struct store *s, struct err *e);
/* With another list of migrations (ends with number == 0) than the program's own. */
bool migrate_with(struct store *s, const struct migration *list, struct err *e);

#endif
