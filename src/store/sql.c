/* Sql: see sql.h. */
#include "store/sql.h"

#include <string.h>

/* Below 200, the number from which on servers (eq_range_index_dive_limit) no longer look how many
 * rows each value of a list has but guess from statistics, which know nothing of a table that was
 * just filled: it would be read whole. */
enum { PORTION = 192 };

void sql_column(const struct store *s, struct str *to, const char *column)
{
    s->engine->dialect->name(to, view_of(column));
}

struct view sql_bare_name(const struct store *s, struct arena *a, const char *name)
{
    return arena_print(a, "%s%s", s->prefix, name);
}

const char *const *sql_shadowed(const struct store *s)
{
    static const char *const names[] = {"movies", "movie_genres", "movielens_release",
        "movielens_movies", "ratings", "tags", NULL};
    return s->shadows_movies ? names : names + 2;
}

static bool is_shadowed(const struct store *s, struct view name)
{
    const char *const *t = sql_shadowed(s);
    while (*t != NULL && !view_is(name, *t))
        t++;
    return s->shadow != NULL && *t != NULL;
}

static void add_name(const struct store *s, struct str *to, struct view name)
{
    struct str whole;
    str_init(&whole, 300);
    str_addz(&whole, s->prefix);
    str_addz(&whole, is_shadowed(s, name) ? s->shadow : "");
    str_add(&whole, name);
    s->engine->dialect->name(to, str_view(&whole));
    str_done(&whole);
}

void sql_name(const struct store *s, struct str *to, const char *name)
{
    add_name(s, to, view_of(name));
}

void sql_expand(const struct store *s, struct str *to, const char *text)
{
    struct view v = view_of(text);
    size_t at = 0;
    while (at < v.n) {
        size_t open = view_find(v, at, '{');
        size_t close = view_find(v, open, '}');
        str_add(to, view_slice(v, at, open));
        if (open < v.n)
            add_name(s, to, view_slice(v, open + 1, close));
        at = close < v.n ? close + 1 : v.n;
    }
}

int64_t cell_get_int(const struct cell *c)
{
    return c->kind == CELL_INT ? c->i : c->kind == CELL_REAL ? (int64_t)c->r : 0;
}

struct view cell_get_text(const struct cell *c)
{
    return c->kind == CELL_TEXT ? c->text : (struct view){NULL, 0};
}

struct cell cell_of_id(int64_t i)
{
    return i == 0 ? cell_null() : cell_int(i);
}

struct cell *cells_of_ids(struct arena *a, const int64_t *ids, size_t n)
{
    struct cell *cells = arena_take_array(a, n + 1, sizeof *cells);
    for (size_t i = 0; i < n; i++)
        cells[i] = cell_int(ids[i]);
    return cells;
}

static bool expanded(struct store *s, const char *text, struct err *e)
{
    str_clear(&s->sql);
    sql_expand(s, &s->sql, text);
    return str_ok(&s->sql) || err_set(e, ERR_BUG, "a statement is longer than %d bytes", SQL_MAX);
}

bool db_may_write(const struct store *s, struct err *e)
{
    return s->writing || err_set(e, ERR_BUG, "the store was written to outside a transaction");
}

bool db_exec(struct store *s, const char *text, const struct cell *args, size_t n,
    int64_t *ret_rows, struct err *e)
{
    return db_may_write(s, e) && expanded(s, text, e) &&
           s->engine->exec(s, str_z(&s->sql), args, n, ret_rows, e);
}

bool db_query(struct store *s, const char *text, const struct cell *args, size_t n, row_fn *row,
    void *payload, struct err *e)
{
    return expanded(s, text, e) && s->engine->query(s, str_z(&s->sql), args, n, row, payload, e);
}

struct ints {
    int64_t *to;
    size_t want;
    bool exists;
};

static bool take_ints(void *payload, const struct cell *cells, size_t n, struct err *e)
{
    struct ints *ints = payload;
    (void)e;
    for (size_t i = 0; !ints->exists && i < n && i < ints->want; i++)
        ints->to[i] = cell_get_int(&cells[i]);
    ints->exists = true;
    return true;
}

bool db_get_ints(struct store *s, const char *text, const struct cell *args, size_t n, int64_t *ret,
    size_t want, bool *ret_exists, struct err *e)
{
    struct ints ints = {ret, want, false};
    if (!db_query(s, text, args, n, take_ints, &ints, e))
        return false;
    if (ret_exists != NULL)
        *ret_exists = ints.exists;
    return true;
}

/* How many places a portion gets: few different statements, so that the prepared ones are found
 * again. */
static size_t places(size_t left)
{
    size_t n = 1;
    while (n < left && n < PORTION)
        n *= 4;
    return n < PORTION ? n : PORTION;
}

/* `text` with its list, and what goes into it; the last value fills the places that are left. */
struct portion {
    struct str text;
    struct cell args[PORTION];
    size_t n;
};

static void begin_portion(struct portion *p, const char *text, const struct cell *values, size_t n)
{
    struct view v = view_of(text);
    size_t hole = view_find(v, 0, '%');
    str_init(&p->text, SQL_MAX);
    p->n = places(n);
    for (size_t i = 0; i < p->n; i++)
        p->args[i] = values[i < n ? i : n - 1];
    str_add(&p->text, view_slice(v, 0, hole));
    for (size_t i = 0; i < p->n; i++)
        str_addz(&p->text, i == 0 ? "?" : ",?");
    str_add(&p->text, view_slice(v, hole + 1, v.n));
}

static size_t portion_of(size_t n, size_t at)
{
    return n - at < PORTION ? n - at : PORTION;
}

bool db_query_in(struct store *s, const char *text, const struct cell *values, size_t n,
    row_fn *row, void *payload, struct err *e)
{
    bool ok = true;
    for (size_t at = 0; ok && at < n; at += PORTION) {
        struct portion p;
        begin_portion(&p, text, values + at, portion_of(n, at));
        ok = db_query(s, str_z(&p.text), p.args, p.n, row, payload, e);
        str_done(&p.text);
    }
    return ok;
}

bool db_exec_in(
    struct store *s, const char *text, const struct cell *values, size_t n, struct err *e)
{
    bool ok = db_may_write(s, e);
    for (size_t at = 0; ok && at < n; at += PORTION) {
        struct portion p;
        begin_portion(&p, text, values + at, portion_of(n, at));
        ok = db_exec(s, str_z(&p.text), p.args, p.n, NULL, e);
        str_done(&p.text);
    }
    return ok;
}
