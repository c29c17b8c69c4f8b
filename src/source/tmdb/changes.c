/* Changes: the ids in the changes feed of one UTC day.
 *
 * The feed is unsorted, may repeat an id over page borders, and may hold null or 0 for an id. What
 * it announces as total_results is kept for `expected` but nothing is built on it; the number of
 * pages may grow while it is read, so reading goes on until the last page that any answer speaks
 * of, at most 500. */
#include "base/date.h"
#include "base/log.h"
#include "source/tmdb/listing.h"
#include "source/tmdb/pages.h"

#include <stdio.h>

struct changes {
    struct pages pages;
    struct listing listing;
    char query[120], what[40];
};

static bool read_day(struct changes *ch, struct err *e)
{
    struct pages *p = &ch->pages;
    if (!pages_look(p, e) || !pages_first(p, e))
        return false;
    ch->listing.counts.windows = 1;
    int64_t announced = p->total_pages, done = 1;
    ch->listing.counts.expected = (uint64_t)p->total_results;
    while (done < announced && done < TMDB_PAGES_MAX) {
        if (!pages_from(p, done + 1, announced, e))
            return false;
        done = announced;
        announced = p->total_pages;
    }
    if (announced > TMDB_PAGES_MAX)
        log_line(LOG_WARNING, "%s: TMDB announces %lld pages and shows %d", ch->what,
            (long long)announced, TMDB_PAGES_MAX);
    return true;
}

bool tmdb_changes(struct tmdb_client *c, int64_t day,
    bool (*take)(void *payload, int64_t tmdb_id, struct err *e), void *payload,
    struct tmdb_listing *ret, struct err *e)
{
    struct changes ch = {.query = ""};
    struct civil a = date_civil(day), b = date_civil(day + 1);
    uint64_t before = c->asker.counts.requests;
    (void)snprintf(ch.query, sizeof ch.query,
        "/movie/changes?start_date=%04d-%02d-%02d&end_date=%04d-%02d-%02d", a.year, a.month, a.day,
        b.year, b.month, b.day);
    (void)snprintf(ch.what, sizeof ch.what, "changes of %04d-%02d-%02d", a.year, a.month, a.day);
    pages_init(&ch.pages, c);
    listing_init(&ch.listing, take, payload);
    ch.pages.query = ch.query;
    ch.pages.what = ch.what;
    ch.pages.take = listing_take;
    ch.pages.payload = &ch.listing;
    bool ok = read_day(&ch, e);
    ch.listing.counts.requests = c->asker.counts.requests - before;
    if (ok)
        *ret = ch.listing.counts;
    pages_done(&ch.pages);
    listing_done(&ch.listing);
    return ok;
}
