/* Side: see side.h. */
#include "store/sqlite/side.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/sys.h"
#include "store/sql.h"
#include "store/sqlite/bytes.h"
#include "store/sqlite/closing.h"
#include "store/sqlite/sync_ahead.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SUFFIX ".new"

/* "metl", the application_id (1.3.15 of the file format) of a database that is being made in the
 * file: so a leftover is told from somebody's file of that name. A copy of a finished database does
 * not have it. */
enum { MARK = 0x6d65746c, AT_MARK = 68, HEADER_SIZE = 100 };
/* Two bytes say how the file is journalled (1.3.3): 2 is the write-ahead log. */
enum { AT_VERSIONS = 18 };

static char *side_path(const struct sqlite *q)
{
    size_t n = strlen(q->path) + sizeof SUFFIX;
    char *path = mem_alloc(n);
    (void)snprintf(path, n, "%s" SUFFIX, q->path);
    return path;
}

/* Killed before the mark was written, it is empty. */
static bool is_left(int fd)
{
    uint8_t header[HEADER_SIZE];
    ssize_t got = sys_pread(fd, header, sizeof header, 0);
    return got == 0 || (got == HEADER_SIZE && memcmp(header, "SQLite format 3", 16) == 0 &&
                           get_u32(header + AT_MARK) == MARK);
}

bool side_claim_name(
    const struct sqlite *q, const char *path, bool (*left)(int fd), int *ret_fd, struct err *e)
{
    if (!file_is_same(path, sqlite_file(q)))
        return file_claim(path, left, ret_fd, e);
    err_set(e, ERR_REFUSED, "%s is in the way: it is another name of the database", path);
    return err_hint(e, "Nothing was changed. Remove that name.");
}

void side_clean_name(const struct sqlite *q, const char *path, bool (*left)(int fd))
{
    if (!file_is_same(path, sqlite_file(q)))
        file_remove_unclaimed(path, left);
}

bool side_claim(struct sqlite *q, struct err *e)
{
    q->beside = side_path(q);
    if (side_claim_name(q, q->beside, is_left, &q->beside_fd, e))
        return true;
    mem_free(q->beside);
    q->beside = NULL;
    return false;
}

/* ---- syncing */

struct sync_ahead *side_sync_ahead(struct sqlite *q)
{
    if (q->building && q->sync == NULL)
        q->sync = sync_ahead_new(q->beside_fd);
    return q->sync;
}

static int end_sync(struct sqlite *q)
{
    int errnum = sync_ahead_end(q->sync);
    q->sync = NULL;
    return errnum;
}

static bool not_stored(const struct sqlite *q, int errnum, struct err *e)
{
    return errnum == ENOSPC || errnum == EDQUOT
               ? err_set(e, ERR_DISK, "cannot store the database: no space left for %s", q->path)
               : err_errno(e, ERR_STORE, errnum, "cannot store the database: %s", q->path);
}

static bool sync_it(struct sqlite *q, struct err *e)
{
    int errnum = end_sync(q);
    if (errnum == 0 && sys_fsync(q->beside_fd) != 0)
        errnum = errno;
    return errnum == 0 || not_stored(q, errnum, e);
}

/* ---- claiming and letting go */

static void forget(struct sqlite *q)
{
    mem_free(q->beside);
    q->beside = NULL;
    q->building = false;
}

/* The descriptor is closed last: closing any descriptor of a file ends all locks of this process on
 * it, SQLite's too. */
static void let_go(struct sqlite *q)
{
    (void)end_sync(q);
    (void)sys_close(q->beside_fd);
    forget(q);
}

void side_drop(struct sqlite *q)
{
    struct err ignored;
    if (q->beside == NULL)
        return;
    if (q->attached)
        (void)sqlite3_exec(q->db, "DETACH side", NULL, NULL, NULL);
    q->attached = false;
    if (!file_remove(q->beside, &ignored)) {
        let_go(q);
        return;
    }
    (void)end_sync(q);
    closing_begin(q, q->beside_fd);
    forget(q);
}

void side_clean(const struct sqlite *q)
{
    char *path = side_path(q);
    file_remove_unclaimed(path, is_left);
    mem_free(path);
}

static bool take_mark(void *payload, const struct cell *c, size_t n, struct err *e)
{
    int64_t *to = payload;
    (void)n;
    (void)e;
    *to = cell_get_int(&c[0]);
    return true;
}

static bool has_two_names(const struct sqlite *q)
{
    char *path = side_path(q);
    bool two = file_is_same(path, q->path);
    mem_free(path);
    return two;
}

bool side_settle_mark(struct store *s, struct err *e)
{
    const struct sqlite *q = sqlite_of(s);
    int64_t mark = 0;
    if (!sqlite_query(
            s, "SELECT application_id FROM pragma_application_id", NULL, 0, take_mark, &mark, e))
        return false;
    if (q->building == (mark == MARK) || (!q->building && has_two_names(q)))
        return true; /* any other mark is the user's own */
    struct view set =
        arena_print(&s->scratch, "PRAGMA application_id = %d", q->building ? MARK : 0);
    return sqlite_run(q, set.p, "cannot set up the database", e);
}

/* What is to be said in the header of a database that has its name is written into it without
 * SQLite, which would take a transaction for each, with four syncs that wait for one another. The
 * log comes before the sync: until the file has its name nobody but us opens it. */
static bool take_up_log(const struct sqlite *q, struct err *e)
{
    static const uint8_t log[] = {2, 2};
    return sys_pwrite_all(q->beside_fd, log, sizeof log, AT_VERSIONS) == 0 ||
           not_stored(q, errno, e);
}

/* Behind the name: until then the mark says whose the file is. Others may have it open by now, and
 * do not care for these bytes, but may write back what they have read; and a loss of power may
 * leave the mark. Then side_settle_mark takes it away, now or with the next run. */
static void take_mark_away(const struct sqlite *q)
{
    static const uint8_t none[4];
    (void)sys_pwrite_all(q->beside_fd, none, sizeof none, AT_MARK);
}

bool side_publish(struct store *s, struct err *e)
{
    struct sqlite *q = sqlite_of(s);
    struct err later;
    sqlite_disconnect(q);
    bool ok = take_up_log(q, e) && sync_it(q, e) && file_publish(q->beside, q->path, e);
    if (ok)
        take_mark_away(q);
    /* or only the old name is left, or the folder not synced */
    if (ok || file_is_same(q->beside, q->path) || !file_has_name(q->beside))
        let_go(q);
    return sqlite_reconnect(s, ok ? e : &later) && side_settle_mark(s, ok ? e : &later) && ok;
}

bool side_forget_journal(struct store *s, struct err *e)
{
    return sqlite_run(sqlite_of(s), "PRAGMA journal_mode = OFF", "cannot set up the database", e);
}

/* ---- beside a live database */

static bool take_sql(void *payload, const struct cell *c, size_t n, struct err *e)
{
    struct str *to = payload;
    (void)n;
    (void)e;
    str_add(to, cell_get_text(&c[0]));
    str_addz(to, "; ");
    return true;
}

/* What makes a file like the live one, as far as these tables and indexes are concerned: in it,
 * whole lists of entries can be copied. */
static bool print_tables(
    struct store *s, const char *const *names, size_t n, struct str *to, struct err *e)
{
    struct cell *cells = arena_take_array(&s->scratch, n, sizeof *cells), mark = cell_int(MARK);
    struct str sql;
    str_init(&sql, SQL_MAX);
    str_addz(&sql, "SELECT sql FROM main.sqlite_schema WHERE sql IS NOT NULL AND name IN (");
    for (size_t i = 0; i < n; i++) {
        cells[i] = cell_text(view_of(names[i]));
        str_addz(&sql, i == 0 ? "?" : ", ?");
    }
    str_addz(&sql, ") ORDER BY type DESC"); /* tables first */
    bool ok = sqlite_query(s,
                  "SELECT 'PRAGMA encoding = ''' || encoding || '''; PRAGMA page_size = ' || "
                  "page_size ||"
                  " '; PRAGMA auto_vacuum = NONE; PRAGMA journal_mode = MEMORY; PRAGMA synchronous "
                  "= OFF;"
                  " PRAGMA application_id = ' || ? FROM pragma_encoding, pragma_page_size",
                  &mark, 1, take_sql, to, e) &&
              sqlite_query(s, str_z(&sql), cells, n, take_sql, to, e) &&
              (str_ok(to) || err_set(e, ERR_STORE, "the definition of the tables is too long"));
    str_done(&sql);
    return ok;
}

static bool run_on_side(struct store *s, struct str *tables,
    bool (*fill)(struct store *s, const char *path, void *payload, struct err *e), void *payload,
    struct err *e)
{
    struct sqlite *live = sqlite_of(s);
    struct sqlite *side = mem_alloc(sizeof *side);
    side->path = live->beside;
    s->db = side;
    bool ok = sqlite_connect(side, STORE_WRITE, e);
    if (ok)
        sqlite_heed_stop(side, true);
    ok = ok && sqlite_run(side, str_z(tables), "cannot make a file beside the database", e) &&
         fill(s, side->path, payload, e) && sqlite_commit(s, e);
    if (!ok && side->db != NULL)
        sqlite_rollback(s);
    sqlite_disconnect(side);
    mem_free(side);
    s->db = live;
    return ok;
}

bool side_fill(struct store *s, const char *const *names, size_t n,
    bool (*fill)(struct store *s, const char *path, void *payload, struct err *e), void *payload,
    struct err *e)
{
    struct str tables;
    str_init(&tables, SQL_MAX);
    bool ok = print_tables(s, names, n, &tables, e) &&
              run_on_side(s, &tables, fill, payload, e);
    str_done(&tables);
    return ok;
}

/* Where somebody added columns that are computed, a row has more columns than it takes in: then
 * those that it takes are named, and SQLite does not copy entry by entry. */
static bool print_take_over(struct store *s, struct str *to, struct err *e)
{
    const char *all = "INSERT INTO main.{ratings} SELECT * FROM side.{ratings}",
               *named = "INSERT INTO main.{ratings} (user_id, movielens_id, rating, rated_at)"
                        " SELECT user_id, movielens_id, rating, rated_at FROM side.{ratings}";
    int64_t computed = 0;
    if (!db_get_ints(s, "SELECT count(*) FROM pragma_table_xinfo(?) WHERE hidden <> 0",
            CELLS(cell_text(arena_print(&s->scratch, "%sratings", s->prefix))), &computed, 1, NULL,
            e))
        return false;
    sql_expand(s, to, computed == 0 ? all : named);
    return true;
}

static bool attach(struct store *s, struct err *e)
{
    struct sqlite *q = sqlite_of(s);
    struct cell path = cell_text(view_of(q->beside));
    q->attached = sqlite_exec(s, "ATTACH ? AS side", &path, 1, NULL, e);
    return q->attached;
}

bool side_take_over(struct store *s, uint64_t rows, struct err *e)
{
    struct str sql;
    int64_t copied = 0;
    if (!attach(s, e))
        return false;
    str_init(&sql, SQL_MAX);
    bool ok = print_take_over(s, &sql, e) && sqlite_exec(s, str_z(&sql), NULL, 0, &copied, e) &&
              ((uint64_t)copied == rows ||
                  err_set(e, ERR_BUG, "%llu ratings lay beside the database, %lld arrived",
                      (unsigned long long)rows, (long long)copied));
    str_done(&sql);
    return ok;
}
