/* Mass loading: one outcome, journalled the cheapest way that keeps the old content.
 *
 * A database that is being built has no old content: it has no name yet, and gets it when the load
 * is done (side.h).
 *
 * One that exists is loaded in one transaction. A write-ahead log takes in everything twice:
 * gigabytes that are copied into the database afterwards. A rollback journal keeps what is
 * overwritten, and new pages overwrite nothing; so when the table to fill is empty and nobody else
 * has the file open, the load runs with a rollback journal, else with the log, under which readers
 * go on seeing the old content until the commit. Either way a failure, a kill or a loss of power
 * leaves the old content. docs/schema.md has the measurements. */
#include "store/sqlite/fill.h"
#include "store/sqlite/journal_mode.h"
#include "store/sqlite/side.h"

#include "base/sys.h"
#include "store/ddl.h"
#include "store/sql.h"

enum {
    /* Small: SQLite sorts an index in portions of this size, and portions that fit the processor's
     * cache are the fastest for millions of rows. */
    BULK_CACHE_KIB = 2000,
    OPS_BETWEEN_LOOKS = 200000,
};

static int stop_asked(void *payload)
{
    (void)payload;
    return sys_stop_asked();
}

void sqlite_heed_stop(struct sqlite *q, bool heed)
{
    sqlite3_progress_handler(q->db, heed ? OPS_BETWEEN_LOOKS : 0, stop_asked, NULL);
}

/* What would be good but is not needed: not worth waiting for others. */
static void try_without_waiting(struct sqlite *q, const char *sql)
{
    (void)sqlite3_busy_timeout(q->db, 0);
    (void)sqlite3_exec(q->db, sql, NULL, NULL, NULL);
    (void)sqlite3_busy_timeout(q->db, BUSY_MS);
}

/* What the connection was before. The outcome of the load stands: nothing here can take it back. */
static void back_to_normal(struct store *s)
{
    struct sqlite *q = sqlite_of(s);
    struct err ignored;
    if (!q->building)
        side_drop(q);
    (void)sqlite_settle_journal(s, &ignored);
    struct view after =
        arena_print(&s->scratch, "PRAGMA foreign_keys = %s; PRAGMA cache_size = -%d",
            s->foreign_keys ? "ON" : "OFF", SQLITE_CACHE_KIB);
    (void)sqlite_run(q, after.p, "cannot set up the database", &ignored);
}

bool sqlite_make_late(struct store *s, const struct index *const *indexes, size_t n, struct err *e)
{
    const struct sqlite *q = sqlite_of(s);
    struct view small = arena_print(&s->scratch, "PRAGMA cache_size = -%d", BULK_CACHE_KIB);
    struct view usual = arena_print(&s->scratch, "PRAGMA cache_size = -%d", SQLITE_CACHE_KIB);
    bool ok = sqlite_run(q, small.p, "cannot set up the database", e);
    struct err later;
    for (size_t i = 0; ok && i < n; i++)
        ok = ddl_create_index(s, indexes[i], e);
    return sqlite_run(q, usual.p, "cannot set up the database", ok ? e : &later) && ok;
}

bool sqlite_bulk(struct store *s, bool fresh,
    bool (*work)(struct store *s, void *payload, struct err *e), void *payload, struct err *e)
{
    struct sqlite *q = sqlite_of(s);
    struct view before = arena_print(&s->scratch,
        "PRAGMA foreign_keys = OFF; PRAGMA synchronous = %s; PRAGMA cache_size = -%d",
        q->building ? "OFF" : "EXTRA", BULK_CACHE_KIB);
    bool ok = sqlite_run(q, before.p, "cannot prepare for a load", e);
    if (ok && fresh && !q->building)
        ok = journal_mode_give_up_log(s, e);
    if (ok) {
        sqlite_heed_stop(q, true);
        ok = db_once(s, work, payload, e);
        sqlite_heed_stop(q, false);
        sqlite_ratings_drop(q);
        fill_free(q->fill);
        q->fill = NULL;
    }
    if (ok && q->building)
        ok = side_publish(s, e);
    back_to_normal(s);
    return ok;
}

static bool take_two(void *payload, const struct cell *c, size_t n, struct err *e)
{
    int64_t *to = payload;
    (void)n;
    (void)e;
    to[0] = c[0].i;
    to[1] = c[1].i;
    return true;
}

/* A file that is mostly free space (after clear) is rewritten: what remains is small. */
void sqlite_tidy(struct store *s)
{
    struct sqlite *q = sqlite_of(s);
    int64_t pages[2] = {0, 0}; /* in all, free */
    struct err ignored;
    if (sqlite_query(s,
            "SELECT page_count, freelist_count FROM pragma_page_count, pragma_freelist_count", NULL,
            0, take_two, pages, &ignored) &&
        pages[1] > pages[0] / 4 * 3)
        try_without_waiting(q, "VACUUM");
    try_without_waiting(q, "PRAGMA wal_checkpoint(TRUNCATE)");
}
