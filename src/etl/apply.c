/* Applying staged records: see apply.h. */
#include "etl/apply.h"

#include "base/sys.h"
#include "etl/gather.h"
#include "etl/unchanged.h"
#include "merge/merge.h"

/* A movie that was compared with what is stored. */
struct pending {
    struct record_diff diff;
    bool back; /* it was gone */
};

enum { MAX_CHANGES = 10 * 1000 * 1000 };
enum { MAX_GONE = 10 * 1000 * 1000, GONE_AT_ONCE = 20, DAY = 86400, NOT_GONE = -1 };

static bool take_gone(void *payload, const struct gone_row *row, struct err *e)
{
    return map_put(payload, row->tmdb_id, (uint64_t)row->first_at) ||
           err_set(e, ERR_DATA, "more than %d ids are gone", MAX_GONE);
}

/* When the id was first seen gone. */
static int64_t first_gone(const struct apply *a, int64_t tmdb_id)
{
    const uint64_t *first = map_get(&a->gone, tmdb_id);
    return first == NULL ? NOT_GONE : (int64_t)*first;
}

static void note_gone(struct apply *a, int64_t tmdb_id, int64_t first_at)
{
    (void)map_put(&a->gone, tmdb_id, (uint64_t)first_at);
    a->gone_uncommitted = true;
}

bool apply_init(struct apply *a, struct work *w, struct findings *findings, struct err *e)
{
    *a = (struct apply){.w = w, .findings = findings};
    map_init(&a->gone, MAX_GONE);
    map_init(&a->known, MAX_KNOWN);
    vec_init(&a->fetched, sizeof(struct id_pair), MAX_KNOWN);
    map_init(&a->changed_ids, MAX_GONE);
    vec_init(&a->changes, sizeof(struct change), MAX_CHANGES);
    touched_init(&a->touched);
    arena_init(&a->arena);
    return store_each_gone(w->store, take_gone, &a->gone, e) && unchanged_known(a, e);
}

/* ---- what is compared and not yet written */

static void forget_pending(struct apply *a)
{
    for (size_t i = 0; i < a->pending_n; i++)
        record_diff_done(&a->pending[i].diff);
    a->pending = NULL;
    a->pending_n = a->pending_cap = 0;
    vec_clear(&a->changes);
}

static void forget_changed(struct apply *a)
{
    map_done(&a->changed_ids);
    map_init(&a->changed_ids, MAX_GONE);
}

/* Makes room for the records of one call. */
static void expect_pending(struct apply *a, size_t n)
{
    a->pending = arena_take_array(&a->arena, n, sizeof *a->pending);
    a->pending_cap = n;
}

static bool note_change(struct apply *a, const struct change *c, struct err *e)
{
    struct change *slot = vec_add(&a->changes);
    if (slot == NULL)
        return err_set(e, ERR_DATA, "more than %d changes in one transaction", MAX_CHANGES);
    *slot = *c;
    return true;
}

/* Records first, then that they are not gone, then what changed. */
static bool write_pending(struct apply *a, struct err *e)
{
    struct store *store = a->w->store;
    const struct tmdb_write **writes = arena_take_array(&a->arena, a->pending_n, sizeof *writes);
    for (size_t i = 0; i < a->pending_n; i++)
        writes[i] = &a->pending[i].diff.write;
    bool ok = store_write_tmdb(store, writes, a->pending_n, e);
    for (size_t i = 0; ok && i < a->pending_n; i++)
        ok = !a->pending[i].back || store_clear_gone(store, writes[i]->tmdb_id, e);
    ok = ok && (a->changes.n == 0 || store_add_changes(store, a->w->run_id, a->changes.items,
                                         a->changes.n, sys_now(), e));
    forget_pending(a);
    return ok;
}

void apply_done(struct apply *a)
{
    forget_pending(a);
    map_done(&a->changed_ids);
    vec_done(&a->changes);
    map_done(&a->gone);
    map_done(&a->known);
    vec_done(&a->fetched);
    touched_done(&a->touched);
    arena_done(&a->arena);
    gather_free(a->gathered);
}

static void touch_id(struct apply *a, int64_t tmdb_id)
{
    int64_t *slot = vec_add(&a->touched.tmdb_ids);
    if (slot != NULL)
        *slot = tmdb_id;
}

static void touch_imdb(struct apply *a, const struct cell *c)
{
    struct view *slot = c->kind == CELL_TEXT ? vec_add(&a->touched.imdb_ids) : NULL;
    if (slot != NULL)
        *slot = arena_dup(&a->arena, c->text);
}

static bool read_rows(void *payload, const struct list *l, int64_t tmdb_id, struct arena *arena,
    struct row_set *ret, struct err *e)
{
    struct apply *a = payload;
    return store_read_rows(a->w->store, l, tmdb_id, arena, ret, e);
}

static void say_change(const struct etl *x, const struct change *c)
{
    if (c->field != NULL)
        etl_say(
            x, "    %s: %.*s -> %.*s", c->field, VIEW_ARG(c->old_value), VIEW_ARG(c->new_value));
    else if (strcmp(c->section, "movie") != 0)
        etl_say(x, "    %s: %lld added, %lld updated, %lld removed", c->section,
            (long long)c->added, (long long)c->updated, (long long)c->removed);
}

/* --dry-run: what would happen, field by field. */
static void say_diff(
    const struct etl *x, const struct staged_record *r, const struct record_diff *d)
{
    const char *what = d->write.is_new ? "would add" : "would update";
    if (!d->write.is_new && !d->touched)
        return;
    etl_say(x, "%s %lld %.*s", what, (long long)r->tmdb_id, VIEW_ARG(r->movie.title));
    for (size_t i = 0; i < d->changes.n; i++)
        say_change(x, vec_at(&d->changes, i));
}

/* Fetched when, or after, it was seen gone: it is there again. */
static bool is_back(const struct apply *a, const struct tmdb_stored *stored, int64_t id, int64_t at)
{
    int64_t first = first_gone(a, id);
    return (stored->gone_at != 0 && at >= stored->gone_at) || (first != NOT_GONE && at >= first);
}

static bool note_back(struct apply *a, int64_t tmdb_id, struct err *e)
{
    struct change back = {.tmdb_id = tmdb_id, .section = "movie", .kind = "back"};
    a->counts.back++;
    note_gone(a, tmdb_id, NOT_GONE);
    return note_change(a, &back, e);
}

/* Takes the diff. */
static bool add_pending(
    struct apply *a, const struct tmdb_stored *stored, const struct record_diff *d, struct err *e)
{
    int64_t id = d->write.tmdb_id;
    struct pending *p = &a->pending[a->pending_n++];
    *p = (struct pending){*d, is_back(a, stored, id, d->write.fetched_at)};
    (void)map_put(&a->changed_ids, id, 1);
    if (p->back && !note_back(a, id, e))
        return false;
    for (size_t i = 0; i < d->changes.n; i++)
        if (!note_change(a, vec_at(&d->changes, i), e))
            return false;
    if (d->touched || p->back) { /* a record that is back claims its rows again */
        touch_id(a, id);
        touch_imdb(a, &stored->cells[TMDB_imdb_id]);
        touch_imdb(a, &d->write.cells[TMDB_imdb_id]);
    }
    return true;
}

static void count_diff(struct apply *a, const struct record_diff *d)
{
    if (d->write.is_new)
        a->counts.added++;
    else if (d->touched)
        a->counts.updated++;
    else
        a->counts.unchanged++;
}

static bool apply_movie(
    struct apply *a, const struct laid_out *l, const struct tmdb_stored *stored, struct err *e)
{
    const struct staged_record *r = l->staged;
    struct record_diff d;
    if (!merge_record(r, l->rows, stored, read_rows, a, &a->arena, &d, e)) {
        record_diff_done(&d);
        return false;
    }
    bool same = !d.write.is_new && !d.touched && r->at == stored->fetched_at &&
                r->content == stored->content && !is_back(a, stored, r->tmdb_id, r->at);
    if (d.stale)
        a->counts.stale++;
    else
        count_diff(a, &d);
    if (!d.stale && !same && !a->w->x->request->dry_run)
        return add_pending(a, stored, &d, e);
    if (!d.stale && a->w->x->request->dry_run)
        say_diff(a->w->x, r, &d);
    record_diff_done(&d);
    return true;
}

/* Many at once are a sign of trouble at the source, not of deletions. */
static bool is_guarded(struct apply *a, const struct staged_record *r)
{
    uint64_t bound = a->records / 100 > GONE_AT_ONCE ? a->records / 100 : GONE_AT_ONCE;
    if (a->counts.marked < bound)
        return false;
    findings_add(a->findings, RULE_GONE_GUARD, r->place.line, r->place.column,
        (struct view){NULL, 0}, "gone",
        "tmdb %lld is gone like %llu others in this run; none after those is marked",
        (long long)r->tmdb_id, (unsigned long long)a->counts.marked);
    return true;
}

/* A first 404 is noted; only one seen again on another day marks a stored record as gone. */
static bool apply_gone(
    struct apply *a, const struct staged_record *r, const struct tmdb_stored *stored, struct err *e)
{
    int64_t first = first_gone(a, r->tmdb_id);
    bool confirm = first != NOT_GONE && r->at / DAY > first / DAY;
    if (stored->exists && r->at < stored->fetched_at) {
        a->counts.stale++;
        return true;
    }
    a->counts.gone++;
    if (a->w->x->request->dry_run) {
        etl_say(a->w->x, "would note %lld as gone%s", (long long)r->tmdb_id,
            stored->exists && confirm ? ", and mark its record" : "");
        return true;
    }
    if (first == NOT_GONE)
        note_gone(a, r->tmdb_id, r->at);
    (void)map_put(&a->changed_ids, r->tmdb_id, 1); /* who comes later finds it changed */
    struct change gone = {.tmdb_id = r->tmdb_id, .section = "movie", .kind = "gone"};
    bool marks = stored->exists && stored->gone_at == 0 && confirm && !is_guarded(a, r);
    if (!store_see_gone(a->w->store, r->tmdb_id, r->at, marks, e))
        return false;
    if (!marks)
        return true;
    a->counts.marked++;
    touch_id(a, r->tmdb_id); /* its rows may follow a successor now */
    touch_imdb(a, &stored->cells[TMDB_imdb_id]);
    return note_change(a, &gone, e);
}

static bool is_excluded(struct apply *a, const struct staged_record *r)
{
    bool adult = field_has_value(&r->movie.record, TMDB_adult) && r->movie.adult != 0;
    if (!adult || a->w->x->config->tmdb.include_adult)
        return false;
    a->counts.adult++;
    findings_add(a->findings, RULE_ADULT, r->place.line, r->place.column, (struct view){NULL, 0},
        "adult", "tmdb %lld is marked adult and TMDB_ADULT is exclude; not loaded",
        (long long)r->tmdb_id);
    return true;
}

static bool apply_record(
    struct apply *a, const struct laid_out *l, const struct tmdb_stored *stored, struct err *e)
{
    const struct staged_record *r = l->staged;
    if (view_is(r->review, "rejected")) {
        a->counts.skipped++;
        return true;
    }
    if (r->gone)
        return apply_gone(a, r, stored, e);
    return is_excluded(a, r) || apply_movie(a, l, stored, e);
}

/* The stored records of those that come, once each; *ret_at: where each finds its own. */
static bool read_stored(struct apply *a, const struct laid_out *records, size_t n,
    struct tmdb_stored **ret, size_t *ret_at, struct err *e)
{
    int64_t *ids = arena_take_array(&a->arena, n, sizeof *ids);
    struct map at;
    size_t id_n = 0;
    map_init(&at, n);
    for (size_t i = 0; i < n; i++) {
        const uint64_t *known = map_get(&at, records[i].staged->tmdb_id);
        ret_at[i] = known != NULL ? (size_t)*known : id_n;
        if (known == NULL) {
            (void)map_put(&at, records[i].staged->tmdb_id, id_n);
            ids[id_n++] = records[i].staged->tmdb_id;
        }
    }
    map_done(&at);
    *ret = arena_take_array(&a->arena, id_n, sizeof **ret);
    return store_read_tmdb(a->w->store, ids, id_n, &a->arena, *ret, e);
}

/* A record that comes a second time is compared with what the first one left, whether that waits or
 * was written when another one came a second time. */
static bool settle(struct apply *a, int64_t tmdb_id, struct tmdb_stored *stored, struct err *e)
{
    if (!map_has(&a->changed_ids, tmdb_id))
        return true;
    size_t cap = a->pending_cap;
    if (!write_pending(a, e))
        return false;
    expect_pending(a, cap);
    return store_read_tmdb(a->w->store, &tmdb_id, 1, &a->arena, stored, e);
}

bool apply_records(struct apply *a, const struct laid_out *records, size_t n, struct err *e)
{
    struct tmdb_stored *stored;
    size_t *at = arena_take_array(&a->arena, n, sizeof *at);
    forget_changed(a);
    bool ok = read_stored(a, records, n, &stored, at, e);
    expect_pending(a, n);
    for (size_t i = 0; ok && i < n; i++) {
        int64_t id = records[i].staged->tmdb_id;
        ok =
            (settle(a, id, &stored[at[i]], e) && apply_record(a, &records[i], &stored[at[i]], e)) ||
            err_in(e, "tmdb %lld", (long long)id);
    }
    if (ok)
        ok = write_pending(a, e);
    else
        forget_pending(a);
    return ok;
}

bool apply_link(struct apply *a, struct err *e)
{
    bool ok = a->w->x->request->dry_run || link_touched(a->w, &a->touched, e);
    touched_clear(&a->touched);
    arena_reset(&a->arena);
    return ok;
}

bool apply_again(struct apply *a, const struct apply_counts *before, struct err *e)
{
    a->counts = *before;
    forget_pending(a);
    touched_clear(&a->touched);
    arena_reset(&a->arena);
    if (!a->gone_uncommitted)
        return true;
    a->gone_uncommitted = false;
    map_done(&a->gone);
    return store_each_gone(a->w->store, take_gone, &a->gone, e);
}

void apply_committed(struct apply *a)
{
    a->gone_uncommitted = false;
}
