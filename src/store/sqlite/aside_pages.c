/* Waiting rows as pages: see aside_pages.h. */
#include "store/sqlite/aside_pages.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "store/sql.h"
#include "store/sqlite/aside_choice.h"
#include "store/sqlite/side.h"

#include <stdatomic.h>

struct aside_pages {
    struct store *s;
    int fd;
    struct choice chosen;
    struct page_file file;
    bool open;
    _Atomic size_t next;   /* the first tree that nobody writes yet */
    struct queue *written; /* struct page_tree, from the helper */
    struct thread *helper;
};

bool aside_pages_chose(const struct aside_pages *p, const struct stream *t)
{
    return choice_has(&p->chosen, t);
}

/* ---- the file beside */

static bool take_root(void *payload, const struct cell *c, size_t n, struct err *e)
{
    struct choice *chosen = payload;
    (void)n;
    (void)e;
    for (size_t i = 0; i < chosen->n; i++)
        if (view_is(c[0].text, chosen->trees[i]->name))
            chosen->trees[i]->root = (uint32_t)c[1].i;
    return true;
}

static bool find_roots(struct store *s, const char *path, void *payload, struct err *e)
{
    (void)path;
    return sqlite_query(
               s, "SELECT name, rootpage FROM sqlite_schema", NULL, 0, take_root, payload, e) &&
           sqlite_begin(s, BEGIN_WRITE, e);
}

/* All pages that may be needed. SQLite looks once how many a file has, and takes tables over while
 * others are still written. Those that are not needed remain a hole. */
static bool reserve(struct aside_pages *p, struct err *e)
{
    uint32_t pages = 0;
    for (size_t i = 0; i < p->chosen.n; i++) {
        const struct page_tree *t = p->chosen.trees[i];
        bool rows = t->index == NULL && sqlite_has_rowid(t->stream->put->table);
        pages += rows ? btree_row_pages(&p->file, (uint64_t)t->bytes)
                      : btree_pages(&p->file, (uint64_t)t->bytes);
    }
    return page_file_reserve(&p->file, pages, e);
}

static void leave_all(struct aside_pages *p, const struct err *why)
{
    log_line(LOG_INFO, "rows are stored one by one, which takes longer: %s", why->text);
    choice_done(&p->chosen);
}

/* Without the file, because somebody's lies there or has a lock on it, or because it may not be as
 * large as all that is reserved, all is left to INSERT. */
static bool open_file(struct aside_pages *p, struct err *e)
{
    const char *names[CHOICE_TREES], *why = NULL;
    struct sqlite *q = sqlite_of(p->s);
    for (size_t i = 0; i < p->chosen.n; i++)
        names[i] = p->chosen.trees[i]->name;
    if (!side_claim(q, e)) {
        leave_all(p, e);
        return e->kind == ERR_REFUSED || e->kind == ERR_LOCKED;
    }
    if (!side_fill(p->s, names, p->chosen.n, find_roots, &p->chosen, e) ||
        !page_file_open(&p->file, q->beside, &why, e))
        return false;
    p->open = why == NULL;
    if (!p->open)
        return err_set(e, ERR_BUG, "the file beside the database cannot be used: %s", why);
    if (!reserve(p, e))
        leave_all(p, e);
    return true;
}

/* ---- pages */

/* The next tree that nobody writes. NULL: there is none. */
static struct page_tree *write_next(struct aside_pages *p)
{
    size_t i;
    do
        i = atomic_fetch_add(&p->next, 1);
    while (i < p->chosen.n && p->chosen.trees[i]->is_beside);
    if (i >= p->chosen.n)
        return NULL;
    tree_write(&p->chosen.trees[i]->tree);
    return p->chosen.trees[i];
}

static void write_trees(void *payload)
{
    struct aside_pages *p = payload;
    for (struct page_tree *t; (t = write_next(p)) != NULL; (void)queue_put(p->written, t)) {
    }
}

static void init_tree(struct aside_pages *p, struct page_tree *t)
{
    const struct stream *rows = t->stream;
    const struct table *table = rows->put->table;
    size_t key_n = choice_key(t);
    bool whole = t->index != NULL; /* an entry is a key as a whole */
    struct merge_source from = {p->fd, rows->runs.items, rows->runs.n, key_n, whole ? key_n : 1};
    if (t->is_folded) {
        from.width = table->n;
        tree_init_folded(&t->tree, &from, &p->file, table, t->with == NULL ? NULL : t->with->index,
            t->with == NULL ? NULL : &t->with->tree);
    } else if (!t->is_beside) {
        tree_init(&t->tree, &from, &p->file);
    }
}

/* Without a thread, the caller writes them all in the end. */
static void start(struct aside_pages *p)
{
    struct err ignored;
    for (size_t i = 0; i < p->chosen.n; i++)
        init_tree(p, p->chosen.trees[i]);
    p->written = queue_new(CHOICE_TREES);
    (void)thread_start(write_trees, p, &p->helper, &ignored);
}

static void free_pages(struct aside_pages *p)
{
    choice_done(&p->chosen);
    queue_free(p->written);
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
    if (!choice_make(s, streams, n, indexes, &p->chosen, e) ||
        (p->chosen.n > 0 && !open_file(p, e))) {
        free_pages(p);
        return false;
    }
    if (p->chosen.n > 0)
        start(p);
    *ret = p;
    return true;
}

/* ---- taking over */

/* Until the tree is there, helps to write what comes. */
static void await(struct aside_pages *p, const struct page_tree *wanted)
{
    while (!wanted->is_written) {
        struct page_tree *t = queue_take_now(p->written);
        if (t == NULL)
            t = write_next(p);
        if (t == NULL)
            t = queue_take(p->written);
        t->is_written = true;
    }
}

/* Its interior pages; *ret_refused: the rows make none. */
static bool build(struct aside_pages *p, struct page_tree *t, bool *ret_refused, struct err *e)
{
    if (!t->is_beside)
        await(p, t);
    *ret_refused = t->tree.refused;
    if (t->tree.failed)
        *e = t->tree.e;
    return !t->tree.failed &&
           (t->tree.refused || btree_build(&p->file, t->root, &t->tree.leaves, 1, e));
}

/* OR ROLLBACK: nobody goes on with the transaction when this fails (transaction.c). Else SQLite
 * would keep, to take back the statement alone, what each page was that was changed before it: all
 * that its cache holds, in a file. */
static bool copy_table(struct store *s, const char *name, int64_t *ret, struct err *e)
{
    struct str sql;
    str_init(&sql, SQL_MAX);
    sql_expand(s, &sql,
        arena_print(
            &s->scratch, "INSERT OR ROLLBACK INTO main.{%s} SELECT * FROM side.{%s}", name, name)
            .p);
    bool ok = sqlite_exec(s, str_z(&sql), NULL, 0, ret, e);
    str_done(&sql);
    return ok;
}

/* The table of the trees from number `first` to `end`: with all its indexes, or not at all. */
static bool take_over(struct aside_pages *p, size_t first, size_t end, struct err *e)
{
    struct page_tree **trees = p->chosen.trees;
    int64_t copied = 0;
    for (size_t i = first; i < end; i++) {
        bool refused;
        if (!build(p, trees[i], &refused, e))
            return false;
        if (refused)
            return true;
    }
    if (!copy_table(p->s, trees[first]->stream->put->table->name, &copied, e))
        return false;
    for (size_t i = first; i < end; i++) {
        trees[i]->stream->brought = trees[i]->stream->runs.n;
        if ((uint64_t)copied != trees[i]->tree.leaves.put)
            return err_set(e, ERR_BUG, "of %llu entries of %s %lld arrived",
                (unsigned long long)trees[i]->tree.leaves.put, trees[i]->name, (long long)copied);
    }
    return true;
}

/* First those whose indexes were just made (aside_choice.h): the first pages of these wait in
 * SQLite's cache. Were they written to the log before they are filled, they would have to be
 * changed there; and from such a page on SQLite reads the whole log again at the commit, for its
 * checksums. */
static bool take_all_over(struct aside_pages *p, struct err *e)
{
    bool ok = p->chosen.n == 0 || side_attach(p->s, e);
    for (size_t first = 0, end; ok && first < p->chosen.n; first = end) {
        end = choice_table_end(&p->chosen, first);
        ok = take_over(p, first, end, e);
    }
    return ok;
}

/* The helper stops behind the tree at hand. */
bool aside_pages_end(struct aside_pages *p, bool ok, struct err *e)
{
    if (p == NULL)
        return ok;
    ok = ok && take_all_over(p, e);
    atomic_store(&p->next, p->chosen.n);
    thread_join(p->helper);
    free_pages(p);
    return ok;
}
