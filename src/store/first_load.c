/* Indexes that are made after a first load: see first_load.h and store.h. */
#include "store/first_load.h"

#include "store/ddl.h"
#include "store/migrate.h"
#include "store/sql.h"

#include <string.h>

/* What a release and its links fill, but for ratings and tags: those are the engine's business. */
static const char *const of_release[] = {"movies", "movie_genres", "movielens_movies", NULL};

static bool each_index_of_release(struct store *s,
    bool (*act)(struct store *s, const struct index *ix, struct err *e), struct err *e)
{
    for (const struct index *ix = plain_indexes; ix->table != NULL; ix++)
        for (size_t i = 0; of_release[i] != NULL; i++)
            if (strcmp(ix->table, of_release[i]) == 0 && !act(s, ix, e))
                return false;
    return true;
}

bool first_release_begin(struct store *s, struct err *e)
{
    return each_index_of_release(s, ddl_drop_index, e);
}

bool first_release_end(struct store *s, struct err *e)
{
    return each_index_of_release(s, ddl_create_index, e);
}

static bool drop_late(struct store *s, void *payload, struct err *e)
{
    (void)payload;
    for (const struct index *ix = plain_indexes; ix->table != NULL; ix++)
        if (ix->late && !s->engine->drop_late(s, ix, e))
            return false;
    return true;
}

bool store_begin_first_load(struct store *s, struct err *e)
{
    bool exists = false;
    int64_t one;
    return db_get_ints(s, "SELECT 1 FROM {tmdb_movies} LIMIT 1", NO_CELLS, &one, 1, &exists, e) &&
           (exists || (db_alone(s, drop_late, NULL, e) && s->engine->mass(s, true, e)));
}

bool store_settle(struct store *s, bool now, bool *ret_settled, struct err *e)
{
    *ret_settled = true;
    return s->engine->settle == NULL || s->engine->settle(s, now, ret_settled, e);
}

bool store_end_first_load(struct store *s, bool indexes, struct err *e)
{
    return s->engine->mass(s, false, e) && (!indexes || migrate(s, e));
}
