/* Mass loading: one transaction, journalled the cheapest way that keeps the old content.
 *
 * A write-ahead log takes in everything twice: gigabytes that are copied into the database afterwards. A rollback
 * journal keeps what is overwritten, and new pages overwrite nothing; so when the table to fill is empty and
 * nobody else has the file open, the load runs with a rollback journal, else with the log, under which readers go
 * on seeing the old content until the commit. Either way a failure, a kill or a loss of power leaves the old
 * content. docs/schema.md has the measurements. */
#include "store/sqlite/db.h"

#include "base/sys.h"
#include "store/sql.h"

enum { BULK_CACHE_KIB = 16 * 1024, OPS_BETWEEN_LOOKS = 200000 };

static int stop_asked(void *payload)
{
    (void)payload;
    return sys_stop_asked();
}

/* Changes the journal mode without waiting for others: it is an offer, not a need. */
static void try_journal(struct sqlite *q, const char *pragma)
{
    (void)sqlite3_busy_timeout(q->db, 0);
    (void)sqlite3_exec(q->db, pragma, NULL, NULL, NULL);
    (void)sqlite3_busy_timeout(q->db, BUSY_MS);
}

bool sqlite_bulk(struct store *s, bool fresh,
    bool (*work)(struct store *s, void *payload, struct err *e), void *payload, struct err *e)
{
    struct sqlite *q = sqlite_of(s);
    struct view before = arena_print(&s->scratch,
        "PRAGMA foreign_keys = OFF; PRAGMA synchronous = FULL; PRAGMA cache_size = -%d",
        BULK_CACHE_KIB);
    const char *after = s->foreign_keys ? "PRAGMA foreign_keys = ON" : "PRAGMA foreign_keys = OFF";
    struct err later;
    if (!sqlite_run(q, before.p, e))
        return false;
    if (fresh)
        try_journal(q, "PRAGMA journal_mode = DELETE");
    sqlite3_progress_handler(q->db, OPS_BETWEEN_LOOKS, stop_asked, NULL);
    bool ok = db_alone(s, work, payload, e);
    sqlite3_progress_handler(q->db, 0, NULL, NULL);
    return sqlite_settle_journal(s, ok ? e : &later) && sqlite_run(q, after, ok ? e : &later) && ok;
}

void sqlite_tidy(struct store *s)
{
    struct sqlite *q = sqlite_of(s);
    try_journal(q, "PRAGMA wal_checkpoint(TRUNCATE)");
}
