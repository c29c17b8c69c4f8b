/* Room: whether the disk has what a load is going to take. Looked at before it begins, for one that
 * fails in its last minute has cost all the others. */
#include "store/sqlite/db.h"

#include "base/file.h"

enum { MEGA = 1000 * 1000 };

bool sqlite_has_room(
    const struct sqlite *q, const char *what, int64_t need, int64_t free, struct err *e)
{
    if (free >= need)
        return true;
    err_set(e, ERR_DISK,
        "loading these %s takes about %lld MB of disk, and %lld MB are free where %s lies", what,
        (long long)(need / MEGA), (long long)(free / MEGA), q->path);
    return err_hint(e, "Nothing was changed. Make room, or put the database elsewhere (SQL_PATH).");
}

/* Of a gathering (transaction.c) there are for a while the rows that waited and the tables: 0.94
 * times the batch files, for 2.4 GB of the stand-in's, whose rows come to half of their files;
 * where somebody else has the database open, the log besides. What it is for others depends on how
 * much of their text is names of keys, numbers and things said by many, so half of their size is
 * asked for: who has less cannot do it, who has more may. No more than of GATHERED bytes, which
 * have about as many rows as are gathered: when these are in the database their files are
 * compressed, which may make room for the next. */
bool sqlite_check_room(struct store *s, int64_t batch_bytes, struct err *e)
{
    static const int64_t GATHERED = INT64_C(3000) * MEGA;
    const struct sqlite *q = sqlite_of(s);
    int64_t free, bytes = batch_bytes < GATHERED ? batch_bytes : GATHERED;
    if (!file_free_space(sqlite_file(q), &free, e))
        return false;
    return sqlite_has_room(q, "records", bytes / 2, free, e) ||
           err_hint(e, "Nothing was changed. Make room, put the database elsewhere (SQL_PATH), or "
                       "load one file after the other (process --file FILE): each is compressed "
                       "when it is loaded.");
}
