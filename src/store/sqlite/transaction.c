/* Transactions.
 *
 * On a first load of TMDB records (mass) they are gathered: each is a savepoint of a larger one,
 * which is committed by settle. A transaction of some hundred records touches a page in each of
 * some twenty b-trees per record; the next one touches most of them again. Committed one by one
 * each page went into the write-ahead log and from there into the database a dozen times over,
 * which was more work than all else.
 *
 * Nor do rows of new records go into their tables meanwhile: they wait in a file (aside.h), and
 * are brought in, in the order of their keys, before the commit, or when somebody asks for them.
 * The more are gathered, the fewer pages are touched twice; so a whole load of a hundred thousand
 * records is mostly one gathering. What bounds it is what a kill takes back, and other writers:
 * they wait for the commit, BUSY_MS if they are this program, and then say that the database is
 * locked. Readers do not wait, but for the commit of the first gathering, when nobody else had the
 * database open as it began: that goes by a rollback journal (graft.h).
 *
 * Until it is settled, what was committed is there for this connection only, and may be lost:
 * nobody may act on it (throw away a file that was loaded) before. Where the log is not there, and
 * was not given up for that, nothing is gathered: readers would have to wait for it. */
#include "store/lease.h"
#include "store/sqlite/aside.h"
#include "store/sqlite/checkpoint.h"
#include "store/sqlite/closing.h"
#include "store/sqlite/graft.h"
#include "store/sqlite/journal_mode.h"

#include "base/log.h"
#include "base/sys.h"

enum {
    /* While transactions are gathered: so large a cache that most pages stay in it until they are
     * written, and so long a gathering, after which other writers have their turn. Rows are to
     * end it, not time: what comes afterwards finds tables that have rows, and cannot go into them
     * as pages, which is more work for a machine that is slow already. */
    MASS_CACHE_KIB = 112 * 1024,
    /* With a rollback journal (graft.h): all that is changed meanwhile is to stay in the cache. For
     * what SQLite wrote into the database before the commit readers would have to wait. */
    GRAFT_CACHE_KIB = 384 * 1024,
    MASS_ROWS = 16 * 1000 * 1000,
    MASS_MS = 5 * 60 * 1000,
    COMMITS = 9, /* more tries, while a reader is in the way: five minutes */
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

static bool set_cache(struct store *s, int kib, struct err *e)
{
    struct view v = arena_print(&s->scratch, "PRAGMA cache_size = -%d", kib);
    return sqlite_run(sqlite_of(s), v.p, "cannot set up the database", e);
}

static void forget_aside(struct sqlite *q)
{
    aside_free(q->aside);
    q->aside = NULL;
}

static void take_back(struct sqlite *q)
{
    if (is_open(q))
        (void)sqlite3_exec(q->db, "ROLLBACK", NULL, NULL, NULL);
    forget_aside(q);
}

static bool begin_it(struct store *s, struct err *e)
{
    struct sqlite *q = sqlite_of(s);
    if (sqlite_run(q, "BEGIN IMMEDIATE", failed_to_begin, e) && aside_new(s, &q->aside, e))
        return true;
    take_back(q);
    return false;
}

/* Where rows may not wait there will be no pages. */
static bool keep_or_take_back(struct store *s, bool *ret_suits, bool *ret_again, struct err *e)
{
    struct sqlite *q = sqlite_of(s);
    *ret_again = false;
    *ret_suits = aside_is_open(q->aside);
    bool ok = !*ret_suits || graft_check(s, ret_suits, ret_again, e);
    if (!ok || !*ret_suits)
        take_back(q);
    return ok;
}

/* With pages in the database's file, if it suits; else as all that follow, if there is a log. */
static bool begin_first(struct store *s, struct err *e)
{
    struct sqlite *q = sqlite_of(s);
    bool suits = false, again = true,
         ok = graft_prepare(s, e) && set_cache(s, GRAFT_CACHE_KIB, e);
    for (int i = 0; i < 2 && ok && again && graft_is_on(q); i++)
        ok = begin_it(s, e) && keep_or_take_back(s, &suits, &again, e);
    if (ok && suits)
        return true;
    graft_end(s, false);
    ok = ok && set_cache(s, MASS_CACHE_KIB, e) && journal_mode_is_log(s, &q->mass, e);
    return ok && (!q->mass || begin_it(s, e));
}

/* Not before the log of the last one is in the database: only then does SQLite begin it anew. Where
 * a reader keeps the log away nothing is begun, and q->mass ends. */
static bool begin_gathering(struct store *s, struct err *e)
{
    struct sqlite *q = sqlite_of(s);
    checkpoint_join(q);
    closing_join(q);
    if (!(q->first ? begin_first(s, e) : begin_it(s, e)))
        return false;
    q->first = false;
    q->gathering = q->mass;
    q->rows_before = sqlite3_total_changes64(q->db);
    q->begun_ms = sys_mono_ms();
    return true;
}

/* Not `gathering`: of a load that was lost, that stays. */
bool sqlite_shuts_out(const struct store *s)
{
    return sqlite_of(s)->mass;
}

static bool begin_one(struct sqlite *q, struct err *e)
{
    aside_mark(q->aside);
    return sqlite_run(q, "SAVEPOINT one", failed_to_begin, e);
}

bool sqlite_begin(struct store *s, enum begin_kind kind, struct err *e)
{
    struct sqlite *q = sqlite_of(s);
    if (q->mass && !(nothing_was_lost(q, e) && (q->gathering || begin_gathering(s, e))))
        return false;
    return q->mass ? begin_one(q, e)
                   : sqlite_run(
                         q, kind == BEGIN_WRITE ? "BEGIN IMMEDIATE" : "BEGIN", failed_to_begin, e);
}

bool sqlite_commit(struct store *s, struct err *e)
{
    if (sqlite_run(sqlite_of(s), sqlite_of(s)->mass ? "RELEASE one" : "COMMIT", "cannot commit", e))
        return true;
    sqlite_rollback(s);
    return false;
}

/* SQLite may have rolled back by itself (disk full, I/O error), as it also does when going back to
 * the savepoint fails. */
void sqlite_rollback(struct store *s)
{
    struct sqlite *q = sqlite_of(s);
    const char *sql = q->mass ? "ROLLBACK TO one; RELEASE one" : "ROLLBACK";
    struct err ignored;
    if (is_open(q))
        (void)sqlite_run(q, sql, "cannot roll back", &ignored);
    if (q->aside != NULL)
        aside_go_back(q->aside);
}

bool sqlite_put_aside(
    struct store *s, const struct put *p, const struct row_set *rows, struct err *e)
{
    struct sqlite *q = sqlite_of(s);
    return q->aside != NULL && aside_takes(q->aside, p, rows) ? aside_put(q->aside, p, rows, e)
                                                              : sqlite_put_rows(s, p, rows, e);
}

bool sqlite_bring_in(struct store *s, struct err *e)
{
    const struct sqlite *q = sqlite_of(s);
    return q->aside == NULL || aside_bring_in(q->aside, e);
}

static bool is_full(const struct sqlite *q)
{
    int used = 0, most = 0;
    return graft_is_on(q) &&
           sqlite3_db_status(q->db, SQLITE_DBSTATUS_CACHE_USED, &used, &most, 0) == SQLITE_OK &&
           used / 1024 > GRAFT_CACHE_KIB / 8 * 7;
}

static bool is_due(const struct sqlite *q)
{
    int64_t written = sqlite3_total_changes64(q->db) - q->rows_before;
    return written > MASS_ROWS || aside_rows(q->aside) > (uint64_t)(MASS_ROWS - written) ||
           is_full(q) || sys_mono_ms() - q->begun_ms > MASS_MS;
}

static bool not_for_ever(const struct sqlite *q, struct err *e)
{
    err_set(e, ERR_LOCKED, "somebody reads %s and does not finish", q->path);
    return err_hint(e, "Nothing was changed, and the files are where they were: end what reads, "
                       "and run it again.");
}

/* Readers who came in since it began may be reading still; new ones wait. Each try takes BUSY_MS;
 * who is asked to stop makes no other. */
static bool commit_all(struct store *s, struct err *e)
{
    const struct sqlite *q = sqlite_of(s);
    for (int i = 0; !sqlite_run(q, "COMMIT", "cannot commit", e); i++) {
        if (e->kind != ERR_LOCKED || !is_open(q))
            return false;
        if (i == COMMITS || sys_stop_asked())
            return not_for_ever(q, e);
        if (i == 0)
            log_line(LOG_WARNING, "waiting for somebody who reads %s: what was loaded is committed "
                                  "when he has finished",
                q->path);
    }
    return graft_is_taken_in(s, e);
}

/* Without a log nothing is gathered any more. */
static void look_for_log(struct store *s)
{
    struct sqlite *q = sqlite_of(s);
    struct err ignored;
    (void)journal_mode_is_log(s, &q->mass, &ignored);
    if (!q->mass)
        log_line(LOG_INFO, "somebody reads %s just now: what follows is stored without a log, "
                           "which takes longer",
            q->path);
}

bool sqlite_settle(struct store *s, bool now, bool *ret_settled, struct err *e)
{
    struct sqlite *q = sqlite_of(s);
    if (!nothing_was_lost(q, e))
        return false;
    *ret_settled = !q->gathering || now || is_due(q);
    if (!q->gathering || !*ret_settled)
        return true;
    bool ok = aside_finish(q->aside, now, e) && lease_renew(s, e) && graft_ready(s, e) &&
              commit_all(s, e);
    if (!ok)
        graft_explain(q, e);
    struct err later;
    take_back(q);
    graft_end(s, ok);
    q->gathering = !ok; /* so that whoever goes on all the same is told */
    if (ok)
        look_for_log(s);
    (void)set_cache(s, MASS_CACHE_KIB, &later);
    return ok;
}

/* References are not looked up meanwhile: what a record refers to is written from the same elements
 * as its rows, and before them (tmdb_write.c). */
bool sqlite_mass(struct store *s, bool begins, struct err *e)
{
    struct sqlite *q = sqlite_of(s);
    bool settled, ok = sqlite_settle(s, true, &settled, e);
    struct err later;
    forget_aside(q); /* of what was lost; and so that: */
    graft_end(s, false);
    checkpoint_beside(q, begins);
    q->mass = false;
    ok = ok && (!begins || journal_mode_is_log(s, &q->mass, e));
    q->first = q->mass;
    struct view v = arena_print(&s->scratch, "PRAGMA cache_size = -%d; PRAGMA foreign_keys = %s",
        begins ? MASS_CACHE_KIB : SQLITE_CACHE_KIB, !begins && s->foreign_keys ? "ON" : "OFF");
    return sqlite_run(q, v.p, "cannot set up the database", ok ? e : &later) && ok;
}
