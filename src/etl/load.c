/* Loading one batch file: see load.h. */
#include "etl/load.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/sys.h"

/* A transaction ends at either bound: so many records, or so many bytes of them. Larger ones are hardly faster. */
enum { GROUP = 250, GROUP_BYTES = 48 * 1024 * 1024 };

/* Records on their way into one transaction. */
struct group {
    struct arena arena;
    struct staged_record records[GROUP];
    struct view documents[GROUP]; /* as they stand in the file, for rejected/ */
    uint64_t after[GROUP];        /* documents of the file up to and with this one */
    size_t n;
    uint64_t documents_done; /* of the file, when this group is committed */
};

struct loading {
    struct apply *apply;
    const char *path;
    const struct survey *survey;
    struct load_result *result;
    struct file_row row;
    struct batch_reject *reject; /* NULL until something is refused */
    struct group group;
};

/* ---- refused documents */

static bool reject(struct loading *l, struct view document, const struct findings *f, size_t first,
    struct err *e)
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
    struct view fetched = arena_print(&l->group.arena, "%.*s.fetched", VIEW_ARG(type));
    struct view loaded = arena_print(&l->group.arena, "%.*s.loaded", VIEW_ARG(type));
    ok = ok && (p.others || store_get_cursor(store, fetched.p, &day, &exists, e));
    if (!ok || p.others || !exists)
        return ok;
    return store_set_cursor(store, loaded.p, day, sys_now(), e);
}

static bool put_position(struct loading *l, uint64_t documents_done, enum file_state state, struct err *e)
{
    l->row.records_done = (int64_t)documents_done;
    l->row.rejected = (int64_t)l->result->rejected;
    l->row.state = state;
    l->row.updated_at = sys_now();
    return store_put_file(l->apply->w->store, &l->row, e);
}

/* Records [from, to) of the group in one transaction, after which `documents_done` of the file are done. */
struct slice {
    struct loading *l;
    size_t from, to;
    uint64_t documents_done;
    struct apply_counts before;
};

static bool apply_slice(const struct slice *s, struct err *e)
{
    const struct staged_record *records[GROUP];
    for (size_t i = s->from; i < s->to; i++)
        records[i - s->from] = &s->l->group.records[i];
    return apply_records(s->l->apply, records, s->to - s->from, e);
}

/* May run more than once: see store_transact. */
static bool write_slice(void *payload, struct err *e)
{
    struct slice *s = payload;
    return apply_again(s->l->apply, &s->before, e) && apply_slice(s, e) && apply_link(s->l->apply, e) &&
           put_position(s->l, s->documents_done, FILE_LOADING, e);
}

static bool write_group(struct loading *l, size_t from, size_t to, uint64_t documents_done, struct err *e)
{
    struct slice s = {l, from, to, documents_done, l->apply->counts};
    bool ok = store_transact(l->apply->w->store, write_slice, &s, e);
    if (ok)
        apply_committed(l->apply);
    else
        l->apply->counts = s.before;
    return ok;
}

static bool refuse(struct loading *l, size_t i, const struct err *why, struct err *e)
{
    const struct staged_record *r = &l->group.records[i];
    struct findings *f = l->apply->findings;
    size_t first = f->kept.n;
    struct view key = arena_print(&l->group.arena, "tmdb %lld", (long long)r->tmdb_id);
    findings_add(f, RULE_STORE_REFUSED, r->place.line, r->place.column, key, "", "%s", why->text);
    return reject(l, l->group.documents[i], f, first, e);
}

/* The transaction failed on one record: each gets one of its own, and only the culprit stays out. The position goes to the
 * end of the record's own document: those that the survey refused may lie between. */
static bool write_one_by_one(struct loading *l, struct err *e)
{
    for (size_t i = 0; i < l->group.n; i++) {
        uint64_t done = i + 1 < l->group.n ? l->group.after[i] : l->group.documents_done;
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

static bool flush(struct loading *l, struct err *e)
{
    bool ok;
    if (l->apply->w->x->request->dry_run) {
        ok = apply_slice(&(struct slice){.l = l, .to = l->group.n}, e) && apply_link(l->apply, e);
    } else {
        ok = write_group(l, 0, l->group.n, l->group.documents_done, e);
        if (!ok && e->kind == ERR_DATA)
            ok = write_one_by_one(l, e);
    }
    l->group.n = 0;
    arena_reset(&l->group.arena);
    return ok;
}

/* ---- the file */

/* A document that the survey refused is read again here, for its findings. */
static bool load_bad(struct loading *l, struct batch_reader *r, struct staged_record *record, bool undecoded,
    struct findings *again, struct err *e)
{
    if (!undecoded)
        (void)check_record(record, again);
    return reject(l, batch_document(r), again, 0, e);
}

static bool load_document(struct loading *l, struct batch_reader *r, uint64_t index, bool *ret_end,
    struct err *e)
{
    struct findings again;
    struct staged_record *record = &l->group.records[l->group.n];
    bool undecoded = false, ok;
    findings_init(&again);
    findings_in_file(&again, l->path);
    ok = batch_next(r, &again, &l->group.arena, record, &undecoded, ret_end, e);
    if (ok && !*ret_end) {
        if (undecoded || map_has(&l->survey->bad, (int64_t)index)) {
            ok = load_bad(l, r, record, undecoded, &again, e);
        } else if (index >= (uint64_t)l->row.records_done) {
            l->group.documents[l->group.n] = arena_dup(&l->group.arena, batch_document(r));
            l->group.after[l->group.n] = index + 1;
            l->group.n++;
        }
        l->group.documents_done = index + 1;
    }
    findings_done(&again);
    return ok;
}

static bool mark_loaded(void *payload, struct err *e)
{
    struct loading *l = payload;
    return put_position(l, l->survey->documents, FILE_LOADED, e) && move_loaded_cursor(l, e);
}

/* "Loaded" is said last, when rejected/ is safe on disk too: a loaded file is never read again. */
static bool finish(struct loading *l, struct err *e)
{
    if (l->apply->w->x->request->dry_run)
        return true;
    return (l->reject == NULL || batch_reject_finish(l->reject, e)) &&
           store_transact(l->apply->w->store, mark_loaded, l, e);
}

static bool load_documents(struct loading *l, struct batch_reader *r, struct err *e)
{
    bool end = false;
    for (uint64_t index = 0; !end; index++) {
        if (work_stopped(e) || !load_document(l, r, index, &end, e))
            return false;
        if (l->group.n < GROUP && l->group.arena.used < GROUP_BYTES && !(end && l->group.n > 0))
            continue;
        if (!flush(l, e))
            return false;
        etl_progress(l->apply->w->x, "loading", index, l->survey->documents, file_base_name(l->path));
    }
    return finish(l, e);
}

/* What etl_files knows of this file. A file that was edited since starts over; so does one of which records were refused
 * before the run was cut off: what was refused was not safe in rejected/ yet. Doing a record again changes nothing. */
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
    l->row = (struct file_row){.batch_id = s->header.id, .name = view_of(file_base_name(l->path)),
        .sha256 = view_of(s->summary.sha256.z), .type = view_of(batch_type_name(s->header.type)),
        .scope = s->header.scope, .state = FILE_LOADING, .records = (int64_t)s->documents,
        .run_id = l->apply->w->run_id, .records_done = same && known.rejected == 0 ? known.records_done : 0};
    return true;
}

bool load_file(struct apply *a, const char *path, const struct survey *s, struct load_result *ret,
    struct err *e)
{
    struct batch_reader *r = NULL;
    struct findings header;
    struct loading *l = mem_alloc(sizeof *l);
    *ret = (struct load_result){0};
    *l = (struct loading){.apply = a, .path = path, .survey = s, .result = ret};
    arena_init(&l->group.arena);
    findings_init(&header); /* the survey has reported these */
    bool ok = find_position(l, e);
    if (ok && !ret->was_loaded)
        ok = batch_open(path, &header, &r, e) && load_documents(l, r, e);
    findings_done(&header);
    batch_reject_free(l->reject);
    batch_reader_free(r);
    arena_done(&l->group.arena);
    mem_free(l);
    return ok;
}
