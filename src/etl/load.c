/* Loading one batch file: see load.h. */
#include "etl/feed.h"

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

struct pending {
    struct view batch_id;
    struct view type;
    bool others;
};

static bool look_for_pending(void *payload, const struct file_row *row, struct err *e)
{
    struct pending *p = payload;
    (void)e;
    if (view_eq(row->type, p->type) && !view_eq(row->batch_id, p->batch_id) &&
        row->state != FILE_LOADED && row->state != FILE_LOST)
        p->others = true;
    return true;
}

/* When the last registered file of its type is loaded, everything that was fetched is. */
static bool move_loaded_cursor(struct loading *l, struct err *e)
{
    struct store *store = l->apply->w->store;
    struct pending p = {l->row.batch_id, l->row.type, false};
    struct view type = l->row.type;
    int64_t day;
    bool exists;
    bool ok = store_each_file(store, look_for_pending, &p, e);
    struct view fetched = arena_print(&l->apply->arena, "%.*s.fetched", VIEW_ARG(type));
    struct view loaded = arena_print(&l->apply->arena, "%.*s.loaded", VIEW_ARG(type));
    ok = ok && (p.others || store_get_cursor(store, fetched.p, &day, &exists, e));
    if (!ok || p.others || !exists)
        return ok;
    return store_set_cursor(store, loaded.p, day, sys_now(), e);
}

static bool put_position(
    struct loading *l, uint64_t documents_done, enum file_state state, struct err *e)
{
    l->row.records_done = (int64_t)documents_done;
    l->row.rejected = (int64_t)l->result->rejected;
    l->row.state = state;
    l->row.updated_at = sys_now();
    return store_put_file(l->apply->w->store, &l->row, e);
}

static bool mark_loaded(void *payload, struct err *e)
{
    struct loading *l = payload;
    return put_position(l, l->survey->documents, FILE_LOADED, e) && move_loaded_cursor(l, e);
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

/* May run more than once: see store_transact. */
static bool write_slice(void *payload, struct err *e)
{
    struct slice *s = payload;
    return apply_again(s->l->apply, &s->before, e) && apply_slice(s, e) &&
           apply_link(s->l->apply, e) &&
           (s->completes ? mark_loaded(s->l, e)
                         : put_position(s->l, s->documents_done, FILE_LOADING, e));
}

static bool write_group(
    struct loading *l, size_t from, size_t to, uint64_t documents_done, struct err *e)
{
    bool completes = to == l->good_n && l->group->last && l->reject == NULL;
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
 * between. */
static bool write_one_by_one(struct loading *l, struct err *e)
{
    for (size_t i = 0; i < l->good_n; i++) {
        uint64_t done = i + 1 < l->good_n ? l->good[i]->index + 1 : l->documents_done;
        if (write_group(l, i, i + 1, done, e))
            continue;
        if (e->kind != ERR_DATA)
            return false;
        struct err why = *e;
        if (!refuse(l, i, &why, e) || !write_group(l, i, i, done, e))
            return false;
    }
    return true;
}

static bool write_good(struct loading *l, struct err *e)
{
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

/* "Loaded" is said last, when rejected/ is safe on disk too: a loaded file is never read again. */
static bool finish(struct loading *l, struct err *e)
{
    if (l->apply->w->x->request->dry_run)
        return true;
    return (l->reject == NULL || batch_reject_finish(l->reject, e)) &&
           (l->marked || store_transact(l->apply->w->store, mark_loaded, l, e));
}

static bool settle(struct loading *l, struct err *e)
{
    bool settled;
    if (l->apply->w->x->request->dry_run)
        return true;
    if (!store_settle(l->apply->w->store, false, &settled, e))
        return false;
    l->result->settled |= settled;
    return true;
}

static bool load_groups(struct loading *l, struct err *e)
{
    for (bool last = false; !last;) {
        if (work_stopped(e) || !feed_next_group(l->feed, &l->group, e))
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
