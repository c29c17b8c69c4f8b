/* Error numbers of servers and of the client library in the program's terms. The numbers were seen
 * on MySQL 9.7 and MariaDB 10.11, alone and as clusters, or stand in the products' documentation
 * (the ones above 8000: TiDB). Texts are the server's own; none contains a password. */
#include "store/mysql/server.h"

#include <stdio.h>
#include <string.h>

struct known {
    unsigned code;
    enum trouble trouble;
};

static const struct known known[] = {
    /* The same transaction again. */
    {1205, TROUBLE_RETRY},
    {1213, TROUBLE_RETRY},
    {1020, TROUBLE_RETRY},
    {1412, TROUBLE_RETRY},
    {1317, TROUBLE_RETRY},
    {1637, TROUBLE_RETRY},
    {3101, TROUBLE_RETRY},
    {8002, TROUBLE_RETRY},
    {8005, TROUBLE_RETRY},
    {8022, TROUBLE_RETRY},
    {8028, TROUBLE_RETRY},
    {9007, TROUBLE_RETRY},
    /* Nobody there, or nobody any more. 2026 is an error of the encryption: on a connection that
     * stood, its end. */
    {2026, TROUBLE_LOST},
    {2002, TROUBLE_LOST},
    {2003, TROUBLE_LOST},
    {2006, TROUBLE_LOST},
    {2012, TROUBLE_LOST},
    {2013, TROUBLE_LOST},
    {2027, TROUBLE_LOST},
    {2055, TROUBLE_LOST},
    {4031, TROUBLE_LOST},
    {1053, TROUBLE_LOST},
    {1040, TROUBLE_LOST},
    {1203, TROUBLE_LOST},
    {1226, TROUBLE_LOST},
    {1927, TROUBLE_LOST},
    {1043, TROUBLE_LOST},
    {1156, TROUBLE_LOST},
    {1158, TROUBLE_LOST},
    {1159, TROUBLE_LOST},
    {1160, TROUBLE_LOST},
    {1161, TROUBLE_LOST},
    {3169, TROUBLE_LOST},
    /* A node of a cluster that cannot do it now. */
    {1047, TROUBLE_NODE},
    {1180, TROUBLE_NODE},
    {1290, TROUBLE_NODE},
    {1836, TROUBLE_NODE},
    {3092, TROUBLE_NODE},
    {3100, TROUBLE_SIZE},
    {1429, TROUBLE_NODE},
    /* Values. */
    {1048, TROUBLE_DATA},
    {1062, TROUBLE_DATA},
    {1264, TROUBLE_DATA},
    {1265, TROUBLE_DATA},
    {1292, TROUBLE_DATA},
    {1364, TROUBLE_DATA},
    {1366, TROUBLE_DATA},
    {1406, TROUBLE_DATA},
    {1451, TROUBLE_DATA},
    {1452, TROUBLE_DATA},
    {3140, TROUBLE_DATA},
    {3819, TROUBLE_DATA},
    {4025, TROUBLE_DATA},
    {4038, TROUBLE_DATA},
    {1300, TROUBLE_DATA},
    {1690, TROUBLE_DATA},
    /* Sizes. */
    {1153, TROUBLE_SIZE},
    {2020, TROUBLE_SIZE},
    {8004, TROUBLE_SIZE},
    {1197, TROUBLE_SIZE},
    {1118, TROUBLE_SIZE},
    /* Privileges. */
    {1044, TROUBLE_RIGHTS},
    {1142, TROUBLE_RIGHTS},
    {1143, TROUBLE_RIGHTS},
    {1227, TROUBLE_RIGHTS},
    {1370, TROUBLE_RIGHTS},
    {1345, TROUBLE_RIGHTS},
    /* Disks. */
    {1021, TROUBLE_SPACE},
    {1028, TROUBLE_SPACE},
    {1114, TROUBLE_SPACE},
};

/* 1290 is also said of options that have nothing to do with read-only servers, 1105 of everything;
 * a full disk has many numbers (1030, 1026, 3 of a temporary file), with the system's words behind
 * them. */
enum trouble server_trouble(unsigned code, const char *text)
{
    if (code == 1290 && strstr(text, "read-only") == NULL && strstr(text, "read_only") == NULL)
        return TROUBLE_OTHER;
    if (code == 1105)
        return strstr(text, "riteset") != NULL ? TROUBLE_SIZE : TROUBLE_OTHER;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i].code == code)
            return known[i].trouble;
    return strstr(text, "No space left on device") != NULL ? TROUBLE_SPACE : TROUBLE_OTHER;
}

const char *server_grant(struct store *s)
{
    struct server *q = server_of(s);
    return arena_print(&s->scratch,
        "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, REFERENCES, CREATE "
        "VIEW, "
        "SHOW VIEW ON `%s`.* TO %s",
        q->database, q->grantee == NULL ? "this user" : q->grantee)
        .p;
}

static bool set(enum err_kind kind, bool transient, const char *what, unsigned code,
    const char *text, struct err *e)
{
    err_set(e, kind, "%s: %s (server error %u)", what, text, code);
    e->transient = transient;
    return false;
}

static void note_lost(struct server *q, enum trouble trouble)
{
    q->leave = q->leave || trouble == TROUBLE_NODE;
    if (trouble == TROUBLE_LOST || trouble == TROUBLE_NODE)
        server_disconnect(q);
}

/* Sets `e` for trouble that has a kind or a hint of its own. */
static bool explain(struct store *s, enum trouble trouble, const char *what, unsigned code,
    const char *text, struct err *e)
{
    switch (trouble) {
    case TROUBLE_RETRY:
    case TROUBLE_LOST:
    case TROUBLE_NODE:
        set(ERR_STORE, true, what, code, text, e);
        return err_hint(
            e, "What was committed is safe. Run the same command again when the server is well.");
    case TROUBLE_DATA:
        return set(ERR_DATA, false, what, code, text, e);
    case TROUBLE_SIZE:
        set(ERR_DATA, false, what, code, text, e);
        return err_hint(e, "The server refuses statements or transactions of this size: raise "
                           "max_allowed_packet, on a cluster the limit for transactions.");
    case TROUBLE_RIGHTS:
        set(ERR_STORE, false, what, code, text, e);
        return err_hint(e, "An administrator can run: %s", server_grant(s));
    case TROUBLE_SPACE:
        set(ERR_STORE, false, what, code, text, e);
        return err_hint(e,
            "The disk of the database server is full. Make room there and run the same "
            "command again.");
    case TROUBLE_OTHER:
        break;
    }
    return set(ERR_STORE, false, what, code, text, e);
}

bool server_fail(struct store *s, const char *what, struct err *e)
{
    struct server *q = server_of(s);
    if (q->db == NULL) {
        err_set(e, ERR_STORE, "%s: the connection to the server was lost", what);
        e->transient = true;
        return false;
    }
    unsigned code = mysql_errno(q->db);
    char text[512];
    (void)snprintf(text, sizeof text, "%s", mysql_error(q->db)); /* gone after a disconnect */
    enum trouble trouble = server_trouble(code, text);
    q->code = code;
    note_lost(q, trouble);
    if (code == 1050 || code == 1060 || code == 1061) {
        set(ERR_STORE, false, what, code, text, e);
        return err_hint(e,
            "Another movie-etl is probably setting up this database. Run the same command again.");
    }
    if (code == 1665) {
        set(ERR_STORE, false, what, code, text, e);
        return err_hint(e, "This server keeps its binary log by statements, which the isolation "
                           "level that is used here does "
                           "not allow: set binlog_format to MIXED or ROW there.");
    }
    return explain(s, trouble, what, code, text, e);
}
