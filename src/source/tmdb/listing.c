/* Listing: see listing.h. */
#include "source/tmdb/listing.h"

enum { IDS_MAX = 50 * 1000 * 1000 }; /* TMDB has 1.2 million movies */

void listing_init(
    struct listing *l, bool (*take)(void *payload, int64_t tmdb_id, struct err *e), void *payload)
{
    *l = (struct listing){.take = take, .payload = payload};
    map_init(&l->ids, IDS_MAX);
}

void listing_done(struct listing *l)
{
    map_done(&l->ids);
}

bool listing_take(void *payload, int64_t id, struct err *e)
{
    struct listing *l = payload;
    if (map_has(&l->ids, id))
        return true;
    if (!map_put(&l->ids, id, 0))
        return err_set(
            e, ERR_SERVICE, "TMDB lists more than %d movies, which cannot be right", IDS_MAX);
    l->counts.seen++;
    return l->take(l->payload, id, e);
}
