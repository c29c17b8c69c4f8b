/* Waiting rows as pages: see aside_pages.h. */
#include "store/sqlite/aside_pages.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "store/ddl.h"
#include "store/sql.h"
#include "store/sqlite/aside_index.h"
#include "store/sqlite/aside_tree.h"
#include "store/sqlite/side.h"

#include <stdatomic.h>
#include <stdlib.h>

enum {
    MAX_TREES = 64,
    LEAST_BYTES = 4096, /* of a table's rows: fewer fill no page */
};

struct page_tree {
    struct tree tree;
    struct stream *stream;
    const char *name; /* of the table or index, as the database has it */
    int64_t bytes, root;
};

struct aside_pages {
    struct store *s;
    int fd;
    struct page_tree *trees[MAX_TREES]; /* the largest first */
    size_t n;
    struct page_file file;
    bool open;
    _Atomic size_t next; /* the first tree that nobody writes yet */
    struct thread *helper;
};

/* ---- which */

/* Those of lists. A thing that is named comes many times with one key, and has a rowid mostly: a
 * tree of another kind. */
bool aside_pages_suit(const struct table *t)
{
    return t->key_n > 1;
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

static size_t columns_of(const struct stream *t, size_t ret[TABLE_MAX_COLUMNS])
{
    const struct table *table = t->put->table;
    if (t->index != NULL)
        return index_entry_columns(t->index, table, ret);
    for (size_t i = 0; i < table->n; i++)
        ret[i] = i;
    return table->n;
}

/* Whether the b-tree of that name has the columns that the rows have, in their order, compared byte
 * by byte. */
static bool has_shape(
    struct store *s, const struct stream *t, const char *name, bool *ret, struct err *e)
{
    size_t columns[TABLE_MAX_COLUMNS], n = columns_of(t, columns);
    struct str shape;
    int64_t same = 0;
    str_init(&shape, SQL_MAX);
    for (size_t i = 0; i < n; i++)
        str_addf(&shape, "%s%s BINARY 0", i == 0 ? "" : ",",
            t->put->table->columns[columns[i]].name);
    bool ok = db_get_ints(s,
        "SELECT (SELECT group_concat(name || ' ' || coll || ' ' || \"desc\")"
        " FROM pragma_index_xinfo(?, 'main')) = ? AND (SELECT encoding FROM pragma_encoding) ="
        " 'UTF-8'", CELLS(cell_text(view_of(name)), cell_text(str_view(&shape))), &same, 1, NULL,
        e);
    str_done(&shape);
    *ret = same != 0;
    return ok;
}

static bool is_blank(struct store *s, const struct table *t, const char *name, bool *ret,
    struct err *e)
{
    int64_t indexes = 0, one;
    bool rows = false;
    struct view any = arena_print(&s->scratch, "SELECT 1 FROM {%s} LIMIT 1", t->name);
    bool ok = db_get_ints(s, any.p, NO_CELLS, &one, 1, &rows, e) &&
              db_get_ints(s,
                  "SELECT count(*) FROM main.sqlite_schema WHERE type = 'index' AND tbl_name = ?"
                  " AND sql IS NOT NULL", CELLS(cell_text(view_of(name))), &indexes, 1, NULL, e);
    *ret = !rows && indexes == 0;
    return ok;
}

static void add_tree(struct aside_pages *p, struct stream *t, const char *name)
{
    struct page_tree *tree = mem_alloc(sizeof *tree);
    *tree = (struct page_tree){.stream = t, .name = name, .bytes = bytes_of(t)};
    p->trees[p->n++] = tree;
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

/* The indexes of a table that was chosen last. One that is not as it should be takes the table's
 * tree back. */
static bool add_indexes(
    struct aside_pages *p, struct stream *streams, size_t n, const struct put *put, struct err *e)
{
    size_t first = p->n - 1;
    for (size_t i = 0; i < n; i++) {
        const struct index *ix = streams[i].index;
        if (streams[i].put != put || ix == NULL)
            continue;
        const char *plain = ddl_index_name(&p->s->scratch, ix).p,
                   *name = sql_bare_name(p->s, &p->s->scratch, plain).p;
        bool right = false;
        if (!make_index(p->s, ix, plain, e) || !has_shape(p->s, &streams[i], name, &right, e))
            return false;
        if (right && is_whole(&streams[i])) {
            add_tree(p, &streams[i], name);
            continue;
        }
        while (p->n > first)
            mem_free(p->trees[--p->n]);
        return true;
    }
    return true;
}

static bool choose(struct aside_pages *p, struct stream *streams, size_t n, bool indexes,
    struct err *e)
{
    for (size_t i = 0; i < n && p->n + INDEX_MAX_COLUMNS < MAX_TREES; i++) {
        struct stream *t = &streams[i];
        const struct table *table = t->put->table;
        if (t->index != NULL || t->are_long || !is_whole(t) || bytes_of(t) < LEAST_BYTES ||
            !aside_pages_suit(table))
            continue;
        const char *name = sql_bare_name(p->s, &p->s->scratch, table->name).p;
        bool right = false, blank = false;
        if (!has_shape(p->s, t, name, &right, e) || !is_blank(p->s, table, name, &blank, e))
            return false;
        if (!right || !blank)
            continue;
        add_tree(p, t, name);
        if (indexes && !add_indexes(p, streams, n, t->put, e))
            return false;
    }
    return true;
}

bool aside_pages_chose(const struct aside_pages *p, const struct stream *t)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->trees[i]->stream == t)
            return true;
    return false;
}

/* ---- the file beside */

static bool take_root(void *payload, const struct cell *c, size_t n, struct err *e)
{
    struct aside_pages *p = payload;
    (void)n;
    (void)e;
    for (size_t i = 0; i < p->n; i++)
        if (view_is(c[0].text, p->trees[i]->name))
            p->trees[i]->root = c[1].i;
    return true;
}

static bool find_roots(struct store *s, const char *path, void *payload, struct err *e)
{
    (void)path;
    return sqlite_query(s, "SELECT name, rootpage FROM sqlite_schema", NULL, 0, take_root, payload,
               e) &&
           sqlite_begin(s, BEGIN_WRITE, e);
}

static int by_bytes(const void *x, const void *y)
{
    const struct page_tree *a = *(struct page_tree *const *)x, *b = *(struct page_tree *const *)y;
    return (a->bytes < b->bytes) - (a->bytes > b->bytes);
}

static void forget_trees(struct aside_pages *p)
{
    for (size_t i = 0; i < p->n; i++) {
        tree_done(&p->trees[i]->tree);
        mem_free(p->trees[i]);
    }
    p->n = 0;
}

/* Without the file, because somebody's lies there or has a lock on it, all is left to INSERT. */
static bool open_file(struct aside_pages *p, struct err *e)
{
    const char *names[MAX_TREES], *why = NULL;
    struct sqlite *q = sqlite_of(p->s);
    for (size_t i = 0; i < p->n; i++)
        names[i] = p->trees[i]->name;
    if (!side_claim(q, e)) {
        log_line(LOG_INFO, "rows are stored one by one, which takes longer: %s", e->text);
        forget_trees(p);
        return e->kind == ERR_REFUSED || e->kind == ERR_LOCKED;
    }
    if (!side_fill(p->s, names, p->n, find_roots, p, e) ||
        !page_file_open(&p->file, q->beside, &why, e))
        return false;
    p->open = why == NULL;
    return p->open || err_set(e, ERR_BUG, "the file beside the database cannot be used: %s", why);
}

/* ---- pages */

static void write_trees(void *payload)
{
    struct aside_pages *p = payload;
    for (size_t i; (i = atomic_fetch_add(&p->next, 1)) < p->n;)
        tree_write(&p->trees[i]->tree);
}

/* Without a thread, the caller writes them all in the end. */
static void start(struct aside_pages *p)
{
    size_t columns[TABLE_MAX_COLUMNS];
    struct err ignored;
    qsort(p->trees, p->n, sizeof p->trees[0], by_bytes);
    for (size_t i = 0; i < p->n; i++) {
        const struct stream *t = p->trees[i]->stream;
        bool whole = t->index != NULL; /* an entry is a key as a whole */
        size_t key_n = whole ? columns_of(t, columns) : t->put->table->key_n;
        struct merge_source from = {
            p->fd, t->runs.items, t->runs.n, key_n, whole ? key_n : 1};
        tree_init(&p->trees[i]->tree, &from, &p->file);
    }
    (void)thread_start(write_trees, p, &p->helper, &ignored);
}

static void free_pages(struct aside_pages *p)
{
    forget_trees(p);
    if (p->open)
        page_file_close(&p->file);
    mem_free(p);
}

bool aside_pages_begin(struct store *s, int fd, struct stream *streams, size_t n, bool indexes,
    struct aside_pages **ret, struct err *e)
{
    struct aside_pages *p = mem_alloc(sizeof *p);
    p->s = s;
    p->fd = fd;
    if (!choose(p, streams, n, indexes, e) || (p->n > 0 && !open_file(p, e))) {
        free_pages(p);
        return false;
    }
    if (p->n > 0)
        start(p);
    *ret = p;
    return true;
}

/* ---- the end */

/* A table is taken over with all its indexes, or not at all. */
static bool is_refused(const struct aside_pages *p, const struct put *put)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->trees[i]->stream->put == put && p->trees[i]->tree.refused)
            return true;
    return false;
}

static bool finish_file(struct aside_pages *p, struct err *e)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->trees[i]->tree.failed) {
            *e = p->trees[i]->tree.e;
            return false;
        }
    for (size_t i = 0; i < p->n; i++) {
        struct page_tree *t = p->trees[i];
        if (!is_refused(p, t->stream->put) &&
            !btree_build(&p->file, (uint32_t)t->root, &t->tree.leaves, 1, e))
            return false;
    }
    return page_file_finish(&p->file, e);
}

/* OR ROLLBACK: nobody goes on with the transaction when this fails (transaction.c). Else SQLite
 * would keep, to take back the statement alone, what each page was that was changed before it: all
 * that its cache holds, in a file. */
static bool take_over(struct aside_pages *p, const struct page_tree *t, struct err *e)
{
    const char *name = t->stream->put->table->name;
    struct str sql;
    int64_t copied = 0;
    str_init(&sql, SQL_MAX);
    sql_expand(p->s, &sql,
        arena_print(&p->s->scratch,
            "INSERT OR ROLLBACK INTO main.{%s} SELECT * FROM side.{%s}", name, name)
            .p);
    bool ok = sqlite_exec(p->s, str_z(&sql), NULL, 0, &copied, e);
    str_done(&sql);
    for (size_t i = 0; ok && i < p->n; i++)
        if (p->trees[i]->stream->put == t->stream->put) {
            p->trees[i]->stream->brought = p->trees[i]->stream->runs.n;
            ok = (uint64_t)copied == p->trees[i]->tree.leaves.put ||
                 err_set(e, ERR_BUG, "of %llu entries of %s %lld arrived",
                     (unsigned long long)p->trees[i]->tree.leaves.put, p->trees[i]->name,
                     (long long)copied);
        }
    return ok;
}

static bool has_index(const struct aside_pages *p, const struct put *put)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->trees[i]->stream->put == put && p->trees[i]->stream->index != NULL)
            return true;
    return false;
}

/* The smallest first. */
static bool take_tables(struct aside_pages *p, bool indexed, struct err *e)
{
    bool ok = true;
    for (size_t i = p->n; ok && i-- > 0;) {
        const struct stream *t = p->trees[i]->stream;
        if (t->index == NULL && has_index(p, t->put) == indexed && !is_refused(p, t->put))
            ok = take_over(p, p->trees[i], e);
    }
    return ok;
}

/* First those whose indexes were just made: the first pages of these wait in SQLite's cache. Were
 * they written to the log before they are filled, they would have to be changed there; and from
 * such a page on SQLite reads the whole log again at the commit, for its checksums. */
static bool take_all_over(struct aside_pages *p, struct err *e)
{
    return finish_file(p, e) && side_attach(p->s, e) && take_tables(p, true, e) &&
           take_tables(p, false, e);
}

bool aside_pages_end(struct aside_pages *p, bool ok, struct err *e)
{
    if (p == NULL)
        return ok;
    if (!ok)
        atomic_store(&p->next, p->n);
    write_trees(p);
    thread_join(p->helper);
    ok = ok && (p->n == 0 || take_all_over(p, e));
    free_pages(p);
    return ok;
}
