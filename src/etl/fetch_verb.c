/* The frame of a verb that fetches: see fetch_verb.h. */
#include "etl/fetch_verb.h"

#include "base/date.h"

#include <stdio.h>

void scope_of_day(int64_t day, char to[16])
{
    struct civil c = date_civil(day);
    (void)snprintf(to, 16, "%04d%02d%02d", c.year, c.month, c.day);
}

bool fetch_verb(struct etl *x, const char *name, fetch_verb_body *body, struct err *e)
{
    struct work w;
    struct fetcher f;
    struct id_set ids;
    if (!work_begin(x, STORE_WRITE, name, &w, e))
        return false;
    id_set_init(&ids);
    bool ok = fetcher_init(&f, &w, name, e) && body(&f, &ids, e);
    ok = fetcher_end(&f, ok, e);
    fetcher_done(&f);
    id_set_done(&ids);
    return work_end(&w, ok, f.summary, e);
}
