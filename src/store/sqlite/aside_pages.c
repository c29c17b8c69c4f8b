/* Waiting rows as pages: see aside_pages.h. */
#include "store/sqlite/aside_pages.h"

#include "base/thread.h"
#include "store/sql.h"
#include "store/sqlite/aside_insert.h"
#include "store/sqlite/graft.h"

#include <stdatomic.h>

struct writing {
    int fd;
    struct choice *chosen;
    struct page_file *file;
    _Atomic size_t next; /* the first tree that nobody writes yet */
};

/* ---- trees */

static void write_trees(void *payload)
{
    struct writing *w = payload;
    for (size_t i; (i = atomic_fetch_add(&w->next, 1)) < w->chosen->n;)
        if (!w->chosen->trees[i]->is_beside)
            tree_write(&w->chosen->trees[i]->tree);
}

static void init_tree(const struct writing *w, struct page_tree *t)
{
    const struct stream *rows = t->stream;
    const struct table *table = rows->put->table;
    size_t key_n = choice_key(t);
    bool whole = t->index != NULL; /* an entry is a key as a whole */
    struct merge_source from = {w->fd, rows->runs.items, rows->runs.n, key_n, whole ? key_n : 1};
    if (t->is_folded) {
        from.width = table->n;
        tree_init_folded(&t->tree, &from, w->file, table, t->with == NULL ? NULL : t->with->index,
            t->with == NULL ? NULL : &t->with->tree);
    } else if (!t->is_beside) {
        tree_init(&t->tree, &from, w->file);
    }
}

/* By this thread and another, if it can be had. */
static void write_all(struct writing *w)
{
    struct err ignored;
    struct thread *helper = NULL;
    for (size_t i = 0; i < w->chosen->n; i++)
        init_tree(w, w->chosen->trees[i]);
    (void)thread_start(write_trees, w, &helper, &ignored);
    write_trees(w);
    thread_join(helper);
}

static const struct stream *find_refused(const struct choice *c)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->trees[i]->tree.refused)
            return c->trees[i]->stream;
    return NULL;
}

static bool drop_refused(struct choice *c)
{
    bool any = false;
    for (const struct stream *t; (t = find_refused(c)) != NULL; any = true)
        choice_drop(c, t);
    return any;
}

static bool nothing_failed(const struct choice *c, struct err *e)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->trees[i]->tree.failed) {
            *e = c->trees[i]->tree.e;
            return false;
        }
    return true;
}

/* Interior pages. */
static bool build_all(struct writing *w, struct err *e)
{
    for (size_t i = 0; i < w->chosen->n; i++) {
        struct page_tree *t = w->chosen->trees[i];
        if (!btree_build(w->file, t->root, &t->tree.leaves, 1, e))
            return false;
        t->stream->brought = t->stream->runs.n;
    }
    return true;
}

static void end_trees(struct choice *c)
{
    for (size_t i = 0; i < c->n; i++) {
        tree_done(&c->trees[i]->tree);
        memset(&c->trees[i]->tree, 0, sizeof c->trees[i]->tree);
    }
}

/* ---- roots */

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

/* The first row of a run, by itself. */
static bool first_row(int fd, const struct run *run, struct run *ret, struct err *e)
{
    struct run_reader r;
    run_open(&r, fd, run, 0);
    bool ok = run_fill(&r, e);
    if (ok)
        run_take_row(&r);
    *ret = (struct run){run->at, (int64_t)r.used};
    run_close(&r);
    return ok;
}

static bool clear_table(struct store *s, const struct table *t, struct err *e)
{
    struct str sql;
    str_init(&sql, SQL_MAX);
    sql_expand(s, &sql, arena_print(&s->scratch, "DELETE FROM {%s}", t->name).p);
    bool ok = sqlite_exec(s, str_z(&sql), NULL, 0, NULL, e);
    str_done(&sql);
    return ok;
}

/* Has SQLite change the table's root page and those of its indexes. The row goes again, for it may
 * have taken pages of its own, which nobody would own. */
static bool touch_table(struct store *s, int fd, const struct stream *t, struct err *e)
{
    struct run one;
    return first_row(fd, vec_at(&t->runs, 0), &one, e) && aside_insert(s, fd, t->put, &one, 1, e) &&
           clear_table(s, t->put->table, e);
}

static bool touch_roots(struct store *s, int fd, struct choice *c, struct err *e)
{
    bool ok = graft_hold(s, e);
    for (size_t i = 0; ok && i < c->n; i++)
        if (c->trees[i]->index == NULL)
            ok = touch_table(s, fd, c->trees[i]->stream, e);
    return ok && sqlite_query(
                     s, "SELECT name, rootpage FROM main.sqlite_schema", NULL, 0, take_root, c, e);
}

bool aside_pages_write(
    struct store *s, int fd, struct choice *chosen, bool *ret_refused, struct err *e)
{
    struct writing w = {.fd = fd, .chosen = chosen};
    *ret_refused = false;
    if (chosen->n == 0)
        return true;
    if (!touch_roots(s, fd, chosen, e) || !graft_begin(s, &w.file, e))
        return false;
    write_all(&w);
    bool ok = nothing_failed(chosen, e);
    *ret_refused = ok && drop_refused(chosen);
    ok = ok && (*ret_refused ? graft_withdraw(s, e) : build_all(&w, e));
    end_trees(chosen);
    return ok;
}
