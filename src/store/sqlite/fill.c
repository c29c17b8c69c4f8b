/* Fill: see fill.h. */
#include "store/sqlite/fill.h"

#include "base/log.h"
#include "base/mem.h"
#include "store/ddl.h"
#include "store/sqlite/fill_tree.h"
#include "store/sqlite/side.h"
#include "store/upsert.h"

#include <string.h>

enum { MAX_TREES = 24, AT_ONCE = 500 };

struct fill {
    struct store *s;
    struct fill_tree trees[MAX_TREES]; /* each table, and behind it its indexes */
    const struct put *puts[MAX_TREES]; /* of the tables */
    const char *names[MAX_TREES];      /* as the database has them */
    size_t n, others;                  /* trees of these tables that this does not know */
};

static void add_tree(struct fill *f, const struct table *t, const struct index *ix)
{
    const char *plain = ix == NULL ? t->name : ddl_index_name(&f->s->scratch, ix).p;
    f->names[f->n] = sql_bare_name(f->s, &f->s->arena, plain).p;
    f->puts[f->n] = upsert_put_all(f->s, t, PUT_ROW);
    fill_tree_init(&f->trees[f->n++], t, ix);
}

static void add_table(struct fill *f, const struct table *t)
{
    add_tree(f, t, NULL);
    for (const struct index *ix = plain_indexes; ix->table != NULL; ix++)
        if (strcmp(ix->table, t->name) == 0)
            add_tree(f, t, ix);
}

bool sqlite_fill_begin(struct store *s, const char *const *tables, struct err *e)
{
    struct sqlite *q = sqlite_of(s);
    struct fill *f = mem_alloc(sizeof *f);
    (void)e;
    f->s = s;
    for (size_t i = 0; tables[i] != NULL; i++)
        add_table(f, schema_find(&s->schema, tables[i]));
    q->fill = f;
    return true;
}

void fill_free(struct fill *f)
{
    for (size_t i = 0; f != NULL && i < f->n; i++)
        fill_tree_done(&f->trees[i]);
    mem_free(f);
}

bool fill_rows(struct fill *f, const struct put *p, const struct row_set *rows, bool *ret_taken,
    struct err *e)
{
    bool ok = true;
    *ret_taken = false;
    for (size_t i = 0; i < f->n; i++) {
        if (f->trees[i].table != p->table)
            continue;
        if (f->puts[i] != p)
            return err_set(e, ERR_BUG, "not whole rows: %s", p->head);
        *ret_taken = true;
        for (size_t row = 0; ok && row < rows->n; row++)
            ok = fill_tree_add(&f->trees[i], row_set_at(rows, row), e);
    }
    return ok;
}

/* ---- as pages */

static bool take_root(void *payload, const struct cell *c, size_t n, struct err *e)
{
    struct fill *f = payload;
    bool ours = false, known = false;
    (void)n;
    (void)e;
    for (size_t i = 0; i < f->n; i++) {
        ours = ours || (f->trees[i].index == NULL && view_is(c[2].text, f->names[i]));
        if (!view_is(c[0].text, f->names[i]))
            continue;
        known = true;
        f->trees[i].root = (uint32_t)c[1].i;
    }
    f->others += ours && !known;
    return true;
}

static bool are_empty(struct fill *f, struct page_file *file, bool *ret, struct err *e)
{
    *ret = true;
    for (size_t i = 0; *ret && i < f->n; i++)
        if (!page_file_root_is_empty(file, f->trees[i].root, f->trees[i].rowid, ret, e))
            return false;
    return true;
}

/* *ret_why: nothing was written, and why. */
static bool write_file(struct fill *f, struct page_file *file, const char **ret_why, struct err *e)
{
    bool empty;
    if (!are_empty(f, file, &empty, e))
        return false;
    *ret_why = empty ? NULL : "their tables are not empty";
    if (!empty)
        return true;
    page_file_lasts(file, side_sync_ahead(sqlite_of(f->s)));
    for (size_t i = 0; i < f->n; i++) {
        if (!fill_tree_write(&f->trees[i], file, e))
            return false;
        fill_tree_done(&f->trees[i]);
    }
    return page_file_finish(file, e);
}

static bool write_pages(struct fill *f, const char **ret_why, struct err *e)
{
    struct page_file file;
    if (!sqlite_commit(f->s, e) ||
        !page_file_open(&file, sqlite_file(sqlite_of(f->s)), ret_why, e))
        return false;
    bool ok = true;
    if (*ret_why == NULL) {
        ok = write_file(f, &file, ret_why, e);
        page_file_close(&file);
    }
    return ok && sqlite_begin(f->s, BEGIN_WRITE, e);
}

static bool try_pages(struct fill *f, const char **ret_why, struct err *e)
{
    bool suit = true;
    for (size_t i = 0; i < f->n; i++)
        suit = fill_tree_sort(&f->trees[i]) && suit;
    *ret_why = suit ? NULL : "they do not suit: some have the same key";
    if (!suit)
        return true;
    if (!sqlite_query(f->s,
            "SELECT name, rootpage, tbl_name FROM main.sqlite_schema WHERE rootpage > 0", NULL, 0,
            take_root, f, e))
        return false;
    *ret_why = "the tables are not as this program makes them";
    return f->others > 0 || write_pages(f, ret_why, e);
}

/* ---- through SQLite */

static bool insert_rows(struct fill *f, size_t tree, struct err *e)
{
    const struct fill_tree *t = &f->trees[tree];
    struct row_set rows = {mem_alloc(AT_ONCE * t->width * sizeof *rows.cells), t->width, 0};
    bool ok = true;
    for (size_t i = 0; ok && i < t->n; i++) {
        fill_tree_row(t, i, row_set_at(&rows, rows.n++));
        if (rows.n == AT_ONCE || i + 1 == t->n) {
            ok = sqlite_put_rows(f->s, f->puts[tree], &rows, e);
            rows.n = 0;
        }
    }
    mem_free(rows.cells);
    return ok;
}

static bool each_index(struct fill *f,
    bool (*act)(struct store *s, const struct index *ix, struct err *e), struct err *e)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->trees[i].index != NULL && !act(f->s, f->trees[i].index, e))
            return false;
    return true;
}

static bool insert_all(struct fill *f, struct err *e)
{
    if (!each_index(f, ddl_drop_index, e))
        return false;
    for (size_t i = 0; i < f->n; i++)
        if (f->trees[i].index == NULL && !insert_rows(f, i, e))
            return false;
    return each_index(f, ddl_create_index, e);
}

bool sqlite_fill_end(struct store *s, struct err *e)
{
    struct sqlite *q = sqlite_of(s);
    struct fill *f = q->fill;
    const char *why = NULL;
    q->fill = NULL;
    bool ok = try_pages(f, &why, e);
    if (ok && why != NULL) {
        log_line(LOG_INFO, "movies are loaded through SQLite, which takes longer: %s", why);
        ok = insert_all(f, e);
    }
    fill_free(f);
    return ok;
}
