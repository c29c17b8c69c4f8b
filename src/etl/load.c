/* Loading one batch file: see load.h. */
#include "etl/feed.h"
#include "etl/gather.h"
#include "etl/ids.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/sys.h"

struct loading {
    struct apply *apply;
    const char *path;
    const struct survey *survey;
    struct load_result *result;
    struct file_row row;
    struct batch_reject *reject; /* NULL until something is refused */
    struct feed *feed;
    struct feed_group *group;               /* at hand */
    struct feed_record *good[FEED_RECORDS]; /* those of it that are to be written */
    size_t good_n;
    uint64_t documents_done; /* of the file, when the group is committed */
    bool marked;             /* as loaded, with its last records */
};

/* ---- refused documents */

static bool reject(
    struct loading *l, struct view document, const struct findings *f, size_t first, struct err *e)
{
    l->result->rejected++;
    if (l->apply->w->x->request->dry_run)
        return true;
    if (l->reject == NULL && !batch_reject_new(l->apply->w->x->config->data_dir, l->path,
                                 &l->survey->header, &l->reject, e))
        return false;
    return batch_reject_add(l->reject, document, f, first, e);
}

/* ---- one group, one transaction */

static void set_position(struct loading *l, uint64_t documents_done, enum file_state state)
{
    l->row.records_done = (int64_t)documents_done;
    l->row.rejected = (int64_t)l->result->rejected;
    l->row.state = state;
    l->row.updated_at = sys_now();
}

static bool put_position(
    struct loading *l, uint64_t documents_done, enum file_state state, struct err *e)
{
    set_position(l, documents_done, state);
    return store_put_file(l->apply->w->store, &l->row, e);
}

static bool mark_loaded(void *payload, struct err *e)
{
    struct loading *l = payload;
    return put_position(l, l->survey->documents, FILE_LOADED, e) &&
           cursor_move_loaded(l->apply->w, l->row.batch_id, l->row.type, e);
}

/* Records [from, to) of the group in one transaction, after which `documents_done` of the file are
 * done. */
struct slice {
    struct loading *l;
    size_t from, to;
    uint64_t documents_done;
    bool completes; /* the file: it is loaded then, if nothing of it was refused */
    struct apply_counts before;
};

static bool apply_slice(const struct slice *s, struct err *e)
{
    struct laid_out records[FEED_RECORDS];
    for (size_t i = s->from; i < s->to; i++)
        records[i - s->from] = (struct laid_out){&s->l->good[i]->record, &s->l->good[i]->rows};
    return apply_records(s->l->apply, records, s->to - s->from, e);
}

static bool put_slice_position(const struct slice *s, struct err *e)
{
    return s->completes ? mark_loaded(s->l, e)
                        : put_position(s->l, s->documents_done, FILE_LOADING, e);
}

/* May run more than once: see store_transact. The position must not pass what is only gathered:
 * it moves when that is written. */
static bool write_slice(void *payload, struct err *e)
{
    struct slice *s = payload;
    return apply_again(s->l->apply, &s->before, e) && apply_slice(s, e) &&
           apply_link(s->l->apply, e) && (gather_waits(s->l->apply) || put_slice_position(s, e));
}

static bool write_group(
    struct loading *l, size_t from, size_t to, uint64_t documents_done, struct err *e)
{
    bool completes =
        to == l->good_n && l->group->last && l->reject == NULL && !gather_waits(l->apply);
    struct slice s = {l, from, to, documents_done, completes, l->apply->counts};
    bool ok = store_transact(l->apply->w->store, write_slice, &s, e);
    l->marked = ok && completes;
    if (ok)
        apply_committed(l->apply);
    else
        l->apply->counts = s.before;
    return ok;
}

static bool refuse(struct loading *l, size_t i, const struct err *why, struct err *e)
{
    const struct staged_record *r = &l->good[i]->record;
    struct findings *f = l->apply->findings;
    size_t first = f->kept.n;
    struct view key = arena_print(&l->group->arena, "tmdb %lld", (long long)r->tmdb_id);
    findings_add(f, RULE_STORE_REFUSED, r->place.line, r->place.column, key, "", "%s", why->text);
    return reject(l, l->good[i]->document, f, first, e);
}

/* The transaction failed on one record: each gets one of its own, and only the culprit stays out.
 * The position goes to the end of the record's own document: those that the survey refused may lie
 * between. Where it took with it what was gathered (store_settle), none can begin: what it failed
 * of is to be said then. */
static bool write_one_by_one(struct loading *l, struct err *e)
{
    struct err first = *e;
    for (size_t i = 0; i < l->good_n; i++) {
        uint64_t done = i + 1 < l->good_n ? l->good[i]->index + 1 : l->documents_done;
        if (write_group(l, i, i + 1, done, e))
            continue;
        if (e->kind != ERR_DATA && i == 0)
            return err_in(e, "%s", first.text);
        if (e->kind != ERR_DATA)
            return false;
        struct err why = *e;
        if (!refuse(l, i, &why, e) || !write_group(l, i, i, done, e))
            return false;
    }
    return true;
}

/* Those that are unchanged go first, and are gathered: whatever else the group has of one of them
 * stands behind it (batch_know). Leaves the others as the good ones. */
static bool gather_unchanged(struct loading *l, struct err *e)
{
    const struct staged_record *unchanged[FEED_RECORDS];
    size_t n = 0, others = 0;
    for (size_t i = 0; i < l->good_n; i++)
        if (l->good[i]->record.unchanged)
            unchanged[n++] = &l->good[i]->record;
        else
            l->good[others++] = l->good[i];
    l->good_n = others;
    return gather_records(l->apply, unchanged, n, others, e);
}

/* Whether what is gathered must be written before the good ones are. */
static bool gathered_is_needed(const struct loading *l)
{
    bool needed = gather_is_due(l->apply);
    for (size_t i = 0; !needed && i < l->good_n; i++)
        needed = gather_moves(l->apply, l->good[i]->record.tmdb_id);
    return needed;
}

static bool write_good(struct loading *l, struct err *e)
{
    if (!gather_unchanged(l, e) || (gathered_is_needed(l) && !gather_write(l->apply, e)))
        return false;
    if (l->good_n == 0)
        return true;
    if (l->apply->w->x->request->dry_run)
        return apply_slice(&(struct slice){.l = l, .to = l->good_n}, e) && apply_link(l->apply, e);
    return write_group(l, 0, l->good_n, l->documents_done, e) ||
           (e->kind == ERR_DATA && write_one_by_one(l, e));
}

/* ---- the file */

/* Parts the group at hand into what is refused, what was written by an earlier run, and what is to
 * be written. */
static bool sort_out(struct loading *l, struct err *e)
{
    l->good_n = 0;
    for (size_t i = 0; i < l->group->n; i++) {
        struct feed_record *r = &l->group->records[i];
        l->documents_done = r->index + 1;
        if (r->bad && !reject(l, r->document, &r->findings, 0, e))
            return false;
        if (!r->bad && r->index >= (uint64_t)l->row.records_done)
            l->good[l->good_n++] = r;
    }
    return true;
}

/* The last groups were gathered, or the position waits for what was gathered before. */
static bool gather_this_file(struct loading *l, struct err *e)
{
    set_position(l, l->survey->documents, FILE_LOADED);
    return gather_file(l->apply, &l->row, e);
}

/* "Loaded" is said last, when rejected/ is safe on disk too: a loaded file is never read again. */
static bool finish(struct loading *l, struct err *e)
{
    if (l->apply->w->x->request->dry_run || l->marked)
        return true;
    if (l->reject != NULL && !batch_reject_finish(l->reject, e))
        return false;
    return gather_waits(l->apply) ? gather_this_file(l, e)
                                  : store_transact(l->apply->w->store, mark_loaded, l, e);
}

static bool settle(struct loading *l, struct err *e)
{
    bool settled;
    if (l->apply->w->x->request->dry_run || gather_waits(l->apply))
        return true;
    if (!store_settle(l->apply->w->store, false, &settled, e))
        return false;
    l->result->settled |= settled;
    if (settled)
        l->apply->settled = l->apply->counts;
    return true;
}

static bool load_groups(struct loading *l, struct err *e)
{
    for (bool last = false; !last;) {
        if (err_stopped(e) || !feed_next_group(l->feed, &l->group, e))
            return false;
        last = l->group->last;
        bool ok = sort_out(l, e) && (l->good_n == 0 || write_good(l, e)) && settle(l, e);
        feed_group_free(l->group);
        l->group = NULL;
        if (!ok)
            return false;
        etl_progress(l->apply->w->x, "loading", l->documents_done, l->survey->documents,
            file_base_name(l->path));
    }
    return finish(l, e);
}

/* What etl_files knows of this file. A file that was edited since starts over; so does one of which
 * records were refused before the run was cut off: what was refused was not safe in rejected/ yet.
 * Doing a record again changes nothing. */
static bool find_position(struct loading *l, struct err *e)
{
    const struct survey *s = l->survey;
    struct arena *a = &l->apply->arena;
    struct file_row known;
    bool exists = false;
    if (!store_get_file(l->apply->w->store, s->header.id, a, &known, &exists, e))
        return false;
    bool same = exists && view_is(known.sha256, s->summary.sha256.z);
    l->result->was_loaded = same && known.state == FILE_LOADED;
    l->row = (struct file_row){.batch_id = s->header.id,
        .name = view_of(file_base_name(l->path)),
        .sha256 = view_of(s->summary.sha256.z),
        .type = view_of(batch_type_name(s->header.type)),
        .scope = s->header.scope,
        .state = FILE_LOADING,
        .records = (int64_t)s->documents,
        .run_id = l->apply->w->run_id,
        .records_done = same && known.rejected == 0 ? known.records_done : 0};
    return true;
}

bool load_file(struct apply *a, const char *path, const struct survey *s, struct feed *feed,
    struct load_result *ret, struct err *e)
{
    struct loading *l = mem_alloc(sizeof *l);
    *ret = (struct load_result){0};
    *l = (struct loading){.apply = a, .path = path, .survey = s, .result = ret, .feed = feed};
    bool ok = find_position(l, e) && (ret->was_loaded || load_groups(l, e));
    batch_reject_free(l->reject);
    mem_free(l);
    return ok;
}
