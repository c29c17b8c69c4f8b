/* Where the cursors stand: see ids.h. */
#include "etl/ids.h"

#include "base/date.h"
#include "base/file.h"
#include "base/num.h"

struct lost {
    const struct etl *x;
    struct view type;
    bool any;
    int64_t first_day;
};

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

static bool look_for_lost(void *payload, const struct file_row *row, struct err *e)
{
    struct lost *l = payload;
    struct arena a;
    int64_t day;
    (void)e;
    if (row->state == FILE_LOADED || !view_eq(row->type, l->type) || !scope_day(row->scope, &day))
        return true;
    arena_init(&a);
    struct view path =
        arena_print(&a, "%s/movies/raw/%.*s", l->x->config->data_dir, VIEW_ARG(row->name));
    if (!file_exists(path.p) && (!l->any || day < l->first_day)) {
        l->any = true;
        l->first_day = day;
    }
    arena_done(&a);
    return true;
}

bool cursor_fetched(struct work *w, enum batch_type type, int64_t *ret_day, bool *ret_exists, struct err *e)
{
    struct arena a;
    struct lost l = {.x = w->x, .type = view_of(batch_type_name(type))};
    *ret_exists = false;
    if (w->store == NULL)
        return true;
    arena_init(&a);
    const char *name = arena_print(&a, "%s.fetched", batch_type_name(type)).p;
    bool ok = store_get_cursor(w->store, name, ret_day, ret_exists, e) &&
              store_each_file(w->store, look_for_lost, &l, e);
    if (ok && *ret_exists && l.any && l.first_day <= *ret_day) {
        etl_say(w->x, "staged files are missing from %s/movies/raw and were never loaded: "
                      "going back to %s", w->x->config->data_dir, date_print(&a, l.first_day).p);
        *ret_day = l.first_day;
    }
    arena_done(&a);
    return ok;
}
