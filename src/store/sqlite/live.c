/* What is in the database file, whoever made it. */
#include "store/sqlite/db.h"

struct objects {
    bool (*take)(void *payload, const struct object *o, struct err *e);
    void *payload;
};

static bool give_object(void *payload, const struct cell *c, size_t n, struct err *e)
{
    struct objects *to = payload;
    struct object o = {OBJECT_TABLE, c[1].text, c[2].text};
    (void)n;
    if (view_is(c[0].text, "view"))
        o.kind = OBJECT_VIEW;
    else if (view_is(c[0].text, "index"))
        o.kind = OBJECT_INDEX;
    return to->take(to->payload, &o, e);
}

bool sqlite_each_object(struct store *s,
    bool (*take)(void *payload, const struct object *o, struct err *e), void *payload,
    struct err *e)
{
    struct objects to = {take, payload};
    return sqlite_query(s,
        "SELECT type, name, tbl_name FROM main.sqlite_schema WHERE type IN ('table', 'view', "
        "'index')",
        NULL, 0, give_object, &to, e);
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

bool sqlite_each_column(struct store *s, struct view table,
    bool (*take)(void *payload, struct view column, struct err *e), void *payload, struct err *e)
{
    struct columns to = {take, payload};
    struct cell name = cell_text(table);
    return sqlite_query(s, "SELECT name FROM pragma_table_info(?)", &name, 1, give_column, &to, e);
}
