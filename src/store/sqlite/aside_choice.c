/* Choice: see aside_choice.h. */
#include "store/sqlite/aside_choice.h"

#include "base/mem.h"
#include "store/ddl.h"
#include "store/sql.h"
#include "store/sqlite/aside_index.h"

#include <stdlib.h>
#include <string.h>

enum {
    LEAST_BYTES = 4096, /* of a table's rows: fewer fill no page */
    /* of folded rows, of which entries of an index are kept in memory: half as much, mostly */
    FOLDED_BYTES = 192 * 1024 * 1024,
};

bool choice_is_list(const struct table *t)
{
    return t->key_n > 1;
}

static bool is_folded(const struct stream *t)
{
    return t->put->kind == PUT_NEWER && t->put->table->key_n == 1;
}

static int64_t bytes_of(const struct stream *t)
{
    int64_t bytes = 0;
    for (size_t i = 0; i < t->runs.n; i++)
        bytes += ((const struct run *)vec_at(&t->runs, i))->n;
    return bytes;
}

static bool is_whole(const struct stream *t)
{
    return t->brought == 0 && t->runs.n > 0 && t->runs.n <= MAX_RUNS;
}

/* Columns of a list's rows, or of an index's entries; returns how many. */
static size_t columns_of(
    const struct table *t, const struct index *ix, size_t ret[TABLE_MAX_COLUMNS])
{
    if (ix != NULL)
        return index_entry_columns(ix, t, ret);
    for (size_t i = 0; i < t->n; i++)
        ret[i] = i;
    return t->n;
}

size_t choice_key(const struct page_tree *t)
{
    size_t columns[TABLE_MAX_COLUMNS];
    const struct table *table = t->stream->put->table;
    return t->index == NULL ? table->key_n : columns_of(table, t->index, columns);
}

/* Of a table whose key is its rowid there is no index of that; and in another the rowid has no
 * name. */
static void print_shape(const struct table *t, const struct index *ix, struct str *to)
{
    bool rowid = sqlite_has_rowid(t), plain = rowid && ix == NULL;
    size_t columns[TABLE_MAX_COLUMNS], n = columns_of(t, ix, columns);
    for (size_t i = 0; i < n; i++) {
        const char *name = t->columns[columns[i]].name;
        if (plain)
            str_addf(to, "%s%s %d", to->n == 0 ? "" : ",", name, i == 0);
        else if (!rowid || columns[i] != 0)
            str_addf(to, "%s%s BINARY 0", to->n == 0 ? "" : ",", name);
    }
}

/* Whether the b-tree of that name has the columns that the rows have, in their order, compared byte
 * by byte. Somebody may have given it the name in other letters, which SQLite takes for the same,
 * but who looks for its root (aside_pages.c) does not. */
static bool has_shape(struct store *s, const struct table *t, const struct index *ix,
    const char *name, bool *ret, struct err *e)
{
    static const char of_index[] = "group_concat(name || ' ' || coll || ' ' || \"desc\")"
                                   " FROM pragma_index_xinfo(?1, 'main')",
                      of_rowid[] = "CASE WHEN EXISTS (SELECT 1 FROM pragma_index_list(?1, 'main'))"
                                   " THEN '' ELSE group_concat(name || ' ' || pk) END"
                                   " FROM pragma_table_xinfo(?1, 'main')";
    struct str shape;
    int64_t same = 0;
    str_init(&shape, SQL_MAX);
    print_shape(t, ix, &shape);
    struct view sql = arena_print(&s->scratch,
        "SELECT (SELECT %s) = ?2 AND (SELECT encoding FROM pragma_encoding) = 'UTF-8'"
        " AND EXISTS (SELECT 1 FROM main.sqlite_schema WHERE name = ?1)",
        ix == NULL && sqlite_has_rowid(t) ? of_rowid : of_index);
    bool ok = db_get_ints(s, sql.p,
        CELLS(cell_text(view_of(name)), cell_text(str_view(&shape))), &same, 1, NULL, e);
    str_done(&shape);
    *ret = same != 0;
    return ok;
}

static bool is_blank(
    struct store *s, const struct table *t, const char *name, bool *ret, struct err *e)
{
    int64_t indexes = 0, one;
    bool rows = false;
    struct view any = arena_print(&s->scratch, "SELECT 1 FROM {%s} LIMIT 1", t->name);
    bool ok = db_get_ints(s, any.p, NO_CELLS, &one, 1, &rows, e) &&
              db_get_ints(s,
                  "SELECT count(*) FROM main.sqlite_schema WHERE type = 'index' AND tbl_name = ?"
                  " AND sql IS NOT NULL",
                  CELLS(cell_text(view_of(name))), &indexes, 1, NULL, e);
    *ret = !rows && indexes == 0;
    return ok;
}

static struct page_tree *add_tree(struct choice *c, struct stream *t, const char *name)
{
    struct page_tree *tree = mem_alloc(sizeof *tree);
    *tree = (struct page_tree){.stream = t, .name = name, .bytes = bytes_of(t), .place = c->n};
    return c->trees[c->n++] = tree;
}

static bool make_index(struct store *s, const struct index *ix, const char *name, struct err *e)
{
    struct str sql;
    str_init(&sql, SQL_MAX);
    ddl_print_index(s, &sql, ix, name);
    bool ok = sqlite_exec(s, str_z(&sql), NULL, 0, NULL, e);
    str_done(&sql);
    return ok;
}

/* *ret: its tree; NULL: it is not as it should be. */
static bool add_index(struct store *s, struct choice *c, struct stream *t, const struct index *ix,
    struct page_tree **ret, struct err *e)
{
    const char *plain = ddl_index_name(&s->scratch, ix).p,
               *name = sql_bare_name(s, &s->scratch, plain).p;
    bool right = false;
    if (!make_index(s, ix, plain, e) || !has_shape(s, t->put->table, ix, name, &right, e))
        return false;
    *ret = right && is_whole(t) ? add_tree(c, t, name) : NULL;
    if (*ret != NULL)
        (*ret)->index = ix;
    return true;
}

static void take_back(struct choice *c, size_t first)
{
    while (c->n > first)
        mem_free(c->trees[--c->n]);
}

/* The indexes of the list that was chosen last. One that is not as it should be takes the table's
 * tree back. */
static bool add_indexes(
    struct store *s, struct choice *c, struct stream *streams, size_t n, struct err *e)
{
    size_t first = c->n - 1;
    struct page_tree *table = c->trees[first], *tree;
    for (size_t i = 0; i < n; i++) {
        const struct index *ix = streams[i].index;
        if (streams[i].put != table->stream->put || ix == NULL)
            continue;
        if (!add_index(s, c, &streams[i], ix, &tree, e))
            return false;
        if (tree == NULL) {
            take_back(c, first);
            return true;
        }
        tree->bytes = table->bytes;
    }
    return true;
}

static const struct index *late_index(const struct table *t)
{
    const struct index *ix = plain_indexes;
    while (ix->table != NULL && !(ix->late && strcmp(ix->table, t->name) == 0))
        ix++;
    return ix->table == NULL ? NULL : ix;
}

/* The same of named things, whose index is written with them, where memory has room for it. */
static bool add_folded_index(struct store *s, struct choice *c, struct err *e)
{
    struct page_tree *table = c->trees[c->n - 1], *tree;
    const struct index *ix = late_index(table->stream->put->table);
    if (ix == NULL || table->bytes > FOLDED_BYTES)
        return true;
    if (!add_index(s, c, table->stream, ix, &tree, e))
        return false;
    if (tree == NULL) {
        take_back(c, c->n - 1);
        return true;
    }
    table->with = tree;
    tree->is_beside = true;
    return true;
}

/* What waits for it: all rows, and enough of them. */
static bool is_worth_pages(const struct stream *t)
{
    return t->index == NULL && is_whole(t) && bytes_of(t) >= LEAST_BYTES &&
           (is_folded(t) || choice_is_list(t->put->table));
}

/* The table in the database, and the indexes that go with it. */
static bool choose_one(struct store *s, struct choice *c, struct stream *streams, size_t n,
    struct stream *t, bool indexes, struct err *e)
{
    const struct table *table = t->put->table;
    const char *name = sql_bare_name(s, &s->scratch, table->name).p;
    bool right = false, blank = false, folded = is_folded(t);
    if (!has_shape(s, table, NULL, name, &right, e) || !is_blank(s, table, name, &blank, e))
        return false;
    if (!right || !blank)
        return true;
    add_tree(c, t, name)->is_folded = folded;
    return !indexes || (folded ? add_folded_index(s, c, e) : add_indexes(s, c, streams, n, e));
}

static bool choose(struct store *s, struct choice *c, struct stream *streams, size_t n,
    bool indexes, struct err *e)
{
    for (size_t i = 0; i < n && c->n + INDEX_MAX_COLUMNS < CHOICE_TREES; i++)
        if (is_worth_pages(&streams[i]) &&
            !choose_one(s, c, streams, n, &streams[i], indexes, e))
            return false;
    return true;
}

static int by_size(const void *x, const void *y)
{
    const struct page_tree *a = *(struct page_tree *const *)x, *b = *(struct page_tree *const *)y;
    if (a->bytes != b->bytes)
        return a->bytes > b->bytes ? -1 : 1;
    return a->place < b->place ? -1 : 1;
}

bool choice_make(struct store *s, struct stream *streams, size_t n, bool indexes,
    struct choice *ret, struct err *e)
{
    ret->n = 0;
    if (!choose(s, ret, streams, n, indexes, e))
        return false;
    qsort(ret->trees, ret->n, sizeof ret->trees[0], by_size);
    return true;
}

void choice_done(struct choice *c)
{
    for (size_t i = 0; i < c->n; i++) {
        tree_done(&c->trees[i]->tree);
        mem_free(c->trees[i]);
    }
    c->n = 0;
}

bool choice_has(const struct choice *c, const struct stream *t)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->trees[i]->stream == t)
            return true;
    return false;
}

void choice_drop(struct choice *c, const struct stream *t)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++) {
        struct page_tree *tree = c->trees[i];
        if (tree->stream->put != t->put) {
            c->trees[n++] = tree;
            continue;
        }
        tree_done(&tree->tree);
        mem_free(tree);
    }
    c->n = n;
}
