/* A chunk of ratings into the database: by LOAD DATA LOCAL from memory, or by INSERTs where the
 * server does not allow that. Both leave a row out whose key is there already, and both turn errors
 * into warnings: so what the server says of each chunk is checked. */
#include "store/mysql/chunk.h"

#include "base/mem.h"
#include "store/sql.h"

#include <stdio.h>
#include <string.h>

enum { MAX_TEXT = ROWS_PER_CHUNK * 64, MAX_ROW = 64, ROWS_PER_INSERT = 1000, DUPLICATE = 1062 };

void chunk_init(struct chunk *c)
{
    *c = (struct chunk){.ratings = mem_grow(NULL, ROWS_PER_CHUNK, sizeof(struct rating))};
    str_init(&c->text, MAX_TEXT);
}

void chunk_done(struct chunk *c)
{
    str_done(&c->text);
    mem_free(c->ratings);
}

/* ---- what the server says of a statement */

struct warnings {
    int64_t duplicates;
    bool others;
    char text[200];
};

static bool take_warning(void *payload, const struct cell *c, size_t n, struct err *e)
{
    struct warnings *w = payload;
    (void)n;
    (void)e;
    if (cell_get_int(&c[1]) == DUPLICATE) {
        w->duplicates++;
    } else if (!view_is(c[0].text, "Note")) {
        w->others = true;
        (void)snprintf(w->text, sizeof w->text, "%.*s", VIEW_ARG(cell_get_text(&c[2])));
    }
    return true;
}

/* Every row must be in, or have been left out because its key is there. */
static bool check(struct store *s, size_t rows, size_t *ret_skipped, struct err *e)
{
    struct server *q = server_of(s);
    int64_t records = server_said(q, "Records: ", (int64_t)rows);
    int64_t missing = (int64_t)rows - (int64_t)mysql_affected_rows(q->db);
    int64_t skipped = server_said(q, "Skipped: ", missing) + server_said(q, "Duplicates: ", 0);
    struct warnings w = {0};
    if (mysql_warning_count(q->db) > 0 &&
        !server_query(s, "SHOW WARNINGS", NO_CELLS, take_warning, &w, e))
        return false;
    if (w.others)
        return err_set(e, ERR_STORE, "the server altered ratings on their way in: %s", w.text);
    if (records != (int64_t)rows || skipped < 0 || skipped > records || w.duplicates > skipped)
        return err_set(e, ERR_STORE, "the server took in %lld ratings of %zu and left out %lld",
            (long long)records, rows, (long long)skipped);
    *ret_skipped += (size_t)skipped;
    return true;
}

/* ---- the two ways */

static void add_row(struct str *to, const struct rating *r, char between)
{
    static const char *const stars[] = {
        "0", "0.5", "1", "1.5", "2", "2.5", "3", "3.5", "4", "4.5", "5"};
    str_add_i64(to, r->user_id);
    str_addc(to, between);
    str_add_i64(to, r->movielens_id);
    str_addc(to, between);
    str_addz(to, r->half_stars <= 10 ? stars[r->half_stars] : "");
    str_addc(to, between);
    str_add_i64(to, r->rated_at);
}

static bool load(struct store *s, struct chunk *c, struct err *e)
{
    struct str sql;
    str_init(&sql, SQL_MAX);
    sql_expand(s, &sql,
        "LOAD DATA LOCAL INFILE 'movie-etl' INTO TABLE {ratings} CHARACTER SET utf8mb4"
        " (user_id, movielens_id, rating, rated_at)");
    str_clear(&c->text);
    for (size_t i = 0; i < c->n; i++) {
        add_row(&c->text, &c->ratings[i], '\t');
        str_addc(&c->text, '\n');
    }
    bool ok = server_load_local(s, str_view(&sql), str_view(&c->text), NULL, e) &&
              check(s, c->n, &c->skipped, e);
    str_done(&sql);
    return ok;
}

/* As many as one statement holds, from `at` on; *ret_n is how many. */
static bool insert_some(struct store *s, struct chunk *c, size_t at, size_t *ret_n, struct err *e)
{
    const struct server *q = server_of(s);
    size_t n = 0;
    str_clear(&c->text);
    sql_expand(s, &c->text,
        "INSERT IGNORE INTO {ratings} (user_id, movielens_id, rating, rated_at) VALUES ");
    while (at + n < c->n && n < ROWS_PER_INSERT && c->text.n + MAX_ROW < q->statement_max) {
        str_addc(&c->text, n == 0 ? ' ' : ',');
        str_addc(&c->text, '(');
        add_row(&c->text, &c->ratings[at + n], ',');
        str_addc(&c->text, ')');
        n++;
    }
    *ret_n = n;
    return server_send(s, str_view(&c->text), NULL, e) && check(s, n, &c->skipped, e);
}

static bool insert(struct store *s, struct chunk *c, struct err *e)
{
    size_t n = 0;
    for (size_t at = 0; at < c->n; at += n)
        if (!insert_some(s, c, at, &n, e))
            return false;
    return true;
}

static bool store_rows(struct store *s, void *payload, struct err *e)
{
    struct server *q = server_of(s);
    struct chunk *c = payload;
    c->skipped = 0;
    if (!q->no_local) {
        if (load(s, c, e))
            return true;
        if (!server_is_forbidden(q->code))
            return false;
        q->no_local = true;
        c->skipped = 0;
    }
    return insert(s, c, e);
}

bool chunk_store(struct store *s, struct chunk *c, struct err *e)
{
    return server_chunk(s, store_rows, c, e);
}
