/* Roots: see roots.h. */
#include "store/sqlite/roots.h"

#include "store/ddl.h"

struct finding_roots {
    const struct shape_known *known;
    struct table_place *place;
    bool right;
};

static bool take_roots(void *payload, const struct cell *c, size_t n, struct err *e)
{
    struct finding_roots *f = payload;
    (void)n;
    (void)e;
    if (c[0].kind != CELL_INT || c[1].kind != CELL_INT)
        return true;
    f->place->table_root = (uint32_t)c[0].i;
    f->place->index_root = (uint32_t)c[1].i;
    f->right = view_is(cell_get_text(&c[2]), f->known->columns) &&
               view_is(cell_get_text(&c[3]), f->known->index) && cell_get_int(&c[4]) == 0;
    return true;
}

bool roots_find(struct store *s, const struct shape_known *known, struct table_place *ret,
    bool *ret_right, struct err *e)
{
    const struct index *by_movie = ddl_find_index(known->table, "movielens_id");
    struct view table = arena_print(&s->scratch, "%s%s", s->prefix, known->table),
                index = arena_print(
                    &s->scratch, "%s%s", s->prefix, ddl_index_name(&s->scratch, by_movie).p);
    struct cell names[] = {cell_text(table), cell_text(index)};
    struct finding_roots f = {known, ret, false};
    bool ok = sqlite_query(s,
        "SELECT (SELECT rootpage FROM main.sqlite_schema WHERE type = 'table' AND name = ?1),"
        " (SELECT rootpage FROM main.sqlite_schema WHERE type = 'index' AND name = ?2),"
        " (SELECT group_concat(name || ' ' || type || ' ' || pk) FROM pragma_table_xinfo(?1)),"
        " (SELECT group_concat(name || ' ' || coll || ' ' || \"desc\") FROM "
        "pragma_index_xinfo(?2)),"
        " (SELECT count(*) FROM main.sqlite_schema WHERE tbl_name = ?1 AND rootpage > 0 AND name "
        "NOT IN (?1, ?2))",
        names, 2, take_roots, &f, e);
    *ret_right = f.right;
    return ok;
}
