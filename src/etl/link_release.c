/* Linking a release: see link_release.h. */
#include "etl/link_release.h"

#include "base/sys.h"
#include "etl/link.h"

enum { PORTION = 5000, MAX_IDS = 100 * 1000 * 1000 };

struct linking {
    struct work *w;
    bool inside; /* a transaction, which all of it is part of */
    struct vec ids;  /* int64_t: movielens_ids, in order */
    struct vec left; /* int64_t: movies whose rows are gone */
    struct touched touched;
    struct vec unsupported; /* struct id_pair */
};

static bool take_id(void *payload, int64_t id, struct err *e)
{
    int64_t *slot = vec_add(payload);
    if (slot == NULL)
        return err_set(e, ERR_DATA, "more movies than this program can hold");
    *slot = id;
    return true;
}

static void say_progress(struct work *w, size_t done, size_t n)
{
    etl_progress(w->x, "linking movies", done, n, NULL);
}

static bool make_part(
    struct linking *l, bool (*part)(void *payload, struct err *e), void *payload, struct err *e)
{
    return l->inside ? part(payload, e) : store_transact(l->w->store, part, payload, e);
}

static bool link_portion(void *payload, struct err *e)
{
    struct linking *l = payload;
    return link_touched(l->w, &l->touched, e);
}

/* From the last row on: the movie of a row that nothing links to a record has minus its id, and so
 * tables are filled in the order of their keys. */
static bool link_rows(struct linking *l, struct err *e)
{
    bool ok = true;
    for (size_t n, left = l->ids.n; ok && left > 0; left -= n) {
        n = left < PORTION ? left : PORTION;
        l->touched.first = *(int64_t *)vec_at(&l->ids, left - n);
        l->touched.last = *(int64_t *)vec_at(&l->ids, left - 1);
        ok = !err_stopped(e) && make_part(l, link_portion, l, e);
        say_progress(l->w, l->ids.n - left + n, l->ids.n);
    }
    return ok;
}

static bool take_unsupported(void *payload, int64_t id, struct err *e)
{
    struct id_pair *slot = vec_add(&((struct linking *)payload)->unsupported);
    if (slot == NULL)
        return err_set(e, ERR_DATA, "more movies than this program can hold");
    slot->id = id;
    return true;
}

static bool remove_unsupported(void *payload, struct err *e)
{
    struct linking *l = payload;
    return store_redirect_movies(l->w->store, l->unsupported.items, l->unsupported.n, e);
}

/* After another release was loaded: movies that no source names any more. */
static bool settle_unsupported(struct linking *l, struct err *e)
{
    return l->touched.blank ||
           (store_each_unsupported(l->w->store, take_unsupported, l, e) &&
               (l->unsupported.n == 0 || make_part(l, remove_unsupported, l, e)));
}

static void touch_left(struct linking *l, size_t from)
{
    touched_clear(&l->touched);
    for (size_t i = from; i < l->left.n && i < from + PORTION; i++)
        *(int64_t *)vec_add(&l->touched.tmdb_ids) = *(int64_t *)vec_at(&l->left, i);
}

/* As well: movies that are a record's alone now. */
static bool settle_left(struct linking *l, struct err *e)
{
    if (l->touched.blank)
        return true;
    bool ok = store_each_left(l->w->store, take_id, &l->left, e);
    for (size_t at = 0; ok && at < l->left.n; at += PORTION) {
        touch_left(l, at);
        ok = !err_stopped(e) && make_part(l, link_portion, l, e);
    }
    return ok;
}

/* "movielens.linked": the day on which the rows of the loaded release were linked to the last,
 * NOT_LINKED while they are not. Rows of a release that replaced another carry the old links until
 * then, so that they cannot be told by themselves. */
enum { NOT_LINKED = 0 };
static const char mark[] = "movielens.linked";

static bool set_mark(void *payload, struct err *e)
{
    const struct work *w = payload;
    return store_set_cursor(w->store, mark, sys_now() / 86400, sys_now(), e);
}

static bool unset_mark(void *payload, struct err *e)
{
    const struct work *w = payload;
    return store_set_cursor(w->store, mark, NOT_LINKED, sys_now(), e);
}

bool link_release_begin(struct work *w, struct err *e)
{
    return store_transact(w->store, unset_mark, w, e);
}

bool link_release_rows(
    struct work *w, struct ml_row *rows, size_t n, bool whole, struct err *e)
{
    struct touched t;
    bool ok = true;
    touched_init(&t);
    t.blank = true;
    for (size_t left = n; ok && left > 0; left -= t.row_n) {
        t.row_n = left < PORTION ? left : PORTION;
        t.rows = rows + (left - t.row_n);
        ok = !err_stopped(e) && link_touched(w, &t, e);
        say_progress(w, n - left + t.row_n, n);
    }
    touched_done(&t);
    return ok && (!whole || set_mark(w, e));
}

static bool end_linking(void *payload, struct err *e)
{
    const struct work *w = payload;
    return store_drop_conflicts(w->store, e) && set_mark(payload, e);
}

static bool link_all(struct work *w, bool inside, uint64_t *ret, struct err *e)
{
    struct linking l = {.w = w, .inside = inside};
    vec_init(&l.ids, sizeof(int64_t), MAX_IDS);
    vec_init(&l.left, sizeof(int64_t), MAX_IDS);
    vec_init(&l.unsupported, sizeof(struct id_pair), MAX_IDS);
    touched_init(&l.touched);
    bool ok = store_is_blank(w->store, &l.touched.blank, e) &&
              store_each_movielens_id(w->store, take_id, &l.ids, e) && link_rows(&l, e) &&
              settle_unsupported(&l, e) && settle_left(&l, e) &&
              make_part(&l, end_linking, w, e);
    *ret = l.ids.n;
    touched_done(&l.touched);
    vec_done(&l.unsupported);
    vec_done(&l.left);
    vec_done(&l.ids);
    return ok;
}

bool link_release_stored(struct work *w, uint64_t *ret, struct err *e)
{
    return link_all(w, true, ret, e);
}

static bool is_marked(struct work *w, bool *ret, struct err *e)
{
    int64_t day = NOT_LINKED;
    bool exists = false, ok = store_get_cursor(w->store, mark, &day, &exists, e);
    *ret = day != NOT_LINKED;
    return ok;
}

bool link_release_mark(struct work *w, struct err *e)
{
    bool marked = false;
    return is_marked(w, &marked, e) && (marked || store_transact(w->store, set_mark, w, e));
}

bool link_release_finish(struct work *w, uint64_t *ret, struct err *e)
{
    bool marked = false;
    *ret = 0;
    return is_marked(w, &marked, e) && (marked || link_all(w, false, ret, e));
}
