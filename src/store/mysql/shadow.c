/* Shadow tables: a release is loaded beside the one that is there and takes its place with one
 * RENAME TABLE, so that whoever reads sees the old content or the new, at full speed, and a load
 * that dies leaves the old.
 *
 * A shadow is named after the load ("etl_new_5f0c2c1e_ratings"), so that a process that was taken
 * for dead cannot swap in what its successor has half loaded. Names are entered in etl_tables
 * before the tables exist; whoever takes the write lease drops those of others, which also makes
 * their swap impossible.
 *
 * In a database that was made for it, the release comes linked: its movies have shadows too. Later
 * other people's keys, triggers or indexes may hang on the table of movies, and would be lost. */
#include "store/mysql/server.h"

#include "base/log.h"
#include "base/sys.h"
#include "store/ddl.h"
#include "store/lease.h"
#include "store/upsert.h"

#include <stdio.h>
#include <string.h>

enum { LONG_LEASE = 7200, SWAP_TRIES = 6 /* of ten pieces each */, SWAP_PAUSE_MS = 1000 };

static const char *old_name(struct store *s, const char *table)
{
    return arena_print(&s->scratch, "etl_old_%s%s", s->shadow + strlen("etl_new_"), table).p;
}

/* The quoted name of the table itself, also while its shadow has its name. */
static void add_real_name(struct store *s, struct str *to, const char *table)
{
    s->engine->dialect->name(to, sql_bare_name(s, &s->scratch, table));
}

/* ---- making them */

static void enlist(struct row_set *rows, struct view name)
{
    struct cell row[] = {
        cell_text(name), cell_text(view_of("shadow")), cell_null(), cell_int(sys_now())};
    memcpy(row_set_at(rows, rows->n++), row, sizeof row);
}

static bool enlist_all(struct store *s, struct err *e)
{
    const struct put *p = upsert_put_all(s, schema_find(&s->schema, "etl_tables"), PUT_ROW);
    struct row_set rows = {.width = p->width};
    size_t n = 0;
    while (sql_shadowed(s)[n] != NULL)
        n++;
    rows.cells = arena_take_array(&s->scratch, 2 * n * p->width, sizeof *rows.cells);
    for (const char *const *t = sql_shadowed(s); *t != NULL; t++) {
        enlist(&rows, arena_print(&s->scratch, "%s%s", s->shadow, *t));
        enlist(&rows, view_of(old_name(s, *t)));
    }
    return db_put(s, p, &rows, e);
}

/* Ratings get their index and their foreign key when they are in: until then these would be kept up
 * row by row. */
static bool create(struct store *s, const char *table, struct err *e)
{
    bool keys = s->foreign_keys, later = strcmp(table, "ratings") == 0;
    s->foreign_keys = keys && !later;
    bool ok = ddl_create_table(s, schema_find(&s->schema, table), !later, e);
    s->foreign_keys = keys;
    return ok;
}

static void add_columns(const struct store *s, struct str *to, const struct table *t)
{
    for (size_t i = 0; i < t->n; i++) {
        str_addz(to, i == 0 ? "" : ", ");
        sql_column(s, to, t->columns[i].name);
    }
}

/* Movies keep their links over a reload, so the load begins with those that are there. */
static bool copy_movies(struct store *s, struct err *e)
{
    const struct table *t = schema_find(&s->schema, "movielens_movies");
    struct str sql;
    str_init(&sql, SQL_MAX);
    sql_expand(s, &sql, "INSERT INTO {movielens_movies} (");
    add_columns(s, &sql, t);
    str_addz(&sql, ") SELECT ");
    add_columns(s, &sql, t);
    str_addz(&sql, " FROM ");
    add_real_name(s, &sql, t->name);
    str_addz(&sql, " ON DUPLICATE KEY UPDATE `rating_count` = VALUES(`rating_count`)");
    bool ok = server_exec(s, str_z(&sql), NO_CELLS, NULL, e);
    str_done(&sql);
    return ok;
}

bool server_make_shadows(struct store *s, struct err *e)
{
    if (!server_drop_shadows(s, e) || (s->born && !store_is_blank(s, &s->shadows_movies, e)))
        return false;
    s->shadow = arena_print(&s->arena, "etl_new_%08x_", (unsigned)sys_random()).p;
    bool ok = enlist_all(s, e);
    for (const char *const *t = sql_shadowed(s); ok && *t != NULL; t++)
        ok = create(s, *t, e);
    return ok && (s->shadows_movies || copy_movies(s, e));
}

bool server_is_building(const struct store *s)
{
    return s->shadow != NULL && s->shadows_movies;
}

/* ---- dropping them */

struct names {
    struct store *s;
    struct str sql;
    size_t n;
};

static bool take_name(void *payload, const struct cell *c, size_t n, struct err *e)
{
    struct names *names = payload;
    (void)n;
    (void)e;
    str_addz(&names->sql, names->n++ == 0 ? "DROP TABLE IF EXISTS " : ", ");
    sql_name(names->s, &names->sql, arena_dup(&names->s->scratch, cell_get_text(&c[0])).p);
    return true;
}

static bool drop(struct store *s, void *payload, struct err *e)
{
    const struct names *names = payload;
    const char *checks = server_of(s)->bulk ? "SET SESSION foreign_key_checks = 0"
                                            : "SET SESSION foreign_key_checks = 1";
    return server_run(s, "SET SESSION foreign_key_checks = 0", e) &&
           server_send(s, str_view(&names->sql), NULL, e) && server_run(s, checks, e) &&
           server_run(s, "DELETE FROM {etl_tables} WHERE kind = 'shadow'", e);
}

bool server_drop_shadows(struct store *s, struct err *e)
{
    struct names names = {.s = s};
    str_init(&names.sql, SQL_MAX);
    bool ok = db_query(
        s, "SELECT name FROM {etl_tables} WHERE kind = 'shadow'", NO_CELLS, take_name, &names, e);
    if (ok && names.n > 0)
        ok = server_of(s)->bulk ? server_piece(s, drop, &names, e)
                                : server_replay(s, drop, &names, e);
    str_done(&names.sql);
    return ok;
}

/* ---- the swap */

/* How many rows of information_schema speak of the table; `what` ends in the condition on its
 * name. */
static bool count_of(
    struct store *s, const char *what, const char *table, int64_t *ret, struct err *e)
{
    struct view name = sql_bare_name(s, &s->scratch, table);
    return db_get_ints(s, what, CELLS(cell_text(name)), ret, 1, NULL, e);
}

static bool add_key(struct store *s, void *payload, struct err *e)
{
    int64_t there = 0;
    const char *shadow = arena_print(&s->scratch, "%sratings", s->shadow).p;
    (void)payload;
    if (!count_of(s,
            "SELECT count(*) FROM information_schema.table_constraints WHERE table_schema = "
            "DATABASE()"
            " AND constraint_type = 'FOREIGN KEY' AND table_name = ?",
            shadow, &there, e))
        return false;
    return there > 0 || server_run(s,
                            "ALTER TABLE {ratings} ADD FOREIGN KEY (movielens_id) REFERENCES"
                            " {movielens_movies} (movielens_id)",
                            e);
}

/* Fresh statistics, so that the first query after the swap is planned like the last before it. They
 * are an offer. */
static void analyze(struct store *s)
{
    struct err ignored;
    for (const char *const *t = sql_shadowed(s); *t != NULL; t++) {
        struct view text = arena_print(&s->scratch, "ANALYZE NO_WRITE_TO_BINLOG TABLE {%s}", *t);
        (void)server_run(s, text.p, &ignored);
    }
}

static void add_rename(struct store *s, struct str *to, const char *table)
{
    str_addz(to, to->n == 0 ? "RENAME TABLE " : ", ");
    add_real_name(s, to, table);
    str_addz(to, " TO ");
    sql_name(s, to, old_name(s, table));
    str_addz(to, ", ");
    sql_name(s, to, table);
    str_addz(to, " TO ");
    add_real_name(s, to, table);
}

/* When the answer to an earlier try was lost (*payload, a bool), the shadows may be gone because
 * they are the tables now. Foreign keys follow their tables only while they are checked. */
static bool swap(struct store *s, void *payload, struct err *e)
{
    int64_t there = 0;
    struct str sql;
    bool *unknown = payload;
    if (!count_of(s,
            "SELECT count(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND "
            "table_name = ?",
            arena_print(&s->scratch, "%sratings", s->shadow).p, &there, e))
        return false;
    if (there == 0)
        return *unknown ||
               err_set(e, ERR_LOCKED, "the load was taken for dead, and its tables were dropped");
    str_init(&sql, SQL_MAX);
    for (const char *const *t = sql_shadowed(s); *t != NULL; t++)
        add_rename(s, &sql, *t);
    bool ok = server_run(s, "SET SESSION foreign_key_checks = 1", e) &&
              server_run(s, "SET SESSION lock_wait_timeout = 3", e) &&
              server_send(s, str_view(&sql), NULL, e);
    *unknown = *unknown || (!ok && server_of(s)->db == NULL);
    str_done(&sql);
    return ok;
}

/* Somebody's long query on the old tables holds the swap up, and whoever comes meanwhile waits
 * behind it: so each try waits for seconds only, and there are many. */
static bool swap_when_free(struct store *s, struct err *e)
{
    bool unknown = false;
    for (unsigned tried = 1;; tried++) {
        if (server_piece(s, swap, &unknown, e))
            return true;
        if (!e->transient || tried == SWAP_TRIES || sys_stop_asked())
            return false;
        sys_sleep_ms(SWAP_PAUSE_MS);
    }
}

bool server_swap_shadows(struct store *s, struct err *e)
{
    struct err later;
    int64_t lease = s->lease_seconds;
    /* the key and the statistics may take longer than a lease lasts */
    s->lease_seconds = LONG_LEASE;
    bool ok = !s->foreign_keys || server_piece(s, add_key, NULL, e);
    if (ok)
        analyze(s);
    s->lease_seconds = lease;
    ok = ok && swap_when_free(s, e);
    if (ok && !server_drop_shadows(s, &later))
        log_line(LOG_WARNING, "the tables of the earlier release are left for the next run: %s",
            later.text);
    return ok;
}
