/* Journal mode: see journal_mode.h. */
#include "store/sqlite/journal_mode.h"

static bool change(struct store *s, const char *sql, int wait_ms, struct err *e)
{
    const struct sqlite *q = sqlite_of(s);
    (void)sqlite3_busy_timeout(q->db, wait_ms);
    bool ok = sqlite_run(q, sql, "cannot set up the database", e) || e->kind == ERR_LOCKED;
    (void)sqlite3_busy_timeout(q->db, BUSY_MS);
    return ok;
}

bool journal_mode_give_up_log(struct store *s, struct err *e)
{
    return change(s, "PRAGMA journal_mode = DELETE", 0, e);
}

bool journal_mode_take_up_log(struct store *s, int wait_ms, struct err *e)
{
    return change(s, "PRAGMA journal_mode = WAL", wait_ms, e);
}

static bool note_log(void *payload, const struct cell *c, size_t n, struct err *e)
{
    (void)n;
    (void)e;
    *(bool *)payload = view_is_nocase(c[0].text, "wal");
    return true;
}

bool journal_mode_is_log(struct store *s, bool *ret, struct err *e)
{
    *ret = false;
    return sqlite_query(s, "PRAGMA journal_mode", NULL, 0, note_log, ret, e);
}
