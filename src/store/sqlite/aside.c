/* Aside: see aside.h. */
#include "store/sqlite/aside.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/sys.h"
#include "store/ddl.h"
#include "store/sql.h"
#include "store/sqlite/aside_choice.h"
#include "store/sqlite/aside_index.h"
#include "store/sqlite/aside_insert.h"
#include "store/sqlite/aside_pages.h"
#include "store/sqlite/closing.h"
#include "store/sqlite/graft.h"
#include "store/sqlite/side.h"

#include <errno.h>
#include <string.h>

#define SUFFIX ".aside"

enum {
    STREAMS = 64,              /* tables and indexes */
    BLOCK = 1024 * 1024,       /* so much is written at once */
    ROWS_AHEAD = 4,            /* so that memory has time */
    ALL_RUNS = 100 * MAX_RUNS, /* of a stream, with those that are in the table */
};

/* How large the file may get. */
#define MAX_BYTES ((int64_t)4 * 1024 * 1024 * 1024)

struct aside {
    struct store *s;
    int fd;
    bool closed;      /* no row is taken */
    struct str block; /* what is not yet in the file */
    int64_t written;  /* what is */
    uint64_t rows, marked_rows;
    int64_t marked_end;
    struct stream streams[STREAMS];
    size_t n;
};

/* ---- what others have added */

static bool is_ours(const struct store *s, struct arena *a, struct view name)
{
    for (const struct index *ix = plain_indexes; ix->table != NULL; ix++)
        if (view_eq(name, sql_bare_name(s, a, ddl_index_name(a, ix).p)))
            return true;
    return false;
}

/* How many columns of the table have to have a value; INT64_MAX: it is none of ours. */
static int64_t required_of(const struct store *s, struct view name)
{
    int64_t n = 0;
    size_t prefix = strlen(s->prefix);
    const struct table *t = NULL;
    for (size_t i = 0; t == NULL && view_starts(name, s->prefix) && i < s->schema.tables.n; i++) {
        t = vec_at(&s->schema.tables, i);
        t = view_is(view_slice(name, prefix, name.n), t->name) ? t : NULL;
    }
    for (size_t i = 0; t != NULL && i < t->n; i++)
        n += (t->columns[i].flags & COL_REQUIRED) != 0;
    return t == NULL ? INT64_MAX : n;
}

/* An index may be unique, or of an expression that fails; one without a text is of a key, or of a
 * UNIQUE in its table. A column that is computed may have a value that its type or NOT NULL
 * refuses. */
static bool look_at(void *payload, const struct cell *c, size_t n, struct err *e)
{
    struct aside *a = payload;
    (void)n;
    (void)e;
    if (view_is(c[0].text, "trigger") || c[2].i != 0 || c[3].i > required_of(a->s, c[1].text))
        a->closed = true;
    if (view_is(c[0].text, "index") && !is_ours(a->s, &a->s->scratch, c[1].text))
        a->closed = true;
    return true;
}

static bool look(struct aside *a, struct err *e)
{
    return sqlite_query(a->s,
        "SELECT type, name, sql LIKE 'CREATE TABLE%' AND (sql LIKE '%CHECK%' OR sql LIKE"
        " '%UNIQUE%' OR EXISTS (SELECT 1 FROM pragma_table_xinfo(s.name, 'main')"
        " WHERE hidden IN (2, 3))), CASE WHEN sql LIKE 'CREATE TABLE%' THEN (SELECT count(*)"
        " FROM pragma_table_xinfo(s.name, 'main') WHERE \"notnull\" <> 0) ELSE 0 END"
        " FROM main.sqlite_schema AS s WHERE sql IS NOT NULL",
        NULL, 0, look_at, a, e);
}

/* ---- beginning and end */

/* Where SQLite has its log, too: behind links. */
static const char *path_of(struct store *s)
{
    return arena_print(&s->scratch, "%s" SUFFIX, sqlite3_db_filename(sqlite_of(s)->db, "main")).p;
}

void aside_clean(struct store *s)
{
    side_clean_name(sqlite_of(s), path_of(s), file_is_empty);
}

static bool open_file(struct aside *a, struct err *e)
{
    const char *path = path_of(a->s);
    return side_claim_name(sqlite_of(a->s), path, file_is_empty, &a->fd, e) && file_remove(path, e);
}

bool aside_new(struct store *s, struct aside **ret, struct err *e)
{
    struct aside *a = mem_alloc(sizeof *a);
    *a = (struct aside){.s = s, .fd = -1};
    str_init(&a->block, BLOCK + (size_t)RUN_MAX_ROW);
    if (look(a, e) && (a->closed || open_file(a, e))) {
        *ret = a;
        return true;
    }
    aside_free(a);
    return false;
}

void aside_free(struct aside *a)
{
    if (a == NULL)
        return;
    for (size_t i = 0; i < a->n; i++)
        vec_done(&a->streams[i].runs);
    if (a->fd >= 0)
        closing_begin(sqlite_of(a->s), a->fd);
    str_done(&a->block);
    mem_free(a);
}

bool aside_is_open(const struct aside *a)
{
    return !a->closed;
}

/* ---- rows that come */

/* STRICT tables take nothing else, nor need they take this: an integer for a real is made one. */
static bool column_takes(const struct column *c, const struct cell *value)
{
    if (value->kind == CELL_NULL)
        return (c->flags & COL_REQUIRED) == 0;
    switch (c->type) {
    case FIELD_BOOL:
    case FIELD_INT:
    case FIELD_INSTANT:
        return value->kind == CELL_INT;
    case FIELD_REAL:
        return value->kind == CELL_REAL;
    case FIELD_TEXT:
    case FIELD_DATE:
    case FIELD_JSON:
        break;
    }
    return value->kind == CELL_TEXT;
}

bool aside_takes(const struct aside *a, const struct put *p, const struct row_set *rows)
{
    if (a->closed || p->width != p->table->n || rows->width != p->width)
        return false;
    for (size_t i = 0; i < rows->n; i++) {
        const struct cell *row = row_set_at(rows, i);
        for (size_t c = 0; c < rows->width; c++)
            if (!column_takes(&p->table->columns[c], &row[c]))
                return false;
        if (run_row_size(row, rows->width) > RUN_MAX_ROW)
            return false;
    }
    return true;
}

static struct stream *stream_of(
    struct aside *a, const struct put *p, const struct index *ix, struct err *e)
{
    for (struct stream *t = a->streams; t < a->streams + a->n; t++)
        if (t->put == p && t->index == ix)
            return t;
    if (a->n == STREAMS) {
        err_set(e, ERR_BUG, "rows of more than %d tables and indexes were put aside", STREAMS);
        return NULL;
    }
    struct stream *t = &a->streams[a->n++];
    *t = (struct stream){.put = p, .index = ix};
    vec_init(&t->runs, sizeof(struct run), ALL_RUNS);
    return t;
}

static bool write_block(struct aside *a, struct err *e)
{
    if (a->block.n > 0 && sys_pwrite_all(a->fd, a->block.p, a->block.n, a->written) != 0)
        return err_errno(
            e, ERR_DISK, errno, "cannot put rows aside beside %s", sqlite_of(a->s)->path);
    a->written += (int64_t)a->block.n;
    str_clear(&a->block);
    return true;
}

static int64_t end_of(const struct aside *a)
{
    return a->written + (int64_t)a->block.n;
}

static bool add_run(struct aside *a, struct stream *t, const struct row_set *rows, struct err *e)
{
    int64_t start = end_of(a);
    if (t == NULL)
        return false;
    for (size_t i = 0; i < rows->n; i++) {
        if (i + ROWS_AHEAD < rows->n)
            cells_expect(row_set_at(rows, i + ROWS_AHEAD), rows->width);
        run_add_row(&a->block, row_set_at(rows, i), rows->width);
        if (a->block.n >= BLOCK && !write_block(a, e))
            return false;
    }
    struct run *r = vec_add(&t->runs);
    if (r == NULL)
        return err_set(e, ERR_STORE, "too many rows were put aside one by one");
    *r = (struct run){start, end_of(a) - start};
    return true;
}

/* Rows of a list, and the entries of the indexes that are made in the end. */
static bool add_list(
    struct aside *a, const struct put *p, const struct row_set *rows, struct err *e)
{
    bool ok = add_run(a, stream_of(a, p, NULL, e), rows, e);
    for (const struct index *ix = plain_indexes; ok && ix->table != NULL; ix++) {
        if (!ix->late || strcmp(ix->table, p->table->name) != 0)
            continue;
        struct row_set entries = index_entries(ix, p->table, rows, &a->s->scratch);
        ok = add_run(a, stream_of(a, p, ix, e), &entries, e);
    }
    return ok;
}

bool aside_put(struct aside *a, const struct put *p, const struct row_set *rows, struct err *e)
{
    bool ok =
        rows->n == 0 || (choice_is_list(p->table) ? add_list(a, p, rows, e)
                                                  : add_run(a, stream_of(a, p, NULL, e), rows, e));
    a->rows += ok ? rows->n : 0;
    return ok;
}

uint64_t aside_rows(const struct aside *a)
{
    bool full = end_of(a) > MAX_BYTES;
    for (size_t i = 0; i < a->n; i++)
        full = full || a->streams[i].runs.n - a->streams[i].brought > MAX_RUNS ||
               a->streams[i].runs.n > ALL_RUNS / 2;
    return full ? UINT64_MAX : a->rows;
}

/* ---- and go */

/* Portions of MAX_RUNS: more may wait when one transaction put many aside. Entries of an index come
 * with the rows, when SQLite inserts those. */
static bool bring_stream(struct aside *a, struct stream *t, struct err *e)
{
    if (t->index != NULL)
        t->brought = t->runs.n;
    while (t->brought < t->runs.n) {
        size_t n = t->runs.n - t->brought < MAX_RUNS ? t->runs.n - t->brought : MAX_RUNS;
        if (!aside_insert(a->s, a->fd, t->put, vec_at(&t->runs, t->brought), n, e))
            return err_in(e, "%s", t->put->table->name);
        t->brought += n;
    }
    return true;
}

bool aside_bring_in(struct aside *a, struct err *e)
{
    bool ok = write_block(a, e);
    for (size_t i = 0; ok && i < a->n; i++)
        ok = bring_stream(a, &a->streams[i], e);
    if (ok)
        a->rows = 0;
    return ok;
}

static bool bring_others(struct aside *a, const struct choice *chosen, struct err *e)
{
    bool ok = true;
    for (size_t i = 0; ok && i < a->n; i++)
        if (!choice_has(chosen, &a->streams[i]))
            ok = bring_stream(a, &a->streams[i], e);
    return ok;
}

/* Whatever SQLite is to insert comes before pages are put behind its own. */
bool aside_finish(struct aside *a, bool indexes, struct err *e)
{
    struct choice chosen = {.n = 0};
    bool refused = true;
    if (!graft_is_on(sqlite_of(a->s)))
        return aside_bring_in(a, e);
    bool ok = write_block(a, e) && choice_make(a->s, a->streams, a->n, indexes, &chosen, e);
    while (ok && refused)
        ok = bring_others(a, &chosen, e) && aside_pages_write(a->s, a->fd, &chosen, &refused, e);
    choice_done(&chosen);
    return ok;
}

/* ---- savepoints */

void aside_mark(struct aside *a)
{
    for (size_t i = 0; i < a->n; i++) {
        struct stream *t = &a->streams[i];
        t->marked = t->runs.n;
        t->marked_brought = t->brought;
    }
    a->marked_end = end_of(a);
    a->marked_rows = a->rows;
}

/* Rows that were brought in since then are not in their tables any more. */
void aside_go_back(struct aside *a)
{
    for (size_t i = 0; i < a->n; i++) {
        struct stream *t = &a->streams[i];
        t->runs.n = t->marked;
        t->brought = t->marked_brought;
    }
    if (a->marked_end >= a->written) {
        a->block.n = (size_t)(a->marked_end - a->written);
    } else {
        a->written = a->marked_end;
        str_clear(&a->block);
    }
    a->rows = a->marked_rows;
}
