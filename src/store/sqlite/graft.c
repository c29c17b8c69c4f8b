/* Graft: see graft.h. */
#include "store/sqlite/graft.h"

#include "base/log.h"
#include "base/mem.h"
#include "store/sql.h"
#include "store/sqlite/journal_mode.h"

#include <limits.h>

enum {
    MAX_ROOTS = 128,
    AT_ONCE = 1,
    NEVER = INT_MAX,
    LOG_WAIT_MS = 5000, /* for readers who came in just behind the commit */
};

/* A root page, as it is to be. */
struct root {
    uint32_t page;
    bool written;
    uint8_t *bytes;
};

struct graft {
    struct page_file file;
    struct sync_ahead *sync;
    struct vec roots; /* struct root */
    uint8_t *first;   /* the database's first page, as it was written; NULL: not yet */
    bool counted;     /* the new pages are in its header */
    bool failed;      /* they could not be put there: `e` says why */
    bool begun;       /* pages may lie behind the database's end */
    bool on;
    struct err e;
    struct page_exchange exchange;
};

/* ---- root pages */

static bool keep_root(void *payload, uint32_t page, const uint8_t *bytes, struct err *e)
{
    struct graft *g = payload;
    struct root *r = vec_add(&g->roots);
    if (r == NULL)
        return err_set(e, ERR_BUG, "more than %d root pages", MAX_ROOTS);
    r->page = page;
    r->bytes = mem_alloc(g->file.page_size);
    memcpy(r->bytes, bytes, g->file.page_size);
    return true;
}

static void forget_roots(struct graft *g)
{
    for (size_t i = 0; i < g->roots.n; i++)
        mem_free(((struct root *)vec_at(&g->roots, i))->bytes);
    vec_clear(&g->roots);
}

/* ---- beginning */

static void refuse(const struct sqlite *q, const char *why)
{
    log_line(LOG_INFO, "rows are stored one by one in %s, which takes longer: %s", q->path, why);
}

static bool open_it(struct sqlite *q, struct err *e)
{
    struct graft *g = mem_alloc(sizeof *g);
    if (!page_file_open_live(&g->file, q->path, e)) {
        mem_free(g);
        return false;
    }
    vec_init(&g->roots, sizeof(struct root), MAX_ROOTS);
    g->file.keep = keep_root;
    g->file.payload = g;
    q->graft = g;
    return true;
}

bool graft_prepare(struct store *s, struct err *e)
{
    struct sqlite *q = sqlite_of(s);
    bool log = true;
    if (q->keeps_log)
        return true;
    if ((q->graft == NULL && !open_it(q, e)) || !journal_mode_give_up_log(s, e) ||
        !journal_mode_is_log(s, &log, e))
        return false;
    q->graft->on = !log;
    if (log)
        refuse(q, "somebody else has it open");
    return true;
}

bool graft_is_on(const struct sqlite *q)
{
    return q->graft != NULL && q->graft->on;
}

/* SQLite's file may have lost its name to another one. */
static bool has_moved(const struct sqlite *q)
{
    int moved = 1;
    (void)sqlite3_file_control(q->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
    return moved != 0;
}

bool graft_check(struct store *s, bool *ret_suits, bool *ret_again, struct err *e)
{
    struct sqlite *q = sqlite_of(s);
    const char *why = has_moved(q) ? "its file has been replaced" : NULL;
    *ret_again = false;
    if (why == NULL && !page_file_cut_live(&q->graft->file, &why, ret_again, e))
        return false;
    if (why != NULL)
        refuse(q, why);
    *ret_suits = why == NULL && !*ret_again;
    return true;
}

/* ---- pages */

static bool count_pages(struct store *s, uint32_t *ret, struct err *e)
{
    int64_t n = 0;
    bool ok = db_get_ints(s, "PRAGMA page_count", NO_CELLS, &n, 1, NULL, e);
    *ret = (uint32_t)n;
    return ok;
}

/* Takes effect at once, also within a transaction, which ON and OFF do not: so many pages there
 * have to be before any is written. The cache's own size counts if it is larger. */
static bool spill_from(struct store *s, int pages, struct err *e)
{
    struct view v = arena_print(&s->scratch, "PRAGMA cache_spill = %d", pages);
    return sqlite_run(sqlite_of(s), v.p, "cannot set up the database", e);
}

bool graft_hold(struct store *s, struct err *e)
{
    return spill_from(s, NEVER, e);
}

bool graft_begin(struct store *s, struct page_file **ret, struct err *e)
{
    struct graft *g = sqlite_of(s)->graft;
    uint32_t pages;
    if (!count_pages(s, &pages, e))
        return false;
    page_file_begin_behind(&g->file, pages);
    if (g->sync == NULL)
        g->sync = sync_ahead_new(g->file.fd);
    page_file_lasts(&g->file, g->sync);
    g->begun = true;
    *ret = &g->file;
    return true;
}

bool graft_withdraw(struct store *s, struct err *e)
{
    struct graft *g = sqlite_of(s)->graft;
    forget_roots(g);
    page_file_begin_behind(&g->file, 0);
    return spill_from(s, AT_ONCE, e);
}

/* ---- the commit */

/* The header is at the start of the first page, which is written once. */
static const void *with_counts(struct graft *g, const void *page)
{
    if (g->first != NULL)
        return NULL;
    g->first = mem_alloc(g->file.page_size);
    memcpy(g->first, page, g->file.page_size);
    g->counted = page_file_finish_live(&g->file, g->first, &g->e);
    g->failed = !g->counted;
    return g->counted ? g->first : NULL;
}

static const void *exchange_page(void *payload, const void *page, int n, int64_t at)
{
    struct graft *g = payload;
    if ((uint32_t)n != g->file.page_size || at % n != 0)
        return NULL;
    int64_t number = at / n + 1;
    for (size_t i = 0; i < g->roots.n; i++) {
        struct root *r = vec_at(&g->roots, i);
        if (r->page == number) {
            r->written = true;
            return r->bytes;
        }
    }
    if (number > g->file.known)
        return NULL; /* it would be written over one of the trees */
    return number == 1 ? with_counts(g, page) : page;
}

static bool is_whole(void *payload)
{
    const struct graft *g = payload;
    bool whole = g->counted;
    for (size_t i = 0; i < g->roots.n; i++)
        whole = whole && ((const struct root *)vec_at(&g->roots, i))->written;
    return whole;
}

static bool end_sync(struct graft *g, const char *path, struct err *e)
{
    int errnum = sync_ahead_end(g->sync);
    g->sync = NULL;
    page_file_lasts(&g->file, NULL);
    return errnum == 0 || err_errno(e, ERR_STORE, errnum, "cannot store the database: %s", path);
}

bool graft_ready(struct store *s, struct err *e)
{
    struct sqlite *q = sqlite_of(s);
    uint32_t pages;
    if (!graft_is_on(q) || q->graft->file.known == 0)
        return true;
    if (!end_sync(q->graft, q->path, e) || !count_pages(s, &pages, e))
        return false;
    if (pages != q->graft->file.known)
        return err_set(e, ERR_BUG, "SQLite has taken pages that others stand on");
    q->graft->exchange = (struct page_exchange){exchange_page, is_whole, q->graft};
    sqlite_vfs_exchange(q->vfs, &q->graft->exchange);
    return true;
}

bool graft_is_taken_in(struct store *s, struct err *e)
{
    struct graft *g = sqlite_of(s)->graft;
    return !graft_is_on(sqlite_of(s)) || g->file.known == 0 || is_whole(g) ||
           err_set(e, ERR_BUG, "a commit has not taken in the pages that were written for it");
}

/* ---- the end */

/* A failure that had SQLite write nothing leaves the file as long as it has become. */
static void cut(struct store *s)
{
    struct sqlite *q = sqlite_of(s);
    struct err ignored;
    bool suits, again;
    (void)sqlite3_busy_timeout(q->db, 0);
    if (sqlite_run(q, "BEGIN IMMEDIATE", "cannot begin a transaction", &ignored)) {
        (void)graft_check(s, &suits, &again, &ignored);
        (void)sqlite3_exec(q->db, "ROLLBACK", NULL, NULL, NULL);
    }
    (void)sqlite3_busy_timeout(q->db, BUSY_MS);
}

static void forget_trees(struct graft *g)
{
    (void)sync_ahead_end(g->sync);
    g->sync = NULL;
    forget_roots(g);
    mem_free(g->first);
    g->first = NULL;
    g->counted = g->failed = g->begun = false;
    page_file_begin_behind(&g->file, 0);
}

void graft_explain(const struct sqlite *q, struct err *e)
{
    if (graft_is_on(q) && q->graft->failed)
        *e = q->graft->e;
}

void graft_end(struct store *s, bool committed)
{
    struct sqlite *q = sqlite_of(s);
    struct err e;
    if (!graft_is_on(q))
        return;
    bool is_long = q->graft->begun && !(committed && q->graft->counted);
    sqlite_vfs_exchange(q->vfs, NULL);
    forget_trees(q->graft);
    if (is_long)
        cut(s);
    q->graft->on = false;
    if (!spill_from(s, AT_ONCE, &e) || !journal_mode_take_up_log(s, LOG_WAIT_MS, &e))
        log_line(LOG_WARNING, "%s: %s", q->path, e.text);
}

void graft_free(struct sqlite *q)
{
    struct graft *g = q->graft;
    if (g == NULL)
        return;
    forget_trees(g);
    vec_done(&g->roots);
    page_file_close(&g->file);
    mem_free(g);
    q->graft = NULL;
}
