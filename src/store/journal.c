/* What a run found and did: findings, conflicts, changes. See store.h. */
#include "store/upsert.h"

/* ---- findings: at most FINDINGS_KEPT_PER_RULE of a rule in a run, the rest counted. */

static bool put_count(
    struct store *s, int64_t run_id, enum rule rule, const int64_t kept_total[2], struct err *e)
{
    const struct rule_info *info = rule_info(rule);
    struct cell row[] = {cell_int(run_id), cell_text(view_of(info->id)),
        cell_text(view_of(severity_name(info->severity))), cell_int(kept_total[0]),
        cell_int(kept_total[1])};
    return db_put_row(s, "etl_finding_counts", PUT_ROW, row, sizeof row / sizeof row[0], e);
}

static bool put_finding(struct store *s, int64_t run_id, int64_t seq, const struct finding *f,
    int64_t now, struct err *e)
{
    const struct rule_info *info = rule_info(f->rule);
    struct cell row[] = {cell_int(run_id), cell_text(view_of(info->id)), cell_int(seq),
        cell_text(view_of(severity_name(info->severity))), cell_text(f->file),
        cell_of_id((int64_t)f->line), cell_of_id((int64_t)f->column), cell_text(f->key),
        cell_text(f->field), cell_text(f->text), cell_int(now)};
    return db_put_row(s, "etl_findings", PUT_ROW, row, sizeof row / sizeof row[0], e);
}

static bool add_rule(struct store *s, int64_t run_id, const struct findings *f, enum rule rule,
    int64_t now, struct err *e)
{
    int64_t kept_total[2] = {0, 0};
    if (!db_get_ints(s,
            "SELECT kept, total FROM {etl_finding_counts} WHERE run_id = ? AND rule = ?",
            CELLS(cell_int(run_id), cell_text(view_of(rule_info(rule)->id))), kept_total, 2, NULL,
            e))
        return false;
    for (size_t i = 0; i < f->kept.n && kept_total[0] < FINDINGS_KEPT_PER_RULE; i++) {
        const struct finding *x = vec_at(&f->kept, i);
        if (x->rule == rule && !put_finding(s, run_id, kept_total[0]++, x, now, e))
            return false;
    }
    kept_total[1] += (int64_t)f->per_rule[rule];
    return put_count(s, run_id, rule, kept_total, e);
}

bool store_add_findings(
    struct store *s, int64_t run_id, const struct findings *f, int64_t now, struct err *e)
{
    if (!db_may_write(s, e))
        return false;
    for (size_t rule = 0; rule < RULE_COUNT; rule++)
        if (f->per_rule[rule] > 0 && !add_rule(s, run_id, f, (enum rule)rule, now, e))
            return false;
    return true;
}

/* ---- conflicts */

enum { CONFLICT_CELLS = 9 };

bool store_put_conflicts(struct store *s, int64_t run_id, const struct conflict *conflicts,
    size_t n, int64_t now, struct err *e)
{
    arena_reset(&s->scratch);
    struct cell *cells = arena_take_array(&s->scratch, n * CONFLICT_CELLS + 1, sizeof *cells);
    for (size_t i = 0; i < n; i++) {
        const struct conflict *c = &conflicts[i];
        struct cell row[CONFLICT_CELLS] = {cell_int(c->movielens_id), cell_int(c->tmdb_id),
            cell_text(view_of(c->field)), cell_text(view_of(c->rule)), cell_of_id(c->movie_id),
            cell_text(c->movielens_value), cell_text(c->tmdb_value), cell_of_id(run_id),
            cell_int(now)};
        memcpy(&cells[i * CONFLICT_CELLS], row, sizeof row);
    }
    const struct put *p = upsert_put_all(s, schema_find(&s->schema, "etl_conflicts"), PUT_ROW);
    return db_put(s, p, &(struct row_set){cells, CONFLICT_CELLS, n}, e);
}

bool store_clear_conflicts(struct store *s, const int64_t *movielens_ids, size_t n, struct err *e)
{
    arena_reset(&s->scratch);
    return db_exec_in(s, "DELETE FROM {etl_conflicts} WHERE movielens_id IN (%)",
        cells_of_ids(&s->scratch, movielens_ids, n), n, e);
}

bool store_drop_conflicts(struct store *s, struct err *e)
{
    return db_exec(s,
        "DELETE FROM {etl_conflicts} WHERE NOT EXISTS (SELECT 1 FROM {movielens_movies} l WHERE"
        " l.movielens_id = {etl_conflicts}.movielens_id)",
        NO_CELLS, NULL, e);
}

/* ---- changes, numbered within their run */

static bool next_seq(struct store *s, int64_t run_id, int64_t *ret, struct err *e)
{
    if (s->change_run != run_id) {
        int64_t last = -1;
        bool exists = false;
        if (!db_get_ints(s,
                "SELECT seq FROM {etl_changes} WHERE run_id = ? ORDER BY seq DESC LIMIT 1",
                CELLS(cell_int(run_id)), &last, 1, &exists, e))
            return false;
        s->change_run = run_id;
        s->change_seq = last;
    }
    *ret = ++s->change_seq;
    return true;
}

enum { CHANGE_CELLS = 12 };

static void change_row(
    int64_t run_id, int64_t seq, const struct change *c, int64_t now, struct cell *ret)
{
    bool is_list = c->field == NULL && c->added + c->updated + c->removed > 0;
    struct cell row[CHANGE_CELLS] = {cell_int(run_id), cell_int(seq), cell_int(c->tmdb_id),
        cell_text(view_of(c->section)), cell_text(view_of(c->kind)), cell_text(view_of(c->field)),
        cell_text(c->old_value), cell_text(c->new_value),
        is_list ? cell_int(c->added) : cell_null(), is_list ? cell_int(c->updated) : cell_null(),
        is_list ? cell_int(c->removed) : cell_null(), cell_int(now)};
    memcpy(ret, row, sizeof row);
}

bool store_add_changes(struct store *s, int64_t run_id, const struct change *changes, size_t n,
    int64_t now, struct err *e)
{
    if (!db_may_write(s, e))
        return false;
    arena_reset(&s->scratch);
    struct row_set rows = {
        arena_take_array(&s->scratch, n * CHANGE_CELLS, sizeof(struct cell)), CHANGE_CELLS, n};
    for (size_t i = 0; i < n; i++) {
        int64_t seq;
        if (!next_seq(s, run_id, &seq, e))
            return false;
        change_row(run_id, seq, &changes[i], now, row_set_at(&rows, i));
    }
    return db_put(s, upsert_put_all(s, schema_find(&s->schema, "etl_changes"), PUT_ROW), &rows, e);
}

struct giving_changed {
    bool (*take)(void *payload, int64_t tmdb_id, struct err *e);
    void *payload;
};

static bool give_changed(void *payload, const struct cell *c, size_t n, struct err *e)
{
    struct giving_changed *g = payload;
    (void)n;
    return g->take(g->payload, c[0].i, e);
}

bool store_each_changed_id(struct store *s, int64_t since_run_id,
    bool (*take)(void *payload, int64_t tmdb_id, struct err *e), void *payload, struct err *e)
{
    struct giving_changed g = {take, payload};
    return db_query(s,
        "SELECT DISTINCT tmdb_id FROM {etl_changes} WHERE run_id >= ? ORDER BY tmdb_id",
        CELLS(cell_int(since_run_id)), give_changed, &g, e);
}
