/* Where the cursors stand: see ids.h. */
#include "etl/ids.h"

#include "base/date.h"
#include "base/file.h"
#include "base/num.h"
#include "base/sys.h"

/* Files that were staged and are neither loaded nor there any more. */
struct lost {
    const struct etl *x;
    struct view type;
    struct arena arena;
    struct vec rows; /* struct file_row, in the arena */
    bool any;
    int64_t first_day;
};

static void lost_init(struct lost *l, const struct etl *x, enum batch_type type)
{
    *l = (struct lost){.x = x, .type = view_of(batch_type_name(type))};
    arena_init(&l->arena);
    vec_init(&l->rows, sizeof(struct file_row), 1000 * 1000);
}

static void lost_done(struct lost *l)
{
    vec_done(&l->rows);
    arena_done(&l->arena);
}

/* A scope is the first day of its range as YYYYMMDD. */
static bool scope_day(struct view scope, int64_t *ret)
{
    int64_t n;
    if (scope.n != 8 || !num_i64_in(scope, 10101, 99991231, &n))
        return false;
    struct civil c = {(int)(n / 10000), (int)(n / 100 % 100), (int)(n % 100)};
    if (!date_is_valid(c))
        return false;
    *ret = date_day(c);
    return true;
}

static void keep_row(struct lost *l, const struct file_row *row)
{
    struct file_row *to = vec_add(&l->rows);
    if (to == NULL)
        return;
    *to = *row;
    to->batch_id = arena_dup(&l->arena, row->batch_id);
    to->name = arena_dup(&l->arena, row->name);
    to->sha256 = arena_dup(&l->arena, row->sha256);
    to->type = arena_dup(&l->arena, row->type);
    to->scope = arena_dup(&l->arena, row->scope);
}

static const char *raw_folder(const struct etl *x, struct arena *a)
{
    return batch_folder_path(x->config->data_dir, FOLDER_RAW, a);
}

static bool look_for_lost(void *payload, const struct file_row *row, struct err *e)
{
    struct lost *l = payload;
    int64_t day;
    (void)e;
    if (row->state == FILE_LOADED || row->state == FILE_LOST || !view_eq(row->type, l->type) ||
        !scope_day(row->scope, &day))
        return true;
    struct view path =
        arena_print(&l->arena, "%s/%.*s", raw_folder(l->x, &l->arena), VIEW_ARG(row->name));
    if (file_exists(path.p))
        return true;
    keep_row(l, row);
    l->first_day = l->any && l->first_day < day ? l->first_day : day;
    l->any = true;
    return true;
}

bool cursor_fetched(
    struct work *w, enum batch_type type, int64_t *ret_day, bool *ret_exists, struct err *e)
{
    struct lost l;
    *ret_exists = false;
    if (w->store == NULL)
        return true;
    lost_init(&l, w->x, type);
    const char *name = arena_print(&l.arena, "%s.fetched", batch_type_name(type)).p;
    bool ok = store_get_cursor(w->store, name, ret_day, ret_exists, e) &&
              store_each_file(w->store, look_for_lost, &l, e);
    if (ok && *ret_exists && l.any && l.first_day <= *ret_day) {
        etl_say(w->x, "staged files are missing from %s and were never loaded: going back to %s",
            raw_folder(w->x, &l.arena), date_print(&l.arena, l.first_day).p);
        *ret_day = l.first_day;
    }
    lost_done(&l);
    return ok;
}

bool cursor_settle_lost(struct work *w, enum batch_type type, struct err *e)
{
    struct lost l;
    lost_init(&l, w->x, type);
    bool ok = store_each_file(w->store, look_for_lost, &l, e);
    for (size_t i = 0; ok && i < l.rows.n; i++) {
        struct file_row *row = vec_at(&l.rows, i);
        row->state = FILE_LOST;
        ok = store_put_file(w->store, row, e);
    }
    lost_done(&l);
    return ok;
}

/* ---- what is loaded */

struct waiting {
    struct view batch_id;
    struct view type;
    bool others;
};

static bool look_for_others(void *payload, const struct file_row *row, struct err *e)
{
    struct waiting *w = payload;
    (void)e;
    if (view_eq(row->type, w->type) && !view_eq(row->batch_id, w->batch_id) &&
        row->state != FILE_LOADED && row->state != FILE_LOST)
        w->others = true;
    return true;
}

bool cursor_move_loaded(struct work *w, struct view batch_id, struct view type, struct err *e)
{
    struct waiting waiting = {batch_id, type, false};
    struct arena a;
    int64_t day;
    bool exists = false;
    arena_init(&a);
    bool ok = store_each_file(w->store, look_for_others, &waiting, e);
    const char *fetched = arena_print(&a, "%.*s.fetched", VIEW_ARG(type)).p;
    const char *loaded = arena_print(&a, "%.*s.loaded", VIEW_ARG(type)).p;
    if (ok && !waiting.others)
        ok = store_get_cursor(w->store, fetched, &day, &exists, e);
    if (ok && exists)
        ok = store_set_cursor(w->store, loaded, day, sys_now(), e);
    arena_done(&a);
    return ok;
}
