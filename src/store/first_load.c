/* Indexes that are made after a first load: see store.h. */
#include "store/ddl.h"
#include "store/migrate.h"

static bool drop_late(struct store *s, void *payload, struct err *e)
{
    (void)payload;
    for (const struct index *ix = plain_indexes; ix->table != NULL; ix++)
        if (ix->late && !ddl_drop_index(s, ix, e))
            return false;
    return true;
}

bool store_begin_first_load(struct store *s, struct err *e)
{
    bool exists = false;
    int64_t one;
    if (!s->engine->late_indexes)
        return true;
    return db_get_ints(s, "SELECT 1 FROM {tmdb_movies} LIMIT 1", NO_CELLS, &one, 1, &exists, e) &&
           (exists || (s->engine->mass(s, true, e) && db_alone(s, drop_late, NULL, e)));
}

bool store_end_first_load(struct store *s, struct err *e)
{
    return !s->engine->late_indexes || (s->engine->mass(s, false, e) && migrate(s, e));
}
