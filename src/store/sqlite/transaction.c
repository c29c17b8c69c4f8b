/* Transactions.
 *
 * On a first load of TMDB records (mass) they are gathered: each is a savepoint of a larger one,
 * which is committed by settle. A transaction of some hundred records touches a page in each of
 * some twenty b-trees per record; the next one touches most of them again. Committed one by one
 * each page went into the write-ahead log and from there into the database a dozen times over,
 * which was more work than all else.
 *
 * Until it is settled, what was committed is there for this connection only, and may be lost:
 * nobody may act on it (throw away a file that was loaded) before. Without a write-ahead log
 * nothing is gathered: readers would have to wait for it. */
#include "store/sqlite/db.h"

#include "base/sys.h"

enum {
    /* While transactions are gathered: so large a cache that most pages stay in it until they are
     * written, and so long a gathering, after which other writers have their turn. */
    MASS_CACHE_KIB = 128 * 1024,
    MASS_ROWS = 2 * 1000 * 1000,
    MASS_MS = 10000,
};

static const char failed_to_begin[] = "cannot begin a transaction";

static bool is_open(const struct sqlite *q)
{
    return sqlite3_get_autocommit(q->db) == 0;
}

/* SQLite rolls back by itself, all that is gathered, after errors that leave it no choice. */
static bool nothing_was_lost(const struct sqlite *q, struct err *e)
{
    if (!q->gathering || is_open(q))
        return true;
    err_set(e, ERR_STORE, "what was written since the last commit was taken back");
    return err_hint(e, "The files it came from are where they were: run it again.");
}

static bool begin_gathering(struct sqlite *q, struct err *e)
{
    if (!sqlite_run(q, "BEGIN IMMEDIATE", failed_to_begin, e))
        return false;
    q->gathering = true;
    q->rows_before = sqlite3_total_changes64(q->db);
    q->begun_ms = sys_mono_ms();
    return true;
}

bool sqlite_begin(struct store *s, enum begin_kind kind, struct err *e)
{
    struct sqlite *q = sqlite_of(s);
    if (!q->mass)
        return sqlite_run(
            q, kind == BEGIN_WRITE ? "BEGIN IMMEDIATE" : "BEGIN", failed_to_begin, e);
    return nothing_was_lost(q, e) && (q->gathering || begin_gathering(q, e)) &&
           sqlite_run(q, "SAVEPOINT one", failed_to_begin, e);
}

bool sqlite_commit(struct store *s, struct err *e)
{
    if (sqlite_run(sqlite_of(s), sqlite_of(s)->mass ? "RELEASE one" : "COMMIT", "cannot commit", e))
        return true;
    sqlite_rollback(s);
    return false;
}

/* SQLite may have rolled back by itself (disk full, I/O error). */
void sqlite_rollback(struct store *s)
{
    struct sqlite *q = sqlite_of(s);
    const char *sql = q->mass ? "ROLLBACK TO one; RELEASE one" : "ROLLBACK";
    struct err ignored;
    if (is_open(q))
        (void)sqlite_run(q, sql, "cannot roll back", &ignored);
}

static bool is_due(const struct sqlite *q)
{
    return sqlite3_total_changes64(q->db) - q->rows_before > MASS_ROWS ||
           sys_mono_ms() - q->begun_ms > MASS_MS;
}

bool sqlite_settle(struct store *s, bool now, bool *ret_settled, struct err *e)
{
    struct sqlite *q = sqlite_of(s);
    *ret_settled = !q->gathering || now || is_due(q);
    if (!nothing_was_lost(q, e))
        return false;
    if (!q->gathering || !*ret_settled)
        return true;
    bool ok = sqlite_run(q, "COMMIT", "cannot commit", e);
    if (is_open(q))
        (void)sqlite3_exec(q->db, "ROLLBACK", NULL, NULL, NULL);
    q->gathering = !ok; /* so that whoever goes on all the same is told */
    return ok;
}

static bool note_log(void *payload, const struct cell *c, size_t n, struct err *e)
{
    (void)n;
    (void)e;
    *(bool *)payload = view_is_nocase(c[0].text, "wal");
    return true;
}

/* References are not looked up meanwhile: what a record refers to is written from the same elements
 * as its rows, and before them (tmdb_write.c). */
bool sqlite_mass(struct store *s, bool begins, struct err *e)
{
    struct sqlite *q = sqlite_of(s);
    bool settled;
    struct view v = arena_print(&s->scratch, "PRAGMA cache_size = -%d; PRAGMA foreign_keys = %s",
        begins ? MASS_CACHE_KIB : SQLITE_CACHE_KIB, !begins && s->foreign_keys ? "ON" : "OFF");
    bool log = false, ok = sqlite_settle(s, true, &settled, e);
    q->mass =
        ok && begins && sqlite_query(s, "PRAGMA journal_mode", NULL, 0, note_log, &log, e) && log;
    struct err later;
    return sqlite_run(q, v.p, "cannot set up the database", ok ? e : &later) && ok;
}
