/* Applying staged records: see apply.h. */
#include "etl/apply.h"

#include "base/sys.h"
#include "merge/merge.h"

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

static bool count_record(void *payload, int64_t tmdb_id, int64_t fetched_at, int64_t gone_at, struct err *e)
{
    (void)tmdb_id, (void)fetched_at, (void)gone_at, (void)e;
    ++*(uint64_t *)payload;
    return true;
}

bool apply_init(struct apply *a, struct work *w, struct findings *findings, struct err *e)
{
    *a = (struct apply){.w = w, .findings = findings};
    map_init(&a->gone, MAX_GONE);
    touched_init(&a->touched);
    arena_init(&a->arena);
    return store_each_gone(w->store, take_gone, &a->gone, e) &&
           store_each_tmdb_id(w->store, count_record, &a->records, e);
}

void apply_done(struct apply *a)
{
    map_done(&a->gone);
    touched_done(&a->touched);
    arena_done(&a->arena);
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
        etl_say(x, "    %s: %.*s -> %.*s", c->field, VIEW_ARG(c->old_value), VIEW_ARG(c->new_value));
    else if (strcmp(c->section, "movie") != 0)
        etl_say(x, "    %s: %lld added, %lld updated, %lld removed", c->section, (long long)c->added,
            (long long)c->updated, (long long)c->removed);
}

/* --dry-run: what would happen, field by field. */
static void say_diff(const struct etl *x, const struct staged_record *r, const struct record_diff *d)
{
    const char *what = d->is_new ? "would add" : "would update";
    if (!d->is_new && !d->touched)
        return;
    etl_say(x, "%s %lld %.*s", what, (long long)r->tmdb_id, VIEW_ARG(r->movie.title));
    for (size_t i = 0; i < d->changes.n; i++)
        say_change(x, vec_at(&d->changes, i));
}

static bool write_changes(struct apply *a, const struct record_diff *d, struct err *e)
{
    for (size_t i = 0; i < d->changes.n; i++)
        if (!store_add_change(a->w->store, a->w->run_id, vec_at(&d->changes, i), sys_now(), e))
            return false;
    return true;
}

/* Fetched when, or after, it was seen gone: it is there again. */
static bool is_back(const struct apply *a, const struct tmdb_stored *stored, int64_t id, int64_t at)
{
    int64_t first = first_gone(a, id);
    return (stored->gone_at != 0 && at >= stored->gone_at) || (first != NOT_GONE && at >= first);
}

static bool write_back(struct apply *a, int64_t tmdb_id, bool was_gone, struct err *e)
{
    struct change back = {.tmdb_id = tmdb_id, .section = "movie", .kind = "back"};
    if (!was_gone)
        return true;
    a->counts.back++;
    note_gone(a, tmdb_id, NOT_GONE);
    return store_clear_gone(a->w->store, tmdb_id, e) &&
           store_add_change(a->w->store, a->w->run_id, &back, sys_now(), e);
}

static bool write_diff(struct apply *a, const struct tmdb_stored *stored, const struct record_diff *d,
    struct err *e)
{
    int64_t id = d->write.tmdb_id;
    bool was_gone = is_back(a, stored, id, d->write.fetched_at);
    if (!store_write_tmdb(a->w->store, &d->write, e) || !write_back(a, id, was_gone, e) ||
        !write_changes(a, d, e))
        return false;
    if (d->touched || was_gone) { /* a record that is back claims its rows again */
        touch_id(a, id);
        touch_imdb(a, &stored->cells[TMDB_imdb_id]);
        touch_imdb(a, &d->write.cells[TMDB_imdb_id]);
    }
    return true;
}

static void count_diff(struct apply *a, const struct record_diff *d)
{
    if (d->is_new)
        a->counts.added++;
    else if (d->touched)
        a->counts.updated++;
    else
        a->counts.unchanged++;
}

static bool apply_movie(struct apply *a, const struct staged_record *r, struct arena *scratch, struct err *e)
{
    struct tmdb_stored stored;
    struct record_diff d;
    if (!store_read_tmdb(a->w->store, r->tmdb_id, scratch, &stored, e))
        return false;
    bool ok = merge_record(r, &stored, read_rows, a, scratch, &d, e);
    if (ok && d.stale) {
        a->counts.stale++;
    } else if (ok) {
        bool same = !d.is_new && !d.touched && r->at == stored.fetched_at &&
                    !is_back(a, &stored, r->tmdb_id, r->at);
        if (a->w->x->request->dry_run)
            say_diff(a->w->x, r, &d);
        else if (!same)
            ok = write_diff(a, &stored, &d, e);
        count_diff(a, &d);
    }
    record_diff_done(&d);
    return ok;
}

/* Many at once are a sign of trouble at the source, not of deletions. */
static bool is_guarded(struct apply *a, const struct staged_record *r)
{
    uint64_t bound = a->records / 100 > GONE_AT_ONCE ? a->records / 100 : GONE_AT_ONCE;
    if (a->counts.marked < bound)
        return false;
    findings_add(a->findings, RULE_GONE_GUARD, r->place.line, r->place.column, (struct view){NULL, 0}, "gone",
        "tmdb %lld is gone like %llu others in this run; none after those is marked",
        (long long)r->tmdb_id, (unsigned long long)a->counts.marked);
    return true;
}

/* A first 404 is noted; only one seen again on another day marks a stored record as gone. */
static bool apply_gone(struct apply *a, const struct staged_record *r, struct arena *scratch, struct err *e)
{
    struct tmdb_stored stored;
    int64_t first = first_gone(a, r->tmdb_id);
    bool confirm = first != NOT_GONE && r->at / DAY > first / DAY;
    if (!store_read_tmdb(a->w->store, r->tmdb_id, scratch, &stored, e))
        return false;
    if (stored.exists && r->at < stored.fetched_at) {
        a->counts.stale++;
        return true;
    }
    a->counts.gone++;
    if (a->w->x->request->dry_run) {
        etl_say(a->w->x, "would note %lld as gone%s", (long long)r->tmdb_id,
            stored.exists && confirm ? ", and mark its record" : "");
        return true;
    }
    if (first == NOT_GONE)
        note_gone(a, r->tmdb_id, r->at);
    struct change gone = {.tmdb_id = r->tmdb_id, .section = "movie", .kind = "gone"};
    bool marks = stored.exists && stored.gone_at == 0 && confirm && !is_guarded(a, r);
    if (!store_see_gone(a->w->store, r->tmdb_id, r->at, marks, e))
        return false;
    if (!marks)
        return true;
    a->counts.marked++;
    touch_id(a, r->tmdb_id); /* its rows may follow a successor now */
    touch_imdb(a, &stored.cells[TMDB_imdb_id]);
    return store_add_change(a->w->store, a->w->run_id, &gone, sys_now(), e);
}

static bool is_excluded(struct apply *a, const struct staged_record *r)
{
    bool adult = field_has_value(&r->movie.record, TMDB_adult) && r->movie.adult != 0;
    if (!adult || a->w->x->config->tmdb.include_adult)
        return false;
    a->counts.adult++;
    findings_add(a->findings, RULE_ADULT, r->place.line, r->place.column, (struct view){NULL, 0}, "adult",
        "tmdb %lld is marked adult and TMDB_ADULT is exclude; not loaded", (long long)r->tmdb_id);
    return true;
}

bool apply_record(struct apply *a, const struct staged_record *r, struct arena *scratch, struct err *e)
{
    if (view_is(r->review, "rejected")) {
        a->counts.skipped++;
        return true;
    }
    if (r->gone)
        return apply_gone(a, r, scratch, e);
    return is_excluded(a, r) || apply_movie(a, r, scratch, e);
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
