/* What is in the database, whoever made it. */
#include "store/mysql/server.h"

#include "store/sql.h"

struct objects {
    bool (*take)(void *payload, const struct object *o, struct err *e);
    void *payload;
};

static bool give_object(void *payload, const struct cell *c, size_t n, struct err *e)
{
    struct objects *to = payload;
    struct object o = {OBJECT_TABLE, c[1].text, c[2].text};
    (void)n;
    if (view_is(c[0].text, "VIEW"))
        o.kind = OBJECT_VIEW;
    else if (view_is(c[0].text, "INDEX"))
        o.kind = OBJECT_INDEX;
    return to->take(to->payload, &o, e);
}

/* Index names belong to their table: the shadows of a load (shadow.c) have the same ones as what they will replace. */
bool server_each_object(struct store *s,
    bool (*take)(void *payload, const struct object *o, struct err *e), void *payload,
    struct err *e)
{
    struct objects to = {take, payload};
    return server_query(s,
               "SELECT table_type, table_name, table_name FROM information_schema.tables"
               " WHERE table_schema = DATABASE()",
               NO_CELLS, give_object, &to, e) &&
           server_query(s,
               "SELECT DISTINCT 'INDEX', index_name, table_name FROM information_schema.statistics"
               " WHERE table_schema = DATABASE() AND index_name <> 'PRIMARY'"
               " AND table_name NOT LIKE '%etl\\_new\\_%' AND table_name NOT LIKE '%etl\\_old\\_%'",
               NO_CELLS, give_object, &to, e);
}

struct columns {
    bool (*take)(void *payload, struct view column, struct err *e);
    void *payload;
};

static bool give_column(void *payload, const struct cell *c, size_t n, struct err *e)
{
    struct columns *to = payload;
    (void)n;
    return to->take(to->payload, c[0].text, e);
}

bool server_each_column(struct store *s, struct view table,
    bool (*take)(void *payload, struct view column, struct err *e), void *payload, struct err *e)
{
    struct columns to = {take, payload};
    struct cell name = cell_text(table);
    return server_query(s,
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_schema = DATABASE() AND table_name = ?",
        &name, 1, give_column, &to, e);
}
