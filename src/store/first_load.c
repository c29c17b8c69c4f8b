/* Indexes that are made after a first load: see first_load.h and store.h. */
#include "store/first_load.h"

#include "store/ddl.h"
#include "store/live.h"

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

bool first_release_begin(struct store *s, const char *const *tables, struct err *e)
{
    return s->engine->fill_begin == NULL || s->engine->fill_begin(s, tables, e);
}

bool first_release_end(struct store *s, struct err *e)
{
    return s->engine->fill_end == NULL || s->engine->fill_end(s, e);
}

bool first_release_drop_indexes(struct store *s, struct err *e)
{
    return s->engine->dialect->indexes_inside || each_index_of_release(s, ddl_drop_index, e);
}

bool first_release_make_indexes(struct store *s, struct err *e)
{
    return s->engine->dialect->indexes_inside || each_index_of_release(s, ddl_create_index, e);
}

static bool drop_late(struct store *s, void *payload, struct err *e)
{
    (void)payload;
    for (const struct index *ix = plain_indexes; ix->table != NULL; ix++)
        if (ix->late && !s->engine->drop_late(s, ix, e))
            return false;
    return true;
}

static bool look_for_records(struct store *s, bool *ret_exist, struct err *e)
{
    int64_t one;
    return db_get_ints(s, "SELECT 1 FROM {tmdb_movies} LIMIT 1", NO_CELLS, &one, 1, ret_exist, e);
}

bool store_check_room(struct store *s, int64_t batch_bytes, struct err *e)
{
    bool exist;
    return s->engine->check_room == NULL ||
           (look_for_records(s, &exist, e) &&
               (exist || s->engine->check_room(s, batch_bytes, e)));
}

bool store_begin_first_load(struct store *s, struct err *e)
{
    bool exists;
    if (!look_for_records(s, &exists, e))
        return false;
    if (!exists)
        return db_alone(s, drop_late, NULL, e) && s->engine->mass(s, true, e);
    if (s->engine->gather != NULL)
        s->engine->gather(s);
    return true;
}

struct missing {
    const struct index **indexes;
    size_t n;
};

static bool find_missing(struct store *s, struct missing *ret, struct err *e)
{
    struct live live;
    size_t all = 0;
    while (plain_indexes[all].table != NULL)
        all++;
    *ret = (struct missing){arena_take_array(&s->scratch, all, sizeof *ret->indexes), 0};
    if (!live_read(s, &live, e))
        return false;
    for (size_t i = 0; i < all; i++) {
        const struct index *ix = &plain_indexes[i];
        if (ix->late && live_find(s, &live, ddl_index_name(&s->scratch, ix).p) == NULL)
            ret->indexes[ret->n++] = ix;
    }
    live_done(&live);
    return true;
}

/* Looks again: a try before this one may have made some. */
static bool make_missing(struct store *s, void *payload, struct err *e)
{
    struct missing m;
    (void)payload;
    return find_missing(s, &m, e) && (m.n == 0 || s->engine->make_late(s, m.indexes, m.n, e));
}

bool first_load_make_late(struct store *s, struct err *e)
{
    struct missing m;
    return find_missing(s, &m, e) && (m.n == 0 || db_alone(s, make_missing, NULL, e));
}

bool store_is_due(const struct store *s)
{
    return s->engine->is_due != NULL && s->engine->is_due(s);
}

bool store_settle(struct store *s, bool now, bool *ret_settled, struct err *e)
{
    *ret_settled = true;
    return s->engine->settle == NULL || s->engine->settle(s, now, ret_settled, e);
}

bool store_again(struct store *s, const struct err *why)
{
    if (s->engine->again == NULL || !s->engine->again(s, why))
        return false;
    store_rollback(s); /* forgets what was noted of rows that are not there now */
    return true;
}

bool store_end_first_load(struct store *s, bool indexes, struct err *e)
{
    return s->engine->mass(s, false, e) && (!indexes || first_load_make_late(s, e));
}
