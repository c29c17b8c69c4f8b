/* What is ours: runs, batch files, cursors. See store.h. */
#include "base/date.h"
#include "store/upsert.h"

/* ---- runs */

struct run {
    int64_t run_id, now;
    int exit_code;
    const char *text; /* command or summary */
};

static bool begin_run(struct store *s, void *payload, struct err *e)
{
    struct run *r = payload;
    int64_t last = 0;
    if (!db_get_ints(s, "SELECT max(run_id) FROM {etl_runs}", NO_CELLS, &last, 1, NULL, e))
        return false;
    r->run_id = last + 1;
    struct cell row[] = {cell_int(r->run_id), cell_text(view_of(r->text)), cell_int(r->now),
        cell_null(), cell_null(), cell_null()};
    return db_put_row(s, "etl_runs", PUT_ROW, row, sizeof row / sizeof row[0], e);
}

bool store_begin_run(
    struct store *s, const char *command, int64_t now, int64_t *ret_run_id, struct err *e)
{
    struct run r = {.now = now, .text = command};
    if (!db_alone(s, begin_run, &r, e))
        return false;
    *ret_run_id = r.run_id;
    return true;
}

static bool end_run(struct store *s, void *payload, struct err *e)
{
    const struct run *r = payload;
    return db_exec(s,
        "UPDATE {etl_runs} SET ended_at = ?, exit_code = ?, summary = ? WHERE run_id = ?",
        CELLS(cell_int(r->now), cell_int(r->exit_code), cell_text(view_of(r->text)),
            cell_int(r->run_id)),
        NULL, e);
}

bool store_end_run(
    struct store *s, int64_t run_id, int64_t now, int exit_code, const char *summary, struct err *e)
{
    struct run r = {run_id, now, exit_code, summary};
    return db_alone(s, end_run, &r, e);
}

struct giving_runs {
    bool (*take)(void *payload, const struct run_row *row, struct err *e);
    void *payload;
};

static bool give_run(void *payload, const struct cell *c, size_t n, struct err *e)
{
    struct giving_runs *g = payload;
    struct run_row row = {cell_get_int(&c[0]), cell_get_int(&c[1]), cell_get_int(&c[2]),
        cell_get_int(&c[3]), cell_get_text(&c[4]), cell_get_text(&c[5])};
    (void)n;
    return g->take(g->payload, &row, e);
}

bool store_each_run(struct store *s, size_t newest,
    bool (*take)(void *payload, const struct run_row *row, struct err *e), void *payload,
    struct err *e)
{
    struct giving_runs g = {take, payload};
    return db_query(s,
        "SELECT run_id, started_at, ended_at, exit_code, command, summary FROM {etl_runs} ORDER BY "
        "run_id DESC LIMIT ?",
        CELLS(cell_int(newest > INT32_MAX ? INT32_MAX : (int64_t)newest)), give_run, &g, e);
}

/* ---- files */

static const char *const states[] = {"staged", "loading", "loaded", "lost"};

#define SELECT_FILES                                                                               \
    "SELECT batch_id, name, sha256, type, scope, state, records_done, records, rejected, run_id,"  \
    " updated_at FROM {etl_files}"

bool store_put_file(struct store *s, const struct file_row *row, struct err *e)
{
    struct cell cells[] = {cell_text(row->batch_id), cell_text(row->name), cell_text(row->sha256),
        cell_text(row->type), cell_text(row->scope), cell_text(view_of(states[row->state])),
        cell_int(row->records_done), cell_int(row->records), cell_int(row->rejected),
        cell_of_id(row->run_id), cell_of_id(row->updated_at)};
    return db_put_row(s, "etl_files", PUT_ROW, cells, sizeof cells / sizeof cells[0], e);
}

static bool file_of(const struct cell *c, struct file_row *ret, struct err *e)
{
    size_t state = 0;
    while (
        state < sizeof states / sizeof states[0] && !view_is(cell_get_text(&c[5]), states[state]))
        state++;
    if (state == sizeof states / sizeof states[0])
        return err_set(e, ERR_STORE, "etl_files: batch %.*s has the unknown state '%.*s'",
            VIEW_ARG(cell_get_text(&c[0])), VIEW_ARG(cell_get_text(&c[5])));
    *ret = (struct file_row){cell_get_text(&c[0]), cell_get_text(&c[1]), cell_get_text(&c[2]),
        cell_get_text(&c[3]), cell_get_text(&c[4]), (enum file_state)state, cell_get_int(&c[6]),
        cell_get_int(&c[7]), cell_get_int(&c[8]), cell_get_int(&c[9]), cell_get_int(&c[10])};
    return true;
}

struct giving_files {
    bool (*take)(void *payload, const struct file_row *row, struct err *e);
    void *payload;
};

static bool give_file(void *payload, const struct cell *c, size_t n, struct err *e)
{
    struct giving_files *g = payload;
    struct file_row row;
    (void)n;
    return file_of(c, &row, e) && g->take(g->payload, &row, e);
}

bool store_each_file(struct store *s,
    bool (*take)(void *payload, const struct file_row *row, struct err *e), void *payload,
    struct err *e)
{
    struct giving_files g = {take, payload};
    return db_query(s, SELECT_FILES " ORDER BY batch_id", NO_CELLS, give_file, &g, e);
}

struct keeping_file {
    struct arena *a;
    struct file_row *to;
    bool *exists;
};

static bool keep_file(void *payload, const struct file_row *row, struct err *e)
{
    struct keeping_file *k = payload;
    (void)e;
    *k->to = *row;
    k->to->batch_id = arena_dup(k->a, row->batch_id);
    k->to->name = arena_dup(k->a, row->name);
    k->to->sha256 = arena_dup(k->a, row->sha256);
    k->to->type = arena_dup(k->a, row->type);
    k->to->scope = arena_dup(k->a, row->scope);
    *k->exists = true;
    return true;
}

bool store_get_file(struct store *s, struct view batch_id, struct arena *a, struct file_row *ret,
    bool *ret_exists, struct err *e)
{
    struct keeping_file k = {a, ret, ret_exists};
    struct giving_files g = {keep_file, &k};
    *ret_exists = false;
    return db_query(
        s, SELECT_FILES " WHERE batch_id = ?", CELLS(cell_text(batch_id)), give_file, &g, e);
}

/* ---- cursors: stored as dates, so that people can read them */

struct giving_cursors {
    bool (*take)(void *payload, const char *name, int64_t day, struct err *e);
    void *payload;
    struct arena a;
};

static bool give_cursor(void *payload, const struct cell *c, size_t n, struct err *e)
{
    struct giving_cursors *g = payload;
    int64_t day;
    (void)n;
    if (!date_parse(cell_get_text(&c[1]), &day))
        return err_set(
            e, ERR_STORE, "etl_cursors: '%.*s' is no date", VIEW_ARG(cell_get_text(&c[1])));
    arena_reset(&g->a);
    return g->take(g->payload, arena_dup(&g->a, cell_get_text(&c[0])).p, day, e);
}

static bool each_cursor(struct store *s, const char *text, const struct cell *args, size_t n,
    bool (*take)(void *payload, const char *name, int64_t day, struct err *e), void *payload,
    struct err *e)
{
    struct giving_cursors g = {.take = take, .payload = payload};
    arena_init(&g.a);
    bool ok = db_query(s, text, args, n, give_cursor, &g, e);
    arena_done(&g.a);
    return ok;
}

bool store_each_cursor(struct store *s,
    bool (*take)(void *payload, const char *name, int64_t day, struct err *e), void *payload,
    struct err *e)
{
    return each_cursor(
        s, "SELECT name, day FROM {etl_cursors} ORDER BY name", NO_CELLS, take, payload, e);
}

struct keeping_day {
    int64_t *to;
    bool *exists;
};

static bool keep_day(void *payload, const char *name, int64_t day, struct err *e)
{
    struct keeping_day *k = payload;
    (void)name;
    (void)e;
    *k->to = day;
    *k->exists = true;
    return true;
}

bool store_get_cursor(
    struct store *s, const char *name, int64_t *ret_day, bool *ret_exists, struct err *e)
{
    struct keeping_day k = {ret_day, ret_exists};
    *ret_exists = false;
    return each_cursor(s, "SELECT name, day FROM {etl_cursors} WHERE name = ?",
        CELLS(cell_text(view_of(name))), keep_day, &k, e);
}

bool store_set_cursor(struct store *s, const char *name, int64_t day, int64_t now, struct err *e)
{
    struct cell row[] = {
        cell_text(view_of(name)), cell_text(date_print(&s->scratch, day)), cell_int(now)};
    return db_put_row(s, "etl_cursors", PUT_ROW, row, sizeof row / sizeof row[0], e);
}
