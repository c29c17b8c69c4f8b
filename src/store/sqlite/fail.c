/* SQLite's result codes in the program's terms. */
#include "store/sqlite/db.h"

#include <errno.h>

/* The errno is asked of the VFS: sqlite3_system_errno is not set when a COMMIT fails. */
static bool no_space(const struct sqlite *q, int rc)
{
    int system = q->vfs->xGetLastError(q->vfs, 0, NULL);
    return (rc & 0xff) == SQLITE_FULL ||
           ((rc & 0xff) == SQLITE_IOERR && (system == ENOSPC || system == EDQUOT));
}

static bool set(const struct sqlite *q, enum err_kind kind, int rc, const char *what, struct err *e)
{
    return err_set(
        e, kind, "%s: %s: %s (SQLite error %d)", what, q->path, sqlite3_errmsg(q->db), rc);
}

static bool damaged(const struct sqlite *q, int rc, const char *what, struct err *e)
{
    set(q, ERR_STORE, rc, what, e);
    if ((rc & 0xff) == SQLITE_NOTADB)
        return err_hint(e, "SQL_PATH names a file that is no SQLite database. Name another one; "
                           "this one was not touched.");
    return err_hint(e,
        "The database file is damaged. Restore it from a backup, or move it away and run "
        "'movie-etl init' again: staged YAML files are loaded without fetching anything anew.");
}

bool sqlite_fail(const struct sqlite *q, int rc, const char *what, struct err *e)
{
    if (no_space(q, rc))
        return err_set(
            e, ERR_DISK, "%s: no space left for %s or its temporary files", what, q->path);
    switch (rc & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        (void)err_set(e, ERR_LOCKED, "%s: another program is writing to %s", what, q->path);
        e->transient = true;
        return false;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return damaged(q, rc, what, e);
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
        set(q, ERR_STORE, rc, what, e);
        return err_hint(e,
            "Check that this user may write the file and the folder it lies in: SQLite keeps its "
            "journal beside the database.");
    case SQLITE_NOMEM:
        return set(q, ERR_NOMEM, rc, what, e);
    case SQLITE_INTERRUPT:
        return err_set(e, ERR_INTERRUPTED, "%s: stopped on request", what);
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
        return set(q, ERR_BUG, rc, what, e);
    default:
        return set(q, ERR_STORE, rc, what, e);
    }
}
