/* Gathered: see gather.h. */
#include "etl/gather.h"

#include "base/mem.h"
#include "etl/ids.h"
#include "etl/unchanged.h"

enum {
    MOST = 100 * 1000, /* records gathered before they are written: some 6 MB */
    MOST_ON_SERVER = 2000, /* so that the reader, which is a file ahead at most, goes on meanwhile;
                              transactions are gathered there anyway, but on clusters, which bound
                              what one has of rows */
    WEIGHT = 4, /* one that is not unchanged counts so much: while something is gathered, its file's
                   position does not move */
};

struct gathered {
    struct map moves;   /* tmdb_id -> fetched_at */
    struct vec files;   /* struct file_row: those that it completes, in their order */
    struct arena texts; /* theirs */
    size_t records;
};

static struct gathered *gathered_of(struct apply *a)
{
    if (a->gathered != NULL)
        return a->gathered;
    struct gathered *g = a->gathered = mem_alloc(sizeof *g);
    map_init(&g->moves, MAX_KNOWN);
    vec_init(&g->files, sizeof(struct file_row), MAX_KNOWN);
    arena_init(&g->texts);
    return g;
}

static void forget(struct gathered *g)
{
    map_done(&g->moves);
    map_init(&g->moves, MAX_KNOWN);
    vec_clear(&g->files);
    arena_reset(&g->texts);
    g->records = 0;
}

void gather_free(struct gathered *g)
{
    if (g == NULL)
        return;
    map_done(&g->moves);
    vec_done(&g->files);
    arena_done(&g->texts);
    mem_free(g);
}

bool gather_records(struct apply *a, const struct staged_record *const *records, size_t n,
    size_t others, struct err *e)
{
    struct gathered *g = gathered_of(a);
    if (n > 0 || gather_waits(a))
        g->records += n + WEIGHT * others;
    return n == 0 || unchanged_moves(a, records, n, &g->moves, e);
}

bool gather_moves(const struct apply *a, int64_t tmdb_id)
{
    return a->gathered != NULL && map_has(&a->gathered->moves, tmdb_id);
}

bool gather_file(struct apply *a, const struct file_row *row, struct err *e)
{
    struct gathered *g = gathered_of(a);
    struct file_row *to = vec_add(&g->files);
    if (to == NULL)
        return err_set(e, ERR_DATA, "more than %d files in one transaction", MAX_KNOWN);
    *to = *row;
    to->batch_id = arena_dup(&g->texts, row->batch_id);
    to->name = arena_dup(&g->texts, row->name);
    to->sha256 = arena_dup(&g->texts, row->sha256);
    to->type = arena_dup(&g->texts, row->type);
    to->scope = arena_dup(&g->texts, row->scope);
    return true;
}

bool gather_waits(const struct apply *a)
{
    return a->gathered != NULL && (a->gathered->records > 0 || a->gathered->files.n > 0);
}

bool gather_is_due(const struct apply *a)
{
    size_t most = a->w->x->config->store.host == NULL ? MOST : MOST_ON_SERVER;
    return gather_waits(a) && (a->gathered->records >= most || store_is_due(a->w->store));
}

/* Of files of one type, one after the other, the last one speaks for all. */
static bool move_cursors(struct apply *a, const struct vec *files, struct err *e)
{
    bool ok = true;
    for (size_t i = 0; ok && i < files->n; i++) {
        const struct file_row *row = vec_at(files, i), *next = row + 1;
        if (i + 1 == files->n || !view_eq(row->type, next->type))
            ok = cursor_move_loaded(a->w, row->batch_id, row->type, e);
    }
    return ok;
}

/* May run more than once: see store_transact. */
static bool write_all(void *payload, struct err *e)
{
    struct apply *a = payload;
    const struct vec *files = &a->gathered->files;
    bool ok = unchanged_write(a, &a->gathered->moves, e);
    for (size_t i = 0; ok && i < files->n; i++)
        ok = store_put_file(a->w->store, vec_at(files, i), e);
    return ok && move_cursors(a, files, e);
}

bool gather_write(struct apply *a, struct err *e)
{
    if (!gather_waits(a))
        return true;
    if (!a->w->x->request->dry_run && !store_transact(a->w->store, write_all, a, e))
        return false;
    forget(a->gathered);
    return true;
}
